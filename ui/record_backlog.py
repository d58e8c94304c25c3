"""Keeps snapshots for the report a moment: a thing that only gets on costs it once a second, not twenty times.

The report wants to know how each execution ended and how far it is believed to be; what a thing said in between is of
no use to it. So the newest snapshot of a thing waits here until it is due, and goes on at once when the thing turns
to another execution.
"""

from itertools import islice
from typing import Final

from msgspec.structs import replace

from simulator.feed import FeedBatch, ThingSnapshot

SHARE: Final = 20  # with each batch a twentieth of what waits goes on: it waits about a second
LEAST: Final = 64


class Backlog:
    """Bounded by the number of things."""

    def __init__(self) -> None:
        self._waiting: dict[str, ThingSnapshot] = {}

    def pass_on(self, batch: FeedBatch) -> FeedBatch:
        """Take a batch in; return what the report is to hear of now: all but the snapshots that wait."""
        waiting = self._waiting
        due: list[ThingSnapshot] = []
        for new in batch.snapshots:
            old = waiting.get(new.name)
            if old is not None and (old.execution_number != new.execution_number or old.job_id != new.job_id):
                due.append(old)
            waiting[new.name] = new
        due += [waiting.pop(name) for name in batch.removed if name in waiting]
        names = list(islice(waiting, max(LEAST, len(waiting) // SHARE)))
        due += [waiting.pop(name) for name in names]
        return replace(batch, snapshots=due)

    def rest(self, batch: FeedBatch) -> FeedBatch:
        """All that waits, as if it came with this batch again; nothing waits then."""
        due, self._waiting = list(self._waiting.values()), {}
        return replace(batch, snapshots=due, removed=[], notices=[])
