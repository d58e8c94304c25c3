"""What the detail pane shows when it does not look at one thing: counts by status, and what things have in common."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui import status_style, theme
from ui.fleet_store import FleetStore
from ui.numbers import grouped

ROW: Final = 26
SHAPE: Final = 13
BAR: Final = 8
COMMON: Final = ("job", "fw_text", "scenario")  # columns of the store whose common value is told


class StatusHistogram(QWidget):
    """A row per status: shape, word, bar, count, share. Rows of nothing stay, dimmed, so that nothing jumps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailHistogram")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._counts: tuple[int, ...] = (0,) * (len(status_style.STATUSES) + 1)
        theme.current().changed.connect(self.update)

    def show_counts(self, counts: Sequence[int]) -> None:
        """Counts by status code."""
        if tuple(counts) == self._counts:
            return
        self._counts = tuple(counts)
        words = [f"{status_style.status_word(s)} {counts[c]}" for s, c in status_style.CODE_OF.items() if counts[c]]
        self.setAccessibleName(", ".join(words))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, ROW * len(self._counts))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, ROW * len(self._counts))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.current().tokens
        metrics = QFontMetrics(self.font())
        total = max(1, sum(self._counts))
        statuses = [*status_style.STATUSES, None]
        word_width = max(metrics.horizontalAdvance(status_style.status_word(status)) for status in statuses)
        count_width = metrics.horizontalAdvance(grouped(max(10, *self._counts)))
        share_width = metrics.horizontalAdvance("100 %")
        left = SHAPE + 8 + word_width + 12
        room = self.width() - left - count_width - share_width - 24
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for row, status in enumerate(statuses):
            count, top = self._counts[status_style.CODE_OF[status]], row * ROW
            if status is not None:
                shape_box = QRectF(0, top + (ROW - SHAPE) / 2, SHAPE, SHAPE)
                colour = status_style.paint_of(status).glyph if count else tokens.secondary
                status_style.draw_shape(painter, status_style.LOOKS[status].shape, shape_box, colour)
            painter.setPen(tokens.text if count else tokens.secondary)
            word = QRectF(SHAPE + 8, top, word_width + 4, ROW)
            painter.drawText(word, int(Qt.AlignmentFlag.AlignVCenter), status_style.status_word(status))
            if room > 20:
                bar = QRectF(left, top + (ROW - BAR) / 2, room, BAR)
                painter.fillRect(bar, tokens.track)
                if count:
                    fill = status_style.paint_of(status).bar if status is not None else tokens.secondary
                    bar.setWidth(max(2.0, room * count / total))
                    painter.fillRect(bar, fill)
            edge = self.width() - share_width - 10
            painter.drawText(QRectF(edge - count_width - 8, top, count_width + 8, ROW), right, grouped(count))
            painter.setPen(tokens.secondary)
            share = f"{100 * count / total:.0f} %"
            painter.drawText(QRectF(edge, top, share_width + 10, ROW), right, share)


class DetailSummary(QWidget):
    """The whole fleet, or several selected things, read from the store when `refresh` is called."""

    def __init__(self, store: FleetStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailSummary")
        self._store = store
        self._names: list[str] = []
        self._title = QLabel(self)
        self._title.setObjectName("detailSummaryTitle")
        font = QFont(self._title.font())
        font.setPointSizeF(font.pointSizeF() + 3)
        font.setBold(True)
        self._title.setFont(font)
        self._histogram = StatusHistogram(self)
        self._common = QLabel(self)
        self._common.setObjectName("detailCommonLabel")
        self._hint = QLabel(self.tr("Select a thing to see its timeline and its messages."), self)
        self._hint.setObjectName("detailHintLabel")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for label in (self._title, self._common, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout.addWidget(self._title)
        layout.addWidget(self._histogram)
        layout.addWidget(self._common)
        layout.addWidget(self._hint)
        layout.addStretch()
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def show_names(self, names: list[str]) -> None:
        """Sum up these things from now on; none of them means the whole fleet."""
        self._names = names
        self.refresh()

    @property
    def all_manual(self) -> bool:
        """Whether every one of these things is in manual mode."""
        store = self._store
        return all(store.manual[store.row_of[name]] for name in self._names if name in store.row_of)

    @property
    def any_manual(self) -> bool:
        """Whether one of these things is in manual mode with an execution under way."""
        store = self._store
        return any(store.is_working(name) and store.manual[store.row_of[name]] for name in self._names)

    @property
    def working(self) -> int:
        """How many of these things have an execution under way."""
        return sum(self._store.is_working(name) for name in self._names)

    def refresh(self) -> None:
        """Read the store."""
        store = self._store
        self._hint.setVisible(not self._names)
        self._common.setVisible(bool(self._names))
        if not self._names:
            total = len(store)
            self._title.setText(
                self.tr("The fleet: %1 things").replace("%1", grouped(total)) if total else self.tr("No things yet")
            )
            self._histogram.show_counts(store.status_counts)
            return
        rows = [store.row_of[name] for name in self._names if name in store.row_of]
        self._title.setText(self.tr("%1 things selected").replace("%1", grouped(len(rows))))
        counts = [0] * len(store.status_counts)
        for row in rows:
            counts[store.status[row]] += 1
        self._histogram.show_counts(counts)
        self._common.setText("\n".join(self._in_common(rows)))

    def _in_common(self, rows: list[int]) -> list[str]:
        words = {"job": self.tr("Job: %1"), "fw_text": self.tr("Firmware: %1"), "scenario": self.tr("Scenario: %1")}
        lines = []
        for key in COMMON:
            column = getattr(self._store, key)
            values = {column[row] for row in rows}
            if len(values) > 1:
                value = self.tr("differs (%1 values)").replace("%1", grouped(len(values)))
            else:
                value = str(next(iter(values), "")) or "—"
            lines.append(words[key].replace("%1", value))
        return lines

    def restyle(self) -> None:
        """After a change of scheme."""
        for label in (self._common, self._hint):
            theme.tint(label, theme.current().tokens.secondary)
