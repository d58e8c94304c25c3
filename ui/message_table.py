"""The table of one thing's messages: columns that give way when it is narrow, and a view that stays where one reads."""

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from simulator.feed import Direction
from simulator.jobs.model import JobStatus
from ui import message_words as words
from ui import status_style, theme
from ui.fleet_delegates import PADDING
from ui.fleet_header import FleetHeader
from ui.message_model import COLUMNS, KEYS, MessageModel
from ui.row_paint import paint_selected
from ui.table_rows import prepare_rows

ROW_HEIGHT: Final = 24
STACKED_HEIGHT: Final = 42  # of a row with two lines
ARROW_ROOM: Final = 24
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_QUIET: Final = frozenset({"at", "latency", "size"})


class MessageDelegate(QStyledItemDelegate):
    """Paints a message: refusals in the colour of failure, what is sought on a tint, the direction as an arrow."""

    def __init__(self, model: MessageModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        text = self._model.text(index.row(), KEYS[index.column()])
        height = STACKED_HEIGHT if self._model.is_stacked else ROW_HEIGHT
        return QSize(QFontMetrics(option.font).horizontalAdvance(text) + 2 * PADDING, height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row, column = index.row(), COLUMNS[index.column()]
        message = self._model.message(row)
        tokens = theme.current().tokens
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if self._model.is_found(row):
            painter.fillRect(box, tokens.warning[1])
        if state & QStyle.StateFlag.State_Selected:
            paint_selected(painter, box, marked=index.column() == 0 or self._model.is_stacked)
        colour = tokens.secondary if column.key in _QUIET else tokens.text
        if words.is_rejected(message):
            colour = status_style.paint_of(JobStatus.FAILED).glyph
        if self._model.is_stacked:
            self._paint_stacked(painter, option, row, colour)
            return
        if column.key == "direction":
            _draw_arrow(painter, QPointF(box.center()) + QPointF(0.5, 0.5), message.direction, QPen(colour, 1.6))
            return
        text = self._model.text(row, column.key)
        if text:
            room = box.adjusted(PADDING, 0, -PADDING, 0)
            mode = Qt.TextElideMode.ElideMiddle if column.key == "topic" else Qt.TextElideMode.ElideRight
            painter.setPen(colour)
            painter.setFont(option.font)
            painter.drawText(
                room, _RIGHT if column.right else _LEFT, option.fontMetrics.elidedText(text, mode, room.width())
            )

    def _paint_stacked(self, painter: QPainter, option: QStyleOptionViewItem, row: int, colour: QColor) -> None:
        """Direction, topic and time in the first line, versions at its end; what it says in the second."""
        message, metrics, tokens = self._model.message(row), option.fontMetrics, theme.current().tokens
        box: QRect = option.rect
        room = box.adjusted(PADDING, 3, -PADDING, -3)
        first = QRect(room.left(), room.top(), room.width(), room.height() // 2)
        arrow = theme.px(ARROW_ROOM)
        centre = QPointF(first.left() + arrow / 2 - 4, first.center().y() + 0.5)
        _draw_arrow(painter, centre, message.direction, QPen(colour, 1.6))
        first.setLeft(first.left() + arrow)
        second = QRect(first.left(), first.bottom() + 1, first.width(), room.height() - first.height())
        quiet = colour if words.is_rejected(message) else tokens.secondary
        painter.setFont(option.font)
        painter.setPen(quiet)
        time = self._model.text(row, "at")
        painter.drawText(first, _RIGHT, time)
        first.setRight(first.right() - metrics.horizontalAdvance(time) - PADDING)
        versions = self._model.text(row, "version")
        wide = metrics.horizontalAdvance(versions)
        if versions and wide < first.width() // 2:
            painter.drawText(first, _RIGHT, versions)
            first.setRight(first.right() - wide - PADDING)
        topic = metrics.elidedText(self._model.text(row, "topic"), Qt.TextElideMode.ElideMiddle, first.width())
        painter.setPen(colour)
        painter.drawText(first, _LEFT, topic)
        text = metrics.elidedText(self._model.text(row, "summary"), Qt.TextElideMode.ElideRight, second.width())
        painter.setPen(quiet)
        painter.drawText(second, _LEFT, text)


def _draw_arrow(painter: QPainter, centre: QPointF, direction: Direction, pen: QPen) -> None:
    """Right for what the thing sent, left for what it received."""
    side = 1 if direction is Direction.OUT else -1
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    tip = centre + QPointF(6 * side, 0)
    painter.drawLine(centre - QPointF(6 * side, 0), tip)
    painter.drawPolyline(QPolygonF([tip + QPointF(-4 * side, -3.5), tip, tip + QPointF(-4 * side, 3.5)]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class MessageTable(QTableView):
    """Follows the newest message while the last row is in sight; else it counts those that came below."""

    unseenChanged = Signal(int)
    searchWanted = Signal()
    nextWanted = Signal()
    menuWanted = Signal(QPoint)
    openWanted = Signal()  # to read the message that is looked at

    def __init__(self, model: MessageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("msgTable")
        self.setAccessibleName(self.tr("Messages"))
        self._messages = model
        self._follows = True
        self._unseen = 0
        self.is_dropping = False  # the ring is about to lose the row that is looked at
        self._top = 0
        model.rowsAboutToBeRemoved.connect(self._rows_are_going)  # before Qt's view hears of it and chooses another row
        self.setModel(model)
        self.setItemDelegate(MessageDelegate(model, self))
        prepare_rows(self, ROW_HEIGHT)
        self.setAlternatingRowColors(True)
        self.customContextMenuRequested.connect(self.menuWanted)
        header = FleetHeader(self)
        self.setHorizontalHeader(header)
        header.setObjectName("msgHeader")
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(24)
        header.setFixedHeight(ROW_HEIGHT)
        model.rowsAboutToBeInserted.connect(self._rows_are_coming)
        model.rowsInserted.connect(self._rows_came)
        model.rowsRemoved.connect(self._rows_went)
        model.modelReset.connect(self._began_anew)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.current().changed.connect(self._restyle)
        self.fit_columns()

    # --- staying where one reads ------------------------------------------------------------------------------------

    @property
    def is_at_end(self) -> bool:
        """Whether the newest message is in sight."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum()

    def scroll_to_newest(self) -> None:
        """Back to the end, and follow again."""
        self.scrollToBottom()
        self._see_all()

    def _rows_are_going(self, parent: QModelIndex, first: int, last: int) -> None:
        self._top = -1 if self.is_at_end else self.verticalScrollBar().value()
        if first <= self.current_row() <= last:
            self.is_dropping = True
            self.selectionModel().clear()
            self.is_dropping = False

    def _rows_went(self, parent: QModelIndex, first: int, last: int) -> None:
        """What is read stays where it is, as long as it is there: the bar counts rows."""
        if self._top >= 0:
            self.verticalScrollBar().setValue(max(0, self._top - (last - first + 1)))

    def _rows_are_coming(self) -> None:
        self._follows = self.is_at_end

    def _rows_came(self, parent: QModelIndex, first: int, last: int) -> None:
        if self._follows:
            self.scrollToBottom()
        else:
            self._unseen += last - first + 1
            self.unseenChanged.emit(self._unseen)

    def _began_anew(self) -> None:
        self.scrollToBottom()
        self._see_all()

    def _scrolled(self) -> None:
        if self._unseen and self.is_at_end:
            self._see_all()

    def _see_all(self) -> None:
        self._unseen = 0
        self.unseenChanged.emit(0)

    # --- columns ----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        was_at_end = self.is_at_end
        super().resizeEvent(event)
        self.fit_columns()
        if was_at_end:
            self.scrollToBottom()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_unseen"):
            self.fit_columns()

    def fit_columns(self) -> None:
        """Show the columns there is room for; the summary takes what is left. Too narrow: rows of two lines."""
        digit = QFontMetrics(self.font()).horizontalAdvance("0")
        widths = [round(column.chars * digit) for column in COLUMNS]
        room = self.viewport().width()
        shown = set(range(len(COLUMNS)))
        for number in sorted(shown, key=lambda n: -COLUMNS[n].rank):
            if COLUMNS[number].rank and sum(widths[n] for n in shown) > room:
                shown.discard(number)
        summary = self._messages.column("summary")
        is_stacked = self._messages.column("version") not in shown
        if is_stacked:
            shown = {summary}
        widths[summary] = max(round(8 * digit), room - sum(widths[n] for n in shown if n != summary))
        for number, width in enumerate(widths):
            self.setColumnHidden(number, number not in shown)
            self.setColumnWidth(number, width)
        if is_stacked != self._messages.is_stacked:
            self._messages.is_stacked = is_stacked
            self.horizontalHeader().setVisible(not is_stacked)
            self._size_rows()

    def _size_rows(self) -> None:
        """One line or two; `prepare_rows` has sized them for one."""
        rows, was_at_end = self.verticalHeader(), self.is_at_end
        height = STACKED_HEIGHT if self._messages.is_stacked else ROW_HEIGHT
        height = round(height * theme.current().row_height / theme.ROW_HEIGHT)
        if rows.defaultSectionSize() != height:
            rows.setMinimumSectionSize(min(height, rows.minimumSectionSize()))
            rows.setDefaultSectionSize(height)
            if was_at_end:
                self.scrollToBottom()

    def _restyle(self) -> None:
        self._size_rows()
        self.viewport().update()

    # --- keys -------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_row() >= 0:
            self.openWanted.emit()
        elif event.text() == "/":
            self.searchWanted.emit()
        elif event.text() == "n":
            self.nextWanted.emit()
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        wanted = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if wanted and event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():  # type: ignore[attr-defined]
            event.accept()  # the first Escape gives the newest message back, the next is the window's
            return True
        return super().event(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here."""

    def current_row(self) -> int:
        """The row that is looked at, or -1."""
        return self.currentIndex().row()

    def go_to(self, row: int) -> None:
        """Look at a row."""
        self.selectRow(row)
        self.scrollTo(self._messages.index(row, 0))

    def copy_rows(self) -> None:
        """The selected rows as tab-separated text with full topics, all columns."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        lines = ["\t".join(key for key in KEYS)]
        for row in rows:
            message = self._messages.message(row)
            whole = {"direction": str(message.direction), "topic": message.topic, "at": words.date_time(message.at)}
            lines.append("\t".join(whole.get(key) or self._messages.text(row, key) for key in KEYS))
        QGuiApplication.clipboard().setText("\n".join(lines))
