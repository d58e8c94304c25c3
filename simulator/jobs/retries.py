"""Whether an execution that ended is tried again (reference section 7.4). At once: AWS documents no delay."""

import msgspec

from simulator.jobs.configs import RetryConfig, RetryType
from simulator.jobs.model import JobStatus
from simulator.jobs.stored import Execution


def is_due(config: RetryConfig, ended: Execution) -> bool:
    """Whether `ended` has retries left. FAILED and TIMED_OUT have budgets of their own, or with ALL one together."""
    if ended.status is JobStatus.FAILED:
        kind, used = RetryType.FAILED, ended.failed_retries
    elif ended.status is JobStatus.TIMED_OUT:
        kind, used = RetryType.TIMED_OUT, ended.retry_attempt - ended.failed_retries
    else:
        return False
    for criteria in config.criteria_list:
        if criteria.failure_type is kind and used < criteria.number_of_retries:
            return True
        if criteria.failure_type is RetryType.ALL and ended.retry_attempt < criteria.number_of_retries:
            return True
    return False


def retry_of(ended: Execution, sequence: int, now: float) -> Execution:
    """Return the execution that follows `ended`: QUEUED, with the next number and a version of its own."""
    return Execution(
        thing_name=ended.thing_name,
        job_id=ended.job_id,
        execution_number=ended.execution_number + 1,
        status=JobStatus.QUEUED,
        version_number=1,
        queued_at=now,
        last_updated_at=now,
        sequence=sequence,
        retry_attempt=ended.retry_attempt + 1,
        failed_retries=ended.failed_retries + (ended.status is JobStatus.FAILED),
    )


def without_retries(config: RetryConfig) -> RetryConfig:
    """Return the same criteria with no retries, which is all that UpdateJob may set."""
    return RetryConfig(
        criteria_list=tuple(msgspec.structs.replace(each, number_of_retries=0) for each in config.criteria_list)
    )
