"""The packets of MQTT 5 that a client of another broker needs, to and from bytes.

Numbers in brackets are sections of the OASIS standard MQTT 5.0.
Of what a broker sends only what is used here is read; properties that change nothing for us are passed over.
"""

import struct
from collections.abc import Iterator
from typing import Final

import msgspec

CONNACK: Final = 2
PUBLISH: Final = 3
PUBACK: Final = 4
SUBACK: Final = 9
PINGRESP: Final = 13
DISCONNECT: Final = 14

FAILURE: Final = 0x80  # reason codes from here on say that something was refused
UNSUPPORTED_VERSION: Final = 0x84
SESSION_TAKEN_OVER: Final = 0x8E
TOO_LARGE: Final = 0x95

PINGREQ: Final = b"\xc0\x00"
GOODBYE: Final = b"\xe0\x00"

LARGEST_BYTES: Final = 192 * 1024
"""The largest packet we take: AWS's largest message, 128 KiB, and its topic. The broker drops what is larger."""
LARGEST_OF_ALL_BYTES: Final = 256 * 1024 * 1024 + 4  # of MQTT [2.1.4]

_NO_LOCAL: Final = 0x04
_NO_RETAINED: Final = 0x20
_SIZES: Final = {0x11: 4, 0x13: 2, 0x21: 2, 0x22: 2, 0x24: 1, 0x25: 1, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1}
_TEXTS: Final = frozenset((0x12, 0x15, 0x1A, 0x1C, 0x1F, 0x16))

_REASONS: Final = {
    0x81: "it found the packet malformed",
    0x82: "it found a protocol error",
    UNSUPPORTED_VERSION: "it does not speak MQTT 5",
    0x85: "it refuses the client id",
    0x86: "it does not know the user name or password",
    0x87: "it does not allow this client",
    0x88: "it is unavailable",
    0x89: "it is busy",
    0x8A: "it has banned this client",
    0x8B: "it is shutting down",
    0x8C: "it asks for another way to authenticate",
    0x8D: "it had no sign of life from us",
    0x93: "it was sent more than it takes at once",
    TOO_LARGE: "a message is larger than it takes",
    0x97: "a quota is used up",
    0x9A: "it keeps no retained messages",
    0x9F: "it takes no more connections now",
}


class ProtocolError(Exception):
    """What the broker sent is no MQTT 5; the text says what is wrong."""


class ConnAck(msgspec.Struct, frozen=True):
    """The answer to CONNECT. `receive_maximum`: how many QoS 1 messages may be unacknowledged.

    `maximum_packet` is in bytes, the whole packet; larger ones end the connection.
    """

    reason: int
    receive_maximum: int = 0xFFFF
    maximum_qos: int = 1
    keep_alive: int | None = None
    maximum_packet: int = LARGEST_OF_ALL_BYTES


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message of another client. `packet_id` is 0 at QoS 0."""

    topic: str
    payload: bytes
    packet_id: int


class Acknowledged(msgspec.Struct, frozen=True, gc=False):
    """The answer to a message of ours (PUBACK), or to a subscription (SUBACK: the worst of its reasons)."""

    kind: int
    packet_id: int
    reason: int


class Ended(msgspec.Struct, frozen=True):
    """The broker says why it closes the connection."""

    reason: int


class PingAnswer(msgspec.Struct, frozen=True):
    pass


Incoming = ConnAck | Message | Acknowledged | Ended | PingAnswer


def reason_in_words(reason: int) -> str:
    """Return what a reason code means, as half a sentence about the broker."""
    return _REASONS.get(reason, f"it gives reason 0x{reason:02x}")


class Decoder:
    """Bytes in, packets out; half a packet waits for its other half."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[Incoming]:
        """Yield the packets that are complete.

        Raises:
            ProtocolError: it is no MQTT, or larger than it may be.
        """
        self._data += data
        while (found := _frame(self._data)) is not None:
            first, body, stop = found
            packet = bytes(self._data[body:stop])
            del self._data[:stop]
            try:
                yield _read(first, packet)
            except (IndexError, struct.error, UnicodeDecodeError) as exc:
                raise ProtocolError(f"a packet of kind {first >> 4} that cannot be read") from exc


def _frame(data: bytearray) -> tuple[int, int, int] | None:
    """Return the first byte, and where the first packet's body begins and ends; None if it is not all here."""
    size = 0
    for i in range(1, 5):
        if i >= len(data):
            return None
        size |= (data[i] & 127) << (7 * (i - 1))
        if data[i] < 128:
            if size > LARGEST_BYTES:
                raise ProtocolError(f"a packet of {size} bytes")
            stop = i + 1 + size
            return (data[0], i + 1, stop) if stop <= len(data) else None
    raise ProtocolError("a length of more than four bytes")


def _read(first: int, body: bytes) -> Incoming:
    kind = first >> 4
    if kind == PUBLISH:
        return _read_publish(first, body)
    if kind in (PUBACK, SUBACK):
        (packet_id,) = struct.unpack_from(">H", body)
        if kind == SUBACK:
            size, at = _number(body, 2)
            return Acknowledged(kind, packet_id, max(body[at + size :]))
        return Acknowledged(kind, packet_id, body[2] if len(body) > 2 else 0)
    if kind == CONNACK:
        if len(body) == 2:  # no properties, not even none: a broker of MQTT 3.1.1, whatever it says
            return ConnAck(UNSUPPORTED_VERSION)
        known = _properties(body, 2)
        return ConnAck(
            body[1],
            known.get(0x21, 0xFFFF),
            known.get(0x24, 1),
            known.get(0x13),
            known.get(0x27, LARGEST_OF_ALL_BYTES),
        )
    if kind == DISCONNECT:
        return Ended(body[0] if body else 0)
    if kind == PINGRESP:
        return PingAnswer()
    raise ProtocolError(f"a packet of kind {kind}, which no broker sends at QoS 1")


def _read_publish(first: int, body: bytes) -> Message:
    qos = first >> 1 & 3
    topic_end = 2 + (body[0] << 8 | body[1])
    at = topic_end + 2 if qos else topic_end
    size, at = _number(body, at)
    if qos > 1 or at + size > len(body):
        raise ProtocolError("a message at QoS 2, or one that ends too early")
    packet_id = body[topic_end] << 8 | body[topic_end + 1] if qos else 0
    return Message(str(body[2:topic_end], "utf-8"), body[at + size :], packet_id)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable byte integer [1.5.5] and where it ends."""
    value = 0
    for i in range(4):
        byte = data[at + i]
        value |= (byte & 127) << (7 * i)
        if byte < 128:
            return value, at + i + 1
    raise ProtocolError("a number of more than four bytes")


def _properties(data: bytes, at: int) -> dict[int, int]:
    """Return the properties that are numbers [2.2.2]; texts are passed over."""
    if at >= len(data):
        return {}
    size, at = _number(data, at)
    end, found = at + size, dict[int, int]()
    while at < end:
        name, at = data[at], at + 1
        if name in _SIZES:
            found[name] = int.from_bytes(data[at : at + _SIZES[name]], "big")
            at += _SIZES[name]
        elif name in _TEXTS:
            at += 2 + (data[at] << 8 | data[at + 1])
        elif name == 0x26:  # a user property: two texts
            for _ in range(2):
                at += 2 + (data[at] << 8 | data[at + 1])
        else:
            raise ProtocolError(f"property 0x{name:02x} in a CONNACK")
    return found


def connect(
    client_id: str, keep_alive: int, username: str | None, password: str | None, will_topic: str | None = None
) -> bytes:
    """Return a CONNECT that begins a new session, which ends with the connection.

    The will empties `will_topic` of its retained message.
    """
    flags = 0x02 | (0x80 if username is not None else 0) | (0x40 if password is not None else 0)
    properties = b"\x27" + LARGEST_BYTES.to_bytes(4, "big")
    parts = [_text(client_id)]
    if will_topic is not None:
        flags |= 0x04 | 0x08 | 0x20  # at QoS 1, retained
        parts += [b"\x00", _text(will_topic), b"\x00\x00"]
    parts += [_text(text) for text in (username, password) if text is not None]
    return _whole(
        0x10,
        _text("MQTT") + bytes((5, flags)) + keep_alive.to_bytes(2, "big") + bytes((len(properties),)) + properties,
        *parts,
    )


def subscribe(packet_id: int, filters: tuple[str, ...], *, retained: bool) -> bytes:
    """Return a SUBSCRIBE at QoS 1, without messages of our own, with or without those retained [3.8.3.1]."""
    options = bytes((1 | _NO_LOCAL | (0 if retained else _NO_RETAINED),))
    return _whole(0x82, packet_id.to_bytes(2, "big"), b"\x00", *(_text(each) + options for each in filters))


def publish(topic: str, payload: bytes, packet_id: int, *, retain: bool = False) -> bytes:
    """Return a PUBLISH, at QoS 1 unless `packet_id` is 0."""
    if not packet_id:
        return _whole(0x30 | retain, _text(topic), b"\x00", payload)
    return _whole(0x32 | retain, _text(topic), packet_id.to_bytes(2, "big"), b"\x00", payload)


def puback(packet_id: int) -> bytes:
    """Return a PUBACK that says that all is well."""
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def _whole(first: int, *parts: bytes) -> bytes:
    size = sum(map(len, parts))
    header = bytearray((first,))
    while size > 127:
        header.append(size & 127 | 128)
        size >>= 7
    header.append(size)
    return b"".join((header, *parts))
