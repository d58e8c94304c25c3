"""Figures of a run: they travel, and those of several processes add up."""

import sys

import msgspec
import pytest

from simulator.feed import Counters
from simulator.metrics import EventLogTotals, LagMeter, RunStatistics, peak_rss_mib, summed_statistics
from tests.support.histograms import histogram_of


def test_lag_is_the_worst_of_the_last_second_and_of_the_run():
    lag = LagMeter()
    for at, ms in ((0.0, 80.0), (1.0, 5.0), (1.5, 2.0)):
        lag.record(ms, at)
    assert lag.recent_ms(1.6) == 5.0
    assert lag.recent_ms(2.2) == 2.0
    assert lag.recent_ms(9.0) == 0.0
    assert lag.worst_ms == 80.0


@pytest.mark.skipif(sys.platform == "win32", reason="the figure is not asked for there")
def test_this_process_has_a_peak_size():
    assert 5 < peak_rss_mib() < 100_000


def test_statistics_travel():
    statistics = RunStatistics(counters=Counters(total=3), latency={5: 2}, peak_rss_mib=1.5, worst_loop_lag_ms=2.5)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(statistics), type=RunStatistics) == statistics


def test_figures_of_several_processes_add_up():
    parts = [
        RunStatistics(
            counters=Counters(),
            latency=histogram_of(ms).to_dict(),
            loop_lag=histogram_of(ms * 2).to_dict(),
            peak_rss_mib=ms,
            rss_mib=ms / 2,
            worst_loop_lag_ms=ms * 2,
            events=EventLogTotals(written=3, dropped=int(ms), error=error),
        )
        for ms, error in ((10.0, ""), (20.0, "the disk is full"))
    ]
    whole = summed_statistics(parts, Counters(total=9))
    assert whole.counters.total == 9
    assert whole.latency == histogram_of(10, 20).to_dict()
    assert whole.loop_lag == histogram_of(20, 40).to_dict()
    assert (whole.peak_rss_mib, whole.rss_mib, whole.worst_loop_lag_ms) == (30.0, 15.0, 40.0)
    assert whole.events == EventLogTotals(written=6, dropped=30, error="the disk is full")
