"""A strip: one sentence on a tint, with room for buttons. It lies in a page, blocks nothing, and is hidden at first."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from ui import theme


class Strip(QFrame):
    """`tint` is one of the scheme's pairs of text and fill: "success", "warning", "info" or "error"."""

    def __init__(self, name: str, label_name: str, tint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._tint = tint
        self.label = QLabel(self)
        self.label.setObjectName(label_name)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.current().changed.connect(self.restyle)
        self.restyle()
        self.hide()

    def restyle(self) -> None:
        """After a change of scheme."""
        theme.tint(self.label, getattr(theme.current().tokens, self._tint)[0])
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(getattr(theme.current().tokens, self._tint)[1])
        painter.drawRoundedRect(self.rect(), 4, 4)
