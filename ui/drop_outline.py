"""The window as a place to drop files on: an outline says what will happen before they are let go."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.drop_kinds import Found, Kind, look_at, words
from ui.drop_rows import Aim
from ui.taken_along import scenario_in

MOST_FILES: Final = 100


class DropOutline(QWidget):
    """Covers the window while something is held over it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("dropOutline")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = ""
        self.found: list[Found] = []
        self.hide()

    def hold(self, data: QMimeData) -> bool:
        """Look at what is held over the window; return whether it can be dropped."""
        if listed := scenario_in(data):
            self.found = [Found(Kind.LISTED, Path(listed))]
        else:
            paths = [Path(url.toLocalFile()) for url in data.urls()[:MOST_FILES] if url.isLocalFile()]
            self.found = [look_at(path) for path in paths]
        self.words = words(self.found)
        if self.words:
            self.setAccessibleName(self.words)
            self.setGeometry(self.window().rect())
            self.raise_()
            self.show()
        return bool(self.words)

    def aim(self, aim: Aim) -> None:
        """It is held over something else now."""
        aimed = words(self.found, aim)
        if aimed != self.words:
            self.words = aimed
            self.setAccessibleName(aimed)
            self.update()

    def let_go(self) -> list[Found]:
        """It was dropped, or taken away: hide, and return what it was."""
        found, self.found, self.words = self.found, [], ""
        self.hide()
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.accent, 3, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(6, 6, -6, -6), 8, 8)
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.4)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        box = metrics.boundingRect(self.words).adjusted(-24, -14, 24, 14)
        box.moveCenter(self.rect().center())
        painter.setPen(QPen(tokens.accent, 2))
        painter.setBrush(tokens.base)
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(tokens.text)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self.words)
