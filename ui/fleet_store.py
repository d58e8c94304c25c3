"""The fleet as column lists: one Python list per column, one row per thing, and the set of rows that changed.

The feed writes here, the model reads here; nothing in it is a widget. Rows are in the order in which things came.
"""

import re
from collections.abc import Iterable
from time import monotonic
from typing import Any, Final

from simulator.feed import Activity, Counters, FeedBatch, ThingSnapshot
from simulator.jobs.model import JobStatus
from ui.status_style import CODE_OF, LINK_CODE, LINKS, STATUSES

UNENDED: Final = (CODE_OF[JobStatus.QUEUED], CODE_OF[JobStatus.IN_PROGRESS])
_DIGITS: Final = re.compile(r"(\d+)")


def natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """A key under which sim-2 comes before sim-10, and 2.4 before 2.10."""
    return tuple(
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in _DIGITS.split(text.casefold())
    )


class FleetStore:
    """Column lists. `status` holds codes of `CODE_OF`, `link` codes of `LINK_CODE`, the rest raw values."""

    COLUMNS: Final = (
        "names", "natural_names", "link", "link_reason", "status", "version", "version_changed", "progress", "activity",
        "step", "firmware", "target", "fw_text", "fw_warning", "job", "execution", "pending", "scenario", "overridden",
        "manual", "details", "messages", "rejects", "ack", "updated", "seed",
    )  # fmt: skip

    def __init__(self) -> None:
        self.names: list[str] = []
        self.natural_names: list[tuple[tuple[bool, int, str], ...]] = []
        self.link: list[int] = []
        self.link_reason: list[str] = []
        self.status: list[int] = []
        self.version: list[int] = []
        self.version_changed: list[float] = []  # monotonic, 0.0 for never
        self.progress: list[int] = []
        self.activity: list[Activity] = []
        self.step: list[str] = []
        self.firmware: list[str] = []
        self.target: list[str] = []
        self.fw_text: list[str] = []
        self.fw_warning: list[bool] = []
        self.job: list[str] = []
        self.execution: list[int] = []
        self.pending: list[int] = []
        self.scenario: list[str] = []
        self.overridden: list[bool] = []
        self.manual: list[bool] = []
        self.details: list[str] = []
        self.messages: list[int] = []
        self.rejects: list[int] = []
        self.ack: list[float] = []
        self.updated: list[float] = []
        self.seed: list[int] = []
        self.row_of: dict[str, int] = {}
        self.counters = Counters()
        self.at = 0.0  # epoch seconds of the newest batch
        self.status_counts = [0] * (len(STATUSES) + 1)
        self.link_counts = [0] * len(LINKS)
        self.lost = 0  # things whose worker is gone
        self.dirty: set[int] = set()
        self.rows_changed = False  # rows came or went since the model last looked
        self.leaving: set[str] = set()  # things removed from the fleet whose rows are still here
        self.changes = 0  # snapshots taken in, ever
        self._held: dict[str, ThingSnapshot] | None = None
        self._held_changes = 0

    def __len__(self) -> int:
        return len(self.names)

    @property
    def frozen(self) -> bool:
        """Whether the view stands still while the fleet goes on."""
        return self._held is not None

    @property
    def waiting_changes(self) -> int:
        """How many changes came since `freeze`."""
        return self._held_changes

    def is_working(self, name: str) -> bool:
        """Whether a thing has an execution that has not ended, so that it can be stepped or forced."""
        row = self.row_of.get(name)
        return row is not None and self.status[row] in UNENDED

    def freeze(self) -> None:
        """Keep what is shown; newer snapshots wait, the newest of each thing only."""
        if self._held is None:
            self._held, self._held_changes = {}, 0

    def thaw(self) -> None:
        """Catch up with what came meanwhile."""
        held, self._held = self._held or {}, None
        self._take(held.values())

    def apply(self, batch: FeedBatch) -> None:
        """Take a batch in and mark its rows dirty; cost does not depend on how many things there are."""
        self.counters = batch.counters
        self.at = batch.at
        self.changes += len(batch.snapshots)
        if self._held is None:
            self._take(batch.snapshots)
        else:
            self._held.update((snapshot.name, snapshot) for snapshot in batch.snapshots)
            self._held_changes += len(batch.snapshots)
            for name in batch.removed:
                self._held.pop(name, None)
        if batch.removed:
            self.leaving.update(name for name in batch.removed if name in self.row_of)
            self.rows_changed = True

    def take_dirty(self) -> set[int]:
        """The rows that changed since the last call."""
        dirty, self.dirty = self.dirty, set()
        return dirty

    def _take(self, snapshots: Iterable[ThingSnapshot]) -> None:
        now = monotonic()
        for snapshot in snapshots:
            row = self.row_of.get(snapshot.name)
            self.leaving.discard(snapshot.name)
            if row is None:
                row = self._append(snapshot.name)
            else:
                self.status_counts[self.status[row]] -= 1
                self.link_counts[self.link[row]] -= 1
                self.lost -= self.activity[row] is Activity.LOST
            self._write(row, snapshot, now)
            self.dirty.add(row)

    def _append(self, name: str) -> int:
        row = self.row_of[name] = len(self.names)
        for column in self.COLUMNS:
            getattr(self, column).append(0)
        self.names[row] = name
        self.natural_names[row] = natural(name)
        self.version_changed[row] = 0.0
        self.rows_changed = True
        return row

    def _write(self, row: int, snapshot: ThingSnapshot, now: float) -> None:
        status = self.status[row] = CODE_OF[snapshot.status]
        self.status_counts[status] += 1
        link = self.link[row] = LINK_CODE[snapshot.link]
        self.link_counts[link] += 1
        self.link_reason[row] = snapshot.link_reason
        if self.version[row] != snapshot.version:
            self.version[row] = snapshot.version
            self.version_changed[row] = now
        self.progress[row] = snapshot.progress
        activity = self.activity[row] = snapshot.activity
        self.lost += activity is Activity.LOST
        self.step[row] = snapshot.step
        firmware, target = snapshot.firmware, snapshot.target_firmware
        self.firmware[row] = firmware
        self.target[row] = target
        self.fw_text[row] = f"{firmware} → {target}" if target and target != firmware else firmware
        self.fw_warning[row] = snapshot.firmware_warning
        self.job[row] = snapshot.job_id
        self.execution[row] = snapshot.execution_number
        self.pending[row] = snapshot.pending
        self.scenario[row] = snapshot.scenario
        self.overridden[row] = snapshot.scenario_overridden
        self.manual[row] = snapshot.manual
        self.details[row] = snapshot.details
        self.messages[row] = snapshot.messages
        self.rejects[row] = snapshot.rejects
        self.ack[row] = snapshot.ack_ms
        self.updated[row] = snapshot.updated_at
        self.seed[row] = snapshot.seed

    def drop_leaving(self) -> None:
        """Take the rows of removed things out. Row numbers then stand for others, so only the model calls this."""
        gone = {self.row_of[name] for name in self.leaving}
        self.leaving.clear()
        for row in gone:
            self.status_counts[self.status[row]] -= 1
            self.link_counts[self.link[row]] -= 1
            self.lost -= self.activity[row] is Activity.LOST
        kept = [row for row in range(len(self.names)) if row not in gone]
        for column in self.COLUMNS:
            values: list[Any] = getattr(self, column)
            setattr(self, column, [values[row] for row in kept])
        self.row_of = {name: row for row, name in enumerate(self.names)}
        self.dirty = set(range(len(self.names)))
