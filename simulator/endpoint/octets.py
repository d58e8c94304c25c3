"""The fields that MQTT packets are made of, read from bytes and written to bytes [1.5 of both standards]."""

from typing import Final

from simulator.endpoint.packets import MalformedPacketError

MAX_LENGTH: Final = 268_435_455
"""The largest number that four bytes of seven bits hold."""


class Body:
    """A part of a packet, read from front to back. `packet` names it in errors.

    Reading past the end raises IndexError, which the decoder turns into a MalformedPacketError.
    """

    __slots__ = ("_at", "_data", "_end", "packet")

    def __init__(self, packet: str, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.packet = packet
        self._data = data
        self._at = at
        self._end = len(data) if end is None else end

    @property
    def is_read(self) -> bool:
        return self._at >= self._end

    def byte(self) -> int:
        if self._at >= self._end:
            raise IndexError
        self._at += 1
        return self._data[self._at - 1]

    def number(self) -> int:
        """Read two bytes."""
        return int.from_bytes(self._take(2), "big")

    def long_number(self) -> int:
        """Read four bytes."""
        return int.from_bytes(self._take(4), "big")

    def length(self) -> int:
        """Read a variable byte integer [MQTT 5, 1.5.5]."""
        value = 0
        for i in range(4):
            byte = self.byte()
            value |= (byte & 127) << (7 * i)
            if byte < 128:
                return value
        raise MalformedPacketError(self.packet, "a length in it takes more than four bytes")

    def binary(self) -> bytes:
        return self._take(self.number())

    def text(self) -> str:
        text = str(self.binary(), "utf-8")
        if "\0" in text:
            raise MalformedPacketError(self.packet, "a string in it contains U+0000")  # [MQTT-1.5.3-2, MQTT-1.5.4-2]
        return text

    def packet_id(self) -> int:
        packet_id = self.number()
        if not packet_id:
            raise MalformedPacketError(self.packet, "its packet identifier is 0")  # [MQTT-2.3.1-1]
        return packet_id

    def filter(self) -> str:
        topic_filter = self.text()
        if not topic_filter:
            raise MalformedPacketError(self.packet, "a topic filter is empty")  # [MQTT-4.7.3-1]
        return topic_filter

    def part(self, size: int) -> "Body":
        """Take the next `size` bytes as a part of its own."""
        at, self._at = self._at, self._at + size
        if self._at > self._end:
            raise IndexError
        return Body(self.packet, self._data, at, self._at)

    def rest(self) -> bytes:
        """Read what is left."""
        return self._take(self._end - self._at)

    def end(self) -> None:
        if not self.is_read:
            raise MalformedPacketError(self.packet, "it goes on after its end")

    def _take(self, size: int) -> bytes:
        at, self._at = self._at, self._at + size
        if self._at > self._end:
            raise IndexError
        return self._data[at : self._at]


def header(first: int, size: int) -> bytes:
    """Return the fixed header of a packet with a body of `size` bytes."""
    if size < 128:
        return bytes((first, size))
    if size < 16_384:
        return bytes((first, size & 127 | 128, size >> 7))
    return bytes((first,)) + length(size)


def length(value: int) -> bytes:
    """Return a variable byte integer."""
    if value > MAX_LENGTH:
        raise OverflowError(f"{value} bytes are more than a packet can have")
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    written.append(value)
    return bytes(written)


def whole(first: int, body: bytes) -> bytes:
    """Return a packet: its fixed header and its body."""
    return header(first, len(body)) + body


def string(text: str) -> bytes:
    """Return a string with its length; longer than 65,535 bytes is an OverflowError."""
    return binary(text.encode())


def binary(data: bytes) -> bytes:
    """Return binary data with its length; longer than 65,535 bytes is an OverflowError."""
    return len(data).to_bytes(2, "big") + data
