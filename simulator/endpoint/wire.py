"""MQTT packets <-> bytes, both directions, without I/O: the stream of packets, and MQTT 3.1.1 on its way out.

The fixed header is the same in both versions. A decoder reads 3.1.1 until a CONNECT says MQTT 5, and `wire5` from there
on; `wire3` and `wire5` read bodies, `octets` the fields in them.
"""

from collections.abc import Callable, Iterator
from typing import Final

from simulator.endpoint import octets, wire3, wire5
from simulator.endpoint.octets import header
from simulator.endpoint.packets import (
    LEVEL_3_1_1,
    LEVEL_5,
    SUBSCRIPTION_REFUSED,
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    MalformedPacketError,
    Packet,
    PacketTooLargeError,
    PingReq,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Subscribe,
    UnsubAck,
    Unsubscribe,
)
from simulator.jobs import limits

__all__ = [
    "LEVEL_3_1_1",
    "LEVEL_5",
    "MAX_PACKET_BYTES",
    "MAX_PACKET_BYTES_5",
    "SUBSCRIPTION_REFUSED",
    "Decoder",
    "MalformedPacketError",
    "Packet",
    "PacketTooLargeError",
    "encode",
    "encode_puback",
    "encode_publish",
]

MAX_PACKET_BYTES: Final = limits.PAYLOAD_BYTES + limits.TOPIC_BYTES + 4
"""The largest body a decoder accepts unless told otherwise: a full payload, its topic, and two numbers between."""

MAX_PACKET_BYTES_5: Final = 146 * 1024
"""The Maximum Packet Size that AWS IoT Core tells MQTT 5 clients: room for properties beside a full payload."""

# fmt: off
_NAMES: Final = (
    "RESERVED", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
    "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
)
# fmt: on
_CONNECT: Final = 1
_PUBLISH: Final = 3
_FLAGS: Final = (-1, 0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0)  # the flags each type must have [table 2.2]


# --- bytes -> packets


class Decoder:
    """Cuts a stream of bytes into packets; it holds at most one unfinished packet, of at most `limit` bytes.

    `level` is the protocol level in which it reads; a CONNECT of MQTT 5 sets it for all that follows.
    """

    __slots__ = ("_limit", "_readers", "_unfinished", "_wanted", "level")

    def __init__(self, limit: int = MAX_PACKET_BYTES, level: int = LEVEL_3_1_1) -> None:
        self.level = level
        self._limit = limit
        self._readers: dict[int, Callable[[bytes], Packet]] = wire5.READERS if level == LEVEL_5 else wire3.READERS
        self._unfinished: bytearray | None = None
        self._wanted = 0  # how many bytes the unfinished packet needs before it is worth another look

    def feed(self, data: bytes) -> Iterator[Packet]:
        """Yield the packets that `data` completes; keep what is left over for the next call.

        To be read to its end. A decoder that raised has lost its place in the stream and is not to be fed again.

        Raises:
            MalformedPacketError: after the last packet that was well formed.
        """
        if self._unfinished is not None:
            self._unfinished += data
            if len(self._unfinished) < self._wanted:
                return
            data = bytes(self._unfinished)
            self._unfinished = None
        at, end = 0, len(data)
        is_5 = self.level == LEVEL_5
        while at < end:
            first = data[at]
            kind = first >> 4
            if kind != _PUBLISH and first & 15 != _FLAGS[kind]:
                raise MalformedPacketError(_NAMES[kind], f"0x{first:02x} is no first byte of a packet")
            body = at + 2
            if body > end:
                break
            size = data[at + 1]
            if size > 127:
                size, body = _long_size(data, at, end)
                if not body:
                    break
            if size > self._limit:
                raise PacketTooLargeError(_NAMES[kind], f"{size} bytes are more than the limit of {self._limit}")
            stop = body + size
            if stop > end:
                self._wanted = stop - at
                self._unfinished = bytearray(data[at:])
                return
            try:
                if kind == _PUBLISH:
                    if is_5:
                        packet: Packet = wire5.read_publish(first, data, body, stop)
                    else:
                        packet = _read_publish(first, data, body, stop)
                elif kind == _CONNECT:
                    packet = self._read_connect(data[body:stop])
                    is_5 = self.level == LEVEL_5
                else:
                    packet = self._readers[kind](data[body:stop])
            except IndexError as exc:
                raise MalformedPacketError(_NAMES[kind], "it ends too early") from exc
            except UnicodeDecodeError as exc:
                raise MalformedPacketError(_NAMES[kind], "a string in it is not UTF-8") from exc
            yield packet
            at = stop
        if at < end:
            self._wanted = end - at + 1
            self._unfinished = bytearray(data[at:])

    def _read_connect(self, data: bytes) -> Connect:
        level, body = wire3.read_level(data)
        if level != LEVEL_5:
            return wire3.read_connect(level, body)
        self.level = level
        self._readers = wire5.READERS
        self._limit = max(self._limit, MAX_PACKET_BYTES_5)
        return wire5.read_connect(body)


_read_publish = wire3.read_publish


def _long_size(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a remaining length of two to four bytes and where the body begins; (0, 0) if it is not all here."""
    size = 0
    for i in range(4):
        where = at + 1 + i
        if where >= end:
            return 0, 0
        byte = data[where]
        size |= (byte & 127) << (7 * i)
        if byte < 128:
            return size, where + 1
    raise MalformedPacketError(_NAMES[data[at] >> 4], "its length takes more than four bytes")


# --- packets -> bytes


def encode_publish(
    topic: str, payload: bytes, qos: int = 0, packet_id: int = 0, *, retain: bool = False, dup: bool = False
) -> bytes:
    """Return the bytes of a PUBLISH: `encode(Publish(…))` for those who send many."""
    name = topic.encode()
    size = 2 + len(name) + len(payload)
    first = 0x30 | (dup << 3) | (qos << 1) | retain
    if not qos:
        return b"".join((header(first, size), len(name).to_bytes(2, "big"), name, payload))
    return b"".join(
        (header(first, size + 2), len(name).to_bytes(2, "big"), name, packet_id.to_bytes(2, "big"), payload)
    )


def encode_puback(packet_id: int) -> bytes:
    """Return the bytes of a PUBACK."""
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def encode(packet: Packet, level: int = LEVEL_3_1_1) -> bytes:
    """Return the bytes of `packet`; a CONNECT goes by its own level.

    A string longer than 65,535 bytes is an OverflowError: a mistake of the caller.
    """
    if level == LEVEL_5 or (isinstance(packet, Connect) and packet.level == LEVEL_5):
        return wire5.encode(packet)
    match packet:
        case Publish():
            return encode_publish(
                packet.topic, packet.payload, packet.qos, packet.packet_id, retain=packet.retain, dup=packet.dup
            )
        case PubAck():
            return encode_puback(packet.packet_id)
        case PubRec():
            return b"\x50\x02" + packet.packet_id.to_bytes(2, "big")
        case PubRel():
            return b"\x62\x02" + packet.packet_id.to_bytes(2, "big")
        case PubComp():
            return b"\x70\x02" + packet.packet_id.to_bytes(2, "big")
        case UnsubAck():
            return b"\xb0\x02" + packet.packet_id.to_bytes(2, "big")
        case ConnAck():
            return bytes((0x20, 2, packet.session_present, packet.code))
        case SubAck():
            return octets.whole(0x90, packet.packet_id.to_bytes(2, "big") + bytes(packet.codes))
        case Subscribe():
            filters = b"".join(octets.string(topic_filter) + bytes((qos,)) for topic_filter, qos in packet.filters)
            return octets.whole(0x82, packet.packet_id.to_bytes(2, "big") + filters)
        case Unsubscribe():
            names = b"".join(octets.string(topic_filter) for topic_filter in packet.filters)
            return octets.whole(0xA2, packet.packet_id.to_bytes(2, "big") + names)
        case Connect():
            return octets.whole(0x10, _connect_body(packet))
        case PingReq():
            return b"\xc0\x00"
        case PingResp():
            return b"\xd0\x00"
        case Disconnect():
            return b"\xe0\x00"
        case Auth():
            raise ValueError("MQTT 3.1.1 has no AUTH")


def _connect_body(packet: Connect) -> bytes:
    flags = packet.clean_session << 1
    fields = [octets.string(packet.client_id)]
    if packet.will is not None:
        flags |= 4 | packet.will.qos << 3 | packet.will.retain << 5
        fields += [octets.string(packet.will.topic), octets.binary(packet.will.payload)]
    if packet.username is not None:
        flags |= 0x80
        fields.append(octets.string(packet.username))
    if packet.password is not None:
        flags |= 0x40
        fields.append(octets.binary(packet.password))
    return b"".join(
        (octets.string("MQTT"), bytes((packet.level, flags)), packet.keep_alive.to_bytes(2, "big"), *fields)
    )
