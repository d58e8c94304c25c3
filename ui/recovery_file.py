"""What is kept of unsaved work so that a crash cannot take it, and where: one file for each window that runs.

A file belongs to its window by a lock beside it, which the system gives up when the process ends, however it ends. So
a second window neither writes into the first one's file nor offers what the first one still works on.
"""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QLockFile

from simulator import whole_file
from simulator.fleet import ThingSpec

FORM: Final = 1  # of the file; one of another form is left alone
MOST_BYTES: Final = 64 * 1024 * 1024
ENDING: Final = ".recovery.json"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Unsaved work. It has no addresses and no credentials in it, and so no secret."""

    form: int = FORM
    at: float = 0.0  # when it was written, in epoch seconds
    fleet_name: str = ""  # "" for a fleet that has no file
    is_fleet_changed: bool = False
    things: list[ThingSpec] = []  # as they were added
    assigned: dict[str, str] = {}  # scenarios given since, by thing
    scenarios: dict[str, str] = {}  # texts of scenarios that are no built-in ones, by name
    filter: str = ""
    drafts: dict[str, dict[str, str]] = {}  # what was typed and not yet used, by page and field

    @property
    def is_worth_keeping(self) -> bool:
        """Whether anything would be lost with it: the filter alone comes back with the layout."""
        return self.is_fleet_changed or bool(self.drafts)


@dataclass(slots=True)
class Slot:
    """A file that this process holds."""

    path: Path
    lock: QLockFile

    def write(self, kept: Kept) -> None:
        """Write it whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        whole_file.replace(self.path, msgspec.json.encode(kept), private=True)

    def read(self) -> Kept | None:
        """What is in it; None if it cannot be used."""
        try:
            if self.path.stat().st_size > MOST_BYTES:
                return None
            kept = msgspec.json.decode(self.path.read_bytes(), type=Kept)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return kept if kept.form == FORM else None

    def remove(self) -> None:
        """Take the file away; the slot stays held."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def let_go(self) -> None:
        """Let other windows have it."""
        self.lock.unlock()


def own_slot(folder: Path) -> Slot:
    """A new slot of this process; nothing is in it yet.

    Raises:
        OSError: there is no such folder and none can be made, or nothing can be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    slot = _slot(folder / f"{secrets.token_hex(6)}{ENDING}")
    if not slot.lock.tryLock(0):
        raise PermissionError(13, "cannot be written", str(folder))
    return slot


def left_behind(folder: Path) -> Iterator[Slot]:
    """Those that no running window holds, the newest first; each is held from here on until it is let go."""
    try:
        paths = sorted(folder.glob(f"*{ENDING}"), key=_written_at, reverse=True)
    except OSError:
        return
    for path in paths:
        slot = _slot(path)
        if slot.lock.tryLock(0):
            yield slot


def _slot(path: Path) -> Slot:
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # held for as long as the window runs, were it for days
    return Slot(path, lock)


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
