"""Operators and things do anything in any order for hours: what must always hold, holds, also after restarts."""

import random
from typing import Any

import pytest

from simulator.jobs.configs import (
    AbortAction,
    AbortConfig,
    AbortCriteria,
    EndBehavior,
    FailureType,
    RetryConfig,
    RetryCriteria,
    RetryType,
    RolloutConfig,
    SchedulingConfig,
)
from simulator.jobs.control import ControlError
from simulator.jobs.schedule import written
from simulator.jobs.stored import Execution, ExecutionKey
from tests.support.jobs_world import JobsWorld, KeptStore, jobs_world
from tests.support.virtual_time import in_virtual_time

GROUPS = ("g", "h", "below")
THINGS = [f"t{number}" for number in range(12)]
JOBS = [f"j{number}" for number in range(5)]


class Anything:
    """Does random things to a world, and looks at it after each."""

    def __init__(self, world: JobsWorld, chance: random.Random, seen: dict[ExecutionKey, Execution]) -> None:
        self.world = world
        self.chance = chance
        self.seen = seen

    async def step(self) -> None:
        chance, world, service = self.chance, self.world, self.world.service
        job_id, thing, group = chance.choice(JOBS), chance.choice(THINGS), chance.choice(GROUPS)
        what = chance.randrange(14)
        try:
            if what == 0:
                await self.create(job_id)
            elif what == 1:
                await service.cancel_job(job_id, force=chance.random() < 0.5)
            elif what == 2 and chance.random() < 0.3:
                await service.delete_job(job_id, force=True)
            elif what == 3:
                await world.join(thing, group)
            elif what == 4:
                await world.leave(thing, group)
            elif what == 5 and chance.random() < 0.2:
                await service.delete_thing(thing)
                await world.add_things(thing)
            elif what == 6:
                await service.control(lambda control, now: control.cancel_execution(thing, job_id, now, force=True))
            elif what == 7:
                number = self.world.execution(thing, job_id).execution_number
                await service.control(
                    lambda control, now: control.delete_execution(thing, job_id, number, now, force=True)
                )
            elif what == 8:
                await world.clock.sleep(chance.choice((1, 20, 60, 600)))
            else:
                pending = service.book.pending(thing)
                if pending:
                    status = chance.choice(("IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED", "FAILED", "FAILED", "REJECTED"))
                    await world.report(thing, pending[0].job_id, status)
        except ControlError:
            pass
        self.look()

    async def create(self, job_id: str) -> None:
        chance = self.chance
        members: dict[str, Any] = {}
        if chance.random() < 0.5:
            members["rollout_config"] = RolloutConfig(maximum_per_minute=chance.choice((1, 5, 100)))
        if chance.random() < 0.5:
            criteria = RetryCriteria(failure_type=chance.choice(list(RetryType)), number_of_retries=chance.randrange(4))
            members["retry_config"] = RetryConfig(criteria_list=(criteria,))
        if chance.random() < 0.3:
            abort = AbortCriteria(
                failure_type=FailureType.FAILED,
                action=AbortAction.CANCEL,
                threshold_percentage=40,
                min_number_of_executed_things=4,
            )
            members["abort_config"] = AbortConfig(criteria_list=(abort,))
        if chance.random() < 0.5:
            members["in_progress_timeout_minutes"] = chance.choice((1, 5))
        if chance.random() < 0.3:
            ends = written(self.world.clock.epoch() + 3600)
            members["scheduling_config"] = SchedulingConfig(
                end_time=ends, end_behavior=chance.choice((None, *EndBehavior))
            )
        arn = self.world.service.registry.groups.get(chance.choice(GROUPS)).group_arn
        if chance.random() < 0.5:
            await self.world.create_continuous(job_id, arn, **members)
        else:
            await self.world.create(job_id, targets=(arn,), **members)

    def look(self) -> None:
        book = self.world.service.book
        now = {execution.key: execution for execution in book.executions()}
        for job_id in book.jobs:
            made = list(book.of_job(job_id))
            counts = book.counts(job_id)
            assert sum(counts.values()) == len(made)
            for status, count in counts.items():
                assert count == sum(each.status is status for each in made)
        for thing in THINGS:
            pending = list(book.pending(thing))
            assert pending == sorted(pending, key=lambda each: each.pending_order)
            live = [each for each in now.values() if each.thing_name == thing and not each.status.is_terminal]
            assert sorted(each.sequence for each in pending) == sorted(each.sequence for each in live)
            assert len({each.job_id for each in live}) == len(live), "two live executions of one job on one thing"
        for key, before in self.seen.items():
            after = now.get(key)
            if after is None or after.sequence != before.sequence:
                continue  # deleted, or the number was given again
            assert after.version_number >= before.version_number
            assert not before.status.is_terminal or after == before
        self.seen.clear()
        self.seen.update(now)


def is_settled(world: JobsWorld) -> bool:
    """Whether no job that has nothing to wait for is still unfinished."""
    for job in world.service.book.jobs.values():
        assert job.ending is None
        if job.target_selection == "SNAPSHOT" and job.is_live and not job.is_rolling_out:
            assert world.service.book.has_pending(job.job_id), f"{job.job_id} should have completed"
        if job.status == "CANCELED" and job.force_canceled:
            assert not world.service.book.has_pending(job.job_id)
    return True


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_in_whatever_order(seed: int) -> None:
    @in_virtual_time
    async def run() -> None:
        store, chance = KeptStore(), random.Random(seed)
        async with jobs_world(store) as world:
            await world.add_group("g", *THINGS)
            await world.add_group("h")
            await world.add_group("below", parent="g")
        for _ in range(3):
            async with jobs_world(store) as world:
                stored = {each.key: each for each in store.all.executions}
                assert {each.key: each for each in world.service.book.executions()} == stored
                await world.settle()
                anything = Anything(world, chance, {})
                for _ in range(120):
                    await anything.step()
                await world.clock.sleep(1)
                assert is_settled(world)
        assert len({each.status for each in store.all.executions}) >= 3, "too little happened"

    run()
