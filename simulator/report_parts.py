"""Parts of a report that are lists: how a run went over time, and how single executions went."""

import msgspec

from simulator.jobs.model import JobStatus

Faults = dict[str, int]
"""How often each fault was had, by its name."""


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """The base of everything here."""


class Series(_Part, frozen=True, kw_only=True):
    """A run over time: lists of the same length, one entry for each piece of time, at most MOST_BINS of them.

    A piece ends `after_seconds` real seconds after the run began, and begins where the one before ends. Counts are of
    what happened in the piece; `connected`, `rss_mib` as at its end; latencies, where there were any, and lag of it
    alone. Long runs have long pieces: two become one whenever there would be too many.
    """

    after_seconds: list[float] = []
    ended: dict[JobStatus, list[int]] = {}  # executions of the run's jobs, by their end as things believe it
    finished: list[int] = []  # all executions that ended
    messages_in: list[int] = []
    messages_out: list[int] = []
    updates: list[int] = []
    p50_ms: list[float | None] = []
    p90_ms: list[float | None] = []
    p99_ms: list[float | None] = []
    connected: list[int] = []
    lag_ms: list[float] = []  # the worst
    rss_mib: list[float] = []


class TimelineEntry(_Part, frozen=True, kw_only=True):
    """An execution went on, as its thing believes."""

    after_seconds: float  # real seconds since the run began
    status: JobStatus
    version: int
    step: str = ""
    reason: str = ""


class Timeline(_Part, frozen=True, kw_only=True):
    """How one execution went. A thing keeps its 64 newest entries, so the first ones of a long walk may be missing."""

    thing: str
    job_id: str
    execution_number: int
    is_slow: bool = False  # among the slowest of the run
    entries: list[TimelineEntry] = []


class EventLogPart(_Part, frozen=True, kw_only=True):
    """What became of the event log."""

    path: str
    written: int = 0
    dropped: int = 0  # lines that would not wait for the disk, or came after it had failed
    error: str = ""  # why it ended early, "" if it did not
