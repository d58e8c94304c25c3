"""A clip in a window of its own: table, wall, chips and details of a fleet that was, and the transport for it."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from simulator.feed import Counters, FeedBatch, ThingDetail, ThingSnapshot
from ui import rewind_clip
from ui.detail_pane import DetailPane
from ui.fleet_page import FleetPage
from ui.fleet_store import FleetStore
from ui.journal import Journal
from ui.numbers import counted
from ui.rewind_detail import from_journal
from ui.tasks import TaskOwner


def store_of(journal: Journal) -> FleetStore:
    """A store whose rows are the things of a journal, and whose past that journal is."""
    store = FleetStore()
    snapshots = [ThingSnapshot(name=name) for name in journal.names]
    store.apply(FeedBatch(at=journal.ends, snapshots=snapshots, counters=Counters(total=len(snapshots))))
    store.journal = journal
    return store


class ClipWindow(QWidget):
    """Shows a clip; nothing in it acts on a fleet. It deletes itself when closed."""

    def __init__(self, journal: Journal, name: str, tasks: TaskOwner, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("clipWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._journal = journal
        self.store = store_of(journal)
        self.pane = DetailPane(self._detail, lambda work: tasks.start(work, "clip"), self, store=self.store)
        self.pane.controls.setEnabled(False)
        self.page = FleetPage(self.store, self.pane, self)
        self.page.rewind.has_live = False
        self.page.rewind_bar.exportWanted.connect(rewind_clip.ClipExport(self.store, tasks, lambda _: None, self).ask)
        self.page.table.namesSelected.connect(self._look)
        self.page.momentShown.connect(self.pane.refresh)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        count = counted(len(journal.names), self.tr("1 thing"), self.tr("%n things"))
        title = self.tr("%1 — clip of %2 — Thing Simulator").replace("%2", count)
        self.setWindowTitle(title.replace("%1", name))
        rewind = self.page.rewind
        acts = {
            "Space": rewind.play,
            ",": lambda: rewind.step(-1),
            ".": lambda: rewind.step(1),
            "T": lambda: self.page.show_view("table"),
            "W": lambda: self.page.show_view("wall"),
        }
        places: dict[QWidget, Iterable[str]] = {self.page.splitter: acts, self.page.rewind_bar: (",", ".")}
        for place, all_keys in places.items():
            for keys in all_keys:
                shortcut = QShortcut(QKeySequence(keys), place)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(acts[keys])
        rewind.first()
        self.page.tick()

    async def _detail(self, name: str) -> ThingDetail | None:
        return from_journal(name, self._journal, self.store.shown_at)

    def _look(self) -> None:
        names = self.page.table.selected_names()
        if len(names) == 1:
            self.pane.show_thing(names[0])
        elif names:
            self.pane.show_many(names)
        else:
            self.pane.show_thing(None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.page.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.page.stop()
        event.accept()


def open_clip(path: Path, tasks: TaskOwner, parent: QWidget) -> ClipWindow:
    """Read a clip and show it.

    Raises:
        InputError: it is no clip.
        OSError: the file cannot be read.
    """
    window = ClipWindow(rewind_clip.read(path), path.name, tasks, parent)
    window.resize(parent.size())
    window.show()
    return window
