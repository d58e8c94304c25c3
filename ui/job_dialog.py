"""The dialog in which an operator makes a job."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What `Operator.create_job` is asked for. `document` is JSON text."""

    job_id: str
    targets: tuple[str, ...]
    document: str
    in_progress_timeout_minutes: int | None = None
    description: str = ""


class CreateJobDialog(QDialog):
    """Asks for a job's id, document and timeout; emits `createRequested(JobRequest)`."""

    createRequested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobDialog")
        self.setWindowTitle(self.tr("Create job"))
        self._targets: list[str] = []
        self._label = QLabel(self)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._label)
        layout.addWidget(buttons)

    def open_for(self, targets: list[str]) -> None:
        """Open without blocking, for these things."""
        self._targets = list(targets)
        self._label.setText(self.tr("A job for %1 things").replace("%1", str(len(targets))))
        self.open()
