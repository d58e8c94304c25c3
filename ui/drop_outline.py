"""The window as a place to drop files on: an outline says what will happen before they are let go."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.drop_kinds import Found, look_at, words

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
        paths = [Path(url.toLocalFile()) for url in data.urls()[:MOST_FILES] if url.isLocalFile()]
        self.found = [look_at(path) for path in paths]
        self.words = words(self.found)
        if self.words:
            self.setAccessibleName(self.words)
            self.setGeometry(self.window().rect())
            self.raise_()
            self.show()
        return bool(self.words)

    def aim(self, things: Sequence[str]) -> None:
        """It is held over these things now."""
        aimed = words(self.found, things)
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
