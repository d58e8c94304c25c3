"""What is seen first when there is no fleet: three large choices, and nothing to close."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui import icons, theme
from ui.flow_layout import FlowLayout

WIDTH, HEIGHT = 250, 170
PICTURE: Final = 40


class Choice(QAbstractButton):
    """One of the three: a picture, a word, a sentence."""

    def __init__(self, name: str, picture: str, word: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setText(word)
        self.setAccessibleName(word)
        self.setAccessibleDescription(sentence)
        self._picture, self._sentence = picture, sentence
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(WIDTH), theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_lit = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(tokens.accent if is_lit else tokens.line, 2 if is_lit else 1))
        painter.setBrush(tokens.selected if self.isDown() else tokens.base)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        side = theme.px(PICTURE)
        picture = icons.pixmap(self._picture, tokens.accent, side, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - side) // 2, theme.px(18), picture)
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(self.font().pointSizeF() * 1.2)
        painter.setFont(font)
        painter.setPen(tokens.text)
        top = theme.px(18) + side + theme.px(10)
        line = painter.fontMetrics().height()
        centre = Qt.AlignmentFlag.AlignHCenter
        painter.drawText(QRectF(10, top, self.width() - 20, line), int(centre), self.text())
        painter.setFont(self.font())
        painter.setPen(tokens.secondary)
        rest = QRectF(16, top + line + 6, self.width() - 32, self.height() - top - line - 12)
        painter.drawText(rest, int(centre | Qt.TextFlag.TextWordWrap), self._sentence)


class WelcomePage(QWidget):
    """Asks what to begin with; says which was chosen."""

    demoWanted = Signal()
    fleetWanted = Signal()
    openWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcomePage")
        self._title = QLabel(self.tr("Thing Simulator"), self)
        self._title.setObjectName("welcomeTitle")
        self._text = QLabel(self.tr("Many virtual AWS IoT things that carry out jobs. What shall we begin with?"), self)
        self._text.setWordWrap(True)
        choices = (
            ("welcomeDemoButton", "start", self.tr("Show me"),
             self.tr("Two hundred pumps get new firmware, with a story in six captions."), self.demoWanted),
            ("welcomeFleetButton", "fleet", self.tr("Build a fleet"),
             self.tr("Things of your own, with the scenarios you choose."), self.fleetWanted),
            ("welcomeOpenButton", "add", self.tr("Open…"),
             self.tr("A fleet, a scenario, a job document or a report from a file. Or drop it here."), self.openWanted),
        )  # fmt: skip
        row = QWidget(self)
        flow = FlowLayout(row, spacing=16)
        for name, picture, word, sentence, signal in choices:
            choice = Choice(name, picture, word, sentence, row)
            choice.clicked.connect(signal)
            flow.addWidget(choice)
        self._first = row.findChildren(Choice)[0]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(12)
        layout.addStretch(1)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(12)
        layout.addWidget(row)
        layout.addStretch(2)
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def take_focus(self) -> None:
        """To the first choice: Enter is enough."""
        self._first.setFocus()

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(self.font().pointSizeF() * 2)
        self._title.setFont(font)
        theme.tint(self._text, theme.current().tokens.secondary)
        self.update()
