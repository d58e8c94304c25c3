"""The owner of tasks that come and go one by one, where asyncio.TaskGroup's one block and common fate do not fit."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

logger = logging.getLogger(__name__)


class Owner:
    """Starts tasks, hears of it when one fails, and has all of them ended when it is closed."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Run `work` beside the others until it ends or is cancelled. A failure is logged; the others go on."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("the task %r failed", task.get_name(), exc_info=error)

    async def close(self, seconds: float) -> list[str]:
        """Cancel every task and wait at most `seconds` real seconds; return the names of those that have not ended."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if not tasks:
            return []
        _, left = await asyncio.wait(tasks, timeout=seconds)
        return sorted(task.get_name() for task in left)
