"""Deadlines that fire by themselves: one heap and one timer of the loop, however many there are."""

import asyncio
import heapq
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from simulator.clock import Clock
from simulator.jobs.stored import ExecutionKey

K = TypeVar("K", ExecutionKey, str)

AT_ONCE: Final = 50  # executions to time out in one go; some milliseconds on a slow machine


class Deadlines(Generic[K]):
    """At most one deadline per execution (or per job), in simulated epoch seconds.

    `on_due` is called once when it has passed.
    """

    def __init__(self, clock: Clock, on_due: Callable[[K], None], at_once: int = AT_ONCE) -> None:
        """Of those that are due together `at_once` are called in one go, then others have their turn on the loop."""
        self._clock = clock
        self._at_once = at_once
        self._on_due: Callable[[K], None] = on_due
        self._due_at: dict[K, float] = {}
        self._heap: list[tuple[float, K]] = []  # may hold entries that `_due_at` has forgotten or moved
        self._handle: asyncio.TimerHandle | None = None
        self._armed_for = 0.0
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._due_at)

    def set(self, key: K, deadline: float | None) -> None:
        """Give a key this deadline in place of any other; None takes it away. Once closed, nothing happens."""
        if deadline is None:
            if self._due_at.pop(key, None) is not None and not self._due_at:
                self._heap.clear()
                self._disarm()
            return
        if self._is_closed or self._due_at.get(key) == deadline:
            return
        self._due_at[key] = deadline
        if len(self._heap) > 64 + 2 * len(self._due_at):
            self._heap = [(at, each) for each, at in self._due_at.items()]
            heapq.heapify(self._heap)
        else:
            heapq.heappush(self._heap, (deadline, key))
        self._arm()

    def rearm(self) -> None:
        """Look at the clock again, which was moved or runs at another pace now."""
        self._disarm()
        self._arm()

    def close(self) -> None:
        """Forget everything, and take nothing more."""
        self._is_closed = True
        self._due_at.clear()
        self._heap.clear()
        self._disarm()

    def _arm(self) -> None:
        while self._heap and self._due_at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        if not self._heap:
            self._disarm()
            return
        earliest = self._heap[0][0]
        if self._handle is not None:
            if self._armed_for == earliest:
                return
            self._handle.cancel()
        delay_seconds = max(0.0, earliest - self._clock.epoch()) / self._clock.scale
        self._handle = asyncio.get_running_loop().call_later(delay_seconds, self._fire)
        self._armed_for = earliest

    def _disarm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _fire(self) -> None:
        self._handle = None
        now = self._clock.epoch()
        due: list[K] = []  # only then called: what sets a deadline anew is not to have its turn at once
        while self._heap and self._heap[0][0] <= now and len(due) < self._at_once:
            deadline, key = heapq.heappop(self._heap)
            if self._due_at.get(key) == deadline:
                del self._due_at[key]
                due.append(key)
        for key in due:
            self._on_due(key)
        self._arm()
