"""What came of a run, as a value that people, spreadsheets and CI read: schema version 3.

`began_at` and `ended_at` of the run are real dates (epoch seconds). Times of executions are simulated seconds since
their job was created, since a service at another time scale has dates of its own; `settings.time_scale` of them pass in
a real one. Times of series, timelines and assertions are real seconds since the run began. Latencies are real
milliseconds. `report_files` writes it as .json, .csv, .xml and .html; docs/reports.md explains every member.

Schema versions. A program reads its own and all earlier ones; what an earlier one lacks has its default.
1: executions with the service's own dates: `queued_at`, `started_at`, `ended_at` (no longer read).
2: times of executions in simulated seconds since their job was created.
3: more members: assertions, series, timelines, faults, libraries, command, the distribution of latencies, loop lag in
   percentiles, memory over time, what became of the event log, doubtful time-outs. Nothing of 2 changed.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from simulator.errors import InputError
from simulator.histogram import Histogram
from simulator.jobs.model import JobStatus
from simulator.metrics import RunStatistics
from simulator.report_parts import EventLogPart, Faults, Series, Timeline
from simulator.report_words import number_of

SCHEMA: Final = "thing-simulator/report"
SCHEMA_VERSION: Final = 3
TRUSTED_LAG_MS: Final = 100.0  # beyond this the program itself was late, and its latencies tell of itself


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """The base of everything here."""


class ExecutionRow(_Part, frozen=True, kw_only=True):
    """One job execution: what the thing believed when the run ended, and what the service had stored."""

    thing: str
    scenario: str
    seed: int
    job_id: str
    execution_number: int
    status_believed: JobStatus | None  # None: the thing never heard of it
    status_stored: JobStatus | None  # None: the service has no such execution, or could not be asked
    version_believed: int
    version_stored: int | None  # None: not asked for (see Settings.versions_compared)
    expected: list[JobStatus]  # the ends that the scenario allows
    as_expected: bool
    note: str = ""  # why it was not as expected, in a sentence
    queued_after_seconds: float | None = None
    started_after_seconds: float | None = None
    ended_after_seconds: float | None = None
    faults: dict[str, int] = {}  # how often each was had in this execution, by its name

    @property
    def seconds(self) -> float | None:
        """Simulated seconds from start to end, None for one that has not started or not ended."""
        if self.started_after_seconds is None or self.ended_after_seconds is None:
            return None
        return round(max(0.0, self.ended_after_seconds - self.started_after_seconds), 3)


class Settings(_Part, frozen=True, kw_only=True):
    """What was asked for. `mqtt` and `http` are the addresses that were used."""

    things: int
    seed: int
    scenario: str
    time_scale: float
    mqtt: str
    http: str
    job: str = ""
    jobs: int = 0
    ramp: float = 0.0
    workers: int = 1
    timeout_seconds: float | None = None
    fleet_file: str = ""
    run_file: str = ""
    run_id: str = ""  # what the run's things bear in the registry, as the attribute thing-simulator
    versions_compared: int = 0  # of how many executions the version number was asked of the service
    event_log: str = ""


class Latency(_Part, frozen=True, kw_only=True):
    """Publish-to-accepted times of updates, in real milliseconds; within 1 % of what was measured.

    `bars` is the whole distribution: pairs of milliseconds and how many updates took so long, at most 1,728 of them.
    """

    count: int = 0
    p50_ms: float = 0.0
    p90_ms: float = 0.0
    p99_ms: float = 0.0
    p999_ms: float = 0.0
    max_ms: float = 0.0
    bars: list[tuple[float, int]] = []


class Health(_Part, frozen=True, kw_only=True):
    """Whether the program could keep up with what it was asked to do.

    Lag is how late the timers of the loops came that run things, sampled twenty times a second in every process. The
    resident set is summed over those processes. `log_entries_dropped` counts messages no longer kept for the window;
    of those no figure is missing. `doubtful_timeouts` counts executions of a late program that ended TIMED_OUT though
    their scenario can end otherwise: the updates that were missed may have been held up here.
    """

    worst_loop_lag_ms: float = 0.0
    loop_lag_p50_ms: float = 0.0
    loop_lag_p99_ms: float = 0.0
    loop_lag_samples: int = 0
    latencies_reliable: bool = True
    doubtful_timeouts: int = 0
    peak_rss_mib: float = 0.0
    log_entries_dropped: int = 0
    event_log: EventLogPart | None = None


class Traffic(_Part, frozen=True, kw_only=True):
    """Messages of all things. Rates are per real second, over the time that jobs were running."""

    messages_in: int = 0
    messages_out: int = 0
    reconnects: int = 0
    rejects: int = 0
    rejections: dict[str, int] = {}  # by the service's error code
    executions_per_second: float = 0.0
    messages_per_second: float = 0.0


class AssertionStatus(StrEnum):
    """What became of an assertion by the end of a run."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"  # the run ended before it could be told


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionResult:
    """One assertion of a run file, and what became of it."""

    name: str  # short, for the case of a JUnit report; unique in a run
    sentence: str  # as it was asked for: "p99 update latency ≤ 200 ms"
    status: AssertionStatus
    observed: str = ""  # what was seen, in words with its unit: "p99 was 312 ms over 4,000 updates"
    at_seconds: float | None = None  # real seconds since the run began when it was decided; None: not decided


class Report(_Part, frozen=True, kw_only=True):
    """A whole run of Thing Simulator; docs/reports.md explains every member."""

    schema: str = SCHEMA
    schema_version: int = SCHEMA_VERSION
    program_version: str
    python_version: str
    platform: str
    began_at: float  # real epoch seconds
    ended_at: float  # real epoch seconds
    interrupted: bool = False
    timed_out: bool = False
    endpoint_lost: str = ""  # the sentence that says so, if it was lost while the run went on
    exit_status: int = 0
    settings: Settings
    connected: int = 0
    outcomes: dict[JobStatus, int] = {}
    unexpected: int = 0
    executions: list[ExecutionRow] = []
    latency: Latency = Latency()
    traffic: Traffic = Traffic()
    health: Health = Health()
    job_ids: list[str] = []  # in the order in which the jobs were made
    notices: list[str] = []  # what was told while it ran: outages, lost workers
    assertions: list[AssertionResult] = []  # those of the run file, in its order
    faults: Faults = {}  # how often each was had, all things, by its name
    faults_by_thing: dict[str, Faults] = {}  # only things that had some
    series: Series = Series()
    timelines: list[Timeline] = []  # of the slowest executions and of those that failed or were unexpected
    command: str = ""  # as it was typed
    libraries: dict[str, str] = {}  # versions of what the run stood on

    @property
    def real_seconds(self) -> float:
        """How long the run took, by the wall."""
        return self.ended_at - self.began_at


def latency_of(statistics: RunStatistics) -> Latency:
    """Return the percentiles of a run."""
    histogram = Histogram.from_dict(statistics.latency)
    return Latency(
        count=histogram.count,
        p50_ms=round(histogram.percentile(50), 3),
        p90_ms=round(histogram.percentile(90), 3),
        p99_ms=round(histogram.percentile(99), 3),
        p999_ms=round(histogram.percentile(99.9), 3),
        max_ms=round(histogram.percentile(100), 3),
        bars=[(round(ms, 3), count) for ms, count in histogram.bars()],
    )


def health_of(statistics: RunStatistics, event_log: str = "", rows: Iterable[ExecutionRow] = ()) -> Health:
    """Return how the program itself did; `event_log` is the file that was asked for, `rows` are the executions."""
    lag = Histogram.from_dict(statistics.loop_lag)
    reliable = statistics.worst_loop_lag_ms <= TRUSTED_LAG_MS
    events = statistics.events
    return Health(
        worst_loop_lag_ms=round(statistics.worst_loop_lag_ms, 1),
        loop_lag_p50_ms=round(lag.percentile(50), 2),
        loop_lag_p99_ms=round(min(lag.percentile(99), statistics.worst_loop_lag_ms), 2),  # the worst is exact
        loop_lag_samples=lag.count,
        latencies_reliable=reliable,
        doubtful_timeouts=0 if reliable else sum(_may_be_late(row) for row in rows),
        peak_rss_mib=round(statistics.peak_rss_mib, 1),
        log_entries_dropped=statistics.counters.dropped,
        event_log=EventLogPart(path=event_log, written=events.written, dropped=events.dropped, error=events.error)
        if event_log
        else None,
    )


def _may_be_late(row: ExecutionRow) -> bool:
    status = row.status_stored or row.status_believed
    return status is JobStatus.TIMED_OUT and row.expected != [JobStatus.TIMED_OUT]


def traffic_of(statistics: RunStatistics, executions: int, real_seconds: float) -> Traffic:
    """Return the messages of a run whose jobs took `real_seconds`."""
    counters = statistics.counters
    per_second = 1 / real_seconds if real_seconds > 0 else 0.0
    return Traffic(
        messages_in=counters.messages_in,
        messages_out=counters.messages_out,
        reconnects=counters.reconnects,
        rejects=counters.rejects,
        rejections=dict(sorted(counters.rejections.items())),
        executions_per_second=round(executions * per_second, 2),
        messages_per_second=round((counters.messages_in + counters.messages_out) * per_second, 1),
    )


def troubles_of(report: Report) -> list[tuple[str, str]]:
    """Return what kept the run as a whole from its end, each in a word or two and in a sentence; most have none."""
    found = []
    if report.interrupted:
        found.append(("interrupted", "the run was interrupted; what had not ended is reported as it was"))
    if report.endpoint_lost:
        found.append(("endpoint lost", report.endpoint_lost))
    if report.timed_out and report.settings.jobs:
        found.append(("out of time", "the time was over before every execution had ended"))
    return found


def unreliable(health: Health) -> str:
    """Return the sentence that says why latencies cannot be trusted, and which time-outs not; "" if they can."""
    if health.latencies_reliable:
        return ""
    late = number_of(health.doubtful_timeouts, "execution")
    timeouts = f"; {late} ended TIMED_OUT, which may be this lateness too" if health.doubtful_timeouts else ""
    return (
        f"Latencies are unreliable: the program's own loop was up to {math.ceil(health.worst_loop_lag_ms):,} ms late "
        f"(p99 {health.loop_lag_p99_ms:,.0f} ms); they are trusted up to {TRUSTED_LAG_MS:.0f} ms{timeouts}"
    )


def outcomes_of(rows: list[ExecutionRow]) -> dict[JobStatus, int]:
    """Count the stored statuses, in the order in which JobStatus has them; those with none are left out."""
    return _counted(row.status_stored for row in rows)


def beliefs_of(rows: list[ExecutionRow]) -> dict[JobStatus, int]:
    """Count the statuses that things believe, in the same way."""
    return _counted(row.status_believed for row in rows)


def _counted(statuses: Iterable[JobStatus | None]) -> dict[JobStatus, int]:
    counts = Counter(statuses)
    return {status: counts[status] for status in JobStatus if counts[status]}


def parse(text: bytes, where: str) -> Report:
    """Return the report that was written as JSON.

    Raises:
        InputError: it is no report, or one of a later schema.
    """
    mend = "give the .json that --report wrote"
    try:
        head = msgspec.json.decode(text, type=_Head)
    except msgspec.MsgspecError as exc:
        if _is_json(text):
            raise InputError(where, f"is no report, though it is JSON: {exc}", mend) from exc
        raise InputError(where, f"is no JSON report: {_what_it_is(text)}", mend) from exc
    if head.schema != SCHEMA:
        raise InputError(where, f"is no report: its schema is {head.schema[:60]!r}", mend)
    if head.schema_version > SCHEMA_VERSION:
        what = (
            f"was written by a later version of the program (schema {head.schema_version}, known is {SCHEMA_VERSION})"
        )
        raise InputError(where, what, "update the program")
    try:
        return msgspec.json.decode(text, type=Report)
    except msgspec.MsgspecError as exc:
        raise InputError(where, f"is a damaged report: {exc}") from exc


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except msgspec.MsgspecError:
        return False
    return True


def _what_it_is(text: bytes) -> str:
    """Return which other form of a report this may be."""
    begin = text.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if not begin:
        return "it is empty"
    if begin.startswith((b"<!doctype html", b"<html")):
        return "it is an HTML page"
    return "it is XML" if begin.startswith(b"<") else "it is damaged, or something else"


class _Head(msgspec.Struct):
    schema: str
    schema_version: int
