"""MQTT packets <-> bytes, both directions, without I/O. MQTT 3.1.1; numbers in brackets are rules of its standard.

Only the fixed header and the CONNECT of another protocol level are read independently of 3.1.1: an MQTT 5 codec adds
properties to the bodies, a table of readers beside `_READERS`, and the choice between the two after CONNECT.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Final

from simulator.endpoint.packets import (
    LEVEL_3_1_1,
    LEVEL_5,
    SUBSCRIPTION_REFUSED,
    ConnAck,
    Connect,
    ConnectCode,
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
    Will,
)
from simulator.jobs import limits

__all__ = [
    "LEVEL_3_1_1",
    "LEVEL_5",
    "MAX_PACKET_BYTES",
    "SUBSCRIPTION_REFUSED",
    "UNSUPPORTED_VERSION_5",
    "ConnAck",
    "Connect",
    "ConnectCode",
    "Decoder",
    "Disconnect",
    "MalformedPacketError",
    "Packet",
    "PacketTooLargeError",
    "PingReq",
    "PingResp",
    "PubAck",
    "PubComp",
    "PubRec",
    "PubRel",
    "Publish",
    "SubAck",
    "Subscribe",
    "UnsubAck",
    "Unsubscribe",
    "Will",
    "encode",
    "encode_puback",
    "encode_publish",
]

MAX_PACKET_BYTES: Final = limits.PAYLOAD_BYTES + limits.TOPIC_BYTES + 4
"""The largest packet a decoder accepts unless told otherwise: a full payload, its topic, and two numbers between."""

UNSUPPORTED_VERSION_5: Final = b"\x20\x03\x00\x84\x00"
"""CONNACK in the form of MQTT 5 (Unsupported Protocol Version, no properties): the only one such a client can read."""

# fmt: off
_NAMES: Final = (
    "RESERVED", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
    "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "RESERVED",
)
# fmt: on
_PUBLISH: Final = 3
_FLAGS: Final = (-1, 0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, -1)  # the flags each type must have [table 2.2]


# --- bytes -> packets


class Decoder:
    """Cuts a stream of bytes into packets; it holds at most one unfinished packet, of at most `limit` bytes."""

    __slots__ = ("_limit", "_unfinished", "_wanted")

    def __init__(self, limit: int = MAX_PACKET_BYTES) -> None:
        self._limit = limit
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
                    packet: Packet = _read_publish(first, data, body, stop)
                else:
                    packet = _READERS[kind](data[body:stop])
            except (IndexError, struct.error) as exc:
                raise MalformedPacketError(_NAMES[kind], "it ends too early") from exc
            except UnicodeDecodeError as exc:
                raise MalformedPacketError(_NAMES[kind], "a string in it is not UTF-8") from exc
            yield packet
            at = stop
        if at < end:
            self._wanted = end - at + 1
            self._unfinished = bytearray(data[at:])


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


def _read_publish(first: int, data: bytes, body: int, stop: int) -> Publish:
    qos = first >> 1 & 3
    topic_at = body + 2
    topic_end = topic_at + (data[body] << 8 | data[body + 1])
    payload_at = topic_end + 2 if qos else topic_end
    if payload_at > stop or topic_at > stop:
        raise MalformedPacketError("PUBLISH", "it ends too early")
    topic = str(data[topic_at:topic_end], "utf-8")
    if not topic or "\0" in topic:
        raise MalformedPacketError("PUBLISH", "its topic is empty or contains U+0000")
    if not qos:
        if first & 8:
            raise MalformedPacketError("PUBLISH", "DUP is set at QoS 0")  # [MQTT-3.3.1-2]
        return Publish(topic, data[payload_at:stop], 0, 0, first & 1 == 1)
    if qos == 3:
        raise MalformedPacketError("PUBLISH", "there is no QoS 3")
    packet_id = data[topic_end] << 8 | data[topic_end + 1]
    if not packet_id:
        raise MalformedPacketError("PUBLISH", "its packet identifier is 0")
    return Publish(topic, data[payload_at:stop], qos, packet_id, first & 1 == 1, first & 8 == 8)


class _Body:
    """The body of a packet, read from front to back."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_read(self) -> bool:
        return self._at == len(self._data)

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def number(self) -> int:
        (value,) = struct.unpack_from(">H", self._data, self._at)
        self._at += 2
        return int(value)

    def binary(self) -> bytes:
        size = self.number()
        self._at += size
        if self._at > len(self._data):
            raise IndexError
        return self._data[self._at - size : self._at]

    def text(self, packet: str) -> str:
        text = str(self.binary(), "utf-8")
        if "\0" in text:
            raise MalformedPacketError(packet, "a string in it contains U+0000")  # [MQTT-1.5.3-2]
        return text

    def packet_id(self, packet: str) -> int:
        packet_id = self.number()
        if not packet_id:
            raise MalformedPacketError(packet, "its packet identifier is 0")  # [MQTT-2.3.1-1]
        return packet_id

    def end(self, packet: str) -> None:
        if not self.is_read:
            raise MalformedPacketError(packet, "it goes on after its end")


def _read_connect(data: bytes) -> Connect:
    body = _Body(data)
    protocol, level = body.text("CONNECT"), body.byte()
    if protocol not in ("MQTT", "MQIsdp"):
        raise MalformedPacketError("CONNECT", "the protocol is not MQTT")
    if protocol != "MQTT" or level != LEVEL_3_1_1:
        return Connect(client_id="", level=level)
    flags = body.byte()
    will_qos, wants_will = flags >> 3 & 3, bool(flags & 4)
    if flags & 1 or will_qos == 3 or (not wants_will and flags & 0x38) or flags & 0xC0 == 0x40:
        raise MalformedPacketError(
            "CONNECT", f"0x{flags:02x} is no combination of connect flags"
        )  # [3.1.2.3 to 3.1.2.9]
    keep_alive, client_id = body.number(), body.text("CONNECT")
    will = None
    if wants_will:
        will = Will(body.text("CONNECT"), body.binary(), will_qos, bool(flags & 0x20))
    username = body.text("CONNECT") if flags & 0x80 else None
    password = body.binary() if flags & 0x40 else None
    body.end("CONNECT")
    return Connect(
        client_id=client_id,
        clean_session=bool(flags & 2),
        keep_alive=keep_alive,
        will=will,
        username=username,
        password=password,
    )


def _read_connack(data: bytes) -> ConnAck:
    if len(data) != 2 or data[0] > 1:
        raise MalformedPacketError("CONNACK", "it is not 0 or 1 and a return code")
    return ConnAck(bool(data[0]), data[1])


def _read_subscribe(data: bytes) -> Subscribe:
    body = _Body(data)
    packet_id = body.packet_id("SUBSCRIBE")
    filters = []
    while not body.is_read:
        filters.append((_filter(body, "SUBSCRIBE"), body.byte()))
    if not filters or any(qos > 2 for _, qos in filters):
        raise MalformedPacketError("SUBSCRIBE", "it has no filters, or a QoS above 2")  # [MQTT-3.8.3-3, MQTT-3.8.3-4]
    return Subscribe(packet_id, tuple(filters))


def _read_suback(data: bytes) -> SubAck:
    body = _Body(data)
    packet_id = body.packet_id("SUBACK")
    codes = tuple(data[2:])
    if not codes or any(code > 2 and code != SUBSCRIPTION_REFUSED for code in codes):
        raise MalformedPacketError("SUBACK", "it has no return codes, or unknown ones")
    return SubAck(packet_id, codes)


def _read_unsubscribe(data: bytes) -> Unsubscribe:
    body = _Body(data)
    packet_id = body.packet_id("UNSUBSCRIBE")
    filters = []
    while not body.is_read:
        filters.append(_filter(body, "UNSUBSCRIBE"))
    if not filters:
        raise MalformedPacketError("UNSUBSCRIBE", "it has no filters")  # [MQTT-3.10.3-2]
    return Unsubscribe(packet_id, tuple(filters))


def _filter(body: _Body, packet: str) -> str:
    topic_filter = body.text(packet)
    if not topic_filter:
        raise MalformedPacketError(packet, "a topic filter is empty")  # [MQTT-4.7.3-1]
    return topic_filter


_Acknowledgement = PubAck | PubRec | PubRel | PubComp | UnsubAck
_Bare = PingReq | PingResp | Disconnect


def _reads_id(packet: str, make: type[_Acknowledgement]) -> Callable[[bytes], Packet]:
    def read(data: bytes) -> Packet:
        if len(data) != 2:
            raise MalformedPacketError(packet, "it is not a packet identifier alone")
        packet_id = data[0] << 8 | data[1]
        if not packet_id:
            raise MalformedPacketError(packet, "its packet identifier is 0")
        return make(packet_id)

    return read


def _reads_nothing(packet: str, made: _Bare) -> Callable[[bytes], Packet]:
    def read(data: bytes) -> Packet:
        if data:
            raise MalformedPacketError(packet, "it has a body")
        return made

    return read


_READERS: Final[dict[int, Callable[[bytes], Packet]]] = {
    1: _read_connect,
    2: _read_connack,
    4: _reads_id("PUBACK", PubAck),
    5: _reads_id("PUBREC", PubRec),
    6: _reads_id("PUBREL", PubRel),
    7: _reads_id("PUBCOMP", PubComp),
    8: _read_subscribe,
    9: _read_suback,
    10: _read_unsubscribe,
    11: _reads_id("UNSUBACK", UnsubAck),
    12: _reads_nothing("PINGREQ", PingReq()),
    13: _reads_nothing("PINGRESP", PingResp()),
    14: _reads_nothing("DISCONNECT", Disconnect()),
}


# --- packets -> bytes


def encode_publish(
    topic: str, payload: bytes, qos: int = 0, packet_id: int = 0, *, retain: bool = False, dup: bool = False
) -> bytes:
    """Return the bytes of a PUBLISH: `encode(Publish(…))` for those who send many."""
    name = topic.encode()
    size = 2 + len(name) + len(payload)
    first = 0x30 | (dup << 3) | (qos << 1) | retain
    if not qos:
        return b"".join((_header(first, size), len(name).to_bytes(2, "big"), name, payload))
    return b"".join(
        (_header(first, size + 2), len(name).to_bytes(2, "big"), name, packet_id.to_bytes(2, "big"), payload)
    )


def encode_puback(packet_id: int) -> bytes:
    """Return the bytes of a PUBACK."""
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def encode(packet: Packet) -> bytes:
    """Return the bytes of `packet`. A string longer than 65,535 bytes is an OverflowError: a mistake of the caller."""
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
            return _whole(0x90, packet.packet_id.to_bytes(2, "big") + bytes(packet.codes))
        case Subscribe():
            filters = b"".join(_string(topic_filter) + bytes((qos,)) for topic_filter, qos in packet.filters)
            return _whole(0x82, packet.packet_id.to_bytes(2, "big") + filters)
        case Unsubscribe():
            names = b"".join(_string(topic_filter) for topic_filter in packet.filters)
            return _whole(0xA2, packet.packet_id.to_bytes(2, "big") + names)
        case Connect():
            return _whole(0x10, _connect_body(packet))
        case PingReq():
            return b"\xc0\x00"
        case PingResp():
            return b"\xd0\x00"
        case Disconnect():
            return b"\xe0\x00"


def _connect_body(packet: Connect) -> bytes:
    flags = packet.clean_session << 1
    fields = [_string(packet.client_id)]
    if packet.will is not None:
        flags |= 4 | packet.will.qos << 3 | packet.will.retain << 5
        fields += [_string(packet.will.topic), _binary(packet.will.payload)]
    if packet.username is not None:
        flags |= 0x80
        fields.append(_string(packet.username))
    if packet.password is not None:
        flags |= 0x40
        fields.append(_binary(packet.password))
    return b"".join((_string("MQTT"), bytes((packet.level, flags)), packet.keep_alive.to_bytes(2, "big"), *fields))


def _whole(first: int, body: bytes) -> bytes:
    return _header(first, len(body)) + body


def _string(text: str) -> bytes:
    return _binary(text.encode())


def _binary(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _header(first: int, size: int) -> bytes:
    if size < 128:
        return bytes((first, size))
    if size < 16_384:
        return bytes((first, size & 127 | 128, size >> 7))
    length = bytearray((first,))
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    length.append(size)
    return bytes(length)
