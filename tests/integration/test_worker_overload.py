"""A worker process that does not keep up, or stands still, with more asked of it than its queues hold."""

import asyncio
import os
import signal
import sys

import pytest

from simulator import frames
from simulator import worker_protocol as say
from simulator.fleet import FleetSettings
from simulator.worker_process import WorkerProcess

NOWHERE = FleetSettings(address="127.0.0.1:1")


async def give_up_asking(process: WorkerProcess, times: int) -> None:
    """Ask something and stop waiting at once, so many times."""
    for _ in range(times):
        asking = asyncio.create_task(process.ask(say.Detail("nobody")))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be made to stand still there")
async def test_a_worker_that_stands_still_is_told_in_a_sentence_and_ended(monkeypatch, caplog) -> None:
    monkeypatch.setattr(frames, "QUEUED_FRAMES", 8)
    process = WorkerProcess(lambda batch: None, lambda how: None)
    await process.ask(say.Open(NOWHERE))
    os.kill(process.pid, signal.SIGSTOP)
    large = say.Define("x", "x" * 1_000_000)  # more than a pipe holds, so that the writer waits
    for _ in range(12):
        asking = asyncio.create_task(process.ask(large))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
    with pytest.raises(say.WorkerError, match="takes no more commands"):
        await process.ask(say.Statistics())
    process.acknowledge()
    monkeypatch.setattr("simulator.worker_process.GRACE_SECONDS", 0.1)
    await process.close()
    assert process._process.returncode is not None


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be made to stand still there")
async def test_a_worker_with_more_requests_than_it_queues_refuses_some_and_answers_the_next() -> None:
    process = WorkerProcess(lambda batch: None, lambda how: None)
    try:
        await process.ask(say.Open(NOWHERE))
        os.kill(process.pid, signal.SIGSTOP)
        await give_up_asking(process, 200)
        last = asyncio.create_task(process.ask(say.Statistics()))
        await asyncio.sleep(0.1)
        os.kill(process.pid, signal.SIGCONT)
        async with asyncio.timeout(10):
            with pytest.raises(say.WorkerError, match="too busy"):
                await last
            assert (await process.ask(say.Statistics())).statistics is not None
        assert not [line for line in process.log if "Traceback" in line]
    finally:
        await process.close()
