"""When the service will time an execution out, as far as the messages of its thing tell. Pure.

The deadline is the earlier one of two: the job's in-progress timeout, which the answer that begins an execution tells
in seconds, and the step timer that the thing sets itself. https://docs.aws.amazon.com/iot/latest/developerguide/jobs-configurations-details.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.feed import Direction, MessageRecord, ThingSnapshot
from ui.message_words import payload_of

_TELLING: Final = (b"approximateSecondsBeforeTimedOut", b"stepTimeoutInMinutes")
_CLEARED: Final = -1


@dataclass(frozen=True, slots=True)
class Deadline:
    """Real epoch seconds: when it was set, and when it will be up."""

    since: float
    at: float
    is_step: bool  # the step timer's; else that of the job

    def share_left(self, now: float) -> float:
        """From 1 when it was set to 0 when it is up."""
        whole = self.at - self.since
        return min(1.0, max(0.0, (self.at - now) / whole)) if whole > 0 else 0.0


class TimeoutWatch:
    """Remembers what was told of an execution after the ring has dropped the message that told it."""

    def __init__(self) -> None:
        self.time_scale = 1.0  # of the service's clock
        self._execution: tuple[str, str, int] = ("", "", 0)  # thing, job id, number
        self._whole: Deadline | None = None
        self._step: Deadline | None = None
        self._heard_until = 0.0

    def deadline(self, messages: Sequence[MessageRecord], snapshot: ThingSnapshot) -> Deadline | None:
        """Return the deadline of the execution under way; None if it has none, or none is known."""
        execution = (snapshot.name, snapshot.job_id, snapshot.execution_number)
        if execution != self._execution:
            self._execution = execution
            self._whole = self._step = None
            self._heard_until = 0.0
        if snapshot.status is None or snapshot.status.is_terminal:
            return None
        self._hear(messages, snapshot)
        found = [deadline for deadline in (self._whole, self._step) if deadline is not None]
        return min(found, key=lambda deadline: deadline.at, default=None)

    def _hear(self, messages: Sequence[MessageRecord], snapshot: ThingSnapshot) -> None:
        asked: dict[str, int] = {}  # the step timers that updates ask for, by their client token
        for message in messages:
            is_telling = any(word in message.payload for word in _TELLING)
            content = payload_of(message) if is_telling or asked else {}
            token = str(content.get("clientToken", ""))
            if message.direction is Direction.OUT:
                minutes = content.get("stepTimeoutInMinutes")
                if isinstance(minutes, int) and f"/{snapshot.job_id}/update" in message.topic:
                    asked[token] = minutes
            elif message.topic.endswith("/accepted"):
                minutes_set = asked.pop(token, None)
                if message.at > self._heard_until:
                    self._accepted(message, content, minutes_set, snapshot)
        if messages:
            self._heard_until = max(self._heard_until, messages[-1].at)

    def _accepted(
        self, message: MessageRecord, content: Mapping[str, Any], minutes: int | None, snapshot: ThingSnapshot
    ) -> None:
        if minutes is not None:
            seconds = minutes * 60.0 / self.time_scale
            is_set = minutes != _CLEARED
            self._step = Deadline(message.at, message.at + seconds, is_step=True) if is_set else None
        execution = content.get("execution")
        if not isinstance(execution, dict) or execution.get("jobId") != snapshot.job_id:
            return
        left = execution.get("approximateSecondsBeforeTimedOut")
        is_own = execution.get("executionNumber", snapshot.execution_number) == snapshot.execution_number
        if is_own and isinstance(left, int | float) and self._step is None:
            at = message.at + left / self.time_scale
            since = message.at if self._whole is None else self._whole.since
            self._whole = Deadline(since, at, is_step=False)
