"""An outline over one part of the window, with what letting go there will do."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme


class DropHere(QWidget):
    """Covers its parent while something is held over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropHere")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = ""
        self._owner = parent
        self.hide()

    def say(self, words: str) -> None:
        """Cover the parent and say this."""
        self.words = words
        self.setAccessibleName(words)
        self.setGeometry(self._owner.rect())
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.accent, 2, Qt.PenStyle.DashLine))
        painter.setBrush(tokens.base)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(tokens.text)
        words = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, self.width() - 12)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), words)
