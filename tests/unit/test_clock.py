"""A clock whose pace is changed while it runs: no moment is skipped or repeated, and whoever sleeps wakes in time."""

import asyncio
import math

import pytest

from simulator import clock as clock_module
from simulator.clock import LaterClock, ManualClock, ScaledClock
from simulator.endpoint.timers import Deadlines
from simulator.errors import InputError


class Real:
    """The system's monotonic time in the hands of a test."""

    def __init__(self) -> None:
        self.now = 50.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_700_000_000.0


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Real:
    real = Real()
    monkeypatch.setattr(clock_module, "time", real)
    return real


def test_time_goes_on_from_where_it_is_when_the_pace_changes(real: Real) -> None:
    clock = ScaledClock(60)
    real.now += 2
    assert clock.now() == 120
    clock.set_scale(0.5)
    assert (clock.now(), clock.epoch(), clock.scale) == (120, 1_700_000_120, 0.5)
    real.now += 4
    assert clock.now() == 122
    clock.set_scale(1000)
    real.now += 1
    assert (clock.now(), clock.epoch()) == (1122, 1_700_001_122)


def test_a_hundred_changes_in_a_row_never_go_back_and_lose_nothing(real: Real) -> None:
    clock, expected, before = ScaledClock(1), 0.0, 0.0
    for number in range(100):
        scale = 0.1 + number * 37.7 % 900
        clock.set_scale(scale)
        real.now += 0.25
        expected += 0.25 * scale
        assert clock.now() > before
        before = clock.now()
    assert math.isclose(before, expected, rel_tol=1e-9)


@pytest.mark.parametrize("scale", [0, -1, math.nan, math.inf, 100_001])
def test_a_pace_that_is_none_is_refused_and_changes_nothing(real: Real, scale: float) -> None:
    clock = ScaledClock(2)
    told: list[str] = []
    clock.on_change(lambda: told.append("changed"))
    with pytest.raises(InputError, match="is not above 0 and at most 100000"):
        clock.set_scale(scale)
    assert (clock.scale, told) == (2, [])


async def test_who_sleeps_for_an_hour_wakes_when_the_hour_becomes_a_moment() -> None:
    clock = ScaledClock(1)
    begun = clock.now()
    sleeping = asyncio.ensure_future(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.set_scale(100_000)
    async with asyncio.timeout(5):
        await sleeping
    assert clock.now() - begun >= 3600


async def test_who_is_about_to_wake_sleeps_on_when_time_becomes_slow() -> None:
    clock = ScaledClock(100_000)
    sleeping = asyncio.ensure_future(clock.sleep(2000))  # 20 ms
    await asyncio.sleep(0)
    clock.set_scale(1)
    await asyncio.sleep(0.06)
    assert not sleeping.done()
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    assert not clock._sleepers


async def test_who_stops_listening_is_not_told() -> None:
    told: list[str] = []
    clock = LaterClock(ScaledClock(1), 100)
    stop = clock.on_change(lambda: told.append("first"))
    clock.on_change(lambda: told.append("second"))
    clock.set_scale(5)
    stop()
    stop()
    clock.set_scale(6)
    assert (told, clock.scale) == (["first", "second", "second"], 6)
    manual = ManualClock()
    manual.on_change(lambda: told.append("manual"))
    manual.set_scale(7)
    assert (told[-1], manual.scale) == ("manual", 7)


async def test_ten_thousand_deadlines_are_met_once_each_in_order_and_never_early_across_changes_of_pace() -> None:
    clock = ScaledClock(60)
    fired: list[tuple[str, float]] = []
    deadlines: Deadlines[str] = Deadlines(clock, lambda key: fired.append((key, clock.epoch())))
    clock.on_change(deadlines.rearm)
    start = clock.epoch()
    due = {str(number): start + number * 3600 / 10_000 for number in range(10_000)}
    for key, at in due.items():
        deadlines.set(key, at)
    for scale in (3600, 1, 20_000, 6000):
        clock.set_scale(scale)
        await asyncio.sleep(0.02)
    async with asyncio.timeout(20):
        while len(fired) < 10_000:
            await asyncio.sleep(0.01)
    assert [key for key, _ in fired] == list(due)
    assert all(at >= due[key] for key, at in fired)
    deadlines.close()
