"""The chosen job: its line, what can be done with it, and what devices will see of that, said before it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui import jobs_words, theme
from ui.flow_layout import FlowLayout
from ui.jobs_store import JobEntry
from ui.numbers import counted
from ui.segment_button import NarrowButton
from ui.strip import Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question before something that cannot be taken back."""

    command: str
    sentence: str
    button: str


class ConfirmStrip(Strip):
    """One sentence, a button that does it, one that does not. Blocks nothing."""

    agreed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("jobConfirm", "jobConfirmLabel", "warning", parent)
        self.command = ""
        self.do_button = QPushButton(self)
        self.do_button.setObjectName("jobConfirmButton")
        self.keep_button: QPushButton = NarrowButton(self.tr("Keep"), "jobKeepButton", self)
        self.keep_button.setAccessibleName(self.tr("Keep the job as it is"))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.label, 1)
        row.addWidget(self.do_button)
        row.addWidget(self.keep_button)
        self.do_button.clicked.connect(self._agree)
        self.keep_button.clicked.connect(self.hide)

    def ask(self, what: Ask) -> None:
        """Show the question."""
        self.command = what.command
        self.label.setText(what.sentence)
        self.do_button.setText(what.button)
        self.do_button.setAccessibleName(what.button)
        self.show()
        self.keep_button.setFocus()

    def _agree(self) -> None:
        self.hide()
        self.agreed.emit(self.command)


class JobActions(QWidget):
    """Emits `wanted(command)`: cancel, force, delete (after a yes), clone, wall, copyBoto3, copyCli."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobActions")
        self._entry: JobEntry | None = None
        self._why_not = ""
        self.name_label = QLabel(self)
        self.name_label.setObjectName("jobNameLabel")
        font = self.name_label.font()
        font.setBold(True)
        self.name_label.setFont(font)
        self.line_label = QLabel(self)
        self.line_label.setObjectName("jobLineLabel")
        for label in (self.name_label, self.line_label):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.name_label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.line_label.setWordWrap(True)
        self.line_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.buttons: dict[str, QPushButton] = {}
        row = QWidget(self)
        flow = FlowLayout(row, spacing=6)
        for command, name, text in (
            ("cancel", "jobCancelButton", self.tr("Cancel…")),
            ("force", "jobForceCancelButton", self.tr("Force cancel…")),
            ("delete", "jobDeleteButton", self.tr("Delete…")),
            ("clone", "jobCloneButton", self.tr("Clone")),
            ("copy", "jobCopyButton", self.tr("Copy command")),
            ("wall", "jobWallButton", self.tr("Show on wall")),
        ):
            button = NarrowButton(text, name, row)
            button.setAccessibleName(text.rstrip("…"))
            self.buttons[command] = button
            flow.addWidget(button)
        self.copy_menu = QMenu(self)
        self.copy_menu.setObjectName("jobCopyMenu")
        for command, text in (("copyBoto3", self.tr("As Python (boto3)")), ("copyCli", self.tr("As AWS CLI"))):
            action = QAction(text, self.copy_menu)
            action.setObjectName(f"act.job.{command}")
            action.triggered.connect(self._asks(command))
            self.copy_menu.addAction(action)
        self.buttons["copy"].setMenu(self.copy_menu)
        self.confirm = ConfirmStrip(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.name_label)
        layout.addWidget(self.line_label)
        layout.addWidget(row)
        layout.addWidget(self.confirm)
        for command in ("cancel", "force", "delete"):
            self.buttons[command].clicked.connect(lambda _=False, command=command: self.ask(command))
        for command in ("clone", "wall"):
            self.buttons[command].clicked.connect(self._asks(command))
        self.confirm.agreed.connect(self.wanted)
        theme.current().changed.connect(self.restyle)
        self.restyle()

    def _asks(self, command: str) -> Callable[[], None]:
        return lambda: self.wanted.emit(command)

    def show_entry(self, entry: JobEntry | None, why_not: str = "") -> None:
        """Show a job; `why_not` says why nothing can be asked of the control plane."""
        if entry is None or self._entry is None or entry.job_id != self._entry.job_id:
            self.confirm.hide()
        self._entry, self._why_not = entry, why_not
        if entry is not None:
            name = f"{entry.job_id} · {jobs_words.state_word(entry.view.status)}"
            for label, text in ((self.name_label, name), (self.line_label, jobs_words.summary(entry))):
                if label.text() != text:
                    label.setText(text)
        for command, button in self.buttons.items():
            reason = self.why_off(command)
            button.setEnabled(not reason)
            button.setToolTip(reason or self._tip(command))
        if self.confirm.isVisible() and self.why_off(self.confirm.command):
            self.confirm.hide()

    def why_off(self, command: str) -> str:
        """Why a command cannot be used on the job; "" if it can."""
        entry = self._entry
        if entry is None:
            return self.tr("No job is chosen")
        if command == "wall":
            return ""
        if self._why_not:
            return self._why_not
        if command in ("cancel", "force") and entry.view.status not in ("IN_PROGRESS", "SCHEDULED"):
            return self.tr("The job has ended: nothing is left to cancel")
        if command == "delete" and entry.view.status == "DELETION_IN_PROGRESS":
            return self.tr("It is being deleted")
        return ""

    def _tip(self, command: str) -> str:
        entry = self._entry
        if entry is None:
            return ""
        return {
            "cancel": jobs_words.cancel_sentence,
            "force": jobs_words.force_sentence,
            "delete": jobs_words.delete_sentence,
        }.get(command, lambda _entry: self._plain_tip(command))(entry)

    def _plain_tip(self, command: str) -> str:
        return {
            "clone": self.tr("Put this job’s document and settings into the composer"),
            "copy": self.tr("Copy the command that creates this job"),
            "wall": self.tr("Show the things of this job as a wall"),
        }.get(command, "")

    def ask(self, command: str) -> None:
        """Ask before cancelling or deleting; the numbers are those of this moment."""
        entry = self._entry
        if entry is None or self.why_off(command):
            return
        both = entry.waiting + entry.working
        asks = {
            "cancel": (
                jobs_words.cancel_sentence,
                counted(entry.waiting, self.tr("Cancel 1 execution"), self.tr("Cancel %n executions")),
            ),
            "force": (
                jobs_words.force_sentence,
                counted(both, self.tr("Force cancel 1 execution"), self.tr("Force cancel %n executions")),
            ),
            "delete": (jobs_words.delete_sentence, self.tr("Delete job")),
        }
        words, button = asks[command]
        self.confirm.ask(Ask(command=command, sentence=words(entry), button=button))

    def menu(self) -> QMenu:
        """The same commands as a menu; it deletes itself when closed."""
        menu = QMenu(self)
        menu.setObjectName("jobMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for command in ("wall", "clone", "copyBoto3", "copyCli", "cancel", "force", "delete"):
            text = {"copyBoto3": self.tr("Copy as boto3"), "copyCli": self.tr("Copy as AWS CLI")}.get(command)
            action = QAction(text or self.buttons[command].text(), menu)
            action.setObjectName(f"act.job.menu.{command}")
            reason = self.why_off("clone" if command.startswith("copy") else command)
            action.setEnabled(not reason)
            action.setToolTip(reason)
            if command in ("cancel", "force", "delete"):
                action.triggered.connect(lambda _=False, command=command: self.ask(command))
            else:
                action.triggered.connect(self._asks(command))
            menu.addAction(action)
        return menu

    def open_menu(self, at: QPoint) -> None:
        """Open the menu without blocking."""
        if self._entry is not None:
            self.menu().popup(at)

    def restyle(self) -> None:
        """After a change of scheme."""
        theme.tint(self.line_label, theme.current().tokens.secondary)
