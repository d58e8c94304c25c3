"""The Steps tab: how far the scenario is, what is sent next and will be answered, and how else to go on by hand."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from simulator.clock import ScaledClock
from simulator.feed import ThingDetail, TransitionRecord
from simulator.fleet import StepAction
from ui import steps_rows, theme
from ui.flow_layout import FlowLayout
from ui.segment_button import NarrowButton
from ui.steps_model import StepsModel
from ui.steps_next import StepsNext
from ui.steps_table import StepsTable

TICK_MS: Final = 500


class StepsTab(QWidget):
    """Shows the steps of one thing. What it wants done it says; it does nothing itself.

    The whole next step, and the ends, are with the commands that the pane has for every tab.
    """

    actWanted = Signal(object)  # a StepAction

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepsTab")
        self.model = StepsModel(self)
        self.table = StepsTable(self.model, self)
        self.table.setMinimumHeight(80)
        self.next = StepsNext(self)
        self._empty = QLabel(self.tr("The steps appear here when a job execution begins."), self.table)
        self._empty.setObjectName("stepsEmptyLabel")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._execution: tuple[str, int] = ("", 0)
        self._where = -1
        self.buttons: dict[StepAction, QPushButton] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._lay_out()
        theme.current().changed.connect(self._restyle)
        self._restyle()
        self.clear()

    def _lay_out(self) -> None:
        lower = QWidget(self)
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.next, 1)
        self._bar = QWidget(self)
        flow = FlowLayout(self._bar, spacing=4)
        texts = {
            StepAction.UPDATE: (
                self.tr("Send one update"),
                self.tr("Send the message that is shown, at once and nothing else, then wait again"),
            ),
            StepAction.REPEAT: (self.tr("Repeat step"), self.tr("Do the newest step once more")),
            StepAction.SKIP: (self.tr("Skip step"), self.tr("Leave out the step that is due")),
        }
        for action, (text, tip) in texts.items():
            button = self.buttons[action] = NarrowButton(text, f"steps{action.value.capitalize()}Button", self._bar)
            button.setToolTip(tip)
            button.clicked.connect(self._tell(action))
            flow.addWidget(button)
        self._bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column.addWidget(self._bar)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setObjectName("stepsSplitter")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(lower)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.splitter)

    def _tell(self, action: StepAction) -> Callable[[], None]:
        return lambda: self.actWanted.emit(action)

    # --- showing ----------------------------------------------------------------------------------------------------

    def show_detail(self, detail: ThingDetail) -> None:
        """How far the thing is now."""
        snapshot = detail.snapshot
        rows = steps_rows.rows(detail)
        self.model.show_rows(rows, ScaledClock().epoch())
        self._empty.setVisible(not rows)
        is_working = snapshot.status is not None and not snapshot.status.is_terminal
        self.next.show_next(snapshot, detail.next_update if snapshot.manual and is_working else None)
        for button in self.buttons.values():
            button.setEnabled(is_working)
        self._bar.setVisible(snapshot.manual)
        execution = (snapshot.job_id, snapshot.execution_number)
        where = self.model.current()
        if where >= 0 and (execution != self._execution or where != self._where):
            self.table.scrollTo(self.model.index(where, 0))
        self._execution, self._where = execution, where

    def clear(self) -> None:
        """Another thing is looked at."""
        self.model.show_rows([], 0.0)
        self._empty.show()
        self.next.show_next(None, None)
        self._bar.hide()

    def choose(self, transition: TransitionRecord) -> None:
        """Bring the step of a transition out."""
        names = [row.name for row in self.model.rows]
        if transition.status.is_terminal and names:
            self.table.selectRow(len(names) - 1)
        elif transition.step in names:
            self.table.selectRow(names.index(transition.step))

    def set_wide(self, wide: bool) -> None:
        """The next message beside the table, or under it."""
        self.splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def _tick(self) -> None:
        self.model.tick(ScaledClock().epoch())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self._place_empty()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _place_empty(self) -> None:
        self._empty.setGeometry(self.table.viewport().geometry())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_empty()

    def _restyle(self) -> None:
        theme.tint(self._empty, theme.current().tokens.secondary)
