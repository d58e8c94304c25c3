"""A status shape as an icon, for widgets that take icons."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from simulator.jobs.model import JobStatus
from ui import status_style
from ui.icons import SCALES

SIDE = 14


def status_icon(status: JobStatus) -> QIcon:
    """The shape in its colour of the scheme in use. Ask again after the scheme has changed."""
    icon = QIcon()
    for scale in SCALES:
        picture = QPixmap(round(SIDE * scale), round(SIDE * scale))
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = status_style.paint_of(status).glyph
        status_style.draw_shape(painter, status_style.LOOKS[status].shape, QRectF(0.5, 0.5, SIDE - 1, SIDE - 1), colour)
        painter.end()
        icon.addPixmap(picture)
    return icon
