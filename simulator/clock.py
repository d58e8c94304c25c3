"""Time as something one is given: real, faster than real, or in the hands of a test."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from typing import Protocol

from simulator.errors import InputError

MAX_TIME_SCALE = 100_000.0


class Clock(Protocol):
    """Where code asks what time it is. Seconds are simulated: at scale 60 a simulated minute is a real second."""

    @property
    def scale(self) -> float:
        """Simulated seconds per real second."""
        ...

    def now(self) -> float:
        """Monotonic simulated seconds; only differences mean something."""
        ...

    def epoch(self) -> float:
        """Simulated seconds since 1970-01-01T00:00:00Z."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` simulated seconds, also when the scale changes meanwhile; 0 or less gives way once."""
        ...

    def set_scale(self, scale: float) -> None:
        """Run at another pace from now on; no moment is skipped or repeated.

        Raises:
            InputError: `scale` is not a number above 0 and at most MAX_TIME_SCALE.
        """
        ...

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called after each change of scale, to set timers of real time anew; return how to end that.

        Whoever waits by `sleep` need not care.
        """
        ...


class Watchers:
    """Who wants to hear of a change, in the order in which they came."""

    def __init__(self) -> None:
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count()

    def add(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` from now on; return how to end that."""
        number = next(self._numbers)
        self._callbacks[number] = callback
        return lambda: self._forget(number)

    def _forget(self, number: int) -> None:
        self._callbacks.pop(number, None)

    def tell(self) -> None:
        for callback in list(self._callbacks.values()):
            callback()


class ScaledClock:
    """The system's time, running `scale` times as fast. It starts at the real date, so the first stamps look real.

    It belongs to one loop once someone sleeps by it.
    """

    def __init__(self, scale: float = 1.0) -> None:
        """Start a clock.

        Raises:
            InputError: `scale` is not a number above 0 and at most MAX_TIME_SCALE.
        """
        self._scale = _checked(scale)
        self._real_start = time.monotonic()
        self._now_start = 0.0
        self._epoch_start = time.time()  # noqa: TID251  this is the one place that asks the system
        self._watchers = Watchers()
        self._sleepers: set[_Sleeper] = set()

    @property
    def scale(self) -> float:
        return self._scale

    def now(self) -> float:
        return self._now_start + (time.monotonic() - self._real_start) * self._scale

    def epoch(self) -> float:
        return self._epoch_start + self.now()

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper = _Sleeper(self.now() + seconds)
        self._sleepers.add(sleeper)
        sleeper.arm(seconds / self._scale)
        try:
            await sleeper.woken
        finally:
            sleeper.handle.cancel()
            self._sleepers.discard(sleeper)

    def set_scale(self, scale: float) -> None:
        _checked(scale)
        real = time.monotonic()
        self._now_start += (real - self._real_start) * self._scale
        self._real_start, self._scale = real, scale
        for sleeper in self._sleepers:
            sleeper.arm((sleeper.until - self._now_start) / scale)
        self._watchers.tell()

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        return self._watchers.add(callback)


class _Sleeper:
    """One who sleeps until a simulated moment."""

    __slots__ = ("handle", "until", "woken")

    handle: asyncio.TimerHandle

    def __init__(self, until: float) -> None:
        self.until = until
        self.woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def arm(self, real_seconds: float) -> None:
        """Wake in so many seconds, in place of any earlier moment."""
        if hasattr(self, "handle"):
            self.handle.cancel()
        self.handle = self.woken.get_loop().call_later(max(0.0, real_seconds), self._wake)

    def _wake(self) -> None:
        if not self.woken.done():
            self.woken.set_result(None)


def _checked(scale: float) -> float:
    if not 0 < scale <= MAX_TIME_SCALE:
        raise InputError(
            "--time-scale", f"{scale:g} is not above 0 and at most {MAX_TIME_SCALE:g}", "write 1 for real time"
        )
    return scale


class LaterClock:
    """Another clock with its dates moved into the future, so that time goes on where an earlier run left it."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """Show dates `seconds` simulated seconds later than `clock`."""
        self._clock = clock
        self._seconds = seconds

    @property
    def scale(self) -> float:
        return self._clock.scale

    def now(self) -> float:
        return self._clock.now()

    def epoch(self) -> float:
        return self._clock.epoch() + self._seconds

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    def set_scale(self, scale: float) -> None:
        self._clock.set_scale(scale)

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        return self._clock.on_change(callback)


class ManualClock:
    """A clock that stands still until a test moves it with `advance`, whatever scale it shows."""

    def __init__(self, epoch: float = 1_750_000_000.0) -> None:
        self._now = 0.0
        self._epoch_start = epoch
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._scale = 1.0
        self._watchers = Watchers()

    @property
    def scale(self) -> float:
        return self._scale

    def now(self) -> float:
        return self._now

    def epoch(self) -> float:
        return self._epoch_start + self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        wakened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), wakened))
        await wakened

    def set_scale(self, scale: float) -> None:
        self._scale = _checked(scale)
        self._watchers.tell()

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        return self._watchers.add(callback)

    async def advance(self, seconds: float) -> None:
        """Move time on, waking each sleeper at its own moment and letting it run before the next one wakes."""
        end = self._now + seconds
        await self._let_others_run()
        while self._sleepers and self._sleepers[0][0] <= end:
            self._now, _, wakened = heapq.heappop(self._sleepers)
            if not wakened.done():
                wakened.set_result(None)
            await self._let_others_run()
        self._now = end
        await self._let_others_run()

    @staticmethod
    async def _let_others_run() -> None:
        for _ in range(20):
            await asyncio.sleep(0)
