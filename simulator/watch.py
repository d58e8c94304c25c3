"""The fleet as its feed tells it, kept for whoever runs it: newest snapshots, counters, and what things believe."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from simulator.feed import Activity, Counters, FeedBatch, ThingDetail, ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.transport.base import Link

Key = tuple[str, str, int]
"""One job execution: thing, job, execution number."""

MAX_NOTICES: Final = 200
_BUSY: Final = frozenset({Activity.WORKING, Activity.SILENT, Activity.STARTING, Activity.WAITING_FOR_STEP})


class Belief(NamedTuple):
    """What a thing last believed of an execution. One is made for every update, so it is a tuple: quickly made."""

    status: JobStatus
    version: int


class Watch:
    """Takes batches in; belongs to one loop. `job_ids` are those whose executions are remembered, None for all."""

    def __init__(self, job_ids: Iterable[str] | None = ()) -> None:
        self.job_ids = None if job_ids is None else frozenset(job_ids)
        self.snapshots: dict[str, ThingSnapshot] = {}
        self.counters = Counters()
        self.beliefs: dict[Key, Belief] = {}
        self.notices: list[str] = []
        self.most_connected = 0
        self.ended = 0
        """How many of the remembered executions have ended, as the things believe."""
        self.ended_by: Counter[JobStatus] = Counter()
        """The same, by their end."""
        self.unsure: set[str] = set()
        """Things that went on to another execution before a snapshot showed the end of the one before."""
        self.faults: dict[Key, dict[str, int]] = {}
        """How often a thing had each fault in an execution; those of executions without any are left out."""
        self._current: dict[str, Key] = {}
        self._changed = asyncio.Event()

    def on_batch(self, batch: FeedBatch) -> None:
        """Take in what changed; this is the fleet's BatchHandler."""
        for snapshot in batch.snapshots:
            self.snapshots[snapshot.name] = snapshot
            if snapshot.status is not None:
                key = snapshot.name, snapshot.job_id, snapshot.execution_number
                self._goes_on(key)
                self._believe(key, Belief(snapshot.status, snapshot.version))
                if snapshot.execution_faults:
                    self.faults[key] = snapshot.execution_faults
        for name in batch.removed:
            self.snapshots.pop(name, None)
        self.counters = batch.counters
        self.most_connected = max(self.most_connected, batch.counters.connected)
        self.notices.extend(batch.notices[: MAX_NOTICES - len(self.notices)])
        self._changed.set()

    def take_in(self, detail: ThingDetail) -> None:
        """Learn from a thing's timeline what no snapshot showed: the feed skips what does not last 50 ms."""
        for node in detail.timeline:
            key = detail.snapshot.name, node.job_id, node.execution_number
            self._believe(key, Belief(node.status, node.version))
        for had in detail.faults:
            self.faults[detail.snapshot.name, had.job_id, had.execution_number] = had.faults

    def all_rest(self) -> bool:
        """Whether no thing has still to do with an execution that has ended, such as a fault that comes after it."""
        return all(
            one.activity not in _BUSY for one in self.snapshots.values() if one.status and one.status.is_terminal
        )

    def things_with_unknown_faults(self) -> set[str]:
        """Return the things that had more faults than those of their executions that are known add up to."""
        known: Counter[str] = Counter()
        for (name, _, _), faults in self.faults.items():
            known[name] += sum(faults.values())
        return {name for name, one in self.snapshots.items() if sum(one.faults.values()) > known[name]}

    def _goes_on(self, key: Key) -> None:
        """Note which execution is a thing's current one, and whether the end of the last one was seen."""
        last = self._current.get(key[0])
        if last == key:
            return
        self._current[key[0]] = key
        belief = None if last is None else self.beliefs.get(last)
        if belief is not None and not belief.status.is_terminal:
            self.unsure.add(key[0])

    def _believe(self, key: Key, belief: Belief) -> None:
        if self.job_ids is not None and key[1] not in self.job_ids:
            return
        before = self.beliefs.get(key)
        if before is not None and before.version > belief.version:
            return
        self.beliefs[key] = belief
        if before is not None and before.status is belief.status:
            return  # most updates only tell how far it is
        self.ended += belief.status.is_terminal - (before is not None and before.status.is_terminal)
        if before is not None and before.status.is_terminal:
            self.ended_by[before.status] -= 1
        if belief.status.is_terminal:
            self.ended_by[belief.status] += 1

    async def until(self, holds: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until `holds()`, looking after each batch, at most so many real seconds; return whether it does."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return holds()
        return True

    async def until_more_connected(self, than: int, seconds: float) -> bool:
        """Wait until more things than that are connected; return whether they are."""
        return await self.until(lambda: self.counters.connected > than, seconds)

    def line_trouble(self) -> str:
        """Return why a thing is not connected, "" if none says so."""
        reasons = (s.link_reason for s in self.snapshots.values() if s.link is not Link.ONLINE and s.link_reason)
        return next(reasons, "")
