"""A headless run whose worker processes are killed: nobody is there to restart them by hand."""

import asyncio
import os
import signal

import pytest

from simulator import run
from simulator.jobs.model import JobStatus
from simulator.run import HeadlessRun
from simulator.run_plan import RunOptions, plan
from simulator.worker import WorkerFleet
from simulator.worker_protocol import WorkerError


def prepared() -> HeadlessRun:
    options = RunOptions(things=6, job="config-change", scenario="success", workers=2, seed=1, time_scale=5.0)
    return HeadlessRun(plan(options))


async def kill_one_while_things_work(running: HeadlessRun) -> None:
    await running.watch.until(lambda: running.watch.counters.by_status.get(JobStatus.IN_PROGRESS, 0) == 6, 30)
    kill_one(running)


def kill_one(running: HeadlessRun) -> None:
    assert isinstance(running.fleet, WorkerFleet)
    process = running.fleet._stations[0].process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


async def test_a_killed_worker_is_replaced_and_its_things_finish_what_they_had_begun() -> None:
    running = prepared()
    killing = asyncio.create_task(kill_one_while_things_work(running))
    async with asyncio.timeout(60):
        report = await running.go(asyncio.Event())
    await killing
    assert (report.exit_status, report.outcomes) == (0, {JobStatus.SUCCEEDED: 6})
    assert any("worker process ended" in notice for notice in report.notices)


async def test_things_of_a_killed_worker_count_their_attempts_on() -> None:
    """Three jobs, of which each thing fails the first two: whatever is lost in the second one, the third succeeds."""
    options = RunOptions(
        things=6, job="config-change", jobs=3, scenario="fails-twice", workers=2, seed=1, time_scale=2.0
    )
    running = HeadlessRun(plan(options))

    async def kill_one_in_the_second_attempt() -> None:
        def is_there() -> bool:
            stations = running.fleet._stations if isinstance(running.fleet, WorkerFleet) else []
            names = stations[0].names if stations else []
            theirs = [running.watch.snapshots[name] for name in names if name in running.watch.snapshots]
            are_under_way = len(theirs) == 3 and all(one.attempt == 2 and 5 <= one.progress < 45 for one in theirs)
            return are_under_way and not running.watch.unsure  # how the first attempt ended has been told

        assert await running.watch.until(is_there, 30)
        kill_one(running)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(kill_one_in_the_second_attempt())
        report = await running.go(asyncio.Event())
    assert any("worker process ended" in notice for notice in report.notices)
    assert (report.exit_status, report.outcomes) == (0, {JobStatus.FAILED: 12, JobStatus.SUCCEEDED: 6})
    assert {row.thing for row in report.executions if row.status_stored is JobStatus.SUCCEEDED} == set(
        running.plan.names
    )


async def test_workers_that_die_again_and_again_end_the_run_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "RESTARTS", 0)
    running = prepared()
    killing = asyncio.create_task(kill_one_while_things_work(running))
    with pytest.raises(WorkerError, match="the worker of 3 things ends again and again"):
        async with asyncio.timeout(60):
            await running.go(asyncio.Event())
    await killing
