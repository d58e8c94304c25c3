"""What all lines of one loop share: a few threads to dial in, slots so that not all dial at once, and one ticker."""

import asyncio
import heapq
import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from simulator.transport.dial import DialedSocket

CONNECTING_AT_ONCE: Final = 32
"""Lines between dialling and ONLINE, and threads, at most: enough for a slow network, gentle to an endpoint."""

GRAIN_SECONDS: Final = 0.25


class Tickable(Protocol):
    """Something to be looked after every now and then. `bucket` belongs to the ticker; 0 means that none holds it."""

    bucket: int

    def tick(self) -> float:
        """Look after yourself; return the seconds until you want to be asked again, 0 for never."""
        ...


class Ticker:
    """One timer for many lines: lines that are due in the same quarter of a second are looked after in one go.

    A timer each would wake the loop a thousand times a second for 5,000 things with the shortest keep-alive, and a
    scan would touch all of them each time.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._buckets: dict[int, set[Tickable]] = {}
        self._due: list[int] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, line: Tickable, seconds: float) -> None:
        """Call `line.tick()` in `seconds`, or up to GRAIN_SECONDS later."""
        bucket = math.ceil((self._loop.time() + seconds) / GRAIN_SECONDS)
        line.bucket = bucket
        lines = self._buckets.get(bucket)
        if lines is None:
            self._buckets[bucket] = {line}
            heapq.heappush(self._due, bucket)
            if self._due[0] == bucket:
                self._set_timer()
        else:
            lines.add(line)

    def discard(self, line: Tickable) -> None:
        """Forget `line`; one that is not held is no mistake."""
        lines = self._buckets.get(line.bucket)
        if lines is not None:
            lines.discard(line)
        line.bucket = 0

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._buckets.clear()
        self._due.clear()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._due[0] * GRAIN_SECONDS, self._tick) if self._due else None

    def _tick(self) -> None:
        self._timer = None
        now = self._loop.time() + 0.001  # timers may come a hair early
        while self._due and self._due[0] * GRAIN_SECONDS <= now:
            for line in self._buckets.pop(heapq.heappop(self._due), ()):
                line.bucket = 0
                again = line.tick()
                if again:
                    self.add(line, again)
        if self._timer is None:
            self._set_timer()


class Shared:
    """The shared part, from the first line that joins a loop until the last one has left it."""

    _of_loop: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, "Shared"]] = WeakKeyDictionary()

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.slots = asyncio.Semaphore(CONNECTING_AT_ONCE)
        self.ticker = Ticker(loop)
        self._threads: ThreadPoolExecutor | None = None
        self._members = 0

    @classmethod
    def join(cls) -> "Shared":
        """Return the running loop's; each `join` is to be followed by one `leave`."""
        loop = asyncio.get_running_loop()
        shared = cls._of_loop.get(loop)
        if shared is None:
            shared = cls._of_loop[loop] = cls(loop)
        shared._members += 1
        return shared

    def leave(self) -> None:
        """Give up one membership; the last to leave stops the ticker and the threads, and waits for neither."""
        self._members -= 1
        if self._members:
            return
        self.ticker.stop()
        if self._threads is not None:
            self._threads.shutdown(wait=False)
            self._threads = None
        self._of_loop.pop(self.loop, None)

    async def dial(self, dial: Callable[[], DialedSocket]) -> DialedSocket:
        """Run `dial` in a thread; return what it returns, or raise what it raises.

        A thread cannot be cancelled: when this is, the socket is closed as soon as the thread has it.
        """
        if self._threads is None:
            self._threads = ThreadPoolExecutor(CONNECTING_AT_ONCE, thread_name_prefix="dial")
        dialling = self._threads.submit(dial)
        try:
            return await asyncio.wrap_future(dialling)
        except asyncio.CancelledError:
            dialling.add_done_callback(_close_unwanted)
            raise


def _close_unwanted(dialled: Future[DialedSocket]) -> None:
    if not dialled.cancelled() and dialled.exception() is None:
        dialled.result().close()
