"""The demo's story: six captions, and what happens when each is shown. It asks the window; it paints nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from simulator.fleet import LineAction
from simulator.jobs.model import JobStatus
from simulator.scenario.faults import FaultName
from ui import wall_order
from ui.fleet_page import FleetPage
from ui.numbers import grouped
from ui.session import Session
from ui.tasks import TaskOwner

FAILS: Final = 10
UNPLUGS: Final = 20
STALE: Final = 10
LOOK_EVERY_MS: Final = 250  # while things are awaited that can be broken
MOST_LOOKS: Final = 60


class Break(StrEnum):
    """What a person may break on the fifth caption."""

    FAIL = "fail"
    UNPLUG = "unplug"
    STALE = "stale"
    REPORT = "report"  # breaks nothing: the button of the last caption


@dataclass(frozen=True, slots=True)
class Caption:
    """A headline, a sentence, and buttons: what each does and its words."""

    title: str
    text: str
    buttons: Sequence[tuple[Break, str]] = ()


class StoryScript(QObject):
    """Where the story is. `told` comes when what is to be read has changed, `ended` when it is over or left."""

    told = Signal()
    ended = Signal()

    def __init__(
        self,
        page: FleetPage,
        session: Session,
        tasks: TaskOwner,
        go_to: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._session = session
        self._tasks = tasks
        self._go_to = go_to
        self._unplugged: list[str] = []
        self._wanted: Break | None = None  # waits until enough things are at work
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look_again)
        self._pane_before: bool | None = None  # whether the pane was wanted before the story opened it
        self.number = 0  # of the caption that is shown; 0: the story is not told
        self._things = 0
        page.counted.connect(self._recount)

    def captions(self) -> tuple[Caption, ...]:
        """All six, with the numbers as they are now."""
        things = grouped(len(self._page.store))
        plug = self.tr("Plug %1 in again") if self._unplugged else self.tr("Unplug %1")
        return (
            Caption(
                self.tr("This is a fleet"),
                self.tr("%1 virtual things, each with a connection of its own. A square is a thing.").replace(
                    "%1", things
                ),
            ),
            Caption(
                self.tr("A job is created"),
                self.tr("New firmware for all of them. The service tells one thing after another that it has a job."),
            ),
            Caption(
                self.tr("The wave"),
                self.tr("Dim squares wait, bright ones work, and what has ended moves to the top."),
            ),
            Caption(
                self.tr("One thing up close: the versions"),
                self.tr("Each update that the service accepts counts the execution's version up: v1, v2, v3 …"),
            ),
            Caption(
                self.tr("Break something"),
                self.tr("What ends badly, loses its line or speaks out of turn is seen at once.")
                if self._wanted is None
                else self.tr("Another job is on its way, for things to be at work…"),
                (
                    (Break.FAIL, self.tr("Fail %1").replace("%1", str(FAILS))),
                    (Break.UNPLUG, plug.replace("%1", str(len(self._unplugged) or UNPLUGS))),
                    (Break.STALE, self.tr("Send a stale version")),
                ),
            ),
            Caption(
                self.tr("Take the report"),
                self.tr("Everything that happened, on one page and as a file to keep."),
                ((Break.REPORT, self.tr("Open the report")),),
            ),
        )

    def caption(self) -> Caption:
        """The one that is shown."""
        return self.captions()[self.number - 1]

    def begin(self) -> None:
        """Tell it from the start."""
        self.number = 0
        self.go_on()

    def go_on(self) -> None:
        """The next caption; after the last one the story is over."""
        if self.number == len(self.captions()):
            self.leave()
            return
        self.number += 1
        if self.number in (1, 3):
            self._go_to("fleet")
            self._page.show_view("wall")
            self._page.wall_bar.pick(wall_order.NAME if self.number == 1 else wall_order.ROLLOUT)
        elif self.number == 4:
            self._look_at_one()
        elif self.number == 5:
            self._page.table.clearSelection()
            self._page.splitter.show_pane(self._pane_before)  # the wall has its room again
        self.told.emit()

    def _recount(self) -> None:
        """Things came or went: the first caption counts them."""
        things, self._things = self._things, len(self._page.store)
        if self.number == 1 and things != self._things:
            self.told.emit()

    def leave(self) -> None:
        """Tell no more."""
        self._timer.stop()
        self._wanted = None
        if self.number:
            self.number = 0
            self.ended.emit()

    def do(self, what: Break) -> None:
        """Do what a caption's button says."""
        if what is Break.REPORT:
            self._go_to("report")
        elif what is Break.UNPLUG:
            self._toggle_plugs()
        elif len(self._working()) >= (FAILS if what is Break.FAIL else STALE):
            self._break(what)
        elif self._wanted is None:
            self._looks = 0
            self._tasks.start(self._session.demo.make_job(), "demo job")
            self._timer.start()
            self._wanted = what
        else:
            self._wanted = what
        self.told.emit()

    def _look_again(self) -> None:
        """Another job is on its way; break something as soon as there are enough things at work."""
        self._looks += 1
        what = self._wanted
        if what is not None and len(self._working()) >= FAILS:
            self._break(what)
        elif what is not None and self._looks < MOST_LOOKS:
            return
        self._timer.stop()
        self._wanted = None
        self.told.emit()

    def _break(self, what: Break) -> None:
        names = self._working()
        if what is Break.FAIL:
            reason = self.tr("broken on purpose")
            self._tasks.start(self._session.things.force(names[:FAILS], JobStatus.FAILED, reason), "break")
        else:
            self._tasks.start(self._session.things.misbehave(names[:STALE], FaultName.STALE_VERSION), "break")

    def _toggle_plugs(self) -> None:
        if self._unplugged:
            names, self._unplugged = self._unplugged, []
            self._tasks.start(self._session.things.line(names, LineAction.CONNECT), "break")
            return
        self._unplugged = list(dict.fromkeys(self._working() + self._page.store.names))[:UNPLUGS]
        self._tasks.start(self._session.things.line(self._unplugged, LineAction.DISCONNECT), "break")

    def _working(self) -> list[str]:
        """The things that have taken their execution, not ended it and have a line, in their order."""
        store, away = self._page.store, set(self._unplugged)
        return [
            name
            for row, name in enumerate(store.names)
            if store.is_working(name) and store.version[row] > 1 and name not in away
        ]

    def _look_at_one(self) -> None:
        working = self._working() or self._page.store.names
        self._pane_before = self._page.splitter.pane_wanted
        if working:
            self._page.table.select_names([working[0]], working[0])
            self._page.splitter.show_pane(True)
