"""Work is done in turns: one step in a turn of the loop, in the order in which they came."""

import asyncio
from pathlib import Path

import pytest

from simulator.endpoint.authority import Authority
from simulator.endpoint.tls import RECORDS_IN_A_TURN, TlsLine
from simulator.endpoint.turns import Turns
from tests.support.tls_peer import Peer, Recorder, client_side, server_side


class Step:
    def __init__(self, log: list[str], name: str) -> None:
        self.log, self.name = log, name

    def take_turn(self) -> None:
        self.log.append(self.name)


async def test_others_have_their_turn_between_any_two_steps() -> None:
    log: list[str] = []
    turns = Turns()
    for name in "abc":
        turns.add(Step(log, name))
    assert log == []
    for _ in range(4):
        await asyncio.sleep(0)
        log.append("-")
    assert log == ["a", "-", "b", "-", "c", "-", "-"]


async def test_who_comes_while_a_step_is_taken_is_not_forgotten() -> None:
    log: list[str] = []
    turns = Turns()

    class Again(Step):
        def take_turn(self) -> None:
            super().take_turn()
            if log.count(self.name) < 3:
                turns.add(self)

    turns.add(Again(log, "a"))
    for _ in range(5):
        await asyncio.sleep(0)
    assert log == ["a", "a", "a"]
    turns.add(Step(log, "b"))
    await asyncio.sleep(0)
    assert log[-1] == "b"


async def test_a_step_that_fails_stops_nobody_else() -> None:
    log: list[str] = []
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context["exception"]))

    class Fails(Step):
        def take_turn(self) -> None:
            raise LookupError(self.name)

    turns = Turns()
    turns.add(Fails(log, "a"))
    turns.add(Step(log, "b"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert log == ["b"]
    assert [str(error) for error in errors] == ["a"]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tls")


async def test_many_small_records_are_read_in_turns(authority: Authority) -> None:
    inner = Recorder()
    line = TlsLine(server_side(authority), inner, turns=Turns())
    peer = Peer(client_side(authority, "pump-1"), line)
    peer.shake_hands()
    for number in range(40):
        peer.tls.write(b"%02d" % number)
    peer.raw.calls.clear()
    peer.exchange()
    assert len(inner.received) == 2 * RECORDS_IN_A_TURN
    assert peer.raw.calls == ["pause"]
    line.pause_reading()  # by whoever speaks over it
    await asyncio.sleep(0)
    assert len(inner.received) == 2 * RECORDS_IN_A_TURN
    line.resume_reading()
    await asyncio.sleep(0)
    assert inner.received == b"".join(b"%02d" % number for number in range(40))
    assert peer.raw.calls[-1] == "resume"
