"""Which doors an endpoint opens beside plain MQTT, and the arguments that say so, for each command that starts one."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulator.errors import InputError

NOT_SERVED: Final = "none"
POLICIES: Final = ("open", "thing")  # the values of policy.PolicyName, which is not imported to read arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOptions:
    """What is served beside plain MQTT. Addresses are HOST:PORT, port 0 picks a free one, None is not served.

    With `tls`, the folder of the certificates, MQTT and HTTP over TLS are always served: at `mqtts` and `https`, or
    beside the plain ones; HTTP not if `https` is NOT_SERVED.
    """

    tls: Path | None = None
    mqtts: str | None = None
    ws: str | None = None
    wss: str | None = None
    https: str | None = None
    policy: str = "open"


PLAIN_ONLY: Final = DoorOptions()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to `parser`."""
    doors = parser.add_argument_group("TLS, WebSocket and permissions")
    doors.add_argument(
        "--tls",
        metavar="DIR",
        type=Path,
        help="serve MQTT over TLS too, with the certificates in this folder; they are made if they are not there",
    )
    doors.add_argument(
        "--mqtts",
        metavar="HOST:PORT",
        help="where that is: by default port 8883 beside --mqtt, or a free one if that asks for a free one",
    )
    doors.add_argument("--ws", metavar="HOST:PORT", help="serve MQTT over WebSocket too, at /mqtt")
    doors.add_argument("--wss", metavar="HOST:PORT", help="serve MQTT over WebSocket over TLS too; needs --tls")
    doors.add_argument(
        "--https",
        metavar="HOST:PORT",
        help="with --tls, where HTTP over TLS is served, for downloads too: by default beside --http; none: nowhere",
    )
    doors.add_argument(
        "--policy",
        metavar="NAME",
        default="open",
        help="thing: a client may use only its own thing's topics; open: everything (%(default)s)",
    )


def as_arguments(options: DoorOptions) -> list[str]:
    """Return the arguments that ask for `options`."""
    named = {"tls": options.tls, "mqtts": options.mqtts, "ws": options.ws, "wss": options.wss, "https": options.https}
    return [f"--policy={options.policy}", *(f"--{name}={value}" for name, value in named.items() if value is not None)]


def chosen(given: argparse.Namespace) -> DoorOptions:
    """Return what was asked for.

    Raises:
        InputError: the arguments do not go together.
    """
    asked = {
        name: getattr(given, name)
        for name in ("tls", "mqtts", "ws", "wss", "https")
        if getattr(given, name) is not None
    }
    if getattr(given, "broker", None) is not None:
        for name in [*asked, *(["policy"] if given.policy != "open" else [])]:
            raise InputError(f"--{name}", "is the broker's to serve when there is a --broker", "leave one of them out")
    for name in ("mqtts", "wss", "https"):
        if name in asked and "tls" not in asked:
            raise InputError(f"--{name}", "needs certificates", "add --tls DIR, and they are made there")
    if given.policy not in POLICIES:
        raise InputError("--policy", f"{given.policy!r} is no policy", f"write {' or '.join(POLICIES)}")
    return DoorOptions(**asked, policy=given.policy)
