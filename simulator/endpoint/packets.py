"""The packets of MQTT 3.1.1 and 5 as values, and the errors of bytes that are none.

What only MQTT 5 has comes last and has a default: `properties`, and reasons where 3.1.1 has none.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from simulator.endpoint.properties import Properties
from simulator.endpoint.reasons import ConnectCode as ConnectCode
from simulator.endpoint.reasons import Reason
from simulator.errors import SimulatorError

LEVEL_3_1_1: Final = 4
LEVEL_5: Final = 5

NO_LOCAL: Final = 0x04
RETAIN_AS_PUBLISHED: Final = 0x08
RETAIN_HANDLING_SHIFT: Final = 4

SUBSCRIPTION_REFUSED: Final = 0x80
"""The SUBACK code of a filter that was not granted; MQTT 5 has others from here on, see Reason."""


@dataclass
class MalformedPacketError(SimulatorError):
    """Bytes that are no MQTT. `packet` names what they seemed to be; the connection they came by is of no more use."""

    packet: str
    what: str
    reason: Reason = Reason.MALFORMED_PACKET

    def __str__(self) -> str:
        return f"{self.packet}: {self.what}"


@dataclass
class PacketTooLargeError(MalformedPacketError):
    """A packet announced more bytes than the decoder's limit; they were not waited for."""

    reason: Reason = Reason.PACKET_TOO_LARGE


class Will(msgspec.Struct, frozen=True, gc=False):
    """What is published for a client that is lost."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: Properties | None = None


class Connect(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The first packet of a client. `keep_alive` in seconds. Of a `level` that is not served nothing else is read."""

    client_id: str
    level: int = LEVEL_3_1_1
    clean_session: bool = True
    keep_alive: int = 0
    will: Will | None = None
    username: str | None = None
    password: bytes | None = None
    properties: Properties | None = None


class ConnAck(msgspec.Struct, frozen=True, gc=False):
    """`code`: a ConnectCode of MQTT 3.1.1 or a Reason of MQTT 5."""

    session_present: bool
    code: int
    properties: Properties | None = None


class Publish(msgspec.Struct, frozen=True, gc=False):
    """A message. `packet_id` is 0 at QoS 0 and only there."""

    topic: str
    payload: bytes
    qos: int = 0
    packet_id: int = 0
    retain: bool = False
    dup: bool = False
    properties: Properties | None = None


class PubAck(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    reason: int = 0
    properties: Properties | None = None


class PubRec(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    reason: int = 0
    properties: Properties | None = None


class PubRel(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    reason: int = 0
    properties: Properties | None = None


class PubComp(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    reason: int = 0
    properties: Properties | None = None


class Subscribe(msgspec.Struct, frozen=True, gc=False):
    """`filters` are pairs of topic filter and options, in the client's order.

    The options of MQTT 3.1.1 are the requested QoS; those of MQTT 5 also have NO_LOCAL, RETAIN_AS_PUBLISHED and, from
    bit 4 on, the retain handling.
    """

    packet_id: int
    filters: tuple[tuple[str, int], ...]
    properties: Properties | None = None


class SubAck(msgspec.Struct, frozen=True, gc=False):
    """`codes`: the granted QoS or SUBSCRIPTION_REFUSED for each filter, in the order they were asked for."""

    packet_id: int
    codes: tuple[int, ...]
    properties: Properties | None = None


class Unsubscribe(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    filters: tuple[str, ...]
    properties: Properties | None = None


class UnsubAck(msgspec.Struct, frozen=True, gc=False):
    """`codes`: one Reason for each filter in MQTT 5, none in MQTT 3.1.1."""

    packet_id: int
    codes: tuple[int, ...] = ()
    properties: Properties | None = None


class PingReq(msgspec.Struct, frozen=True, gc=False):
    pass


class PingResp(msgspec.Struct, frozen=True, gc=False):
    pass


class Disconnect(msgspec.Struct, frozen=True, gc=False):
    reason: int = 0
    properties: Properties | None = None


class Auth(msgspec.Struct, frozen=True, gc=False):
    """Enhanced authentication, which AWS IoT Core does not offer; only MQTT 5 has it."""

    reason: int = 0
    properties: Properties | None = None


Packet = (
    Connect
    | ConnAck
    | Publish
    | PubAck
    | PubRec
    | PubRel
    | PubComp
    | Subscribe
    | SubAck
    | Unsubscribe
    | UnsubAck
    | PingReq
    | PingResp
    | Disconnect
    | Auth
)
