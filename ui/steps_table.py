"""The table of steps: the state as shape and word, the row under way brought out, what was skipped dimmed."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from simulator.jobs.model import JobStatus
from ui import status_style, theme
from ui.fleet_delegates import PADDING
from ui.fleet_header import FleetHeader
from ui.row_paint import paint_selected
from ui.steps_model import KEYS, StepsModel
from ui.steps_rows import StepState
from ui.table_rows import prepare_rows

ROW_HEIGHT: Final = 26
SIDE: Final = 13
_SHAPES: Final = {
    StepState.DONE: JobStatus.SUCCEEDED,
    StepState.NOW: JobStatus.IN_PROGRESS,
    StepState.NEXT: JobStatus.QUEUED,
    StepState.SKIPPED: JobStatus.REMOVED,
}
_CHARS: Final = {"state": 11, "step": 11, "elapsed": 7}
WORDS_FROM: Final = 54  # digits: in a narrower table the state is a shape alone, its word the cell's tooltip


class StepsDelegate(QStyledItemDelegate):
    """Paints cells by the model's own texts."""

    def __init__(self, model: StepsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(40, theme.px(ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        place, key = index.row(), KEYS[index.column()]
        if place >= len(self._model.rows):
            return
        row, tokens = self._model.rows[place], theme.current().tokens
        box: QRect = option.rect
        font = QFont(option.font)
        state: QStyle.StateFlag = option.state
        if row.state is StepState.NOW or state & QStyle.StateFlag.State_Selected:
            paint_selected(painter, box, marked=row.state is StepState.NOW and key == "state")
        is_quiet = row.state in (StepState.SKIPPED, StepState.LATER) or key == "elapsed"
        room = box.adjusted(PADDING, 0, -PADDING, 0)
        if key == "state":
            self._paint_shape(painter, row.state, room)
            room.setLeft(room.left() + theme.px(SIDE) + 7)
            if room.width() < 2 * theme.px(SIDE):
                return
        font.setBold(row.state in (StepState.NOW, StepState.NEXT) and key in ("state", "step"))
        font.setStrikeOut(row.state is StepState.SKIPPED and key == "step")
        painter.setFont(font)
        painter.setPen(tokens.secondary if is_quiet else tokens.text)
        side = Qt.AlignmentFlag.AlignRight if key == "elapsed" else Qt.AlignmentFlag.AlignLeft
        text = QFontMetrics(font).elidedText(
            self._model.text(place, key), Qt.TextElideMode.ElideRight, max(0, room.width())
        )
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_shape(self, painter: QPainter, state: StepState, room: QRect) -> None:
        status = _SHAPES.get(state)
        if status is None:
            return
        side = theme.px(SIDE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(room.left(), room.center().y() - side / 2 + 0.5, side, side)
        colour = status_style.paint_of(status).glyph
        status_style.draw_shape(painter, status_style.LOOKS[status].shape, box, colour)
        painter.restore()


class StepsTable(QTableView):
    """Columns fit the room; what a step sends takes what is left, and gives way to nothing but the rest."""

    def __init__(self, model: StepsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepsTable")
        self.setAccessibleName(self.tr("Steps of the scenario"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.has_words = True
        self.setModel(model)
        self.setItemDelegate(StepsDelegate(model, self))
        prepare_rows(self, ROW_HEIGHT)
        header = FleetHeader(self)
        self.setHorizontalHeader(header)
        header.setObjectName("stepsHeader")
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setFixedHeight(ROW_HEIGHT)
        header.setMinimumSectionSize(24)
        theme.current().changed.connect(self._restyle)
        self.fit_columns()

    def _restyle(self) -> None:
        self.fit_columns()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Share the width."""
        digit = QFontMetrics(self.font()).horizontalAdvance("0")
        widths = {key: round(chars * digit) for key, chars in _CHARS.items()}
        room = self.viewport().width()
        self.has_words = room >= WORDS_FROM * digit
        if not self.has_words:
            widths["state"] = theme.px(SIDE) + 2 * PADDING
        widths["sends"] = max(round(10 * digit), room - sum(widths.values()))
        for place, key in enumerate(KEYS):
            self.setColumnWidth(place, widths[key])

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here."""
