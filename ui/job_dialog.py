"""The dialog in which an operator makes a job. It says what will happen before it does."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from simulator import job_document
from simulator.jobs import limits
from simulator.jobs.model import JobStatus
from ui import status_style, theme
from ui.composer_draft import JobDraft, bytes_words, document_problem, sentence
from ui.composer_draft import JobRequest as JobRequest
from ui.document_edit import DocumentEdit
from ui.job_ids import new_job_id
from ui.numbers import grouped

CUSTOM: Final = ""  # the combo's data for a document that is none of the samples
DEFAULT_DOCUMENT: Final = "firmware-update"
OFF: Final = 0
SIZE: Final = (620, 600)  # at zoom 1
MARGIN: Final = 40  # of the window that is seen around it


class CreateJobDialog(QDialog):
    """Asks for a job's id, document and timeout; emits `createRequested(JobRequest)`.

    It blocks nothing: the window behind it can be used meanwhile. The job is for the things it was opened for.
    """

    createRequested = Signal(object)
    moreWanted = Signal(object)  # a JobDraft: the composer has what this form has not

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobDialog")
        self.setWindowTitle(self.tr("Create job"))
        self.setModal(False)
        self.resize(*SIZE)
        self._targets: tuple[str, ...] = ()
        self.time_scale = 1.0
        self.is_aws = False
        self._automatic_id = ""
        self._refused = ""  # why the last paste was not taken
        self._is_filling = False
        self._make_fields()
        self._lay_out()
        self._connect()
        self._fill_documents()
        if parent is not None:
            parent.installEventFilter(self)
        self.restyle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go when the window is closed: its things need their time to stop, and the dialog would outlast it."""
        if watched is self.parent() and event.type() == QEvent.Type.Close:
            self.reject()
        return False

    def _make_fields(self) -> None:
        self._heading = QLabel(self)
        self._heading.setObjectName("jobHeadingLabel")
        self._heading.setTextFormat(Qt.TextFormat.PlainText)
        self._heading.setWordWrap(True)
        self._heading.hide()
        self.windowTitleChanged.connect(self._heading.setText)
        self.target_label = QLabel(self)
        self.target_label.setObjectName("jobTargetLabel")
        self.id_edit = QLineEdit(self)
        self.id_edit.setObjectName("jobIdEdit")
        self.id_edit.setAccessibleName(self.tr("Job id"))
        self.id_edit.setPlaceholderText(self.tr("letters, digits, - and _"))
        self.auto_button = QPushButton(self.tr("Auto"), self)
        self.auto_button.setObjectName("jobAutoButton")
        self.auto_button.setAccessibleName(self.tr("Make a new job id"))
        self.auto_button.setAutoDefault(False)
        self.document_combo = QComboBox(self)
        self.document_combo.setObjectName("jobDocumentCombo")
        self.document_combo.setAccessibleName(self.tr("Job document"))
        self.document_edit = DocumentEdit(self)
        self.document_edit.setObjectName("jobDocumentEdit")
        self.document_edit.setAccessibleName(self.tr("Job document as JSON"))
        self.document_edit.setMinimumHeight(120)
        self.size_label = QLabel(self)
        self.size_label.setObjectName("jobSizeLabel")
        self.timeout_spin = QSpinBox(self)
        self.timeout_spin.setObjectName("jobTimeoutSpin")
        self.timeout_spin.setAccessibleName(self.tr("In-progress timeout in minutes, 0 for none"))
        self.timeout_spin.setRange(OFF, limits.TIMEOUT_MINUTES[1])
        self.timeout_spin.setSpecialValueText(self.tr("off"))
        self.timeout_spin.setSuffix(self.tr(" min"))
        self.timeout_spin.setValue(OFF)
        self.timeout_spin.setMinimumWidth(120)
        self.timeout_spin.setToolTip(
            self.tr("An execution that is IN_PROGRESS for longer becomes TIMED_OUT (1 to 10,080 minutes)")
        )
        self.more_button = QPushButton(self.tr("Rollout, abort, start…"), self)
        self.more_button.setObjectName("jobMoreButton")
        self.more_button.setAccessibleName(self.tr("Go on in the composer"))
        self.more_button.setToolTip(self.tr("Go on in the composer: rollout, abort criteria, retries and start time"))
        self.more_button.setAutoDefault(False)
        self.description_edit = QLineEdit(self)
        self.description_edit.setObjectName("jobDescriptionEdit")
        self.description_edit.setAccessibleName(self.tr("Description"))
        self.description_edit.setMaxLength(limits.DESCRIPTION_CHARACTERS)
        self.description_edit.setPlaceholderText(self.tr("optional"))
        self.sentence_label = QLabel(self)
        self.sentence_label.setObjectName("jobSentenceLabel")
        self.problem_label = QLabel(self)
        self.problem_label.setObjectName("jobProblemLabel")
        for label in (self.target_label, self.sentence_label, self.problem_label):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        id_row, document_row = QHBoxLayout(), QHBoxLayout()
        id_row.addWidget(self.id_edit, 1)
        id_row.addWidget(self.auto_button)
        for row in (id_row, document_row):
            row.setSpacing(8)
        document_row.addWidget(self.document_combo, 1)
        document_row.addWidget(self.size_label)
        timeout_row = QHBoxLayout()
        timeout_row.addWidget(self.timeout_spin)
        timeout_row.addStretch()
        timeout_row.addWidget(self.more_button)
        rows: list[tuple[str, QWidget | QHBoxLayout, QWidget]] = [
            (self.tr("For"), self.target_label, self.target_label),
            (self.tr("Job &id"), id_row, self.id_edit),
            (self.tr("D&escription"), self.description_edit, self.description_edit),
            (self.tr("In-progress &timeout"), timeout_row, self.timeout_spin),
            (self.tr("&Document"), document_row, self.document_combo),
        ]
        for place, (text, field, buddy) in enumerate(rows):
            label = QLabel(text, self)
            label.setBuddy(buddy)
            grid.addWidget(label, place, 0)
            if isinstance(field, QWidget):
                grid.addWidget(field, place, 1)
            else:
                grid.addLayout(field, place, 1)
        grid.setColumnStretch(1, 1)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.create_button = self.buttons.addButton(self.tr("Create job"), QDialogButtonBox.ButtonRole.ApplyRole)
        self.create_button.setObjectName("jobCreateButton")
        self.create_button.setAccessibleName(self.tr("Create job"))
        for button in self.buttons.buttons():
            if isinstance(button, QPushButton):
                button.setAutoDefault(False)  # Enter in a field is no order to create
                button.setIcon(QIcon())  # the style's own would be the only coloured one in the window
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(self._heading)
        layout.addLayout(grid)
        layout.addWidget(self.document_edit, 1)
        layout.addWidget(self.problem_label)
        layout.addWidget(self.sentence_label)
        layout.addWidget(self.buttons)
        QWidget.setTabOrder(self.auto_button, self.description_edit)

    def _connect(self) -> None:
        self.id_edit.textChanged.connect(self._check)
        self.auto_button.clicked.connect(self._new_id)
        self.document_combo.activated.connect(self._take_sample)
        self.document_edit.edited.connect(self._document_changed)
        self.document_edit.pasteRefused.connect(self._paste_refused)
        self.timeout_spin.valueChanged.connect(self._check)
        self.create_button.clicked.connect(self.ask)
        self.buttons.rejected.connect(self.reject)
        self.more_button.clicked.connect(self._ask_for_more)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(self.ask)
        theme.current().changed.connect(self.restyle)

    # --- opening ----------------------------------------------------------------------------------------------------

    def open_for(self, targets: Sequence[str], *, selected: bool = False) -> None:
        """Open without blocking, for these things: those `selected`, or all that the filter shows."""
        self._targets = tuple(targets)
        count = grouped(len(targets))
        template = self.tr("%1 selected things") if selected else self.tr("all %1 shown things")
        if len(targets) == 1:
            template = targets[0]
        text = template.replace("%1", count)
        self.target_label.setText(text)
        self.target_label.setToolTip("\n".join(self._targets[:20]) + ("\n…" if len(targets) > 20 else ""))
        self.setWindowTitle(self.tr("Create job for %1").replace("%1", text))
        if not self.isVisible() and (self.id_edit.text() in ("", self._automatic_id)):
            self._new_id()
        self._check()
        self.show()
        self.raise_()
        self.activateWindow()
        self.id_edit.setFocus()
        self.id_edit.selectAll()

    def show_heading(self, on: bool) -> None:
        """Say in the form itself what it is: for an audience, to whom a window's title is small or not there."""
        self._heading.setVisible(on)
        room = self.parentWidget()
        width, height = (theme.px(side) for side in SIZE)
        if room is not None:
            width, height = min(width, room.width() - MARGIN), min(height, room.height() - MARGIN)
        self.resize(width, height)

    def ask(self) -> None:
        """Ask for the job, if nothing speaks against it, and close."""
        draft = self.draft()
        if draft.problem():
            return
        request = draft.request(now=0.0)  # it has no start time
        self._automatic_id = self.id_edit.text()  # it is used up: the next job gets another
        self.accept()
        self.createRequested.emit(request)

    def _ask_for_more(self) -> None:
        """Go on in the composer, with what has been typed."""
        self.reject()
        self.moreWanted.emit(self.draft())

    # --- id and document --------------------------------------------------------------------------------------------

    def _new_id(self) -> None:
        name = str(self.document_combo.currentData() or "job")
        self._automatic_id = new_job_id(name)
        self.id_edit.setText(self._automatic_id)

    def _fill_documents(self) -> None:
        for name in job_document.builtin_names():
            self.document_combo.addItem(name.replace("-", " ").capitalize(), name)
        self.document_combo.addItem(self.tr("Custom"), CUSTOM)
        self.document_combo.setCurrentIndex(max(0, self.document_combo.findData(DEFAULT_DOCUMENT)))
        self._take_sample()

    def _take_sample(self) -> None:
        """Put the chosen sample into the editor; `Custom` leaves what is there."""
        name = self.document_combo.currentData()
        self._refused = ""
        if name != CUSTOM:
            self._is_filling = True
            # As an edit, so that Ctrl+Z brings back what it replaced.
            cursor = self.document_edit.textCursor()
            cursor.select(cursor.SelectionType.Document)
            cursor.insertText(job_document.read(name).rstrip())
            cursor.setPosition(0)
            self.document_edit.setTextCursor(cursor)
            self._is_filling = False
        if self.id_edit.text() == self._automatic_id:
            self._new_id()
        self._check()

    def _document_changed(self) -> None:
        if self._is_filling:
            return
        self._refused = ""
        self.document_combo.setCurrentIndex(self.document_combo.findData(CUSTOM))
        self._check()

    def _paste_refused(self, size: int) -> None:
        text = self.tr("The pasted text has %1 bytes and was left out; a job document may have %2.")
        self._refused = text.replace("%1", grouped(size)).replace("%2", grouped(limits.JOB_DOCUMENT_BYTES))
        self._check()

    # --- checking ---------------------------------------------------------------------------------------------------

    def draft(self) -> JobDraft:
        """The job as it is typed."""
        minutes = self.timeout_spin.value()
        return JobDraft(
            job_id=self.id_edit.text(),
            targets=self._targets,
            document=self.document_edit.toPlainText(),
            description=self.description_edit.text(),
            timeout_minutes=None if minutes == OFF else minutes,
        )

    def _check(self) -> None:
        """After every change: size, mistake, sentence, button."""
        draft = self.draft()
        problem = draft.problem()
        self.size_label.setText(bytes_words(draft.document))
        self.document_edit.mark_mistake(document_problem(draft.document))
        self.problem_label.setText(self._refused or problem)
        self.problem_label.setVisible(bool(self._refused or problem))
        words = "" if problem else sentence(draft, scale=self.time_scale, is_aws=self.is_aws)
        self.sentence_label.setText(words)
        self.sentence_label.setVisible(not problem)
        self.create_button.setEnabled(not problem)
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        self.create_button.setToolTip(problem or keys)

    def restyle(self) -> None:
        """After a change of scheme."""
        tokens = theme.current().tokens
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self._heading.setFont(font)
        failed = status_style.paint_of(JobStatus.FAILED).glyph
        for label, colour in ((self.size_label, tokens.secondary), (self.problem_label, failed)):
            theme.tint(label, colour)
