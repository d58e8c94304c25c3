"""Clips: a slice of the journal as a file of JSON lines, written here and shown again by any other copy.

    {"clip": 1, "from": 1750000000.0, "to": 1750000060.0, "things": 200, "changes": 812, "origin": 1749999900.0}
    {"at": 1750000000.0, "thing": "sim-00001", "as": {"status": "QUEUED", "link": "online", "version": 1}}
    {"at": 1750000003.5, "thing": "sim-00002", "gone": true}

First the fleet at `from`, one line per thing, then the changes in order of time. What a line's `as` leaves out has its
default: 0, "", false, no status, offline, stopped.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from simulator.errors import InputError
from ui.banner import Problem, Severity
from ui.journal import Entry, Journal, Moment
from ui.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.fleet_store import FleetStore
    from ui.tasks import TaskOwner

ENDING: Final = ".jsonl"
VERSION: Final = 1
MOST_BYTES: Final = 256 * 1024 * 1024
MOST_LINES: Final = 600_000  # a fleet of 100,000 and twice what a journal keeps
LONGEST_TEXT: Final = 4096  # characters of a name, a step, a reason


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line."""

    clip: int
    begins: float = msgspec.field(name="from")
    ends: float = msgspec.field(name="to")
    things: int
    changes: int
    origin: float = 0.0  # of the clock that the clip's times are told by


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Every other line."""

    at: float
    thing: str
    looks: Moment | None = msgspec.field(name="as", default=None)
    gone: bool = False


def write(path: Path, head: Head, entries: Iterable[Entry]) -> None:
    """Write a clip, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    encode = msgspec.json.Encoder().encode
    rest = path.with_name(path.name + ".part")
    try:
        with rest.open("wb") as file:
            file.write(encode(head) + b"\n")
            for entry in entries:
                line = Line(at=entry.at, thing=entry.name, looks=entry.moment, gone=entry.moment is None)
                file.write(encode(line) + b"\n")
        rest.replace(path)
    finally:
        rest.unlink(missing_ok=True)


def is_clip(path: Path) -> bool:
    """Whether a file begins as a clip does."""
    try:
        with path.open("rb") as file:
            msgspec.json.decode(file.readline(4096), type=Head)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return True


def read(path: Path) -> Journal:
    """A clip as a journal of its own.

    Raises:
        InputError: it is no clip; the sentence names the line.
        OSError: the file cannot be read.
    """
    if path.stat().st_size > MOST_BYTES:
        raise InputError(path.name, f"it is larger than {MOST_BYTES // 1024**2} MiB; export a shorter clip")
    journal: Journal | None = None
    decode = msgspec.json.Decoder(Line).decode
    with path.open("rb") as file:
        for number, text in enumerate(file, 1):
            where = f"{path.name}: line {number}"
            if number > MOST_LINES:
                raise InputError(where, f"a clip has at most {MOST_LINES} lines; export a shorter clip")
            try:
                if journal is None:
                    journal = _begun(msgspec.json.decode(text, type=Head), where)
                    continue
                line = decode(text)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise InputError(where, f"{error}; export the clip again") from error
            _put(journal, line, where)
    if journal is None or not journal.names:
        raise InputError(path.name, "there is nothing in it; export the clip again")
    return journal


def _begun(head: Head, where: str) -> Journal:
    if head.clip != VERSION:
        raise InputError(where, f"clip {head.clip} is of a newer program; this one reads clip {VERSION}")
    journal = Journal(most=MOST_LINES)
    journal.origin = head.origin
    return journal


def _put(journal: Journal, line: Line, where: str) -> None:
    looks = line.looks
    texts = (line.thing,) if looks is None else (line.thing, looks.step, looks.firmware, looks.target_firmware,
        looks.job_id, looks.scenario, looks.details, looks.link_reason)  # fmt: skip
    if not line.thing or max(map(len, texts)) > LONGEST_TEXT:
        raise InputError(where, f"a thing has a name, and no text has more than {LONGEST_TEXT} characters")
    if looks is None and not line.gone:
        raise InputError(where, "“as” is missing; a thing that was removed is “gone”")
    if looks is not None and not 0 <= looks.progress <= 100:
        raise InputError(where, f"progress {looks.progress} is not 0 to 100")
    if not 0 < line.at < 1e12:
        raise InputError(where, f"at {line.at} is no time; write epoch seconds")
    journal.put(Entry(line.at, line.thing, looks))


class ClipExport(QObject):
    """Asks where a clip is to be, and writes it beside the loop."""

    def __init__(
        self, store: "FleetStore", tasks: "TaskOwner", tell: "Callable[[Problem], None]", window: QWidget
    ) -> None:
        super().__init__(window)
        self._store, self._tasks, self._tell, self._window = store, tasks, tell, window

    def ask(self, begin: float, end: float) -> None:
        """Let a person name the file; nothing waits for the answer."""
        dialog = QFileDialog(self._window, self.tr("Export clip"))
        dialog.setObjectName("clipDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ENDING.removeprefix("."))
        dialog.setNameFilters([self.tr("Clips (*.jsonl)")])
        dialog.selectFile("clip" + ENDING)
        dialog.fileSelected.connect(lambda path: self.export(Path(path), begin, end))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, path: Path, begin: float, end: float) -> None:
        """Write what happened between two moments."""
        self._tasks.start(self._export(path, begin, end), "clip")

    async def _export(self, path: Path, begin: float, end: float) -> None:
        journal = self._store.journal
        entries = list(journal.entries(begin, end))  # taken now: the journal goes on while the file is written
        things = sum(entry.at <= begin for entry in entries)
        head = Head(
            clip=VERSION, begins=begin, ends=end, things=things, changes=len(entries) - things, origin=journal.origin
        )
        try:
            await asyncio.to_thread(write, path, head, entries)
        except OSError as error:
            sentence = self.tr("The clip %1 was not written: %2").replace("%2", error.strerror or str(error))
            self._tell(Problem(kind="clip", severity=Severity.ERROR, sentence=sentence.replace("%1", path.name)))
            return
        sentence = counted(
            head.changes, self.tr("The clip %1 holds 1 change."), self.tr("The clip %1 holds %n changes.")
        )
        more = QCoreApplication.translate("Clip", "Open shows it again.")
        sentence = f"{sentence.replace('%1', path.name)} {more}"
        self._tell(Problem(kind="clip", severity=Severity.SUCCESS, sentence=sentence))
