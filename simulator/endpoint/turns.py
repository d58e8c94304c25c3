"""Work in turns: what one client asks for all at once must not hold up the others.

A full read buffer holds 100,000 packets. So whoever has more to do than a little waits here, and one of them is served
in a turn of the loop, between the loop's other work (tests/bench: bench_abuse, bench_turns).
"""

import asyncio
from collections import deque
from typing import Protocol


class Waiter(Protocol):
    """Somebody with a piece of work to do."""

    def take_turn(self) -> None:
        """Do it; come again for the next."""
        ...


class Turns:
    """Those who wait, each at most once, served in the order in which they came."""

    def __init__(self, at_once: int = 1) -> None:
        """So many are served in a turn of the loop."""
        self._at_once = at_once
        self._waiting: deque[Waiter] = deque()

    def add(self, waiter: Waiter) -> None:
        """See to it that `waiter.take_turn` is called soon, after those who came before."""
        self._waiting.append(waiter)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._take)

    def _take(self) -> None:
        left = self._at_once
        try:
            while left and self._waiting:
                left -= 1
                waiter = self._waiting[0]
                try:
                    waiter.take_turn()
                finally:
                    self._waiting.popleft()  # only now: whoever adds meanwhile relies on this call
        finally:
            if self._waiting:
                asyncio.get_running_loop().call_soon(self._take)
