"""The owner of tasks that come and go one by one, where asyncio.TaskGroup's one block and common fate do not fit."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

logger = logging.getLogger(__name__)

OnFailed = Callable[[str, BaseException], None]
"""Called with the name of a task and the error that ended it."""


def _log(name: str, error: BaseException) -> None:
    logger.error("the task %r failed", name, exc_info=error)


class Owner:
    """Starts tasks, hears of it when one fails, and has all of them ended when it is closed."""

    def __init__(self, on_failed: OnFailed = _log) -> None:
        self._on_failed = on_failed
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None], *, name: str | None = None) -> asyncio.Task[None]:
        """Run `work` beside the others until it ends or is cancelled. A failure is told; the others go on."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_failed(task.get_name(), error)

    async def close(self, seconds: float) -> list[str]:
        """Cancel every task but the caller's and wait at most `seconds` real seconds.

        Returns the names of those that have not ended by then.
        """
        tasks = {task for task in self._tasks if task is not asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if not tasks:
            return []
        _, left = await asyncio.wait(tasks, timeout=seconds)
        return sorted(task.get_name() for task in left)
