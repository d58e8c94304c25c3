"""Plan against reality: the planned rollout dashed, what really came of it solid, and the number that aborts.

Painted into one picture whenever something new is known; the pointer only adds a line and a box to it.
"""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from simulator.jobs.model import JobStatus
from simulator.plan_rollout import RolloutPlan
from ui import plan_words, status_style, theme
from ui.jobs_curves import Curve
from ui.numbers import grouped
from ui.plan_axes import nice_steps, time_steps
from ui.plan_series import ABORT, PLAN, ChartData, Series

MARGIN: Final = QRect(50, 8, 14, 24)  # left, top, right, bottom
LEGEND_ROW: Final = 20
SAMPLE: Final = 22
MARKER: Final = 9.0
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
        self._series: tuple[Series, ...] = ()
        self._plot = QRectF()
        self._span = 1.0
        self._top = 1.0
        theme.current().changed.connect(self._repaint)

    def sizeHint(self) -> QSize:
        return QSize(560, 260)

    def show_data(self, data: ChartData | None, empty_words: str = "") -> None:
        """Show this job, or a sentence."""
        if data == self.data and empty_words == self.empty_words:
            return
        self.data, self.empty_words = data, empty_words
        self._series = () if data is None else data.series()
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
        tokens, data = theme.current().tokens, self.data
        painter.setFont(self._small())
        if data is None:
            painter.setPen(tokens.secondary)
            painter.drawText(
                self.rect(), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.empty_words
            )
            painter.end()
            return
        legend = self._draw_legend(painter, data)
        plot = QRectF(self.rect()).adjusted(MARGIN.x(), legend + 6, -MARGIN.width(), -MARGIN.height())
        self._plot = plot
        plan_span = 0.0 if data.plan is None else data.plan.last_seconds
        self._span = max(plan_span, data.end - data.begins_at, 1.0) * 1.03
        abort = 0 if data.abort is None else data.abort.earliest
        counted = max((series.curve.last for series in self._series), default=0.0)
        self._top = max(float(data.things), counted, float(abort), 1.0) * 1.06
        self._draw_axes(painter, data, plot)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(plot.adjusted(-1, -6, 6, 2))
        if data.abort is not None:
            self._draw_limit(painter, data)
        self._draw_curves(painter, data)
        if data.plan is not None:  # last: where reality keeps to it, its dashes lie on the line
            self._draw_plan(painter, data.plan)
        self._draw_end(painter, data, plot)
        painter.end()

    def _draw_axes(self, painter: QPainter, data: ChartData, plot: QRectF) -> None:
        tokens = theme.current().tokens
        metrics = QFontMetrics(painter.font())
        grid = QPen(tokens.line, 0)
        grid.setCosmetic(True)
        faint = QColor(tokens.line)
        faint.setAlphaF(0.55)
        for value in nice_steps(self._top, max(2, int(plot.height() // 44))):
            y = self._y(value)
            painter.setPen(QPen(faint if value else tokens.line, 0))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(tokens.secondary)
            box = QRectF(0, y - 9, plot.left() - 6, 18)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), grouped(value))
        label_width = metrics.horizontalAdvance("000.0 min") + 14
        for seconds in time_steps(self._span, max(2, int(plot.width() // label_width))):
            x = plot.left() + plot.width() * seconds / self._span
            painter.setPen(QPen(faint, 0))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(tokens.secondary)
            text = plan_words.axis(seconds)
            width = metrics.horizontalAdvance(text) + 4
            left = min(max(x - width / 2, 0.0), self.width() - width - 2.0)
            painter.drawText(QRectF(left, plot.bottom() + 4, width, 18), int(Qt.AlignmentFlag.AlignCenter), text)

    def _draw_plan(self, painter: QPainter, plan: RolloutPlan) -> None:
        points = [QPointF(self._x(0.0), self._y(0.0))]
        points += [QPointF(self._x(at), self._y(count)) for at, count in plan.points]
        points.append(QPointF(self._x(self._span), self._y(plan.things)))
        pen = QPen(theme.current().tokens.text, 1.6)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))

    def _draw_limit(self, painter: QPainter, data: ChartData) -> None:
        """The number of failures that aborts: with what was executed so far, and from now on for what will be."""
        if data.abort is None:
            return
        pen = QPen(status_style.paint_of(JobStatus.FAILED).bar, 1.4)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        limit, end = data.curves.limit, data.end - data.begins_at
        points, level = [QPointF(self._x(0.0), self._y(data.abort.earliest))], float(data.abort.earliest)
        for at, count in zip(limit.times, limit.counts, strict=True):
            x = self._x(at - data.begins_at)
            points.append(QPointF(x, self._y(level)))
            level = max(level, count)
            points.append(QPointF(x, self._y(level)))
        points.append(QPointF(self._x(max(end, 0.0) if limit.times else self._span), self._y(level)))
        painter.drawPolyline(QPolygonF(points))

    def _draw_curves(self, painter: QPainter, data: ChartData) -> None:
        end = data.end - data.begins_at
        for series in self._series:
            if not series.curve.times:
                continue
            colour = status_style.paint_of(series.status).bar
            painter.setPen(QPen(colour, 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            line = QPolygonF(self._steps(data, series.curve, end))
            painter.drawPolyline(line)
            tip = line.at(line.size() - 1)
            box = QRectF(tip.x() - MARKER / 2, tip.y() - MARKER / 2, MARKER, MARKER)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.current().tokens.base)
            painter.drawEllipse(box.adjusted(-1.5, -1.5, 1.5, 1.5))
            status_style.draw_shape(painter, status_style.LOOKS[series.status].shape, box, colour)

    def _steps(self, data: ChartData, curve: Curve, end: float) -> list[QPointF]:
        """A step line, one point for two pixels at most."""
        level, points, last_x = 0.0, [QPointF(self._x(0.0), self._y(0.0))], -10.0
        for at, count in zip(curve.times, curve.counts, strict=True):
            x = self._x(max(0.0, at - data.begins_at))
            if x - last_x >= 2.0:
                points.append(QPointF(x, self._y(level)))
                last_x = x
            level = count
            points.append(QPointF(x, self._y(level)))
        points.append(QPointF(self._x(max(end, 0.0)), self._y(level)))
        return points

    def _draw_end(self, painter: QPainter, data: ChartData, plot: QRectF) -> None:
        """A line where the job was aborted, with the word."""
        if not data.aborted or data.ended_at is None:
            return
        x = self._x(data.ended_at - data.begins_at)
        colour = status_style.paint_of(JobStatus.FAILED).bar
        painter.setPen(QPen(colour, 1.4))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        text = self.tr("Aborted")
        width = painter.fontMetrics().horizontalAdvance(text) + 10
        left = x - width - 4 if x - width - 4 > plot.left() else x + 4
        box = QRectF(left, plot.top() + 2, width, 18)
        paint = status_style.paint_of(JobStatus.FAILED)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(paint.fill)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(paint.text)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    # --- legend -----------------------------------------------------------------------------------------------------

    def _draw_legend(self, painter: QPainter, data: ChartData) -> float:
        """Entries in rows that wrap; return where they end."""
        tokens, metrics = theme.current().tokens, QFontMetrics(painter.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        of_key = {series.key: series for series in self._series}
        x, y = float(MARGIN.x()), float(MARGIN.y())
        for key, text in self.legend():
            width = SAMPLE + 6 + metrics.horizontalAdvance(text) + 16
            if x > MARGIN.x() and x + width > self.width() - MARGIN.width():
                x, y = float(MARGIN.x()), y + LEGEND_ROW
            middle = y + LEGEND_ROW / 2
            self._draw_sample(painter, of_key.get(key), key, QPointF(x, middle))
            painter.setPen(tokens.text)
            box = QRectF(x + SAMPLE + 6, y, width, LEGEND_ROW)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
            x += width
        if data.scale != 1.0:
            self._draw_scale(painter, data, x, y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        return y + LEGEND_ROW

    def _draw_scale(self, painter: QPainter, data: ChartData, x: float, y: float) -> None:
        text = self.tr("time at %1×").replace("%1", plan_words.factor(data.scale))
        width = painter.fontMetrics().horizontalAdvance(text)
        right = self.width() - MARGIN.width()
        if right - width > x:
            painter.setPen(theme.current().tokens.secondary)
            box = QRectF(right - width, y, width, LEGEND_ROW)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), text)

    def _draw_sample(self, painter: QPainter, series: Series | None, key: str, at: QPointF) -> None:
        colour = theme.current().tokens.text
        if series is not None:
            colour = status_style.paint_of(series.status).bar
        elif key == ABORT:
            colour = status_style.paint_of(JobStatus.FAILED).bar
        pen = QPen(colour, 1.6)
        if series is None:
            pen.setDashPattern([5, 4] if key == PLAN else [2, 3])
        painter.setPen(pen)
        if series is None:
            painter.drawLine(at, at + QPointF(SAMPLE, 0))
            return
        painter.drawLine(at, at + QPointF(SAMPLE - MARKER - 3, 0))
        box = QRectF(at.x() + SAMPLE - MARKER, at.y() - MARKER / 2, MARKER, MARKER)
        status_style.draw_shape(painter, status_style.LOOKS[series.status].shape, box, colour)

    # --- reading ----------------------------------------------------------------------------------------------------

    def _draw_hover(self, painter: QPainter) -> None:
        data, plot = self.data, self._plot
        if data is None or self.hover is None:
            return
        tokens = theme.current().tokens
        x = plot.left() + self.hover
        painter.setPen(QPen(tokens.text, 0))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        lines = self.readings(data.begins_at + self.hover / max(plot.width(), 1.0) * self._span)
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

    def _x(self, seconds: float) -> float:
        return self._plot.left() + self._plot.width() * seconds / self._span

    def _y(self, count: float) -> float:
        return self._plot.bottom() - self._plot.height() * count / self._top

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(8.0, font.pointSizeF() * 0.9))
        return font
