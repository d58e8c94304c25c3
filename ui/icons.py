"""The program's own icons: SVG files whose `currentColor` is replaced, rendered per size, scale and colour."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources
from ui import theme

SIZE = 20  # device-independent pixels in toolbars and buttons
SCALES = (1.0, 1.5, 2.0, 3.0)


def icon(name: str, colour: QColor | None = None, size: int = SIZE) -> QIcon:
    """The icon in the scheme's text colour, or in the given one. Ask again after the scheme has changed."""
    tokens = theme.current().tokens
    result = QIcon()
    normal = (colour or tokens.text).name()
    for scale in SCALES:
        result.addPixmap(_render(name, normal, size, scale), QIcon.Mode.Normal)
        result.addPixmap(_render(name, tokens.placeholder.name(), size, scale), QIcon.Mode.Disabled)
    return result


def pixmap(name: str, colour: QColor, size: int, scale: float) -> QPixmap:
    """One picture of the icon, `size` device-independent pixels square."""
    return _render(name, colour.name(), size, scale)


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (resources.ICONS / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _render(name: str, colour: str, size: int, scale: float) -> QPixmap:
    svg = _source(name).replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    picture = QPixmap(round(size * scale), round(size * scale))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture
