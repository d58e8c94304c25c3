"""A ring around the pointer when it is clicked, so that an audience sees where."""

from time import monotonic
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from ui import theme

RADIUS: Final = 34
SECONDS: Final = 0.6
FRAME_MS: Final = 30


class PointerRing(QWidget):
    """Lies over the window, lets every event through, and is hidden between clicks."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("presenterRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.resize(2 * RADIUS + 4, 2 * RADIUS + 4)
        self._clicked_at = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._fade)
        self.hide()

    def start(self) -> None:
        """Watch for clicks."""
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # a widget exists, so it does

    def stop(self) -> None:
        """Watch no more."""
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self._timer.stop()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.MouseButtonPress
            and isinstance(event, QMouseEvent)
            and isinstance(watched, QWidget)
            and watched.window() is self.window()
        ):
            self.show_at(self.window().mapFromGlobal(event.globalPosition().toPoint()))
        return False

    def show_at(self, at: QPoint) -> None:
        """Draw a ring here, and let it fade."""
        self._clicked_at = monotonic()
        self.move(at - QPoint(self.width() // 2, self.height() // 2))
        self.raise_()
        self.show()
        self._timer.start()

    def _fade(self) -> None:
        if monotonic() - self._clicked_at >= SECONDS:
            self._timer.stop()
            self.hide()
        else:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        age = min(1.0, max(0.0, (monotonic() - self._clicked_at) / SECONDS))
        colour = QColor(theme.current().tokens.accent)
        colour.setAlphaF(1.0 - 0.8 * age)
        painter.setPen(QPen(colour, 4))
        centre = QPointF(self.width() / 2, self.height() / 2)
        painter.drawEllipse(centre, RADIUS * (0.6 + 0.4 * age), RADIUS * (0.6 + 0.4 * age))
