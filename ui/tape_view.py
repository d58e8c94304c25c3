"""The tape, painted: three lanes (thing, broker, jobs service), an arrow for each message, the newest at the bottom."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from simulator.feed import MessageRecord
from simulator.jobs.model import JobStatus
from ui import theme
from ui.message_words import clock_time
from ui.mistake_check import Check
from ui.status_style import paint_of
from ui.tape_rows import TapeRow

HEAD: Final = 26
ROW: Final = 38
LINE: Final = 16  # of the sentences under a rejection
PAD: Final = 10
TIME: Final = 86  # the margin with the time of day
NARROW: Final = 460  # below this the margin is left out
HEAD_SIZE: Final = 7.0  # of an arrow


class TapeView(QAbstractScrollArea):
    """Shows TapeRows. It stays at the bottom while it is there, and where one reads otherwise."""

    chosen = Signal(object)  # a MessageRecord
    unseenChanged = Signal(int)
    menuWanted = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tapeView")
        self.setAccessibleName(self.tr("Messages between the thing and the jobs service"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(0, HEAD, 0, 0)
        self.rows: list[TapeRow] = []
        self._tops: list[int] = [0]  # of each row, and the end of the last one
        self._current: MessageRecord | None = None
        self._seen: MessageRecord | None = None  # the newest row that was in sight at the bottom
        self.thing = ""
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.current().changed.connect(self._restyle)

    # --- rows -------------------------------------------------------------------------------------------------------

    def show_rows(self, rows: Sequence[TapeRow]) -> None:
        """Take these rows instead of those there were; what one reads stays where it is."""
        at_bottom = self.is_at_bottom()
        bar = self.verticalScrollBar()
        anchor, offset = self._anchor()
        self.rows = list(rows)
        self._measure()
        if at_bottom:
            bar.setValue(bar.maximum())
        elif anchor is not None:
            place = next((n for n, row in enumerate(self.rows) if row.message == anchor), None)
            if place is not None:
                bar.setValue(self._tops[place] + offset)
        self._tell_unseen()
        self.viewport().update()
        self.update()

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

    def choose(self, place: int) -> None:
        """Choose a row and bring it into sight."""
        if not 0 <= place < len(self.rows):
            return
        self._current = self.rows[place].message
        top, bottom = self._tops[place], self._tops[place + 1]
        bar = self.verticalScrollBar()
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(bottom - self.viewport().height())
        self.setAccessibleDescription(spoken(self.rows[place]))
        self.viewport().update()
        self.chosen.emit(self._current)

    def _anchor(self) -> tuple[MessageRecord | None, int]:
        value = self.verticalScrollBar().value()
        for place, row in enumerate(self.rows):
            if self._tops[place + 1] > value:
                return row.message, value - self._tops[place]
        return None, 0

    def _measure(self) -> None:
        tops, width = [0], self._lanes()[2] - self._lanes()[0] - 2 * PAD
        metrics = QFontMetrics(self._small())
        for row in self.rows:
            tops.append(tops[-1] + ROW + _lines(row, metrics, width) * LINE + (6 if row.rejected else 0))
        self._tops = tops
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, tops[-1] + PAD - height))
        bar.setPageStep(max(1, height))
        bar.setSingleStep(ROW)

    def _scrolled(self) -> None:
        self._tell_unseen()
        self.viewport().update()

    def _tell_unseen(self) -> None:
        if self.is_at_bottom() and self.rows:
            self._seen = self.rows[-1].message
        self.unseenChanged.emit(self.unseen())

    # --- painting ---------------------------------------------------------------------------------------------------

    def _lanes(self) -> tuple[int, int, int]:
        """Where thing, broker and service stand."""
        width = self.viewport().width()
        left = (TIME if width >= NARROW else 0) + 34
        right = max(left + 60, width - 40)
        return left, (left + right) // 2, right

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.current().tokens.base)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top, height = self.verticalScrollBar().value(), self.viewport().height()
        painter.translate(0, -top)
        self.paint_rows(painter, top, top + height)

    def paint_rows(self, painter: QPainter, top: int, bottom: int) -> None:
        """Paint the part of the tape from `top` to `bottom`; exports paint all of it."""
        tokens, lanes = theme.current().tokens, self._lanes()
        painter.setPen(QPen(tokens.line, 1))
        for x in lanes:
            painter.drawLine(x, top, x, bottom)
        if not self.rows:
            painter.setPen(tokens.secondary)
            box = QRect(0, top, self.viewport().width(), bottom - top)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self.tr("No messages yet."))
        for place, row in enumerate(self.rows):
            if self._tops[place + 1] > top and self._tops[place] < bottom:
                self._paint_row(painter, row, self._tops[place], self._tops[place + 1], lanes)

    def _paint_row(self, painter: QPainter, row: TapeRow, top: int, bottom: int, lanes: tuple[int, int, int]) -> None:
        tokens = theme.current().tokens
        left, middle, right = lanes
        width = self.viewport().width()
        if row.message == self._current:
            painter.fillRect(0, top, width, bottom - top, tokens.selected)
            painter.fillRect(0, top, 3, bottom - top, tokens.accent)
        bad = paint_of(JobStatus.FAILED).glyph
        good = tokens.accent if row.outward else paint_of(JobStatus.SUCCEEDED).glyph
        ink = bad if row.rejected else good
        line = top + 25
        pen = QPen(ink, 1.6, Qt.PenStyle.DashLine if row.rejected else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        start, end = (left, right) if row.outward else (right, left)
        painter.drawLine(QPointF(start, line), QPointF(end - _sign(end - start) * HEAD_SIZE, line))
        _arrow_head(painter, QPointF(end, line), _sign(end - start), ink)
        painter.setBrush(tokens.base)
        painter.setPen(QPen(ink, 1.4))
        painter.drawEllipse(QPointF(middle, line), 3, 3)  # it went through the broker
        self._paint_words(painter, row, top, left, right, ink)
        if left > TIME:
            painter.setFont(self._small())
            painter.setPen(tokens.secondary)
            box = QRect(8, top + 5, TIME - 10, 18)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self._time(row))
            if row.latency:
                box = QRect(8, top + 20, TIME - 10, 16)
                text = self.tr("%1 ms").replace("%1", row.latency)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        if row.why or row.fault:
            self._paint_sentences(painter, row, line + 6, left, right)

    def _paint_words(self, painter: QPainter, row: TapeRow, top: int, left: int, right: int, ink: QColor) -> None:
        """The title and versions at the arrow's beginning, what was said behind them."""
        tokens = theme.current().tokens
        bold = QFont(self.font())
        bold.setBold(True)
        metrics = QFontMetrics(bold)
        box = QRect(left + PAD, top + 4, right - left - 2 * PAD, 18)
        title = metrics.elidedText(row.title, Qt.TextElideMode.ElideMiddle, box.width())
        painter.setFont(bold)
        painter.setPen(ink if row.rejected else tokens.text)
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(box, flags, title)
        x = box.left() + metrics.horizontalAdvance(title) + 8
        if row.versions and x < box.right() - 20:
            chip = QRectF(x, top + 5, metrics.horizontalAdvance(row.versions) + 12, 16)
            painter.setPen(QPen(ink, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(chip, 8, 8)
            painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), row.versions)
            x = round(chip.right()) + 8
        if row.said and not row.fault and x < box.right() - 40:
            painter.setFont(self.font())
            painter.setPen(tokens.secondary)
            rest = QRect(x, top + 4, box.right() - x, 18)
            text = QFontMetrics(self.font()).elidedText(row.said, Qt.TextElideMode.ElideRight, rest.width())
            painter.drawText(rest, flags, text)

    def _paint_sentences(self, painter: QPainter, row: TapeRow, top: int, left: int, right: int) -> None:
        tokens = theme.current().tokens
        painter.setFont(self._small())
        metrics, width = QFontMetrics(self._small()), right - left - 2 * PAD
        parts = [(row.fault, tokens.warning[0])] if row.fault else []
        if row.check is not None:
            parts.append((str(row.check), _check_ink(row.check)))
        if row.why:
            parts = [(self.tr("Why: %1").replace("%1", row.why), paint_of(JobStatus.FAILED).glyph)]
            parts.append((self.tr("Mend: %1").replace("%1", row.mend), tokens.text))
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        for text, ink in parts:
            lines = _wrapped(text, metrics, width)
            painter.setPen(ink)
            painter.drawText(QRect(left + PAD, top, width, lines * LINE + 2), flags, text)
            top += lines * LINE

    def _time(self, row: TapeRow) -> str:
        return clock_time(row.message.at)[:12]

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(7.5, font.pointSizeF() * 0.88))
        return font

    def paint_head(self, painter: QPainter) -> None:
        """The names of the lanes."""
        tokens = theme.current().tokens
        painter.setPen(tokens.secondary)
        names = (self.thing or self.tr("thing"), self.tr("broker"), self.tr("jobs service"))
        metrics, width = painter.fontMetrics(), self.viewport().width()
        for x, name in zip(self._lanes(), names, strict=True):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width // 3)
            wide = metrics.horizontalAdvance(text)
            left = max(2, min(x - wide // 2, width - wide - 2))
            painter.drawText(QRect(left, 0, wide + 2, HEAD), int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.setPen(tokens.line)
        painter.drawLine(0, HEAD - 1, width, HEAD - 1)

    def full_height(self) -> int:
        """The whole tape with its head, in pixels."""
        return HEAD + self._tops[-1] + PAD

    # --- pointer and keys -------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        y = event.position().toPoint().y() + self.verticalScrollBar().value()
        place = next((n for n in range(len(self.rows)) if self._tops[n] <= y < self._tops[n + 1]), -1)
        self.choose(place)
        if event.button() == Qt.MouseButton.RightButton:
            self.menuWanted.emit(event.position().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 10,
            Qt.Key.Key_PageUp: -10,
            Qt.Key.Key_Home: -len(self.rows),
            Qt.Key.Key_End: len(self.rows),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.rows:
            super().keyPressEvent(event)
            return
        here = self.current_row()
        wanted = len(self.rows) - 1 if here < 0 else max(0, min(len(self.rows) - 1, here + step))
        self.choose(wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        at_bottom = self.is_at_bottom()
        super().resizeEvent(event)
        self._measure()
        if at_bottom:
            self.scroll_to_newest()

    def _restyle(self) -> None:
        self.viewport().update()
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 120)


class TapeHead(QWidget):
    """The names of the lanes, over the rows; lies in the view's top margin."""

    def __init__(self, view: TapeView) -> None:
        super().__init__(view)
        self._view = view
        theme.current().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().tokens.window)
        self._view.paint_head(painter)


def spoken(row: TapeRow) -> str:
    """What a screen reader says of a row."""
    check = "" if row.check is None else str(row.check)
    return ", ".join(part for part in (row.title, row.versions, row.said, row.why, row.mend, check) if part)


def _check_ink(check: Check) -> QColor:
    """A prediction that came true in the colour of success, one that did not in that of failure."""
    if not check.answer:
        return theme.current().tokens.secondary
    return paint_of(JobStatus.SUCCEEDED if check.is_equal else JobStatus.FAILED).glyph


def _lines(row: TapeRow, metrics: QFontMetrics, width: int) -> int:
    texts = [f"Why: {row.why}", f"Mend: {row.mend}"] if row.why else [row.fault] if row.fault else []
    if row.check is not None and row.fault:
        texts.append(str(row.check))
    return sum(_wrapped(text, metrics, width) for text in texts)


def _wrapped(text: str, metrics: QFontMetrics, width: int) -> int:
    """How many lines a text takes in so many pixels."""
    flags = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)
    box = metrics.boundingRect(QRect(0, 0, max(40, width), 10_000), flags, text)
    return max(1, -(-box.height() // metrics.lineSpacing()))


def _sign(value: int) -> int:
    return 1 if value >= 0 else -1


def _arrow_head(painter: QPainter, tip: QPointF, direction: int, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    back = tip.x() - direction * HEAD_SIZE
    painter.drawPolygon(QPolygonF([tip, QPointF(back, tip.y() - 4.5), QPointF(back, tip.y() + 4.5)]))
