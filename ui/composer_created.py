"""What follows a job's creation: that it was created, where to watch it, and five seconds to take it back."""

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ui.segment_button import NarrowButton
from ui.strip import Strip

UNDO_SECONDS: Final = 5
TICK_MS: Final = 1000


class CreatedStrip(Strip):
    """`undoWanted` and `wallWanted` carry the job's id."""

    undoWanted = Signal(str)
    wallWanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("composerCreated", "composerCreatedLabel", "success", parent)
        self.job_id = ""
        self._left = 0
        self.wall_button: QPushButton = NarrowButton(self.tr("Show on wall"), "composerWallButton", self)
        self.undo_button: QPushButton = NarrowButton(
            self.tr("Undo %1 s").replace("%1", str(UNDO_SECONDS)), "composerUndoButton", self
        )
        self.undo_button.setAccessibleName(self.tr("Undo"))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 6, 5)
        row.setSpacing(6)
        row.addWidget(self.label, 1)
        row.addWidget(self.wall_button)
        row.addWidget(self.undo_button)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.wall_button.clicked.connect(lambda: self.wallWanted.emit(self.job_id))
        self.undo_button.clicked.connect(self._undo)

    def show_created(self, job_id: str, *, can_undo: bool) -> None:
        """A job was just created."""
        self.job_id = job_id
        self.label.setText(self.tr("Created."))
        self.label.setToolTip(job_id)
        self.wall_button.show()
        self._left = UNDO_SECONDS if can_undo else 0
        self._show_left()
        if can_undo:
            self._timer.start()
        self.show()

    def say(self, sentence: str) -> None:
        """What became of the undo."""
        self._timer.stop()
        self.label.setText(sentence)
        self.undo_button.hide()
        self.wall_button.hide()
        self.show()

    def _tick(self) -> None:
        self._left -= 1
        self._show_left()

    def _show_left(self) -> None:
        self.undo_button.setVisible(self._left > 0)
        self.undo_button.setText(self.tr("Undo %1 s").replace("%1", str(self._left)))
        if self._left <= 0:
            self._timer.stop()

    def _undo(self) -> None:
        self._timer.stop()
        self.undo_button.hide()
        self.undoWanted.emit(self.job_id)
