"""Threads for calls that block, which can be left behind."""

import asyncio
import threading

import pytest

from simulator.operator_threads import OperatorThreads


async def test_calls_run_side_by_side_in_so_many_threads_and_hand_their_values_over() -> None:
    threads = OperatorThreads(3, "desk")
    meeting = threading.Barrier(3, timeout=5)
    places = await asyncio.gather(*(threads.run(meeting.wait) for _ in range(3)))
    assert sorted(places) == [0, 1, 2]
    assert await threads.close(1.0) == 0
    assert not any(thread.name.startswith("desk") for thread in threading.enumerate())


async def test_an_error_is_raised_to_whoever_asked() -> None:
    threads = OperatorThreads(1, "desk")
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    assert await threads.run(lambda: 7) == 7
    await threads.close(1.0)
    with pytest.raises(RuntimeError, match="closed"):
        await threads.run(lambda: 7)


async def test_a_call_that_does_not_return_is_left_behind_and_those_behind_it_never_begin() -> None:
    threads = OperatorThreads(1, "desk")
    has_begun, may_end = threading.Event(), threading.Event()
    begun: list[int] = []

    def hang() -> bool:
        has_begun.set()
        return may_end.wait(10)

    async with asyncio.TaskGroup() as group:
        hanging = group.create_task(threads.run(hang))
        behind = group.create_task(threads.run(lambda: begun.append(1)))
        await asyncio.to_thread(has_begun.wait, 5)
        at = asyncio.get_running_loop().time()
        assert await threads.close(0.05) == 1
        assert asyncio.get_running_loop().time() - at < 1
        hanging.cancel()
        behind.cancel()
    may_end.set()
    assert await threads.close(1.0) == 0
    assert begun == []
