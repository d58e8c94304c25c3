"""A run's assertions, live by what things tell and in the end by the service's own times."""

from fractions import Fraction

from simulator.assertions import Aborted, Assertion, Bound, Ending, EventKind, Events, StatusCount
from simulator.assertions_watch import AssertionWatch, JobTimes
from simulator.feed import Counters, FeedBatch, ThingSnapshot
from simulator.fleet import ThingSpec
from simulator.fleet_amounts import Amount
from simulator.jobs.model import JobStatus as S
from simulator.metrics import RunStatistics
from simulator.report import AssertionResult, ExecutionRow
from simulator.run_jobs import JobPlan
from simulator.run_plan import Plan, RunOptions
from simulator.watch import Watch

DONE = Ending(is_settled=True, is_cut_short=False)
LOST = Ending(is_settled=False, is_cut_short=True)
NAMES = ("a", "b", "c", "d")


def share(statuses: S, percent: int, within: float | None = None, job: str | None = None) -> StatusCount:
    amount = Amount(Fraction(percent), is_percent=True)
    return StatusCount(name="x", statuses=(statuses,), bound=Bound.AT_LEAST, amount=amount, within=within, job=job)


def plan_with(*assertions: Assertion, jobs: tuple[JobPlan, ...] = (JobPlan(name="fw", document="{}"),)) -> Plan:
    specs = tuple(ThingSpec(name=name) for name in NAMES)
    return Plan(options=RunOptions(), seed=1, specs=specs, scenarios={}, jobs=jobs, assertions=assertions)


def watch_of(job_id: str = "j1", **statuses: S) -> Watch:
    watch = Watch(["j1", "j2"])
    tell(watch, job_id, **statuses)
    return watch


def tell(watch: Watch, job_id: str = "j1", number: int = 1, **statuses: S) -> None:
    snapshots = [
        ThingSnapshot(name=name, status=status, version=number * 10, job_id=job_id, execution_number=number)
        for name, status in statuses.items()
    ]
    watch.on_batch(FeedBatch(at=0.0, snapshots=snapshots, counters=Counters()))


def row(
    thing: str,
    status: S | None,
    ended: float | None = None,
    job_id: str = "j1",
    number: int = 1,
    started: float | None = 1.0,
    queued: float = 0.0,
    note: str = "",
) -> ExecutionRow:
    return ExecutionRow(
        thing=thing,
        scenario="success",
        seed=1,
        job_id=job_id,
        execution_number=number,
        status_believed=status,
        status_stored=status,
        version_believed=1,
        version_stored=None,
        expected=[],
        as_expected=True,
        note=note,
        queued_after_seconds=queued,
        started_after_seconds=started,
        ended_after_seconds=ended,
    )


def results(
    judged: AssertionWatch,
    rows: list[ExecutionRow],
    times: dict[str, JobTimes],
    seconds: float = 100.0,
    ending: Ending = DONE,
    watch: Watch | None = None,
    counters: Counters | None = None,
) -> list[AssertionResult]:
    statistics = RunStatistics(counters=counters or Counters(), latency={})
    return judged.results(watch or watch_of(), seconds, times, rows, statistics, ending, lambda at: 2 + at / 10)


def test_a_decision_is_told_once_when_things_tell_it() -> None:
    told: list[str] = []
    judged = AssertionWatch(plan_with(share(S.SUCCEEDED, 50, within=60)), ["j1"], told.append)
    times = {"j1": JobTimes(created=0.0)}
    judged.look(watch_of(a=S.SUCCEEDED), 10, times)
    assert told == []
    judged.look(watch_of(a=S.SUCCEEDED, b=S.SUCCEEDED), 20, times)
    judged.look(watch_of(a=S.SUCCEEDED, b=S.SUCCEEDED, c=S.SUCCEEDED), 30, times)
    assert told == ["assertion “≥ 50 % SUCCEEDED within 60 s” holds: 2 of 4 (50 %) SUCCEEDED after 20 s"]


def test_what_nobody_heard_of_is_queued_once_its_job_was_made() -> None:
    told: list[str] = []
    judged = AssertionWatch(plan_with(share(S.QUEUED, 75)), ["j1"], told.append)
    judged.look(watch_of(), 1, {})
    assert told == []
    judged.look(watch_of(a=S.IN_PROGRESS), 2, {"j1": JobTimes(created=1.0)})
    assert "3 of 4 (75 %) QUEUED after 2 s" in told[0]


def test_in_the_end_the_services_times_count_and_not_when_it_was_seen() -> None:
    judged = AssertionWatch(plan_with(share(S.SUCCEEDED, 50, within=20)), ["j1"], lambda _: None)
    times = {"j1": JobTimes(created=0.0)}
    judged.look(watch_of(a=S.SUCCEEDED, b=S.SUCCEEDED), 30, times)  # seen too late
    rows = [row("a", S.SUCCEEDED, 12.5), row("b", S.SUCCEEDED, 19.75), row("c", S.FAILED, 5), row("d", S.FAILED, 5)]
    (result,) = results(judged, rows, times)
    assert (result.status.value, result.observed) == ("passed", "2 of 4 (50 %) SUCCEEDED after 19.75 s")
    assert result.at_seconds == 3.975


def test_seconds_count_from_second_0_or_from_the_job_that_is_named() -> None:
    jobs = (JobPlan(name="fw", document="{}"), JobPlan(name="late", document="{}", at=50))
    times = {"j1": JobTimes(created=0.0), "j2": JobTimes(created=50.0)}
    rows = [row(name, S.FAILED, 2) for name in NAMES] + [row(name, S.SUCCEEDED, 8, "j2") for name in NAMES]
    plan = plan_with(share(S.SUCCEEDED, 50, within=10), share(S.SUCCEEDED, 100, within=10, job="late"), jobs=jobs)
    whole, late = results(AssertionWatch(plan, ["j1", "j2"], lambda _: None), rows, times)
    assert whole.status.value == "failed"
    assert (late.status.value, late.observed) == ("passed", "4 of 4 (100 %) SUCCEEDED after 8 s")
    assert late.at_seconds == 2 + 58 / 10


def test_an_execution_that_was_tried_again_counts_as_its_newest_attempt() -> None:
    jobs = (JobPlan(name="fw", document="{}", wire={"jobExecutionsRetryConfig": {}}),)
    never_failed = StatusCount(
        name="x", statuses=(S.FAILED,), bound=Bound.AT_MOST, amount=Amount(Fraction(0)), after=30
    )
    plan = plan_with(never_failed, share(S.SUCCEEDED, 100), jobs=jobs)
    rows = [row(name, S.SUCCEEDED, 5) for name in NAMES[1:]]
    rows += [row("a", S.FAILED, 10), row("a", S.SUCCEEDED, 25, number=2, queued=10, started=12)]
    judged = AssertionWatch(plan, ["j1"], lambda _: None)
    none, all_well = results(judged, rows, {"j1": JobTimes(created=0.0)})
    assert (none.status.value, all_well.status.value) == ("passed", "passed")
    assert all_well.observed == "4 of 4 (100 %) SUCCEEDED after 25 s"
    told: list[str] = []
    live = AssertionWatch(plan, ["j1"], told.append)
    watch = watch_of(a=S.FAILED, b=S.SUCCEEDED, c=S.SUCCEEDED, d=S.SUCCEEDED)
    tell(watch, number=2, a=S.SUCCEEDED)
    live.look(watch, 26, {"j1": JobTimes(created=0.0)})
    assert any("4 of 4 (100 %) SUCCEEDED" in sentence for sentence in told)


def test_an_abort_is_judged_by_what_had_ended_when_the_service_aborted() -> None:
    wanted = Aborted(name="x", is_wanted=True, at_most=Amount(Fraction(50), is_percent=True), job="fw")
    rows = [
        row("a", S.SUCCEEDED, 5),
        row("b", S.FAILED, 9),
        row("c", S.CANCELED, 9, started=None),
        row("d", S.FAILED, 20),
    ]
    judged = AssertionWatch(plan_with(wanted), ["j1"], lambda _: None)
    (result,) = results(judged, rows, {"j1": JobTimes(created=0.0, aborted=9.0)})
    assert (result.status.value, result.observed) == ("passed", "aborted after 9 s, 1 of 2 (50 %) ended FAILED")


def test_where_the_service_could_not_be_asked_the_live_verdict_stands() -> None:
    judged = AssertionWatch(plan_with(share(S.SUCCEEDED, 50), share(S.SUCCEEDED, 100)), ["j1"], lambda _: None)
    watch, times = watch_of(a=S.SUCCEEDED, b=S.SUCCEEDED), {"j1": JobTimes(created=0.0)}
    judged.look(watch, 20, times)
    rows = [row(name, None, note="the thing never heard of it, the service could not be asked") for name in NAMES]
    half, whole = results(judged, rows, times, ending=LOST, watch=watch)
    assert (half.status.value, whole.status.value) == ("passed", "undecided")


def test_rejections_and_faults_are_those_of_the_whole_run() -> None:
    none = Events(name="r", kind=EventKind.REJECTION, event="VersionMismatch", bound=Bound.AT_MOST, count=0)
    some = Events(name="f", kind=EventKind.FAULT, event="drop-line", bound=Bound.AT_LEAST, count=2)
    judged = AssertionWatch(plan_with(none, some), ["j1"], lambda _: None)
    counters = Counters(rejections={"VersionMismatch": 3}, faults={"drop-line": 2})
    rejected, faulted = results(judged, [row("a", S.SUCCEEDED, 5)], {"j1": JobTimes(created=0.0)}, counters=counters)
    assert (rejected.status.value, rejected.observed) == ("failed", "3 × VersionMismatch")
    assert faulted.status.value == "passed"


def test_events_that_decided_it_early_are_told_in_their_full_number_at_the_moment_they_did() -> None:
    some = Events(name="f", kind=EventKind.FAULT, event="any", bound=Bound.AT_LEAST, count=1)
    judged = AssertionWatch(plan_with(some), ["j1"], lambda _: None)
    watch, times = watch_of(), {"j1": JobTimes(created=0.0)}
    watch.counters = Counters(faults={"reboot": 1})
    judged.look(watch, 20, times)
    counters = Counters(faults={"reboot": 5, "drop-line": 2})
    (result,) = results(judged, [row("a", S.SUCCEEDED, 5)], times, watch=watch, counters=counters)
    assert (result.status.value, result.observed, result.at_seconds) == ("passed", "7 × faults", 4.0)
