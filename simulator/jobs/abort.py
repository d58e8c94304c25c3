"""Whether a job is to be aborted for the failures among its executions (reference section 8.2, Abort)."""

from collections.abc import Mapping
from typing import Final

from simulator.jobs.configs import AbortConfig, AbortCriteria, FailureType
from simulator.jobs.model import JobStatus as S

# AWS fills reasonCode and comment in by itself; what it writes is not documented. These are ours.
REASON_CODE: Final = "ABORT_CRITERIA_MET"
_FAILURES: Final[Mapping[FailureType, tuple[S, ...]]] = {
    FailureType.FAILED: (S.FAILED,),
    FailureType.REJECTED: (S.REJECTED,),
    FailureType.TIMED_OUT: (S.TIMED_OUT,),
    FailureType.ALL: (S.FAILED, S.REJECTED, S.TIMED_OUT),
}
_EXECUTED: Final = (S.SUCCEEDED, *_FAILURES[FailureType.ALL])  # what was cancelled or removed did not get its chance
FAILURES: Final = _FAILURES
EXECUTED: Final = _EXECUTED


def criteria_met(config: AbortConfig, counts: Mapping[S, int]) -> AbortCriteria | None:
    """Return the first criterion that is met by a job's counters, None if none is."""
    executed = sum(counts.get(status, 0) for status in _EXECUTED)
    for criteria in config.criteria_list:
        failed = sum(counts.get(status, 0) for status in _FAILURES[criteria.failure_type])
        if (
            failed
            and executed >= criteria.min_number_of_executed_things
            and failed * 100 >= criteria.threshold_percentage * executed
        ):
            return criteria
    return None


def comment(criteria: AbortCriteria, counts: Mapping[S, int]) -> str:
    """Return the comment of a job that is aborted by `criteria`."""
    executed = sum(counts.get(status, 0) for status in _EXECUTED)
    failed = sum(counts.get(status, 0) for status in _FAILURES[criteria.failure_type])
    return (
        f"Job was aborted: {failed} of {executed} executions ended {criteria.failure_type}, "
        f"which reaches the threshold of {criteria.threshold_percentage:g} percent."
    )
