"""The fleet in numbers, kept up to date from each thing's old and new snapshot: its cost knows no fleet size."""

from collections import Counter

from simulator.feed import Activity, Counters, ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.transport.base import Link

_BUSY = frozenset({Activity.WORKING, Activity.WAITING_FOR_STEP, Activity.SILENT})


def _risen(old: int, new: int) -> int:
    """Return by how much a thing's own count rose; a smaller one means that it began again at 0."""
    return new - old if new >= old else new


class Tally:
    """Sums over snapshots. What is counted per thing goes down when it leaves; what has happened stays counted."""

    def __init__(self, log_entries: int = 0) -> None:
        """`log_entries` is how many messages each thing keeps; what it had beyond that it has dropped."""
        self._log_entries = log_entries
        self._dropped = 0
        self._connected = 0
        self._working = 0
        self._cut_off = 0
        self._total = 0
        self._by_status: Counter[JobStatus | None] = Counter()
        self._rejects = 0
        self._faults: Counter[str] = Counter()

    def replace(self, old: ThingSnapshot | None, new: ThingSnapshot | None) -> None:
        """Count `new` instead of `old`; None stands for a thing that is not there."""
        if old is not None:
            self._count(old, -1)
        if new is not None:
            self._count(new, 1)
            self._rejects += _risen(old.rejects if old else 0, new.rejects)
            self._dropped += _risen(self._dropped_by(old), self._dropped_by(new))
            if new.faults:
                before = old.faults if old else {}
                for name, times in new.faults.items():
                    self._faults[name] += _risen(before.get(name, 0), times)

    def _dropped_by(self, snapshot: ThingSnapshot | None) -> int:
        return 0 if snapshot is None else max(0, snapshot.messages - self._log_entries)

    def _count(self, snapshot: ThingSnapshot, by: int) -> None:
        self._total += by
        self._connected += by * (snapshot.link is Link.ONLINE)
        self._cut_off += by * (snapshot.link is Link.ERROR)
        self._working += by * (snapshot.activity in _BUSY)
        self._by_status[snapshot.status] += by

    def counters(self) -> Counters:
        """Return what snapshots tell; the rest of Counters is at its defaults."""
        return Counters(
            connected=self._connected,
            working=self._working,
            cut_off=self._cut_off,
            total=self._total,
            no_execution=self._by_status[None],
            by_status={status: count for status, count in self._by_status.items() if status is not None and count},
            rejects=self._rejects,
            dropped=self._dropped,
            faults=dict(self._faults),
        )


def summed(parts: list[Counters]) -> Counters:
    """Add the counters of several fleets. Lag is the worst of them; percentiles cannot be added and are left at 0."""
    by_status: Counter[JobStatus] = Counter()
    faults: Counter[str] = Counter()
    for part in parts:
        by_status.update(part.by_status)
        faults.update(part.faults)
    rejections: Counter[str] = Counter()
    for part in parts:
        rejections.update(part.rejections)
    return Counters(
        requested=sum(part.requested for part in parts),
        connected=sum(part.connected for part in parts),
        working=sum(part.working for part in parts),
        cut_off=sum(part.cut_off for part in parts),
        total=sum(part.total for part in parts),
        no_execution=sum(part.no_execution for part in parts),
        by_status={status: count for status, count in by_status.items() if count},
        messages_in=sum(part.messages_in for part in parts),
        messages_out=sum(part.messages_out for part in parts),
        rejects=sum(part.rejects for part in parts),
        reconnects=sum(part.reconnects for part in parts),
        finished=sum(part.finished for part in parts),
        loop_lag_ms=max((part.loop_lag_ms for part in parts), default=0.0),
        dropped=sum(part.dropped for part in parts),
        faults=dict(faults),
        rejections=dict(rejections),
    )
