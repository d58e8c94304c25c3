"""Paints the window with made-up things, for the eye: python -m tests.gui.look OUT.png [things] [WxH] [light|dark]."""

import asyncio
import contextlib
import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from simulator.config import WindowOptions
from tests.support.gui import FakeEngine, LivelyFleet
from ui import app as ui_app
from ui import theme


def main(out: str, things: str = "200", size: str = "1280x720", scheme: str = "dark", *more: str) -> int:
    """Save a picture and return the exit status; `more` are filter words."""
    engine = FakeEngine()
    engine.fleet = fleet = LivelyFleet()
    width, _, height = size.partition("x")
    options = WindowOptions(
        things=0,
        seed=42,
        size=(int(width), int(height)),
        screenshot=Path(out),
        after_ms=2500,
        theme=scheme,
        temp_profile=True,
    )
    qt = ui_app._application()
    import qasync

    def begin() -> None:
        if int(things):
            fleet.fill(int(things))
        window = next(w for w in qt.topLevelWidgets() if w.objectName() == "mainWindow")
        window.page.filter_edit.setText(" ".join(m for m in more if not m.startswith("+")))
        if "+select" in more:
            QTimer.singleShot(300, lambda: window.page.table.selectRow(6))
        if "+banners" in more:
            fleet.tell(
                notices=["The broker at 127.0.0.1:41883 closed 12 connections; the things come back by themselves."]
            )
            engine.endpoints[0].on_exit(1)
        timer.timeout.connect(lambda: fleet.move(int(things) // 10))
        timer.start(50)

    with ui_app._settings(options) as settings, ui_app._interrupts() as interrupts, contextlib.ExitStack():
        theme.prepare(qt, ui_app._theme_choice(options, settings))
        timer = QTimer()
        QTimer.singleShot(300, begin)
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qt)) as runner:
            status = runner.run(ui_app.show_window(options, settings, engine.parts(), interrupts))
        timer.stop()
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
