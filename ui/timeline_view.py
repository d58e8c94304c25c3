"""A timeline that scrolls sideways where its nodes do not fit."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from simulator.feed import TransitionRecord
from ui.timeline_canvas import TimelineCanvas
from ui.timeline_timeout import Deadline


class TimelineView(QScrollArea):
    """It stays at the newest node while it is there."""

    def __init__(self, parent: QWidget | None = None, canvas: type[TimelineCanvas] = TimelineCanvas) -> None:
        super().__init__(parent)
        self.setObjectName("detailTimeline")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as time goes
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setWidgetResizable(True)
        self.canvas = canvas(self)
        self.setWidget(self.canvas)
        self.viewport().setAutoFillBackground(False)
        self.canvas.setAutoFillBackground(False)
        self.setMinimumWidth(120)

    def show_records(
        self,
        records: list[TransitionRecord],
        *,
        link_is_up: bool,
        outages: Sequence[tuple[float, float]] = (),
        deadline: Deadline | None = None,
    ) -> None:
        """Show one execution; the newest node stays in sight if it was."""
        bar = self.horizontalScrollBar()
        was_at_end = bar.value() >= bar.maximum()
        self.canvas.show_records(records, line_is_up=link_is_up, outages=outages, deadline=deadline)
        self._fit()
        if was_at_end:
            self.canvas.resize(max(self.viewport().width(), self.canvas.minimumWidth()), self.canvas.height())
            bar.setValue(bar.maximum())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        bar = self.horizontalScrollBar()
        was_at_end = bar.value() >= bar.maximum()
        self.canvas.arrange(self.viewport().width())
        self._fit()
        if was_at_end:
            bar.setValue(bar.maximum())

    def _fit(self) -> None:
        overflows = self.canvas.minimumWidth() > self.viewport().width()
        bar = self.horizontalScrollBar().sizeHint().height() if overflows else 0
        height = self.canvas.sizeHint().height() + bar
        if self.height() != height:
            self.setFixedHeight(height)
