"""MQTT 5 on the wire: what the standard's bytes mean, that writing and reading agree, and that no bytes do harm."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.endpoint import octets, packets, property_codec, wire
from simulator.endpoint.packets import MalformedPacketError, Packet
from simulator.endpoint.properties import TABLE, Properties
from simulator.endpoint.reasons import Reason
from tests.support.mqtt5_packets import any_packet, any_stream, properties_of

EXAMPLES: list[tuple[Packet, str]] = [  # bytes written down by hand from the standard's tables
    (
        packets.Connect(client_id="a", level=5, keep_alive=10, properties=Properties(session_expiry=10)),
        "10 13  00 04 4d 51 54 54  05 02 00 0a  05 11 00 00 00 0a  00 01 61",
    ),
    (packets.ConnAck(True, 0, Properties(receive_maximum=100)), "20 06  01 00  03 21 00 64"),
    (
        packets.Publish("a", b"x", 1, 2, properties=Properties(topic_alias=3, user=(("k", "v"),))),
        "32 11  00 01 61  00 02  0a 23 00 03 26 00 01 6b 00 01 76  78",
    ),
    (packets.Publish("a", b"x"), "30 05  00 01 61  00  78"),
    (packets.PubAck(7), "40 02  00 07"),
    (packets.PubAck(7, 0x10), "40 03  00 07 10"),
    (packets.Subscribe(1, (("a", 0x2D),)), "82 07  00 01  00  00 01 61 2d"),
    (packets.SubAck(1, (1, 0x8F)), "90 05  00 01  00  01 8f"),
    (packets.UnsubAck(1, (0x11,)), "b0 04  00 01  00  11"),
    (packets.Disconnect(), "e0 00"),
    (packets.Disconnect(0x8E), "e0 01  8e"),
    (packets.Disconnect(0x8E, Properties(reason_string="no")), "e0 07  8e  05 1f 00 02 6e 6f"),
    (packets.Auth(0x18, Properties(authentication_method="m")), "f0 06  18  04 15 00 01 6d"),
]


@pytest.mark.parametrize(("packet", "written"), EXAMPLES)
def test_a_packet_is_written_and_read_as_the_standard_says(packet: Packet, written: str) -> None:
    data = bytes.fromhex(written)
    assert wire.encode(packet, 5) == data
    assert list(wire.Decoder(level=5).feed(data)) == [packet]


@given(st.lists(any_packet, max_size=8), st.data())
def test_what_was_written_is_read_however_the_stream_is_cut(sent: list[Packet], data: st.DataObject) -> None:
    stream = b"".join(wire.encode(packet, 5) for packet in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    decoder = wire.Decoder(level=5)
    received: list[Packet] = []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        received += decoder.feed(stream[start:stop])
    assert received == sent


def test_a_connect_of_mqtt_5_makes_what_follows_mqtt_5() -> None:
    connect, publish = packets.Connect(client_id="a", level=5), packets.Publish("a", b"x")
    decoder = wire.Decoder()
    assert decoder.level == 4
    assert list(decoder.feed(wire.encode(connect) + wire.encode(publish, 5))) == [connect, publish]
    assert decoder.level == 5


@pytest.mark.parametrize("packet", sorted({name for _, _, allowed in TABLE.values() for name in allowed}))
@given(st.data())
def test_properties_are_read_as_they_were_written(packet: str, data: st.DataObject) -> None:
    properties = data.draw(properties_of(packet))
    body = octets.Body(packet, property_codec.write(properties))
    assert property_codec.read(body, packet) == properties
    assert body.is_read


@given(st.integers(0, octets.MAX_LENGTH))
def test_a_variable_byte_integer_is_read_as_it_was_written(value: int) -> None:
    assert octets.Body("X", octets.length(value)).length() == value


MALFORMED = {
    "30 04 00 01 61 01": "PUBLISH: it ends too early",
    "30 04 00 00 00 78": "PUBLISH: it has neither topic nor alias",
    "30 06 00 01 61 02 01 02": "PUBLISH: its payload_format must not be 2",
    "30 08 00 01 61 04 01 00 01 00": "PUBLISH: it has its payload_format twice",
    "30 09 00 01 61 05 11 00 00 00 01": "PUBLISH: it may not have property 0x11",
    "30 06 00 01 61 02 7f 00": "PUBLISH: it may not have property 0x7f",
    "30 08 00 01 61 80 80 80 80 01": "PUBLISH: a length in it takes more than four bytes",
    "36 06 00 01 61 00 01 00": "PUBLISH: QoS 3 is none, or DUP is set at QoS 0",
    "82 07 00 01 00 00 01 61 03": "SUBSCRIBE: 0x03 are no subscription options",
    "82 07 00 01 00 00 01 61 30": "SUBSCRIBE: 0x30 are no subscription options",
    "82 09 00 01 02 0b 00 00 01 61 00": "SUBSCRIBE: its subscription_identifiers must not be 0",
    "82 0b 00 01 04 0b 01 0b 02 00 01 61 00": "SUBSCRIBE: it has its subscription_identifiers twice",
    "82 03 00 01 00": "SUBSCRIBE: it has no filters",
    "a2 03 00 01 00": "UNSUBSCRIBE: it has no filters",
    "40 05 00 01 00 00 00": "PUBACK: it goes on after its end",
    "e0 03 00 02 26": "DISCONNECT: it ends too early",
    "20 03 02 00 00": "CONNACK: a reserved flag is set",
    "c0 01 00": "PINGREQ: it has a body",
    "f1 00": "AUTH: 0xf1 is no first byte of a packet",
}


@pytest.mark.parametrize("written", MALFORMED)
def test_malformed_bytes_are_refused_in_words(written: str) -> None:
    with pytest.raises(MalformedPacketError) as caught:
        list(wire.Decoder(level=5).feed(bytes.fromhex(written)))
    assert str(caught.value) == MALFORMED[written]


def test_a_protocol_error_is_told_from_a_malformed_packet() -> None:
    def reason(written: str) -> Reason:
        with pytest.raises(MalformedPacketError) as caught:
            list(wire.Decoder(level=5).feed(bytes.fromhex(written)))
        return caught.value.reason

    assert reason("30 08 00 01 61 04 01 00 01 00") is Reason.PROTOCOL_ERROR
    assert reason("30 06 00 01 61 02 7f 00") is Reason.MALFORMED_PACKET
    assert reason("30 ff ff ff 7f") is Reason.PACKET_TOO_LARGE


@given(st.integers(0, 2**64))
def test_a_damaged_conversation_gives_packets_or_an_error_in_words_and_nothing_else(seed: int) -> None:
    """A slice of `python -m tests.bench.fuzz_wire`."""
    source = random.Random(seed)
    decoder = wire.Decoder()
    data = any_stream(source)
    cut = source.randint(0, len(data))
    try:
        for piece in (data[:cut], data[cut:]):
            for packet in decoder.feed(piece):
                assert isinstance(packet, packets.Packet)
                assert wire.encode(packet, decoder.level)
    except MalformedPacketError as error:
        assert str(error)
        assert error.reason >= Reason.UNSPECIFIED_ERROR
