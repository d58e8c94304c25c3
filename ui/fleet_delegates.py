"""How the cells of the fleet table are painted: text, pills from the cache, bars of two rectangles, link shapes.

One delegate paints all columns and reads the store directly; it makes no colour, brush or widget per cell.
"""

from time import monotonic
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from simulator.jobs.model import JobStatus
from ui import status_style, theme
from ui.fleet_cells import NOTHING
from ui.fleet_columns import COLUMNS
from ui.fleet_model import FLASH_SECONDS, FleetModel

if TYPE_CHECKING:
    from ui.fleet_table import FleetTable

PADDING: Final = 8
PILL_HEIGHT: Final = 20
BAR_HEIGHT: Final = 7
SELECTED_BAR: Final = 3
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_SECONDARY: Final = frozenset({"details", "scenario", "updated", "seed"})


class FleetDelegate(QStyledItemDelegate):
    """Paints one cell at a time. The table tells it when font or scheme changed."""

    def __init__(self, model: FleetModel, table: "FleetTable") -> None:
        super().__init__(table)
        self._model = model
        self._table = table
        self._pixmaps = status_style.pixmaps()
        self.restyle()

    def restyle(self) -> None:
        """Take fonts and colours anew."""
        font = self._table.font()
        self._font = font
        self._italic = QFont(font)
        self._italic.setItalic(True)
        self._metrics = QFontMetrics(font)
        self._elided: dict[tuple[str, int], str] = {}
        tokens = theme.current().tokens
        self._text, self._secondary, self._track = tokens.text, tokens.secondary, tokens.track
        self._selected, self._accent = tokens.selected, tokens.accent
        self._bars = [tokens.track, *(status_style.paint_of(status).bar for status in status_style.STATUSES)]
        self._warning = status_style.paint_of(JobStatus.TIMED_OUT).glyph
        self._percent_width = self._metrics.horizontalAdvance("100%")
        self._focus = QPen(tokens.accent, 2)
        self._flash = QPen(tokens.accent, 1.5)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        text = self._model.data(index) or ""
        return QSize(self._metrics.horizontalAdvance(text) + 2 * PADDING, self._metrics.height() + 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view_row, column = index.row(), index.column()
        order = self._model.order
        if view_row >= len(order):
            return
        row, key = order[view_row], COLUMNS[column].key
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, self._selected)
            if self._table.is_leftmost(column):
                painter.fillRect(box.left(), box.top(), SELECTED_BAR, box.height(), self._accent)
        if key == "status":
            self._paint_status(painter, box, row)
        elif key == "progress":
            self._paint_progress(painter, box, row)
        elif key == "link":
            size = 12
            picture = self._pixmaps.link(self._model.store.link[row], size, self._table.scale)
            painter.drawPixmap(box.center().x() - size // 2 + 1, box.center().y() - size // 2 + 1, picture)
        else:
            self._paint_text(painter, box, key, row, COLUMNS[column].right)
        if key == "ver" and self._model.flashes:
            self._paint_flash(painter, box, row)
        if view_row == self._table.focus_row:
            self._paint_focus(painter, box, column)

    def _paint_text(self, painter: QPainter, box: QRect, key: str, row: int, right: bool) -> None:
        text = self._model.cells.text(key, row)
        if not text:
            return
        store = self._model.store
        room = box.adjusted(PADDING, 0, -PADDING, 0)
        if key == "fw" and store.fw_warning[row]:
            side = 13
            status_box = QRectF(room.left(), room.center().y() - side / 2 + 0.5, side, side)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            status_style.draw_shape(painter, "triangle", status_box, self._warning)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            room.setLeft(room.left() + side + 5)
        quiet = key in _SECONDARY or text == NOTHING
        painter.setPen(self._secondary if quiet else self._text)
        painter.setFont(self._italic if key == "scenario" and store.overridden[row] else self._font)
        painter.drawText(room, _RIGHT if right else _LEFT, self._elide(text, room.width(), key))

    def _elide(self, text: str, width: int, key: str) -> str:
        """Job ids tell themselves apart by their ends, so they lose their middle."""
        found = self._elided.get((text, width))
        if found is None:
            if len(self._elided) > 4096:
                self._elided.clear()
            mode = Qt.TextElideMode.ElideMiddle if key == "job" else Qt.TextElideMode.ElideRight
            found = self._elided[text, width] = self._metrics.elidedText(text, mode, width)
        return found

    def _paint_status(self, painter: QPainter, box: QRect, row: int) -> None:
        code = self._model.store.status[row]
        if code == status_style.NO_EXECUTION:
            painter.setPen(self._secondary)
            painter.setFont(self._font)
            painter.drawText(box.adjusted(PADDING, 0, -PADDING, 0), _LEFT, NOTHING)
            return
        width = box.width() - PADDING
        height = min(PILL_HEIGHT, box.height() - 4)
        picture = self._pixmaps.pill(code, width, height, self._table.scale, self._font)
        painter.drawPixmap(box.left() + PADDING // 2, box.top() + (box.height() - height) // 2, picture)

    def _paint_progress(self, painter: QPainter, box: QRect, row: int) -> None:
        store = self._model.store
        code = store.status[row]
        if code == status_style.NO_EXECUTION:
            return
        percent = min(100, store.progress[row])
        left, top = box.left() + PADDING, box.top() + (box.height() - BAR_HEIGHT) // 2
        width = box.width() - 2 * PADDING - self._percent_width - 6
        painter.fillRect(left, top, width, BAR_HEIGHT, self._track)
        painter.fillRect(left, top, width * percent // 100, BAR_HEIGHT, self._bars[code])
        painter.setPen(self._text)
        painter.setFont(self._font)
        painter.drawText(box.adjusted(0, 0, -PADDING, 0), _RIGHT, self._model.cells.text("progress", row))

    def _paint_flash(self, painter: QPainter, box: QRect, row: int) -> None:
        if monotonic() - self._model.store.version_changed[row] < FLASH_SECONDS:
            painter.setPen(self._flash)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(2, 3, -3, -4))

    def _paint_focus(self, painter: QPainter, box: QRect, column: int) -> None:
        """A ring round the whole current row: each cell draws its part."""
        painter.setPen(self._focus)
        top, bottom = box.top() + 1, box.bottom()
        painter.drawLine(QPointF(box.left(), top), QPointF(box.right() + 1, top))
        painter.drawLine(QPointF(box.left(), bottom), QPointF(box.right() + 1, bottom))
        if self._table.is_leftmost(column):
            painter.drawLine(QPointF(box.left() + 1, top), QPointF(box.left() + 1, bottom))
        if self._table.is_rightmost(column):
            painter.drawLine(QPointF(box.right(), top), QPointF(box.right(), bottom))


def bar_colour(status: JobStatus) -> QColor:
    """The colour of a status in bars and the pulse."""
    return status_style.paint_of(status).bar
