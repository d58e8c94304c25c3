"""Whether the program itself keeps up: how late its loop is, sampled by a timer of its own, and how large it is now.

A run that is late itself measures its own lateness in every latency; its report says so.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from simulator.histogram import Histogram

SAMPLE_SECONDS: Final = 0.05
"""A stall is seen whole but for at most this; twenty timers a second cost a loop less than 0.1 %."""


class Timer(Protocol):
    """What can be thought better of: asyncio.TimerHandle."""

    def cancel(self) -> None: ...


class CallLater(Protocol):
    """Like AbstractEventLoop.call_later: has `callback` called in so many real seconds."""

    def __call__(self, delay: float, callback: Callable[[], None], /) -> Timer: ...


class LoopLag:
    """How late the timers of the running loop come, in milliseconds, from `start` to `stop`."""

    def __init__(self, *, call_later: CallLater | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`call_later` is the running loop's and `monotonic` the system's, unless a test holds the time.

        uvloop's own `time()` stands still while a turn of the loop lasts, so it cannot tell how long that was.
        """
        self.histogram = Histogram()
        self.worst_ms = 0.0
        self._call_later = call_later
        self._monotonic = monotonic
        self._timer: Timer | None = None
        self._due = 0.0

    def start(self) -> None:
        """Begin to sample, on the running loop; nothing changes if it has begun."""
        if self._timer is not None:
            return
        self._call_later = self._call_later or asyncio.get_running_loop().call_later
        self._arm(self._call_later)

    def stop(self) -> None:
        """Sample no more; no timer is left. What was measured stays."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, call_later: CallLater) -> None:
        self._due = self._monotonic() + SAMPLE_SECONDS
        self._timer = call_later(SAMPLE_SECONDS, lambda: self._tick(call_later))

    def _tick(self, call_later: CallLater) -> None:
        late_ms = max(0.0, self._monotonic() - self._due) * 1000
        self.histogram.record(late_ms)
        self.worst_ms = max(self.worst_ms, late_ms)
        self._arm(call_later)


def rss_mib() -> float:
    """Return the resident set of this process now, in MiB; 0.0 where the system does not say."""
    if sys.platform == "linux" and (pages := _resident_pages()):
        from resource import getpagesize

        return pages * getpagesize() / (1 << 20)
    try:
        import psutil
    except ImportError:  # no wheel for this machine: the figure is left out
        return 0.0
    try:
        return float(psutil.Process().memory_info().rss) / (1 << 20)
    except psutil.Error:
        return 0.0


def _resident_pages() -> int:
    """Return what Linux says at once and without a library (proc_pid_statm(5)); 0 in a container without /proc."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
