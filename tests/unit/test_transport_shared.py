"""What the lines of a loop share: a ticker that touches nobody early, and memberships that end."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from simulator.transport.shared import GRAIN_SECONDS, Shared, Ticker


class FakeTimer:
    cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class FakeLoop:
    """The part of a loop that the ticker uses, with time in the test's hands."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[[], None], FakeTimer]] = []
        self.wakings = 0

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None]) -> Any:
        timer = FakeTimer()
        self.timers.append((when, callback, timer))
        return timer

    def run_until(self, end: float) -> None:
        while due := [entry for entry in self.timers if not entry[2].cancelled and entry[0] <= end]:
            first = min(due, key=lambda entry: entry[0])
            self.timers.remove(first)
            self.now = max(self.now, first[0])
            self.wakings += 1
            first[1]()
        self.now = end

    def set_timers(self) -> int:
        return sum(not timer.cancelled for _, _, timer in self.timers)


class Watched:
    def __init__(self, loop: FakeLoop, again: float = 0.0) -> None:
        self.bucket = 0
        self.ticks: list[float] = []
        self._loop = loop
        self._again = again

    def tick(self) -> float:
        self.ticks.append(self._loop.now)
        return self._again


@pytest.fixture
def loop() -> FakeLoop:
    return FakeLoop()


@pytest.fixture
def ticker(loop: FakeLoop) -> Ticker:
    return Ticker(loop)  # type: ignore[arg-type]


def test_a_line_is_looked_after_when_it_is_due_and_hardly_later(loop: FakeLoop, ticker: Ticker) -> None:
    for seconds in (5.1, 0.3, 2.0, 0.3):
        line = Watched(loop)
        ticker.add(line, seconds)
        loop.run_until(loop.now + seconds - 0.01)
        assert line.ticks == []
        due = loop.now + 0.01
        loop.run_until(due + GRAIN_SECONDS)
        assert len(line.ticks) == 1
        assert due <= line.ticks[0] <= due + GRAIN_SECONDS


def test_an_earlier_line_is_not_kept_waiting_by_a_later_one(loop: FakeLoop, ticker: Ticker) -> None:
    later, earlier = Watched(loop), Watched(loop)
    ticker.add(later, 60)
    ticker.add(earlier, 1)
    loop.run_until(102)
    assert (len(earlier.ticks), len(later.ticks)) == (1, 0)
    loop.run_until(161)
    assert len(later.ticks) == 1


def test_who_wants_it_again_gets_it_again(loop: FakeLoop, ticker: Ticker) -> None:
    line = Watched(loop, again=10)
    ticker.add(line, 10)
    loop.run_until(142)
    assert line.ticks == pytest.approx([110, 120, 130, 140], abs=1)


def test_the_loop_is_woken_four_times_a_second_at_most_however_many_lines_there_are(
    loop: FakeLoop, ticker: Ticker
) -> None:
    lines = [Watched(loop, again=3.75) for _ in range(5000)]
    for number, line in enumerate(lines):
        ticker.add(line, number * 0.0007)
    loop.run_until(130)
    assert loop.wakings <= 30 / GRAIN_SECONDS + 1
    assert all(7 <= len(line.ticks) <= 9 for line in lines)


def test_a_discarded_line_is_left_alone(loop: FakeLoop, ticker: Ticker) -> None:
    gone, stays = Watched(loop), Watched(loop)
    ticker.add(gone, 1)
    ticker.add(stays, 1)
    ticker.discard(gone)
    ticker.discard(gone)
    loop.run_until(110)
    assert (len(gone.ticks), len(stays.ticks)) == (0, 1)


def test_stopping_leaves_no_timer(loop: FakeLoop, ticker: Ticker) -> None:
    line = Watched(loop, again=1)
    ticker.add(line, 1)
    loop.run_until(105)
    assert loop.set_timers() == 1
    ticker.stop()
    assert loop.set_timers() == 0


async def test_lines_of_one_loop_share_until_the_last_has_left() -> None:
    first, second = Shared.join(), Shared.join()
    assert first is second
    first.leave()
    third = Shared.join()
    assert third is first
    second.leave()
    third.leave()
    anew = Shared.join()
    assert anew is not first
    anew.leave()


def test_loops_share_nothing() -> None:
    async def join_and_leave() -> Shared:
        shared = Shared.join()
        shared.leave()
        return shared

    assert asyncio.run(join_and_leave()) is not asyncio.run(join_and_leave())


async def test_a_failure_to_dial_is_raised_where_it_was_asked_for() -> None:
    def refuse() -> Any:
        raise ConnectionRefusedError("no")

    shared = Shared.join()
    with pytest.raises(ConnectionRefusedError):
        await shared.dial(refuse)
    shared.leave()
