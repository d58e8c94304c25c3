"""Opening the window: the only place of the engine that knows of one, and only when asked."""

from simulator.config import WindowOptions, start_logging
from simulator.display import why_no_window
from simulator.errors import InputError


def open_window(options: WindowOptions) -> int:
    """Show the window until it is closed; return the exit status.

    Raises:
        InputError: no window can be shown, or Qt is not installed.
    """
    why_not = why_no_window()
    if why_not:
        mend = "use `thing-simulator run`, `thing-simulator demo`, or set QT_QPA_PLATFORM=offscreen"
        raise InputError("", why_not, mend)
    if options.virtual_time:
        from simulator.held_time import HELD

        HELD.take()  # before the window and the engine are imported
    try:
        from ui.app import run_window
    except ImportError as exc:
        if not (exc.name or "").startswith(("PySide6", "qasync", "shiboken6")) and "lib" not in str(exc):
            raise
        mend = "install what it names, or use `thing-simulator run`"
        raise InputError("", f"the window needs Qt, which cannot be loaded: {exc}", mend) from exc
    start_logging()
    return run_window(options)
