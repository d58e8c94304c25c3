"""What the faces are told by the person who starts them, and where the program keeps its own files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

APP_NAME: Final = "thing-simulator"
LOG_BYTES: Final = 1_000_000  # a log file larger than this is set aside when the program starts


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOptions:
    """How the window opens. `size` is (width, height) in pixels; `after_ms` runs from the first paint to the picture.

    With `virtual_time` and a `seed` the same command paints the same picture. `scale` is Qt's display scale.
    """

    demo: bool = False
    demo_things: int = 200
    things: int = 0  # what the window begins with; none: a welcome page
    seed: int | None = None
    time_scale: float | None = None  # None: 1, and for the demo the pace that shows its timeout soon
    theme: str | None = None  # "light" or "dark"; None: as the system is, or as remembered
    size: tuple[int, int] | None = None
    page: str | None = None
    screenshot: Path | None = None
    after_ms: int = 0
    virtual_time: bool = False
    no_animation: bool = False
    temp_profile: bool = False
    scale: float | None = None
    mqtt: str | None = None
    http: str | None = None


def log_file() -> Path:
    """Where the program writes what was too long for one sentence. The directory may not exist yet."""
    import platformdirs

    return platformdirs.user_log_path(APP_NAME, appauthor=False) / f"{APP_NAME}.log"


def start_logging() -> None:
    """Send log records to `log_file()` and none of them to the terminal, where only sentences are printed.

    A machine where that file cannot be written goes without a log.
    """
    import logging

    handler: logging.Handler
    try:
        path = log_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".old.log"))
        handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
