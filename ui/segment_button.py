"""Small buttons for tight rows: one of several that are checked in turn, and a push button as narrow as its text."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QWidget

from ui import theme

HEIGHT = 24
SIDES = 18  # both sides of the text together


class SegmentButton(QAbstractButton):
    """Checkable; which one is on can be told from its frame as well as from its colour."""

    def __init__(self, text: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + SIDES, theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        painter.setBrush(tokens.selected if self.isChecked() else tokens.button)
        painter.setPen(QPen(tokens.accent if self.isChecked() else tokens.line, 1.5 if self.isChecked() else 1))
        painter.drawRoundedRect(frame, 3, 3)
        painter.setPen(tokens.text if self.isEnabled() else tokens.placeholder)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.text())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens.accent, 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(frame.adjusted(2.5, 2.5, -2.5, -2.5), 2, 2)


class NarrowButton(QPushButton):
    """The style gives every push button room for ten letters; this one takes what its text and icon need."""

    def __init__(self, text: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        icon = 0 if self.icon().isNull() else self.iconSize().width() + 4
        menu = 0 if self.menu() is None else 16
        text = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(text + icon + menu + SIDES, super().sizeHint().height())
