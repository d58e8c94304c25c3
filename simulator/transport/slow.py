"""A slow link: all that is sent or heard is held for a while, in its order, and let go when its time has come."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

HELD: Final = 1000
"""Messages held each way, at most: a thing has a handful on its way; what comes on top is lost, as on a full line."""


class _Way:
    """One direction. It has one timer, for the message that is due first."""

    __slots__ = ("_held", "_let_go", "_loop", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, let_go: Callable[[str, bytes], None]) -> None:
        self._loop = loop
        self._let_go = let_go
        self._held: deque[tuple[float, str, bytes]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def hold(self, seconds: float, topic: str, payload: bytes) -> None:
        if len(self._held) >= HELD:
            return
        due = self._loop.time() + seconds
        if self._held:
            due = max(due, self._held[-1][0])
        self._held.append((due, topic, payload))
        if self._timer is None:
            self._timer = self._loop.call_at(due, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        _, topic, payload = self._held.popleft()
        if self._held:
            self._timer = self._loop.call_at(self._held[0][0], self._on_timer)
        self._let_go(topic, payload)

    def clear(self) -> None:
        self._held.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def is_empty(self) -> bool:
        return not self._held


class SlowLink:
    """Belongs to one line. `seconds` (real) may change at any time; what is held already keeps its time."""

    __slots__ = ("_in", "_out", "seconds")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        seconds: float,
        send: Callable[[str, bytes], None],
        hear: Callable[[str, bytes], None],
    ) -> None:
        """Hold what is given to `send` and `hear`, and give it to these functions later."""
        self.seconds = seconds
        self._out = _Way(loop, send)
        self._in = _Way(loop, hear)

    def send(self, topic: str, payload: bytes) -> None:
        """Hold a message to the endpoint."""
        self._out.hold(self.seconds, topic, payload)

    def hear(self, topic: str, payload: bytes) -> None:
        """Hold a message from the endpoint."""
        self._in.hold(self.seconds, topic, payload)

    def clear(self) -> None:
        """Lose what is held, because the line is lost; no timer is left."""
        self._out.clear()
        self._in.clear()

    @property
    def is_over(self) -> bool:
        """Whether the link is quick again and nothing is held."""
        return self.seconds <= 0 and self._out.is_empty and self._in.is_empty
