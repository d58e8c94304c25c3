"""What lies where a table has nothing to show: one sentence and one or two buttons."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui import icons, theme


class EmptyState(QWidget):
    """Covers the middle of the widget it is given."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("fleetEmptyState")
        self._over = over
        self._picture = QLabel(self)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = QLabel(self)
        self._sentence.setObjectName("fleetEmptyLabel")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch()
        self._buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.addStretch()
        layout.addWidget(self._picture)
        layout.addWidget(self._sentence)
        layout.addLayout(self._buttons)
        layout.addStretch()
        layout.setSpacing(12)
        self._shown: tuple[object, ...] = ()
        over.installEventFilter(self)
        theme.current().changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def say(self, sentence: str, buttons: Sequence[tuple[str, str, Callable[[], None]]] = ()) -> None:
        """Show a sentence and buttons (object name, text, what it does)."""
        wanted = (sentence, *(name for name, _, _ in buttons))
        if wanted != self._shown:
            self._shown = wanted
            self._sentence.setText(sentence)
            while self._buttons.count() > 2:
                item = self._buttons.takeAt(1)
                if item is not None and (old := item.widget()) is not None:
                    old.deleteLater()
            for place, (name, text, act) in enumerate(buttons, 1):
                button = QPushButton(text, self)
                button.setObjectName(name)
                button.setAccessibleName(text)
                button.clicked.connect(act)
                self._buttons.insertWidget(place, button)
        self._cover()
        self.show()

    def move_to(self, over: QWidget) -> None:
        """Cover another widget from now on."""
        if over is not self._over:
            hidden = self.isHidden()
            self._over.removeEventFilter(self)
            self._over = over
            self.setParent(over)
            over.installEventFilter(self)
            self._cover()
            self.setHidden(hidden)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._cover()
        return False

    def _cover(self) -> None:
        self.setGeometry(self._over.rect())

    def _restyle(self) -> None:
        secondary = theme.current().tokens.secondary
        self._picture.setPixmap(icons.pixmap("empty", secondary, 48, self.devicePixelRatioF()))
        palette = self.palette()
        palette.setColor(self.foregroundRole(), secondary)
        self._sentence.setPalette(palette)
