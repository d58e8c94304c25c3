"""Plan against reality: the planned rollout dashed, what really came of it solid, and the number that aborts.

Painted into one picture whenever something new is known; the pointer only adds a line and a box to it.
"""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from ui import theme
from ui.plan_picture import PlanPicture
from ui.plan_series import ChartData

STEP_PIXELS: Final = 12  # what a key moves the line by


class PlanChart(QWidget):
    """Shows one job's ChartData; None shows an empty frame with a sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobChart")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as time goes
        self.setAccessibleName(self.tr("Plan against reality"))
        self.setMinimumSize(260, 140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.data: ChartData | None = None
        self.empty_words = ""
        self.hover: float | None = None  # pixels from the left of the plot
        self._picture: QPixmap | None = None
        self._drawn: PlanPicture | None = None  # as it was painted last
        theme.current().changed.connect(self._repaint)

    def sizeHint(self) -> QSize:
        return QSize(560, 260)

    def show_data(self, data: ChartData | None, empty_words: str = "") -> None:
        """Show this job, or a sentence."""
        if data == self.data and empty_words == self.empty_words:
            return
        self.data, self.empty_words = data, empty_words
        self.setAccessibleDescription("" if data is None else "\n".join(self.readings(data.now)))
        self._repaint()

    def readings(self, moment: float) -> list[str]:
        """All series at a moment."""
        return [] if self.data is None else self.data.readings(moment)

    def legend(self) -> list[tuple[str, str]]:
        """Key and text of every entry of the legend."""
        return [] if self.data is None else self.data.legend()

    # --- painting ---------------------------------------------------------------------------------------------------

    def _repaint(self) -> None:
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        scale = self.devicePixelRatioF()
        size = QSize(round(self.width() * scale), round(self.height() * scale))
        if self._picture is None or self._picture.size() != size:
            self._picture = QPixmap(size)
            self._picture.setDevicePixelRatio(scale)
            self._picture.fill(theme.current().tokens.base)
            self._draw(QPainter(self._picture))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self.hover is not None and self.data is not None:
            self._draw_hover(painter)
        if self.hasFocus():
            painter.setPen(QPen(theme.current().tokens.accent, 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _draw(self, painter: QPainter) -> None:
        painter.setFont(self._small())
        self._drawn = None if self.data is None else PlanPicture(self.data, self.size())
        if self._drawn is not None:
            self._drawn.paint(painter)
        else:
            painter.setPen(theme.current().tokens.secondary)
            painter.drawText(
                self.rect(), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.empty_words
            )
        painter.end()

    # --- reading ----------------------------------------------------------------------------------------------------

    def _draw_hover(self, painter: QPainter) -> None:
        if self._drawn is None or self.hover is None:
            return
        plot = self._drawn.plot
        tokens = theme.current().tokens
        x = plot.left() + self.hover
        painter.setPen(QPen(tokens.text, 0))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        lines = self.readings(self._drawn.moment_at(self.hover))
        painter.setFont(self._small())
        metrics = painter.fontMetrics()
        width = max(metrics.horizontalAdvance(line) for line in lines) + 16
        height = metrics.height() * len(lines) + 10
        left = x + 10 if x + 10 + width < self.width() else x - 10 - width
        box = QRectF(left, plot.top() + 4, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.outline, 1))
        painter.setBrush(tokens.base)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(tokens.text)
        inner = box.adjusted(8, 5, -8, -5)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), "\n".join(lines))

    def _read_at(self, x: float | None) -> None:
        wanted = None if x is None else min(max(x, 0.0), max(self._plot.width(), 1.0))
        if wanted != self.hover:
            self.hover = wanted
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at: QPoint = event.position().toPoint()
        inside = self._plot.adjusted(-4, -8, 8, 8).contains(QPointF(at))
        self._read_at(at.x() - self._plot.left() if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        self._read_at(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.data is not None:
            self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        """What can be taken from the chart; the menu deletes itself when closed."""
        menu = QMenu(self)
        menu.setObjectName("jobChartMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, text, act in (
            ("csv", self.tr("Copy as CSV"), self.copy_csv),
            ("picture", self.tr("Copy as picture"), self.copy_picture),
        ):
            action = menu.addAction(text)
            action.setObjectName(f"act.chart.{name}")
            action.triggered.connect(act)
        return menu

    def copy_csv(self) -> None:
        """Every moment at which a series changes, with all of them."""
        if self.data is not None:
            QGuiApplication.clipboard().setText(self.data.csv())

    def copy_picture(self) -> None:
        """As it is painted."""
        QGuiApplication.clipboard().setPixmap(self.grab())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_csv()
            return
        steps = {Qt.Key.Key_Left: -STEP_PIXELS, Qt.Key.Key_Right: STEP_PIXELS}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._read_at((self._plot.width() / 2 if self.hover is None else self.hover) + step)

    @property
    def _plot(self) -> QRectF:
        return QRectF() if self._drawn is None else self._drawn.plot

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(8.0, font.pointSizeF() * 0.9))
        return font
