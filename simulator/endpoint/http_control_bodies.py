"""The bodies that operations on jobs are asked with, held to AWS's limits. Reference appendix A.2."""

from typing import Annotated

import msgspec
from msgspec import Meta

from simulator.endpoint.wire_json import Wire
from simulator.jobs import limits
from simulator.jobs.configs import (
    AbortConfig,
    PresignedUrlConfig,
    RetryConfig,
    RolloutConfig,
    SchedulingConfig,
    TimeoutConfig,
)
from simulator.jobs.stored import TargetSelection

Arn = Annotated[str, Meta(min_length=1, max_length=1600, pattern=r"^arn:[!-~]+\Z")]
Targets = tuple[Annotated[str, Meta(max_length=limits.ARN_CHARACTERS)], ...]
Source = Annotated[str, Meta(min_length=1, max_length=1350)]
_ParameterName = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_-]+\Z")]
_ParameterValue = Annotated[str, Meta(min_length=1, max_length=30_720)]
TagKey = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[\w \u00a0.:/=+\-@]*\Z")]


class Tag(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A tag; its members begin with capitals in AWS's model."""

    key: TagKey
    value: Annotated[str, Meta(max_length=256)] = ""


class JobConfigs(Wire, frozen=True, kw_only=True):
    """What CreateJob, UpdateJob and CreateJobTemplate have in common."""

    description: str | None = None
    presigned_url_config: PresignedUrlConfig | None = None
    job_executions_rollout_config: RolloutConfig | None = None
    abort_config: AbortConfig | None = None
    timeout_config: TimeoutConfig | None = None
    job_executions_retry_config: RetryConfig | None = None

    @property
    def in_progress_timeout_minutes(self) -> int | None:
        return None if self.timeout_config is None else self.timeout_config.in_progress_timeout_in_minutes


class CreateJobBody(JobConfigs, frozen=True, kw_only=True):
    targets: Targets = ()
    document: str | None = None
    document_source: Source | None = None
    target_selection: TargetSelection = TargetSelection.SNAPSHOT
    scheduling_config: SchedulingConfig | None = None
    job_template_arn: Arn | None = None
    document_parameters: dict[_ParameterName, _ParameterValue] | None = None
    destination_package_versions: tuple[Arn, ...] = ()
    tags: tuple[Tag, ...] = ()


class CancelJobBody(Wire, frozen=True, kw_only=True):
    reason_code: str | None = None
    comment: str | None = None


class AssociateBody(Wire, frozen=True, kw_only=True):
    targets: Targets = ()
    comment: str | None = None
