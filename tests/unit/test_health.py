"""How late a loop is, told by a hand-held clock, and how large this process is."""

import asyncio
import sys
import time

import pytest

from simulator.health import LoopLag, rss_mib
from tests.support.hand_timers import HandTimers


def test_a_loop_in_time_has_no_lag_and_a_busy_one_as_much_as_it_was_late() -> None:
    timers = HandTimers()
    lag = LoopLag(call_later=timers.call_later, monotonic=timers.monotonic)
    lag.start()
    timers.advance(1.0)
    assert lag.histogram.count == 20
    assert lag.worst_ms == pytest.approx(0.0, abs=1e-6)
    timers.advance(0.06, late_by=0.3)
    assert lag.worst_ms == pytest.approx(300.0)
    assert lag.histogram.percentile(100) == pytest.approx(300.0, rel=0.01)
    assert lag.histogram.percentile(50) == 0.0


def test_stopping_leaves_no_timer_and_what_was_measured() -> None:
    timers = HandTimers()
    lag = LoopLag(call_later=timers.call_later, monotonic=timers.monotonic)
    lag.start()
    timers.advance(0.05, late_by=0.02)
    lag.stop()
    lag.stop()
    assert timers.waiting == 0
    assert (lag.histogram.count, lag.worst_ms) == (1, pytest.approx(20.0))


async def test_a_loop_that_is_held_up_shows_it() -> None:
    lag = LoopLag()
    lag.start()
    try:
        await asyncio.sleep(0)
        time.sleep(0.2)  # the very thing that is measured
        await asyncio.sleep(0.06)
    finally:
        lag.stop()
    assert lag.worst_ms >= 145.0  # 200 ms, of which at most one sampling interval passes unseen


@pytest.mark.skipif(sys.platform == "win32", reason="the peak is not asked for there")
def test_the_size_now_is_one_that_a_process_can_have() -> None:
    from simulator.metrics import peak_rss_mib

    assert 5 < rss_mib() <= peak_rss_mib() * 1.05


def test_where_proc_is_missing_the_general_way_tells_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = rss_mib()
    monkeypatch.setattr("simulator.health._resident_pages", lambda: 0)
    assert rss_mib() == pytest.approx(at_once, rel=0.2)
