"""How a thing waits: for news, or for simulated time to pass; one wait at a time, and whoever has news ends it."""

import asyncio

from simulator.clock import Clock


class Waiting:
    """Belongs to one thing, whose coroutine is the only one that waits here."""

    __slots__ = ("_clock", "_pausing", "_wakened")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wakened: asyncio.Future[bool] | None = None
        self._pausing: asyncio.Timeout | None = None

    async def news(self, timeout_seconds: float | None = None) -> bool:
        """Wait until something happens that may change what is to be done; return False after so many real seconds."""
        loop = asyncio.get_running_loop()
        wakened: asyncio.Future[bool] = loop.create_future()
        self._wakened = wakened
        timer = None if timeout_seconds is None else loop.call_later(timeout_seconds, _resolve, wakened, False)
        try:
            return await wakened
        finally:
            self._wakened = None
            if timer is not None:
                timer.cancel()

    async def pause(self, seconds: float) -> None:
        """Let simulated seconds pass, or fewer if something happens."""
        try:
            async with asyncio.timeout(None) as self._pausing:  # never by itself: `wake` sets it off
                await self._clock.sleep(seconds)
        except TimeoutError:
            pass
        finally:
            self._pausing = None

    async def pass_by(self, seconds: float) -> None:
        """Let simulated seconds pass, whatever happens."""
        if seconds > 0:
            await self._clock.sleep(seconds)

    def wake(self) -> None:
        """End the wait under way, if there is one."""
        if self._wakened is not None:
            _resolve(self._wakened, True)
        elif self._pausing is not None and not self._pausing.expired():
            self._pausing.reschedule(asyncio.get_running_loop().time())


def _resolve(future: asyncio.Future[bool], outcome: bool) -> None:
    if not future.done():
        future.set_result(outcome)
