"""`thing-simulator endpoint`: the local endpoint alone, until Ctrl-C.

argparse reads its arguments, since typer costs a hundred milliseconds and this command is started by others, often.
"""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from simulator.errors import InputError

DESCRIPTION = """\
Serve a local stand-in for AWS IoT Core until Ctrl-C: things connect by MQTT, jobs are made over HTTP, with boto3 or the
AWS CLI (--endpoint-url). Prints one line when it serves: ready mqtt=HOST:PORT http=http://HOST:PORT
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
    made.add_argument("--broker", metavar="mqtt://HOST:PORT", help="serve behind this MQTT broker instead of listening")
    return made


def main(arguments: Sequence[str]) -> int:
    """Serve; return the exit status.

    Raises:
        InputError: an argument is wrong, a port is taken, or the data file cannot be used.
        UnreachableError: the broker cannot be reached.
    """
    given = parser().parse_args(arguments)
    if given.broker is not None:
        what = "not yet: the jobs service behind another broker"
        raise InputError("--broker", what, "leave it out, and the endpoint listens for MQTT itself")
    from simulator.config import start_logging
    from simulator.endpoint.child import run
    from simulator.endpoint.serving import ServeOptions

    start_logging()
    run(ServeOptions(mqtt=given.mqtt, http=given.http, data=given.data, time_scale=given.time_scale))
    return 0


def endpoint() -> int:
    """Serve a local endpoint alone, until Ctrl-C. (`thing-simulator endpoint --help` lists its options.)"""
    return 0  # never called: cli.main goes to `main` above before typer is imported
