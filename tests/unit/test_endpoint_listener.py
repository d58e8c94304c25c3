"""How many newcomers a turn of the loop lets in: few, so that nobody inside is held up; more when turns are long."""

import asyncio
import errno
import socket
import time

import pytest

from simulator.endpoint import listener
from simulator.endpoint.listener import FEWEST, MOST, listen


class Newcomer(asyncio.Protocol):
    let_in: list[float]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.let_in.append(time.perf_counter())
        transport.close()


def newcomers() -> tuple[list[float], type[Newcomer]]:
    let_in: list[float] = []
    return let_in, type("Counted", (Newcomer,), {"let_in": let_in})


def work(seconds: float) -> None:
    """Use the processor for so long."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def most_in_a_turn(count: int, seconds: float) -> int:
    """Let `count` newcomers come at once to a loop whose turns take so long; return how many one turn let in."""
    let_in, factory = newcomers()
    listening = await listen(factory, "127.0.0.1", 0)
    lines = [socket.create_connection(("127.0.0.1", listening.port)) for _ in range(count)]
    most = 0
    try:
        async with asyncio.timeout(10):
            while len(let_in) < count:
                before = len(let_in)
                if seconds:
                    work(seconds)
                await asyncio.sleep(0)
                most = max(most, len(let_in) - before)
    finally:
        listening.close()
        await listening.wait_closed()
        for line in lines:
            line.close()
    return most


async def test_a_turn_lets_in_few_when_nobody_else_has_work() -> None:
    assert await most_in_a_turn(60, 0) <= 2 * FEWEST  # what was accepted in one turn is made a connection in the next


async def test_a_long_turn_lets_in_many() -> None:
    assert 8 * FEWEST < await most_in_a_turn(100, 0.02) <= MOST


async def test_nobody_gets_in_after_the_end_and_no_task_is_left() -> None:
    _, factory = newcomers()
    listening = await listen(factory, "127.0.0.1", 0)
    listening.close()
    await listening.wait_closed()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", listening.port))
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_without_descriptors_the_listener_rests_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "REST_SECONDS", 0.01)
    let_in, factory = newcomers()
    failures = [OSError(errno.EMFILE, "Too many open files"), ConnectionAbortedError(errno.ECONNABORTED, "aborted")]

    class Failing(socket.socket):
        def accept(self) -> tuple[socket.socket, object]:
            if failures:
                raise failures.pop(0)
            return super().accept()

    monkeypatch.setattr(listener.socket, "socket", Failing)
    listening = await listen(factory, "127.0.0.1", 0)
    with socket.create_connection(("127.0.0.1", listening.port)):
        async with asyncio.timeout(5):
            while not let_in:
                await asyncio.sleep(0.001)
    listening.close()
    await listening.wait_closed()
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "nobody is let in for 0.01 s: Too many open files"
    ]
