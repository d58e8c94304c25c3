"""What the control plane tells of jobs and executions, as values. Times are epoch seconds, None where absent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from simulator.jobs.model import JobStatus

COUNTER_OF: Final = {
    JobStatus.QUEUED: "numberOfQueuedThings",
    JobStatus.IN_PROGRESS: "numberOfInProgressThings",
    JobStatus.SUCCEEDED: "numberOfSucceededThings",
    JobStatus.FAILED: "numberOfFailedThings",
    JobStatus.TIMED_OUT: "numberOfTimedOutThings",
    JobStatus.REJECTED: "numberOfRejectedThings",
    JobStatus.REMOVED: "numberOfRemovedThings",
    JobStatus.CANCELED: "numberOfCanceledThings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCreated:
    """What CreateJob answered; `group_name` is the thing group made for it, "" if things were targets themselves."""

    job_id: str
    job_arn: str
    group_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job. `status` is AWS's word (SCHEDULED, IN_PROGRESS, COMPLETED, CANCELED, DELETION_IN_PROGRESS).

    `counters` has all eight statuses when it comes from DescribeJob, and is empty from ListJobs.
    """

    job_id: str
    status: str
    description: str = ""
    targets: tuple[str, ...] = ()
    counters: Mapping[JobStatus, int] = field(default_factory=dict)
    is_rolling_out: bool = False
    created_at: float | None = None
    last_updated_at: float | None = None
    completed_at: float | None = None
    comment: str = ""
    reason_code: str = ""
    in_progress_timeout_minutes: int | None = None

    @property
    def executions(self) -> int:
        """How many executions there are so far."""
        return sum(self.counters.values())

    @property
    def ended(self) -> int:
        """How many executions can never change again."""
        return sum(count for status, count in self.counters.items() if status.is_terminal)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionView:
    """One job execution as the service stores it."""

    thing_name: str
    job_id: str
    status: JobStatus
    execution_number: int
    queued_at: float | None = None
    started_at: float | None = None
    last_updated_at: float | None = None
    retry_attempt: int = 0


def job_view(job: Mapping[str, Any]) -> JobView:
    """Return the `job` member of DescribeJob, or an entry of ListJobs, as a value."""
    details = job.get("jobProcessDetails")
    return JobView(
        job_id=job["jobId"],
        status=job["status"],
        description=job.get("description", ""),
        targets=tuple(job.get("targets", ())),
        counters={} if details is None else {status: details.get(key, 0) for status, key in COUNTER_OF.items()},
        is_rolling_out=bool(details and details.get("processingTargets")),
        created_at=_epoch(job.get("createdAt")),
        last_updated_at=_epoch(job.get("lastUpdatedAt")),
        completed_at=_epoch(job.get("completedAt")),
        comment=job.get("comment", ""),
        reason_code=job.get("reasonCode", ""),
        in_progress_timeout_minutes=job.get("timeoutConfig", {}).get("inProgressTimeoutInMinutes"),
    )


def execution_view(job_id: str, entry: Mapping[str, Any]) -> ExecutionView:
    """Return an entry of ListJobExecutionsForJob as a value."""
    summary = entry["jobExecutionSummary"]
    return ExecutionView(
        thing_name=entry["thingArn"].rpartition(":thing/")[2],
        job_id=job_id,
        status=JobStatus(summary["status"]),
        execution_number=summary["executionNumber"],
        queued_at=_epoch(summary.get("queuedAt")),
        started_at=_epoch(summary.get("startedAt")),
        last_updated_at=_epoch(summary.get("lastUpdatedAt")),
        retry_attempt=summary.get("retryAttempt", 0),
    )


def _epoch(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
