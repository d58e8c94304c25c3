"""How each status and each link looks: a colour, a drawn shape and a word, so that none of the three speaks alone."""

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from simulator.jobs.model import JobStatus
from simulator.transport.base import Link
from ui import theme

PILL_PADDING: Final = 8
PILL_GAP: Final = 6  # between shape and word
PILL_SHAPE: Final = 0.55  # of a pill's height
NO_EXECUTION: Final = 0  # the code of a thing that has had no execution
STATUSES: Final = (
    JobStatus.QUEUED,
    JobStatus.IN_PROGRESS,
    JobStatus.SUCCEEDED,
    JobStatus.FAILED,
    JobStatus.TIMED_OUT,
    JobStatus.REJECTED,
    JobStatus.CANCELED,
    JobStatus.REMOVED,
)
CODE_OF: Final[dict[JobStatus | None, int]] = {None: NO_EXECUTION, **{s: i + 1 for i, s in enumerate(STATUSES)}}
LINKS: Final = (Link.OFFLINE, Link.CONNECTING, Link.ONLINE, Link.ERROR)
LINK_CODE: Final = {link: code for code, link in enumerate(LINKS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """The colours of a status in one scheme. `bar` also serves chart series."""

    glyph: QColor
    text: QColor
    fill: QColor
    bar: QColor


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Shape, kind of fill and colours of a status. Fill: outline, tint, solid or dashed."""

    shape: str
    fill: str
    light: Paint
    dark: Paint


def _paint(glyph: str, text: str, fill: str, bar: str) -> Paint:
    return Paint(glyph=QColor(glyph), text=QColor(text), fill=QColor(fill), bar=QColor(bar))


LOOKS: Final = {
    JobStatus.QUEUED: Look(
        shape="ring",
        fill="outline",
        light=_paint("#2F3F55", "#2F3F55", "#E4E8EE", "#2F3F55"),
        dark=_paint("#DDE3EC", "#DDE3EC", "#343A43", "#DDE3EC"),
    ),
    JobStatus.IN_PROGRESS: Look(
        shape="half",
        fill="tint",
        light=_paint("#0859E9", "#0650D2", "#DEE9FD", "#0859E9"),
        dark=_paint("#5CB0FF", "#7CC0FF", "#12324F", "#5CB0FF"),
    ),
    JobStatus.SUCCEEDED: Look(
        shape="check",
        fill="tint",
        light=_paint("#077264", "#066257", "#D5F2EB", "#077264"),
        dark=_paint("#26FC92", "#5CF2B3", "#0E3D2F", "#3FD896"),
    ),
    JobStatus.FAILED: Look(
        shape="cross",
        fill="solid",
        light=_paint("#BF1406", "#FFFFFF", "#BF1406", "#BF1406"),
        dark=_paint("#F0897C", "#2B0704", "#FF8F80", "#F0897C"),
    ),
    JobStatus.TIMED_OUT: Look(
        shape="clock",
        fill="solid",
        light=_paint("#4A2600", "#412101", "#FFC861", "#A35A00"),
        dark=_paint("#F0C142", "#2A1C00", "#F0C142", "#F0C142"),
    ),
    JobStatus.REJECTED: Look(
        shape="slashed",
        fill="tint",
        light=_paint("#711F86", "#711F86", "#F2DFF6", "#711F86"),
        dark=_paint("#DB8DD0", "#E9A8DF", "#432048", "#DB8DD0"),
    ),
    JobStatus.CANCELED: Look(
        shape="square",
        fill="outline",
        light=_paint("#7F6340", "#6E5536", "#F3ECE2", "#7F6340"),
        dark=_paint("#DAC7B1", "#DAC7B1", "#39322A", "#DAC7B1"),
    ),
    JobStatus.REMOVED: Look(
        shape="dash",
        fill="dashed",
        light=_paint("#1F2023", "#1F2023", "#E6E7E9", "#5E6470"),
        dark=_paint("#A4A9AF", "#A9AEB4", "#2B2E33", "#A4A9AF"),
    ),
}


def paint_of(status: JobStatus) -> Paint:
    """The colours of a status in the scheme in use."""
    look = LOOKS[status]
    return look.dark if theme.current().dark else look.light


def status_word(status: JobStatus | None) -> str:
    """The word people read; filters, copies and exports carry the wire's."""
    tr = QCoreApplication.translate
    return {
        None: tr("Status", "No job"),
        JobStatus.QUEUED: tr("Status", "Queued"),
        JobStatus.IN_PROGRESS: tr("Status", "In progress"),
        JobStatus.SUCCEEDED: tr("Status", "Succeeded"),
        JobStatus.FAILED: tr("Status", "Failed"),
        JobStatus.TIMED_OUT: tr("Status", "Timed out"),
        JobStatus.REJECTED: tr("Status", "Rejected"),
        JobStatus.CANCELED: tr("Status", "Canceled"),
        JobStatus.REMOVED: tr("Status", "Removed"),
    }[status]


def link_word(link: Link) -> str:
    """The word people read for a link."""
    tr = QCoreApplication.translate
    return {
        Link.OFFLINE: tr("Link", "Offline"),
        Link.CONNECTING: tr("Link", "Connecting"),
        Link.ONLINE: tr("Link", "Online"),
        Link.ERROR: tr("Link", "Error"),
    }[link]


def draw_shape(painter: QPainter, shape: str, box: QRectF, colour: QColor) -> None:
    """Draw a status shape in a square box with the given colour; needs antialiasing on."""
    width = max(1.4, box.width() / 7.5)
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = box.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    centre = inner.center()
    if shape in ("ring", "half", "slashed", "clock"):
        painter.drawEllipse(inner)
    if shape == "half":
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPie(inner, -90 * 16, 180 * 16)
    elif shape == "slashed":
        off = inner.width() / 2 * 0.7
        painter.drawLine(QLineF(centre.x() - off, centre.y() + off, centre.x() + off, centre.y() - off))
    elif shape == "clock":
        painter.drawPolyline(
            QPolygonF(
                [
                    QPointF(centre.x(), centre.y() - inner.height() * 0.28),
                    centre,
                    QPointF(centre.x() + inner.width() * 0.22, centre.y() + inner.height() * 0.08),
                ]
            )
        )
    elif shape == "check":
        path = QPainterPath(QPointF(inner.left(), centre.y() + inner.height() * 0.05))
        path.lineTo(inner.left() + inner.width() * 0.36, inner.bottom() - inner.height() * 0.1)
        path.lineTo(inner.right(), inner.top() + inner.height() * 0.12)
        painter.drawPath(path)
    elif shape == "cross":
        fit = inner.adjusted(width * 0.3, width * 0.3, -width * 0.3, -width * 0.3)
        painter.drawLine(fit.topLeft(), fit.bottomRight())
        painter.drawLine(fit.topRight(), fit.bottomLeft())
    elif shape == "square":
        painter.fillRect(inner.adjusted(width * 0.4, width * 0.4, -width * 0.4, -width * 0.4), colour)
    elif shape == "dash":
        painter.drawLine(QPointF(inner.left(), centre.y()), QPointF(inner.right(), centre.y()))
    elif shape == "triangle":
        painter.drawPolygon(
            QPolygonF([QPointF(centre.x(), inner.top()), inner.bottomRight(), QPointF(inner.left(), inner.bottom())])
        )
        painter.drawLine(
            QPointF(centre.x(), inner.top() + inner.height() * 0.4),
            QPointF(centre.x(), inner.top() + inner.height() * 0.62),
        )
        painter.drawPoint(QPointF(centre.x(), inner.top() + inner.height() * 0.82))


def draw_link(painter: QPainter, link: Link, box: QRectF) -> None:
    """Draw a link's shape in a square box; needs antialiasing on."""
    tokens = theme.current().tokens
    if link is Link.ONLINE:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(paint_of(JobStatus.SUCCEEDED).glyph)
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
    elif link is Link.CONNECTING:
        painter.setPen(QPen(paint_of(JobStatus.IN_PROGRESS).glyph, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawArc(box.adjusted(1.5, 1.5, -1.5, -1.5), 90 * 16, 180 * 16)
    elif link is Link.OFFLINE:
        painter.setPen(QPen(tokens.secondary, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.adjusted(1.5, 1.5, -1.5, -1.5))
    else:
        draw_shape(painter, "triangle", box, paint_of(JobStatus.FAILED).glyph)


class Pixmaps:
    """Pills and link shapes, painted once per size, scale, scheme and font, and dropped when the scheme changes."""

    def __init__(self) -> None:
        self._pills: dict[tuple[object, ...], QPixmap] = {}
        self._links: dict[tuple[object, ...], QPixmap] = {}
        theme.current().changed.connect(self.clear)

    def clear(self) -> None:
        """Forget everything painted."""
        self._pills.clear()
        self._links.clear()

    def pill(self, code: int, width: int, height: int, scale: float, font: QFont) -> QPixmap:
        """The pill of the status with this code (1…8), in device-independent pixels at the screen's scale."""
        key = (code, width, height, scale, font.key())
        found = self._pills.get(key)
        if found is None:
            if len(self._pills) > 512:  # a column being dragged makes one per width
                self._pills.clear()
            found = self._pills[key] = _pill_pixmap(STATUSES[code - 1], width, height, scale, font)
        return found

    def link(self, code: int, size: int, scale: float) -> QPixmap:
        """The shape of the link with this code."""
        key = (code, size, scale)
        found = self._links.get(key)
        if found is None:
            found = _blank(size, size, scale)
            painter = QPainter(found)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_link(painter, LINKS[code], QRectF(0, 0, size, size))
            painter.end()
            self._links[key] = found
        return found


def _blank(width: int, height: int, scale: float) -> QPixmap:
    pixmap = QPixmap(round(width * scale), round(height * scale))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def draw_pill_frame(painter: QPainter, status: JobStatus, box: QRectF) -> None:
    """Fill and border of a pill; the border is drawn for outline and dashed fills."""
    look, paint = LOOKS[status], paint_of(status)
    frame = box.adjusted(0.75, 0.75, -0.75, -0.75)
    border = {"outline": QPen(paint.text, 1.2), "dashed": QPen(paint.text, 1.2, Qt.PenStyle.DashLine)}
    painter.setPen(border.get(look.fill, QPen(Qt.PenStyle.NoPen)))
    painter.setBrush(paint.fill)
    painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)


def pill_width(font: QFont, height: int) -> int:
    """How wide a pill of this height is that cuts no status's word."""
    widest = max(QFontMetricsF(font).horizontalAdvance(status_word(status)) for status in STATUSES)
    return math.ceil(widest) + round(height * PILL_SHAPE) + 2 * PILL_PADDING + PILL_GAP + 1


def _pill_pixmap(status: JobStatus, width: int, height: int, scale: float, font: QFont) -> QPixmap:
    pixmap = _blank(width, height, scale)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_pill_frame(painter, status, QRectF(0, 0, width, height))
    paint = paint_of(status)
    side = round(height * PILL_SHAPE)
    draw_shape(painter, LOOKS[status].shape, QRectF(PILL_PADDING, (height - side) / 2, side, side), paint.text)
    left = PILL_PADDING + side + PILL_GAP
    room = QRectF(left, 0, width - left - PILL_PADDING, height)
    painter.setFont(font)
    painter.setPen(paint.text)
    text = QFontMetricsF(font).elidedText(status_word(status), Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.end()
    return pixmap


_pixmaps: list[Pixmaps] = []


def pixmaps() -> Pixmaps:
    """The application's cache."""
    if not _pixmaps:
        _pixmaps.append(Pixmaps())
    return _pixmaps[0]
