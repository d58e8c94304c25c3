"""A window on the real engine: an endpoint and a worker in processes of their own, as when a person starts it."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pytestqt.qtbot import QtBot

from simulator.config import WindowOptions
from simulator.feed import ThingSnapshot
from simulator.fleet import ThingSpec
from simulator.jobs.model import JobStatus
from tests.gui.conftest import Opened, opening_window
from tests.support.gui import FakeEngine
from ui.composer_draft import JobRequest
from ui.engine import real_engine
from ui.status_style import CODE_OF

PATIENCE = 40_000  # milliseconds; on a quiet machine each wait is over in one to five seconds


class RealWindow(Opened):
    """The window, and what tests on the real engine do with it."""

    def choose(self, name: str) -> None:
        """Select one thing, and look at it."""
        self.window.page.tick()
        self.window.page.table.select_names([name], name)
        assert self.window.page.targets.named()[0] == [name]

    def make_job(self, job_id: str, *names: str, document: str = "{}", minutes: int | None = None) -> None:
        """Make a job for these things."""
        wanted = JobRequest(job_id=job_id, targets=names, document=document, in_progress_timeout_minutes=minutes)
        self.tasks.start(self.session.jobs.make(wanted), "job")

    def start(self, *names: str) -> None:
        """Let these things connect and take jobs."""
        self.tasks.start(self.session.things.start(names), "start")

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
def opening_real_window(
    loop: asyncio.AbstractEventLoop,
    qtbot: QtBot,
    path: Path,
    options: WindowOptions,
    *,
    size: tuple[int, int] = (1280, 720),
) -> Iterator[RealWindow]:
    """A shown window whose session has begun to open; all of it is closed at the end."""
    made_as = partial(RealWindow, engine=FakeEngine())
    with opening_window(loop, qtbot, path, options, real_engine(), made_as, size=size, patience=PATIENCE) as made:
        yield made


@contextmanager
def real_window(
    loop: asyncio.AbstractEventLoop, qtbot: QtBot, path: Path, things: Sequence[ThingSpec], *, time_scale: float
) -> Iterator[RealWindow]:
    """A shown window with these things, stopped, and its session open."""
    with opening_real_window(loop, qtbot, path, WindowOptions(seed=11, time_scale=time_scale)) as made:
        session, store, tasks = made.session, made.store, made.tasks
        qtbot.waitUntil(lambda: session.process.is_ready and not tasks, timeout=PATIENCE)
        tasks.start(session.things.add(things), "add")
        qtbot.waitUntil(lambda: len(store.names) == len(things) and not tasks, timeout=PATIENCE)
        made.window.page.splitter.show_pane(True)
        yield made
