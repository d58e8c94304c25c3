"""A run over time: differences of totals, bounded whatever the length, nothing lost when pieces become one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.feed import Counters
from simulator.histogram import Histogram
from simulator.jobs.model import JobStatus as S
from simulator.metrics import RunStatistics
from simulator.report_series import FIRST_BIN_SECONDS, MOST_BINS, SeriesRecorder


class Run:
    """Totals that grow."""

    def __init__(self) -> None:
        self.latency, self.lag = Histogram(), Histogram()
        self.messages = 0
        self.ended: dict[S, int] = {}
        self.rss_mib = 50.0

    def statistics(self) -> RunStatistics:
        total = sum(self.ended.values())
        return RunStatistics(
            counters=Counters(messages_in=self.messages, messages_out=2 * self.messages, finished=total, connected=7),
            latency=self.latency.to_dict(),
            loop_lag=self.lag.to_dict(),
            rss_mib=self.rss_mib,
        )


def test_each_piece_tells_of_itself_alone() -> None:
    run, recorder = Run(), SeriesRecorder()
    for _ in range(10):
        run.latency.record(5.0)
    run.lag.record(30.0)
    run.messages, run.ended = 40, {S.SUCCEEDED: 2}
    recorder.take(0.25, run.statistics(), run.ended)
    recorder.take(0.5, run.statistics(), run.ended)
    run.latency.record(100.0)
    run.messages, run.ended, run.rss_mib = 41, {S.SUCCEEDED: 2, S.FAILED: 1}, 60.0
    recorder.take(0.75, run.statistics(), run.ended)
    series = recorder.series()
    assert series.after_seconds == [0.25, 0.5, 0.75]
    assert series.ended == {S.SUCCEEDED: [2, 0, 0], S.FAILED: [0, 0, 1]}
    assert series.finished == [2, 0, 1]
    assert (series.messages_in, series.messages_out) == ([40, 0, 1], [80, 0, 2])
    assert series.updates == [10, 0, 1]
    assert series.p99_ms == [pytest.approx(5.0, rel=0.01), None, pytest.approx(100.0, rel=0.01)]
    assert series.lag_ms == [pytest.approx(30.0, rel=0.01), 0.0, 0.0]
    assert (series.rss_mib, series.connected) == ([50.0, 50.0, 60.0], [7, 7, 7])


@settings(deadline=None, max_examples=25)  # a busy machine is no mistake
@given(st.integers(1, 1500), st.sampled_from([4, 7, MOST_BINS]))
def test_however_long_a_run_is_its_pieces_are_few_and_nothing_is_lost(takes: int, most: int) -> None:
    run, recorder = Run(), SeriesRecorder(most_bins=most)
    for number in range(takes):
        run.latency.record(number % 50)
        run.messages += 1
        run.ended = {S.SUCCEEDED: run.messages}
        recorder.take(number + 1.0, run.statistics(), run.ended)
    series = recorder.series()
    assert len(series.after_seconds) < most
    assert series.after_seconds[-1] == takes
    assert series.after_seconds == sorted(series.after_seconds)
    assert sum(series.updates) == sum(series.messages_in) == sum(series.ended[S.SUCCEEDED]) == takes
    assert {len(getattr(series, name)) for name in series.__struct_fields__ if name != "ended"} == {
        len(series.after_seconds)
    }


def test_pieces_that_became_one_have_the_percentiles_of_both() -> None:
    run, recorder = Run(), SeriesRecorder(most_bins=2)
    for ms in (1.0, 1000.0):
        for _ in range(50):
            run.latency.record(ms)
        run.lag.record(100 / ms)
        run.rss_mib = ms
        recorder.take(ms, run.statistics(), {})
    series = recorder.series()
    assert series.lag_ms == [pytest.approx(100.0, rel=0.01)], "the worst of both"
    assert series.rss_mib == [1000.0], "as at the end"
    assert series.updates == [100]
    assert (series.p50_ms, series.p99_ms) == ([pytest.approx(1.0, rel=0.01)], [pytest.approx(1000.0, rel=0.01)])
    assert recorder.bin_seconds == 2 * FIRST_BIN_SECONDS


def test_of_a_fleet_that_does_not_answer_the_end_what_it_told_last_stands() -> None:
    run, recorder = Run(), SeriesRecorder()
    unanswered = RunStatistics(counters=Counters(messages_in=99), latency={})
    assert recorder.completed(unanswered) == unanswered
    run.latency.record(5.0)
    run.lag.record(3.0)
    recorder.take(1.0, run.statistics(), {})
    completed = recorder.completed(unanswered)
    assert (completed.latency, completed.loop_lag) == (run.latency.to_dict(), run.lag.to_dict())
    assert completed.counters.messages_in == 99
    run.latency.record(6.0)
    assert recorder.completed(run.statistics()) == run.statistics()


def test_totals_of_a_worker_that_is_gone_do_not_count_backwards() -> None:
    run, recorder = Run(), SeriesRecorder()
    run.messages = 10
    recorder.take(1.0, run.statistics(), {})
    run.messages = 4
    recorder.take(2.0, run.statistics(), {})
    assert recorder.series().messages_in == [10, 0]
