"""The window on time that only the program moves: a picture asked for twice is the same picture twice.

Everything runs in this process and on one loop; Qt has its turns between two moments. Imported only when asked for.
"""

import asyncio
from typing import Final

from PySide6.QtCore import QElapsedTimer, QSettings
from PySide6.QtWidgets import QApplication

from simulator.config import WindowOptions
from simulator.held_time import HELD
from simulator.virtual_engine import VirtualEngine
from simulator.virtual_loop import VirtualLoop
from ui.app import Begin, ErrorTeller, Interrupts, show_window
from ui.engine import Engine
from ui.main_window import MainWindow
from ui.pages import Page
from ui.session import Session

TICK_SECONDS: Final = 0.05  # the display's 20 Hz, in time that is moved
SETTLE_MS: Final = 700  # real time in which pages with timers of their own ask once more, all at the same moment
PACE_MS: Final = 5


def run_virtual(app: QApplication, options: WindowOptions, settings: QSettings, interrupts: Interrupts) -> int:
    """Show the window until it is closed, or until its picture is taken; return the exit status."""
    app.setCursorFlashTime(0)
    made = VirtualEngine()
    engine = Engine(
        endpoint=lambda _mqtt, _http, time_scale, _on_exit: made.endpoint(time_scale),
        fleet=made.fleet,
        operator=lambda _http, _profile: made.operator(),
    )
    takes_picture = options.screenshot is not None
    real = QElapsedTimer()
    real.start()

    def jump(timeout: float | None) -> float:
        app.processEvents()
        return timeout or 0.0

    def go_along(timeout: float | None) -> float:
        app.processEvents()
        app.thread().msleep(PACE_MS)
        passed = real.restart() / 1000
        return passed if timeout is None else min(passed, timeout)

    async def picture(window: MainWindow, session: Session, tell: ErrorTeller) -> None:
        assert options.screenshot is not None
        await _play(app, options, window, session)
        tell.saved(window, options.screenshot)

    begin: Begin = picture if takes_picture else lambda _window, session, _tell: session.open()
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(HELD, jump if takes_picture else go_along)) as runner:
        return runner.run(show_window(options, settings, engine, interrupts, begin))


async def _play(app: QApplication, options: WindowOptions, window: MainWindow, session: Session) -> None:
    """Let so much time pass as lies before the picture, in ticks of the display."""
    window.page.stop()  # its timer keeps real time; here every tick is made by hand
    window.heartbeat.stop()
    app.processEvents()
    await session.open()
    for _ in range(round(options.after_ms / 1000 / TICK_SECONDS)):
        await asyncio.sleep(TICK_SECONDS)
        window.page.tick()
        window.banners.expire()
        app.processEvents()
    window.page.tick()
    if isinstance(shown := window.pages.currentWidget(), Page):
        shown.page_hidden()
        shown.page_shown()  # it asks once more, for this moment
    settling = QElapsedTimer()
    settling.start()
    while True:
        app.processEvents()
        for _ in range(50):
            await asyncio.sleep(0)
        if window.pages.current_id == "fleet" or settling.hasExpired(SETTLE_MS):
            break
    app.processEvents()
