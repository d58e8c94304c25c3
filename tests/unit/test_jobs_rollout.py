"""How fast jobs reach their things: constant and exponential rates on virtual time. Reference section 8.2."""

import pytest

from simulator.jobs.configs import ExponentialRate, RateIncreaseCriteria, RolloutConfig
from simulator.jobs.control import JobChanges
from simulator.jobs.rollout import Pace, rate_per_minute
from tests.support.jobs_world import jobs_world
from tests.support.virtual_time import in_virtual_time


def exponential(base: int, factor: float, *, highest: int | None = None, **criteria: int) -> RolloutConfig:
    rate = ExponentialRate(
        base_rate_per_minute=base, increment_factor=factor, rate_increase_criteria=RateIncreaseCriteria(**criteria)
    )
    return RolloutConfig(maximum_per_minute=highest, exponential_rate=rate)


@in_virtual_time
async def test_99_one_a_minute_queues_the_second_a_minute_after_the_first() -> None:
    async with jobs_world() as world:
        await world.create("j1", "a", "b", rollout_config=RolloutConfig(maximum_per_minute=1))
        assert [thing for thing, _, _ in world.executions("j1")] == ["a"]
        assert world.job("j1").is_concurrent
        await world.clock.sleep(59)
        assert len(world.executions("j1")) == 1
        await world.clock.sleep(2)
        assert [thing for thing, _, _ in world.executions("j1")] == ["a", "b"]
        assert world.queued_at_minutes("j1") == [0.0, 1.0]
        assert not world.job("j1").is_concurrent


@in_virtual_time
async def test_a_job_is_not_done_before_all_things_had_it() -> None:
    async with jobs_world() as world:
        await world.create("j1", "a", "b", rollout_config=RolloutConfig(maximum_per_minute=1))
        await world.report("a", "j1", "SUCCEEDED")
        assert world.job("j1").status == "IN_PROGRESS"
        await world.clock.sleep(61)
        await world.report("b", "j1", "SUCCEEDED")
        assert world.job("j1").status == "COMPLETED"


@in_virtual_time
async def test_a_rising_rate_takes_the_time_it_should() -> None:
    async with jobs_world() as world:
        names = [f"t{number}" for number in range(40)]
        config = exponential(10, 2, number_of_notified_things=10)
        await world.create("j1", *names, rollout_config=config)
        while world.job("j1").is_rolling_out:
            await world.clock.sleep(1)
        minutes = world.queued_at_minutes("j1")
        assert len(minutes) == 40
        assert [minutes[place] for place in (9, 10, 20, 30)] == [0.9, 0.95, 1.43, 1.66]  # 10, 20, 40, 80 a minute


@in_virtual_time
async def test_with_succeeded_things_the_rate_waits_for_them() -> None:
    async with jobs_world() as world:
        config = exponential(1, 5, number_of_succeeded_things=2)
        await world.create("j1", *"abcdefgh", rollout_config=config)
        await world.clock.sleep(4 * 60 + 1)
        assert len(world.executions("j1")) == 5
        await world.report("a", "j1", "SUCCEEDED")
        await world.report("b", "j1", "SUCCEEDED")
        await world.clock.sleep(60)
        assert world.queued_at_minutes("j1") == [0.0, 1.0, 2.0, 3.0, 4.0, 4.2, 4.4, 4.6]


def test_the_documented_example_of_rates() -> None:
    config = exponential(50, 2, number_of_notified_things=1000)
    assert [rate_per_minute(config, notified, 0) for notified in (0, 999, 1000, 2000, 3000)] == [50, 50, 100, 200, 400]
    assert rate_per_minute(config, 20_000, 0) == 1000
    assert rate_per_minute(exponential(50, 2, highest=150, number_of_notified_things=1), 99, 0) == 150
    assert rate_per_minute(None, 5, 5) is None
    assert rate_per_minute(RolloutConfig(), 5, 5) is None


def test_a_pace_that_looks_late_makes_up_for_it_and_never_runs_ahead() -> None:
    pace = Pace(0.0)
    config = RolloutConfig(maximum_per_minute=60)
    assert pace.take(config, 0, 0.0, 100) == 1
    assert pace.take(config, 0, 0.9, 100) == 0
    assert pace.take(config, 0, 5.5, 100) == 5
    assert pace.next_at(config, 0) == pytest.approx(6.0)
    assert pace.take(config, 0, 100.0, 3) == 3


def test_after_a_pause_nothing_is_made_up_for() -> None:
    pace = Pace(0.0)
    config = RolloutConfig(maximum_per_minute=60)
    pace.take(config, 0, 0.0, 1)
    pace.reopen(100.0)
    assert pace.take(config, 0, 100.0, 100) == 1


@in_virtual_time
async def test_a_new_rate_counts_from_the_last_execution_on() -> None:
    async with jobs_world() as world:
        await world.create("j1", *"abc", rollout_config=RolloutConfig(maximum_per_minute=1))
        faster = JobChanges(rollout_config=RolloutConfig(maximum_per_minute=10))
        await world.service.control(lambda control, now: control.update("j1", faster, now))
        await world.clock.sleep(13)
        assert world.queued_at_minutes("j1") == [0.0, 0.1, 0.2]
