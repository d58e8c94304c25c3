"""Rows of the fleet table that are dragged away: selected ones, so that a drag from any other row selects as before."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from ui import taken_along, theme
from ui.numbers import counted

if TYPE_CHECKING:
    from ui.fleet_table import FleetTable


class RowDrag:
    """Belongs to a table, which tells it of presses and moves of the pointer."""

    def __init__(self, table: "FleetTable") -> None:
        self._table = table
        self._pressed: QPoint | None = None  # where, on a selected row

    def press(self, event: QMouseEvent) -> None:
        """Before the table hears of it: remember whether this may become a drag."""
        at = event.position().toPoint()
        index = self._table.indexAt(at)
        is_plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        may = is_plain and index.isValid() and self._table.selectionModel().isSelected(index)
        self._pressed = at if may else None

    def move(self, event: QMouseEvent) -> bool:
        """Drag the selected rows when the pointer has gone far enough; return whether the move is dealt with."""
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        if (event.position().toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            names = self._table.selected_names()
            self.carry(taken_along.of_things(names), len(names))
        return True

    def carry(self, data: QMimeData, count: int) -> None:
        """Let Qt carry it until it is let go. Qt calls this for a move of the pointer, never a coroutine does."""
        drag = QDrag(self._table)
        drag.setMimeData(data)
        drag.setPixmap(self._picture(counted(count, self._table.tr("1 thing"), self._table.tr("%n things"))))
        drag.exec(Qt.DropAction.CopyAction)

    def _picture(self, words: str) -> QPixmap:
        tokens, table = theme.current().tokens, self._table
        metrics, scale = table.fontMetrics(), table.devicePixelRatioF()
        size = metrics.boundingRect(words).size()
        width, height = size.width() + 20, metrics.height() + 8
        picture = QPixmap(round(width * scale), round(height * scale))
        picture.setDevicePixelRatio(scale)
        picture.fill(tokens.selected)
        painter = QPainter(picture)
        painter.setFont(table.font())
        painter.setPen(tokens.text)
        painter.drawText(0, 0, width, height, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.end()
        return picture
