"""What the fleet shows of itself: immutable snapshots and counters, coalesced per thing, at most 20 batches a second.

Values here cross a process border as msgpack, so they hold nothing alive. Times are real epoch seconds unless said.
"""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from simulator.jobs.model import JobStatus
from simulator.scenario.outline import PlannedStep
from simulator.transport.base import Link

BATCHES_PER_SECOND = 20


class Activity(StrEnum):
    """What a thing is doing, beside its line and its execution."""

    STOPPED = "stopped"
    STARTING = "starting"
    IDLE = "idle"
    WORKING = "working"
    WAITING_FOR_STEP = "waiting for step"  # manual mode
    SILENT = "silent"  # the scenario fell silent; the service will time the execution out
    BROKEN = "broken"  # its coroutine ended with an error, see `details`
    LOST = "lost"  # the worker process that ran it is gone


class ThingSnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Everything the table shows of one thing. `status` is None while it has had no execution.

    Nothing in it can refer to itself, so the collector need not walk over ten thousand of them. Name the fields when
    you make one; only `packed_batch`, which makes thousands from columns, gives all of them in their order.
    """

    name: str
    link: Link = Link.OFFLINE
    link_reason: str = ""
    activity: Activity = Activity.STOPPED
    status: JobStatus | None = None
    version: int = 0  # version number of the job execution; 0 while there is none
    progress: int = 0  # percent
    step: str = ""
    firmware: str = ""
    target_firmware: str = ""  # "" unless an execution that changes the firmware is under way
    firmware_warning: bool = False  # the job succeeded, but the reported firmware is not the job's target
    job_id: str = ""
    execution_number: int = 0
    pending: int = 0  # pending executions, from the last notify or get
    scenario: str = ""
    scenario_overridden: bool = False
    manual: bool = False
    details: str = ""  # the reason in the status details, or why it broke
    messages: int = 0  # in and out since start
    rejects: int = 0
    ack_ms: float = 0.0  # the newest publish-to-accepted latency, real milliseconds
    updated_at: float = 0.0
    seed: int = 0
    faults: dict[str, int] = {}  # how often each fault was had since the start, by its name
    execution_faults: dict[str, int] = {}  # those of the execution above
    attempt: int = 0  # how many executions it has begun so far


class Direction(StrEnum):
    """Which way a message went, seen from the thing."""

    OUT = "out"
    IN = "in"


class MessageRecord(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One MQTT message of one thing, as it was on the wire."""

    at: float
    direction: Direction
    topic: str
    payload: bytes
    latency_ms: float | None = None  # for an answer: since its request was sent
    expected_version: int | None = None  # for an update: as sent
    version_before: int | None = None  # of the execution it works on, as believed before this; None if on none
    version_after: int | None = None  # what it believes after it
    note: str = ""  # a sentence, e.g. why an answer was a rejection and what the thing does about it


class TransitionRecord(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One node of a thing's timeline."""

    at: float
    job_id: str
    execution_number: int
    status: JobStatus
    version: int
    step: str = ""
    reason: str = ""


class ExecutionFaults(msgspec.Struct, frozen=True, array_like=True):
    """How often a thing had each fault in one execution, or after it and before the next."""

    job_id: str
    execution_number: int
    faults: dict[str, int]


class NextUpdate(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The update that a thing in manual mode will send next, as far as it is known; its client token will differ."""

    step: str
    progress: int
    topic: str
    payload: bytes
    faults: tuple[str, ...] = ()  # names of what will be wrong with it on purpose


class ThingDetail(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is asked for by name when someone looks at one thing. Oldest first; bounded rings, and what they dropped."""

    snapshot: ThingSnapshot
    messages: list[MessageRecord]
    messages_dropped: int
    timeline: list[TransitionRecord]
    job_document: bytes = b""  # JSON of the newest execution's document, b"" if none
    faults: list[ExecutionFaults] = []  # of the newest executions that had any
    next_update: NextUpdate | None = None  # in manual mode
    outline: list[PlannedStep] = []  # the steps of the newest execution's walk, as they were drawn when it began


class Counters(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The fleet in numbers. `by_status` counts each thing's newest execution, `no_execution` the things without one."""

    requested: int = 0  # things that were asked to run
    connected: int = 0
    working: int = 0
    total: int = 0
    no_execution: int = 0
    by_status: dict[JobStatus, int] = {}
    messages_in: int = 0
    messages_out: int = 0
    rejects: int = 0
    reconnects: int = 0
    finished: int = 0  # executions that reached a terminal status
    ack_p50_ms: float = 0.0  # last 10 s
    ack_p99_ms: float = 0.0
    loop_lag_ms: float = 0.0  # how late the fleet's own loop was, worst of the last second
    dropped: int = 0  # log entries dropped from rings, all things
    faults: dict[str, int] = {}  # how often each fault was had, all things, by its name
    cut_off: int = 0  # things whose line is refused or broken; they keep trying
    rejections: dict[str, int] = {}  # answers that were rejections, by their error code


class FeedBatch(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What changed since the batch before. `removed` are names of things that are no longer in the fleet."""

    at: float
    snapshots: list[ThingSnapshot]
    counters: Counters
    removed: list[str] = []
    notices: list[str] = []  # sentences for the banner: an outage begins or ends, a worker died


BatchHandler = Callable[[FeedBatch], None]
