"""Job events as messages: `$aws/events/job/…` and `$aws/events/jobExecution/…` (reference sections 9.2 and 9.3).

`timestamp` is in seconds, the job's own times are in milliseconds, as AWS's examples show them.
"""

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from simulator.endpoint import arns
from simulator.jobs.events import Event, JobEvent, JobOperation
from simulator.jobs.model import JobStatus
from simulator.jobs.stored import TargetSelection

_encode: Final = msgspec.json.Encoder().encode
_COUNTERS: Final[Mapping[JobStatus, str]] = {
    JobStatus.CANCELED: "numberOfCanceledThings",
    JobStatus.REJECTED: "numberOfRejectedThings",
    JobStatus.FAILED: "numberOfFailedThings",
    JobStatus.REMOVED: "numberOfRemovedThings",
    JobStatus.SUCCEEDED: "numberOfSucceededThings",
    JobStatus.TIMED_OUT: "numberOfTimedOutThings",
}
_WITH_COMMENT: Final = (
    JobOperation.CANCELLATION_IN_PROGRESS,
    JobOperation.DELETION_IN_PROGRESS,
    JobOperation.DELETED,
)


class _Wire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The base of both."""

    event_type: str
    event_id: str
    timestamp: int
    operation: str
    job_id: str


class _JobMessage(_Wire, frozen=True, kw_only=True):
    status: str
    target_selection: TargetSelection
    targets: tuple[str, ...]
    created_at: int
    last_updated_at: int
    description: str | UnsetType = UNSET
    comment: str | UnsetType = UNSET
    completed_at: int | UnsetType = UNSET
    job_process_details: Mapping[str, int] | UnsetType = UNSET


class _ExecutionMessage(_Wire, frozen=True, kw_only=True):
    thing_arn: str
    status: str
    status_details: Mapping[str, str] | UnsetType = UNSET


def message(event: Event, now: float) -> tuple[str, bytes]:
    """Return the topic and the payload of an event that happens `now` (epoch seconds)."""
    event_id = str(uuid.uuid4())
    if isinstance(event, JobEvent):
        job, is_complete = event.job, event.operation is JobOperation.COMPLETED
        body: _Wire = _JobMessage(
            event_type="JOB",
            event_id=event_id,
            timestamp=int(now),
            operation=event.operation.value,
            job_id=job.job_id,
            status=event.operation.upper(),
            target_selection=job.target_selection,
            targets=job.targets,
            created_at=int(job.created_at * 1000),
            last_updated_at=int(job.last_updated_at * 1000),
            description=job.description or UNSET,
            comment=(job.comment or UNSET) if event.operation in _WITH_COMMENT else UNSET,
            completed_at=int(job.completed_at * 1000) if is_complete and job.completed_at else UNSET,
            job_process_details=(
                {name: event.counts.get(status, 0) for status, name in _COUNTERS.items()} if is_complete else UNSET
            ),
        )
        return f"$aws/events/job/{job.job_id}/{event.operation}", _encode(body)
    execution = event.execution
    body = _ExecutionMessage(
        event_type="JOB_EXECUTION",
        event_id=event_id,
        timestamp=int(now),
        operation=event.operation,
        job_id=execution.job_id,
        thing_arn=arns.thing_arn(execution.thing_name),
        status=execution.status.value,
        status_details=execution.status_details or UNSET,
    )
    return f"$aws/events/jobExecution/{execution.job_id}/{event.operation}", _encode(body)
