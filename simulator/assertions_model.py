"""Assertions as a run file has them, and what is wrong between their values."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from simulator.assertions import ANY, Aborted, Assertion, Bound, EventKind, Events, LatencyBound, StatusCount
from simulator.fleet_amounts import Amount, AmountText, Limit, Seconds
from simulator.fleet_model import Part
from simulator.fleet_rules import Finding
from simulator.fleet_sentences import nearest, told
from simulator.jobs.model import ErrorCode, JobStatus
from simulator.scenario.faults import FaultName
from simulator.scenario.problems import shown

PERCENTILES: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}
SUBJECTS: Final = ("status", "latency", "rejection", "fault", "aborted")
BOUNDS: Final = tuple(bound.value for bound in Bound)


def _choice(value: Any, known: tuple[str, ...], what: str) -> str:
    if isinstance(value, str) and value in known:
        return value
    near = nearest(str(value), known)
    mend = f"did you mean {near}?" if near else f"write one of {', '.join(known)}"
    raise told(f"{shown(value)} is no {what}", mend)


def _statuses(value: Any) -> tuple[JobStatus, ...]:
    names = value if isinstance(value, list) and value else [value]
    known = tuple(status.value for status in JobStatus)
    return tuple(JobStatus(_choice(name, known, "status of an execution")) for name in names)


_STATUS: Final = {"type": "string", "enum": [status.value for status in JobStatus]}
Statuses = Annotated[
    tuple[JobStatus, ...],
    BeforeValidator(_statuses),
    WithJsonSchema({"anyOf": [_STATUS, {"type": "array", "items": _STATUS, "minItems": 1}]}),
]
_CODES: Final = (*(code.value for code in ErrorCode), ANY)
_FAULTS: Final = (*(name.value for name in FaultName), ANY)
Percentile = Annotated[
    str,
    BeforeValidator(lambda value: _choice(value, tuple(PERCENTILES), "percentile of the latency")),
    WithJsonSchema({"type": "string", "enum": list(PERCENTILES)}),
]
Rejection = Annotated[
    str,
    BeforeValidator(lambda value: _choice(value, _CODES, "error code")),
    WithJsonSchema({"type": "string", "enum": list(_CODES)}),
]
Fault = Annotated[
    str,
    BeforeValidator(lambda value: _choice(value, _FAULTS, "fault")),
    WithJsonSchema({"type": "string", "enum": list(_FAULTS)}),
]


class AssertionEntry(Part):
    """Something that is to be so; one of status, latency, rejection, fault and aborted says what is looked at."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    status: Statuses | None = None
    latency: Percentile | None = None
    rejection: Rejection | None = None
    fault: Fault | None = None
    aborted: bool | None = None
    at_least: AmountText | None = None
    at_most: Limit | None = None
    exactly: AmountText | None = None
    within: Seconds | None = None
    after: Seconds | None = None
    job: str | None = None


TAKES: Final = {
    "status": (*BOUNDS, "within", "after", "job"),
    "latency": ("at_most",),
    "rejection": BOUNDS,
    "fault": BOUNDS,
    "aborted": ("status", "at_least", "at_most", "within", "job"),
}
"""What may stand beside each subject."""


def findings(data: object, jobs: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong between the values of each assertion; `jobs` are the names of the run's jobs."""
    names: dict[object, int] = {}
    for number, entry in enumerate(data if isinstance(data, list) else ()):
        if isinstance(entry, dict):
            for path, what, mend in _entry(entry, jobs):
                yield (number, *path), what, mend
            name = entry.get("name")
            if name is not None and name in names:
                yield (number, "name"), f"is the name of assertion {names[name] + 1} too", "give it another"
            names.setdefault(name, number)


def _entry(entry: dict[str, object], jobs: Sequence[str]) -> Iterator[Finding]:
    given = {key for key, value in entry.items() if value is not None}
    subjects = [subject for subject in SUBJECTS if subject in given]
    if "aborted" in subjects and "status" in subjects:
        subjects.remove("status")
    if len(subjects) != 1:
        what = f"looks at {' and '.join(subjects)}" if subjects else "does not say what it looks at"
        yield (), what, f"write one of {', '.join(SUBJECTS)}"
        return
    subject = subjects[0]
    takes = TAKES[subject]
    for key in sorted(given - {subject, "name", *takes} & AssertionEntry.model_fields.keys()):
        yield (key,), f"does not go with {subject}", f"{subject} goes with {', '.join(takes)}"
    bounds = [bound for bound in BOUNDS if bound in given & {*takes}]
    if subject != "aborted" and len(bounds) != 1:
        what = f"has {' and '.join(bounds)}" if bounds else "does not say how many"
        yield (), what, f"write one of {', '.join(key for key in takes if key in BOUNDS)}"
    if {"within", "after"} <= given:
        yield ("after",), "does not go with within", "keep one of the two"
    if "exactly" in given and "within" in given:
        yield ("within",), "does not go with exactly", "write after, or take it out: exactly is judged at the end"
    yield from _units(entry, subject, bounds)
    job = entry.get("job")
    if isinstance(job, str) and job not in jobs:
        near = nearest(job, jobs)
        mend = f"did you mean {near}?" if near else f"there are {', '.join(jobs) or 'none'}"
        yield ("job",), f"there is no job {shown(job)}", mend


def _units(entry: dict[str, object], subject: str, bounds: Sequence[str]) -> Iterator[Finding]:
    for bound in bounds:
        text = str(entry[bound]).strip()
        is_time, is_percent = text.endswith("s"), text.endswith("%")
        if subject == "latency" and not is_time:
            yield (bound,), f"{shown(entry[bound])} is no latency", "write it with its unit, for example 200 ms"
        elif subject != "latency" and is_time:
            yield (bound,), f"{shown(entry[bound])} is no amount", "write a count such as 3, or a share such as 95 %"
        elif subject in ("rejection", "fault") and is_percent:
            yield (bound,), f"a share of {subject}s is no share of anything", "write a count such as 3"


def assertion_of(entry: AssertionEntry, number: int) -> Assertion:
    """Return the assertion that a checked entry is; one without a name is called by its `number` in the file."""
    name = entry.name or f"assertion-{number}"
    if entry.aborted is not None:
        return Aborted(
            name=name,
            is_wanted=entry.aborted,
            statuses=entry.status or (JobStatus.FAILED,),
            at_least=entry.at_least,
            at_most=entry.at_most if isinstance(entry.at_most, Amount) else None,
            within=entry.within,
            job=entry.job,
        )
    if entry.latency is not None:
        assert isinstance(entry.at_most, float)
        return LatencyBound(
            name=name, label=entry.latency, percent=PERCENTILES[entry.latency], at_most_ms=entry.at_most
        )
    bound, amount = _bound(entry)
    if entry.status is not None:
        return StatusCount(
            name=name,
            statuses=entry.status,
            bound=bound,
            amount=amount,
            within=entry.within,
            after=entry.after,
            job=entry.job,
        )
    kind = EventKind.FAULT if entry.fault is not None else EventKind.REJECTION
    event = entry.fault or entry.rejection or ANY
    return Events(name=name, kind=kind, event=event, bound=bound, count=int(amount.value))


def _bound(entry: AssertionEntry) -> tuple[Bound, Amount]:
    for bound, amount in (
        (Bound.AT_LEAST, entry.at_least),
        (Bound.AT_MOST, entry.at_most),
        (Bound.EXACTLY, entry.exactly),
    ):
        if isinstance(amount, Amount):
            return bound, amount
    raise AssertionError("the rules let an assertion without a bound pass")
