"""A loop that never sleeps: when nothing is left to do it moves its own time on to the next timer.

A test that waits an hour takes a millisecond, timers fire in their order, and one that waits for nothing fails at once.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


class _Selector(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.loop: VirtualTimeLoop | None = None

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and (timeout is None or timeout > 0):
            assert timeout is not None, "everything waits, and nothing will ever happen"
            assert self.loop is not None
            self.loop.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """asyncio's selector loop with `now` for its time."""

    def __init__(self) -> None:
        self.now = 1000.0
        selector = _Selector()
        super().__init__(selector)
        selector.loop = self

    def time(self) -> float:
        return self.now


class LoopClock:
    """A `Clock` that is the running loop's time."""

    scale = 1.0

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def epoch(self) -> float:
        return 1_750_000_000.0 + self.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def set_scale(self, scale: float) -> None:
        raise AssertionError("the loop's own time runs at its own pace")

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        return lambda: None


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make an async test an ordinary one that runs on a VirtualTimeLoop, and fails if it leaves tasks or timers."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            loop = runner.get_loop()
            runner.run(test(*args, **kwargs))
            assert not asyncio.all_tasks(loop), "tasks are left"
            timers = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
            assert not timers, "timers are left"

    return run


async def until(condition: Callable[[], Any], seconds: float = 2000.0) -> None:
    """Give way until `condition` is true; fail after so many virtual seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition():
        assert loop.time() < end, "it did not come true"
        for _ in range(8):
            await asyncio.sleep(0)
            if condition():
                return
        await asyncio.sleep(0.1)
