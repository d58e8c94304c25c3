"""Executions that are tried again: how often, for which ends, and what a thing sees. Reference section 7.4."""

import pytest

from simulator.jobs.configs import RetryConfig, RetryCriteria, RetryType
from tests.support.jobs_world import jobs_world
from tests.support.virtual_time import in_virtual_time


def retries(**numbers: int) -> RetryConfig:
    return RetryConfig(
        criteria_list=tuple(
            RetryCriteria(failure_type=RetryType(kind), number_of_retries=number) for kind, number in numbers.items()
        )
    )


@in_virtual_time
async def test_77_failed_twice_retried_makes_three_executions_each_queued_with_notifications() -> None:
    async with jobs_world() as world:
        await world.create("j1", "t", retry_config=retries(FAILED=2))
        for number in (1, 2, 3):
            execution = world.execution("t", "j1")
            assert (execution.execution_number, execution.status, execution.version_number) == (number, "QUEUED", 1)
            assert execution.started_at is None
            world.topics()
            await world.report("t", "j1", "FAILED")
            once = ["things/t/jobs/notify", "things/t/jobs/notify-next"]
            assert world.topics() == (once * 2 if number < 3 else once)
        assert world.executions("j1") == [("t", 1, "FAILED"), ("t", 2, "FAILED"), ("t", 3, "FAILED")]
        assert world.job("j1").status == "COMPLETED"


@in_virtual_time
async def test_78_counters_count_executions_and_not_things() -> None:
    async with jobs_world() as world:
        await world.create("j1", "t", retry_config=retries(FAILED=2))
        for _ in range(3):
            await world.report("t", "j1", "FAILED")
        assert world.service.book.counts("j1")["FAILED"] == 3


@in_virtual_time
async def test_79_what_was_rejected_is_never_tried_again() -> None:
    async with jobs_world() as world:
        await world.create("j1", "t", retry_config=retries(ALL=10))
        await world.report("t", "j1", "REJECTED")
        assert world.executions("j1") == [("t", 1, "REJECTED")]
        assert world.job("j1").status == "COMPLETED"


@in_virtual_time
async def test_a_job_goes_on_while_a_retry_is_outstanding_and_success_ends_it() -> None:
    async with jobs_world() as world:
        await world.create("j1", "t", retry_config=retries(ALL=3))
        await world.report("t", "j1", "FAILED")
        assert world.job("j1").status == "IN_PROGRESS"
        await world.report("t", "j1", "SUCCEEDED")
        assert world.executions("j1") == [("t", 1, "FAILED"), ("t", 2, "SUCCEEDED")]
        assert world.job("j1").status == "COMPLETED"


@pytest.mark.parametrize(
    ("config", "ends"),
    [
        ({"FAILED": 1, "TIMED_OUT": 1}, ["FAILED", "TIMED_OUT", "TIMED_OUT"]),
        ({"FAILED": 1, "TIMED_OUT": 1}, ["TIMED_OUT", "FAILED", "FAILED"]),
        ({"ALL": 2}, ["TIMED_OUT", "FAILED", "TIMED_OUT"]),
        ({"TIMED_OUT": 2}, ["FAILED"]),
        ({"FAILED": 2}, ["TIMED_OUT"]),
        ({"FAILED": 0}, ["FAILED"]),
    ],
    ids=str,
)
def test_failed_and_timed_out_have_budgets_of_their_own_or_share_one(config: dict[str, int], ends: list[str]) -> None:
    @in_virtual_time
    async def run() -> None:
        async with jobs_world() as world:
            await world.create("j1", "t", retry_config=retries(**config), in_progress_timeout_minutes=1)
            for end in ends:
                assert world.execution("t", "j1").status == "QUEUED"
                if end == "FAILED":
                    await world.report("t", "j1", end)
                else:
                    await world.start_next("t")
                    await world.clock.sleep(61)
            assert [status for _, _, status in world.executions("j1")] == ends
            assert world.job("j1").status == "COMPLETED"

    run()


@in_virtual_time
async def test_the_attempt_is_counted_in_each_retry() -> None:
    async with jobs_world() as world:
        await world.create("j1", "t", retry_config=retries(ALL=2))
        for _ in range(3):
            await world.report("t", "j1", "FAILED")
        made = sorted(world.service.book.of_job("j1"), key=lambda each: each.sequence)
        assert [each.retry_attempt for each in made] == [0, 1, 2]


@in_virtual_time
async def test_cancelling_the_job_ends_its_queued_retries() -> None:
    async with jobs_world() as world:
        await world.create("j1", "t", retry_config=retries(ALL=5))
        await world.report("t", "j1", "FAILED")
        await world.service.cancel_job("j1")
        assert world.executions("j1") == [("t", 1, "FAILED"), ("t", 2, "CANCELED")]
