"""The assertions of a run: judged live by what the things tell, and in the end by what the service has stored.

The live verdict is what a person sees while the run goes on. The one that counts is made when it is over, from the
service's own times of every execution, exact to the millisecond; where the service could not be asked, the live one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from simulator.assertions import Aborted, Assertion, Ending, Events, Judge, Seen, StatusCount, Verdict
from simulator.jobs.model import JobStatus
from simulator.metrics import RunStatistics
from simulator.report import AssertionResult, AssertionStatus, ExecutionRow
from simulator.run_plan import Plan
from simulator.watch import Watch

LOOK_EVERY_SECONDS: Final = 0.2

Counts = Counter[JobStatus]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimes:
    """When a job was created and, if it was, aborted: simulated seconds since second 0."""

    created: float
    aborted: float | None = None


@dataclass(slots=True)
class _Group:
    """The jobs that an assertion looks at."""

    job_ids: list[str] = field(default_factory=list)
    total: int = 0


class AssertionWatch:
    """Belongs to one run. `on_told` gets a sentence for each assertion as soon as it is decided."""

    def __init__(self, plan: Plan, job_ids: Sequence[str], on_told: Callable[[str], None]) -> None:
        self._plan = plan
        self._on_told = on_told
        self._live = [Judge(assertion, is_exact=False) for assertion in plan.assertions]
        self._groups: dict[str | None, _Group] = {None: _Group()}
        self._targets: dict[str, int] = {}
        self._retried: set[str] = set()
        for job_id, job in zip(job_ids, plan.jobs, strict=True):
            targets = self._targets[job_id] = len(plan.targets_of(job))
            for name in (None, job.name):
                group = self._groups.setdefault(name, _Group())
                group.job_ids.append(job_id)
                group.total += targets
            if job.is_retried:
                self._retried.add(job_id)

    def look(self, watch: Watch, seconds: float, times: Mapping[str, JobTimes]) -> None:
        """Judge by what the things tell `seconds` simulated seconds after second 0; `times` of the jobs made so far."""
        if all(judge.verdict is not None for judge in self._live):
            return
        counts = self._believed(watch, times)
        for judge in self._live:
            seen = self._seen(_job_of(judge.assertion), watch, seconds, times, counts)
            verdict = judge.observe(seen) if seen is not None else None
            if verdict is not None:
                self._on_told(sentence_of(judge.assertion, verdict))

    def results(
        self,
        watch: Watch,
        seconds: float,
        times: Mapping[str, JobTimes],
        rows: Sequence[ExecutionRow],
        statistics: RunStatistics,
        ending: Ending,
        to_real: Callable[[float], float],
    ) -> list[AssertionResult]:
        """Return what became of each. `to_real` makes real seconds of the run out of seconds since second 0."""
        is_stored = bool(rows) and all(row.status_stored is not None or not row.note.endswith("asked") for row in rows)
        counters = statistics.counters
        made = []
        for live in self._live:
            name = _job_of(live.assertion)
            began = self._began(name, times)
            if is_stored and isinstance(live.assertion, StatusCount | Aborted):
                judge = Judge(live.assertion)
                last = Seen(seconds=0.0, total=self._groups[name].total)
                for last in self._history(name, rows, times, began):
                    judge.observe(last)
                end = Seen(
                    seconds=max(last.seconds, seconds - began),
                    counts=last.counts,
                    total=last.total,
                    is_aborted=last.is_aborted,
                )
                verdict = judge.finish(end, ending)
            else:
                believed = self._seen(name, watch, seconds, times, self._believed(watch, times))
                end = Seen(
                    seconds=seconds - began,
                    counts=believed.counts if believed else {},
                    total=self._groups[name].total,
                    rejections=counters.rejections,
                    faults=counters.faults,
                    is_aborted=believed is not None and believed.is_aborted,
                )
                verdict = _finished(live, end, ending)
            at = None if verdict.seconds is None else max(0.0, to_real(began + verdict.seconds))
            made.append(_result(live.assertion, verdict, at))
        return made

    # --- as the things tell it --------------------------------------------------------------------------------------

    def _believed(self, watch: Watch, times: Mapping[str, JobTimes]) -> dict[str, Counts]:
        """Count the executions of each job by what their things believe; those nobody heard of are QUEUED."""
        counts: dict[str, Counts] = {job_id: Counter() for job_id in times}
        newest: dict[tuple[str, str], int] = {}
        if self._retried:
            for thing, job_id, number in watch.beliefs:
                newest[thing, job_id] = max(number, newest.get((thing, job_id), 0))
        for (thing, job_id, number), belief in watch.beliefs.items():
            if job_id in counts and (not newest or newest[thing, job_id] == number):
                counts[job_id][belief.status] += 1
        for job_id, found in counts.items():
            found[JobStatus.QUEUED] += max(0, self._targets[job_id] - found.total())
        return counts

    def _seen(
        self,
        job: str | None,
        watch: Watch,
        seconds: float,
        times: Mapping[str, JobTimes],
        counts: Mapping[str, Counts],
    ) -> Seen | None:
        """Return what there is of a job's executions, or of all jobs'; None as long as the job was not made."""
        group = self._groups[job]
        made = [job_id for job_id in group.job_ids if job_id in times]
        if job is not None and not made:
            return None
        total: Counts = Counter()
        for job_id in made:
            total.update(counts[job_id])
        return Seen(
            seconds=seconds - self._began(job, times),
            counts=total,
            total=group.total,
            rejections=watch.counters.rejections,
            faults=watch.counters.faults,
            is_aborted=any(times[job_id].aborted is not None for job_id in made),
        )

    def _began(self, job: str | None, times: Mapping[str, JobTimes]) -> float:
        """Return from when an assertion's seconds count."""
        if job is None:
            return 0.0
        return min((times[job_id].created for job_id in self._groups[job].job_ids if job_id in times), default=0.0)

    # --- as the service has stored it -------------------------------------------------------------------------------

    def _history(
        self, job: str | None, rows: Iterable[ExecutionRow], times: Mapping[str, JobTimes], began: float
    ) -> Iterator[Seen]:
        """Yield how the counts were after each change, by the service's own times."""
        group = self._groups[job]
        wanted = {job_id for job_id in group.job_ids if job_id in times}
        changes = _changes([row for row in rows if row.job_id in wanted], times)
        aborts = [at for job_id in wanted if (at := times[job_id].aborted) is not None]
        aborted_at = min(aborts, default=None)
        moments = sorted({at for at, _, _ in changes} | ({aborted_at} if aborted_at is not None else set()))
        counts: Counts = Counter()
        place = 0
        for moment in moments:
            while place < len(changes) and changes[place][0] <= moment:
                _, before, after = changes[place]
                if before is not None:
                    counts[before] -= 1
                counts[after] += 1
                place += 1
            yield Seen(
                seconds=moment - began,
                counts=dict(counts),
                total=group.total,
                is_aborted=aborted_at is not None and moment >= aborted_at,
            )


def _finished(live: Judge, end: Seen, ending: Ending) -> Verdict:
    """Return the verdict for what only was counted live; events that decided it early are told in their full number."""
    early = live.verdict
    if early is not None and isinstance(live.assertion, Events):
        late = Judge(live.assertion).finish(end, ending)
        return replace(late, seconds=early.seconds) if late.holds == early.holds else early
    return early or live.finish(end, ending)


def _changes(
    rows: Iterable[ExecutionRow], times: Mapping[str, JobTimes]
) -> list[tuple[float, JobStatus | None, JobStatus]]:
    """Return when which status became which other, in the order of time; None is an execution that was not there."""
    changes: list[tuple[float, JobStatus | None, JobStatus]] = []
    last: dict[tuple[str, str], JobStatus] = {}
    for row in sorted(rows, key=lambda row: (row.thing, row.job_id, row.execution_number)):
        if row.status_stored is None:
            continue
        created = times[row.job_id].created
        status: JobStatus | None = last.get((row.thing, row.job_id))  # of the attempt before
        steps = (
            (row.queued_after_seconds, JobStatus.QUEUED),
            (row.started_after_seconds, JobStatus.IN_PROGRESS),
            (row.ended_after_seconds, row.status_stored),
        )
        at = 0.0
        for after, now in steps:
            if after is not None:
                at = max(at, after)  # AWS rounds dates to seconds
                changes.append((created + at, status, now))
                status = now
        if status is not None:
            last[row.thing, row.job_id] = status
    return sorted(changes, key=lambda change: change[0])


def _job_of(assertion: Assertion) -> str | None:
    return assertion.job if isinstance(assertion, StatusCount | Aborted) else None


def sentence_of(assertion: Assertion, verdict: Verdict) -> str:
    """Return a verdict in a sentence."""
    words = {True: "holds", False: "FAILED", None: "is undecided"}[verdict.holds]
    return f"assertion “{assertion}” {words}: {verdict.observed}"


def _result(assertion: Assertion, verdict: Verdict, at_seconds: float | None) -> AssertionResult:
    status = {
        True: AssertionStatus.PASSED,
        False: AssertionStatus.FAILED,
        None: AssertionStatus.UNDECIDED,
    }[verdict.holds]
    return AssertionResult(
        name=assertion.name,
        sentence=str(assertion),
        status=status,
        observed=verdict.observed,
        at_seconds=None if at_seconds is None else round(at_seconds, 3),
    )
