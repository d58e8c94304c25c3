"""Assertions on a run, judged by what was counted: counts in, verdict out. Pure: no clock, no I/O.

All seconds are simulated seconds since second 0, the moment at which the first job of the run was created; with `job`
since that job was created. Percent are of all executions that the jobs looked at are to have (things targeted times
jobs), for `Aborted` of the executions that had ended when the job was aborted, as AWS counts abort thresholds. Nothing
is rounded. Latencies are real milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Final

from simulator.fleet_amounts import Amount, seconds_in_words
from simulator.histogram import Histogram
from simulator.jobs.model import JobStatus
from simulator.report_words import number_of

ENDED_BY_ITSELF: Final = frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.REJECTED, JobStatus.TIMED_OUT})
"""What counts as executed for abort criteria: canceled and removed executions do not (reference section 8.2)."""

ANY: Final = "any"


class Bound(StrEnum):
    """How a count and an amount are to compare, spelled as in a run file."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EXACTLY = "exactly"

    @property
    def sign(self) -> str:
        """As a person writes it."""
        return {"at_least": "≥", "at_most": "≤", "exactly": "="}[self]

    def holds(self, count: int, limit: Fraction) -> bool:
        """Whether `count` keeps the bound."""
        match self:
            case Bound.AT_LEAST:
                return count >= limit
            case Bound.AT_MOST:
                return count <= limit
        return count == limit


class EventKind(StrEnum):
    """What happens now and then, and is counted by its name."""

    REJECTION = "rejection"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCount:
    """So many executions in one of these statuses.

    At least so many `within` a time: at some moment up to then; without a time at some moment of the run. With
    `after`: at every moment from then on. At most so many: at every moment (up to `within`, from `after` on).
    Exactly so many: when the run is over; with `after` at every moment from then on.
    """

    name: str
    statuses: tuple[JobStatus, ...]
    bound: Bound
    amount: Amount
    within: float | None = None
    after: float | None = None
    job: str | None = None

    def __str__(self) -> str:
        what = f"{' or '.join(self.statuses)}{_times(self.within, self.after)}{_of(self.job)}"
        if self.bound is not Bound.AT_LEAST and not self.amount.value:
            return f"no {what}"
        return f"{self.bound.sign} {self.amount} {what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyBound:
    """A percentile of all publish-to-accepted latencies of the run, in real milliseconds, judged at its end."""

    name: str
    label: str  # p99, max
    percent: float
    at_most_ms: float

    def __str__(self) -> str:
        return f"{self.label} update latency ≤ {self.at_most_ms:g} ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """So many rejections of a code, or faults of a name, in the whole run."""

    name: str
    kind: EventKind
    event: str
    bound: Bound
    count: int

    def __str__(self) -> str:
        which = f"{self.kind}s of any kind" if self.event == ANY else f"{self.kind} {self.event}"
        if self.bound is not Bound.AT_LEAST and self.count == 0:
            return f"no {which}"
        return f"{self.bound.sign} {self.count:,} × {which}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aborted:
    """The job is CANCELED by its abort criteria, or is not; then `at_least` and `at_most` so many had such an end."""

    name: str
    is_wanted: bool
    statuses: tuple[JobStatus, ...] = (JobStatus.FAILED,)
    at_least: Amount | None = None
    at_most: Amount | None = None
    within: float | None = None
    job: str | None = None

    def __str__(self) -> str:
        bounds = [f"{sign} {amount}" for sign, amount in (("≥", self.at_least), ("≤", self.at_most)) if amount]
        share = f" at {' and '.join(bounds)} {' or '.join(self.statuses)}" if bounds else ""
        return f"{'' if self.is_wanted else 'not '}aborted{share}{_times(self.within, None)}{_of(self.job)}"


Assertion = StatusCount | LatencyBound | Events | Aborted


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What there was at a moment. `total` is how many executions there are to be; counts are of those there are."""

    seconds: float
    counts: Mapping[JobStatus, int] = field(default_factory=dict)
    total: int = 0
    rejections: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, int] = field(default_factory=dict)
    is_aborted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of an assertion and when; `holds` None: the run ended before it could be told."""

    holds: bool | None
    observed: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the run ended: whether nothing can change any more, and whether it was cut short (interrupted, or lost)."""

    is_settled: bool
    is_cut_short: bool
    latency: Histogram | None = None


class Judge:
    """Hears of moments in their order, and tells a verdict as soon as there is one; it keeps no moment but the last.

    If `is_exact`, every change of a count is told; otherwise (live) moments are looked at now and then, and what may
    have happened between two of them is left open.
    """

    def __init__(self, assertion: Assertion, *, is_exact: bool = True) -> None:
        self.assertion = assertion
        self.verdict: Verdict | None = None
        self._is_exact = is_exact
        self._last: Seen | None = None

    def observe(self, seen: Seen) -> Verdict | None:
        """Take in what there was at a moment; return the verdict if this decided it, None before and after that."""
        if self.verdict is not None:
            return None
        match self.assertion:
            case StatusCount() as wanted:
                self.verdict = self._eventually(wanted, seen) if _is_eventual(wanted) else self._always(wanted, seen)
            case Events() as wanted:
                self.verdict = _events(wanted, seen)
            case Aborted() as wanted:
                self.verdict = self._aborted(wanted, seen)
        self._last = seen
        return self.verdict

    def finish(self, seen: Seen, ending: Ending) -> Verdict:
        """Return the verdict, now that nothing more comes; `seen` is how things stood when the run was over."""
        self.observe(seen)
        if self.verdict is None:
            self.verdict = _at_the_end(self.assertion, seen, ending)
        return self.verdict

    def _eventually(self, wanted: StatusCount, seen: Seen) -> Verdict | None:
        is_in_time = wanted.within is None or seen.seconds <= wanted.within
        is_enough = wanted.bound.holds(_count(wanted, seen), wanted.amount.of(seen.total))
        if is_in_time and is_enough:
            return Verdict(holds=True, observed=_status_words(wanted, seen, seen.seconds), seconds=seen.seconds)
        if is_in_time or (is_enough and not self._is_exact):
            return None
        last = self._last if self._is_exact and self._last is not None else seen
        return Verdict(holds=False, observed=_status_words(wanted, last, wanted.within), seconds=wanted.within)

    def _always(self, wanted: StatusCount, seen: Seen) -> Verdict | None:
        if wanted.bound is Bound.EXACTLY and wanted.after is None:
            return None
        begin = wanted.after or 0.0
        last = self._last
        if self._is_exact and last is not None and last.seconds < begin < seen.seconds and not _holds(wanted, last):
            return Verdict(holds=False, observed=_status_words(wanted, last, begin), seconds=begin)
        if seen.seconds < begin:
            return None
        if wanted.within is not None and seen.seconds > wanted.within:
            shown = last if last is not None else seen
            return Verdict(holds=True, observed=_status_words(wanted, shown, wanted.within), seconds=wanted.within)
        if not _holds(wanted, seen):
            return Verdict(holds=False, observed=_status_words(wanted, seen, seen.seconds), seconds=seen.seconds)
        return None

    def _aborted(self, wanted: Aborted, seen: Seen) -> Verdict | None:
        if not seen.is_aborted:
            if wanted.within is not None and seen.seconds > wanted.within:
                observed = f"not aborted by {seconds_in_words(wanted.within)}"
                return Verdict(holds=not wanted.is_wanted, observed=observed, seconds=wanted.within)
            return None
        has_bounds = wanted.at_least is not None or wanted.at_most is not None
        if not self._is_exact and (has_bounds or wanted.within is not None):
            return None  # what had ended by then, and when that was, only the service knows
        ended = sum(seen.counts.get(status, 0) for status in ENDED_BY_ITSELF)
        count = sum(seen.counts.get(status, 0) for status in wanted.statuses)
        shares = ((Bound.AT_LEAST, wanted.at_least), (Bound.AT_MOST, wanted.at_most))
        is_as_wanted = all(bound.holds(count, amount.of(ended)) for bound, amount in shares if amount is not None)
        is_in_time = wanted.within is None or seen.seconds <= wanted.within
        words = f"aborted after {seconds_in_words(seen.seconds)}, {_of_total(count, ended)} ended "
        return Verdict(
            holds=(is_as_wanted and is_in_time) if wanted.is_wanted else not (is_as_wanted and is_in_time),
            observed=f"{words}{' or '.join(wanted.statuses)}",
            seconds=seen.seconds,
        )


def _is_eventual(wanted: StatusCount) -> bool:
    return wanted.bound is Bound.AT_LEAST and wanted.after is None


def _count(wanted: StatusCount, seen: Seen) -> int:
    return sum(seen.counts.get(status, 0) for status in wanted.statuses)


def _holds(wanted: StatusCount, seen: Seen) -> bool:
    return wanted.bound.holds(_count(wanted, seen), wanted.amount.of(seen.total))


def _events(wanted: Events, seen: Seen) -> Verdict | None:
    count = _event_count(wanted, seen)
    if wanted.bound is Bound.AT_LEAST and count >= wanted.count:
        return Verdict(holds=True, observed=_event_words(wanted, count), seconds=seen.seconds)
    if wanted.bound is not Bound.AT_LEAST and count > wanted.count:
        return Verdict(holds=False, observed=_event_words(wanted, count), seconds=seen.seconds)
    return None


def _event_count(wanted: Events, seen: Seen) -> int:
    counts = seen.faults if wanted.kind is EventKind.FAULT else seen.rejections
    return sum(counts.values()) if wanted.event == ANY else counts.get(wanted.event, 0)


def _at_the_end(assertion: Assertion, seen: Seen, ending: Ending) -> Verdict:
    match assertion:
        case StatusCount() as wanted:
            return _status_at_the_end(wanted, seen, ending)
        case Events() as wanted:
            count = _event_count(wanted, seen)
            holds = wanted.bound.holds(count, Fraction(wanted.count))
            return Verdict(
                holds=None if ending.is_cut_short else holds, observed=_event_words(wanted, count), seconds=seen.seconds
            )
        case LatencyBound() as wanted:
            return _latency_at_the_end(wanted, seen, ending)
        case Aborted() as wanted:
            is_open = not ending.is_settled and (wanted.within is not None or ending.is_cut_short)
            return Verdict(
                holds=None if is_open else not wanted.is_wanted,
                observed=f"not aborted by {seconds_in_words(seen.seconds)}, when the run was over",
                seconds=None if is_open else seen.seconds,
            )


def _status_at_the_end(wanted: StatusCount, seen: Seen, ending: Ending) -> Verdict:
    words = _status_words(wanted, seen, seen.seconds) + ", when the run was over"
    if ending.is_settled:  # as it is now it will be for ever
        return Verdict(holds=_holds(wanted, seen), observed=words, seconds=seen.seconds)
    has_begun = wanted.after is None or seen.seconds >= wanted.after
    if ending.is_cut_short or not has_begun or wanted.within is not None:
        return Verdict(holds=None, observed=words)
    return Verdict(holds=_holds(wanted, seen), observed=words, seconds=seen.seconds)


def _latency_at_the_end(wanted: LatencyBound, seen: Seen, ending: Ending) -> Verdict:
    latency = ending.latency
    if latency is None or not latency.count:
        return Verdict(holds=None, observed="no update was accepted")
    ms = latency.percentile(wanted.percent)
    observed = f"{wanted.label} was {ms:,.1f} ms over {number_of(latency.count, 'update')}"
    if ending.is_cut_short:
        return Verdict(holds=None, observed=f"{observed} so far")
    return Verdict(holds=ms <= wanted.at_most_ms, observed=observed, seconds=seen.seconds)


# --- words ------------------------------------------------------------------------------------------------------------


def _status_words(wanted: StatusCount, seen: Seen, seconds: float | None) -> str:
    at = "" if seconds is None else f" after {seconds_in_words(round(seconds, 3))}"
    return f"{_of_total(_count(wanted, seen), seen.total)} {' or '.join(wanted.statuses)}{at}"


def _of_total(count: int, total: int) -> str:
    percent = f" ({count * 100 / total:.4g} %)" if total else ""
    return f"{count:,} of {total:,}{percent}"


def _event_words(wanted: Events, count: int) -> str:
    what = f"{wanted.kind}s" if wanted.event == ANY else wanted.event
    return f"{count:,} × {what}"


def _times(within: float | None, after: float | None) -> str:
    if within is not None:
        return f" within {seconds_in_words(within)}"
    return "" if after is None else f" after {seconds_in_words(after)}"


def _of(job: str | None) -> str:
    return "" if job is None else f" of job {job}"
