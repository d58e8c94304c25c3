"""Continuous jobs follow their groups; snapshot jobs do not. Reference section 8.13."""

from simulator.endpoint import arns
from simulator.jobs.configs import RetryConfig, RetryCriteria, RetryType, RolloutConfig
from tests.support.jobs_world import KeptStore, jobs_world
from tests.support.virtual_time import in_virtual_time

BOTH = ["things/t/jobs/notify", "things/t/jobs/notify-next"]


@in_virtual_time
async def test_82_a_snapshot_of_a_group_is_its_members_then_and_no_one_later() -> None:
    async with jobs_world() as world:
        group = await world.add_group("g", "a", "b")
        await world.create("j1", targets=(group,))
        assert [thing for thing, _, _ in world.executions("j1")] == ["a", "b"]
        await world.add_things("c")
        await world.join("c", "g")
        await world.leave("a", "g")
        assert world.executions("j1") == [("a", 1, "QUEUED"), ("b", 1, "QUEUED")]


@in_virtual_time
async def test_83_who_joins_gets_an_execution_and_both_notifications() -> None:
    async with jobs_world() as world:
        group = await world.add_group("g")
        await world.create_continuous("j1", group)
        await world.add_things("t")
        world.topics()
        await world.join("t", "g")
        assert world.executions("j1") == [("t", 1, "QUEUED")]
        assert world.topics() == BOTH
        await world.join("t", "g")
        assert world.executions("j1") == [("t", 1, "QUEUED")]
        assert world.topics() == []


@in_virtual_time
async def test_84_who_leaves_has_its_execution_removed_and_is_told() -> None:
    async with jobs_world() as world:
        await world.create_continuous("j1", await world.add_group("g", "t"))
        world.topics()
        await world.leave("t", "g")
        assert world.executions("j1") == [("t", 1, "REMOVED")]
        assert world.service.book.counts("j1")["REMOVED"] == 1
        assert world.topics() == BOTH
        assert world.told == []


@in_virtual_time
async def test_18_of_section_14_an_execution_in_progress_is_removed_too() -> None:
    async with jobs_world() as world:
        await world.create_continuous("j1", await world.add_group("g", "t"))
        await world.report("t", "j1", "IN_PROGRESS")
        await world.leave("t", "g")
        assert world.executions("j1") == [("t", 1, "REMOVED")]


@in_virtual_time
async def test_85_who_comes_back_gets_a_new_number_also_after_having_completed() -> None:
    async with jobs_world() as world:
        await world.create_continuous("j1", await world.add_group("g", "t"))
        first = world.execution("t", "j1")
        await world.leave("t", "g")
        await world.clock.sleep(10)
        await world.join("t", "g")
        second = world.execution("t", "j1")
        assert (second.execution_number, second.version_number, second.status) == (2, 1, "QUEUED")
        assert second.queued_at > first.queued_at
        await world.report("t", "j1", "SUCCEEDED")
        await world.leave("t", "g")
        await world.join("t", "g")
        assert world.executions("j1") == [("t", 1, "REMOVED"), ("t", 2, "SUCCEEDED"), ("t", 3, "QUEUED")]


@in_virtual_time
async def test_a_continuous_job_is_never_done() -> None:
    async with jobs_world() as world:
        await world.create_continuous("j1", await world.add_group("g", "t"))
        await world.report("t", "j1", "SUCCEEDED")
        assert world.job("j1").status == "IN_PROGRESS"


@in_virtual_time
async def test_a_thing_in_the_group_by_two_ways_has_one_execution_until_both_are_gone() -> None:
    async with jobs_world() as world:
        group = await world.add_group("g", "t")
        await world.add_group("below", parent="g")
        await world.join("t", "below")
        await world.create_continuous("j1", group)
        assert world.executions("j1") == [("t", 1, "QUEUED")]
        await world.leave("t", "g")
        assert world.executions("j1") == [("t", 1, "QUEUED")]
        await world.leave("t", "below")
        assert world.executions("j1") == [("t", 1, "REMOVED")]


@in_virtual_time
async def test_joining_a_group_below_counts_and_a_target_thing_stays_whatever_its_groups() -> None:
    async with jobs_world() as world:
        group = await world.add_group("g")
        await world.add_group("below", parent="g")
        await world.add_things("t", "u")
        await world.create_continuous("j1", group, arns.thing_arn("u"))
        await world.join("t", "below")
        await world.join("u", "below")
        await world.leave("u", "below")
        assert world.executions("j1") == [("u", 1, "QUEUED"), ("t", 1, "QUEUED")]


@in_virtual_time
async def test_leaving_ends_the_retries_and_coming_back_begins_them_anew() -> None:
    async with jobs_world() as world:
        once = RetryConfig(criteria_list=(RetryCriteria(failure_type=RetryType.FAILED, number_of_retries=1),))
        await world.create_continuous("j1", await world.add_group("g", "t"), retry_config=once)
        await world.report("t", "j1", "FAILED")
        await world.leave("t", "g")
        await world.join("t", "g")
        await world.report("t", "j1", "FAILED")
        await world.report("t", "j1", "FAILED")
        assert [status for _, _, status in world.executions("j1")] == ["FAILED", "REMOVED", "FAILED", "FAILED"]


@in_virtual_time
async def test_a_rollout_limit_is_for_those_who_were_there_at_first() -> None:
    async with jobs_world() as world:
        group = await world.add_group("g", "a", "b", "c")
        await world.create_continuous("j1", group, rollout_config=RolloutConfig(maximum_per_minute=1))
        await world.add_things("late")
        await world.join("late", "g")
        assert [thing for thing, _, _ in world.executions("j1")] == ["a", "late"]
        await world.leave("b", "g")
        await world.clock.sleep(61)
        assert [thing for thing, _, _ in world.executions("j1")] == ["a", "late", "c"]
        assert not world.job("j1").is_rolling_out


@in_virtual_time
async def test_deleting_a_group_lets_all_its_things_leave() -> None:
    async with jobs_world() as world:
        names = [f"t{number}" for number in range(120)]
        await world.create_continuous("j1", await world.add_group("g", *names))
        members = world.service.registry.groups.members("g")
        await world.service.change_registry(lambda registry, _: registry.groups.delete("g"), members)
        await world.settle()
        assert {status for _, _, status in world.executions("j1")} == {"REMOVED"}


@in_virtual_time
async def test_a_cancelled_job_follows_nobody() -> None:
    async with jobs_world() as world:
        await world.create_continuous("j1", await world.add_group("g", "t"))
        await world.service.cancel_job("j1")
        await world.add_things("u")
        await world.join("u", "g")
        assert world.executions("j1") == [("t", 1, "CANCELED")]


@in_virtual_time
async def test_96_targets_are_associated_with_a_continuous_job_only() -> None:
    from simulator.jobs.control import ControlError

    async with jobs_world() as world:
        await world.create("snap", "s")
        first, second = await world.add_group("g", "t"), await world.add_group("h", "t", "u")
        await world.create_continuous("j1", first)
        for job_id in ("snap", "nobody"):
            try:
                await world.service.associate_targets(job_id, (second,), None)
            except ControlError as error:
                assert error.name == ("InvalidRequestException" if job_id == "snap" else "ResourceNotFoundException")
            else:
                raise AssertionError(f"{job_id} took a target")
        await world.service.associate_targets("j1", (second,), "more")
        await world.settle()
        assert world.executions("j1") == [("t", 1, "QUEUED"), ("u", 1, "QUEUED")]
        assert world.job("j1").targets == (first, second)
        await world.leave("u", "h")
        assert world.execution("u", "j1").status == "REMOVED"


@in_virtual_time
async def test_who_came_or_went_just_before_the_end_is_found_after_a_restart() -> None:
    store = KeptStore()
    async with jobs_world(store) as world:
        await world.create_continuous("j1", await world.add_group("g", "t", "u"))
        await world.add_things("v")
        await world.service.change_registry(lambda registry, _: registry.add_thing_to_group("v", "g"))  # not followed
        await world.service.change_registry(lambda registry, _: registry.remove_thing_from_group("t", "g"))
    async with jobs_world(store) as world:
        await world.settle()
        assert world.executions("j1") == [("t", 1, "REMOVED"), ("u", 1, "QUEUED"), ("v", 1, "QUEUED")]


@in_virtual_time
async def test_a_snapshot_that_rolls_out_slowly_is_the_same_after_a_restart() -> None:
    store = KeptStore()
    async with jobs_world(store) as world:
        group = await world.add_group("g", "a", "b", "c")
        await world.create("j1", targets=(group,), rollout_config=RolloutConfig(maximum_per_minute=1))
        await world.add_things("late")
        await world.join("late", "g")
        await world.clock.sleep(30)
    async with jobs_world(store) as world:
        await world.settle()
        assert [thing for thing, _, _ in world.executions("j1")] == ["a"]
        await world.clock.sleep(31)
        assert [thing for thing, _, _ in world.executions("j1")] == ["a", "b"]
        await world.clock.sleep(60)
        assert [thing for thing, _, _ in world.executions("j1")] == ["a", "b", "c"]
        assert not world.job("j1").is_rolling_out
    assert [key for kind, key, data in store.all.registry if kind == "rollout" and data is not None] == []
