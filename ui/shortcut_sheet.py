"""The sheet of shortcuts, made from the commands themselves, so that it cannot be stale."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from ui import icons, theme
from ui.sheet import paint_sheet

COLUMNS: Final = 2

Rows = Sequence[tuple[str, str]]  # keys as people write them, and what they do


class ShortcutSheet(QWidget):
    """Lies over the window until it is closed."""

    def __init__(self, rows: Callable[[], Rows], window: QWidget) -> None:
        """`rows` is asked each time the sheet opens."""
        super().__init__(window)
        self.setObjectName("shortcutSheet")
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._rows = rows
        self._window = window
        self._focus_before: QWidget | None = None
        title = QLabel(self.tr("Keyboard shortcuts"), self)
        font = title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        title.setFont(font)
        self.close_button = QToolButton(self)
        self.close_button.setObjectName("shortcutSheetClose")
        self.close_button.setAutoRaise(True)
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close · Esc"))
        self.close_button.clicked.connect(self.close_sheet)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self.close_button)
        self._area = QScrollArea(self)
        self._area.setAccessibleName(self.tr("Keyboard shortcuts"))
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 14, 14)
        layout.addLayout(head)
        layout.addWidget(self._area, 1)
        window.installEventFilter(self)
        theme.current().changed.connect(self._restyle)
        self.hide()

    def open(self) -> None:
        """Appear with the commands as they are now."""
        self._focus_before = self._window.focusWidget()
        self._fill()
        self._restyle()
        self._place()
        self.show()
        self.raise_()
        self.setFocus()

    def close_sheet(self) -> None:
        """Go away."""
        self.hide()
        if self._focus_before is not None:
            self._focus_before.setFocus()
            self._focus_before = None

    def texts(self) -> list[tuple[str, str]]:
        """What is listed: keys and words."""
        return list(self._rows())

    def _fill(self) -> None:
        inside = QWidget()
        inside.setObjectName("shortcutSheetRows")
        grid = QGridLayout(inside)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        rows = self.texts()
        height = -(-len(rows) // COLUMNS)
        for number, (keys, text) in enumerate(rows):
            column, row = divmod(number, height)
            key_label, text_label = QLabel(keys, inside), QLabel(text, inside)
            key_font = key_label.font()
            key_font.setBold(True)
            key_label.setFont(key_font)
            text_label.setWordWrap(True)
            grid.addWidget(key_label, row, column * 2, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text_label, row, column * 2 + 1, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(column * 2 + 1, 1)
        grid.setRowStretch(height, 1)
        self._area.setWidget(inside)

    def _restyle(self) -> None:
        self.close_button.setIcon(icons.icon("close", size=16))
        palette = self._area.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.current().tokens.window)
        self._area.setPalette(palette)

    def _place(self) -> None:
        width, height = min(900, self._window.width() - 60), min(680, self._window.height() - 60)
        self.setGeometry((self._window.width() - width) // 2, (self._window.height() - height) // 2, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_sheet(self)
