"""The pulse of the fleet: one bar, as wide as the window, cut by status."""

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import status_style, theme
from ui.numbers import grouped


class PulseBar(QWidget):
    """Shares of the fleet in the order of the chips. The tooltip has the numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetPulse")
        self.setFixedHeight(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._counts: tuple[int, ...] = ()
        theme.current().changed.connect(self.update)

    def show_counts(self, counts: Sequence[int]) -> None:
        """Counts by status code."""
        if tuple(counts) == self._counts:
            return
        self._counts = tuple(counts)
        words = [
            f"{status_style.status_word(status)} {grouped(self._counts[code])}"
            for status, code in status_style.CODE_OF.items()
            if self._counts[code]
        ]
        self.setToolTip(" · ".join(words))
        self.setAccessibleName(self.tr("Fleet by status") + ": " + ", ".join(words))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().tokens.track)
        total = sum(self._counts)
        if not total:
            return
        done, left = 0, 0
        for code in range(1, len(self._counts)):
            done += self._counts[code]
            right = round(self.width() * done / total)
            if self._counts[code]:
                gap = 1 if left else 0
                box = QRect(left + gap, 0, max(1, right - left - gap), self.height())
                painter.fillRect(box, status_style.paint_of(status_style.STATUSES[code - 1]).bar)
            left = right
