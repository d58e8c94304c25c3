"""The fleet as the window shows it: the newest snapshot of each thing, one row per thing, and the rows that changed.

The feed writes here, the model reads here; nothing in it is a widget. Rows are in the order in which things came.
What is asked for every tick (status, link) is kept as a list; every other column is made from the snapshots when
someone asks for it, and kept until the next change: a batch then costs two microseconds a thing instead of five.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from time import monotonic
from typing import Any, Final

from simulator.feed import Activity, Counters, FeedBatch, ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.transport.base import Link
from ui.ack_window import AckWindow
from ui.journal import NOT_YET, Journal, Moment, Scene
from ui.status_style import CODE_OF, LINK_CODE, LINKS, STATUSES

UNENDED: Final = (CODE_OF[JobStatus.QUEUED], CODE_OF[JobStatus.IN_PROGRESS])
ENDED: Final = frozenset(CODE_OF[status] for status in JobStatus if status.is_terminal)
_DIGITS: Final = re.compile(r"(\d+)")
Shown = ThingSnapshot | Moment


def natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """A key under which sim-2 comes before sim-10, and 2.4 before 2.10."""
    return tuple(
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in _DIGITS.split(text.casefold())
    )


@lru_cache(maxsize=4096)
def firmware_text(firmware: str, target: str) -> str:
    """What a firmware cell says: where it goes only while it changes."""
    return f"{firmware} → {target}" if target and target != firmware else firmware


class FleetStore:
    """Columns by attribute. `status` holds codes of `CODE_OF`, `link` codes of `LINK_CODE`, the rest raw values."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.natural_names: list[tuple[tuple[bool, int, str], ...]] = []
        self.shown: list[Shown] = []  # what each row shows
        self.status: list[int] = []
        self.link: list[int] = []
        self.version_changed: list[float] = []  # monotonic, 0.0 for never
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
        self.writes = 0  # goes up whenever a row shows something else
        self.shape = 0  # goes up whenever rows come, go or stand for others
        self.turned: list[ThingSnapshot] = []  # of the newest batch: executions that ended, or gave way to another
        self.journal = Journal()
        self.acks = AckWindow()
        self._held: dict[str, ThingSnapshot] | None = None
        self._held_changes = 0
        self._live: list[Shown] | None = None  # while the past is shown: what the rows showed before
        self._past_at = 0.0
        self._past_updated: list[float] = []
        self._columns: dict[str, tuple[int, list[Any]]] = {}
        self._numbers: list[int] = []  # the journal's number of each row's thing
        self._numbered = (self.journal, self.journal.era)

    def __len__(self) -> int:
        return len(self.names)

    # --- columns that are made when asked for -----------------------------------------------------------------------

    def _column(self, attribute: str) -> list[Any]:
        made = self._columns.get(attribute)
        if made is not None and made[0] == self.writes:
            return made[1]
        values = list(map(attrgetter(attribute), self.shown))
        self._columns[attribute] = self.writes, values
        return values

    @property
    def link_reason(self) -> list[str]:
        return self._column("link_reason")

    @property
    def version(self) -> list[int]:
        return self._column("version")

    @property
    def progress(self) -> list[int]:
        return self._column("progress")

    @property
    def activity(self) -> list[Activity]:
        return self._column("activity")

    @property
    def step(self) -> list[str]:
        return self._column("step")

    @property
    def firmware(self) -> list[str]:
        return self._column("firmware")

    @property
    def target(self) -> list[str]:
        return self._column("target_firmware")

    @property
    def fw_warning(self) -> list[bool]:
        return self._column("firmware_warning")

    @property
    def job(self) -> list[str]:
        return self._column("job_id")

    @property
    def execution(self) -> list[int]:
        return self._column("execution_number")

    @property
    def pending(self) -> list[int]:
        return self._column("pending")

    @property
    def scenario(self) -> list[str]:
        return self._column("scenario")

    @property
    def overridden(self) -> list[bool]:
        return self._column("scenario_overridden")

    @property
    def manual(self) -> list[bool]:
        return self._column("manual")

    @property
    def details(self) -> list[str]:
        return self._column("details")

    @property
    def messages(self) -> list[int]:
        return self._column("messages")

    @property
    def rejects(self) -> list[int]:
        return self._column("rejects")

    @property
    def fw_text(self) -> list[str]:
        """The firmware as cells say it."""
        return list(map(firmware_text, self.firmware, self.target))

    @property
    def updated(self) -> list[float]:
        """When each thing last changed, in epoch seconds."""
        return self._past_updated if self._live is not None else self._column("updated_at")

    @property
    def ack(self) -> list[float]:
        """The 95th percentile of the last minute's answers of each thing, in milliseconds; 0 for none."""
        made = self._columns.get("ack")
        if made is None or made[0] != self.writes:
            if self._live is not None:
                values = [0.0] * len(self.names)
            else:
                values = [self.acks.p95(name, self.at) for name in self.names]
            made = self._columns["ack"] = self.writes, values
        return made[1]

    @property
    def faults(self) -> list[int]:
        """How many faults each thing had since its start."""
        return [sum(faults.values()) if faults else 0 for faults in self._column("faults")]

    @property
    def warned(self) -> list[bool]:
        """Whether something is amiss: firmware that is not the job's, a line in error, broken, or lost."""
        made = self._columns.get("warned")
        if made is None or made[0] != self.writes:
            bad, error = (Activity.BROKEN, Activity.LOST), Link.ERROR
            values = [thing.firmware_warning or thing.link is error or thing.activity in bad for thing in self.shown]
            made = self._columns["warned"] = self.writes, values
        return made[1]

    @property
    def seed(self) -> list[int]:
        """Each thing's own seed; it has no past."""
        source = self.shown if self._live is None else self._live
        return [thing.seed for thing in source]

    @property
    def name_rank(self) -> list[int]:
        """The place of each row among all names, as people count."""
        made = self._columns.get("name_rank")
        if made is None or made[0] != self.shape or len(made[1]) != len(self.names):
            ranks = [0] * len(self.names)
            for rank, row in enumerate(sorted(range(len(ranks)), key=self.natural_names.__getitem__)):
                ranks[row] = rank
            made = self._columns["name_rank"] = self.shape, ranks
        return made[1]

    def seed_of(self, row: int) -> int:
        """The seed of one thing."""
        return (self.shown if self._live is None else self._live)[row].seed

    def updated_at(self, row: int) -> float:
        """When one thing last changed, in epoch seconds."""
        return self._past_updated[row] if self._live is not None else self.shown[row].updated_at

    def state_of(self, name: str) -> tuple[object, ...]:
        """Something that differs whenever what is shown of a thing, or the moment shown, differs; () for a stranger."""
        row = self.row_of.get(name)
        return () if row is None else (self.shown[row], self._past_at if self._live is not None else None)

    # --- live, frozen, past -----------------------------------------------------------------------------------------

    @property
    def frozen(self) -> bool:
        """Whether the view stands still, at now or in the past, while the fleet goes on."""
        return self._held is not None

    @property
    def in_past(self) -> bool:
        """Whether a moment of the past is shown."""
        return self._live is not None

    @property
    def shown_at(self) -> float:
        """The moment that is shown, in epoch seconds."""
        return self.at if self._live is None else self._past_at

    @property
    def waiting_changes(self) -> int:
        """How many changes came since the view stands still."""
        return self._held_changes

    def is_working(self, name: str) -> bool:
        """Whether a thing has an execution that has not ended, so that it can be stepped or forced: now, not then."""
        row = self.row_of.get(name)
        return row is not None and self._now_at(row) in UNENDED

    def working_now(self, rows: Iterable[int]) -> int:
        """How many of these rows have an execution that has not ended: now, not in the moment shown."""
        if self._held is None:
            status = self.status
            return sum(status[row] in UNENDED for row in rows)
        return sum(self._now_at(row) in UNENDED for row in rows)

    def _now_at(self, row: int) -> int:
        """The status code of a thing as it is now."""
        if self._held is None:
            return self.status[row]
        newest = self._held.get(self.names[row])
        return CODE_OF[(newest or (self._live or self.shown)[row]).status]

    def freeze(self) -> None:
        """Keep what is shown; newer snapshots wait, the newest of each thing only."""
        if self._held is None:
            self._held, self._held_changes = {}, 0

    def thaw(self) -> None:
        """Back from the past, and catch up with what came meanwhile."""
        if self._live is not None:
            live, self._live = self._live, None
            self._show_all(live)
        held, self._held = list((self._held or {}).values()), None
        self._take(held, self._rows_of(held))

    def show_past(self, when: float) -> None:
        """Show every thing as it was at a moment; what comes meanwhile waits."""
        self.freeze()
        if self._live is None:
            self._live = list(self.shown)
        scene = self.journal.scene(when)
        self._past_at = when
        self._show_scene(scene, self._numbers_now())

    def _show_scene(self, scene: Scene, numbers: Sequence[int]) -> None:
        moments, since = scene.moments, scene.since
        count = len(moments)
        then = [moments[thing] or NOT_YET if thing < count else NOT_YET for thing in numbers]
        self._past_updated = [since[thing] if thing < count else 0.0 for thing in numbers]
        self._show_all(then)

    def _show_all(self, wanted: Sequence[Shown]) -> None:
        """Let every row show something else, at once."""
        shown = self.shown
        self.dirty.update(row for row, (new, old) in enumerate(zip(wanted, shown, strict=True)) if new is not old)
        self.shown = list(wanted)
        self.status = [CODE_OF[thing.status] for thing in wanted]
        self.link = [LINK_CODE[thing.link] for thing in wanted]
        self._recount()

    def _recount(self) -> None:
        self.writes += 1
        self.status_counts = [self.status.count(code) for code in range(len(STATUSES) + 1)]
        self.link_counts = [self.link.count(code) for code in range(len(LINKS))]
        self.lost = sum(thing.activity is Activity.LOST for thing in self.shown)

    # --- taking in --------------------------------------------------------------------------------------------------

    def apply(self, batch: FeedBatch) -> None:
        """Take a batch in and mark its rows dirty; cost does not depend on how many things there are."""
        self.counters = batch.counters
        self.at = batch.at
        self.changes += len(batch.snapshots)
        self.turned = []
        if self._held is None:
            self._take_in(batch.at, batch.snapshots)
        else:
            self._hold(batch.at, batch.snapshots)
        self.journal.record(batch.at, (), batch.removed)
        if self._held is not None:
            for name in batch.removed:
                self._held.pop(name, None)
        if batch.removed:
            self.leaving.update(name for name in batch.removed if name in self.row_of)
            self.rows_changed = True

    def _hold(self, at: float, snapshots: Sequence[ThingSnapshot]) -> None:
        """While the view stands still: keep the newest of each thing for later."""
        assert self._held is not None
        self.journal.record(at, snapshots)
        self._note_turns(self._held, snapshots)
        self._held.update((snapshot.name, snapshot) for snapshot in snapshots)
        self._held_changes += len(snapshots)

    def _note_turns(self, held: dict[str, ThingSnapshot], snapshots: Iterable[ThingSnapshot]) -> None:
        """As `_take` does while now is shown."""
        before = self._live if self._live is not None else self.shown
        for new in snapshots:
            row = self.row_of.get(new.name, -1)
            old = held.get(new.name) or (before[row] if row >= 0 else None)
            turns = old is None or new.execution_number != old.execution_number or new.job_id != old.job_id
            if turns and isinstance(old, ThingSnapshot) and old.status is not None:
                self.turned.append(old)
            if CODE_OF[new.status] in ENDED and (old is None or turns or new.status is not old.status):
                self.turned.append(new)

    def newest(self) -> list[ThingSnapshot]:
        """The newest snapshot of every thing that is in the fleet: now, not in the moment shown."""
        rows = self.shown if self._live is None else self._live
        found = {one.name: one for one in rows if isinstance(one, ThingSnapshot) and one.name not in self.leaving}
        found.update(self._held or {})
        return list(found.values())

    def take_dirty(self) -> set[int]:
        """The rows that changed since the last call."""
        dirty, self.dirty = self.dirty, set()
        return dirty

    def _take_in(self, at: float, snapshots: Sequence[ThingSnapshot]) -> None:
        """While now is shown: into the journal and the rows. This is on the path of every update."""
        rows = self._rows_of(snapshots)
        numbers = self._numbers_now()
        self.journal.record(at, snapshots, (), [numbers[row] for row in rows])
        self._take(snapshots, rows)

    def _rows_of(self, snapshots: Sequence[ThingSnapshot]) -> list[int]:
        """The row of each; strangers get one, and who was leaving stays."""
        row_of = self.row_of
        rows = [row_of.get(snapshot.name, -1) for snapshot in snapshots]
        if -1 in rows:
            names = [snapshot.name for snapshot in snapshots]
            rows = [row_of[name] if name in row_of else self._append(name) for name in names]
        if self.leaving:
            self.leaving.difference_update([snapshot.name for snapshot in snapshots])
        return rows

    def _numbers_now(self) -> list[int]:
        """The journal's number of each row's thing; made anew if the journal has begun anew."""
        if self._numbered != (self.journal, self.journal.era):
            self._numbered = self.journal, self.journal.era
            self._numbers = [self.journal.number(name) for name in self.names]
        return self._numbers

    def _take(self, snapshots: Sequence[ThingSnapshot], rows: Sequence[int]) -> None:
        """Let these rows show these snapshots."""
        now = monotonic()
        shown, status, link = self.shown, self.status, self.link
        status_counts, link_counts, lost = self.status_counts, self.link_counts, Activity.LOST
        changed = self.version_changed
        acks: list[ThingSnapshot] = []
        turned: list[Any] = self.turned
        for new, row in zip(snapshots, rows, strict=True):
            old = shown[row]
            shown[row] = new
            if new.status is not old.status:
                status_counts[status[row]] -= 1
                code = status[row] = CODE_OF[new.status]
                status_counts[code] += 1
                if code in ENDED:
                    turned.append(new)
            if new.execution_number != old.execution_number or new.job_id != old.job_id:
                if old.status is not None:
                    turned.append(old)
                if status[row] in ENDED:
                    turned.append(new)
            if new.link is not old.link:
                link_counts[link[row]] -= 1
                code = link[row] = LINK_CODE[new.link]
                link_counts[code] += 1
            if new.version != old.version:
                changed[row] = now
            if new.activity is not old.activity:
                self.lost += (new.activity is lost) - (old.activity is lost)
            if new.ack_ms != old.ack_ms:
                acks.append(new)
        if rows:
            self.dirty.update(rows)
            self.writes += 1
            self.acks.take(acks, self.at)

    def _append(self, name: str) -> int:
        row = self.row_of[name] = len(self.names)
        self.names.append(name)
        self.natural_names.append(natural(name))
        nothing = ThingSnapshot(name=name)
        self.shown.append(nothing)
        self.status.append(CODE_OF[nothing.status])
        self.link.append(LINK_CODE[nothing.link])
        self.status_counts[self.status[row]] += 1
        self.link_counts[self.link[row]] += 1
        self.version_changed.append(0.0)
        self._numbers.append(self.journal.number(name))
        self.rows_changed = True
        self.shape += 1
        return row

    def drop_leaving(self) -> None:
        """Take the rows of removed things out. Row numbers then stand for others, so only the model calls this."""
        gone = {self.row_of[name] for name in self.leaving}
        self.acks.forget(self.leaving)
        self.leaving.clear()
        kept = [row for row in range(len(self.names)) if row not in gone]
        for column in (
            "names",
            "natural_names",
            "shown",
            "status",
            "link",
            "version_changed",
            "_numbers",
            "_live",
            "_past_updated",
        ):
            values: list[Any] | None = getattr(self, column)
            if values:
                setattr(self, column, [values[row] for row in kept])
        self.row_of = {name: row for row, name in enumerate(self.names)}
        self.shape += 1
        self._recount()
        self.dirty = set(range(len(self.names)))
