"""A block of cells of the fleet table, chosen with Alt and the pointer or Alt+Shift and the arrows, to be copied.

The table selects whole things; this is for the few values that are to go into a mail or a sheet. The block belongs to
its things, not to row numbers: it goes along when they are sorted.
"""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui import theme
from ui.fleet_delegates import Line, Place

if TYPE_CHECKING:
    from ui.fleet_table import FleetTable

ARROWS: Final = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip


class CellRange:
    """Two corners: view rows, and places among the columns that are shown."""

    def __init__(self, table: "FleetTable") -> None:
        self._table = table
        self._from: tuple[int, int] | None = None
        self._to = (0, 0)
        self.names: list[str] = []
        self.keys: list[str] = []
        self.is_dragged = False

    def clear(self) -> None:
        """No block."""
        self.names, self.keys, self._from, self.is_dragged = [], [], None, False

    def press(self, at: QPoint) -> None:
        """Begin a block at a cell."""
        self.clear()
        cell = self._cell(at)
        if cell is not None:
            self._from = self._to = cell
            self.is_dragged = True
            self._settle()

    def drag(self, at: QPoint) -> None:
        """Let the block reach to a cell."""
        cell = self._cell(at)
        if self._from is not None and cell is not None:
            self._to = cell
            self._settle()

    def extend(self, rows: int, columns: int) -> None:
        """Let the block reach further by keys; the first time it is the current row's first cell."""
        if self._from is None:
            self._from = self._to = (max(0, self._table.currentIndex().row()), 0)
        else:
            last_row, last_column = self._table.model().rowCount() - 1, len(self._columns()) - 1
            row, column = self._to[0] + rows, self._to[1] + columns
            self._to = min(max(row, 0), last_row), min(max(column, 0), last_column)
        self._settle()

    def text(self) -> str:
        """The block as tab-separated text with wire words, "" if there is none."""
        store, cells = self._table.fleet.store, self._table.fleet.cells
        rows = [store.row_of[name] for name in self.names if name in store.row_of]
        return "\n".join("\t".join(one_line(str(cells.raw(key, row))) for key in self.keys) for row in rows)

    def paint(self, painter: QPainter, places: list[Place], lines: list[Line]) -> None:
        """Tint the block's cells that are in sight."""
        if not self.names:
            return
        names, keys = set(self.names), set(self.keys)
        accent = theme.current().tokens.accent
        tint = QColor(accent)
        tint.setAlpha(60)
        height = theme.current().row_height
        store = self._table.fleet.store
        painter.setPen(QPen(accent, 1))
        for line in lines:
            if store.names[line.row] in names:
                for place in places:
                    if place.key in keys:
                        painter.fillRect(place.left, line.top, place.width, height, tint)
                        painter.drawRect(place.left, line.top, place.width - 1, height - 1)

    def _settle(self) -> None:
        assert self._from is not None
        (top, left), (bottom, right) = self._from, self._to
        model = self._table.fleet
        columns = self._columns()[min(left, right) : max(left, right) + 1]
        rows = range(min(top, bottom), min(max(top, bottom) + 1, model.rowCount()))
        self.names, self.keys = [model.name(row) for row in rows], [model.key(column) for column in columns]
        self._table.viewport().update()

    def _columns(self) -> list[int]:
        header = self._table.horizontalHeader()
        return [n for v in range(header.count()) if not self._table.isColumnHidden(n := header.logicalIndex(v))]

    def _cell(self, at: QPoint) -> tuple[int, int] | None:
        row, column = self._table.rowAt(at.y()), self._table.columnAt(at.x())
        return None if row < 0 or column < 0 else (row, self._columns().index(column))


def one_line(text: str) -> str:
    """A value that stays in its cell when it is pasted."""
    return " ".join(text.split()) if any(letter in text for letter in "\t\r\n") else text
