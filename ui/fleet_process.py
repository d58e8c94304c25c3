"""The fleet of a session, in a process of its own: opened, told the scenarios, asked about a thing, closed."""

import logging
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal

from simulator.errors import InputError, SimulatorError
from simulator.feed import FeedBatch, ThingDetail
from simulator.fleet import Fleet, FleetSettings
from ui.engine import Engine
from ui.farewell import within

logger = logging.getLogger(__name__)
FLEET_CLOSE_SECONDS: Final = 1.3  # a worker's grace, a third of it more, and its end
LOG_ENTRIES: Final = ((500, 256), (2000, 64))  # up to so many things, so many messages of each
FEWEST_LOG_ENTRIES: Final = 16


class FleetProcess(QObject):
    """`fleet` is there from `open` to `close`; `scenarios` outlive it and are made known to the next one."""

    scenarioRefused = Signal(str, str)  # one that was there before the fleet, by name; and why

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self.fleet: Fleet | None = None
        self.scenarios: dict[str, str] = {}  # texts of scenarios that were made known here, by name

    @property
    def is_ready(self) -> bool:
        """Whether things can be added and started."""
        return self.fleet is not None

    async def open(self, settings: FleetSettings, on_batch: Callable[[FeedBatch], None]) -> None:
        """Start it; `on_batch` hears from it, also before this returns.

        Raises:
            SimulatorError, OSError: it did not start.
        """
        fleet = self._engine.fleet(settings)
        await fleet.open(on_batch)
        await self._make_known(fleet)
        self.fleet = fleet

    async def close(self) -> None:
        """Stop the things and end their process."""
        fleet, self.fleet = self.fleet, None
        if fleet is not None:
            await within(FLEET_CLOSE_SECONDS, fleet.close(), "the fleet")

    async def restart_lost(self) -> None:
        """Start new worker processes for those that ended, with the things they had.

        Raises:
            SimulatorError, OSError: one did not start.
        """
        restart = getattr(self.fleet, "restart_lost", None)
        if restart is not None:
            await restart()

    async def define(self, name: str, text: str) -> None:
        """Make a scenario known that things can be given.

        Raises:
            InputError: the text is no scenario.
        """
        if self.fleet is not None:
            await self.fleet.define(name, text)
            self.scenarios[name] = text

    async def _make_known(self, fleet: Fleet) -> None:
        """Give a new fleet the scenarios there are, those first that others name; one it cannot read is left out."""
        left, refused = dict(self.scenarios), dict[str, str]()
        while left:
            refused.clear()
            for name, text in left.items():
                try:
                    await fleet.define(name, text)
                except InputError as error:
                    refused[name] = str(error)
            if len(refused) == len(left):
                break
            left = {name: left[name] for name in refused}
        for name, sentence in refused.items():
            del self.scenarios[name]
            self.scenarioRefused.emit(name, sentence)

    async def detail(self, name: str) -> ThingDetail | None:
        """What a thing's messages and timeline are; None if nobody knows."""
        if self.fleet is None:
            return None
        try:
            return await self.fleet.detail(name)
        except SimulatorError:
            logger.warning("no detail of %s", name, exc_info=True)
            return None


def log_entries_for(things: int) -> int:
    """How many messages each of so many things keeps: a slow success whole (about 110) while all of it fits in 64 MB.

    A message takes about half a KiB, so 500 things with 256 of them, or 2,000 with 64, are at the cap.
    """
    return next((entries for most, entries in LOG_ENTRIES if things <= most), FEWEST_LOG_ENTRIES)
