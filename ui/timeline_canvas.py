"""The timeline of one thing: a node per transition, with the status as shape and colour, version, time and reason."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from simulator.clock import ScaledClock
from simulator.feed import TransitionRecord
from simulator.jobs.model import JobStatus
from ui import status_style, theme, timeline_layout, timeline_paint
from ui.message_words import clock_time, duration
from ui.timeline_layout import COUNTDOWN_GAP, END, Label, Node
from ui.timeline_paint import DOT, RADIUS
from ui.timeline_timeout import Deadline

NEAR: Final = 12.0  # pixels within which the pointer means a node
TOP: Final = 4
TICK_MS: Final = 500  # of the countdown


def offset(seconds: float) -> str:
    """Seconds since the first node: +13 ms, +0.6 s, +12 s, +3:25."""
    if 0 < seconds < 0.0995:
        return f"+{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"+{seconds:.1f} s"
    if seconds < 60:
        return f"+{seconds:.0f} s"
    return f"+{int(seconds) // 60}:{int(seconds) % 60:02d}"


class TimelineCanvas(QWidget):
    """Paints one execution. Arrow keys go from node to node, Enter or a click chooses one."""

    chosen = Signal(object)  # a TransitionRecord

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailTimelineCanvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._records: list[TransitionRecord] = []
        self._line_is_up = True
        self._outages: list[tuple[float, float]] = []
        self.deadline: Deadline | None = None
        self.now: Callable[[], float] = ScaledClock().epoch  # seconds; tests say what time it is
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.update)
        self._room = 0
        self._current = -1
        self.nodes: list[Node] = []
        self.versions: list[Label] = []
        self.labels: list[Label] = []
        theme.current().changed.connect(self.update)

    def show_records(
        self,
        records: list[TransitionRecord],
        *,
        line_is_up: bool,
        outages: Sequence[tuple[float, float]] = (),
        deadline: Deadline | None = None,
    ) -> None:
        """Show one execution's transitions, oldest first; when its line was down, and when it will be timed out."""
        shown = (self._records, self._line_is_up, self._outages, self.deadline)
        if (records, line_is_up, list(outages), deadline) == shown:
            return
        if not records or not self._records or records[0].job_id != self._records[0].job_id:
            self._current = -1
        self._records, self._line_is_up, self._outages = list(records), line_is_up, list(outages)
        self.deadline = deadline if records and not records[-1].status.is_terminal else None
        self._keep_time()
        self.arrange(self._room)

    def _keep_time(self) -> None:
        """Time goes on only where someone sees it."""
        if self.deadline is not None and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._keep_time()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def arrange(self, room: int) -> None:
        """Lay out for a viewport of this width."""
        self._room = room
        zoom = theme.current().zoom
        end = END if self.deadline is None else self._countdown_room() / zoom + COUNTDOWN_GAP
        self.nodes, width = timeline_layout.place(self._records, room, end=end, zoom=zoom)
        measure = QFontMetricsF(self._small()).horizontalAdvance
        labelled = width if self.deadline is None else width - self._countdown_room()
        self.versions = timeline_layout.version_labels(self.nodes, labelled, measure)
        self.labels = timeline_layout.labels(self.nodes, labelled, self._lines, measure, zoom=zoom)
        self._current = min(self._current, len(self.nodes) - 1)
        self.setMinimumSize(round(width), self.sizeHint().height())
        self.setAccessibleName(self._spoken())
        self.update()

    def sizeHint(self) -> QSize:
        line = QFontMetricsF(self._small()).height()
        return QSize(self._room, round(TOP + line + 2 * RADIUS + 8 + 2 * line + 4))

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(7.5, font.pointSizeF() - 1))
        return font

    def _lines(self, number: int) -> tuple[str, ...]:
        record = self._records[number]
        first = number == 0
        time = clock_time(record.at)[:8] if first else offset(record.at - self._records[0].at)
        same = number > 0 and self.word(record) == self.word(self._records[number - 1])
        return (time, self.tr("now") if same and not record.status.is_terminal else self.word(record))

    def word(self, record: TransitionRecord) -> str:
        """Why a transition was, in a word: the reason of an end, else the step, else the status."""
        if record.status.is_terminal:
            return record.reason or status_style.status_word(record.status)
        if record.status is JobStatus.IN_PROGRESS and not record.step:
            return self.tr("started")
        return record.step or status_style.status_word(record.status)

    def countdown(self) -> tuple[str, str] | None:
        """What is told of the timeout, in two lines: which it is, and the time that is left. None if there is none."""
        if self.deadline is None:
            return None
        left = self.deadline.at - self.now()
        which = self.tr("step timeout") if self.deadline.is_step else self.tr("timeout")
        return which, self.tr("in %1").replace("%1", duration(left)) if left > 0 else self.tr("due")

    def _countdown_room(self) -> float:
        told = self.countdown() or ("", "")
        words = (told[0], told[1], self.tr("in %1").replace("%1", "00:00"))  # a digit less must move nothing
        return max(map(QFontMetricsF(self._small()).horizontalAdvance, words)) + 8

    def countdown_rect(self) -> QRectF:
        """Where the timeout is told, under its clock at the right end."""
        line, room = QFontMetricsF(self._small()).height(), self._countdown_room()
        return QRectF(self.width() - room, self._middle() + RADIUS + 4, room, 2 * line)

    def _middle(self) -> float:
        """The height of the line."""
        return TOP + QFontMetricsF(self._small()).height() + RADIUS + 2

    def _spoken(self) -> str:
        if not self._records:
            return self.tr("Timeline: nothing yet")
        newest = self._records[-1]
        text = self.tr("Timeline: %1 transitions, now %2, version %3")
        text = text.replace("%1", str(len(self._records))).replace("%2", status_style.status_word(newest.status))
        return text.replace("%3", str(newest.version))

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small())
        tokens = theme.current().tokens
        line = QFontMetricsF(self._small()).height()
        middle = self._middle()
        if not self.nodes:
            painter.setPen(tokens.secondary)
            painter.setFont(self.font())
            room = self.rect().adjusted(0, TOP, 0, 0)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), self.tr("No job execution yet"))
            return
        self._paint_line(painter, middle)
        for number, node in enumerate(self.nodes):
            timeline_paint.paint_node(painter, node, middle, is_current=number == self._current and self.hasFocus())
        centre = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        for label in self.versions:
            painter.setPen(tokens.text if self.nodes[label.node].is_major else tokens.secondary)
            painter.drawText(QRectF(label.left - 2, TOP - 1, label.width + 4, line), centre, label.lines[0])
        metrics = QFontMetricsF(self._small())
        for label in self.labels:
            for row, text in enumerate(label.lines):
                painter.setPen(tokens.text if row else tokens.secondary)
                box = QRectF(label.left - 1, middle + RADIUS + 4 + row * line, label.width + 2, line)
                painter.drawText(box, centre, metrics.elidedText(text, Qt.TextElideMode.ElideRight, label.width + 1))

    def _paint_line(self, painter: QPainter, middle: float) -> None:
        timeline_paint.paint_ways(painter, self.nodes, middle)
        last, end = self.nodes[-1], float(self.width())
        if self.deadline is not None and not last.record.status.is_terminal:
            told, words = self.countdown_rect(), self.countdown() or ()
            end = timeline_paint.paint_countdown(
                painter, last.x, middle, told, words, self.deadline.share_left(self.now())
            )
        elif not last.record.status.is_terminal:
            timeline_paint.paint_rest(painter, last.x, end, middle)
        outages = self._outages
        if not self._line_is_up and not any(back == math.inf for _, back in outages):
            outages = [*outages, (last.record.at, math.inf)]
        timeline_paint.paint_gaps(painter, timeline_layout.gaps_down(self.nodes, outages, end), middle)

    # --- pointing ---------------------------------------------------------------------------------------------------

    def node_at(self, at: QPointF) -> int:
        """The node that a point means, or -1; big ones are met before small ones."""
        near = [(not node.is_major, abs(node.x - at.x()), n) for n, node in enumerate(self.nodes)]
        near = [found for found in near if found[1] <= (NEAR if not found[0] else DOT + 1)]
        return min(near)[2] if near else -1

    def tip(self, number: int) -> str:
        """All that is known about a node."""
        record = self._records[number]
        parts = [f"v{record.version}", str(record.status), record.step, record.reason]
        parts += [clock_time(record.at), offset(record.at - self._records[0].at)]
        return " · ".join(part for part in parts if part)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self.node_at(QPointF(event.pos()))
            if number >= 0:
                QToolTip.showText(event.globalPos(), self.tip(number), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self.node_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self._go_to(number)
            self.chosen.emit(self._records[number])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self.nodes) - 1
        start = last if self._current < 0 else self._current
        moves = {
            Qt.Key.Key_Left: start - 1 if self._current >= 0 else last,
            Qt.Key.Key_Right: start + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key in moves and self.nodes:
            self._go_to(max(0, min(last, moves[key])))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._current <= last:
            self.chosen.emit(self._records[self._current])
        else:
            super().keyPressEvent(event)

    def _go_to(self, number: int) -> None:
        self._current = number
        self.setAccessibleDescription(self.tip(number))
        self.update()
