"""The folder of one's own scenarios: reading, writing and taking away its files. Nothing here knows a widget."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings

from simulator import whole_file
from simulator.errors import InputError
from simulator.scenario.file_bounds import FILE_ENDINGS, MAX_BYTES

MOST_FILES: Final = 500
KEY: Final = "scenarios/folder"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it was found. `text` is None where it could not be read; `trouble` then says why."""

    path: Path
    stamp: tuple[int, int]  # when it was changed, and its size: as long as it is the same, so is the text
    text: str | None
    trouble: str = ""


def folder_of(settings: QSettings) -> Path:
    """Where one's own scenarios are: beside the window's settings, unless these name another folder."""
    named = settings.value(KEY)
    return Path(str(named)) if named else Path(settings.fileName()).parent / "scenarios"


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Return what tells whether a file was changed; None if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def files_in(folder: Path) -> list[Path]:
    """Return the scenario files of a folder, by name; none if there is no such folder."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in FILE_ENDINGS)
    except OSError:
        return []
    return found[:MOST_FILES]


def read(path: Path) -> Stored:
    """Read a file; what keeps it from being read is said in a sentence."""
    stamp = stamp_of(path) or (0, 0)
    try:
        if not path.is_file():
            raise InputError(path.name, "is no file", "take it out of the folder")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise InputError(path.name, "is larger than 1 MiB", "split it, and include the parts")
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return Stored(
            path, stamp, None, str(InputError(f"{path.name}: line {line}", "is not UTF-8 text", "save it as UTF-8"))
        )
    except InputError as error:
        return Stored(path, stamp, None, str(error))
    except OSError as error:
        return Stored(path, stamp, None, f"{path.name}: cannot be read: {error.strerror or error}")
    return Stored(path, stamp, text.replace("\r\n", "\n"))


def write(path: Path, text: str) -> None:
    """Write a file as a whole: it is the old one or the new one, also when the disk is full in between.

    Raises:
        InputError: it cannot be written; the file that was there is as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole_file.replace(path, text.encode("utf-8"))
    except OSError as error:
        mend = "free some room, or save it to another place"
        raise InputError(str(path), f"cannot be written: {whole_file.in_words(error)}", mend) from error
    except UnicodeEncodeError as error:
        raise InputError(path.name, "holds half a character, which no file can", "take it out") from error


def remove(path: Path) -> None:
    """Take a file away; one that is gone already is no trouble.

    Raises:
        InputError: it cannot be taken away.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            str(path), f"cannot be deleted: {error.strerror or error}", "check who may write there"
        ) from error
