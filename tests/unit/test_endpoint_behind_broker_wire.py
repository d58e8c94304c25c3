"""What a client of another broker reads and writes, byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.endpoint import behind_broker_wire as wire


def read(data: bytes) -> list[wire.Incoming]:
    return list(wire.Decoder().feed(data))


@pytest.mark.parametrize(
    ("data", "packet"),
    [
        ("2003000000", wire.ConnAck(0)),
        ("200b000008 210014 2401 13001e", wire.ConnAck(0, receive_maximum=20, maximum_qos=1, keep_alive=30)),
        ("2010 0000 0d 120003616263 2600016b000176", wire.ConnAck(0)),
        ("2003008700", wire.ConnAck(0x87)),
        ("4002000a", wire.Acknowledged(wire.PUBACK, 10, 0)),
        ("4003000a87", wire.Acknowledged(wire.PUBACK, 10, 0x87)),
        ("9006 0001 00 01 87 01", wire.Acknowledged(wire.SUBACK, 1, 0x87)),
        ("e0018e", wire.Ended(wire.SESSION_TAKEN_OVER)),
        ("e000", wire.Ended(0)),
        ("d000", wire.PingAnswer()),
        ("3006 0001 61 00 7b7d", wire.Message("a", b"{}", 0)),
        ("3208 0001 61 0007 00 7b7d", wire.Message("a", b"{}", 7)),
    ],
)
def test_each_packet_that_a_broker_sends_is_read(data: str, packet: wire.Incoming) -> None:
    assert read(bytes.fromhex(data)) == [packet]


@pytest.mark.parametrize("code", range(6))
def test_the_answer_of_a_broker_of_mqtt_3_says_that_it_does_not_speak_mqtt_5(code: int) -> None:
    """[MQTT 3.1.1, 3.2.2.3]: two bytes and no properties. Code 1 is "unacceptable protocol version"."""
    (packet,) = read(bytes((0x20, 2, 0, code)))
    assert isinstance(packet, wire.ConnAck)
    assert packet.reason >= wire.FAILURE
    assert wire.reason_in_words(packet.reason) == "it does not speak MQTT 5"


@pytest.mark.parametrize(
    "data", ["20ffffffff01", "3006000161", "3406 0001 61 0007 00", "1002 0000", "200600000399", "40ffff7f"]
)
def test_what_is_no_mqtt_5_is_told_or_waited_for_but_never_taken(data: str) -> None:
    try:
        assert read(bytes.fromhex(data)) == []
    except wire.ProtocolError as exc:
        assert str(exc)


@given(st.binary(max_size=64), st.lists(st.integers(1, 9), max_size=16))
def test_packets_come_out_alike_however_the_bytes_are_cut(data: bytes, cuts: list[int]) -> None:
    """Whatever the bytes are: the same packets and the same complaint."""

    def fed(pieces: list[bytes]) -> list[object]:
        decoder, found = wire.Decoder(), list[object]()
        try:
            for piece in pieces:
                found.extend(decoder.feed(piece))
        except wire.ProtocolError as exc:
            found.append(str(exc))
        return found

    pieces, at = [], 0
    for cut in cuts:
        pieces.append(data[at : at + cut])
        at += cut
    assert fed([*pieces, data[at:]]) == fed([data])
