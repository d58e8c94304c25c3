"""Keeps snapshots for the report until it is asked for: what a thing says while it only gets on costs nothing then.

The report wants to know at once how executions end, which the store tells apart for it; of all else the newest
snapshot of each thing is enough, and that waits here.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from simulator.feed import FeedBatch, ThingSnapshot


class Backlog:
    """Bounded by the number of things."""

    def __init__(self) -> None:
        self._waiting: dict[str, ThingSnapshot] = {}

    def pass_on(self, batch: FeedBatch, turned: Sequence[ThingSnapshot]) -> FeedBatch:
        """Take a batch in; return what the report is to hear of now: executions that ended or gave way to another."""
        self._waiting.update([(snapshot.name, snapshot) for snapshot in batch.snapshots])
        for name in batch.removed:
            self._waiting.pop(name, None)
        return replace(batch, snapshots=list(turned))

    def rest(self, batch: FeedBatch) -> FeedBatch:
        """All that waits, as if it came with this batch; nothing waits then."""
        due, self._waiting = list(self._waiting.values()), {}
        return replace(batch, snapshots=due, removed=[], notices=[])
