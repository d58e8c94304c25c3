"""The packets of MQTT 3.1.1 as values, and the errors of bytes that are none."""

from dataclasses import dataclass
from typing import Final

import msgspec

from simulator.endpoint.reasons import ConnectCode as ConnectCode
from simulator.errors import SimulatorError

LEVEL_3_1_1: Final = 4
LEVEL_5: Final = 5

SUBSCRIPTION_REFUSED: Final = 0x80
"""The SUBACK code of a filter that was not granted."""


@dataclass
class MalformedPacketError(SimulatorError):
    """Bytes that are no MQTT. `packet` names what they seemed to be; the connection they came by is of no more use."""

    packet: str
    what: str

    def __str__(self) -> str:
        return f"{self.packet}: {self.what}"


@dataclass
class PacketTooLargeError(MalformedPacketError):
    """A packet announced more bytes than the decoder's limit; they were not waited for."""


class Will(msgspec.Struct, frozen=True, gc=False):
    """What is published for a client that is lost."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Connect(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The first packet of a client. `keep_alive` in seconds. Of a `level` other than 4 nothing else has been read."""

    client_id: str
    level: int = LEVEL_3_1_1
    clean_session: bool = True
    keep_alive: int = 0
    will: Will | None = None
    username: str | None = None
    password: bytes | None = None


class ConnAck(msgspec.Struct, frozen=True, gc=False):
    session_present: bool
    code: int


class Publish(msgspec.Struct, frozen=True, gc=False):
    """A message. `packet_id` is 0 at QoS 0 and only there."""

    topic: str
    payload: bytes
    qos: int = 0
    packet_id: int = 0
    retain: bool = False
    dup: bool = False


class PubAck(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class PubRec(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class PubRel(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class PubComp(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class Subscribe(msgspec.Struct, frozen=True, gc=False):
    """`filters` are pairs of topic filter and requested QoS, in the client's order."""

    packet_id: int
    filters: tuple[tuple[str, int], ...]


class SubAck(msgspec.Struct, frozen=True, gc=False):
    """`codes`: the granted QoS or SUBSCRIPTION_REFUSED for each filter, in the order they were asked for."""

    packet_id: int
    codes: tuple[int, ...]


class Unsubscribe(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    filters: tuple[str, ...]


class UnsubAck(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class PingReq(msgspec.Struct, frozen=True, gc=False):
    pass


class PingResp(msgspec.Struct, frozen=True, gc=False):
    pass


class Disconnect(msgspec.Struct, frozen=True, gc=False):
    pass


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
)
