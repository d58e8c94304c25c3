"""Handshakes are computed beside the loop, one after the other, and nobody touches a connection meanwhile."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.endpoint.authority import Authority
from simulator.endpoint.handshaker import Handshaker
from simulator.endpoint.tls import TlsLine
from tests.support.tls_peer import Peer, Recorder, client_side, server_side


class Piece:
    """A piece of a handshake that computes as long as it is told to."""

    def __init__(self, handshaker: Handshaker, result: Exception | None = None, *, is_begun: bool = False) -> None:
        self.may_end, self.has_begun = threading.Event(), threading.Event()
        self.by: list[threading.Thread] = []
        self.outcome: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self._result = result
        self.is_gone = False
        handshaker.add(self, is_begun=is_begun)

    def is_closing(self) -> bool:
        return self.is_gone

    def shake(self) -> Exception | None:
        self.by.append(threading.current_thread())
        self.has_begun.set()
        assert self.may_end.wait(10)
        return self._result

    def shaken(self, outcome: Exception | None) -> None:
        self.by.append(threading.current_thread())
        self.outcome.set_result(outcome)


@pytest.fixture
def handshaker() -> Iterator[Handshaker]:
    made = Handshaker()
    yield made
    made.close()
    assert "TLS handshakes" not in [thread.name for thread in threading.enumerate()]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tls")


async def test_the_loop_turns_while_a_piece_is_computed(handshaker: Handshaker) -> None:
    piece = Piece(handshaker)
    assert await asyncio.to_thread(piece.has_begun.wait, 10)
    for _ in range(100):
        await asyncio.sleep(0)
    assert not piece.outcome.done()
    piece.may_end.set()
    assert await piece.outcome is None
    assert [thread.name for thread in piece.by] == ["TLS handshakes", threading.main_thread().name]


async def test_pieces_are_computed_one_after_the_other(handshaker: Handshaker) -> None:
    went_wrong = ssl.SSLError(1, "no")
    first, second = Piece(handshaker), Piece(handshaker, went_wrong)
    assert await asyncio.to_thread(first.has_begun.wait, 10)
    second.may_end.set()
    assert not second.has_begun.is_set()
    first.may_end.set()
    assert await first.outcome is None
    assert await second.outcome is went_wrong
    assert first.by[0] is second.by[0]


async def test_a_piece_that_fails_in_an_unheard_of_way_costs_nobody_else(handshaker: Handshaker) -> None:
    class Fails(Piece):
        def shake(self) -> Exception | None:
            raise LookupError("unheard of")

    failed, other = Fails(handshaker), Piece(handshaker)
    other.may_end.set()
    assert str(await failed.outcome) == "unheard of"
    assert await other.outcome is None


async def test_who_waits_at_the_end_is_forgotten_and_who_comes_after_it_too(handshaker: Handshaker) -> None:
    first, second = Piece(handshaker), Piece(handshaker)
    assert await asyncio.to_thread(first.has_begun.wait, 10)
    closing = asyncio.get_running_loop().run_in_executor(None, handshaker.close)
    while not handshaker.is_closed:
        await asyncio.sleep(0)
    first.may_end.set()
    await closing
    third = Piece(handshaker)
    assert await first.outcome is None
    assert not second.has_begun.is_set()
    assert not third.has_begun.is_set()


async def order_of(pieces: list[Piece]) -> list[int]:
    """Let all of them end; return their places in the order in which they were taken."""
    taken: list[int] = []
    for place, piece in enumerate(pieces):
        piece.outcome.add_done_callback(lambda _, place=place: taken.append(place))  # type: ignore[misc]
        piece.may_end.set()
    await asyncio.wait_for(asyncio.wait([piece.outcome for piece in pieces if not piece.is_gone]), 10)
    await asyncio.sleep(0)
    return taken


async def test_who_has_begun_goes_first_and_who_has_gone_costs_nothing(handshaker: Handshaker) -> None:
    pieces = [Piece(handshaker)]
    assert await asyncio.to_thread(pieces[0].has_begun.wait, 10)
    pieces += [Piece(handshaker, is_begun=number in (3, 4)) for number in range(1, 6)]
    pieces[1].is_gone = True
    assert await order_of(pieces) == [0, 3, 4, 2, 5]
    assert not pieces[1].has_begun.is_set()


async def test_of_many_the_latest_goes_first(handshaker: Handshaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.endpoint.handshaker.MANY", 3)
    pieces = [Piece(handshaker)]
    assert await asyncio.to_thread(pieces[0].has_begun.wait, 10)
    pieces += [Piece(handshaker) for _ in range(1, 7)]
    assert await order_of(pieces) == [0, 6, 5, 4, 1, 2, 3]


async def test_a_connection_is_left_alone_while_the_handshaker_has_it(
    authority: Authority, handshaker: Handshaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = Recorder()
    line = TlsLine(server_side(authority), inner, handshaker=handshaker)
    taken: list[TlsLine] = []
    monkeypatch.setattr(handshaker, "add", lambda line, is_begun: taken.append(line))
    peer = Peer(client_side(authority, "pump-1"), line)
    peer.shake_hands()  # sends its hello
    assert (peer.raw.calls, peer.raw.take(), taken) == (["pause"], b"", [line])
    line.data_received(b"more")  # by a transport that had it already
    line.write(b"too early")
    assert peer.raw.calls == ["pause", "abort"]
    assert taken == [line]
    line.close()
    outcome = line.shake()
    line.shaken(outcome)
    assert peer.raw.take() == b""
    assert inner.events == ["made"]


async def test_a_handshake_goes_through_the_handshaker_and_reading_goes_on_by_itself(
    authority: Authority, handshaker: Handshaker
) -> None:
    inner = Recorder()
    opened: list[TlsLine] = []
    line = TlsLine(server_side(authority), inner, opened.append, handshaker=handshaker)
    peer = Peer(client_side(authority, "pump-1"), line)
    async with asyncio.timeout(10):
        peer.shake_hands()  # sends its hello
        assert peer.raw.calls == ["pause"]
        while peer.raw.calls[-1] == "pause":
            await asyncio.sleep(0.001)
        assert peer.raw.calls == ["pause", "resume"]
        peer.shake_hands()  # sends its certificate
        peer.send(b"hello")  # before the endpoint has looked at the certificate
        while not inner.received:
            await asyncio.sleep(0.001)
    assert (inner.received, opened) == (b"hello", [line])
    assert peer.raw.calls == ["pause", "resume", "pause", "resume"]
    peer.send(b" again")
    assert inner.received == b"hello again"  # at once, from now on


async def test_a_client_that_is_refused_is_still_listened_to(authority: Authority, handshaker: Handshaker) -> None:
    inner = Recorder()
    peer = Peer(client_side(authority), TlsLine(server_side(authority), inner, handshaker=handshaker))
    async with asyncio.timeout(10):
        for _ in range(2):
            calls = len(peer.raw.calls)
            peer.shake_hands()
            while len(peer.raw.calls) < calls + 2:
                await asyncio.sleep(0.001)
        while peer.raw.calls[-1] != "write_eof":
            await asyncio.sleep(0.001)
    assert peer.raw.calls == ["pause", "resume", "pause", "resume", "write_eof"]  # so that its goodbye is seen
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
        peer.receive()
    assert inner.events == ["made"]
