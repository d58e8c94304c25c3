"""The composer: everything CreateJob takes as a form, and one sentence of what will happen before it does."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from simulator.jobs import limits
from simulator.jobs.model import JobStatus
from simulator.operator_jobs import JobSettings
from ui import status_style, theme
from ui.composer_created import CreatedStrip
from ui.composer_document import ComposerDocument
from ui.composer_draft import JobDraft, sentence
from ui.composer_fields import AbortFields, RetryFields, RolloutFields, TimesFields, spin
from ui.composer_targets import ComposerTargets
from ui.job_ids import new_job_id
from ui.numbers import grouped
from ui.segment_button import NarrowButton

OFF: Final = 0
LEAST_WIDTH: Final = 384


class ComposerPane(QWidget):
    """Emits `createRequested(JobDraft)` and `templateRequested(JobDraft)`; what cannot be sent is never asked for."""

    aboutToAsk = Signal()  # the last chance to say which things are shown and selected now
    createRequested = Signal(object)
    templateRequested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composerPane")
        self.setAccessibleName(self.tr("New job"))
        self.setMinimumWidth(LEAST_WIDTH)
        self.time_scale = 1.0
        self.is_aws = False
        self.now = 0.0  # the endpoint's time, for a start time in words
        self.why_not = ""  # why nothing can be created now
        self._is_creating = False
        self._progress = ""  # how far the creating is, in the sentence's place
        self._automatic_id = ""
        self._make_fields()
        self._lay_out()
        self._connect()
        self.new_id()
        self.restyle()

    def _make_fields(self) -> None:
        self.title_label = QLabel(self.tr("New job"), self)
        font = self.title_label.font()
        font.setBold(True)
        self.title_label.setFont(font)
        self.id_edit = QLineEdit(self)
        self.id_edit.setObjectName("composerIdEdit")
        self.id_edit.setAccessibleName(self.tr("Job id"))
        self.id_edit.setPlaceholderText(self.tr("letters, digits, - and _"))
        self.auto_button: QPushButton = NarrowButton(self.tr("Auto"), "composerAutoButton", self)
        self.auto_button.setAccessibleName(self.tr("Make a new job id"))
        self.targets = ComposerTargets(self)
        self.description_edit = QLineEdit(self)
        self.description_edit.setObjectName("composerDescriptionEdit")
        self.description_edit.setAccessibleName(self.tr("Description"))
        self.description_edit.setMaxLength(limits.DESCRIPTION_CHARACTERS)
        self.description_edit.setPlaceholderText(self.tr("optional"))
        self.document = ComposerDocument(self)
        self.rollout = RolloutFields(self)
        self.abort = AbortFields(self)
        self.timeout_spin = spin(
            self,
            "composerTimeoutSpin",
            self.tr("In-progress timeout in minutes, 0 for none"),
            OFF,
            limits.TIMEOUT_MINUTES[1],
            OFF,
        )
        self.timeout_spin.setSpecialValueText(self.tr("none"))
        self.timeout_spin.setSuffix(self.tr(" min"))
        self.timeout_spin.setToolTip(
            self.tr("An execution that is IN_PROGRESS for longer becomes TIMED_OUT (1 to 10,080 minutes)")
        )
        self.retry = RetryFields(self)
        self.times = TimesFields(self)
        self.sentence_label = QLabel(self)
        self.sentence_label.setObjectName("composerSentenceLabel")
        self.problem_label = QLabel(self)
        self.problem_label.setObjectName("composerProblemLabel")
        for label in (self.sentence_label, self.problem_label):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.template_button = QPushButton(self.tr("Save template"), self)
        self.template_button.setObjectName("composerTemplateButton")
        self.template_button.setAccessibleName(self.template_button.text())
        self.create_button = QPushButton(self.tr("Create job"), self)
        self.create_button.setObjectName("composerCreateButton")
        self.create_button.setAccessibleName(self.create_button.text())
        self.created = CreatedStrip(self)

    def _lay_out(self) -> None:
        form = QWidget(self)
        grid = QGridLayout(form)
        grid.setContentsMargins(12, 4, 12, 4)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        id_row = QWidget(form)
        row = QHBoxLayout(id_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.id_edit, 1)
        row.addWidget(self.auto_button)
        timeout = QWidget(form)
        row = QHBoxLayout(timeout)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.timeout_spin)
        row.addStretch(1)
        rows: list[tuple[str, QWidget, QWidget]] = [
            (self.tr("&Id"), id_row, self.id_edit),
            (self.tr("Tar&gets"), self.targets, self.targets.combo),
            (self.tr("&Document"), self.document, self.document.combo),
            (self.tr("&Rollout"), self.rollout, self.rollout.kind),
            (self.tr("&Abort"), self.abort, self.abort.on),
            (self.tr("&Timeout"), timeout, self.timeout_spin),
            (self.tr("Retr&y"), self.retry, self.retry.count),
            (self.tr("&Start"), self.times, self.times.start),
            (self.tr("&Note"), self.description_edit, self.description_edit),
        ]
        for place, (text, field, buddy) in enumerate(rows):
            label = QLabel(text, form)
            label.setBuddy(buddy)
            label.setMinimumHeight(24)
            grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, place, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(2, 1)
        area = QScrollArea(self)
        area.setObjectName("composerArea")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(form)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.template_button)
        buttons.addWidget(self.create_button)
        end = QVBoxLayout()
        end.setContentsMargins(12, 6, 12, 10)
        end.setSpacing(8)
        for part in (self.problem_label, self.sentence_label, self.created):
            end.addWidget(part)
        end.addLayout(buttons)
        heading = QHBoxLayout()
        heading.setContentsMargins(12, 8, 12, 4)
        heading.addWidget(self.title_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(heading)
        layout.addWidget(area, 1)
        layout.addLayout(end)

    def _connect(self) -> None:
        self.id_edit.textChanged.connect(self.check)
        self.description_edit.textChanged.connect(self.check)
        self.timeout_spin.valueChanged.connect(self.check)
        self.auto_button.clicked.connect(self.new_id)
        self.targets.changed.connect(self.check)
        self.document.changed.connect(self._document_changed)
        for fields in (self.rollout, self.abort, self.retry, self.times):
            fields.changed.connect(self.check)
        self.create_button.clicked.connect(self.ask)
        self.template_button.clicked.connect(self._ask_for_template)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.ask)
        theme.current().changed.connect(self.restyle)

    # --- what is typed ----------------------------------------------------------------------------------------------

    def new_id(self) -> None:
        """An id that was not used before, after the document's name."""
        self._automatic_id = new_job_id(self.document.name)
        self.id_edit.setText(self._automatic_id)

    def _document_changed(self) -> None:
        if self.id_edit.text() == self._automatic_id and not self._automatic_id.startswith(f"{self.document.name}-"):
            self.new_id()
        self.check()

    def draft(self) -> JobDraft:
        """The job as it is typed."""
        minutes = self.timeout_spin.value()
        return JobDraft(
            job_id=self.id_edit.text(),
            targets=self.targets.names,
            group=self.targets.group,
            group_size=self.targets.group_size,
            document=self.document.text,
            description=self.description_edit.text(),
            rollout=self.rollout.config(),
            abort=self.abort.config(),
            retry=self.retry.config(),
            timeout_minutes=None if minutes == OFF else minutes,
            continuous=self.times.scope.currentData() == "CONTINUOUS",
            start_in_minutes=self.times.start.value(),
        )

    def show_settings(self, settings: JobSettings) -> None:
        """Take over how a job was asked for; a start time is not, it has passed."""
        self.rollout.show_config(settings.rollout)
        self.abort.show_config(settings.abort)
        self.retry.show_config(settings.retry)
        self.timeout_spin.setValue(settings.in_progress_timeout_minutes or OFF)
        self.times.scope.setCurrentIndex(1 if settings.target_selection == "CONTINUOUS" else 0)
        self.description_edit.setText(settings.description)
        self.times.start.setValue(0)

    def show_kept(self, draft: JobDraft) -> None:
        """Go on with a job that was being written here when the window was lost."""
        self.rollout.show_config(draft.rollout)
        self.abort.show_config(draft.abort)
        self.retry.show_config(draft.retry)
        self.times.scope.setCurrentIndex(1 if draft.continuous else 0)
        self.times.start.setValue(draft.start_in_minutes)
        targets = draft.targets or self.targets.names
        self.show_draft(replace(draft, targets=targets))

    def show_draft(self, draft: JobDraft) -> None:
        """Go on with a job begun elsewhere."""
        self.id_edit.setText(draft.job_id)
        self._automatic_id = ""
        if draft.group is not None:
            self.targets.pick_group(draft.group)
        else:
            self.targets.pick_names(draft.targets)
        if draft.document != self.document.text:
            self.document.show_text(draft.document)
        self.description_edit.setText(draft.description)
        self.timeout_spin.setValue(draft.timeout_minutes or OFF)

    # --- checking and asking ----------------------------------------------------------------------------------------

    def check(self) -> None:
        """After every change: mistake, sentence, buttons."""
        draft = self.draft()
        problem = draft.problem()
        shown = self.document.refused or self.why_not or problem
        self.problem_label.setText(shown)
        self.problem_label.setVisible(bool(shown))
        words = "" if problem else sentence(draft, scale=self.time_scale, is_aws=self.is_aws, now=self.now)
        words = self._progress or words
        if self.sentence_label.text() != words:
            self.sentence_label.setText(words)
        self.sentence_label.setVisible(not problem)
        can = not problem and not self.why_not and not self._is_creating
        self.create_button.setEnabled(can)
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        self.create_button.setToolTip(self.why_not or problem or keys)
        document_problem = self.document.problem()
        self.template_button.setEnabled(not self.why_not and not document_problem and not self._is_creating)
        tip = self.tr("Keep document, rollout, abort criteria, retries and timeout as a job template with this id")
        self.template_button.setToolTip(self.why_not or document_problem or tip)

    def ask(self) -> None:
        """Ask for the job, if nothing speaks against it."""
        self.aboutToAsk.emit()
        self.check()
        if self.create_button.isEnabled():
            self.show_creating(True)
            self.createRequested.emit(self.draft())

    def _ask_for_template(self) -> None:
        draft = self.draft()
        if self.template_button.isEnabled() and limits.JOB_ID.fullmatch(draft.job_id):
            self.templateRequested.emit(draft)

    def show_progress(self, done: int, total: int) -> None:
        """So many things are in the group of the job that is being created here; each takes a call."""
        if not self._is_creating:  # it was asked for elsewhere
            return
        words = self.tr("Creating the job: %1 of %2 things are in its group.")
        self._progress = words.replace("%1", grouped(done)).replace("%2", grouped(total))
        self.check()

    def show_creating(self, on: bool) -> None:
        """A job is being created, which may take a while for very many things."""
        self._is_creating = on
        self._progress = ""
        self.create_button.setText(self.tr("Creating…") if on else self.tr("Create job"))
        if on:
            self.created.hide()
        self.check()

    def show_created(self, job_id: str, *, can_undo: bool) -> None:
        """It was created: the next job gets another id."""
        self.created.show_created(job_id, can_undo=can_undo)
        if self.id_edit.text() == job_id:
            self.new_id()

    def restyle(self) -> None:
        """After a change of scheme."""
        theme.tint(self.problem_label, status_style.paint_of(JobStatus.FAILED).glyph)
