"""What painted rows of tables have in common: their ground, the mark of the chosen one, words that fit their cell."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import theme

PADDING: Final = 8  # of a cell's words, left and right
SELECTED_BAR: Final = 3


class RowDelegate(QStyledItemDelegate):
    """A delegate whose cells are as high as the rows of its table; subclasses paint them."""

    def __init__(self, height: int, parent: QWidget) -> None:
        """`height` is a row's at zoom 1 and in normal density."""
        super().__init__(parent)
        self._height = height

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(60, round(self._height * theme.current().row_height / theme.ROW_HEIGHT))


def paint_selected(painter: QPainter, box: QRect, *, marked: bool = True) -> None:
    """Fill a cell of the chosen row; `marked` puts the row's bar at its beginning."""
    tokens = theme.current().tokens
    painter.fillRect(box, tokens.selected)
    if marked:
        painter.fillRect(QRect(box.left(), box.top(), SELECTED_BAR, box.height()), tokens.accent)


def paint_ground(painter: QPainter, box: QRect, row: int, *, selected: bool, marked: bool = False) -> None:
    """Fill a cell as its row is; `marked` puts the bar of a selected row at the cell's beginning."""
    if selected:
        paint_selected(painter, box, marked=marked)
    else:
        tokens = theme.current().tokens
        painter.fillRect(box, tokens.alternate if row % 2 else tokens.base)


def paint_words(
    painter: QPainter, room: QRect, text: str, colour: QColor, *, right: bool = False, middle: bool = False
) -> None:
    """Write a cell's words; what is too long loses its end, or its middle where ends tell more."""
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.setPen(colour)
    fitting = painter.fontMetrics().elidedText(text, mode, room.width())
    painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), fitting)
