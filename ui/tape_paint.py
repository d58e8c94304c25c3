"""How the tape looks: where each row begins, and three lanes (thing, broker, jobs service) with an arrow for each row.

The scrolled view and the exported picture are painted by the same code, at any width and text size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF

from simulator.jobs.model import JobStatus
from ui import status_style, theme
from ui.message_words import clock_time
from ui.mistake_check import Check
from ui.status_style import paint_of
from ui.tape_rows import TapeRow

HEAD: Final = 26  # pixels at zoom 1, like all that follows
PAD: Final = 10
TIME: Final = 86  # the margin with the time of day
NARROW: Final = 460  # below this the margin is left out, and times stand at the end of the title
ARROW: Final = 7
CHECK: Final = 11
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)
_WRAPPED: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
_EVERYWHERE: Final = 10_000


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Tape", text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text under an arrow. `check` marks it with a shape."""

    text: str
    ink: QColor
    check: Check | None = None


class TapePaint:
    """Measures and paints rows for a width. Make another one when width, font or scheme change."""

    def __init__(self, width: int, font: QFont) -> None:
        self.width = width
        self.font = font
        self.small = QFont(font)
        self.small.setPointSizeF(max(7.5, font.pointSizeF() * 0.88))
        self.bold = QFont(font)
        self.bold.setBold(True)
        self._small = QFontMetrics(self.small)
        self._bold = QFontMetrics(self.bold)
        self._line = self._small.lineSpacing()
        self._title = self._bold.height() + 2
        self.is_narrow = width < theme.px(NARROW)
        left = (0 if self.is_narrow else theme.px(TIME)) + theme.px(20 if self.is_narrow else 34)
        right = max(left + 60, width - theme.px(26 if self.is_narrow else 40))
        self.lanes = left, (left + right) // 2, right
        self._room = right - left - 2 * theme.px(PAD)

    # --- measuring --------------------------------------------------------------------------------------------------

    def tops(self, rows: Sequence[TapeRow]) -> list[int]:
        """Where each row begins, and the end of the last one."""
        found = [0]
        for row in rows:
            found.append(found[-1] + self._height(row))
        return found

    def _height(self, row: TapeRow) -> int:
        said = sum(self._lines(sentence) for sentence in sentences(row))
        under = said * self._line + (4 if said else 0)
        return self._head_height(row) + theme.px(7) + self._title + theme.px(11) + under

    def _head_height(self, row: TapeRow) -> int:
        return self._line + theme.px(6) if row.head else 0

    def _lines(self, sentence: Sentence) -> int:
        """How many lines a sentence takes."""
        room = QRect(0, 0, max(40, self._sentence_room(sentence)), _EVERYWHERE)
        height = self._small.boundingRect(room, _WRAPPED, sentence.text).height()
        return max(1, -(-height // self._line))

    def _sentence_room(self, sentence: Sentence) -> int:
        return self._room - (theme.px(CHECK) + 5 if _mark(sentence) else 0)

    # --- painting ---------------------------------------------------------------------------------------------------

    def lane_names(self, painter: QPainter, thing: str) -> None:
        """The head of the tape."""
        tokens, height = theme.current().tokens, theme.px(HEAD)
        painter.setFont(self.font)
        metrics = QFontMetrics(self.font)
        painter.setPen(tokens.secondary)
        for x, name in zip(self.lanes, (thing or tr("thing"), tr("broker"), tr("jobs service")), strict=True):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, self.width // 3)
            wide = metrics.horizontalAdvance(text)
            left = max(2, min(x - wide // 2, self.width - wide - 2))
            painter.drawText(QRect(left, 0, wide + 2, height), int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.setPen(tokens.line)
        painter.drawLine(0, height - 1, self.width, height - 1)

    def lanes_behind(self, painter: QPainter, top: int, bottom: int) -> None:
        """The three lines that arrows go between."""
        painter.setPen(QPen(theme.current().tokens.line, 1))
        for x in self.lanes:
            painter.drawLine(x, top, x, bottom)

    def row(self, painter: QPainter, row: TapeRow, top: int, bottom: int, *, is_current: bool) -> None:
        """One row, which has its place between `top` and `bottom`."""
        tokens = theme.current().tokens
        ground = tokens.base
        if row.head:
            self._paint_head(painter, row.head, top)
            top += self._head_height(row)
        if is_current:
            ground = tokens.selected
            painter.fillRect(0, top, self.width, bottom - top, ground)
            painter.fillRect(0, top, 3, bottom - top, tokens.accent)
            self.lanes_behind(painter, top, bottom)
        ink = _ink(row)
        line = top + theme.px(7) + self._title + 2
        self._paint_arrow(painter, row, line, ink, ground)
        self._paint_words(painter, row, top + theme.px(6), ink, ground)
        if not self.is_narrow:
            painter.setFont(self.small)
            painter.setPen(tokens.secondary)
            margin = theme.px(TIME) - 10
            painter.drawText(QRect(8, top + theme.px(6), margin, self._title), _LEFT, _time(row))
            if row.latency:
                box = QRect(8, top + theme.px(6) + self._line, margin, self._title)
                painter.drawText(box, _LEFT, tr("%1 ms").replace("%1", row.latency))
        self._paint_sentences(painter, sentences(row), line + theme.px(6), ground)

    def _paint_head(self, painter: QPainter, text: str, top: int) -> None:
        """Between rows: what happened there, on a dotted line across the lanes."""
        tokens, (left, _, right) = theme.current().tokens, self.lanes
        painter.setFont(self.small)
        wide, middle = self._small.horizontalAdvance(text) + 16, top + self._head_height_half()
        painter.setPen(QPen(tokens.secondary, 1, Qt.PenStyle.DotLine))
        painter.drawLine(left, middle, right, middle)
        box = QRect((left + right - wide) // 2, top + 2, wide, self._line + 2)
        painter.fillRect(box, tokens.base)
        painter.setPen(tokens.secondary)
        painter.drawText(box, _CENTRE, text)

    def _head_height_half(self) -> int:
        return 3 + self._line // 2

    def _paint_arrow(self, painter: QPainter, row: TapeRow, y: int, ink: QColor, ground: QColor) -> None:
        left, middle, right = self.lanes
        start, end = (left, right) if row.outward else (right, left)
        direction, head = _sign(end - start), theme.px(ARROW)
        style = Qt.PenStyle.DashLine if row.rejected else Qt.PenStyle.SolidLine
        painter.setPen(QPen(ink, 1.6, style))
        if row.unheard:  # it comes to the broker, and is lost on its way from there
            lost = (middle + end) // 2
            painter.drawLine(QPointF(start, y), QPointF(middle, y))
            bad = paint_of(JobStatus.FAILED).glyph
            painter.setPen(QPen(bad, 1.6, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(middle, y), QPointF(lost, y))
            side = theme.px(CHECK)
            painter.fillRect(QRect(lost - side // 2 - 2, y - side // 2, side + 4, side), ground)
            status_style.draw_shape(painter, "cross", QRectF(lost - side / 2, y - side / 2, side, side), bad)
        else:
            painter.drawLine(QPointF(start, y), QPointF(end - direction * head, y))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            back, half = end - direction * head, head * 0.64
            painter.drawPolygon(QPolygonF([QPointF(end, y), QPointF(back, y - half), QPointF(back, y + half)]))
        painter.setBrush(ground)
        painter.setPen(QPen(ink, 1.4))
        painter.drawEllipse(QPointF(middle, y), 3, 3)  # it went through the broker

    def _paint_words(self, painter: QPainter, row: TapeRow, top: int, ink: QColor, ground: QColor) -> None:
        """Title and versions at the left, what was said behind them, times at the right where they have no margin."""
        tokens = theme.current().tokens
        box = QRect(self.lanes[0] + theme.px(PAD), top, self._room, self._title)
        chip = self._bold.horizontalAdvance(row.versions) + 14 if row.versions else 0
        title = self._bold.elidedText(row.title, Qt.TextElideMode.ElideMiddle, max(40, box.width() - chip - 6))
        wide = self._bold.horizontalAdvance(title)
        painter.fillRect(QRect(box.left() - 2, top, wide + (chip + 8 if chip else 0) + 4, self._title), ground)
        painter.setFont(self.bold)
        painter.setPen(ink if row.rejected and not row.wanted else tokens.text)
        painter.drawText(box, _LEFT, title)
        x = box.left() + wide + 8
        if chip:
            around = QRectF(x, top + 0.5, chip, self._title - 2)
            painter.setPen(QPen(ink, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(around, around.height() / 2, around.height() / 2)
            painter.drawText(around, _CENTRE, row.versions)
            x += chip + 8
        end = box.right()
        if self.is_narrow:
            text = tr("%1 ms").replace("%1", row.latency) if row.latency else _time(row)[3:]
            end -= self._paint_end(painter, text, QRect(x, top, end - x, self._title), ground)
        if row.said and end - x > theme.px(60):
            self._paint_said(painter, row.said, QRect(x, top, end - x, self._title), ground)

    def _paint_end(self, painter: QPainter, text: str, room: QRect, ground: QColor) -> int:
        """Small, at the right end of a title; return the room it takes."""
        wide = self._small.horizontalAdvance(text)
        if wide > room.width():
            return 0
        painter.setFont(self.small)
        painter.fillRect(QRect(room.right() - wide - 1, room.top(), wide + 4, room.height()), ground)
        painter.setPen(theme.current().tokens.secondary)
        painter.drawText(room, _RIGHT, text)
        return wide + 10

    def _paint_said(self, painter: QPainter, text: str, room: QRect, ground: QColor) -> None:
        metrics = QFontMetrics(self.font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        taken = metrics.horizontalAdvance(shown) + 3
        painter.setFont(self.font)
        painter.fillRect(QRect(room.left() - 1, room.top(), taken, room.height()), ground)
        painter.setPen(theme.current().tokens.secondary)
        painter.drawText(room, _LEFT, shown)

    def _paint_sentences(self, painter: QPainter, said: list[Sentence], top: int, ground: QColor) -> None:
        painter.setFont(self.small)
        for sentence in said:
            height = self._lines(sentence) * self._line
            box = QRect(self.lanes[0] + theme.px(PAD), top, self._room, height)
            mark = _mark(sentence)
            room = box.adjusted(box.width() - self._sentence_room(sentence), 0, 0, 2)
            taken = self._small.boundingRect(room, _WRAPPED, sentence.text)
            painter.fillRect(QRect(box.left() - 2, top, taken.right() - box.left() + 4, height), ground)
            if mark:
                side = theme.px(CHECK)
                shape = QRectF(box.left(), top + (self._line - side) / 2, side, side)
                status_style.draw_shape(painter, mark, shape, sentence.ink)
            painter.setPen(sentence.ink)
            painter.drawText(room, _WRAPPED, sentence.text)
            top += height


def sentences(row: TapeRow) -> list[Sentence]:
    """What stands under an arrow: what was done on purpose, what was predicted, why it was refused, what mends it."""
    tokens, bad = theme.current().tokens, paint_of(JobStatus.FAILED).glyph
    found = [Sentence(row.fault, tokens.warning[0])] if row.fault else []
    if row.check is not None:
        found.append(Sentence(str(row.check), _check_ink(row.check), row.check))
    if row.why:
        found.append(Sentence(tr("Why: %1").replace("%1", row.why), tokens.secondary if row.wanted else bad))
        found.append(Sentence(tr("Mend: %1").replace("%1", row.mend), tokens.text))
    return found


def _ink(row: TapeRow) -> QColor:
    """The colour of an arrow: the thing's, the service's, or that of failures."""
    if row.wanted:
        return theme.current().tokens.secondary
    if row.rejected:
        return paint_of(JobStatus.FAILED).glyph
    return theme.current().tokens.accent if row.outward else paint_of(JobStatus.SUCCEEDED).glyph


def _mark(sentence: Sentence) -> str:
    """The shape before a prediction that has its answer; "" for every other sentence."""
    if sentence.check is None or not sentence.check.answer:
        return ""
    return "check" if sentence.check.is_equal else "cross"


def _check_ink(check: Check) -> QColor:
    """A prediction that came true in the colour of success, one that did not in that of failure."""
    if not check.answer:
        return theme.current().tokens.secondary
    return paint_of(JobStatus.SUCCEEDED if check.is_equal else JobStatus.FAILED).glyph


def _time(row: TapeRow) -> str:
    return clock_time(row.message.at)


def _sign(value: int) -> int:
    return 1 if value >= 0 else -1
