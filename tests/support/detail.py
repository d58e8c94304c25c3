"""A thing's detail as the engine gives it: a conversation made up message by message, with a ring and a timeline."""

import json
from collections.abc import Mapping

from simulator.feed import Direction, MessageRecord, ThingDetail, ThingSnapshot, TransitionRecord
from simulator.jobs.model import JobStatus
from tests.support.gui import snapshot

DOCUMENT = b'{"operation": "firmware-update", "firmware": {"version": "2.4.0"}}'
START = 1_750_000_000.0


class Conversation:
    """One thing talking to the jobs service. `update` and `refuse` add a request with its answer."""

    def __init__(self, name: str = "pump-07", log_entries: int = 64) -> None:
        self.name = name
        self.log_entries = log_entries
        self.at = START
        self.job_id = "fw-240"
        self.execution = 0
        self.version = 0
        self.status: JobStatus | None = None
        self.reason = ""
        self.messages: list[MessageRecord] = []
        self.timeline: list[TransitionRecord] = []
        self.rejects = 0

    def begin(self, job_id: str = "fw-240", seconds: float = 0.0) -> "Conversation":
        """Start a job execution."""
        self.job_id, self.execution, self.at = job_id, self.execution + 1, self.at + seconds
        self.reason = ""
        self._say(Direction.OUT, "start-next", {"clientToken": "t-0"})
        execution = {"jobId": job_id, "status": "IN_PROGRESS", "versionNumber": 2}
        before, self.version, self.status = self.version, 2, JobStatus.IN_PROGRESS
        self._say(Direction.IN, "start-next/accepted", {"execution": execution}, before=before, latency=4.2)
        self._transition("")
        return self

    def update(
        self, status: JobStatus, step: str = "download", seconds: float = 0.5, reason: str = ""
    ) -> "Conversation":
        """Report, and have it accepted."""
        self._report(status, step, seconds, self.version)
        before, self.version = self.version, self.version + 1
        self.status, self.reason = status, reason
        self._say(Direction.IN, f"{self.job_id}/update/accepted", {"timestamp": 1}, before=before, latency=0.4)
        self._transition(step)
        return self

    def refuse(self, note: str, seconds: float = 0.5) -> "Conversation":
        """Report with an old version, and have it refused."""
        self._report(JobStatus.IN_PROGRESS, "download", seconds, self.version - 1)
        body = {"code": "VersionMismatch", "message": "Expected version does not match."}
        self._say(Direction.IN, f"{self.job_id}/update/rejected", body, before=self.version, latency=0.6, note=note)
        self.rejects += 1
        return self

    def hear(self, payload: bytes, tail: str = "notify") -> "Conversation":
        """Receive these bytes."""
        self.at += 0.01
        topic = f"$aws/things/{self.name}/jobs/{tail}"
        self._add(MessageRecord(at=self.at, direction=Direction.IN, topic=topic, payload=payload))
        return self

    def snapshot(self, **fields: object) -> ThingSnapshot:
        """The thing as it is now."""
        own: dict[str, object] = {"details": self.reason, "messages": len(self.messages), "updated_at": self.at}
        if self.status is not None:
            own |= {"version": self.version, "job_id": self.job_id, "execution_number": self.execution, "seed": 4711}
        return snapshot(self.name, self.status, **{**own, **fields})

    def detail(self, **fields: object) -> ThingDetail:
        """What the engine answers now."""
        kept = self.messages[-self.log_entries :]
        return ThingDetail(
            snapshot=self.snapshot(**fields),
            messages=list(kept),
            messages_dropped=len(self.messages) - len(kept),
            timeline=list(self.timeline[-64:]),
            job_document=DOCUMENT if self.execution else b"",
        )

    def _report(self, status: JobStatus, step: str, seconds: float, expected: int) -> None:
        self.at += seconds
        body = {"status": str(status), "statusDetails": {"step": step}, "expectedVersion": expected}
        self._say(Direction.OUT, f"{self.job_id}/update", body, expected=expected)

    def _say(
        self,
        direction: Direction,
        tail: str,
        body: Mapping[str, object],
        before: int | None = None,
        latency: float | None = None,
        expected: int | None = None,
        note: str = "",
    ) -> None:
        self.at += (latency or 0) / 1000
        self._add(
            MessageRecord(
                at=self.at,
                direction=direction,
                topic=f"$aws/things/{self.name}/jobs/{tail}",
                payload=json.dumps(body).encode(),
                latency_ms=latency,
                expected_version=expected,
                version_before=self.version if before is None else before,
                version_after=self.version,
                note=note,
            )
        )

    def _add(self, message: MessageRecord) -> None:
        self.messages.append(message)

    def _transition(self, step: str) -> None:
        assert self.status is not None
        self.timeline.append(
            TransitionRecord(
                at=self.at,
                job_id=self.job_id,
                execution_number=self.execution,
                status=self.status,
                version=self.version,
                step=step,
                reason=self.reason,
            )
        )
