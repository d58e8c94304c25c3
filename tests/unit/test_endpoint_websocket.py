"""WebSocket in memory: AWS's handshake, MQTT through the frames, and an end for whoever breaks the rules."""

import asyncio
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from simulator.endpoint.turns import Turns
from simulator.endpoint.websocket import (
    FRAME_BYTES,
    HANDSHAKE_BYTES,
    LARGE_PIECE_BYTES,
    PIECE_BYTES,
    WebSocketLine,
)
from tests.support.tls_peer import KeptTransport, Recorder
from tests.unit.test_endpoint_sigv4 import SIGNATURE, query


class Peer:
    """A WebSocket client in memory, joined to a line."""

    def __init__(self, path: str = "/mqtt", subprotocols: tuple[str, ...] = ("mqtt",)) -> None:
        self.inner = Recorder()
        self.raw = KeptTransport()
        self.line = WebSocketLine(self.inner)
        self.line.connection_made(self.raw)
        self.ws = ClientProtocol(
            parse_uri(f"ws://localhost{path}"), subprotocols=[Subprotocol(name) for name in subprotocols] or None
        )
        self.ws.send_request(self.ws.connect())
        self.response: Response | None = None
        self.frames: list[Frame] = []
        self.requested = list(self.ws.data_to_send())
        for data in self.requested:
            self.line.data_received(data)
        self.exchange()

    def exchange(self) -> None:
        """Carry what waits on either side to the other."""
        for data in self.ws.data_to_send():
            if data:
                self.line.data_received(data)
        self.ws.receive_data(self.raw.take())
        for event in self.ws.events_received():
            if isinstance(event, Response):
                self.response = event
            elif isinstance(event, Frame):
                self.frames.append(event)

    @property
    def status(self) -> int:
        assert self.response is not None
        return self.response.status_code


def test_the_handshake_of_mqtt_is_accepted_and_frames_carry_bytes_both_ways() -> None:
    peer = Peer()
    assert peer.inner.events == ["made"]
    assert peer.status == 101
    assert peer.ws.subprotocol == "mqtt"
    peer.ws.send_binary(b"half a pac")
    peer.exchange()
    peer.ws.send_binary(b"ket", fin=False)
    peer.ws.send_continuation(b" and one", fin=True)
    peer.exchange()
    assert peer.inner.received == b"half a packet and one"
    peer.line.write(b"answer")
    peer.line.write(b"x" * 100_000)
    peer.exchange()
    assert [(frame.opcode, bytes(frame.data)) for frame in peer.frames] == [
        (Opcode.BINARY, b"answer"),
        (Opcode.BINARY, b"x" * 100_000),
    ]


def test_a_signed_request_is_accepted() -> None:
    assert Peer("/mqtt?" + query() + "&X-Amz-Security-Token=tok%2Fen").status == 101


def test_a_wrongly_signed_request_is_forbidden_as_aws_says_it() -> None:
    peer = Peer("/mqtt?" + query(Signature="nonsense"))
    assert peer.status == 403
    assert peer.response is not None
    assert peer.response.headers["x-amzn-ErrorType"] == "ForbiddenException"
    assert peer.response.headers["Content-Type"] == "application/json"
    assert peer.response.body == b'{"message":"Forbidden"}'
    assert peer.inner.events == ["made", "eof"]
    assert peer.raw.calls == ["close"]


@pytest.mark.parametrize("path", ["/", "/mqtt/", "/MQTT", "/other?x=1"])
def test_another_path_is_not_found(path: str) -> None:
    peer = Peer(path)
    assert peer.status == 404
    assert peer.raw.calls == ["close"]


@pytest.mark.parametrize("subprotocols", [(), ("mqttv3.1",), ("chat",)])
def test_a_client_that_does_not_offer_the_subprotocol_mqtt_is_refused(subprotocols: tuple[str, ...]) -> None:
    peer = Peer(subprotocols=subprotocols)
    assert peer.status == 400
    assert peer.inner.events == ["made", "eof"]


def test_no_secret_reaches_a_log_whatever_its_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    Peer("/mqtt?" + query() + "&X-Amz-Security-Token=TOKEN")
    Peer("/mqtt?" + query(Date="never") + "&X-Amz-Security-Token=TOKEN")
    ours = [record for record in caplog.records if not record.name.startswith("websockets.client")]
    told = " ".join(record.getMessage() for record in ours)
    assert "a signed WebSocket request was refused: X-Amz-Date is no date" in told
    assert SIGNATURE not in told
    assert "TOKEN" not in told
    assert "AKIDEXAMPLE" not in told


def test_a_text_frame_ends_the_connection() -> None:  # [MQTT-6.0.0-1]
    peer = Peer()
    peer.ws.send_text(b"\x10\x00")
    peer.exchange()
    assert peer.ws.close_rcvd == Close(1003, "MQTT travels in binary frames")
    assert peer.inner.received == b""
    assert peer.inner.events[-1] == "eof"
    assert peer.raw.calls == ["close"]


def test_a_ping_is_answered() -> None:
    peer = Peer()
    peer.ws.send_ping(b"are you there")
    peer.exchange()
    assert [(frame.opcode, bytes(frame.data)) for frame in peer.frames] == [(Opcode.PONG, b"are you there")]
    assert peer.raw.calls == []


def test_a_goodbye_is_answered_and_is_an_end() -> None:
    peer = Peer()
    peer.ws.send_close(1000)
    peer.exchange()
    assert peer.ws.close_rcvd == Close(1000, "")
    assert peer.inner.events[-1] == "eof"
    assert peer.raw.calls == ["close"]


def test_close_says_goodbye_after_what_was_written_and_drops_the_rest() -> None:
    peer = Peer()
    peer.line.write(b"last words")
    peer.line.close()
    peer.line.write(b"too late")
    peer.line.close()
    peer.exchange()
    assert bytes(peer.frames[0].data) == b"last words"
    assert peer.ws.close_rcvd == Close(1000, "")
    assert len(peer.frames) == 2
    assert peer.line.is_closing()


def test_a_message_that_is_too_long_ends_the_connection_before_it_has_come() -> None:
    peer = Peer()
    peer.line.data_received(b"\x82\xff" + (FRAME_BYTES + 1).to_bytes(8, "big") + b"\0\0\0\0" + b"x" * 1000)
    peer.exchange()
    assert peer.ws.close_rcvd is not None
    assert peer.ws.close_rcvd.code == 1009
    assert peer.inner.received == b""
    assert peer.inner.events[-1] == "eof"


def test_a_request_that_does_not_end_is_cut_off() -> None:
    inner, raw = Recorder(), KeptTransport()
    line = WebSocketLine(inner)
    line.connection_made(raw)
    sent = 0
    while not raw.calls and sent < 10 * HANDSHAKE_BYTES:
        line.data_received(b"GET /mqtt HTTP/1.1\r\n" if not sent else b"X-Endless: " + b"x" * 1000 + b"\r\n")
        sent += 1000
    assert raw.calls == ["abort"]
    assert HANDSHAKE_BYTES <= sent <= HANDSHAKE_BYTES + 2000


def test_pressure_ends_and_information_pass_through() -> None:
    peer = Peer()
    peer.line.set_write_buffer_limits(high=1234)
    assert peer.raw.high == 1234
    assert peer.line.get_extra_info("peername") == ("192.0.2.7", 4242)
    peer.line.pause_writing()
    peer.line.eof_received()
    peer.line.connection_lost(None)
    assert peer.inner.events == ["made", "pause", "eof", "lost"]
    peer.line.write(b"x")
    peer.line.close()
    assert peer.raw.calls == []


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(st.binary(min_size=1, max_size=60), max_size=6), shaken=st.booleans())
def test_whatever_comes_raises_nothing(pieces: list[bytes], shaken: bool) -> None:
    peer = Peer()
    if not shaken:
        peer.line = WebSocketLine(peer.inner)
        peer.line.connection_made(peer.raw)
    for piece in pieces:
        peer.line.data_received(piece)
    peer.line.connection_lost(None)
    assert peer.ws.state in (State.OPEN, State.CLOSING, State.CLOSED)
    assert peer.inner.events[-1] == "lost"


async def test_much_that_comes_at_once_is_taken_in_turns_and_in_order() -> None:
    inner, raw = Recorder(), KeptTransport()
    line = WebSocketLine(inner, Turns())
    peer = Peer()
    line.connection_made(raw)
    for data in peer.requested:
        line.data_received(data)
    sent = b"".join(b"%05d" % number for number in range(4000))
    for at in range(0, len(sent), 5):
        peer.ws.send_binary(sent[at : at + 5])
    line.data_received(b"".join(peer.ws.data_to_send()))
    assert len(inner.received) < PIECE_BYTES
    assert raw.calls == ["pause"]
    turns = 0
    while raw.calls[-1] != "resume":
        line.pause_reading()  # as a client does that has its own turn to wait for
        await asyncio.sleep(0)
        line.resume_reading()
        await asyncio.sleep(0)
        turns += 1
        assert turns < 100
    assert inner.received == sent
    assert turns > 10


async def test_a_large_frame_takes_larger_pieces_and_what_follows_it_small_ones_again() -> None:
    inner, raw = Recorder(), KeptTransport()
    line = WebSocketLine(inner, Turns())
    peer = Peer()
    line.connection_made(raw)
    for data in peer.requested:
        line.data_received(data)
    peer.ws.send_binary(bytes(60_000))
    for _ in range(400):
        peer.ws.send_binary(b"x")
    line.data_received(b"".join(peer.ws.data_to_send()))
    turns, came = 0, []
    while raw.calls[-1] == "pause":
        before = len(inner.received)
        await asyncio.sleep(0)
        turns += 1
        came.append(len(inner.received) - before)
    assert inner.received == bytes(60_000) + b"x" * 400
    assert turns < 60_000 / LARGE_PIECE_BYTES + 10
    after = came[came.index(max(came)) + 1 :]
    assert 0 < max(after) <= PIECE_BYTES / 7  # of frames of seven bytes
