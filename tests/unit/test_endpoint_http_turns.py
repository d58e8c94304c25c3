"""HTTP requests go on one in a turn of the loop, and more when turns are long."""

import asyncio
import time

from simulator.endpoint.http_turns import HttpTurns
from simulator.endpoint.listener import FEWEST, MOST


def work(seconds: float) -> None:
    """Use the processor for so long."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def most_in_a_turn(count: int, seconds: float) -> int:
    """Let `count` requests come at once to a loop whose turns take so long; return how many one turn let go on."""
    turns, gone_on = HttpTurns(), 0

    async def request() -> None:
        nonlocal gone_on
        await turns.come()
        gone_on += 1

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(request())
        most = 0
        while gone_on < count:
            before = gone_on
            if seconds:
                work(seconds)
            await asyncio.sleep(0)
            most = max(most, gone_on - before)
    return most


async def test_a_turn_lets_one_go_on_when_nobody_else_has_work() -> None:
    assert await most_in_a_turn(50, 0) == FEWEST


async def test_a_long_turn_lets_many_go_on() -> None:
    assert 8 * FEWEST < await most_in_a_turn(100, 0.02) <= MOST


async def test_they_go_on_in_the_order_in_which_they_came_and_who_has_gone_takes_nobody_s_turn() -> None:
    turns, order = HttpTurns(), list[int]()

    async def request(number: int) -> None:
        await turns.come()
        order.append(number)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(request(number)) for number in range(6)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        tasks[2].cancel()
        for _ in range(5):
            await asyncio.sleep(0)
        assert order == [0, 3, 4, 5]
    await asyncio.wait_for(turns.come(), 1)
