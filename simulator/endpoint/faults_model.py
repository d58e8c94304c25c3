"""What can be made to go wrong at the endpoint: faults as values, and whether one of them meets a message."""

import fnmatch
import re
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final

from simulator.jobs.topics import Operation


class FaultKind(StrEnum):
    """What happens."""

    DROP = "drop"
    DELAY = "delay"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    CLOSE = "close"
    HALF_OPEN = "half-open"
    REFUSE_CONNECT = "refuse-connect"
    THROTTLE = "throttle"
    INTERNAL_ERROR = "internal-error"


class Stage(StrEnum):
    """To what it happens. `now` is the connections there are at this moment."""

    REQUESTS = "requests"
    REPLIES = "replies"
    NOTIFICATIONS = "notifications"
    CONNECTS = "connects"
    NOW = "now"


class Via(StrEnum):
    """By which way a request came."""

    ANY = "any"
    MQTT = "mqtt"
    HTTP = "http"


class Refusal(StrEnum):
    """What a CONNECT that is refused gets for an answer: a reason, the end of the connection, or silence."""

    UNAVAILABLE = "unavailable"
    NOT_AUTHORIZED = "not-authorized"
    CLOSE = "close"
    SILENCE = "silence"


STAGES: Final = {
    FaultKind.DROP: (Stage.REPLIES, Stage.NOTIFICATIONS, Stage.REQUESTS),
    FaultKind.DELAY: (Stage.REPLIES, Stage.NOTIFICATIONS),
    FaultKind.DUPLICATE: (Stage.REPLIES, Stage.NOTIFICATIONS),
    FaultKind.REORDER: (Stage.REPLIES, Stage.NOTIFICATIONS),
    FaultKind.CLOSE: (Stage.NOW, Stage.REQUESTS, Stage.REPLIES),
    FaultKind.HALF_OPEN: (Stage.NOW, Stage.REQUESTS, Stage.REPLIES),
    FaultKind.REFUSE_CONNECT: (Stage.CONNECTS,),
    FaultKind.THROTTLE: (Stage.REQUESTS,),
    FaultKind.INTERNAL_ERROR: (Stage.REQUESTS,),
}
"""Where each kind may happen; the first is meant when none is named."""

ON_CONNECTIONS: Final = frozenset((FaultKind.CLOSE, FaultKind.HALF_OPEN, FaultKind.REFUSE_CONNECT))
"""What only those can do who hold the connections, not an endpoint behind another broker."""

OVER_HTTP: Final = frozenset(
    (FaultKind.DROP, FaultKind.DELAY, FaultKind.CLOSE, FaultKind.THROTTLE, FaultKind.INTERNAL_ERROR)
)
"""What can happen to a request over HTTP."""

NOTIFY: Final = "JobExecutionsChanged"
NOTIFY_NEXT: Final = "NextJobExecutionChanged"
OPERATION_NAMES: Final = {
    Operation.GET_PENDING: "GetPendingJobExecutions",
    Operation.START_NEXT: "StartNextPendingJobExecution",
    Operation.DESCRIBE: "DescribeJobExecution",
    Operation.UPDATE: "UpdateJobExecution",
}

REORDER_SECONDS: Final = 1.0
"""How long a message waits for the one that is to overtake it, if nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """A fault as it was asked for. Times are simulated seconds; None is no limit; no operations are all of them."""

    kind: FaultKind
    stage: Stage
    thing: str = "*"
    operations: frozenset[str] = frozenset()
    via: Via = Via.ANY
    probability: float = 1.0
    seed: int = 0
    count: int | None = None
    seconds: float | None = None
    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0
    refusal: Refusal = Refusal.UNAVAILABLE


@dataclass(slots=True, eq=False)
class Fault:
    """A plan at work since `started_at` (simulated epoch seconds). `acted` counts what it has spoilt."""

    fault_id: str
    plan: FaultPlan
    started_at: float
    acted: int = 0
    is_over: bool = False
    _random: Random = field(init=False, repr=False)
    _thing: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = Random(self.plan.seed)
        self._thing = re.compile(fnmatch.translate(self.plan.thing))

    @property
    def ends_at(self) -> float | None:
        """When it ends by itself; None: not by time."""
        return None if self.plan.seconds is None else self.started_at + self.plan.seconds

    def meets(self, stage: Stage, thing_name: str, operation: str, via: Via, now: float) -> bool:
        """Whether it acts on this; if so it is counted, and is over when that was the last time.

        Chance is asked only of what would be met otherwise, so that the same seed spoils the same messages again.
        """
        plan = self.plan
        if self.is_over or plan.stage is not stage or plan.via not in (Via.ANY, via):
            return False
        if plan.operations and operation not in plan.operations:
            return False
        if plan.thing != "*" and not self._thing.fullmatch(thing_name):
            return False
        if (ends_at := self.ends_at) is not None and now >= ends_at:
            self.is_over = True
            return False
        if plan.probability < 1.0 and self._random.random() >= plan.probability:
            return False
        self.acted += 1
        self.is_over = plan.count is not None and self.acted >= plan.count
        return True

    def delay(self) -> float:
        """Draw how long a message is held, in simulated seconds."""
        plan = self.plan
        jitter = self._random.uniform(-plan.jitter_seconds, plan.jitter_seconds) if plan.jitter_seconds else 0.0
        return max(0.0, plan.delay_seconds + jitter)
