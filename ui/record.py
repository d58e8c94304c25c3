"""The session's record for the report: it hears of every execution's end, and samples the fleet's figures now and then.

What a thing says while it gets on costs nothing here: when the report is asked for, the store has the newest of it.
The engine's part is imported when the first batch comes, long after the first paint.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer

from simulator.clock import ScaledClock
from simulator.feed import Counters, FeedBatch, ThingSnapshot
from simulator.fleet import Fleet
from ui.tasks import TaskOwner

if TYPE_CHECKING:
    from simulator.report import Report
    from simulator.session_report import SessionRecord, TellsStatistics


class Record(QObject):
    """Belongs to one session. Sampling is a timer and short tasks, so that nothing runs while nothing is due."""

    def __init__(
        self,
        time_scale: float,
        tasks: TaskOwner,
        fleet: Callable[[], Fleet | None],
        newest: Callable[[], list[ThingSnapshot]],
        parent: QObject | None = None,
    ) -> None:
        """`newest` gives the newest snapshot of every thing; it is asked when a report is."""
        super().__init__(parent)
        self.time_scale = time_scale
        self._tasks = tasks
        self._fleet = fleet
        self._record: SessionRecord | None = None
        self._newest = newest
        self._last: FeedBatch | None = None  # the newest batch, without its snapshots
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._sample)

    def on_batch(self, batch: FeedBatch, turned: Sequence[ThingSnapshot]) -> None:
        """Take in which executions ended or gave way to another; `turned` is the store's of the same name."""
        if self._record is None:
            from simulator.session_report import SessionRecord

            self._record = SessionRecord(ScaledClock())
            self._wait()
        self._last = replace(batch, snapshots=[])
        self._record.on_batch(replace(batch, snapshots=list(turned)))

    def _catch_up(self) -> None:
        """Take in how every thing is."""
        if self._record is not None and self._last is not None:
            self._record.on_batch(replace(self._last, snapshots=self._newest(), removed=[], notices=[]))

    @property
    def counters(self) -> Counters:
        """The newest that the fleet told."""
        return Counters() if self._last is None else self._last.counters

    def has_executions(self) -> bool:
        """Whether anything has run that a report could tell of."""
        self._catch_up()  # none may have ended yet
        return self._record is not None and bool(self._record.watch.beliefs)

    async def report(
        self,
        fleet: "TellsStatistics",
        operator: Any,
        *,
        things: int,
        seed: int,
        mqtt: str,
        http: str,
        unasked: str = "",
    ) -> "Report | None":
        """The report of the session so far; None while nothing has happened.

        `unasked` is what it says where there is no `operator`, that is, where the service is not asked.
        """
        if self._record is None:
            return None
        from simulator.report import Settings

        self._catch_up()
        scenarios = sorted({one.scenario for one in self._record.watch.snapshots.values() if one.scenario})
        settings = Settings(
            things=things,
            seed=seed,
            scenario=", ".join(scenarios),
            time_scale=self.time_scale,
            mqtt=mqtt,
            http=http,
            jobs=len({key[1] for key in self._record.watch.beliefs}),
        )
        said = {"unasked": unasked} if unasked else {}
        return await self._record.report(fleet, operator, settings, **said)

    def stop(self) -> None:
        """Sample no more."""
        self._timer.stop()

    def _wait(self) -> None:
        if self._record is not None:
            self._timer.start(round(self._record.sample_seconds * 1000))

    def _sample(self) -> None:
        fleet = self._fleet()
        if fleet is not None and self._record is not None:
            self._tasks.start(self._record.sample(fleet), "sample for the report")
        self._wait()
