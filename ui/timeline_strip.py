"""The job executions of a thing in one line: a mark for each, oldest first, the one that is looked at framed."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from simulator.jobs.model import JobStatus
from ui import status_style, theme

HEIGHT: Final = 24
SIDE: Final = 12
PAD: Final = 7
GAP: Final = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """One execution: what its mark says, and what is told of it in full."""

    status: JobStatus
    text: str
    tip: str


class TimelineStrip(QWidget):
    """Left and Right go from one to the next. Where not all have room, the older ones are left out and counted."""

    chosen = Signal(int)  # the place of an execution, 0 for the oldest

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailExecutionStrip")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as time goes
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.marks: list[Mark] = []
        self.current = -1
        theme.current().changed.connect(self._restyle)

    def show_marks(self, marks: list[Mark], current: int) -> None:
        """Show these, and look at one of them."""
        if (marks, current) != (self.marks, self.current):
            self.marks, self.current = marks, current
            told = marks[current].tip if 0 <= current < len(marks) else ""
            name = self.tr("Job executions of this thing: %1, looking at %2")
            self.setAccessibleName(name.replace("%1", str(len(marks))).replace("%2", told))
            self.update()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, theme.px(HEIGHT))

    # --- where they are ---------------------------------------------------------------------------------------------

    def rects(self) -> dict[int, QRectF]:
        """Where each mark is that has room; the one that is looked at always has."""
        metrics = QFontMetricsF(self.font())
        wide = [theme.px(PAD) * 2 + theme.px(SIDE) + 5 + metrics.horizontalAdvance(mark.text) for mark in self.marks]
        room = self.width() - metrics.horizontalAdvance(self._left_out(len(self.marks))) - GAP
        if sum(wide) + GAP * (len(wide) - 1) <= self.width():
            room = float(self.width())
        shown: list[int] = []
        last = min(len(self.marks) - 1, max(self.current, 0)) if self.current < len(self.marks) - 1 else -1
        for place in ([last] if last >= 0 else []) + list(range(len(self.marks) - 1, -1, -1)):
            if place not in shown:
                if shown and wide[place] + GAP > room:
                    break
                shown.append(place)
                room -= wide[place] + GAP
        x = 0.0 if len(shown) == len(self.marks) else metrics.horizontalAdvance(self._left_out(len(self.marks))) + GAP
        found: dict[int, QRectF] = {}
        for place in sorted(shown):
            found[place] = QRectF(x, 0, min(wide[place], self.width() - x), self.height())
            x += wide[place] + GAP
        return found

    @staticmethod
    def _left_out(count: int) -> str:
        return f"+{count}"

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, metrics, rects = theme.current().tokens, QFontMetricsF(self.font()), self.rects()
        left_out = len(self.marks) - len(rects)
        if left_out:
            painter.setPen(tokens.secondary)
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter), self._left_out(left_out))
        for place, box in rects.items():
            mark, is_current = self.marks[place], place == self.current
            frame = box.adjusted(0.75, 0.75, -0.75, -0.75)
            painter.setBrush(tokens.selected if is_current else Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens.accent if is_current else tokens.line, 1.5 if is_current else 1))
            painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
            if is_current and self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(tokens.accent, 1, Qt.PenStyle.DotLine))
                inner = frame.adjusted(2.5, 2.5, -2.5, -2.5)
                painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
            side = theme.px(SIDE)
            corner = QPointF(box.left() + theme.px(PAD), box.center().y() - side / 2)
            shape = QRectF(corner.x(), corner.y(), side, side)
            paint = status_style.paint_of(mark.status)
            status_style.draw_shape(painter, status_style.LOOKS[mark.status].shape, shape, paint.glyph)
            room = QRectF(shape.right() + 5, 0, box.right() - shape.right() - 5 - theme.px(PAD) + 1, box.height())
            painter.setPen(tokens.text if is_current else tokens.secondary)
            text = metrics.elidedText(mark.text, Qt.TextElideMode.ElideRight, room.width() + 1)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)

    # --- pointer and keys -------------------------------------------------------------------------------------------

    def _at(self, point: QPointF) -> int:
        return next((place for place, box in self.rects().items() if box.contains(point)), -1)

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self.marks) and place != self.current:
            self.chosen.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self.marks) - 1
        moves = {
            Qt.Key.Key_Left: self.current - 1,
            Qt.Key.Key_Right: self.current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key in moves:
            self._choose(max(0, min(last, moves[key])))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.marks[place].tip if place >= 0 else "", self)
            return True
        return super().event(event)
