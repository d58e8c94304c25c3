"""What a fleet meets at AWS: its account's limits, the ramp it is connected by, and where the control plane is."""

import math
import re
from typing import Final

from simulator.errors import InputError
from simulator.jobs.topics import thing_filters
from simulator.transport.address import parse_address
from simulator.transport.secure import AWS_HOST

CONNECTS_A_SECOND: Final = 500
"""Of all clients of an account (reference section 10.3); one a second of a client id."""

PUBLISHES_A_SECOND: Final = 100
"""On one connection, in and out."""

RAMP: Final = 50.0
"""Connections a second that a fleet makes at AWS: a tenth of the account's, since others may share it."""


def _found(mqtt: str) -> re.Match[str] | None:
    try:
        return AWS_HOST.fullmatch(parse_address(mqtt).host)
    except InputError:
        return None


def is_aws_mqtt(mqtt: str) -> bool:
    """Whether an MQTT address is one of AWS IoT Core; one with a mistake in it is not."""
    return _found(mqtt) is not None


def control_plane_of(mqtt: str) -> str:
    """Return the URL of the control plane that goes with AWS's MQTT address; "" for any other address."""
    found = _found(mqtt)
    return f"https://iot.{found['region'].lower()}.{found['domain'].lower()}" if found is not None else ""


def subscriptions_of_a_thing() -> int:
    """Return how many filters a thing subscribes to."""
    return len(thing_filters("thing"))


def seconds_to_connect(things: int, ramp: float = RAMP) -> int:
    """Return after how many seconds the last of so many things has begun to connect."""
    return math.ceil(max(0, things - 1) / ramp)
