"""What the control plane answers of jobs and executions, and how they are put into it. Reference appendix A.2."""

from collections.abc import Mapping
from typing import Final, TypeVar

from msgspec import UNSET, UnsetType

from simulator.endpoint import arns
from simulator.endpoint.wire_json import Wire
from simulator.jobs.configs import (
    AbortConfig,
    PresignedUrlConfig,
    RetryConfig,
    RolloutConfig,
    SchedulingConfig,
    TimeoutConfig,
)
from simulator.jobs.model import JobStatus
from simulator.jobs.schedule import next_windows, written
from simulator.jobs.stored import Execution, Job, JobState, TargetSelection

Value = TypeVar("Value", int, str)


class JobNamed(Wire, frozen=True, kw_only=True):
    """CreateJob and CancelJob."""

    job_arn: str
    job_id: str
    description: str | UnsetType = UNSET


class WindowShown(Wire, frozen=True, kw_only=True):
    """An entry of scheduledJobRollouts."""

    start_time: str


class JobShown(Wire, frozen=True, kw_only=True):
    """DescribeJob's job; configurations that are not set are `{}` as in real output (reference section 8.4)."""

    job_arn: str
    job_id: str
    target_selection: TargetSelection
    status: JobState
    targets: tuple[str, ...]
    created_at: float
    last_updated_at: float
    is_concurrent: bool
    job_process_details: Mapping[str, object]
    timeout_config: TimeoutConfig
    presigned_url_config: PresignedUrlConfig
    job_executions_rollout_config: RolloutConfig
    abort_config: AbortConfig | UnsetType = UNSET
    job_executions_retry_config: RetryConfig | UnsetType = UNSET
    scheduling_config: SchedulingConfig | UnsetType = UNSET
    scheduled_job_rollouts: list[WindowShown] | UnsetType = UNSET
    job_template_arn: str | UnsetType = UNSET
    document_parameters: Mapping[str, str] | UnsetType = UNSET
    destination_package_versions: tuple[str, ...] | UnsetType = UNSET
    completed_at: float | UnsetType = UNSET
    description: str | UnsetType = UNSET
    comment: str | UnsetType = UNSET
    reason_code: str | UnsetType = UNSET
    force_canceled: bool | UnsetType = UNSET


class JobBody(Wire, frozen=True, kw_only=True):
    job: JobShown
    document_source: str | UnsetType = UNSET


class JobDocument(Wire, frozen=True, kw_only=True):
    document: str


class JobSummary(Wire, frozen=True, kw_only=True):
    job_arn: str
    job_id: str
    target_selection: TargetSelection
    status: JobState
    created_at: float
    last_updated_at: float
    is_concurrent: bool
    completed_at: float | UnsetType = UNSET
    thing_group_id: str | UnsetType = UNSET


class JobsListed(Wire, frozen=True, kw_only=True):
    jobs: list[JobSummary]
    next_token: str | UnsetType = UNSET


class DetailsShown(Wire, frozen=True, kw_only=True):
    details_map: Mapping[str, str] | UnsetType = UNSET


class ExecutionShown(Wire, frozen=True, kw_only=True):
    """DescribeJobExecution of the control plane: an ARN instead of a name, and no document."""

    job_id: str
    status: JobStatus
    status_details: DetailsShown
    thing_arn: str
    queued_at: float
    last_updated_at: float
    execution_number: int
    version_number: int
    started_at: float | UnsetType = UNSET
    force_canceled: bool | UnsetType = UNSET
    approximate_seconds_before_timed_out: int | UnsetType = UNSET


class ExecutionBody(Wire, frozen=True, kw_only=True):
    execution: ExecutionShown


class ExecutionSummary(Wire, frozen=True, kw_only=True):
    status: JobStatus
    queued_at: float
    last_updated_at: float
    execution_number: int
    started_at: float | UnsetType = UNSET
    retry_attempt: int | UnsetType = UNSET


class ExecutionForJob(Wire, frozen=True, kw_only=True):
    thing_arn: str
    job_execution_summary: ExecutionSummary


class ExecutionForThing(Wire, frozen=True, kw_only=True):
    job_id: str
    job_execution_summary: ExecutionSummary


class ExecutionsForJob(Wire, frozen=True, kw_only=True):
    execution_summaries: list[ExecutionForJob]
    next_token: str | UnsetType = UNSET


class ExecutionsForThing(Wire, frozen=True, kw_only=True):
    execution_summaries: list[ExecutionForThing]
    next_token: str | UnsetType = UNSET


# --- from what is stored --------------------------------------------------------------------------------------------

_COUNTERS: Final[Mapping[JobStatus, str]] = {
    JobStatus.CANCELED: "numberOfCanceledThings",
    JobStatus.SUCCEEDED: "numberOfSucceededThings",
    JobStatus.FAILED: "numberOfFailedThings",
    JobStatus.REJECTED: "numberOfRejectedThings",
    JobStatus.QUEUED: "numberOfQueuedThings",
    JobStatus.IN_PROGRESS: "numberOfInProgressThings",
    JobStatus.REMOVED: "numberOfRemovedThings",
    JobStatus.TIMED_OUT: "numberOfTimedOutThings",
}


def job_named(job: Job) -> JobNamed:
    return JobNamed(job_arn=arns.job_arn(job.job_id), job_id=job.job_id, description=_given(job.description))


def job_shown(job: Job, counts: Mapping[JobStatus, int], now: float) -> JobShown:
    """Return a job with all eight counters; `processingTargets` only while it is rolled out."""
    details: dict[str, object] = {name: counts.get(status, 0) for status, name in _COUNTERS.items()}
    if job.is_rolling_out and job.status is JobState.IN_PROGRESS:
        details["processingTargets"] = job.targets
    return JobShown(
        job_arn=arns.job_arn(job.job_id),
        job_id=job.job_id,
        target_selection=job.target_selection,
        status=job.status,
        targets=job.targets,
        created_at=_moment(job.created_at),
        last_updated_at=_moment(job.last_updated_at),
        completed_at=_moment_given(job.completed_at),
        is_concurrent=job.is_concurrent,
        job_process_details=details,
        timeout_config=TimeoutConfig(in_progress_timeout_in_minutes=job.in_progress_timeout_minutes),
        presigned_url_config=job.presigned_url_config or PresignedUrlConfig(),
        job_executions_rollout_config=job.rollout_config or RolloutConfig(),
        abort_config=job.abort_config or UNSET,
        job_executions_retry_config=job.retry_config or UNSET,
        scheduling_config=job.scheduling_config or UNSET,
        scheduled_job_rollouts=_next_windows(job, now) or UNSET,
        job_template_arn=job.job_template_arn or UNSET,
        document_parameters=job.document_parameters or UNSET,
        destination_package_versions=job.destination_package_versions or UNSET,
        description=_given(job.description),
        comment=_given(job.comment),
        reason_code=_given(job.reason_code),
        force_canceled=job.force_canceled if job.status is JobState.CANCELED else UNSET,
    )


def job_summary(job: Job) -> JobSummary:
    return JobSummary(
        job_arn=arns.job_arn(job.job_id),
        job_id=job.job_id,
        target_selection=job.target_selection,
        status=job.status,
        created_at=_moment(job.created_at),
        last_updated_at=_moment(job.last_updated_at),
        completed_at=_moment_given(job.completed_at),
        is_concurrent=job.is_concurrent,
    )


def _next_windows(job: Job, now: float) -> list[WindowShown]:
    """The next seven windows of a job that has any and may still use them."""
    if job.scheduling_config is None or not job.is_live:
        return []
    windows = next_windows(job.starts_at, job.scheduling_config.maintenance_windows, now)
    return [WindowShown(start_time=written(at)) for at in windows if job.ends_at is None or at < job.ends_at]


def execution_shown(execution: Execution, now: float) -> ExecutionShown:
    """Return an execution, terminal or not; the time left only while a timer runs."""
    deadline = execution.deadline
    return ExecutionShown(
        job_id=execution.job_id,
        status=execution.status,
        status_details=DetailsShown(details_map=execution.status_details or UNSET),
        thing_arn=arns.thing_arn(execution.thing_name),
        queued_at=_moment(execution.queued_at),
        started_at=_moment_given(execution.started_at),
        last_updated_at=_moment(execution.last_updated_at),
        execution_number=execution.execution_number,
        version_number=execution.version_number,
        force_canceled=execution.force_canceled if execution.status is JobStatus.CANCELED else UNSET,
        approximate_seconds_before_timed_out=UNSET if deadline is None else max(0, int(deadline - now)),
    )


def execution_summary(execution: Execution) -> ExecutionSummary:
    return ExecutionSummary(
        status=execution.status,
        queued_at=_moment(execution.queued_at),
        started_at=_moment_given(execution.started_at),
        last_updated_at=_moment(execution.last_updated_at),
        execution_number=execution.execution_number,
        retry_attempt=execution.retry_attempt or UNSET,
    )


def _moment(seconds: float) -> float:
    """Milliseconds are what AWS shows, as a fraction of seconds."""
    return round(seconds, 3)


def _moment_given(seconds: float | None) -> float | UnsetType:
    return UNSET if seconds is None else _moment(seconds)


def _given(value: Value | None) -> Value | UnsetType:
    return UNSET if value is None else value
