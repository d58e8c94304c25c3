"""The caption along the bottom of the window: a headline, a sentence, buttons, and how far the story is."""

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFont, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.story_script import StoryScript

DOT: Final = 8
GAP: Final = 8
MARGIN: Final = 14


class StoryDots(QWidget):
    """One dot for each caption, the one that is shown filled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number, self.count = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_number(self, number: int, count: int) -> None:
        """So far, of so many."""
        self.number, self.count = number, count
        self.setAccessibleName(self.tr("Caption %1 of %2").replace("%1", str(number)).replace("%2", str(count)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(max(0, self.count * (DOT + GAP) - GAP + 2), DOT + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.current().tokens
        for place in range(self.count):
            painter.setPen(tokens.secondary)
            painter.setBrush(tokens.accent if place + 1 == self.number else Qt.BrushStyle.NoBrush)
            radius = DOT / 2 if place + 1 == self.number else DOT / 2 - 1
            painter.drawEllipse(QPointF(1 + place * (DOT + GAP) + DOT / 2, self.height() / 2), radius, radius)


class StoryBar(QFrame):
    """Hidden until the story is told. `→` goes on, `←` back, `Esc` leaves (the window's own Esc asks `leave`)."""

    def __init__(self, script: StoryScript, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("storyBar")
        self.script = script
        self._title = QLabel(self)
        self._title.setObjectName("storyTitle")
        self._text = QLabel(self)
        self._text.setObjectName("storyText")
        self._text.setWordWrap(True)
        self._title.setWordWrap(True)
        self._dots = StoryDots(self)
        self._next = QPushButton(self)
        self._next.setObjectName("storyNextButton")
        self._next.clicked.connect(script.go_on)
        self._back = QPushButton(self.tr("← Back"), self)
        self._back.setObjectName("storyBackButton")
        self._back.setAccessibleName(self.tr("Caption before"))
        self._back.clicked.connect(script.go_back)
        self._skip = QPushButton(self.tr("Skip · Esc"), self)
        self._skip.setObjectName("storySkipButton")
        self._skip.setAccessibleName(self.tr("Skip the story"))
        self._skip.clicked.connect(script.leave)
        self._acts: list[QPushButton] = []
        self._shown: object = None
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        self._act_box = QWidget(self)
        self._act_row = QHBoxLayout(self._act_box)
        self._act_row.setContentsMargins(0, 4, 0, 0)
        self._act_row.setSpacing(8)
        self._act_row.addStretch(1)
        words.addWidget(self._act_box)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, 8, MARGIN, 8)
        layout.setSpacing(16)
        layout.addLayout(words, 1)
        layout.addWidget(self._dots)
        layout.addWidget(self._skip)
        layout.addWidget(self._back)
        layout.addWidget(self._next)
        for key, name, turn in (
            (Qt.Key.Key_Right, "storyNextKey", script.go_on),
            (Qt.Key.Key_Left, "storyBackKey", script.go_back),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setObjectName(name)
            shortcut.activated.connect(turn)
        script.told.connect(self.tell)
        script.ended.connect(self.hide)
        theme.current().changed.connect(self.restyle)
        self.restyle()
        self.hide()

    def tell(self) -> None:
        """Show the caption that the script is at."""
        caption, count = self.script.caption(), len(self.script.captions())
        self._title.setText(caption.title)
        self._text.setText(caption.text)
        self._dots.show_number(self.script.number, count)
        last = self.script.number == count
        self._next.setText(self.tr("Done") if last else self.tr("Next →"))
        self._next.setAccessibleName(self.tr("Done") if last else self.tr("Next caption"))
        self._skip.setVisible(not last)
        self._back.setEnabled(self.script.number > 1)
        if self._shown != caption.buttons:
            self._shown = caption.buttons
            self._make_buttons()
        self.show()

    def _make_buttons(self) -> None:
        for button in self._acts:
            self._act_row.removeWidget(button)
            button.deleteLater()
        self._acts.clear()
        for what, words in self.script.caption().buttons:
            button = QPushButton(words, self._act_box)
            button.setObjectName(f"storyButton_{what.value}")
            button.setAccessibleName(words)
            button.clicked.connect(partial(self._do, what))
            self._act_row.insertWidget(len(self._acts), button)
            self._acts.append(button)
        self._act_box.setVisible(bool(self._acts))

    def _do(self, what: object, _checked: bool = False) -> None:
        self.script.do(what)  # type: ignore[arg-type]  # partial keeps the Break as it is

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.restyle()

    def restyle(self) -> None:
        """After a change of scheme or of the size of text."""
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(self.font().pointSizeF() * 1.15)
        if self._title.font() != font:
            self._title.setFont(font)
        theme.tint(self._text, theme.current().tokens.text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = theme.current().tokens
        painter.fillRect(self.rect(), tokens.base)
        painter.fillRect(0, 0, self.width(), 2, tokens.accent)
