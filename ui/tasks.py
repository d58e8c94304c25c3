"""The owner of the window's coroutines: slots ask it to start work, it hears of every failure, and it ends them all."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

OnError = Callable[[str, BaseException], None]
"""Called with what was being done and the error that ended it."""


class TaskOwner:
    """Runs coroutines on the running loop. Unlike a TaskGroup, one that fails leaves the others running."""

    def __init__(self, on_error: OnError) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None], what: str = "") -> None:
        """Start the work; after `close` it is dropped unstarted. `what` names it for the error's sentence."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work, name=what or None)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(task.get_name(), error)

    async def close(self, within_seconds: float) -> None:
        """Cancel what still runs and wait for it, at most `within_seconds`."""
        self._closed = True
        running = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        if running:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_seconds):
                    await asyncio.wait(running)
