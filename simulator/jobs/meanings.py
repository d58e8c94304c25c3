"""What a message from the service means to the thing it came to: values that a caller of `DeviceJobs` acts on.

Each one that is bad news carries a `sentence`: why, and what the thing does about it. A caller can show it as it is.
"""

from dataclasses import dataclass

import msgspec

from simulator.jobs.model import JobExecution, JobStatus


@dataclass(frozen=True, slots=True)
class Began:
    """Another execution is the current one now: IN_PROGRESS after start-next, either status after describe."""

    execution: JobExecution


@dataclass(frozen=True, slots=True)
class NothingPending:
    """The service has no pending execution for this thing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The pending executions were counted (get-pending)."""

    pending: int


class Accepted(msgspec.Struct, frozen=True):  # one for each update: made in a sixth of a dataclass's time
    """An update was applied. `sentence` is "" unless that was concluded from a rejection of its second copy."""

    status: JobStatus
    version: int
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class StillOurs:
    """The current execution is still pending; status and version were adopted.

    `applied`: the stored state shows the update that was never answered (False also if there was none).
    """

    version: int
    applied: bool = False


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The execution has ended, as the thing believed already; status and version were adopted as they are stored."""

    version: int


@dataclass(frozen=True, slots=True)
class VersionConflict:
    """The update was refused because the execution has another version; that version was adopted. Report again."""

    version: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The next execution is not the one this thing works on. Ask `verify` before believing that it is gone."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """The current execution is terminal, and the service does not say how it ended. `probe` finds out."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The current execution ended behind the thing's back. `version` is 0 if it was deleted (shown as REMOVED)."""

    status: JobStatus
    version: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """Refused for now (RequestThrottled, InternalError): wait, longer each time, and `retry`."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused, and it would be refused again. Nothing changed."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class NextChanged:
    """A notification came. What it changes is in `next_known`, `in_doubt` and `pending` of the conversation."""


@dataclass(frozen=True, slots=True)
class Unexpected:
    """A message this thing was not waiting for: late, foreign or repeated. Nothing changed."""

    sentence: str


Answered = (
    Began
    | NothingPending
    | Listed
    | Accepted
    | StillOurs
    | Confirmed
    | VersionConflict
    | Missing
    | Vanished
    | Ended
    | Throttled
    | Refused
)
"""What an answer to the open question can mean."""
