"""`thing-simulator endpoint`: the local endpoint alone, until Ctrl-C.

argparse reads its arguments, since typer costs a hundred milliseconds and this command is started by others, often.
"""

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from simulator.endpoint import door_options
from simulator.errors import InputError

if TYPE_CHECKING:
    from simulator.endpoint.behind_broker_options import BrokerOptions

PASSWORD: Final = "THING_SIMULATOR_BROKER_PASSWORD"  # noqa: S105  a name, not a password; arguments are seen by all

DESCRIPTION = """\
Serve a local stand-in for AWS IoT Core until Ctrl-C: things connect by MQTT, jobs are made over HTTP, with boto3 or the
AWS CLI (--endpoint-url). Prints one line when it serves: ready mqtt=HOST:PORT http=http://HOST:PORT
and, if they are served, mqtts=HOST:PORT ws=ws://HOST:PORT/mqtt wss=wss://HOST:PORT/mqtt https=https://HOST:PORT
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        found = re.fullmatch(r"argument (\S+): invalid float value: (.*)", message)
        if found is not None:
            message = f"{found[1]}: {found[2]} is no number"
        raise InputError("", message, f"see `{self.prog} --help`")


def parser() -> argparse.ArgumentParser:
    """Return the parser of this command's arguments."""
    made = _Parser(prog="thing-simulator endpoint", description=DESCRIPTION, allow_abbrev=False)
    made.add_argument(
        "--mqtt",
        metavar="HOST:PORT",
        default="127.0.0.1:1883",
        help="where MQTT is served (%(default)s); port 0 picks a free one",
    )
    made.add_argument(
        "--http",
        metavar="HOST:PORT",
        default="127.0.0.1:8000",
        help="where HTTP is served (%(default)s); port 0 picks a free one",
    )
    made.add_argument(
        "--data", metavar="FILE.db", type=Path, help="keep things and jobs in this file (default: in memory)"
    )
    made.add_argument(
        "--time-scale", metavar="X", type=float, default=1.0, help="simulated seconds in a real one (%(default)g)"
    )
    made.add_argument(
        "--files", metavar="DIR", type=Path, help="the folder that stands for S3: BUCKET/KEY or KEY is a file in it"
    )
    made.add_argument(
        "--assume",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="answer otherwise what AWS leaves open, for example unknown-thing=empty; may be repeated",
    )
    made.add_argument(
        "--aws-limits",
        action="store_true",
        help="allow no more publishes, CONNECTs and requests a second than AWS does (default: as many as come)",
    )
    door_options.add_arguments(made)
    _add_broker(made)
    return made


def _add_broker(made: argparse.ArgumentParser) -> None:
    broker = made.add_argument_group("behind another MQTT broker")
    broker.add_argument(
        "--broker", metavar="mqtt[s]://HOST:PORT", help="serve things at this broker instead of listening for MQTT"
    )
    broker.add_argument("--broker-id", metavar="ID", help="client id there; only one endpoint of an id answers")
    broker.add_argument("--broker-user", metavar="NAME", help=f"user name there; the password is read from ${PASSWORD}")
    broker.add_argument(
        "--broker-password-file", metavar="FILE", help="or is the first line of this file; - is standard input"
    )
    broker.add_argument("--broker-ca", metavar="FILE.pem", type=Path, help="trust these instead of the system's")
    broker.add_argument("--broker-cert", metavar="FILE.pem", type=Path, help="show this certificate there")
    broker.add_argument("--broker-key", metavar="FILE.pem", type=Path, help="the key of that certificate")


def _broker_of(given: argparse.Namespace) -> "BrokerOptions | None":
    if given.broker is None:
        for name in ("id", "user", "password_file", "ca", "cert", "key"):
            if getattr(given, f"broker_{name}") is not None:
                raise InputError(
                    f"--broker-{name.replace('_', '-')}",
                    "there is no broker",
                    "name it with --broker, or leave this out",
                )
        return None
    from simulator.endpoint.behind_broker_options import broker_options

    return broker_options(
        given.broker,
        client_id=given.broker_id,
        username=given.broker_user,
        password=_password(given),
        ca=given.broker_ca,
        certificate=given.broker_cert,
        key=given.broker_key,
    )


def _password(given: argparse.Namespace) -> str | None:
    file: str | None = given.broker_password_file
    if file is None:
        return os.environ.get(PASSWORD)
    if given.broker_user is None:
        raise InputError("--broker-password-file", "there is nobody whose password it is", "add --broker-user NAME")
    from simulator.commands.password import first_line

    return first_line(file, "--broker-password-file")


def main(arguments: Sequence[str]) -> int:
    """Serve; return the exit status.

    Raises:
        InputError: an argument is wrong, a port is taken, or the data file cannot be used.
        BrokerError: the broker cannot be reached.
    """
    given = parser().parse_args(arguments)
    from simulator.config import start_logging
    from simulator.endpoint.child import run
    from simulator.endpoint.serving import ServeOptions
    from simulator.jobs.choices import chosen

    start_logging()
    run(
        ServeOptions(
            mqtt=given.mqtt,
            http=given.http,
            data=given.data,
            time_scale=given.time_scale,
            broker=_broker_of(given),
            doors=door_options.chosen(given),
            files=given.files,
            choices=chosen(given.assume),
            has_aws_limits=given.aws_limits,
        )
    )
    return 0


def endpoint() -> int:
    """Serve a local endpoint alone, until Ctrl-C. (`thing-simulator endpoint --help` lists its options.)"""
    return 0  # never called: cli.main goes to `main` above before typer is imported
