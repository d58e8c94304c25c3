"""Asks once for the reason with which executions are failed or rejected. Opens without blocking."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

REASON_CHARACTERS = 1024  # a status detail's value may have no more


class ReasonDialog(QDialog):
    """`given(reason)` when it is accepted; it deletes itself."""

    given = Signal(str)

    def __init__(self, title: str, accept_text: str, suggestion: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetReasonDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self._edit = QLineEdit(suggestion, self)
        self._edit.setObjectName("fleetReasonEdit")
        self._edit.setAccessibleName(self.tr("Reason"))
        self._edit.setMaxLength(REASON_CHARACTERS)
        self._edit.selectAll()
        label = QLabel(self.tr("&Reason, sent in the status details:"), self)
        label.setBuddy(self._edit)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setIcon(QIcon())  # the style's own is a red cross
        # Apply, as in the dialog that creates a job: a role of its own would have its own place in the row.
        accept = buttons.addButton(accept_text, QDialogButtonBox.ButtonRole.ApplyRole)
        accept.setObjectName("fleetReasonAcceptButton")
        accept.setDefault(True)
        accept.clicked.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(self._give)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(label)
        layout.addWidget(self._edit)
        layout.addWidget(buttons)

    def _give(self) -> None:
        self.given.emit(self._edit.text().strip())
