"""The MQTT codec: bytes as the standard gives them, there and back, and any other bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.endpoint import packets, wire
from simulator.endpoint.packets import MalformedPacketError, Packet, PacketTooLargeError

# --- bytes written by hand from the standard's tables

EXAMPLES: list[tuple[Packet, str]] = [
    (
        packets.Connect(client_id="a", keep_alive=60),
        "10 0d  00 04 4d 51 54 54  04 02 00 3c  00 01 61",
    ),
    (
        packets.Connect(
            client_id="",
            clean_session=False,
            keep_alive=10,
            will=packets.Will("w", b"bye", 1, retain=True),
            username="u",
            password=b"\x00\xff",
        ),
        "10 1b  00 04 4d 51 54 54  04 ec 00 0a  00 00  00 01 77  00 03 62 79 65  00 01 75  00 02 00 ff",
    ),
    (packets.ConnAck(False, 0), "20 02 00 00"),
    (packets.ConnAck(True, 0), "20 02 01 00"),
    (packets.ConnAck(False, 2), "20 02 00 02"),
    (packets.Publish("a/b", b"hi"), "30 07  00 03 61 2f 62  68 69"),
    (packets.Publish("a/b", b"", 1, 10), "32 07  00 03 61 2f 62  00 0a"),
    (packets.Publish("a", b"x", 1, 0xFFFF, retain=True, dup=True), "3b 06  00 01 61  ff ff  78"),
    (packets.Publish("é", b"x", retain=True), "31 05  00 02 c3 a9  78"),
    (packets.Publish("a", b"x", 2, 1), "34 06  00 01 61  00 01  78"),
    (packets.PubAck(1), "40 02 00 01"),
    (packets.PubRec(0x1234), "50 02 12 34"),
    (packets.PubRel(0x1234), "62 02 12 34"),
    (packets.PubComp(0x1234), "70 02 12 34"),
    (packets.Subscribe(10, (("a/b", 1), ("c/d", 2))), "82 0e  00 0a  00 03 61 2f 62 01  00 03 63 2f 64 02"),
    (packets.SubAck(10, (0, 1, 2, 0x80)), "90 06  00 0a  00 01 02 80"),
    (packets.Unsubscribe(10, ("a/b", "c")), "a2 0a  00 0a  00 03 61 2f 62  00 01 63"),
    (packets.UnsubAck(10), "b0 02 00 0a"),
    (packets.PingReq(), "c0 00"),
    (packets.PingResp(), "d0 00"),
    (packets.Disconnect(), "e0 00"),
]


@pytest.mark.parametrize(("packet", "octets"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_a_packet_is_written_and_read_as_the_standard_says(packet: Packet, octets: str) -> None:
    data = bytes.fromhex(octets)
    assert wire.encode(packet) == data
    assert list(wire.Decoder().feed(data)) == [packet]


@pytest.mark.parametrize(
    ("size", "length"),
    [(127, "7f"), (128, "80 01"), (16_383, "ff 7f"), (16_384, "80 80 01"), (131_000, "b8 ff 07")],
)
def test_the_remaining_length_takes_as_few_bytes_as_it_can(size: int, length: str) -> None:
    packet = packets.Publish("a", bytes(size - 3))
    data = wire.encode(packet)
    assert data.startswith(b"\x30" + bytes.fromhex(length) + b"\x00\x01a")
    assert list(wire.Decoder().feed(data)) == [packet]


def test_a_length_of_four_bytes_is_read_and_written() -> None:
    packet = packets.Publish("a", bytes(2_097_152))
    assert wire.encode(packet)[:5] == b"\x30\x83\x80\x80\x01"
    assert list(wire.Decoder(limit=2_097_155).feed(wire.encode(packet))) == [packet]


# --- any packets, in any pieces

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=200)
names = texts.filter(bool)
ids = st.integers(1, 0xFFFF)
wills = st.builds(packets.Will, texts, st.binary(max_size=200), st.integers(0, 2), st.booleans())
any_packet: st.SearchStrategy[Packet] = st.one_of(
    st.builds(
        packets.Connect,
        client_id=texts,
        clean_session=st.booleans(),
        keep_alive=st.integers(0, 0xFFFF),
        will=st.none() | wills,
        username=texts,
        password=st.none() | st.binary(max_size=100),
    ),
    st.builds(packets.ConnAck, st.booleans(), st.integers(0, 5)),
    st.builds(packets.Publish, names, st.binary(max_size=300), st.just(0), st.just(0), st.booleans()),
    st.builds(packets.Publish, names, st.binary(max_size=300), st.integers(1, 2), ids, st.booleans(), st.booleans()),
    st.builds(packets.PubAck, ids),
    st.builds(packets.PubRec, ids),
    st.builds(packets.PubRel, ids),
    st.builds(packets.PubComp, ids),
    st.builds(packets.UnsubAck, ids),
    st.builds(packets.Subscribe, ids, st.lists(st.tuples(names, st.integers(0, 2)), min_size=1, max_size=9).map(tuple)),
    st.builds(packets.SubAck, ids, st.lists(st.sampled_from([0, 1, 2, 0x80]), min_size=1).map(tuple)),
    st.builds(packets.Unsubscribe, ids, st.lists(names, min_size=1, max_size=9).map(tuple)),
    st.sampled_from([packets.PingReq(), packets.PingResp(), packets.Disconnect()]),
)


@given(st.lists(any_packet, max_size=8), st.data())
def test_what_was_written_is_read_however_the_stream_is_cut(sent: list[Packet], data: st.DataObject) -> None:
    stream = b"".join(map(wire.encode, sent))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    decoder = wire.Decoder()
    received: list[Packet] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        received += decoder.feed(stream[start:end])
    assert received == sent


@given(st.lists(any_packet, max_size=5))
def test_a_stream_is_read_byte_by_byte(sent: list[Packet]) -> None:
    decoder = wire.Decoder()
    received: list[Packet] = []
    for byte in b"".join(map(wire.encode, sent)):
        received += decoder.feed(bytes((byte,)))
    assert received == sent


def read_anything(pieces: list[bytes]) -> None:
    decoder = wire.Decoder(limit=1000)
    for piece in pieces:
        for packet in decoder.feed(piece):
            assert isinstance(packet, packets.Packet)


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_any_bytes_are_packets_or_malformed_and_nothing_else(pieces: list[bytes]) -> None:
    try:
        read_anything(pieces)
    except MalformedPacketError as error:
        assert str(error)


@given(any_packet, st.data())
def test_a_damaged_packet_is_a_packet_or_malformed_and_nothing_else(packet: Packet, data: st.DataObject) -> None:
    damaged = bytearray(wire.encode(packet))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_anything([bytes(damaged), bytes(300)])
    except MalformedPacketError as error:
        assert str(error)


# --- what is refused, and with which words

MALFORMED = {
    "00 00": "RESERVED: 0x00 is no first byte of a packet",
    "f0 00": "AUTH: there is no such packet in MQTT 3.1.1",
    "f1 00": "AUTH: 0xf1 is no first byte of a packet",
    "47": "PUBACK: 0x47 is no first byte of a packet",  # "GET / HTTP/1.1"
    "80 02 00 01": "SUBSCRIBE: 0x80 is no first byte of a packet",
    "16 03 01": "CONNECT: 0x16 is no first byte of a packet",  # a TLS client on the plain port
    "30 ff ff ff ff 01": "PUBLISH: its length takes more than four bytes",
    "30 01 00": "PUBLISH: it ends too early",
    "30 03 00 02 61": "PUBLISH: it ends too early",
    "32 04 00 01 61 00": "PUBLISH: it ends too early",
    "30 02 00 00": "PUBLISH: its topic is empty or contains U+0000",
    "30 03 00 01 00": "PUBLISH: its topic is empty or contains U+0000",
    "30 04 00 02 c3 28": "PUBLISH: a string in it is not UTF-8",
    "30 05 00 03 ed a0 80": "PUBLISH: a string in it is not UTF-8",  # a surrogate
    "38 03 00 01 61": "PUBLISH: DUP is set at QoS 0",
    "36 05 00 01 61 00 01": "PUBLISH: there is no QoS 3",
    "32 05 00 01 61 00 00": "PUBLISH: its packet identifier is 0",
    "40 02 00 00": "PUBACK: its packet identifier is 0",
    "40 03 00 01 00": "PUBACK: it is not a packet identifier alone",
    "40 01 01": "PUBACK: it is not a packet identifier alone",
    "20 02 02 00": "CONNACK: it is not 0 or 1 and a return code",
    "82 02 00 01": "SUBSCRIBE: it has no filters, or a QoS above 2",
    "82 06 00 01 00 01 61 03": "SUBSCRIBE: it has no filters, or a QoS above 2",
    "82 06 00 00 00 01 61 01": "SUBSCRIBE: its packet identifier is 0",
    "82 05 00 01 00 00 01": "SUBSCRIBE: a topic filter is empty",
    "82 05 00 01 00 01 61": "SUBSCRIBE: it ends too early",
    "82 06 00 01 00 09 61 01": "SUBSCRIBE: it ends too early",
    "82 06 00 01 00 01 00 01": "SUBSCRIBE: a string in it contains U+0000",
    "a2 02 00 01": "UNSUBSCRIBE: it has no filters",
    "90 02 00 01": "SUBACK: it has no return codes, or unknown ones",
    "90 03 00 01 03": "SUBACK: it has no return codes, or unknown ones",
    "c0 01 00": "PINGREQ: it has a body",
    "e0 01 00": "DISCONNECT: it has a body",
    "10 00": "CONNECT: it ends too early",
    "10 07 00 04 4d 51 54 58 04": "CONNECT: the protocol is not MQTT",
    "10 0c 00 04 4d 51 54 54 04 03 00 3c 00 00": "CONNECT: 0x03 is no combination of connect flags",
    "10 0c 00 04 4d 51 54 54 04 0a 00 3c 00 00": "CONNECT: 0x0a is no combination of connect flags",
    "10 0c 00 04 4d 51 54 54 04 1e 00 3c 00 00": "CONNECT: 0x1e is no combination of connect flags",
    "10 0c 00 04 4d 51 54 54 04 42 00 3c 00 00": "CONNECT: 0x42 is no combination of connect flags",
    "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 00 00": "CONNECT: it goes on after its end",
    "10 0c 00 04 4d 51 54 54 04 02 00 3c 00 09": "CONNECT: it ends too early",
    "10 0c 00 04 4d 51 54 54 04 82 00 3c 00 00": "CONNECT: it ends too early",
}


@pytest.mark.parametrize("octets", MALFORMED)
def test_malformed_bytes_are_refused_in_words(octets: str) -> None:
    with pytest.raises(MalformedPacketError) as caught:
        list(wire.Decoder().feed(bytes.fromhex(octets)))
    assert str(caught.value) == MALFORMED[octets]


def test_packets_before_a_malformed_one_are_still_read() -> None:
    received: list[Packet] = []
    with pytest.raises(MalformedPacketError):
        received.extend(wire.Decoder().feed(b"\xc0\x00\x40\x02\x00\x07\xff"))
    assert received == [packets.PingReq(), packets.PubAck(7)]


def test_a_packet_above_the_limit_is_refused_before_its_body_has_come() -> None:
    with pytest.raises(PacketTooLargeError) as caught:
        list(wire.Decoder().feed(b"\x30\xff\xff\xff\x7f"))
    assert str(caught.value) == f"PUBLISH: 268435455 bytes are more than the limit of {wire.MAX_PACKET_BYTES}"


def test_the_limit_lets_the_largest_message_of_aws_pass() -> None:
    packet = packets.Publish("t" * 256, bytes(128 * 1024), 1, 1)
    data = wire.encode(packet)
    assert list(wire.Decoder().feed(data)) == [packet]
    with pytest.raises(PacketTooLargeError):
        list(wire.Decoder().feed(wire.encode(packets.Publish("t" * 256, bytes(128 * 1024 + 1), 1, 1))))


@pytest.mark.parametrize(
    ("octets", "level"),
    [
        ("10 10  00 04 4d 51 54 54  06 02 00 3c  03 21 00 14  00 00", 6),
        ("10 0c  00 06 4d 51 49 73 64 70  03 02 00 3c", 3),
        ("10 07  00 04 4d 51 54 54  84", 0x84),
    ],
)
def test_of_a_connect_of_another_level_only_the_level_is_read(octets: str, level: int) -> None:
    assert list(wire.Decoder().feed(bytes.fromhex(octets))) == [packets.Connect(client_id="", level=level)]
