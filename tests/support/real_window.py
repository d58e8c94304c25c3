"""A window on the real engine: an endpoint and a worker in processes of their own, as when a person starts it."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from simulator.config import WindowOptions
from simulator.feed import ThingSnapshot
from simulator.fleet import ThingSpec
from simulator.jobs.model import JobStatus
from tests.gui.conftest import Opened
from tests.support.gui import FakeEngine
from ui.composer_draft import JobRequest
from ui.fleet_store import FleetStore
from ui.main_window import MainWindow
from ui.session import Session, real_engine
from ui.status_style import CODE_OF
from ui.tasks import TaskOwner

PATIENCE = 40_000  # milliseconds; on a quiet machine each wait is over in one to five seconds


class RealWindow(Opened):
    """The window, and what tests on the real engine do with it."""

    def choose(self, name: str) -> None:
        """Select one thing, and look at it."""
        self.window.page.tick()
        self.window.page.table.select_names([name], name)
        assert self.window.page.targets()[0] == [name]

    def make_job(self, job_id: str, *names: str, document: str = "{}", minutes: int | None = None) -> None:
        """Make a job for these things."""
        wanted = JobRequest(job_id=job_id, targets=names, document=document, in_progress_timeout_minutes=minutes)
        self.tasks.start(self.session.make_job(wanted), "job")

    def start(self, *names: str) -> None:
        """Let these things connect and take jobs."""
        self.tasks.start(self.session.start(names), "start")

    def row(self, name: str) -> int:
        """The thing's row in the store."""
        return self.store.row_of[name]

    def has_status(self, name: str, status: JobStatus) -> bool:
        """Whether the table shows this status."""
        return self.store.status[self.row(name)] == CODE_OF[status]

    def version(self, name: str) -> int:
        """The version that the table shows."""
        return self.store.version[self.row(name)]

    def shown(self, name: str) -> ThingSnapshot:
        """What the store holds of the thing."""
        found = self.store.shown[self.row(name)]
        assert isinstance(found, ThingSnapshot)
        return found

    def cell(self, name: str, key: str) -> str:
        """What the table writes in a cell."""
        return self.window.page.model.cells.text(key, self.row(name))


@contextmanager
def real_window(
    loop: asyncio.AbstractEventLoop, qtbot: QtBot, path: Path, things: Sequence[ThingSpec], *, time_scale: float
) -> Iterator[RealWindow]:
    """A shown window with these things, stopped, and its session open; all of it is closed at the end."""
    failures: list[tuple[str, BaseException]] = []
    store = FleetStore()
    tasks = TaskOwner(lambda what, error: failures.append((what, error)))
    settings = QSettings(str(path / "window.ini"), QSettings.Format.IniFormat)
    session = Session(WindowOptions(seed=11, time_scale=time_scale), store, tasks, real_engine())
    window = MainWindow(session, store, tasks, settings, animate=False)
    window.resize(1280, 720)
    window.show()
    window.activateWindow()
    try:
        tasks.start(session.open(), "open")
        qtbot.waitUntil(lambda: session.is_ready and not tasks, timeout=PATIENCE)
        tasks.start(session.add(things), "add")
        qtbot.waitUntil(lambda: len(store.names) == len(things) and not tasks, timeout=PATIENCE)
        window.page.show_pane(True)
        yield RealWindow(window, session, FakeEngine(), store, tasks, settings, failures)
    finally:
        window.close()
        closing = loop.create_task(session.close())
        qtbot.waitUntil(closing.done, timeout=PATIENCE)
        window.heartbeat.stop()
        window.deleteLater()
    assert not failures
