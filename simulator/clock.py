"""Time as something one is given: real, faster than real, or in the hands of a test."""

import asyncio
import heapq
import itertools
import time
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
        """Wait `seconds` simulated seconds; 0 or less gives way once."""
        ...


class ScaledClock:
    """The system's time, running `scale` times as fast. It starts at the real date, so the first stamps look real."""

    def __init__(self, scale: float = 1.0) -> None:
        """Start a clock.

        Raises:
            InputError: `scale` is not a number above 0 and at most MAX_TIME_SCALE.
        """
        if not 0 < scale <= MAX_TIME_SCALE:
            raise InputError(
                "--time-scale", f"{scale:g} is not above 0 and at most {MAX_TIME_SCALE:g}", "write 1 for real time"
            )
        self._scale = scale
        self._real_start = time.monotonic()
        self._epoch_start = time.time()  # noqa: TID251  this is the one place that asks the system

    @property
    def scale(self) -> float:
        return self._scale

    def now(self) -> float:
        return (time.monotonic() - self._real_start) * self._scale

    def epoch(self) -> float:
        return self._epoch_start + self.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._scale)


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


class ManualClock:
    """A clock that stands still until a test moves it with `advance`."""

    def __init__(self, epoch: float = 1_750_000_000.0) -> None:
        self._now = 0.0
        self._epoch_start = epoch
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    @property
    def scale(self) -> float:
        return 1.0

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
