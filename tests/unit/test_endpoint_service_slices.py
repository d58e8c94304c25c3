"""What concerns very many executions is done some at a time; meanwhile the operator sees the state AWS would show."""

import asyncio
import itertools
from collections.abc import Coroutine
from typing import Any

import pytest

from simulator.endpoint.service import NAMES_AT_ONCE
from simulator.jobs.control import ControlError
from simulator.jobs.progress import AT_ONCE
from tests.support.jobs_world import JobsWorld, KeptStore, jobs_world
from tests.support.virtual_time import in_virtual_time

MANY = 4 * AT_ONCE + 7
NAMES = [f"t{number}" for number in range(MANY)]


async def in_turns(world: JobsWorld, work: Coroutine[Any, Any, object]) -> list[int]:
    """Carry `work` out and let a second pass; return how much was told in each turn of the loop that told anything."""
    loop: Any = asyncio.get_running_loop()
    run_once, told = loop._run_once, []
    world.told.clear()

    def counting() -> None:
        before = len(world.told)
        run_once()
        told.append(len(world.told) - before)

    loop._run_once = counting
    try:
        await asyncio.sleep(0)  # the turn that is under way is not counted
        await work
        await asyncio.sleep(1)
    finally:
        loop._run_once = run_once
    return [each for each in told if each]


async def rolled_out(world: JobsWorld) -> None:
    await world.create("j1", targets=(await world.add_group("g", *NAMES),))


@in_virtual_time
async def test_a_job_for_many_things_is_rolled_out_some_at_a_time() -> None:
    async with jobs_world() as world:
        group = await world.add_group("g", *NAMES)
        told = await in_turns(world, world.create("j1", targets=(group,)))
        assert max(told) <= 2 * AT_ONCE
        assert sum(told) == 2 * MANY


@in_virtual_time
async def test_cancelling_goes_some_at_a_time_while_the_job_is_canceled_already() -> None:
    async with jobs_world() as world:
        await rolled_out(world)

        async def cancel() -> None:
            job = await world.service.cancel_job("j1")
            assert (job.status, job.is_concurrent) == ("CANCELED", True)
            assert 0 < world.service.book.counts("j1")["QUEUED"] < MANY

        told = await in_turns(world, cancel())
        assert max(told) <= 2 * AT_ONCE
        assert sum(told) == 2 * MANY
        assert not world.job("j1").is_concurrent
        assert world.service.book.counts("j1")["CANCELED"] == MANY


@in_virtual_time
async def test_deleting_goes_some_at_a_time_and_the_job_is_there_until_the_last() -> None:
    async with jobs_world() as world:
        await rolled_out(world)

        async def delete() -> None:
            await world.service.delete_job("j1", force=True)
            assert world.job("j1").status == "DELETION_IN_PROGRESS"
            with pytest.raises(ControlError, match="already exists"):
                await world.create("j1", "t0")
            with pytest.raises(ControlError, match="InvalidStateTransitionException"):
                await world.service.delete_job("j1", force=True)
            with pytest.raises(ControlError, match="InvalidRequestException"):
                await world.service.cancel_job("j1")

        told = await in_turns(world, delete())
        assert max(told) <= 2 * AT_ONCE
        assert sum(told) == 2 * MANY
        with pytest.raises(ControlError, match="ResourceNotFoundException"):
            world.job("j1")


@in_virtual_time
async def test_deleting_a_job_that_is_being_cancelled_leaves_none_of_its_executions() -> None:
    async with jobs_world() as world:
        await rolled_out(world)
        await world.service.cancel_job("j1")
        counts = world.service.book.counts("j1")
        assert (counts["CANCELED"], counts["QUEUED"]) == (AT_ONCE, MANY - AT_ONCE)
        await world.service.delete_job("j1", force=True)
        await asyncio.sleep(1)
        with pytest.raises(ControlError, match="ResourceNotFoundException"):
            world.job("j1")
        assert list(world.service.book.executions()) == []


@in_virtual_time
async def test_timeouts_that_are_due_together_come_some_at_a_time() -> None:
    async with jobs_world() as world:
        group = await world.add_group("g", *NAMES)
        await world.create("j1", targets=(group,), in_progress_timeout_minutes=1)
        for name in NAMES:
            await world.start_next(name)

        async def wait() -> None:
            await world.clock.sleep(61)

        told = await in_turns(world, wait())
        assert max(told) <= 2 * AT_ONCE
        assert world.service.book.counts("j1")["TIMED_OUT"] == MANY


@pytest.mark.parametrize("is_deleted", [False, True])
def test_what_was_interrupted_goes_on_after_a_restart(is_deleted: bool) -> None:
    @in_virtual_time
    async def run() -> None:
        store = KeptStore()
        async with jobs_world(store) as world:
            await rolled_out(world)
            await (world.service.delete_job("j1", force=True) if is_deleted else world.service.cancel_job("j1"))
        assert {each.status.value for each in store.all.executions} >= {"QUEUED"}
        async with jobs_world(store) as world:
            assert (world.job("j1").status == "DELETION_IN_PROGRESS") is is_deleted
            await world.clock.sleep(1)
            if is_deleted:
                assert "j1" not in world.service.book.jobs
                assert store.all.executions == []
            else:
                assert world.service.book.counts("j1")["CANCELED"] == MANY
                assert world.job("j1").ending is None

    run()


@in_virtual_time
async def test_a_group_of_many_that_a_continuous_job_targets_is_deleted_some_at_a_time() -> None:
    names = [f"t{number}" for number in range(4 * NAMES_AT_ONCE + 7)]
    async with jobs_world() as world:
        group = await world.add_group("g", *names)
        await world.create_continuous("j1", group)
        await asyncio.sleep(60)
        assert world.service.book.counts("j1")["QUEUED"] == len(names)
        groups = world.service.registry.groups
        sizes: list[int] = []

        async def watch() -> None:
            while groups.has("g"):
                sizes.append(len(groups.members("g")))
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(watch())
            tasks.create_task(world.service.delete_group("g"))
        lost = [before - after for before, after in itertools.pairwise([*sizes, 0])]
        assert max(lost) <= NAMES_AT_ONCE
        await asyncio.sleep(60)
        assert world.service.book.counts("j1")["REMOVED"] == len(names)


@in_virtual_time
async def test_a_group_that_may_not_be_deleted_keeps_its_members() -> None:
    async with jobs_world() as world:
        await world.add_group("g", "t1", "t2")
        with pytest.raises(ControlError, match="version"):
            await world.service.delete_group("g", 7)
        assert world.service.registry.groups.members("g") == ["t1", "t2"]
