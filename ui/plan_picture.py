"""The picture of a plan against reality: axes, the plan dashed, what came of it, the number that aborts, a legend."""

from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

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


class PlanPicture:
    """One job's data at one size. Once painted, `plot` is where its time goes from left to right."""

    def __init__(self, data: ChartData, size: QSize) -> None:
        self.data = data
        self.series: tuple[Series, ...] = data.series()
        self.plot = QRectF()
        self._size = size
        plan_span = 0.0 if data.plan is None else data.plan.last_seconds
        self.span = max(plan_span, data.end - data.begins_at, 1.0) * 1.03  # seconds
        abort = 0 if data.abort is None else data.abort.earliest
        counted = max((series.curve.last for series in self.series), default=0.0)
        self.top = max(float(data.things), counted, float(abort), 1.0) * 1.06  # things

    def moment_at(self, pixels: float) -> float:
        """Return the moment that is so many pixels from the left of the plot."""
        return self.data.begins_at + pixels / max(self.plot.width(), 1.0) * self.span

    def paint(self, painter: QPainter) -> None:
        """Paint all of it, in the painter's font."""
        legend_end = self._draw_legend(painter)
        whole = QRectF(0, 0, self._size.width(), self._size.height())
        self.plot = whole.adjusted(MARGIN.x(), legend_end + 6, -MARGIN.width(), -MARGIN.height())
        self._draw_axes(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.plot.adjusted(-1, -6, 6, 2))
        if self.data.abort is not None:
            self._draw_limit(painter)
        self._draw_curves(painter)
        if self.data.plan is not None:  # last: where reality keeps to it, its dashes lie on the line
            self._draw_plan(painter, self.data.plan)
        self._draw_end(painter)

    def _draw_axes(self, painter: QPainter) -> None:
        tokens, plot = theme.current().tokens, self.plot
        metrics = QFontMetrics(painter.font())
        grid = QPen(tokens.line, 0)
        grid.setCosmetic(True)
        faint = QColor(tokens.line)
        faint.setAlphaF(0.55)
        for value in nice_steps(self.top, max(2, int(plot.height() // 44))):
            y = self._y(value)
            painter.setPen(QPen(faint if value else tokens.line, 0))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(tokens.secondary)
            box = QRectF(0, y - 9, plot.left() - 6, 18)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), grouped(value))
        label_width = metrics.horizontalAdvance("000.0 min") + 14
        for seconds in time_steps(self.span, max(2, int(plot.width() // label_width))):
            x = plot.left() + plot.width() * seconds / self.span
            painter.setPen(QPen(faint, 0))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(tokens.secondary)
            text = plan_words.axis(seconds)
            width = metrics.horizontalAdvance(text) + 4
            left = min(max(x - width / 2, 0.0), self._size.width() - width - 2.0)
            painter.drawText(QRectF(left, plot.bottom() + 4, width, 18), int(Qt.AlignmentFlag.AlignCenter), text)

    def _draw_plan(self, painter: QPainter, plan: RolloutPlan) -> None:
        points = [QPointF(self._x(0.0), self._y(0.0))]
        points += [QPointF(self._x(at), self._y(count)) for at, count in plan.points]
        points.append(QPointF(self._x(self.span), self._y(plan.things)))
        pen = QPen(theme.current().tokens.text, 1.6)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))

    def _draw_limit(self, painter: QPainter) -> None:
        """The number of failures that aborts: with what was executed so far, and from now on for what will be."""
        data = self.data
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
        points.append(QPointF(self._x(max(end, 0.0) if limit.times else self.span), self._y(level)))
        painter.drawPolyline(QPolygonF(points))

    def _draw_curves(self, painter: QPainter) -> None:
        end = self.data.end - self.data.begins_at
        for series in self.series:
            if not series.curve.times:
                continue
            colour = status_style.paint_of(series.status).bar
            painter.setPen(QPen(colour, 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            line = QPolygonF(self._steps(series.curve, end))
            painter.drawPolyline(line)
            tip = line.at(line.size() - 1)
            box = QRectF(tip.x() - MARKER / 2, tip.y() - MARKER / 2, MARKER, MARKER)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.current().tokens.base)
            painter.drawEllipse(box.adjusted(-1.5, -1.5, 1.5, 1.5))
            status_style.draw_shape(painter, status_style.LOOKS[series.status].shape, box, colour)

    def _steps(self, curve: Curve, end: float) -> list[QPointF]:
        """A step line, one point for two pixels at most."""
        level, points, last_x = 0.0, [QPointF(self._x(0.0), self._y(0.0))], -10.0
        for at, count in zip(curve.times, curve.counts, strict=True):
            x = self._x(max(0.0, at - self.data.begins_at))
            if x - last_x >= 2.0:
                points.append(QPointF(x, self._y(level)))
                last_x = x
            level = count
            points.append(QPointF(x, self._y(level)))
        points.append(QPointF(self._x(max(end, 0.0)), self._y(level)))
        return points

    def _draw_end(self, painter: QPainter) -> None:
        """A line where the job was aborted, with the word."""
        data, plot = self.data, self.plot
        if not data.aborted or data.ended_at is None:
            return
        x = self._x(data.ended_at - data.begins_at)
        colour = status_style.paint_of(JobStatus.FAILED).bar
        painter.setPen(QPen(colour, 1.4))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        text = QCoreApplication.translate("PlanPicture", "Aborted")
        width = painter.fontMetrics().horizontalAdvance(text) + 10
        left = x - width - 4 if x - width - 4 > plot.left() else x + 4
        box = QRectF(left, plot.top() + 2, width, 18)
        paint = status_style.paint_of(JobStatus.FAILED)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(paint.fill)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(paint.text)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def _draw_legend(self, painter: QPainter) -> float:
        """Entries in rows that wrap; return where they end."""
        tokens, metrics, data = theme.current().tokens, QFontMetrics(painter.font()), self.data
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        of_key = {series.key: series for series in self.series}
        x, y = float(MARGIN.x()), float(MARGIN.y())
        for key, text in data.legend():
            width = SAMPLE + 6 + metrics.horizontalAdvance(text) + 16
            if x > MARGIN.x() and x + width > self._size.width() - MARGIN.width():
                x, y = float(MARGIN.x()), y + LEGEND_ROW
            middle = y + LEGEND_ROW / 2
            self._draw_sample(painter, of_key.get(key), key, QPointF(x, middle))
            painter.setPen(tokens.text)
            box = QRectF(x + SAMPLE + 6, y, width, LEGEND_ROW)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
            x += width
        if data.scale != 1.0:
            self._draw_scale(painter, x, y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        return y + LEGEND_ROW

    def _draw_scale(self, painter: QPainter, x: float, y: float) -> None:
        text = QCoreApplication.translate("PlanPicture", "time at %1×").replace(
            "%1", plan_words.factor(self.data.scale)
        )
        width = painter.fontMetrics().horizontalAdvance(text)
        right = self._size.width() - MARGIN.width()
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

    def _x(self, seconds: float) -> float:
        return self.plot.left() + self.plot.width() * seconds / self.span

    def _y(self, count: float) -> float:
        return self.plot.bottom() - self.plot.height() * count / self.top
