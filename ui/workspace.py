"""Where the window keeps what is its own, and what is wrong with those places: it is said, and nothing thrown away."""

import shutil
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QSettings

from simulator import whole_file
from simulator.config import APP_NAME
from ui.banner import Problem, Severity

KIND: Final = "workspace"
ASIDE: Final = ".unreadable"
GROUPS: Final = (
    "layout",
    "fleet",
    "look",
    "jobs",
    "connection",
    "recent",
    "savedFilters",
    "scenarios",
)  # what a window writes


def recovery_folder(settings: QSettings, *, is_temporary: bool) -> Path:
    """Where unsaved work is kept: beside the settings of a temporary profile, else in the user's own place."""
    if is_temporary:
        return Path(settings.fileName()).with_name("recovery")
    import platformdirs

    return platformdirs.user_state_path(APP_NAME, appauthor=False) / "recovery"


def looked_after(settings: QSettings) -> Problem | None:
    """Set an unreadable file of settings aside; return what is to be told, None if all is well."""
    path = Path(settings.fileName())
    status = settings.status()
    if status is QSettings.Status.FormatError or _is_something_else(path, settings):
        return _told(_set_aside(path, settings))
    if status is QSettings.Status.AccessError or (path.exists() and not path.is_file()):
        text = _tr("%1 cannot be read: the window begins as at its first start, and its layout is not remembered.")
        return _told(text.replace("%1", str(path)))
    if not settings.isWritable():
        text = _tr("%1 cannot be written: how the window looks now is not remembered.")
        return _told(text.replace("%1", str(path)))
    return None


def _is_something_else(path: Path, settings: QSettings) -> bool:
    """Qt takes nearly every file for one of settings: this is one in which it found nothing that a window writes."""
    try:
        return path.stat().st_size > 0 and path.is_file() and not set(settings.childGroups()) & set(GROUPS)
    except OSError:
        return False


def _set_aside(path: Path, settings: QSettings) -> str:
    aside = path.with_name(path.name + ASIDE)
    try:
        shutil.copyfile(path, aside)
    except OSError as error:
        text = _tr("The layout in %1 is damaged: the window begins as at its first start. It cannot be copied: %2.")
        return text.replace("%1", str(path)).replace("%2", whole_file.in_words(error))
    settings.clear()
    text = _tr("The layout in %1 is damaged: the window begins as at its first start. The old file is %2.")
    return text.replace("%1", str(path)).replace("%2", str(aside))


def _told(sentence: str) -> Problem:
    return Problem(kind=KIND, severity=Severity.WARNING, sentence=sentence)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Workspace", text)
