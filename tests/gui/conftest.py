"""What GUI tests need: a platform without a screen, the program's style, and Qt's loop as asyncio's."""

import asyncio
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.exceptions import TimeoutError as QtBotTimeoutError
from pytestqt.qtbot import QtBot

from simulator.config import WindowOptions
from tests.support.gui import FakeEngine, FakeFleet
from ui import theme
from ui.collector import Collector
from ui.engine import Engine
from ui.fleet_store import FleetStore
from ui.main_window import MainWindow
from ui.numbers import prepare_locale
from ui.session import Session
from ui.tasks import TaskOwner
from ui.theme import ThemeChoice

if not os.environ.get("DISPLAY"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

Found = TypeVar("Found", bound=QObject)
Made = TypeVar("Made", bound="Opened")


class PromptBot(QtBot):
    """Looks again after a millisecond and then less and less often; the bot it is made from lets ten pass each time.

    Most of what is waited for is there at once, and some thousand times in these tests.
    """

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 5000) -> None:  # noqa: N802  Qt's style
        ends_at = monotonic() + timeout / 1000
        pause = 1
        while True:
            is_over = monotonic() > ends_at
            try:
                is_so = callback()
            except AssertionError as error:
                if is_over:
                    raise QtBotTimeoutError(f"not so within {timeout} ms") from error
            else:
                if is_so or is_so is None:
                    return
            if is_over:
                raise QtBotTimeoutError(f"not so within {timeout} ms")
            self.wait(pause)
            pause = min(pause * 2, 10)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """In the place of pytest-qt's own."""
    return PromptBot(request)


@pytest.fixture(autouse=True)
def styled(qapp: QApplication) -> None:
    """The style, palette and locale that `app.py` sets."""
    qapp.setQuitOnLastWindowClosed(False)
    prepare_locale()
    if theme.current().choice is not ThemeChoice.LIGHT:
        theme.prepare(qapp, ThemeChoice.LIGHT)


def set_base_aside() -> None:
    """Leave out of all collections what was there before the first window: thousands of tests and what they import.

    Each test of a window ends with a collection, which would walk over all of it for nothing.
    """
    if not gc.get_freeze_count():  # else it was done, and no window of the program itself has taken it back since
        gc.collect()
        gc.freeze()


@pytest.fixture
def qt_loop(qapp: QApplication, qtbot: QtBot) -> Iterator[asyncio.AbstractEventLoop]:
    """asyncio on Qt's loop: coroutines go on whenever a test lets Qt go on (waitUntil, waitSignal)."""
    import qasync

    loop = qasync.QEventLoop(qapp, already_running=True)
    set_base_aside()
    collector = Collector(sets_aside=False)  # as in the program: no thread of the engine may collect what is Qt's
    collector.start()
    yield loop
    collector.stop()
    left = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in left:
        task.cancel()
    qtbot.waitUntil(lambda: all(task.done() for task in left))
    qapp.aboutToQuit.disconnect(loop._after_run_forever)
    asyncio.events._set_running_loop(None)
    # Not loop.stop(): it quits the application, and Qt then refuses every event loop of the tests to come.
    loop._QEventLoop__is_running = False
    loop.close()
    loop._timer.deleteLater()
    assert not left, f"tasks were left running: {left}"


@dataclass
class Opened:
    """A window on fakes, with its session open."""

    window: MainWindow
    session: Session
    engine: FakeEngine
    store: FleetStore
    tasks: TaskOwner
    settings: QSettings
    failures: list[tuple[str, BaseException]]

    @property
    def fleet(self) -> FakeFleet:
        return self.engine.fleet

    def find(self, kind: type[Found], name: str) -> Found:
        """The child with this object name."""
        found = self.window.findChild(kind, name)
        assert found is not None, f"there is no {kind.__name__} called {name}"
        return found

    def trigger(self, action_id: str) -> None:
        """Do what a click on the action does."""
        self.window.actions_of[action_id].trigger()

    def asked(self, what: str) -> list[tuple[Any, ...]]:
        """What the fleet was asked, of one kind, without the word itself."""
        return [entry[1:] for entry in self.fleet.asked if entry[0] == what]


@pytest.fixture
def options() -> WindowOptions:
    """Overridden where a test wants another start."""
    return WindowOptions(things=3, seed=42)


@pytest.fixture
def engine() -> FakeEngine:
    """Overridden where a test wants one that fails."""
    return FakeEngine()


@pytest.fixture
def opened(
    qt_loop: asyncio.AbstractEventLoop, qtbot: QtBot, tmp_path: Path, options: WindowOptions, engine: FakeEngine
) -> Iterator[Opened]:
    """A shown window whose fleet has three things (thing-00001…): stopped, and known to the operator."""
    with window_on(qt_loop, qtbot, tmp_path, options, engine) as made:
        yield made


@contextmanager
def window_on(
    qt_loop: asyncio.AbstractEventLoop, qtbot: QtBot, tmp_path: Path, options: WindowOptions, engine: FakeEngine
) -> Iterator[Opened]:
    """A shown window, as `opened` is, for tests that want two one after the other."""
    with opening_window(qt_loop, qtbot, tmp_path, options, engine.parts(), partial(Opened, engine=engine)) as made:
        qtbot.waitUntil(lambda: not made.tasks, timeout=3000)
        made.window.page.tick()
        yield made


@contextmanager
def opening_window(
    qt_loop: asyncio.AbstractEventLoop,
    qtbot: QtBot,
    path: Path,
    options: WindowOptions,
    parts: Engine,
    made_as: Callable[..., Made],
    *,
    size: tuple[int, int] = (1280, 720),
    patience: int = 5000,
) -> Iterator[Made]:
    """A shown window whose session has begun to open. At the end all of it is closed, and nothing may have failed.

    `patience` is how many milliseconds closing may take, each part of it.
    """
    failures: list[tuple[str, BaseException]] = []
    store = FleetStore()
    tasks = TaskOwner(lambda what, error: failures.append((what, error)))
    settings = QSettings(str(path / "window.ini"), QSettings.Format.IniFormat)
    session = Session(options, store, tasks, parts)
    window = MainWindow(session, store, tasks, settings, animate=False)
    window.resize(*size)
    window.show()
    window.activateWindow()  # on a screen without a window manager nobody else does
    tasks.start(session.open(), "open")
    try:
        yield made_as(window=window, session=session, store=store, tasks=tasks, settings=settings, failures=failures)
    finally:
        window.close()  # not qtbot.addWidget: it would delete the window before the session is closed
        ending = qt_loop.create_task(tasks.close(1.0))  # as the program does: what is under way ends before its ground
        qtbot.waitUntil(ending.done, timeout=patience)
        closing = qt_loop.create_task(session.close())
        qtbot.waitUntil(closing.done, timeout=patience)
        window.heartbeat.stop()
        window.deleteLater()
    assert not failures
