"""A sheet that lies over the window: the ground and edge that palette, shortcuts and the wall's card have in common."""

from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from ui import theme

ROUND: Final = 8


def paint_sheet(widget: QWidget, corners: int = ROUND) -> None:
    """Paint the whole of a widget as a sheet; to be called in its paint event."""
    tokens = theme.current().tokens
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(tokens.outline, 1))
    painter.setBrush(tokens.window)
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), corners, corners)
