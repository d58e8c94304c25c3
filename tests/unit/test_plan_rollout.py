"""The planned rollout against the code that carries it out: the same moments, the same number that aborts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.jobs import abort
from simulator.jobs.configs import (
    AbortAction,
    AbortConfig,
    AbortCriteria,
    ExponentialRate,
    FailureType,
    RateIncreaseCriteria,
    RolloutConfig,
)
from simulator.jobs.model import JobStatus
from simulator.jobs.rollout import Pace
from simulator.plan_rollout import MOST_POINTS, failures_needed, plan_abort, plan_rollout
from tests.support.jobs_world import jobs_world
from tests.support.virtual_time import in_virtual_time


def exponential(base: int, factor: float, highest: int | None = None, **criteria: int) -> RolloutConfig:
    rate = ExponentialRate(
        base_rate_per_minute=base, increment_factor=factor, rate_increase_criteria=RateIncreaseCriteria(**criteria)
    )
    return RolloutConfig(maximum_per_minute=highest, exponential_rate=rate)


def criteria(percent: float, least: int, kind: FailureType = FailureType.FAILED) -> AbortCriteria:
    return AbortCriteria(
        failure_type=kind,
        action=AbortAction.CANCEL,
        threshold_percentage=percent,
        min_number_of_executed_things=least,
    )


def paced(things: int, config: RolloutConfig, succeed_at_once: bool) -> list[float]:
    """When `Pace` makes each thing due, asked as the service asks it."""
    pace, moments = Pace(0.0), [0.0]
    assert pace.take(config, 0, 0.0, 1) == 1
    while len(moments) < things:
        succeeded = len(moments) if succeed_at_once else 0
        due = pace.next_at(config, succeeded)
        assert pace.take(config, succeeded, due, 1) == 1
        moments.append(due)
    return moments


def test_fifty_a_minute_for_310_things_is_done_after_six_minutes() -> None:
    plan = plan_rollout(310, RolloutConfig(maximum_per_minute=50))
    assert plan.last_seconds == pytest.approx(309 / 50 * 60)
    assert plan.points[0] == (0.0, 1)
    assert plan.points[-1][1] == 310
    assert plan.notified_at(60.0) == pytest.approx(51)


def test_without_a_rate_all_are_notified_at_once_but_aws_takes_a_thousand_a_minute() -> None:
    assert plan_rollout(5000, None).points == ((0.0, 5000),)
    assert plan_rollout(5000, None, is_aws=True).last_seconds == pytest.approx(4999 * 0.06)


def test_one_thing_and_no_thing_are_no_trouble() -> None:
    assert plan_rollout(1, RolloutConfig(maximum_per_minute=1)).last_seconds == 0.0
    nothing = plan_rollout(0, None)
    assert (nothing.points, nothing.last_seconds, nothing.notified_at(9.0)) == ((), 0.0, 0.0)


@given(
    things=st.integers(1, 300),
    base=st.integers(1, 60),
    factor=st.sampled_from([1.1, 1.5, 2.0, 5.0]),
    every=st.integers(1, 50),
    highest=st.one_of(st.none(), st.integers(60, 1000)),
    by_success=st.booleans(),
)
def test_a_rising_rate_is_planned_as_it_is_carried_out(
    things: int, base: int, factor: float, every: int, highest: int | None, by_success: bool
) -> None:
    kind = "number_of_succeeded_things" if by_success else "number_of_notified_things"
    config = exponential(base, factor, highest, **{kind: every})
    plan = plan_rollout(things, config)
    moments = paced(things, config, succeed_at_once=by_success)
    assert plan.is_best_case is by_success
    assert plan.last_seconds == pytest.approx(moments[-1])
    for at, count in plan.points:
        assert at == pytest.approx(moments[count - 1])


def test_a_rate_that_rises_by_successes_is_slower_the_longer_they_take() -> None:
    config = exponential(10, 2.0, number_of_succeeded_things=10)
    assert plan_rollout(100, config).last_seconds < plan_rollout(100, config, success_seconds=60.0).last_seconds
    assert plan_rollout(100, config, success_seconds=1e9).last_seconds == pytest.approx(99 * 6.0)


def test_a_curve_of_many_things_has_few_points() -> None:
    plan = plan_rollout(10_000, exponential(10, 1.1, number_of_notified_things=100))
    assert len(plan.points) <= MOST_POINTS + 1
    assert plan.points[-1][1] == 10_000


@given(percent=st.integers(0, 10_000), least=st.integers(1, 200), executed=st.integers(1, 400))
def test_the_number_that_aborts_is_the_least_that_does(percent: int, least: int, executed: int) -> None:
    wanted = criteria(percent / 100, least)
    config = AbortConfig(criteria_list=(wanted,))
    count = max(executed, least)
    needed = failures_needed(wanted, executed)
    assert needed >= 1

    def aborts(failed: int) -> bool:
        counts = {JobStatus.FAILED: failed, JobStatus.SUCCEEDED: count - failed}
        return abort.criteria_met(config, counts) is not None

    assert aborts(needed)
    assert not aborts(needed - 1)


def test_ten_percent_of_310_is_31_and_two_among_the_first_twenty() -> None:
    plan = plan_abort(310, AbortConfig(criteria_list=(criteria(10, 20),)))
    assert plan is not None
    assert (plan.failures, plan.earliest, plan.among) == (31, 2, 20)


def test_of_several_criteria_the_one_that_is_met_first_counts_and_one_that_never_is_does_not() -> None:
    config = AbortConfig(criteria_list=(criteria(50, 5), criteria(10, 5, FailureType.ALL), criteria(1, 500)))
    plan = plan_abort(100, config)
    assert plan is not None
    assert (plan.failures, plan.criteria.failure_type) == (10, FailureType.ALL)
    assert plan_abort(100, AbortConfig(criteria_list=(criteria(1, 101),))) is None
    assert plan_abort(100, None) is None


@in_virtual_time
async def test_the_service_itself_keeps_to_the_plan() -> None:
    config = exponential(10, 2.0, number_of_notified_things=10)
    plan = plan_rollout(40, config)
    async with jobs_world() as world:
        await world.create("j1", *[f"t{number}" for number in range(40)], rollout_config=config)
        while world.job("j1").is_rolling_out:
            await world.clock.sleep(1)
        assert world.queued_at_minutes("j1") == pytest.approx([at / 60 for at, _ in plan.points], abs=0.011)


@in_virtual_time
async def test_the_service_itself_aborts_at_the_planned_failure() -> None:
    config = AbortConfig(criteria_list=(criteria(25, 4),))
    plan = plan_abort(20, config)
    assert plan is not None
    async with jobs_world() as world:
        names = [f"t{number}" for number in range(20)]
        await world.create("j1", *names, abort_config=config)
        for name in names[: 20 - plan.failures]:
            await world.report(name, "j1", "SUCCEEDED")
        for name in names[20 - plan.failures : -1]:
            await world.report(name, "j1", "FAILED")
        assert world.job("j1").status == "IN_PROGRESS"
        await world.report(names[-1], "j1", "FAILED")
        assert world.job("j1").reason_code == abort.REASON_CODE
