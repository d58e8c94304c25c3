"""Opens the window: first the picture, then the engine behind it; and takes everything down when it is closed."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final

from PySide6.QtCore import QSettings, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from simulator.commands import interruption
from simulator.config import APP_NAME, WindowOptions, log_file
from simulator.errors import EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_OK
from simulator.passwords import no_keyring, system_keyring
from ui import theme
from ui.banner import Problem, Severity
from ui.collector import Collector
from ui.engine import Engine, real_engine
from ui.error_count import ErrorCount, is_worth_writing
from ui.farewell import within
from ui.fleet_store import FleetStore
from ui.main_window import MainWindow
from ui.numbers import prepare_locale
from ui.preferences_file import Preferences, default_path, load
from ui.session import Session
from ui.tasks import TaskOwner
from ui.theme import ThemeChoice
from ui.workspace import looked_after, recovery_folder

logger = logging.getLogger(__name__)
DEFAULT_SIZE: Final = (1280, 800)
TASKS_SECONDS: Final = 0.5
KEEP_SECONDS: Final = 0.6


def run_window(options: WindowOptions) -> int:
    """Show the window until it is closed; return the exit status (130 after Ctrl+C)."""
    if options.scale is not None:
        os.environ["QT_SCALE_FACTOR"] = str(options.scale)
    app = _application()
    if options.virtual_time:
        from ui.virtual_window import run_virtual

        with _settings(options) as settings, _interrupts() as interrupts:
            theme.prepare(app, _theme_choice(options, settings))
            return run_virtual(app, options, settings, interrupts)
    import qasync  # after PySide6, so that it binds to it

    with _settings(options) as settings, _interrupts() as interrupts:
        theme.prepare(app, _theme_choice(options, settings))
        path = _preferences_path(options, settings)
        preferences, problems = load(path)
        options = _preferred(options, preferences)
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
            return runner.run(
                show_window(
                    options,
                    settings,
                    real_engine(),
                    interrupts,
                    preferred=(preferences, path, problems),
                    keep_in=recovery_folder(settings, is_temporary=options.temp_profile),
                )
            )


def _application() -> QApplication:
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName(APP_NAME)
    app.setApplicationDisplayName("")  # window titles name the program themselves
    app.setDesktopFileName(APP_NAME)
    app.setQuitOnLastWindowClosed(False)  # leaving is ours to time: the things stop first
    prepare_locale()
    return app


async def show_window(
    options: WindowOptions,
    settings: QSettings,
    engine: Engine,
    interrupts: "Interrupts",
    begin: "Begin | None" = None,
    preferred: tuple[Preferences, Path, list[str]] | None = None,
    keep_in: Path | None = None,
) -> int:
    """Show a window on a session until it is closed, then stop everything; return the exit status.

    `keep_in` is the folder for unsaved work; without it none is kept. `begin` is what is done with the window once it
    is there; by default the session is opened, and the picture taken if there is to be one.
    """
    closed = asyncio.Event()
    store = FleetStore()
    tell = ErrorTeller()
    tasks = TaskOwner(tell.failed)
    session = Session(options, store, tasks, engine)
    animate = not (options.no_animation or options.virtual_time)
    keyring = no_keyring if options.temp_profile else system_keyring
    window = MainWindow(session, store, tasks, settings, animate=animate, keyring=keyring)
    tell.banner = window.banners.tell
    window.closed.connect(closed.set)
    interrupts.close(window.close)
    asyncio.get_running_loop().set_exception_handler(tell.in_loop)
    _open(window, options)
    if preferred is not None:
        window.preferences.begin(*preferred)
        if (problem := looked_after(settings)) is not None:
            window.tell(problem)
    collector = Collector(window)
    collector.start()
    status = EXIT_OK
    with tell.as_excepthook():
        if begin is not None:
            tasks.start(begin(window, session, tell), "begin")
        else:
            # The engine starts when the window has been painted: the timer fires after the events of showing it.
            QTimer.singleShot(0, lambda: tasks.start(_begin(window, session, options, keep_in), "session"))
        if options.screenshot is not None and begin is None:
            path = options.screenshot
            QTimer.singleShot(max(0, options.after_ms), lambda: tell.saved(window, path))
        await closed.wait()
        window.recovery.close()
        window.hide()
        status = EXIT_INTERRUPTED if interrupts.came else tell.status
        await asyncio.gather(
            within(KEEP_SECONDS, session.kept_runs.keep(session), "keeping the run"),  # while the fleet can be asked
            tasks.close(TASKS_SECONDS),  # what still opens something ends, and what it opened with it
        )
        await session.close()
        interrupts.close_window = None
        window.heartbeat.stop()
        collector.stop()
        window.deleteLater()
    return status


async def _begin(window: MainWindow, session: Session, options: WindowOptions, keep_in: Path | None) -> None:
    await session.open()
    is_plain = not (options.demo or options.things)
    if is_plain:
        await window.open_last()
    if keep_in is not None:
        window.recovery.begin(keep_in, offers=is_plain and options.screenshot is None)
        if options.screenshot is None:  # a picture is no run
            session.kept_runs.begin(keep_in.with_name("runs"))


def _open(window: MainWindow, options: WindowOptions) -> None:
    window.resize(*(options.size or DEFAULT_SIZE))
    window.recall()
    if options.size is not None:
        window.resize(*options.size)
    if options.demo:
        window.show_demo()
    elif not options.things and options.page is None:
        window.welcome()
    if options.page is not None:
        window.open_at(options.page)
    window.show()


def _preferences_path(options: WindowOptions, settings: QSettings) -> Path:
    """Beside the settings of a temporary profile, else in the user's own place."""
    return Path(settings.fileName()).with_name("preferences.toml") if options.temp_profile else default_path()


def _preferred(options: WindowOptions, preferences: Preferences) -> WindowOptions:
    """The command line comes first, then what is preferred."""
    if options.seed is None and preferences.seed:
        options = replace(options, seed=preferences.seed)
    if options.time_scale is None and not options.demo and preferences.speed != 1.0:
        options = replace(options, time_scale=preferences.speed)
    return options


def _theme_choice(options: WindowOptions, settings: QSettings) -> ThemeChoice:
    wanted = options.theme or str(settings.value("look/theme", ThemeChoice.SYSTEM.value))
    return ThemeChoice(wanted) if wanted in set(ThemeChoice) else ThemeChoice.SYSTEM


@contextlib.contextmanager
def _settings(options: WindowOptions) -> Iterator[QSettings]:
    """Where the window remembers things: the user's place, or with `temp_profile` a directory that is removed after.

    A picture in held time is always taken in such a directory: it is to be the same whatever was remembered before.
    """
    if not (options.temp_profile or (options.virtual_time and options.screenshot is not None)):
        yield QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, APP_NAME, "window")
        return
    with tempfile.TemporaryDirectory(prefix=f"{APP_NAME}-") as place:
        settings = QSettings(str(Path(place) / "window.ini"), QSettings.Format.IniFormat)
        yield settings
        settings.sync()


class Interrupts:
    """Ctrl+C and SIGTERM, turned into closing the window."""

    def __init__(self) -> None:
        self.came = False
        self.close_window: Callable[[], object] | None = None
        self._was_early = False  # one came before there was a window

    def close(self, close_window: Callable[[], object]) -> None:
        """Close this window from now on; at once, if one was to be closed before it was there."""
        self.close_window = close_window
        if self._was_early:
            QTimer.singleShot(0, close_window)

    def receive(self, number: int, frame: FrameType | None = None) -> None:
        """The signal handler: Python runs it between two steps of our own code, at the latest at the next heartbeat."""
        self.came = self.came or number == signal.SIGINT
        self._was_early = self._was_early or self.close_window is None
        if self.close_window is not None:
            QTimer.singleShot(0, self.close_window)


@contextlib.contextmanager
def _interrupts() -> Iterator[Interrupts]:
    interrupts = Interrupts()
    before = {number: signal.signal(number, interrupts.receive) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in interruption.came_early():  # their exceptions were lost while Qt was imported
        interrupts.receive(number)
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class ErrorTeller:
    """Unexpected errors, wherever they come from, become a banner and a log entry; the window lives on."""

    def __init__(self) -> None:
        self.banner: Callable[[Problem], None] | None = None
        self._errors = ErrorCount()
        self.status = EXIT_OK

    def failed(self, what: str, error: BaseException) -> None:
        """A coroutine of the window ended with an error."""
        self._tell(error, what)

    def in_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The loop's exception handler."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._tell(error, str(context.get("message", "")))
        else:
            logger.error("%s", context.get("message"))

    def in_slot(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """The interpreter's excepthook: PySide calls it for an error in a slot."""
        self._tell(error, "")

    @contextlib.contextmanager
    def as_excepthook(self) -> Iterator[None]:
        """Be the interpreter's excepthook for a while."""
        before = sys.excepthook
        sys.excepthook = self.in_slot
        try:
            yield
        finally:
            sys.excepthook = before

    def saved(self, window: MainWindow, path: Path) -> None:
        """A screenshot was asked for: save it and close, and say with the exit status whether it was written."""
        if not window.grab().save(str(path)):
            self.status = EXIT_BAD_INPUT
            mend = "name a .png file in a directory that exists"
            sys.stderr.write(f"{APP_NAME}: {path}: the screenshot could not be written; {mend}\n")
        window.close()

    def _tell(self, error: BaseException, what: str) -> None:
        if is_worth_writing(times := self._errors.count(error)):
            logger.error("unexpected error %s (%d of its kind)", what, times, exc_info=error)
        if self.banner is None:
            return
        told = window_text("An internal error occurred (%1). The window goes on; details are in the log.")
        self.banner(
            Problem(
                kind="internal",
                severity=Severity.ERROR,
                sentence=told.replace("%1", type(error).__name__),
                fix_text=window_text("Log folder"),
                fix=_show_log_folder,
                details="".join(traceback.format_exception(error)),
            )
        )


def _show_log_folder() -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file().parent)))


Begin = Callable[[MainWindow, Session, ErrorTeller], Coroutine[Any, Any, None]]


def window_text(text: str) -> str:
    """Translate a text of this module."""
    return QApplication.translate("App", text)
