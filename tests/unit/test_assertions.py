"""Assertions judged: counts in, verdict out. Seconds are simulated."""

from collections.abc import Mapping
from fractions import Fraction

import pytest

from simulator.assertions import (
    Aborted,
    Assertion,
    Bound,
    Ending,
    EventKind,
    Events,
    Judge,
    LatencyBound,
    Seen,
    StatusCount,
    Verdict,
)
from simulator.fleet_amounts import Amount
from simulator.histogram import Histogram
from simulator.jobs.model import JobStatus as S

DONE = Ending(is_settled=True, is_cut_short=False)
TIME_OVER = Ending(is_settled=False, is_cut_short=False)
INTERRUPTED = Ending(is_settled=False, is_cut_short=True)


def percent(value: str) -> Amount:
    return Amount(Fraction(value), is_percent=True)


def count(value: int) -> Amount:
    return Amount(Fraction(value))


def status(
    bound: Bound,
    amount: Amount,
    *statuses: S,
    within: float | None = None,
    after: float | None = None,
) -> StatusCount:
    return StatusCount(
        name="a", statuses=statuses or (S.SUCCEEDED,), bound=bound, amount=amount, within=within, after=after
    )


def seen(seconds: float, total: int = 20, **counts: int) -> Seen:
    return Seen(seconds=seconds, counts={S[name]: number for name, number in counts.items()}, total=total)


def judged(assertion: Assertion, *moments: Seen, ending: Ending = DONE) -> Verdict:
    """Let every moment be seen, the last one when the run is over."""
    judge = Judge(assertion)
    for moment in moments:
        judge.observe(moment)
    return judge.finish(moments[-1], ending)


# --- at least, within -------------------------------------------------------------------------------------------------


def test_enough_in_time_holds_from_the_moment_at_which_it_is_enough() -> None:
    wanted = status(Bound.AT_LEAST, percent("95"), within=60)
    judge = Judge(wanted)
    assert judge.observe(seen(30, SUCCEEDED=18)) is None
    verdict = judge.observe(seen(41.25, SUCCEEDED=19))
    assert verdict == Verdict(holds=True, observed="19 of 20 (95 %) SUCCEEDED after 41.25 s", seconds=41.25)
    assert judge.observe(seen(90, SUCCEEDED=20)) is None
    assert judge.verdict is verdict


def test_enough_at_the_last_moment_holds_and_a_millisecond_later_does_not() -> None:
    wanted = status(Bound.AT_LEAST, percent("95"), within=60)
    assert judged(wanted, seen(60, SUCCEEDED=19)).holds is True
    late = judged(wanted, seen(59, SUCCEEDED=18), seen(60.001, SUCCEEDED=20))
    assert late == Verdict(holds=False, observed="18 of 20 (90 %) SUCCEEDED after 60 s", seconds=60)


@pytest.mark.parametrize(("total", "enough"), [(20, 19), (19, 19), (21, 20), (1, 1), (1000, 950), (999, 950)])
def test_a_share_is_not_rounded(total: int, enough: int) -> None:
    wanted = status(Bound.AT_LEAST, percent("95"))
    assert judged(wanted, seen(1, total, SUCCEEDED=enough)).holds is True
    assert judged(wanted, seen(1, total, SUCCEEDED=enough - 1)).holds is False


def test_a_share_is_of_all_executions_that_are_to_be_also_of_those_that_are_not_there_yet() -> None:
    assert judged(status(Bound.AT_LEAST, percent("50")), seen(1, 20, SUCCEEDED=9)).holds is False


def test_several_statuses_are_counted_together() -> None:
    wanted = status(Bound.AT_LEAST, count(3), S.FAILED, S.TIMED_OUT)
    assert judged(wanted, seen(5, FAILED=2, TIMED_OUT=1)).observed.startswith("3 of 20 (15 %) FAILED or TIMED_OUT")
    assert judged(wanted, seen(5, FAILED=2, SUCCEEDED=9)).holds is False


def test_a_run_that_was_over_too_early_leaves_it_undecided_unless_nothing_can_change() -> None:
    wanted = status(Bound.AT_LEAST, percent("95"), within=60)
    early = seen(30, SUCCEEDED=3)
    assert judged(wanted, early, ending=DONE).holds is False
    assert judged(wanted, early, ending=TIME_OVER).holds is None
    assert judged(wanted, early, ending=INTERRUPTED).holds is None
    assert judged(wanted, seen(61, SUCCEEDED=3), ending=INTERRUPTED).holds is False


# --- at most, and from a moment on ------------------------------------------------------------------------------------


def test_none_after_a_time_looks_away_before_it() -> None:
    wanted = status(Bound.AT_MOST, count(0), S.IN_PROGRESS, after=90)
    assert judged(wanted, seen(10, IN_PROGRESS=20), seen(80, IN_PROGRESS=0), seen(95)).holds is True
    assert judged(wanted, seen(10, IN_PROGRESS=20), seen(95, IN_PROGRESS=1)).seconds == 90
    again = judged(wanted, seen(80, IN_PROGRESS=0), seen(95), seen(120, IN_PROGRESS=1))
    assert (again.holds, again.seconds) == (False, 120)


def test_what_was_there_when_the_time_began_counts_though_nothing_changed_then() -> None:
    wanted = status(Bound.AT_MOST, count(0), S.IN_PROGRESS, after=90)
    verdict = judged(wanted, seen(10, IN_PROGRESS=3), seen(200, IN_PROGRESS=0))
    assert verdict == Verdict(holds=False, observed="3 of 20 (15 %) IN_PROGRESS after 90 s", seconds=90)


def test_a_run_that_settled_before_the_time_is_judged_as_it_stays() -> None:
    wanted = status(Bound.AT_MOST, count(0), S.IN_PROGRESS, after=90)
    assert judged(wanted, seen(30, SUCCEEDED=20)).holds is True
    assert judged(wanted, seen(30, SUCCEEDED=20), ending=INTERRUPTED).holds is None


def test_never_more_than_so_many_fails_at_the_first_moment_with_more() -> None:
    wanted = status(Bound.AT_MOST, count(5), S.IN_PROGRESS)
    judge = Judge(wanted)
    assert judge.observe(seen(1, IN_PROGRESS=5)) is None
    verdict = judge.observe(seen(2, IN_PROGRESS=6))
    assert verdict is not None
    assert (verdict.holds, verdict.seconds) == (False, 2)


def test_never_more_up_to_a_time_holds_when_it_has_passed() -> None:
    wanted = status(Bound.AT_MOST, count(5), S.FAILED, within=10)
    verdict = judged(wanted, seen(9, FAILED=5), seen(11, FAILED=20))
    assert (verdict.holds, verdict.seconds) == (True, 10)


def test_from_a_time_on_there_are_to_be_so_many_at_every_moment() -> None:
    wanted = status(Bound.AT_LEAST, count(2), S.QUEUED, after=10)
    assert judged(wanted, seen(5, QUEUED=0), seen(9, QUEUED=2), seen(20, QUEUED=2)).holds is True
    assert judged(wanted, seen(9, QUEUED=2), seen(20, QUEUED=1)).holds is False


def test_exactly_is_judged_at_the_end_or_from_a_time_on() -> None:
    wanted = status(Bound.EXACTLY, count(1), S.REJECTED)
    assert judged(wanted, seen(1, REJECTED=2), seen(5, REJECTED=1)).holds is True
    assert judged(wanted, seen(1, REJECTED=1), seen(5, REJECTED=2)).holds is False
    later = status(Bound.EXACTLY, count(1), S.REJECTED, after=3)
    assert judged(later, seen(4, REJECTED=2), seen(5, REJECTED=1)).holds is False


# --- live: moments looked at now and then -----------------------------------------------------------------------------


def test_live_what_may_have_happened_between_two_looks_is_left_open() -> None:
    judge = Judge(status(Bound.AT_LEAST, count(5), within=60), is_exact=False)
    assert judge.observe(seen(50, SUCCEEDED=2)) is None
    assert judge.observe(seen(70, SUCCEEDED=9)) is None  # it may have been 9 at 60 s
    missed = Judge(status(Bound.AT_LEAST, count(5), within=60), is_exact=False)
    verdict = missed.observe(seen(70, SUCCEEDED=4))
    assert verdict is not None
    assert verdict.holds is False


# --- events, latency, aborts ------------------------------------------------------------------------------------------


def events(bound: Bound, number: int, event: str = "VersionMismatch", kind: EventKind = EventKind.REJECTION) -> Events:
    return Events(name="e", kind=kind, event=event, bound=bound, count=number)


def with_rejections(seconds: float, counts: Mapping[str, int]) -> Seen:
    return Seen(seconds=seconds, rejections=counts)


def test_no_rejection_fails_at_the_first_one_and_holds_at_the_end() -> None:
    judge = Judge(events(Bound.AT_MOST, 0))
    assert judge.observe(with_rejections(1, {"InvalidJson": 4})) is None
    verdict = judge.observe(with_rejections(2, {"VersionMismatch": 1}))
    assert verdict == Verdict(holds=False, observed="1 × VersionMismatch", seconds=2)
    assert judged(events(Bound.AT_MOST, 0), with_rejections(9, {"InvalidJson": 4})).holds is True


def test_faults_are_counted_by_name_or_all_together() -> None:
    moment = Seen(seconds=3, faults={"drop-line": 2, "reboot": 1})
    assert judged(events(Bound.AT_LEAST, 2, "drop-line", EventKind.FAULT), moment).holds is True
    assert judged(events(Bound.AT_LEAST, 3, "drop-line", EventKind.FAULT), moment).holds is False
    assert judged(events(Bound.EXACTLY, 3, "any", EventKind.FAULT), moment).holds is True


def test_events_of_a_run_that_was_cut_short_are_undecided_unless_decided_before() -> None:
    assert judged(events(Bound.AT_MOST, 0), with_rejections(1, {}), ending=INTERRUPTED).holds is None
    bad = with_rejections(1, {"VersionMismatch": 1})
    assert judged(events(Bound.AT_MOST, 0), bad, ending=INTERRUPTED).holds is False


def test_a_latency_is_judged_over_the_whole_run() -> None:
    wanted = LatencyBound(name="l", label="p99", percent=99, at_most_ms=200)
    fast, slow = Histogram(), Histogram()
    for number in range(1000):
        fast.record(150)
        slow.record(150 if number < 980 else 500)
    over = seen(60)
    assert judged(wanted, over, ending=Ending(is_settled=True, is_cut_short=False, latency=fast)).holds is True
    verdict = judged(wanted, over, ending=Ending(is_settled=True, is_cut_short=False, latency=slow))
    assert verdict.holds is False
    assert "over 1,000 updates" in verdict.observed
    assert judged(wanted, over, ending=DONE) == Verdict(holds=None, observed="no update was accepted")


def test_an_abort_is_judged_by_the_share_of_what_had_ended_then() -> None:
    wanted = Aborted(name="x", is_wanted=True, at_least=percent("10"), at_most=percent("20"))
    moments = (
        seen(5, 100, SUCCEEDED=9, FAILED=0),
        Seen(seconds=6, counts={S.SUCCEEDED: 9, S.FAILED: 1, S.CANCELED: 60}, total=100, is_aborted=True),
        Seen(seconds=9, counts={S.SUCCEEDED: 9, S.FAILED: 30, S.CANCELED: 60}, total=100, is_aborted=True),
    )
    verdict = judged(wanted, *moments)
    assert verdict == Verdict(holds=True, observed="aborted after 6 s, 1 of 10 (10 %) ended FAILED", seconds=6)
    stricter = Aborted(name="x", is_wanted=True, at_least=percent("10.1"))
    assert judged(stricter, *moments).holds is False


def test_a_job_that_is_not_aborted() -> None:
    wanted, unwanted = Aborted(name="x", is_wanted=True), Aborted(name="x", is_wanted=False)
    over, aborted = seen(5, SUCCEEDED=20), Seen(seconds=5, is_aborted=True)
    assert (judged(wanted, over).holds, judged(unwanted, over).holds) == (False, True)
    assert (judged(wanted, aborted).holds, judged(unwanted, aborted).holds) == (True, False)
    assert judged(wanted, over, ending=INTERRUPTED).holds is None


def test_an_abort_that_came_too_late_is_none() -> None:
    wanted = Aborted(name="x", is_wanted=True, within=60)
    assert judged(wanted, seen(10), Seen(seconds=60, is_aborted=True)).holds is True
    assert judged(wanted, seen(10), Seen(seconds=61, is_aborted=True)).holds is False
    assert judged(wanted, seen(10), seen(61)).holds is False


# --- words ------------------------------------------------------------------------------------------------------------


def test_assertions_read_as_people_say_them() -> None:
    assert str(status(Bound.AT_LEAST, percent("95"), within=60)) == "≥ 95 % SUCCEEDED within 60 s"
    assert str(status(Bound.AT_MOST, count(0), S.IN_PROGRESS, after=90)) == "no IN_PROGRESS after 90 s"
    assert str(status(Bound.AT_MOST, percent("2.5"), S.FAILED, S.TIMED_OUT)) == "≤ 2.5 % FAILED or TIMED_OUT"
    assert str(LatencyBound(name="l", label="p99", percent=99, at_most_ms=200)) == "p99 update latency ≤ 200 ms"
    assert str(events(Bound.AT_MOST, 0)) == "no rejection VersionMismatch"
    assert str(events(Bound.AT_LEAST, 3, "drop-line", EventKind.FAULT)) == "≥ 3 × fault drop-line"
    assert (
        str(Aborted(name="x", is_wanted=True, at_least=percent("10"), job="fw")) == "aborted at ≥ 10 % FAILED of job fw"
    )
