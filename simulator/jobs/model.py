"""The values that travel: requests, job executions, notifications and errors, typed and immutable.

Field names are snake_case here and camelCase on the wire (`codec`); absent optional members are `UNSET` and are never
sent as null. Times are whole epoch seconds. Source: AWS IoT Core Developer Guide, "Jobs device MQTT and HTTPS APIs and
data types" (reference section 3.4).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType


class JobStatus(StrEnum):
    """The status of a job execution, spelled as on the wire (CANCELED has one L)."""

    QUEUED = "QUEUED"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    REJECTED = "REJECTED"
    REMOVED = "REMOVED"
    CANCELED = "CANCELED"

    __hash__ = str.__hash__  # Enum's own is a Python function, and each update looks up its status several times

    @property
    def is_terminal(self) -> bool:
        """Whether an execution in this status can never change again."""
        return self is not _QUEUED and self is not _IN_PROGRESS


_QUEUED: Final = JobStatus.QUEUED
_IN_PROGRESS: Final = JobStatus.IN_PROGRESS


class ErrorCode(StrEnum):
    """The nine codes of an ErrorResponse over MQTT (reference section 5.2)."""

    INVALID_TOPIC = "InvalidTopic"
    INVALID_JSON = "InvalidJson"
    INVALID_REQUEST = "InvalidRequest"
    INVALID_STATE_TRANSITION = "InvalidStateTransition"
    RESOURCE_NOT_FOUND = "ResourceNotFound"
    VERSION_MISMATCH = "VersionMismatch"
    INTERNAL_ERROR = "InternalError"
    REQUEST_THROTTLED = "RequestThrottled"
    TERMINAL_STATE_REACHED = "TerminalStateReached"


class _Wire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The base of everything that is JSON on the wire."""


# --- requests -------------------------------------------------------------------------------------------------------


class GetPendingRequest(_Wire, frozen=True, kw_only=True):
    """GetPendingJobExecutions."""

    client_token: str | UnsetType = UNSET


class StartNextRequest(_Wire, frozen=True, kw_only=True):
    """StartNextPendingJobExecution. `step_timeout_in_minutes` 1 to 10080."""

    status_details: Mapping[str, str] | UnsetType = UNSET
    step_timeout_in_minutes: int | UnsetType = UNSET
    client_token: str | UnsetType = UNSET


class DescribeRequest(_Wire, frozen=True, kw_only=True):
    """DescribeJobExecution; the job id (or `$next`) is in the topic or path."""

    execution_number: int | UnsetType = UNSET
    include_job_document: bool | UnsetType = UNSET  # AWS's default is true
    client_token: str | UnsetType = UNSET


class UpdateRequest(_Wire, frozen=True, kw_only=True):
    """UpdateJobExecution; thing name and job id are in topic or path. `step_timeout_in_minutes` 1 to 10080, or -1."""

    status: JobStatus
    status_details: Mapping[str, str] | UnsetType = UNSET
    expected_version: int | UnsetType = UNSET
    execution_number: int | UnsetType = UNSET
    include_job_execution_state: bool | UnsetType = UNSET
    include_job_document: bool | UnsetType = UNSET
    step_timeout_in_minutes: int | UnsetType = UNSET
    client_token: str | UnsetType = UNSET


Request = GetPendingRequest | StartNextRequest | DescribeRequest | UpdateRequest

# --- what the service says ------------------------------------------------------------------------------------------


class JobExecutionSummary(_Wire, frozen=True, kw_only=True):
    """One entry of get/accepted and of notify. It has no status: the list it stands in says that."""

    job_id: str
    queued_at: int
    last_updated_at: int
    started_at: int | UnsetType = UNSET
    execution_number: int
    version_number: int


class JobExecution(_Wire, frozen=True, kw_only=True):
    """The `execution` member of describe, start-next and notify-next. `job_document` is the JSON text itself."""

    job_id: str
    status: JobStatus
    queued_at: int
    last_updated_at: int
    version_number: int
    execution_number: int
    status_details: Mapping[str, str] | UnsetType = UNSET
    started_at: int | UnsetType = UNSET
    approximate_seconds_before_timed_out: int | UnsetType = UNSET
    thing_name: str | UnsetType = UNSET  # documented, but absent over MQTT in every live capture
    job_document: msgspec.Raw | UnsetType = UNSET


class JobExecutionState(_Wire, frozen=True, kw_only=True):
    """The state in update/accepted and in VersionMismatch and InvalidStateTransition."""

    status: JobStatus
    version_number: int
    status_details: Mapping[str, str] | UnsetType = UNSET


class GetPendingAccepted(_Wire, frozen=True, kw_only=True):
    """Both lists are always there, empty or not."""

    timestamp: int
    in_progress_jobs: list[JobExecutionSummary]
    queued_jobs: list[JobExecutionSummary]
    client_token: str | UnsetType = UNSET


class ExecutionAccepted(_Wire, frozen=True, kw_only=True):
    """The answer to start-next and describe; no `execution` means that nothing is pending."""

    timestamp: int
    execution: JobExecution | UnsetType = UNSET
    client_token: str | UnsetType = UNSET


class UpdateAccepted(_Wire, frozen=True, kw_only=True):
    """The answer to update: just the time, unless the request asked for state or document."""

    timestamp: int
    execution_state: JobExecutionState | UnsetType = UNSET
    job_document: msgspec.Raw | UnsetType = UNSET
    client_token: str | UnsetType = UNSET


class ErrorResponse(_Wire, frozen=True, kw_only=True):
    """What `rejected` carries. `execution_state` only for VersionMismatch and InvalidStateTransition.

    `code` is a plain string on reading, so that a code AWS adds tomorrow is shown and not lost.
    """

    code: str
    message: str = ""
    timestamp: int = 0
    execution_state: JobExecutionState | UnsetType = UNSET
    client_token: str | UnsetType = UNSET


Accepted = GetPendingAccepted | ExecutionAccepted | UpdateAccepted
Reply = Accepted | ErrorResponse


class JobExecutionsChanged(_Wire, frozen=True, kw_only=True):
    """`notify`: the whole pending list by status; a status with no entries has no key."""

    timestamp: int
    jobs: Mapping[JobStatus, list[JobExecutionSummary]]


class NextJobExecutionChanged(_Wire, frozen=True, kw_only=True):
    """`notify-next`: the new first pending execution with its document, or nothing at all."""

    timestamp: int
    execution: JobExecution | UnsetType = UNSET


Notification = JobExecutionsChanged | NextJobExecutionChanged
