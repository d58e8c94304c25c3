"""Shows the keys that are pressed, large, at the foot of the window."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from ui import theme

STAYS_MS: Final = 1500
MOST_SHOWN: Final = 4
FOOT: Final = 90  # from the window's lower edge, above caption and status
MODIFIERS: Final = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
TEXT_FIELDS: Final = (QLineEdit, QTextEdit, QPlainTextEdit)


class KeysShown(QWidget):
    """Never shows what is typed into a field: that is read there, and may be none of the audience's business."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("presenterKeys")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.keys: list[str] = []
        self.is_on = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._forget)
        self.hide()

    def start(self) -> None:
        """Show keys from now on."""
        if not self.is_on:
            self.is_on = True
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # a widget exists, so it does

    def stop(self) -> None:
        """Show no more."""
        if self.is_on:
            self.is_on = False
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self._forget()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A key that is a shortcut comes as ShortcutOverride alone, any other as both: only this one is counted.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_typed = isinstance(QApplication.focusWidget(), TEXT_FIELDS) and not (
                event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
            )
            if watched is QApplication.focusWidget() and not is_typed and event.key() not in MODIFIERS:
                self.note(QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.NativeText))
        return False

    def note(self, keys: str) -> None:
        """A key was pressed."""
        if not keys:
            return
        self.keys = [*self.keys, keys][-MOST_SHOWN:]
        self._place()
        self.raise_()
        self.show()
        self.update()
        self._timer.start(STAYS_MS)

    def _forget(self) -> None:
        self.keys.clear()
        self._timer.stop()
        self.hide()

    def _place(self) -> None:
        size = self.sizeHint()
        within = self.window()
        left, top = (within.width() - size.width()) // 2, within.height() - size.height() - FOOT
        self.setGeometry(QRect(QPoint(left, top), size))

    def _large(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.3)
        return font

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._large())
        return QSize(metrics.horizontalAdvance("   ".join(self.keys)) + 40, metrics.height() + 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tokens.accent)
        painter.setBrush(tokens.base)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 8, 8)
        painter.setFont(self._large())
        painter.setPen(tokens.text)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), "   ".join(self.keys))
