"""Timers that ring only when a test moves the time on."""

import heapq
import itertools
from collections.abc import Callable


class HandTimer:
    """What `HandTimers.call_later` returns."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class HandTimers:
    """A loop's call_later and a monotonic clock that agree with each other and stand still."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._timers: list[tuple[float, int, HandTimer]] = []
        self._order = itertools.count()
        self.rings = 0

    def monotonic(self) -> float:
        return self._now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> HandTimer:
        timer = HandTimer(callback)
        heapq.heappush(self._timers, (self._now + delay, next(self._order), timer))
        return timer

    def advance(self, seconds: float, *, late_by: float = 0.0) -> None:
        """Move on; each timer rings at its time, or `late_by` after it as on a loop that was busy."""
        end = self._now + seconds
        while self._timers and self._timers[0][0] <= end:
            due, _, timer = heapq.heappop(self._timers)
            if timer.callback is not None:
                self._now = max(self._now, due + late_by)
                self.rings += 1
                timer.callback()
        self._now = max(self._now, end)

    @property
    def waiting(self) -> int:
        """How many timers would still ring."""
        return sum(timer.callback is not None for _, _, timer in self._timers)
