"""The list of scenarios: one's own, then those that ship; how many things have each, and which are not saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from simulator.jobs.model import JobStatus
from ui import status_style, taken_along, theme
from ui.numbers import grouped
from ui.row_paint import paint_selected

NAME: Final = Qt.ItemDataRole.UserRole
ROW: Final = Qt.ItemDataRole.UserRole + 1
HEIGHT: Final = 28
NOT_SAVED: Final = "* "
"""What the words of a scenario begin with that has changes that were not saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the list; without a name it is the heading of those below it."""

    name: str = ""
    text: str = ""
    used: int = 0
    is_dirty: bool = False
    is_wrong: bool = False
    tip: str = ""


class RowDelegate(QStyledItemDelegate):
    """Name at the left, things at the right, a shape where something is wrong."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, theme.px(HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(ROW)
        if not isinstance(row, Row):
            return
        tokens = theme.current().tokens
        box: QRect = option.rect
        state = option.state
        font = QFont(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not row.name:
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(tokens.secondary)
            painter.drawText(box.adjusted(8, 0, -8, 0), int(Qt.AlignmentFlag.AlignVCenter), row.text)
            painter.restore()
            return
        if state & QStyle.StateFlag.State_Selected:
            paint_selected(painter, box)
        right = box.right() - 8
        painter.setFont(font)
        if row.used:
            number = grouped(row.used)
            width = painter.fontMetrics().horizontalAdvance(number)
            painter.setPen(tokens.secondary)
            room = QRect(right - width, box.top(), width + 1, box.height())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), number)
            right -= width + 8
        if row.is_wrong:
            side = painter.fontMetrics().height() * 0.75
            shape = QRectF(right - side, box.center().y() - side / 2 + 1, side, side)
            glyph = status_style.paint_of(JobStatus.FAILED).glyph
            status_style.draw_shape(painter, status_style.LOOKS[JobStatus.FAILED].shape, shape, glyph)
            right -= round(side) + 8
        painter.setPen(tokens.text)
        font.setItalic(row.is_dirty)
        painter.setFont(font)
        room = QRect(box.left() + 12, box.top(), max(0, right - box.left() - 12), box.height())
        text = painter.fontMetrics().elidedText(row.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(tokens.accent, 1, Qt.PenStyle.DotLine))
            painter.drawRect(box.adjusted(1, 1, -2, -2))
        painter.restore()


class ScenarioList(QListWidget):
    """`picked` comes when another one is chosen; keys and menu ask for what is done to it."""

    picked = Signal(str)
    deleteWanted = Signal()
    renameWanted = Signal()
    menuWanted = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioList")
        self.setAccessibleName(self.tr("Scenarios"))
        self.setItemDelegate(RowDelegate(self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragDropMode(QListWidget.DragDropMode.DragOnly)  # onto the things that are to have it
        self._rows: list[Row] = []
        self._is_filling = False
        self.currentItemChanged.connect(self._picked)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        theme.current().changed.connect(self.viewport().update)

    @property
    def rows(self) -> list[Row]:
        """What is shown."""
        return list(self._rows)

    def show_rows(self, rows: Sequence[Row], chosen: str) -> None:
        """Show these, with one of them chosen; nothing is told of it."""
        self._is_filling = True
        if [row.name for row in rows] != [row.name for row in self._rows]:
            self.clear()
            for row in rows:
                self.addItem(QListWidgetItem())
                self._fill(self.count() - 1, row)
        else:
            for place, (old, row) in enumerate(zip(self._rows, rows, strict=True)):
                if old != row:
                    self._fill(place, row)
        self._rows = list(rows)
        place = next((place for place, row in enumerate(rows) if row.name and row.name == chosen), -1)
        if place != self.currentRow():
            self.setCurrentRow(place)
            if place == 1:
                self.scrollToTop()  # the heading over it belongs to it
        self._is_filling = False

    def _fill(self, place: int, row: Row) -> None:
        item = self.item(place)
        item.setData(NAME, row.name)
        item.setData(ROW, row)
        item.setToolTip(row.tip)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(part for part in (row.text, row.tip) if part))
        item.setData(Qt.ItemDataRole.DisplayRole, row.text)
        some = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        item.setFlags(some if row.name else Qt.ItemFlag.NoItemFlags)

    def mimeTypes(self) -> list[str]:
        return [taken_along.SCENARIO]

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        row = items[0].data(ROW) if items else None
        return taken_along.of_scenario(row.text.removeprefix(NOT_SAVED)) if isinstance(row, Row) else QMimeData()

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def _picked(self, item: QListWidgetItem | None) -> None:
        if item is not None and not self._is_filling and item.data(NAME):
            self.picked.emit(item.data(NAME))

    def _ask_for_menu(self, at: QPoint) -> None:
        if self.itemAt(at) is not None:
            self.menuWanted.emit(self.viewport().mapToGlobal(at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.deleteWanted.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.renameWanted.emit()
        else:
            super().keyPressEvent(event)
