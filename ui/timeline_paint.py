"""Paints the parts of a timeline: nodes, the line between them, where it was down, and the time that is left."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from simulator.jobs.model import JobStatus
from ui import status_style, theme
from ui.timeline_layout import Node

RADIUS: Final = 10.0
DOT: Final = 3.0
CLOCK: Final = 13.0


def paint_ways(painter: QPainter, nodes: Sequence[Node], middle: float) -> None:
    """The line from node to node, each piece in the colour of the status it began with."""
    for before, after in pairwise(nodes):
        colour = status_style.paint_of(before.record.status).bar
        painter.setPen(QPen(colour, 2))
        painter.drawLine(QPointF(before.x, middle), QPointF(after.x, middle))


def paint_rest(painter: QPainter, start: float, end: float, middle: float) -> None:
    """The line after the last node, whose end nobody knows."""
    painter.setPen(QPen(theme.current().tokens.line, 2))
    painter.drawLine(QPointF(start, middle), QPointF(end, middle))


def paint_gaps(painter: QPainter, gaps: Iterable[tuple[float, float]], middle: float) -> None:
    """Where the thing's line was down."""
    for left, right in gaps:
        painter.setPen(QPen(theme.current().tokens.window, 4))
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        pen = QPen(status_style.paint_of(JobStatus.FAILED).glyph, 2, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([2, 1.5])
        painter.setPen(pen)
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))


def paint_countdown(
    painter: QPainter, start: float, middle: float, told: QRectF, words: Sequence[str], share_left: float
) -> float:
    """The time that is left as a line that gets shorter, before a clock, with words in `told` under it.

    Return where the clock is.
    """
    tokens, paint = theme.current().tokens, status_style.paint_of(JobStatus.TIMED_OUT)
    centre = told.center().x()
    end = centre - CLOCK / 2 - 2
    paint_rest(painter, start, end, middle)
    painter.setPen(QPen(paint.bar, 2))
    painter.drawLine(QPointF(end - (end - start) * share_left, middle), QPointF(end, middle))
    clock = QRectF(centre - CLOCK / 2, middle - CLOCK / 2, CLOCK, CLOCK)
    status_style.draw_shape(painter, "clock", clock, paint.glyph)
    line = told.height() / 2
    for row, text in enumerate(words):
        painter.setPen(tokens.text if row else tokens.secondary)
        box = QRectF(told.left(), told.top() + row * line, told.width(), line)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), text)
    return end


def paint_node(painter: QPainter, node: Node, middle: float, *, is_current: bool) -> None:
    """One transition: a shape in a circle where the status changed, a dot where only the version did."""
    tokens = theme.current().tokens
    look, paint = status_style.LOOKS[node.record.status], status_style.paint_of(node.record.status)
    centre = QPointF(node.x, middle)
    painter.setPen(Qt.PenStyle.NoPen)
    if node.is_major:
        painter.setBrush(tokens.window)
        painter.drawEllipse(centre, RADIUS + 1.5, RADIUS + 1.5)
        painter.setBrush(paint.fill)
        painter.setPen(QPen(paint.text if look.fill == "outline" else paint.bar, 1.2))
        painter.drawEllipse(centre, RADIUS - 0.6, RADIUS - 0.6)
        side = RADIUS * 1.15
        status_style.draw_shape(
            painter, look.shape, QRectF(node.x - side / 2, middle - side / 2, side, side), paint.text
        )
    else:
        painter.setBrush(paint.bar)
        painter.drawEllipse(centre, DOT, DOT)
    if is_current:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tokens.accent, 2))
        ring = (RADIUS if node.is_major else DOT) + 2.5
        painter.drawEllipse(centre, ring, ring)
