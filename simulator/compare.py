"""Two reports side by side: where their runs came out differently, and what they were asked for differently.

Executions are matched by thing, by the place of their job in the run (ids of jobs differ from run to run) and by their
number. Two runs are the same if every thing had the same outcomes, the same faults, and every assertion the same
result. Latencies are never quite the same: they count only where a tolerance is given.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec

from simulator.jobs.model import JobStatus
from simulator.report import ExecutionRow, Report, unreliable
from simulator.report_parts import Faults

Place = tuple[str, int, int]
"""Thing, number of the job in the run, number of the execution; all from 1."""

LATENCIES: Final = ("p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms")
_UNCOMPARED: Final = frozenset({"versions_compared", "event_log", "run_id"})  # not what a run does
_ADDRESSES: Final = frozenset({"mqtt", "http"})
_LOOPBACK: Final = ("127.0.0.1:", "http://127.0.0.1:", "mqtt://127.0.0.1:")


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """The base of everything here. `a` is of the first report, `b` of the second."""


class OutcomeCount(_Part, frozen=True, kw_only=True):
    """How many executions ended so."""

    status: JobStatus | None  # None: neither stored nor believed
    a: int
    b: int


class Percentile(_Part, frozen=True, kw_only=True):
    """A latency in real milliseconds. `change` is b - a, `change_percent` of a; None where a is 0."""

    name: str
    a: float
    b: float
    change: float
    change_percent: float | None


class Divergence(_Part, frozen=True, kw_only=True):
    """One execution that came out differently, or a thing whose faults differ (`job` 0 then)."""

    thing: str
    job: int = 0
    execution_number: int = 0
    what: str  # in a sentence
    outcome_a: JobStatus | None = None
    outcome_b: JobStatus | None = None
    faults_a: Faults = {}
    faults_b: Faults = {}


class Difference(_Part, frozen=True, kw_only=True):
    """A setting, a version or an assertion that differs, in words."""

    name: str
    a: str
    b: str


class Comparison(_Part, frozen=True, kw_only=True):
    """Everything that is to be said of two reports."""

    same: bool
    outcomes: list[OutcomeCount]
    percentiles: list[Percentile]
    latencies_within_tolerance: bool | None  # None: no tolerance was given
    divergences: list[Divergence]
    assertions: list[Difference]
    settings: list[Difference]
    versions: list[Difference]
    warnings: list[str] = []


def compare(a: Report, b: Report, *, latency_tolerance_percent: float | None = None) -> Comparison:
    """Return how `b` differs from `a`.

    With a tolerance, latencies that rose by more than that from `a` to `b` make the two different.
    """
    percentiles = [_percentile(name, getattr(a.latency, name), getattr(b.latency, name)) for name in LATENCIES]
    divergences = [*_outcomes_apart(a, b), *_faults_apart(a, b)]
    assertions = _assertions_apart(a, b)
    within = None
    if latency_tolerance_percent is not None:
        within = all((one.change_percent or 0.0) <= latency_tolerance_percent for one in percentiles[:3])
    outcomes = _outcome_counts(a, b)
    return Comparison(
        same=not divergences and not assertions and within is not False,
        outcomes=outcomes,
        percentiles=percentiles,
        latencies_within_tolerance=within,
        divergences=divergences,
        assertions=assertions,
        settings=list(_settings_apart(a, b)),
        versions=_differences(_versions(a), _versions(b)),
        warnings=[f"{name}: {sentence}" for name, one in (("A", a), ("B", b)) if (sentence := unreliable(one.health))],
    )


def _outcome_of(row: ExecutionRow | None) -> JobStatus | None:
    return None if row is None else row.status_stored or row.status_believed


def _outcome_counts(a: Report, b: Report) -> list[OutcomeCount]:
    of_a, of_b = (Counter(_outcome_of(row) for row in one.executions) for one in (a, b))
    return [
        OutcomeCount(status=status, a=of_a[status], b=of_b[status])
        for status in (*JobStatus, None)
        if of_a[status] or of_b[status]
    ]


def _percentile(name: str, a: float, b: float) -> Percentile:
    return Percentile(
        name=name.removesuffix("_ms"),
        a=a,
        b=b,
        change=round(b - a, 3),
        change_percent=round(100 * (b - a) / a, 1) if a else None,
    )


def _placed(report: Report) -> dict[Place, ExecutionRow]:
    order = {job_id: number for number, job_id in enumerate(report.job_ids, start=1)}
    for row in report.executions:  # of a report that does not tell the order of its jobs
        order.setdefault(row.job_id, len(order) + 1)
    return {(row.thing, order[row.job_id], row.execution_number): row for row in report.executions}


def _outcomes_apart(a: Report, b: Report) -> Iterator[Divergence]:
    of_a, of_b = _placed(a), _placed(b)
    for place in sorted(of_a.keys() | of_b.keys()):
        one, other = of_a.get(place), of_b.get(place)
        outcome_a, outcome_b = _outcome_of(one), _outcome_of(other)
        if one is None or other is None:
            what = "is in B only" if one is None else "is in A only"
        elif outcome_a is not outcome_b:
            what = f"{outcome_a or 'not known'} in A, {outcome_b or 'not known'} in B"
        else:
            continue
        thing, job, number = place
        yield Divergence(
            thing=thing, job=job, execution_number=number, what=what, outcome_a=outcome_a, outcome_b=outcome_b
        )


def _faults_apart(a: Report, b: Report) -> Iterator[Divergence]:
    for thing in sorted(a.faults_by_thing.keys() | b.faults_by_thing.keys()):
        of_a, of_b = a.faults_by_thing.get(thing, {}), b.faults_by_thing.get(thing, {})
        if of_a != of_b:
            what = f"faults: {_faults_told(of_a)} in A, {_faults_told(of_b)} in B"
            yield Divergence(thing=thing, what=what, faults_a=of_a, faults_b=of_b)


def _faults_told(faults: Faults) -> str:
    return ", ".join(f"{count} {name}" for name, count in faults.items()) or "none"


def _assertions_apart(a: Report, b: Report) -> list[Difference]:
    of_a, of_b = ({one.sentence or one.name: str(one.status) for one in report.assertions} for report in (a, b))
    return _differences(of_a, of_b)


def _settings_apart(a: Report, b: Report) -> Iterator[Difference]:
    of_a, of_b = (msgspec.to_builtins(one.settings) for one in (a, b))
    for name in of_a:
        one, other = of_a[name], of_b[name]
        if one == other or name in _UNCOMPARED:
            continue
        if name in _ADDRESSES and all(str(each).startswith(_LOOPBACK) for each in (one, other)):
            continue  # a local endpoint takes whatever port is free
        yield Difference(name=name, a=_told(one), b=_told(other))


def _told(value: object) -> str:
    return "none" if value in (None, "") else str(value)


def _versions(report: Report) -> dict[str, str]:
    return {
        "thing-simulator": report.program_version,
        "python": report.python_version,
        "platform": report.platform,
        **report.libraries,
    }


def _differences(a: dict[str, str], b: dict[str, str]) -> list[Difference]:
    names = [*a, *(name for name in b if name not in a)]
    return [
        Difference(name=name, a=a.get(name, "none"), b=b.get(name, "none"))
        for name in names
        if a.get(name) != b.get(name)
    ]
