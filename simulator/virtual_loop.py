"""An asyncio loop whose time passes only when nothing is left to do: an hour takes as long as the work in it."""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any, Final

from simulator.held_time import HeldTime

PAST: Final = 1e-6  # asyncio fires up to 1 ns early; one who then finds the moment not quite reached would ask for ever


class _Selector(selectors.SelectSelector):
    """Never waits: it moves time on to the next timer instead, after `idle` has had its turn."""

    def __init__(self, held: HeldTime, idle: Callable[[float | None], float]) -> None:
        super().__init__()
        self._held = held
        self._idle = idle

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and (timeout is None or timeout > 0):
            self._held.moment += self._idle(timeout) + PAST
            ready = super().select(0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's selector loop on held time."""

    def __init__(self, held: HeldTime, idle: Callable[[float | None], float]) -> None:
        """`idle` is given the seconds to the next timer (None: there is none) and returns by how many time moves on.

        It may wait that long, and may start work on this loop while it does.
        """
        self._held = held
        super().__init__(_Selector(held, idle))

    def time(self) -> float:
        return self._held.moment
