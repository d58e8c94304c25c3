"""The tabs of the detail pane: which one is shown can be told from a line over it, in both schemes."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QTabWidget, QWidget

from ui import theme

LINE = 3


class MarkedTabBar(QTabBar):
    """The style tells tabs apart by a shade that is lost in the dark; this adds a line in the accent colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self._recolour)
        theme.current().changed.connect(self._recolour)

    def tabInserted(self, index: int) -> None:
        super().tabInserted(index)
        self._recolour()

    def _recolour(self) -> None:
        tokens = theme.current().tokens
        for place in range(self.count()):
            self.setTabTextColor(place, tokens.text if place == self.currentIndex() else tokens.secondary)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        box = self.tabRect(self.currentIndex())
        if not box.isEmpty():
            painter = QPainter(self)
            painter.fillRect(box.left() + 1, box.top(), box.width() - 2, LINE, theme.current().tokens.accent)


class MarkedTabs(QTabWidget):
    """A tab widget with marked tabs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabBar(MarkedTabBar(self))
