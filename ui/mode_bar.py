"""The mode bar: one button for each page, an icon over a word, a count where the page has one."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QFontMetrics,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from ui import icons, theme
from ui.numbers import grouped
from ui.pages import PageSpec
from ui.taken_along import is_taken_along

WIDTH: Final = 72
ICON: Final = 22
BAR: Final = 3  # the accent line of the page in front
EDGE: Final = 2  # left and right of a word
BADGE_LIMIT: Final = 999
HELD_MS: Final = 400
"""What is dragged and held over a page's button for so long brings the page to the front."""


class ModeButton(QAbstractButton):
    """One page."""

    def __init__(self, spec: PageSpec, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"modeButton_{spec.id}")
        self.setCheckable(True)
        self.setText(spec.title)
        self.setShortcut(QKeySequence(f"Ctrl+{number}"))
        self.setToolTip(f"{spec.title} · {self.shortcut().toString(QKeySequence.SequenceFormat.NativeText)}")
        self.setAccessibleName(spec.title)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._icon_name = spec.icon
        self._words = True
        self._word_room = 0
        self.badge = 0

    def show_badge(self, count: int) -> None:
        """Show a count in the corner; 0 shows none."""
        if count != self.badge:
            self.badge = count
            self.setAccessibleName(f"{self.text()}: {count}" if count else self.text())
            self.update()

    def show_words(self, on: bool) -> None:
        """With its word, or the icon alone."""
        self._words = on
        self.updateGeometry()
        self.update()

    @property
    def has_words(self) -> bool:
        """Whether it shows its word."""
        return self._words

    def word_width(self) -> int:
        """How wide it is that does not cut its word."""
        return QFontMetrics(self._word_font()).horizontalAdvance(self.text()) + 2 * EDGE + 2

    def make_room(self, width: int) -> None:
        """Be at least so wide while there are words: as wide as the widest of the bar."""
        self._word_room = width
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = max(theme.px(WIDTH), self._word_room) if self._words else theme.px(48)
        words = QFontMetrics(self._word_font()).height() + 4 if self._words else 0
        return QSize(width, theme.px(ICON) + 24 + words)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        if on or self.underMouse():
            painter.fillRect(self.rect(), tokens.base if on else tokens.button)
        if on:
            painter.fillRect(QRect(0, 0, BAR, self.height()), tokens.accent)
        colour = tokens.accent if on else tokens.secondary
        side = theme.px(ICON)
        left = (self.width() - side) // 2
        painter.drawPixmap(left, 10, icons.pixmap(self._icon_name, colour, side, self.devicePixelRatioF()))
        if self._words:
            painter.setFont(self._word_font())
            painter.setPen(tokens.text if on else tokens.secondary)
            box = self.rect().adjusted(EDGE, 10 + side + 3, -EDGE, -4)
            words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), words)
        if self.badge:
            self._paint_badge(painter, left + side - 4)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens.accent, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 3, 3)

    def _paint_badge(self, painter: QPainter, left: int) -> None:
        tokens = theme.current().tokens
        text = grouped(self.badge) if self.badge <= BADGE_LIMIT else f"{BADGE_LIMIT}+"
        painter.setFont(self._word_font())
        width = max(16, painter.fontMetrics().horizontalAdvance(text) + 8)
        box = QRectF(min(left, self.width() - width - 2), 4, width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.accent)
        painter.drawRoundedRect(box, 8, 8)
        painter.setPen(tokens.base)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def _word_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(7.5, font.pointSizeF() * 0.85))
        return font


class ModeBar(QWidget):
    """The column of pages at the left of the window."""

    picked = Signal(str)

    def __init__(self, specs: Sequence[PageSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mainModeBar")
        self.setAccessibleName(self.tr("Pages"))
        self._buttons: dict[str, ModeButton] = {}
        self._group = QButtonGroup(self)
        self._held = ""  # the page over whose button something is held
        self._opening = QTimer(self)
        self._opening.setSingleShot(True)
        self._opening.setInterval(HELD_MS)
        self._opening.timeout.connect(lambda: self.picked.emit(self._held))
        self.setAcceptDrops(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(2)
        for number, spec in enumerate(specs, 1):
            button = self._buttons[spec.id] = ModeButton(spec, number, self)
            button.clicked.connect(lambda _=False, page_id=spec.id: self.picked.emit(page_id))
            self._group.addButton(button)
            layout.addWidget(button)
        layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.current().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        widest = max(button.word_width() for button in self._buttons.values())
        for button in self._buttons.values():
            button.make_room(widest)
        self.update()

    # --- what is dragged from one page to another ---------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if is_taken_along(event.mimeData()):
            event.acceptProposedAction()
            self._hold_over(event.position().toPoint())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._hold_over(event.position().toPoint())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hold_over(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._hold_over(None)

    def _hold_over(self, at: QPoint | None) -> None:
        """The page under it comes to the front, if it stays there for a moment."""
        over = next((name for name, button in self._buttons.items() if at and button.geometry().contains(at)), "")
        if over != self._held:
            self._held = over
            if over:
                self._opening.start()
            else:
                self._opening.stop()

    def show_current(self, page_id: str) -> None:
        """Mark the page in front; an unknown one marks none."""
        if page_id not in self._buttons:
            self._group.setExclusive(False)
            for button in self._buttons.values():
                button.setChecked(False)
            self._group.setExclusive(True)
        else:
            self._buttons[page_id].setChecked(True)

    def show_badge(self, page_id: str, count: int) -> None:
        """Show a count beside a page's word."""
        self._buttons[page_id].show_badge(count)

    def show_words(self, on: bool) -> None:
        """Icons with words, or alone."""
        for button in self._buttons.values():
            button.show_words(on)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.current().tokens.line)
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
