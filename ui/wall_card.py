"""The card under the pointer on the wall: which thing a square is, and how it stands."""

from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui.fleet_cells import Cells
from ui.sheet import paint_sheet

WIDEST: Final = 320
LINES: Final = (("status", "ver"), ("progress", "step"), ("fw",), ("job",), ("scenario",), ("details",))


class WallCard(QWidget):
    """Never takes the pointer or the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("fleetWallCard")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMaximumWidth(WIDEST)
        self._name = QLabel(self)
        self._name.setObjectName("fleetWallCardName")
        font = self._name.font()
        font.setBold(True)
        self._name.setFont(font)
        self._rest = QLabel(self)
        self._rest.setObjectName("fleetWallCardText")
        self._rest.setTextFormat(Qt.TextFormat.PlainText)
        self._rest.setWordWrap(True)
        self._rest.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(3)
        layout.addWidget(self._name)
        layout.addWidget(self._rest)
        self.hide()

    def show_thing(self, name: str, cells: Cells, row: int) -> None:
        """Say how the thing in this store row stands."""
        self._name.setText(name)
        lines = (" · ".join(text for key in keys if (text := _text(cells, key, row))) for keys in LINES)
        self._rest.setText("\n".join(line for line in lines if line))
        self.adjustSize()

    def show_at(self, corner: QPoint, within: QRect) -> None:
        """Appear right below a square, or on its other side where there is no room."""
        self.adjustSize()
        left = corner.x() if corner.x() + self.width() <= within.right() else corner.x() - self.width() - 24
        top = corner.y() if corner.y() + self.height() <= within.bottom() else corner.y() - self.height() - 24
        self.move(max(0, left), max(0, top))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_sheet(self, corners=5)


def _text(cells: Cells, key: str, row: int) -> str:
    text = cells.text(key, row)
    if key == "status":
        return cells.spoken(key, row)
    if key == "ver":
        return f"v{cells.raw(key, row)}" if cells.raw(key, row) else ""
    return "" if text == "—" else text
