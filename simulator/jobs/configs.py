"""The configurations of a job as CreateJob, UpdateJob and templates carry them, with AWS's limits on every member.

The same values travel, are stored and are shown again. Source: reference sections 8.2 and 10.1 and appendix A.2.
"""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

MAX_RETRIES: Final = 10  # for all criteria of a job together
DEFAULT_EXPIRES_SECONDS: Final = 3600

PerMinute = Annotated[int, Meta(ge=1, le=1000)]
Minutes = Annotated[int, Meta(ge=1, le=10_080)]


class Config(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The base of all configurations; a member that is not given is None and is not shown."""


class FailureType(StrEnum):
    """The ends of an execution that retry and abort criteria look at."""

    FAILED = "FAILED"
    REJECTED = "REJECTED"
    TIMED_OUT = "TIMED_OUT"
    ALL = "ALL"


class RetryType(StrEnum):
    """As FailureType, without REJECTED, which is never tried again."""

    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ALL = "ALL"


class AbortAction(StrEnum):
    CANCEL = "CANCEL"


class EndBehavior(StrEnum):
    """What becomes of a job's executions at its end time."""

    STOP_ROLLOUT = "STOP_ROLLOUT"
    CANCEL = "CANCEL"
    FORCE_CANCEL = "FORCE_CANCEL"


class PresignedUrlConfig(Config, frozen=True, kw_only=True):
    role_arn: Annotated[str, Meta(min_length=20, max_length=2048)] | None = None
    expires_in_sec: Annotated[int, Meta(ge=60, le=3600)] | None = None


class RateIncreaseCriteria(Config, frozen=True, kw_only=True):
    """One of the two."""

    number_of_notified_things: Annotated[int, Meta(ge=1)] | None = None
    number_of_succeeded_things: Annotated[int, Meta(ge=1)] | None = None


class ExponentialRate(Config, frozen=True, kw_only=True):
    base_rate_per_minute: PerMinute
    increment_factor: Annotated[float, Meta(ge=1.1, le=5)]
    rate_increase_criteria: RateIncreaseCriteria


class RolloutConfig(Config, frozen=True, kw_only=True):
    maximum_per_minute: PerMinute | None = None
    exponential_rate: ExponentialRate | None = None


class AbortCriteria(Config, frozen=True, kw_only=True):
    failure_type: FailureType
    action: AbortAction
    threshold_percentage: Annotated[float, Meta(ge=0, le=100)]
    min_number_of_executed_things: Annotated[int, Meta(ge=1)]


class AbortConfig(Config, frozen=True, kw_only=True):
    criteria_list: Annotated[tuple[AbortCriteria, ...], Meta(min_length=1)]


class TimeoutConfig(Config, frozen=True, kw_only=True):
    in_progress_timeout_in_minutes: Minutes | None = None


class RetryCriteria(Config, frozen=True, kw_only=True):
    failure_type: RetryType
    number_of_retries: Annotated[int, Meta(ge=0, le=MAX_RETRIES)]


class RetryConfig(Config, frozen=True, kw_only=True):
    criteria_list: Annotated[tuple[RetryCriteria, ...], Meta(min_length=1, max_length=2)]


class MaintenanceWindow(Config, frozen=True, kw_only=True):
    """`start_time` is a cron expression in UTC."""

    start_time: Annotated[str, Meta(min_length=1, max_length=256)]
    duration_in_minutes: Annotated[int, Meta(ge=1, le=1430)]


class SchedulingConfig(Config, frozen=True, kw_only=True):
    """Times are "YYYY-MM-DD HH:MM" in UTC."""

    start_time: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    end_time: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    end_behavior: EndBehavior | None = None
    maintenance_windows: tuple[MaintenanceWindow, ...] = ()


def problem_with_rollout(config: RolloutConfig | None) -> str | None:
    """Return what single members cannot say: why a rollout is refused, or None. The text names the member."""
    exponential = None if config is None else config.exponential_rate
    if exponential is None:
        return None
    factor = exponential.increment_factor
    if round(factor, 1) != factor:
        return f"jobExecutionsRolloutConfig.exponentialRate.incrementFactor {factor} has more than one decimal."
    criteria = exponential.rate_increase_criteria
    if (criteria.number_of_notified_things is None) == (criteria.number_of_succeeded_things is None):
        return (
            "jobExecutionsRolloutConfig.exponentialRate.rateIncreaseCriteria must have either "
            "numberOfNotifiedThings or numberOfSucceededThings."
        )
    return None


def problem_with_abort(config: AbortConfig | None) -> str | None:
    """As `problem_with_rollout`."""
    for criteria in () if config is None else config.criteria_list:
        if round(criteria.threshold_percentage, 2) != criteria.threshold_percentage:
            return f"abortConfig thresholdPercentage {criteria.threshold_percentage} has more than two decimals."
    return None


def problem_with_retries(config: RetryConfig | None) -> str | None:
    """As `problem_with_rollout`."""
    if config is None:
        return None
    kinds = [criteria.failure_type for criteria in config.criteria_list]
    if len(set(kinds)) < len(kinds):
        return f"jobExecutionsRetryConfig.criteriaList has failureType {kinds[0]} twice."
    if sum(criteria.number_of_retries for criteria in config.criteria_list) > MAX_RETRIES:
        return f"jobExecutionsRetryConfig allows {MAX_RETRIES} retries in all; numberOfRetries add up to more."
    return None
