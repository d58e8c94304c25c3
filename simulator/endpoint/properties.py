"""The properties of MQTT 5: what they are called, which packet may have them, and how they are written [2.2.2]."""

from enum import Enum
from typing import Final

import msgspec


class Properties(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """All properties there are; None or () stands for one that is absent. Times in seconds, sizes in bytes."""

    payload_format: int | None = None
    message_expiry: int | None = None
    content_type: str | None = None
    response_topic: str | None = None
    correlation_data: bytes | None = None
    subscription_identifiers: tuple[int, ...] = ()
    session_expiry: int | None = None
    assigned_client_id: str | None = None
    server_keep_alive: int | None = None
    authentication_method: str | None = None
    authentication_data: bytes | None = None
    request_problem_information: int | None = None
    will_delay: int | None = None
    request_response_information: int | None = None
    response_information: str | None = None
    server_reference: str | None = None
    reason_string: str | None = None
    receive_maximum: int | None = None
    topic_alias_maximum: int | None = None
    topic_alias: int | None = None
    maximum_qos: int | None = None
    retain_available: int | None = None
    user: tuple[tuple[str, str], ...] = ()
    maximum_packet_size: int | None = None
    wildcard_subscription_available: int | None = None
    subscription_identifiers_available: int | None = None
    shared_subscription_available: int | None = None


class Kind(Enum):
    """How a property is written."""

    FLAG = "a byte that is 0 or 1"
    TWO = "two bytes"
    POSITIVE_TWO = "two bytes that are not 0"
    FOUR = "four bytes"
    POSITIVE_FOUR = "four bytes that are not 0"
    LENGTH = "a variable byte integer that is not 0"
    TEXT = "a string"
    BINARY = "binary data"
    PAIR = "two strings"


_ACKS: Final = frozenset({"PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBACK", "UNSUBACK"})
_MESSAGE: Final = frozenset({"PUBLISH", "WILL"})
_CONNACK: Final = frozenset({"CONNACK"})
_BOTH: Final = frozenset({"CONNECT", "CONNACK"})
_AUTH: Final = _BOTH | {"AUTH"}

# fmt: off
TABLE: Final[dict[int, tuple[str, Kind, frozenset[str]]]] = {  # [table 2-4]
    0x01: ("payload_format", Kind.FLAG, _MESSAGE),
    0x02: ("message_expiry", Kind.FOUR, _MESSAGE),
    0x03: ("content_type", Kind.TEXT, _MESSAGE),
    0x08: ("response_topic", Kind.TEXT, _MESSAGE),
    0x09: ("correlation_data", Kind.BINARY, _MESSAGE),
    0x0B: ("subscription_identifiers", Kind.LENGTH, frozenset({"PUBLISH", "SUBSCRIBE"})),
    0x11: ("session_expiry", Kind.FOUR, _BOTH | {"DISCONNECT"}),
    0x12: ("assigned_client_id", Kind.TEXT, _CONNACK),
    0x13: ("server_keep_alive", Kind.TWO, _CONNACK),
    0x15: ("authentication_method", Kind.TEXT, _AUTH),
    0x16: ("authentication_data", Kind.BINARY, _AUTH),
    0x17: ("request_problem_information", Kind.FLAG, frozenset({"CONNECT"})),
    0x18: ("will_delay", Kind.FOUR, frozenset({"WILL"})),
    0x19: ("request_response_information", Kind.FLAG, frozenset({"CONNECT"})),
    0x1A: ("response_information", Kind.TEXT, _CONNACK),
    0x1C: ("server_reference", Kind.TEXT, _CONNACK | {"DISCONNECT"}),
    0x1F: ("reason_string", Kind.TEXT, _ACKS | _CONNACK | {"DISCONNECT", "AUTH"}),
    0x21: ("receive_maximum", Kind.POSITIVE_TWO, _BOTH),
    0x22: ("topic_alias_maximum", Kind.TWO, _BOTH),
    0x23: ("topic_alias", Kind.TWO, frozenset({"PUBLISH"})),
    0x24: ("maximum_qos", Kind.FLAG, _CONNACK),
    0x25: ("retain_available", Kind.FLAG, _CONNACK),
    0x26: ("user", Kind.PAIR, _ACKS | _MESSAGE | _AUTH | {"SUBSCRIBE", "UNSUBSCRIBE", "DISCONNECT"}),
    0x27: ("maximum_packet_size", Kind.POSITIVE_FOUR, _BOTH),
    0x28: ("wildcard_subscription_available", Kind.FLAG, _CONNACK),
    0x29: ("subscription_identifiers_available", Kind.FLAG, _CONNACK),
    0x2A: ("shared_subscription_available", Kind.FLAG, _CONNACK),
}
# fmt: on
