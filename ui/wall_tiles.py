"""Large squares of the wall, with the shape of their status, and from some size on with name and version.

Words are slow to draw (200 squares with them took 12 ms a repaint), so each place keeps the picture of what it shows.
"""

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from ui import theme, wall_geometry
from ui.status_style import LOOKS, STATUSES, draw_shape
from ui.wall_image import wall_colour
from ui.wall_names import label

OFFLINE_SHARE: Final = 0.45  # of a thing's colour that is left while it is not online
ROOMY: Final = 56  # pixels of a square in which shape, name and version do not crowd each other
WORD_HEIGHT: Final = 14

Shown = tuple[int, bool, str, int]  # status, whether it is online, name, version


class Tiles:
    """Paints squares once: those without words by their look, those with words by their place."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._plain: dict[tuple[int, bool, int, float], QPixmap] = {}
        self._named: dict[int, tuple[tuple[object, ...], QPixmap]] = {}
        self.beginning = 0  # letters that all names begin with

    def clear(self) -> None:
        """After a change of scheme, size or names."""
        self._plain.clear()
        self._named.clear()

    def plain(self, status: int, online: bool, cell: int) -> QPixmap:
        """A square with the shape of its status."""
        scale = self._widget.devicePixelRatioF()
        key = (status, online, cell, scale)
        found = self._plain.get(key)
        if found is None:
            found = self._plain[key] = _blank(cell, scale)
            _paint_plain(found, status, online, cell)
        return found

    def named(self, place: int, shown: Shown, cell: int) -> QPixmap:
        """The square at a place, with its words; it is painted anew when it shows something else."""
        key = (*shown, self.beginning, cell, self._widget.devicePixelRatioF())
        before = self._named.get(place)
        if before is not None and before[0] == key:
            return before[1]
        picture = QPixmap(self.plain(shown[0], shown[1], cell))
        self._paint_words(picture, shown, cell)
        self._named[place] = key, picture
        return picture

    def forget_from(self, places: int) -> None:
        """There are only so many squares in sight now."""
        if len(self._named) > 2 * places + 64:
            self._named.clear()

    def _paint_words(self, picture: QPixmap, shown: Shown, cell: int) -> None:
        status, online, name, version = shown
        edge = 4 if cell >= ROOMY else 1  # in a small square the words leave the middle to the shape
        font = QFont(self._widget.font())
        font.setPointSizeF(7.5)
        painter = QPainter(picture)
        painter.setFont(font)
        painter.setPen(_ink(_ground(status, online)))
        box = QRect(4, cell - edge - WORD_HEIGHT, cell - 8, WORD_HEIGHT)
        words = label(name, self.beginning, QFontMetrics(font).horizontalAdvance, box.width())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
        if version:
            box = QRect(5, edge, cell - 10, WORD_HEIGHT)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop), f"v{version}")
        painter.end()


def _blank(cell: int, scale: float) -> QPixmap:
    picture = QPixmap(round(cell * scale), round(cell * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def _paint_plain(picture: QPixmap, status: int, online: bool, cell: int) -> None:
    wire, colour = STATUSES[status - 1] if status else None, _ground(status, online)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(1, 1, cell - 2, cell - 2), 3, 3)
    if wire is not None:
        side = cell * (0.36 if cell >= ROOMY else 0.28 if cell >= wall_geometry.NAMED else 0.5)
        box = QRectF((cell - side) / 2, (cell - side) / 2, side, side)
        draw_shape(painter, LOOKS[wire].shape, box, _ink(colour))
    painter.end()


def _ground(status: int, online: bool) -> QColor:
    colour = wall_colour(STATUSES[status - 1] if status else None)
    return colour if online else _mixed(colour, theme.current().tokens.base)


def _mixed(colour: QColor, behind: QColor) -> QColor:
    """The colour of a thing that is not online: less than half of it, over what lies behind."""
    pairs = ((colour.red(), behind.red()), (colour.green(), behind.green()), (colour.blue(), behind.blue()))
    return QColor(*(round(OFFLINE_SHARE * one + (1 - OFFLINE_SHARE) * other) for one, other in pairs))


def _ink(behind: QColor) -> QColor:
    """Black or white, whichever reads better on a colour (WCAG's relative luminance)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    light = 0.2126 * linear(behind.redF()) + 0.7152 * linear(behind.greenF()) + 0.0722 * linear(behind.blueF())
    return QColor("#14171B") if light > 0.18 else QColor("#FFFFFF")
