"""The owner of the window's coroutines: slots ask it to start work, it hears of every failure, and it ends them all."""

from collections.abc import Coroutine
from typing import Any

from simulator.owner import OnFailed, Owner


class TaskOwner:
    """An Owner for slots, which wait for nothing and may still fire while the window closes."""

    def __init__(self, on_error: OnFailed) -> None:
        self._owner = Owner(on_error)
        self._closed = False

    def __len__(self) -> int:
        return len(self._owner)

    def start(self, work: Coroutine[Any, Any, None], what: str = "") -> None:
        """Start the work; after `close` it is dropped unstarted. `what` names it for the error's sentence."""
        if self._closed:
            work.close()
        else:
            self._owner.start(work, name=what or None)

    async def close(self, within_seconds: float) -> None:
        """Cancel what still runs and wait for it, at most `within_seconds`."""
        self._closed = True
        await self._owner.close(within_seconds)
