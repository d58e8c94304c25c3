"""The window for benchmarks: shown, its session open, everything closed at the end; and Qt's loop to run them on."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from simulator.config import WindowOptions
from ui import app as ui_app
from ui import theme
from ui.collector import Collector
from ui.engine import Engine
from ui.fleet_store import FleetStore
from ui.main_window import MainWindow
from ui.session import Session
from ui.tasks import TaskOwner
from ui.theme import ThemeChoice


@contextlib.asynccontextmanager
async def window_on(options: WindowOptions, engine: Engine, size: tuple[int, int]) -> AsyncIterator[MainWindow]:
    """A window as the program shows it. Its store is `window.page.store`."""
    store, tasks = FleetStore(), TaskOwner(lambda what, error: print("failed:", what, error))
    with tempfile.TemporaryDirectory() as place:
        settings = QSettings(str(Path(place) / "window.ini"), QSettings.Format.IniFormat)
        session = Session(options, store, tasks, engine)
        window = MainWindow(session, store, tasks, settings, animate=True)
        collector = Collector(window)
        collector.start()
        window.resize(*size)
        window.show()
        await session.open()
        yield window
        window.close()
        await tasks.close(0.5)
        await session.close()
        window.heartbeat.stop()
        collector.stop()
        window.deleteLater()


def run_on_qt(work: Callable[[QApplication], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine on Qt's loop, in the dark scheme."""
    import qasync

    qt = ui_app._application()
    theme.prepare(qt, ThemeChoice.DARK)
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qt)) as runner:
        runner.run(work(qt))
