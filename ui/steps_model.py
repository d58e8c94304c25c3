"""The steps as a table model: state, step, what it sends, how long it took."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.steps_rows import StepRow, StepState, elapsed, state_word

KEYS: Final = ("state", "step", "sends", "elapsed")
RAW: Final = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex


class StepsModel(QAbstractTableModel):
    """Holds the rows of one thing. `now` is what time it is, for the step that is under way."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[StepRow] = []
        self._now = 0.0

    def show_rows(self, rows: Sequence[StepRow], now: float) -> None:
        """Take these rows instead of those there were."""
        self._now = now
        if [row.name for row in rows] != [row.name for row in self.rows]:
            self.beginResetModel()
            self.rows = list(rows)
            self.endResetModel()
        elif list(rows) != self.rows:
            self.rows = list(rows)
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(KEYS) - 1))

    def tick(self, now: float) -> None:
        """Time goes on: the step that is under way has lasted longer."""
        self._now = now
        column = KEYS.index("elapsed")
        for place, row in enumerate(self.rows):
            if row.state is StepState.NOW:
                self.dataChanged.emit(self.index(place, column), self.index(place, column))

    def current(self) -> int:
        """The row that is under way, or comes next; -1 for none."""
        for state in (StepState.NOW, StepState.NEXT):
            for place, row in enumerate(self.rows):
                if row.state is state:
                    return place
        return -1

    def column(self, key: str) -> int:
        """The number of a column."""
        return KEYS.index(key)

    def text(self, place: int, key: str) -> str:
        """What a cell says."""
        row = self.rows[place]
        match key:
            case "state":
                return state_word(row.state)
            case "step":
                return row.name
            case "sends":
                return row.sends
        lasting = row.state is StepState.NOW and row.since is not None
        return elapsed(self._now - row.since if lasting and row.since is not None else row.seconds)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(KEYS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        key = KEYS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), key)
        if role == RAW:
            return self.rows[index.row()].state.value if key == "state" else self.text(index.row(), key)
        if role == Qt.ItemDataRole.ToolTipRole and key in ("sends", "state"):
            return self.text(index.row(), key)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (self.text(index.row(), each) for each in KEYS) if part)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if key == "elapsed" else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(KEYS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return ("", self.tr("Step"), self.tr("Sends"), self.tr("Took"))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if KEYS[section] == "elapsed" else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None
