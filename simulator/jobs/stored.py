"""What the service keeps: jobs and job executions, as immutable records with times as fractional epoch seconds."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from simulator.jobs.configs import AbortConfig, PresignedUrlConfig, RetryConfig, RolloutConfig, SchedulingConfig
from simulator.jobs.model import JobStatus


class JobState(StrEnum):
    """The state of a job as a whole (reference section 8.3). Not to be confused with a job execution's status."""

    SCHEDULED = "SCHEDULED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"
    DELETION_IN_PROGRESS = "DELETION_IN_PROGRESS"


class TargetSelection(StrEnum):
    """Whether group membership is resolved once or followed."""

    SNAPSHOT = "SNAPSHOT"
    CONTINUOUS = "CONTINUOUS"


class Ending(StrEnum):
    """What is being done to a job's executions, some at a time; the job itself shows its new state already."""

    CANCEL = "CANCEL"  # those that are QUEUED
    FORCE_CANCEL = "FORCE_CANCEL"  # those that are QUEUED or IN_PROGRESS
    DELETE = "DELETE"  # all of them, and then the job


class ExecutionKey(NamedTuple):
    """What identifies a job execution."""

    thing_name: str
    job_id: str
    execution_number: int


class Execution(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One job on one thing, as stored. Deadlines are those of the two timers of reference section 7.1, or None.

    It can be in no cycle, and each update leaves a new one: the collector need not look at those of all things.
    """

    thing_name: str
    job_id: str
    execution_number: int
    status: JobStatus
    version_number: int
    queued_at: float
    last_updated_at: float
    sequence: int  # order of creation in the whole service; breaks ties of queued_at
    started_at: float | None = None
    status_details: Mapping[str, str] = {}
    in_progress_deadline: float | None = None
    step_deadline: float | None = None
    force_canceled: bool = False
    retry_attempt: int = 0  # how many retries of this thing came before, this one counted (reference section 7.4)
    failed_retries: int = 0  # how many of those followed a FAILED one; the others followed a TIMED_OUT one

    @property
    def key(self) -> ExecutionKey:
        return ExecutionKey(self.thing_name, self.job_id, self.execution_number)

    @property
    def pending_order(self) -> tuple[bool, float, int]:
        """IN_PROGRESS before QUEUED, then by queue time, then by creation (reference section 2.4)."""
        return self.status is not JobStatus.IN_PROGRESS, self.queued_at, self.sequence

    @property
    def deadline(self) -> float | None:
        """When the service will time this execution out; None while no timer runs or once it is terminal."""
        if self.status is not JobStatus.IN_PROGRESS:
            return None
        if self.in_progress_deadline is None:
            return self.step_deadline
        if self.step_deadline is None:
            return self.in_progress_deadline
        return min(self.in_progress_deadline, self.step_deadline)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job as an operator made it. `document` is its JSON text, verbatim; `targets` are ARNs.

    `is_rolling_out` stays true until all things that were targeted at the start have their execution, also while the
    job waits for its start or for a maintenance window.
    """

    job_id: str
    targets: tuple[str, ...]
    document: str
    created_at: float
    last_updated_at: float
    status: JobState = JobState.IN_PROGRESS
    description: str | None = None
    target_selection: TargetSelection = TargetSelection.SNAPSHOT
    in_progress_timeout_minutes: int | None = None
    is_rolling_out: bool = True
    completed_at: float | None = None
    comment: str | None = None
    reason_code: str | None = None
    force_canceled: bool = False
    presigned_url_config: PresignedUrlConfig | None = None
    rollout_config: RolloutConfig | None = None
    abort_config: AbortConfig | None = None
    retry_config: RetryConfig | None = None
    scheduling_config: SchedulingConfig | None = None
    starts_at: float | None = None
    ends_at: float | None = None
    has_ended: bool = False  # its end time has passed
    ending: Ending | None = None
    document_source: str | None = None
    document_before: str | None = None  # before parameters were put in, where there were any
    document_parameters: Mapping[str, str] = {}
    job_template_arn: str | None = None
    destination_package_versions: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether the job may still make executions or wait for some."""
        return self.status in (JobState.IN_PROGRESS, JobState.SCHEDULED)

    @property
    def is_concurrent(self) -> bool:
        """Whether it is rolling out or cancelling just now (reference section 8.4)."""
        return (self.is_rolling_out and self.status is JobState.IN_PROGRESS) or self.ending is not None
