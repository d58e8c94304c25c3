"""What was told since the start: every banner and notice, the newest ones kept, equal neighbours counted."""

import time
from collections import deque
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ui import theme
from ui.banner import Problem, Severity
from ui.numbers import grouped

MOST_ENTRIES: Final = 1000
COLUMNS: Final = ("time", "level", "text")
NOWHERE: Final = QModelIndex()


@dataclass(slots=True)
class Entry:
    """One thing that was told, `times` times in a row; `clock` is the local time of day of the newest."""

    clock: str
    severity: Severity
    text: str
    times: int = 1

    @property
    def words(self) -> str:
        """The sentence, with its count."""
        return self.text if self.times == 1 else f"{self.text} (× {grouped(self.times)})"

    @property
    def line(self) -> str:
        """As it is copied."""
        return f"{self.clock}\t{self.severity}\t{self.words}"


class ActivityLog(QAbstractTableModel):
    """The entries that match a filter, the newest at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.dropped = 0
        self._all: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._shown: list[Entry] = []
        self._filter = ""

    def add(self, problem: Problem) -> None:
        """Note what is told; details of internal errors are not kept here."""
        clock = time.strftime("%H:%M:%S", time.localtime(time.time()))  # noqa: TID251  the time of day a person reads
        newest = self._all[-1] if self._all else None
        if newest is not None and (newest.text, newest.severity) == (problem.sentence, problem.severity):
            newest.times, newest.clock = newest.times + 1, clock
            if self._shown and self._shown[0] is newest:
                self.dataChanged.emit(self.index(0, 0), self.index(0, len(COLUMNS) - 1))
            return
        is_full = len(self._all) == MOST_ENTRIES
        self.dropped += is_full
        entry = Entry(clock, problem.severity, problem.sentence)
        oldest = self._all[0] if is_full else None
        self._all.append(entry)
        if oldest is not None and self._shown and self._shown[-1] is oldest:
            last = len(self._shown) - 1
            self.beginRemoveRows(NOWHERE, last, last)
            self._shown.pop()
            self.endRemoveRows()
        if self._matches(entry):
            self.beginInsertRows(NOWHERE, 0, 0)
            self._shown.insert(0, entry)
            self.endInsertRows()

    def set_filter(self, text: str) -> None:
        """Show only what has all these words in its level or sentence."""
        self.beginResetModel()
        self._filter = text
        self._shown = [entry for entry in reversed(self._all) if self._matches(entry)]
        self.endResetModel()

    def lines(self, rows: list[int] | None = None) -> list[str]:
        """What is shown, of some rows or all, as text."""
        return [self._shown[row].line for row in (range(len(self._shown)) if rows is None else rows)]

    def _matches(self, entry: Entry) -> bool:
        line = entry.line.casefold()
        return all(word in line for word in self._filter.casefold().split())

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        entry = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (entry.clock, self.tr(entry.severity.value), entry.words)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.words
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            return getattr(theme.current().tokens, entry.severity)[0]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:  # fmt: skip
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Time"), self.tr("Level"), self.tr("What was told"))[section]
        return None
