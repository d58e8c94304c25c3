"""HTTP requests in turns, so that many at once do not hold up the things: each takes the loop a third of a millisecond.

aiohttp hands over whatever has come in a turn of the loop. With 400 clients that ask without pause, everybody else
waited 30 to 50 ms; let in one by one, all wait for one request each (tests/bench: bench_turns).
"""

import asyncio
import time
from collections import deque

from simulator.endpoint.listener import how_many


class HttpTurns:
    """A queue of requests; as many go on in a turn of the loop as its length allows (see `listener.how_many`).

    Each connection has one request at a time, so no more wait than there are connections.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._let_in_at = 0.0
        self._is_more = False  # after the last turn, somebody still waited

    async def come(self) -> None:
        """Wait for one's turn."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            loop.call_soon(self._let_in, loop)
        await turn

    def _let_in(self, loop: asyncio.AbstractEventLoop) -> None:
        now = time.thread_time()
        left = how_many(now - self._let_in_at, is_more=self._is_more)
        self._let_in_at = now
        while left and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # else its client has gone
                turn.set_result(None)
                left -= 1
        self._is_more = bool(self._waiting)
        if self._is_more:
            loop.call_soon(self._let_in, loop)
