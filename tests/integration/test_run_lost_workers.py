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


async def test_workers_that_die_again_and_again_end_the_run_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "RESTARTS", 0)
    running = prepared()
    killing = asyncio.create_task(kill_one_while_things_work(running))
    with pytest.raises(WorkerError, match="3 things are lost"):
        async with asyncio.timeout(60):
            await running.go(asyncio.Event())
    await killing
