"""The header of the fleet table: flat, its text in line with the cells under it, the order shown by a small arrow."""

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QWidget

from ui import theme
from ui.fleet_delegates import PADDING

ARROW = 7


class FleetHeader(QHeaderView):
    """Paints its sections itself: the style would give them a gradient and another indent than the cells have."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        theme.current().changed.connect(self._repaint)

    def _repaint(self) -> None:
        self.viewport().update()

    def needed(self, section: int) -> int:
        """How wide a section is that does not cut its title as it is now."""
        text = str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")
        arrow = ARROW + 3 if self.sortIndicatorSection() == section else 0
        return self.fontMetrics().horizontalAdvance(text) + 2 * PADDING + arrow + 1

    def sectionSizeFromContents(self, section: int) -> QSize:
        text = str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")
        return QSize(self.fontMetrics().horizontalAdvance(text) + 2 * PADDING + ARROW + 4, self.height())

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        tokens = theme.current().tokens
        is_sorted = self.sortIndicatorSection() == section
        painter.fillRect(rect, tokens.window)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, tokens.line)
        painter.fillRect(rect.right(), rect.top() + 7, 1, rect.height() - 14, tokens.line)
        role = Qt.ItemDataRole
        text = str(self.model().headerData(section, Qt.Orientation.Horizontal, role.DisplayRole) or "")
        alignment = self.model().headerData(section, Qt.Orientation.Horizontal, role.TextAlignmentRole)
        right = bool(int(alignment) & int(Qt.AlignmentFlag.AlignRight))
        room = rect.adjusted(PADDING, 0, -PADDING, 0)
        if is_sorted:
            where = room.left() if right else room.right() - ARROW
            self._paint_arrow(painter, where, rect.center().y())
            room = room.adjusted(ARROW + 3, 0, 0, 0) if right else room.adjusted(0, 0, -ARROW - 3, 0)
        painter.setPen(tokens.text if is_sorted else tokens.secondary)
        elided = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(alignment), elided)

    def _paint_arrow(self, painter: QPainter, left: int, middle: int) -> None:
        up = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        tip, base = (middle - 2, middle + 2) if up else (middle + 2.5, middle - 1.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().tokens.accent)
        painter.drawPolygon(
            QPolygonF([QPointF(left, base), QPointF(left + ARROW, base), QPointF(left + ARROW / 2, tip)])
        )
        painter.restore()
