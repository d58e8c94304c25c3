"""Jobs that are aborted for their failures. Reference section 8.2, Abort."""

from simulator.jobs.abort import REASON_CODE, comment, criteria_met
from simulator.jobs.configs import AbortAction, AbortConfig, AbortCriteria, FailureType, RetryConfig, RetryCriteria
from simulator.jobs.configs import RetryType as RetryKind
from simulator.jobs.model import JobStatus as S
from tests.support.jobs_world import jobs_world
from tests.support.virtual_time import in_virtual_time


def abort_config(failure_type: str = "FAILED", percentage: float = 50, executed: int = 2) -> AbortConfig:
    return AbortConfig(
        criteria_list=(
            AbortCriteria(
                failure_type=FailureType(failure_type),
                action=AbortAction.CANCEL,
                threshold_percentage=percentage,
                min_number_of_executed_things=executed,
            ),
        )
    )


@in_virtual_time
async def test_98_a_job_with_too_many_failures_is_cancelled_with_reason_and_comment() -> None:
    async with jobs_world() as world:
        await world.create("j1", "a", "b", "c", "d", "e", abort_config=abort_config(executed=3))
        await world.report("e", "j1", "IN_PROGRESS")
        await world.report("a", "j1", "SUCCEEDED")
        await world.report("b", "j1", "FAILED")
        assert world.job("j1").status == "IN_PROGRESS"
        await world.report("c", "j1", "FAILED")
        job = world.job("j1")
        assert (job.status, job.reason_code, job.force_canceled) == ("CANCELED", REASON_CODE, False)
        assert job.comment == (
            "Job was aborted: 2 of 3 executions ended FAILED, which reaches the threshold of 50 percent."
        )
        assert job.ending is None
        assert world.execution("d", "j1").status == "CANCELED"
        assert world.execution("e", "j1").status == "IN_PROGRESS"


@in_virtual_time
async def test_an_abort_leaves_no_retry_behind() -> None:
    async with jobs_world() as world:
        always = RetryConfig(criteria_list=(RetryCriteria(failure_type=RetryKind.ALL, number_of_retries=5),))
        await world.create("j1", "a", "b", abort_config=abort_config(executed=2), retry_config=always)
        await world.report("a", "j1", "FAILED")
        assert world.execution("a", "j1").status == "QUEUED"
        await world.report("a", "j1", "FAILED")
        assert [status for _, _, status in world.executions("j1")] == ["FAILED", "CANCELED", "FAILED"]


def test_the_share_is_of_those_that_had_their_chance() -> None:
    counts = {S.SUCCEEDED: 6, S.FAILED: 2, S.REJECTED: 1, S.TIMED_OUT: 1, S.CANCELED: 90, S.REMOVED: 90, S.QUEUED: 90}
    assert criteria_met(abort_config("FAILED", 20, 10), counts) is not None
    assert criteria_met(abort_config("FAILED", 20.01, 10), counts) is None
    assert criteria_met(abort_config("FAILED", 20, 11), counts) is None
    assert criteria_met(abort_config("REJECTED", 10, 1), counts) is not None
    assert criteria_met(abort_config("TIMED_OUT", 10.5, 1), counts) is None
    assert criteria_met(abort_config("ALL", 40, 1), counts) is not None
    assert criteria_met(abort_config("ALL", 0, 1), {S.SUCCEEDED: 5}) is None


def test_criteria_are_looked_at_in_their_order() -> None:
    both = AbortConfig(criteria_list=abort_config("ALL", 90).criteria_list + abort_config("FAILED", 10).criteria_list)
    met = criteria_met(both, {S.SUCCEEDED: 5, S.FAILED: 5})
    assert met is both.criteria_list[1]
    assert comment(met, {S.SUCCEEDED: 5, S.FAILED: 5}).startswith("Job was aborted: 5 of 10 executions ended FAILED")
