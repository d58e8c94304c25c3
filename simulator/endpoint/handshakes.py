"""Newcomers one after the other: a fleet that connects by TLS all at once must not hold up those who are inside.

A handshake takes the processor a millisecond. When 500 clients came at the same time, an answer to somebody else waited
up to 0.4 s; it waits a few milliseconds when one step is taken at a time, between the loop's other work
(tests/bench/bench_tls_flood.py).
"""

import asyncio
from collections import deque
from typing import Protocol


class Newcomer(Protocol):
    """Somebody with a step of a handshake to take."""

    def shake(self) -> None:
        """Take it."""
        ...


class Handshakes:
    """The steps that wait, each newcomer's at most once; one is taken in a turn of the loop."""

    def __init__(self) -> None:
        self._waiting: deque[Newcomer] = deque()

    def add(self, newcomer: Newcomer) -> None:
        """See to it that `newcomer.shake` is called soon, after those who came before."""
        self._waiting.append(newcomer)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._take)

    def _take(self) -> None:
        newcomer = self._waiting[0]
        try:
            newcomer.shake()
        finally:
            self._waiting.popleft()  # only now: whoever adds meanwhile relies on this call
            if self._waiting:
                asyncio.get_running_loop().call_soon(self._take)
