"""What one thing sent, heard and went through: bounded rings of tuples, made into records only when someone looks."""

import time
from collections import deque
from typing import Final

from simulator.event_log import ThingEvents
from simulator.feed import Direction, MessageRecord, TransitionRecord
from simulator.jobs.model import JobStatus

TIMELINE_ENTRIES: Final = 64

# One clock reading serves both latencies and dates: perf_counter, and what to add to it to get real epoch seconds.
_EPOCH_OF_ZERO: Final = time.time() - time.perf_counter()  # noqa: TID251  records carry real time, whatever the scale

_Message = tuple[float, Direction, str, bytes, float | None, int | None, int | None, int | None, str]
_Transition = tuple[float, str, int, JobStatus, int, str, str]


class ThingLog:
    """The messages and transitions of one thing, oldest first; the oldest give way."""

    __slots__ = ("_messages", "_timeline", "events", "messages", "rejects")

    def __init__(self, log_entries: int) -> None:
        """Keep at most `log_entries` messages and TIMELINE_ENTRIES transitions."""
        self._messages: deque[_Message] = deque(maxlen=log_entries)
        self._timeline: deque[_Transition] = deque(maxlen=TIMELINE_ENTRIES)
        self.messages = 0  # in and out, since the beginning
        self.rejects = 0
        self.events: ThingEvents | None = None  # where all of it goes as well, if the run has an event log

    def sent(
        self,
        moment: float,
        topic: str,
        payload: bytes,
        expected_version: int | None,
        version: int | None,
        note: str = "",
        fault: str = "",
    ) -> None:
        """Note a request. `moment` is of perf_counter, `version` of the execution it works on, None if on none.

        `fault` names the fault that made or changed it.
        """
        self.messages += 1
        self._messages.append((moment, Direction.OUT, topic, payload, None, expected_version, version, version, note))
        if self.events is not None:
            at = _EPOCH_OF_ZERO + moment
            self.events.message(
                at, Direction.OUT, topic, payload, None, expected_version, version, version, note, fault
            )

    def received(
        self,
        moment: float,
        topic: str,
        payload: bytes,
        latency_ms: float | None,
        version_before: int | None,
        version_after: int | None,
        note: str = "",
        fault: str = "",
    ) -> None:
        """Note a message of the service. `moment` is of perf_counter, the versions of the execution it works on."""
        self.messages += 1
        self._messages.append(
            (moment, Direction.IN, topic, payload, latency_ms, None, version_before, version_after, note)
        )
        if self.events is not None:
            at = _EPOCH_OF_ZERO + moment
            self.events.message(
                at, Direction.IN, topic, payload, latency_ms, None, version_before, version_after, note, fault
            )

    def went_on(
        self,
        moment: float,
        job_id: str,
        execution_number: int,
        status: JobStatus,
        version: int,
        step: str,
        reason: str,
    ) -> None:
        """Note a transition of the current execution. `moment` is of perf_counter."""
        self._timeline.append((moment, job_id, execution_number, status, version, step, reason))
        if self.events is not None:
            self.events.transition(_EPOCH_OF_ZERO + moment, job_id, execution_number, status, version, step, reason)

    def had(self, moment: float, fault: str, note: str = "") -> None:
        """Note a fault that is no message, such as a lost line, for the event log. `moment` is of perf_counter."""
        if self.events is not None:
            self.events.fault(_EPOCH_OF_ZERO + moment, fault, note)

    @property
    def dropped(self) -> int:
        """How many messages are no longer kept."""
        return self.messages - len(self._messages)

    def messages_kept(self) -> list[MessageRecord]:
        """Return the messages that are still there, oldest first."""
        return [
            MessageRecord(
                at=_EPOCH_OF_ZERO + moment,
                direction=direction,
                topic=topic,
                payload=payload,
                latency_ms=latency_ms,
                expected_version=expected,
                version_before=before,
                version_after=after,
                note=note,
            )
            for moment, direction, topic, payload, latency_ms, expected, before, after, note in self._messages
        ]

    def timeline(self) -> list[TransitionRecord]:
        """Return the transitions that are still there, oldest first."""
        return [
            TransitionRecord(
                at=_EPOCH_OF_ZERO + moment,
                job_id=job_id,
                execution_number=number,
                status=status,
                version=version,
                step=step,
                reason=reason,
            )
            for moment, job_id, number, status, version, step, reason in self._timeline
        ]


def date_of(moment: float) -> float:
    """Return a reading of perf_counter as real epoch seconds; 0 stays 0."""
    return _EPOCH_OF_ZERO + moment if moment else 0.0
