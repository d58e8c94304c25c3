"""A job as CreateJob and UpdateJob ask for it, and the checks of AWS's limits.

Source: reference sections 8.2, 8.12 and 10.1.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import msgspec

from simulator.jobs import configs, limits, schedule
from simulator.jobs.configs import AbortConfig, PresignedUrlConfig, RetryConfig, RolloutConfig, SchedulingConfig
from simulator.jobs.control_errors import invalid_request
from simulator.jobs.placeholders import PRESIGNED
from simulator.jobs.stored import Job, TargetSelection


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """CreateJob as asked for. `targets` are ARNs, `document` is the text that things get, parameters put in."""

    job_id: str
    targets: tuple[str, ...]
    document: str | None
    description: str | None = None
    in_progress_timeout_minutes: int | None = None
    target_selection: TargetSelection = TargetSelection.SNAPSHOT
    presigned_url_config: PresignedUrlConfig | None = None
    rollout_config: RolloutConfig | None = None
    abort_config: AbortConfig | None = None
    retry_config: RetryConfig | None = None
    scheduling_config: SchedulingConfig | None = None
    document_source: str | None = None
    document_before: str | None = None
    document_parameters: Mapping[str, str] = field(default_factory=dict)
    job_template_arn: str | None = None
    destination_package_versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChanges:
    """UpdateJob as asked for; what is None stays as it is."""

    description: str | None = None
    in_progress_timeout_minutes: int | None = None
    presigned_url_config: PresignedUrlConfig | None = None
    rollout_config: RolloutConfig | None = None
    abort_config: AbortConfig | None = None
    retry_config: RetryConfig | None = None


def is_same_job(job: Job, new: NewJob) -> bool:
    """Whether a job is what `new` asks for."""
    return all(getattr(job, field.name) == getattr(new, field.name) for field in fields(NewJob))


def check_new_job(new: NewJob) -> None:
    """Check CreateJob's members against AWS's limits, but for the schedule, which needs the time.

    Raises:
        ControlError: InvalidRequestException naming the member.
    """
    if not limits.JOB_ID.fullmatch(new.job_id):
        raise invalid_request(f"jobId must match {limits.JOB_ID.pattern}.")
    check_targets(new.targets)
    if new.document is None:
        raise invalid_request("One of document or documentSource must be given.")
    check_document(new.document)
    check_text(new.description, "description")
    check_timeout(new.in_progress_timeout_minutes)
    if len(new.destination_package_versions) > limits.PACKAGE_VERSIONS:
        raise invalid_request(f"destinationPackageVersions must have at most {limits.PACKAGE_VERSIONS} members.")
    check_configs(new.rollout_config, new.abort_config, new.retry_config)


def check_targets(targets: tuple[str, ...]) -> None:
    """Check the number of targets and their lengths.

    Raises:
        ControlError: InvalidRequestException.
    """
    if not 1 <= len(targets) <= limits.TARGETS:
        raise invalid_request(f"targets must have between 1 and {limits.TARGETS} members.")
    if any(len(target) > limits.ARN_CHARACTERS for target in targets):
        raise invalid_request(f"targets must have at most {limits.ARN_CHARACTERS} characters each.")


def check_document(document: str) -> None:
    """Check that a document is JSON of a size that jobs may have.

    Raises:
        ControlError: InvalidRequestException.
    """
    if not 1 <= len(document.encode("utf-8", "surrogatepass")) <= limits.JOB_DOCUMENT_BYTES:
        raise invalid_request(f"document must have between 1 and {limits.JOB_DOCUMENT_BYTES} bytes.")
    try:
        msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise invalid_request(f"document must be valid JSON: {exc}") from None
    if document.count(PRESIGNED) > limits.PRESIGNED_PLACEHOLDERS:
        raise invalid_request(f"document must have at most {limits.PRESIGNED_PLACEHOLDERS} pre-signed URLs.")


def check_configs(
    rollout_config: RolloutConfig | None, abort_config: AbortConfig | None, retry_config: RetryConfig | None
) -> None:
    """Check what the members of these say together.

    Raises:
        ControlError: InvalidRequestException naming the member.
    """
    problem = (
        configs.problem_with_rollout(rollout_config)
        or configs.problem_with_abort(abort_config)
        or configs.problem_with_retries(retry_config)
    )
    if problem is not None:
        raise invalid_request(problem)


def check_schedule(config: SchedulingConfig | None, now: float) -> schedule.Times:
    """Return start and end of a schedule.

    Raises:
        ControlError: InvalidRequestException naming the member.
    """
    try:
        return schedule.times(config, now)
    except schedule.ScheduleError as exc:
        raise invalid_request(str(exc)) from None


def check_timeout(minutes: int | None) -> None:
    """Check the in-progress timeout.

    Raises:
        ControlError: InvalidRequestException.
    """
    low, high = limits.TIMEOUT_MINUTES
    if minutes is not None and not low <= minutes <= high:
        raise invalid_request(f"timeoutConfig.inProgressTimeoutInMinutes must be between {low} and {high}.")


def check_text(text: str | None, member: str) -> None:
    """Check a description or comment, AWS's pattern `[^\\p{C}]+`.

    Raises:
        ControlError: InvalidRequestException.
    """
    if text is None:
        return
    is_printable = all(unicodedata.category(each)[0] != "C" for each in text)
    if not 1 <= len(text) <= limits.DESCRIPTION_CHARACTERS or not is_printable:
        raise invalid_request(
            f"{member} must have 1 to {limits.DESCRIPTION_CHARACTERS} characters and no control characters."
        )
