"""The line over the wall: in which order the squares lie, and what their colours and figures mean."""

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from simulator.jobs.model import JobStatus
from ui import theme, wall_order
from ui.status_style import STATUSES, status_word
from ui.wall_image import PATTERNS, wall_colour

SQUARE: Final = 12


class Legend(QWidget):
    """Each status as its square and its word; words that do not fit are left out, squares last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetWallLegend")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        words = ", ".join(status_word(status) for status in STATUSES)
        self.setAccessibleName(self.tr("What the squares mean: %1").replace("%1", words))
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(300, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self.fontMetrics()
        entries: list[tuple[JobStatus | None, str]] = [
            (status, status_word(status)) for status in (None, *STATUSES) if status is not JobStatus.REMOVED
        ]
        wide = sum(SQUARE + 6 + metrics.horizontalAdvance(word) + 14 for _, word in entries)
        x, middle = max(0, self.width() - wide), self.height() // 2
        for status, word in entries:
            width = metrics.horizontalAdvance(word)
            if x + SQUARE + 6 + width > self.width():
                break
            _paint_square(painter, status, QRect(x, middle - SQUARE // 2, SQUARE, SQUARE))
            painter.setPen(theme.current().tokens.secondary)
            box = QRect(x + SQUARE + 6, 0, width + 2, self.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), word)
            x += SQUARE + 6 + width + 14


def _paint_square(painter: QPainter, status: JobStatus | None, box: QRect) -> None:
    colour, part = wall_colour(status), box.width() // 3
    for line, bits in enumerate(PATTERNS[status].split()):
        for column, bit in enumerate(bits):
            if bit == "1":
                painter.fillRect(box.left() + column * part, box.top() + line * part, part, part, colour)


class WallBar(QWidget):
    """Order and legend."""

    orderPicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetWallBar")
        label = QLabel(self.tr("Order"), self)
        self.order_box = QComboBox(self)
        self.order_box.setObjectName("fleetWallOrderBox")
        self.order_box.setAccessibleName(self.tr("Order of the squares"))
        for order, word in self._words().items():
            self.order_box.addItem(word, order)
        self.order_box.setToolTip(self.tr("A group is the names that differ only in their last number"))
        label.setBuddy(self.order_box)
        self.order_box.currentIndexChanged.connect(lambda _: self.orderPicked.emit(self.order))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label)
        layout.addWidget(self.order_box)
        layout.addWidget(Legend(self), 1)

    @property
    def order(self) -> str:
        """The order chosen, one of `wall_order.ORDERS`."""
        return str(self.order_box.currentData())

    def pick(self, order: str) -> None:
        """Choose an order; an unknown one changes nothing."""
        if order in wall_order.ORDERS:
            self.order_box.setCurrentIndex(wall_order.ORDERS.index(order))

    def _words(self) -> dict[str, str]:
        return {
            wall_order.NAME: self.tr("Name"),
            wall_order.ROLLOUT: self.tr("Rollout"),
            wall_order.STATUS: self.tr("Status"),
            wall_order.SCENARIO: self.tr("Scenario"),
            wall_order.CHANGE: self.tr("Last change"),
            wall_order.GROUP: self.tr("Group"),
        }
