"""The tape as a scrolled view: it stays at the newest while it is there, and where one reads otherwise."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from simulator.feed import MessageRecord
from ui import theme
from ui.tape_paint import HEAD, PAD, TapePaint
from ui.tape_rows import TapeRow

PAGE: Final = 10  # rows that Page up and Page down go by


class TapeView(QAbstractScrollArea):
    """Shows TapeRows. Arrow keys go from row to row, Enter or a double click opens one."""

    chosen = Signal(object)  # a MessageRecord
    opened = Signal(object)  # a MessageRecord
    copyWanted = Signal()
    unseenChanged = Signal(int)
    measured = Signal()  # widths or heights are others than before
    menuWanted = Signal(QPoint)  # where on the viewport

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tapeView")
        self.setAccessibleName(self.tr("Messages between the thing and the jobs service"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows: list[TapeRow] = []
        self.thing = ""
        self._tops: list[int] = [0]  # of each row, and the end of the last one
        self._current: MessageRecord | None = None
        self._seen: MessageRecord | None = None  # the newest row that was in sight at the bottom
        self._read: tuple[MessageRecord | None, int] = (None, 0)  # the row at the upper edge, and how far it is over it
        self.look = TapePaint(self.viewport().width(), self.font())
        self.setViewportMargins(0, self.head_height(), 0, 0)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.current().changed.connect(self._restyle)

    # --- rows -------------------------------------------------------------------------------------------------------

    def show_rows(self, rows: Sequence[TapeRow]) -> None:
        """Take these rows instead of those there were; what one reads stays where it is."""
        self.rows = list(rows)
        self._measure_and_stay()
        self._tell_unseen()
        self.viewport().update()

    def is_at_bottom(self) -> bool:
        """Whether the newest row is in sight."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 2

    def scroll_to_newest(self) -> None:
        """To the bottom, and stay there."""
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self._tell_unseen()

    def unseen(self) -> int:
        """How many rows came since the bottom was left."""
        if self.is_at_bottom() or self._seen is None:
            return 0
        for back, row in enumerate(reversed(self.rows)):
            if row.message == self._seen:
                return back
        return len(self.rows)

    def current_row(self) -> int:
        """The number of the chosen row, -1 for none."""
        return next((n for n, row in enumerate(self.rows) if row.message == self._current), -1)

    def current_message(self) -> MessageRecord | None:
        """The chosen message, if it is still there."""
        return self._current if self.current_row() >= 0 else None

    def choose(self, place: int) -> None:
        """Choose a row and bring it into sight."""
        if not 0 <= place < len(self.rows):
            return
        self._current = self.rows[place].message
        top, bottom = self._tops[place], self._tops[place + 1]
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + height:
            bar.setValue(min(top, bottom - height))
        if place == len(self.rows) - 1:
            bar.setValue(bar.maximum())  # with the margin below: else new rows would not be followed
        self.setAccessibleDescription(spoken(self.rows[place]))
        self.viewport().update()
        self.chosen.emit(self._current)

    def choose_message(self, message: MessageRecord) -> None:
        """Choose the row of a message, if it is there."""
        self.choose(next((n for n, row in enumerate(self.rows) if row.message == message), -1))

    def row_at(self, y: int) -> int:
        """The row at a height of the viewport, -1 for none."""
        place = bisect_right(self._tops, y + self.verticalScrollBar().value()) - 1
        return place if place < len(self.rows) else -1

    def row_rect(self, place: int) -> QRect:
        """Where a row is on the viewport."""
        top = self._tops[place] - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), self._tops[place + 1] - self._tops[place])

    def _anchor(self) -> tuple[MessageRecord | None, int]:
        """The row at the upper edge, and how far it is over it."""
        value = self.verticalScrollBar().value()
        place = bisect_right(self._tops, value) - 1
        return (self.rows[place].message, value - self._tops[place]) if place < len(self.rows) else (None, 0)

    def _measure_and_stay(self) -> None:
        """Measure anew; the bottom stays the bottom, and else what is at the upper edge stays there."""
        bar, at_bottom = self.verticalScrollBar(), self.is_at_bottom()
        anchor, offset = self._read
        self._measure()
        if at_bottom:
            bar.setValue(bar.maximum())
        elif anchor is not None:
            place = next((n for n, row in enumerate(self.rows) if row.message == anchor), None)
            if place is not None:
                bar.setValue(self._tops[place] + offset)
        self._read = self._anchor()

    def _measure(self) -> None:
        self.look = TapePaint(self.viewport().width(), self.font())
        self._tops = self.look.tops(self.rows)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, self._tops[-1] + PAD - height))
        bar.setPageStep(max(1, height))
        bar.setSingleStep(theme.px(38))
        self.measured.emit()

    def _scrolled(self) -> None:
        self._read = self._anchor()
        self._tell_unseen()
        self.viewport().update()

    def _tell_unseen(self) -> None:
        if self.is_at_bottom() and self.rows:
            self._seen = self.rows[-1].message
        self.unseenChanged.emit(self.unseen())

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.current().tokens.base)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top, height = self.verticalScrollBar().value(), self.viewport().height()
        painter.translate(0, -top)
        self.paint_rows(painter, top, top + height)

    def paint_rows(self, painter: QPainter, top: int, bottom: int) -> None:
        """Paint the part of the tape from `top` to `bottom`; exports paint all of it."""
        self.look.lanes_behind(painter, top, bottom)
        if not self.rows:
            painter.setPen(theme.current().tokens.secondary)
            box = QRect(0, top, self.viewport().width(), bottom - top)
            text = self.tr("No messages yet.")
            room = painter.fontMetrics().boundingRect(box, int(Qt.AlignmentFlag.AlignCenter), text)
            painter.fillRect(room.adjusted(-4, 0, 4, 0), theme.current().tokens.base)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
        current = self.current_row()
        for place, row in enumerate(self.rows):
            if self._tops[place + 1] > top and self._tops[place] < bottom:
                self.look.row(painter, row, self._tops[place], self._tops[place + 1], is_current=place == current)

    def paint_head(self, painter: QPainter) -> None:
        """The names of the lanes."""
        self.look.lane_names(painter, self.thing)

    def head_height(self) -> int:
        """Of the names of the lanes, in pixels."""
        return theme.px(HEAD)

    def full_height(self) -> int:
        """The whole tape with its head, in pixels."""
        return self.head_height() + self._tops[-1] + PAD

    # --- pointer and keys -------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose(self.row_at(event.position().toPoint().y()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.row_at(event.position().toPoint().y())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.opened.emit(self.rows[place].message)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.current_row()
            at = self.row_rect(place).center() if place >= 0 else self.viewport().rect().center()
        else:
            at = event.pos()  # the press before it has chosen the row
        self.menuWanted.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: PAGE,
            Qt.Key.Key_PageUp: -PAGE,
            Qt.Key.Key_Home: -len(self.rows),
            Qt.Key.Key_End: len(self.rows),
        }
        here, key = self.current_row(), Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy) and here >= 0:
            self.copyWanted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and here >= 0:
            self.opened.emit(self.rows[here].message)
        elif key in steps and self.rows:
            last = len(self.rows) - 1
            self.choose(last if here < 0 else max(0, min(last, here + steps[key])))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        is_override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_override and event.matches(QKeySequence.StandardKey.Copy):  # type: ignore[attr-defined]
            event.accept()  # copying is of the message that is chosen here
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure_and_stay()
        self._tell_unseen()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "look"):
            self._measure_and_stay()

    def _restyle(self) -> None:
        self.setViewportMargins(0, self.head_height(), 0, 0)
        self._measure_and_stay()
        self.viewport().update()

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 120)


class TapeHead(QWidget):
    """The names of the lanes, over the rows; lies in the view's top margin."""

    def __init__(self, view: TapeView) -> None:
        super().__init__(view)
        self._view = view
        theme.current().changed.connect(self.update)
        view.measured.connect(self.place)

    def place(self) -> None:
        """Go over the viewport, as wide as it is."""
        self.setGeometry(0, 0, self._view.viewport().width(), self._view.head_height())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().tokens.window)
        self._view.paint_head(painter)


def spoken(row: TapeRow) -> str:
    """What a screen reader says of a row."""
    check = "" if row.check is None else str(row.check)
    parts = (row.head, row.title, row.versions, row.said, row.fault, row.why, row.mend, check)
    return ", ".join(part for part in parts if part)
