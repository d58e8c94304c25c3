"""Deadlines fire once, in order, when they are due, and not after they were moved or taken away."""

import asyncio

import pytest

from simulator.clock import ScaledClock
from simulator.endpoint.timers import Deadlines
from simulator.jobs.stored import ExecutionKey


def key(number: int) -> ExecutionKey:
    return ExecutionKey("t", "j", number)


class Fired:
    """Collects what fired, how late in simulated seconds, and lets a test wait for a number of them."""

    def __init__(self, clock: ScaledClock) -> None:
        self._clock = clock
        self.keys: list[ExecutionKey] = []
        self.at: list[float] = []
        self._changed = asyncio.Event()

    def __call__(self, fired: ExecutionKey) -> None:
        self.keys.append(fired)
        self.at.append(self._clock.epoch())
        self._changed.set()

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.keys) < count:
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
def clock() -> ScaledClock:
    return ScaledClock(100)


async def test_deadlines_fire_in_order_and_not_early(clock: ScaledClock) -> None:
    fired = Fired(clock)
    deadlines = Deadlines(clock, fired)
    start = clock.epoch()
    for number in (3, 1, 2):
        deadlines.set(key(number), start + 2 * number)
    await fired.wait_for(3)
    assert fired.keys == [key(1), key(2), key(3)]
    assert all(at >= start + 2 * number for number, at in enumerate(fired.at, start=1))
    assert len(deadlines) == 0


async def test_a_deadline_that_is_moved_fires_only_at_its_new_time(clock: ScaledClock) -> None:
    fired = Fired(clock)
    deadlines = Deadlines(clock, fired)
    start = clock.epoch()
    deadlines.set(key(1), start + 1)
    deadlines.set(key(1), start + 6)
    deadlines.set(key(2), start + 3)
    await fired.wait_for(2)
    assert fired.keys == [key(2), key(1)]
    assert fired.at[1] >= start + 6


async def test_a_deadline_that_is_taken_away_never_fires(clock: ScaledClock) -> None:
    fired = Fired(clock)
    deadlines = Deadlines(clock, fired)
    start = clock.epoch()
    deadlines.set(key(1), start + 1)
    deadlines.set(key(2), start + 3)
    deadlines.set(key(1), None)
    await fired.wait_for(1)
    assert fired.keys == [key(2)]


async def test_one_that_is_past_already_fires_at_once(clock: ScaledClock) -> None:
    fired = Fired(clock)
    Deadlines(clock, fired).set(key(1), clock.epoch() - 1000)
    await fired.wait_for(1)


async def test_a_thousand_moves_do_not_pile_up(clock: ScaledClock) -> None:
    deadlines = Deadlines(clock, Fired(clock))
    for move in range(1000):
        deadlines.set(key(1), clock.epoch() + 10_000 + move)
    assert len(deadlines) == 1
    assert len(deadlines._heap) < 100
    deadlines.close()


async def test_closing_leaves_no_timer_behind(clock: ScaledClock) -> None:
    fired = Fired(clock)
    deadlines = Deadlines(clock, fired)
    deadlines.set(key(1), clock.epoch() + 1)
    deadlines.close()
    await asyncio.sleep(0.03)
    assert fired.keys == []
