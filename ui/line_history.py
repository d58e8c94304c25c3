"""When the line of one thing was down: read from the journal when someone looks at it, then followed along. Pure."""

import math

from simulator.feed import ThingSnapshot
from simulator.transport.base import Link
from ui.journal import Journal

Outage = tuple[float, float]
"""When a line was lost and when it was back, epoch seconds; `math.inf` while it is down."""


class LineHistory:
    """What is known of one thing's line. A line that was never up yet is not down, but not yet there."""

    def __init__(self) -> None:
        self._name = ""
        self._is_up: bool | None = None  # None: it was never up
        self._outages: list[Outage] = []

    def look_at(self, name: str, journal: Journal) -> None:
        """Begin with another thing: what the journal knows of it."""
        self._name, self._is_up, self._outages = name, None, []
        for entry in journal.of_thing(name, math.inf):
            if entry.moment is not None:
                self._note(entry.moment.link, entry.at)

    def note(self, snapshot: ThingSnapshot) -> None:
        """How the thing is now."""
        if snapshot.name == self._name:
            self._note(snapshot.link, snapshot.updated_at)

    def _note(self, link: Link, at: float) -> None:
        is_up = link is Link.ONLINE
        if is_up == self._is_up or (self._is_up is None and not is_up):
            return
        if not is_up:
            self._outages.append((at, math.inf))
        elif self._outages:
            self._outages[-1] = (self._outages[-1][0], at)
        self._is_up = is_up

    def outages(self) -> list[Outage]:
        """All that are known, oldest first."""
        return list(self._outages)
