"""The jobs page: the list, the chosen job as plan against reality or as its executions, and the composer beside it."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ui import composer_keep, icons, theme
from ui.banner import Problem, Severity
from ui.composer_draft import JobDraft, JobRequest
from ui.composer_pane import ComposerPane
from ui.composer_targets import TargetKind
from ui.empty_state import EmptyState
from ui.fleet_store import UNENDED
from ui.jobs_commands import JobsCommands
from ui.jobs_look import EXECUTIONS, JobLook
from ui.jobs_model import JobsModel
from ui.jobs_poll import JobsPoll
from ui.jobs_store import JobsStore
from ui.jobs_table import JobsTable
from ui.numbers import counted, grouped
from ui.pages import Page, PageContext
from ui.undo_stack import Done

WIDEST_COMPOSER: Final = 520
TICK_MS: Final = 500
BADGE_MS: Final = 2000
SPLITTERS: Final = ("jobs/beside", "jobs/above")


class JobsPage(Page):
    """Everything here asks through the poll and the commands; this lays it out and brings it up to date."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobsPage")
        self._context = context
        self._session = context.session
        self.store = JobsStore()
        self.model = JobsModel(self.store, self)
        self.poll = JobsPoll(context.session, context.tasks, self.store, context.tell, self)
        self.composer = ComposerPane(self)
        self.commands = JobsCommands(context.session, self.store, self.poll, self.composer, context.tell, self)
        self._badge = -1
        self._running: set[str] = set()  # jobs that were seen in progress, until it is known how they ended
        self._make()
        self._lay_out()
        self._connect()
        self._tick_timer = QTimer(self)
        self._tick_timer.setInterval(TICK_MS)
        self._tick_timer.timeout.connect(self.tick)
        self._badge_timer = QTimer(self)
        self._badge_timer.setInterval(BADGE_MS)
        self._badge_timer.timeout.connect(self._badge_unseen)
        self._recall(context.settings)
        self._untouched = self.composer.draft()  # nothing is lost with a draft like this one
        self.restyle()

    def _make(self) -> None:
        self.why_label = QLabel(self)
        self.why_label.setObjectName("jobWhyLabel")
        self.why_label.setWordWrap(True)
        self.why_label.setContentsMargins(12, 8, 12, 8)
        self.why_label.setAutoFillBackground(True)
        self.why_label.hide()
        self.filter_edit = QLineEdit(self)
        self.filter_edit.setObjectName("jobFilterEdit")
        self.filter_edit.setAccessibleName(self.tr("Filter jobs"))
        self.filter_edit.setPlaceholderText(self.tr("Filter: id, state:in_progress, -state:completed"))
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.setMinimumHeight(28)
        self._filter_icon = QAction(self)
        self.filter_edit.addAction(self._filter_icon, QLineEdit.ActionPosition.LeadingPosition)
        self.count_label = QLabel(self)
        self.count_label.setObjectName("jobCountLabel")
        self.table = JobsTable(self.model, self)
        self.empty = EmptyState(self.table.viewport())
        self.empty.setObjectName("jobEmptyState")
        self.look = JobLook(self._session, self._context.store, self)
        self.job_bar, self.chart, self.executions = self.look.job_bar, self.look.chart, self.look.executions

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        top.setSpacing(10)
        top.addWidget(self.filter_edit, 1)
        top.addWidget(self.count_label)
        above = QWidget(self)
        layout = QVBoxLayout(above)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        self.above_splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.above_splitter.setObjectName("jobsAboveSplitter")
        self.above_splitter.addWidget(above)
        self.above_splitter.addWidget(self.look)
        self.above_splitter.setStretchFactor(0, 2)
        self.above_splitter.setStretchFactor(1, 3)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setObjectName("jobsBesideSplitter")
        self.splitter.addWidget(self.above_splitter)
        self.splitter.addWidget(self.composer)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.composer.setMaximumWidth(WIDEST_COMPOSER)
        self.above_splitter.setSizes([230, 400])
        self.splitter.setSizes([800, 400])
        for splitter in (self.splitter, self.above_splitter):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(5)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.why_label)
        layout.addWidget(self.splitter, 1)
        self.above_splitter.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        above.setMinimumWidth(300)

    def _connect(self) -> None:
        start = self._context.tasks.start
        self.filter_edit.textChanged.connect(self._filter)
        self.table.jobChosen.connect(self.choose)
        self.table.opened.connect(lambda: self.look.show_view(EXECUTIONS))
        self.table.menuWanted.connect(self.job_bar.open_menu)
        self.look.viewChanged.connect(self._show_chosen)
        self.job_bar.wanted.connect(self._do)
        self.poll.told.connect(self.show_polled)
        self.poll.polled.connect(self.show_polled)
        self.poll.in_sight = self.table.visible_ids
        self.poll.executions_in_sight = self.look.executions_in_sight
        self.composer.aboutToAsk.connect(self._show_targets)
        self.composer.createRequested.connect(lambda draft: start(self.commands.create(draft), "create job"))
        self.composer.templateRequested.connect(lambda draft: start(self.commands.save_template(draft), "template"))
        self.composer.document.templateWanted.connect(lambda name: start(self.commands.take_template(name), "template"))
        self.composer.targets.groupChosen.connect(lambda name: start(self.commands.size_group(name), "group"))
        self.composer.created.undoWanted.connect(lambda job_id: start(self.commands.undo(job_id), "undo job"))
        self.composer.created.wallWanted.connect(self._show_on_wall)
        self.commands.created.connect(self._created)
        self.commands.made.connect(self._can_be_undone)
        self._session.jobs.progress.connect(self.composer.show_progress)
        self._session.connection.changed.connect(self.show_allowed)
        theme.current().changed.connect(self.restyle)

    # --- coming and going -------------------------------------------------------------------------------------------

    def page_shown(self) -> None:
        """Begin to ask and to tick."""
        self._badge_timer.stop()
        self.tick()
        self._tick_timer.start()
        self.poll.start()
        self._context.tasks.start(self.commands.offer_choices(), "groups and templates")
        self._show_empty()

    def page_hidden(self) -> None:
        """Ask no more, nor tick; the badge goes on by what the things themselves tell."""
        self._tick_timer.stop()
        self.poll.stop()
        self._badge_timer.start()
        keep = self._context.settings.setValue
        keep(SPLITTERS[0], self.splitter.saveState())
        keep(SPLITTERS[1], self.above_splitter.saveState())

    def _recall(self, settings: QSettings) -> None:
        for key, splitter in zip(SPLITTERS, (self.splitter, self.above_splitter), strict=True):
            state = settings.value(key)
            if state is not None:
                splitter.restoreState(state)

    def unsaved(self) -> dict[str, str]:
        draft = self.composer.draft()
        return {} if composer_keep.is_same_work(draft, self._untouched) else {"draft": composer_keep.written(draft)}

    def take_unsaved(self, kept: Mapping[str, str]) -> None:
        draft = composer_keep.read(kept.get("draft", ""))
        if draft is not None:
            self._show_targets()
            self.composer.show_kept(draft)

    def escape(self) -> bool:
        """A question is dropped first, then the filter of the executions, then that of the jobs."""
        if self.job_bar.confirm.isVisible():
            self.job_bar.confirm.hide()
        elif self.executions.isVisible() and self.executions.filter_edit.text():
            self.executions.filter_edit.clear()
        elif self.filter_edit.text():
            self.filter_edit.clear()
        else:
            return False
        return True

    def compose(self, draft: JobDraft | None = None) -> None:
        """To the composer: with a job begun elsewhere, or for what is selected or shown."""
        if draft is not None:
            self.composer.show_draft(draft)
        else:
            _, selected = self._context.targets()
            self.composer.targets.pick(TargetKind.SELECTED if selected else TargetKind.SHOWN)
        self._show_targets()
        self.composer.id_edit.setFocus()
        self.composer.id_edit.selectAll()

    # --- what is shown ----------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Twice a second: targets, sentence, live executions, the chart's edge."""
        composer = self.composer
        composer.time_scale, composer.is_aws = self._session.connection.time_scale, self._session.connection.is_aws
        composer.now = self._session.connection.endpoint_epoch()
        self._show_targets()
        self.show_allowed()
        composer.check()
        self._show_chosen()

    def _show_targets(self) -> None:
        names, selected = self._context.targets()
        shown = self._context.shown_things() or ([] if selected else names)
        self.composer.targets.show_things(shown, names if selected else [], self._context.store.names)

    def show_allowed(self) -> None:
        """Whether the control plane may be used, and if not, why, at the top and on every button."""
        why_not = self._session.connection.why_no_control_plane()
        self.why_label.setText(why_not)
        self.why_label.setVisible(bool(why_not) and not self._session.is_opening)
        if self.composer.why_not != why_not:
            self.composer.why_not = why_not
            self.composer.check()
        self.job_bar.show_entry(self.store.chosen_entry(), why_not)
        self._show_empty()

    def show_polled(self) -> None:
        """The control plane has answered: list, counts, the chosen job, the badge."""
        if self.store.chosen not in self.store.entries and self.model.ids and not self.filter_edit.text():
            self.store.chosen = None
        moved = self.model.refresh()
        if self.store.chosen is None and self.model.ids:
            self.choose(self.model.ids[0])
        if moved:
            self.table.show_chosen()
        self._show_empty()
        self._show_count()
        if self.isVisible():
            self._show_badge(self.store.in_progress)
        self._tell_aborts()
        self._show_chosen()

    def _show_count(self) -> None:
        total, shown = len(self.store), len(self.model.ids)
        text = counted(total, self.tr("1 job"), self.tr("%n jobs"))
        if shown != total:
            text += " · " + self.tr("%1 shown").replace("%1", grouped(shown))
        if self.store.in_progress:
            text += " · " + self.tr("%1 in progress").replace("%1", grouped(self.store.in_progress))
        self.count_label.setText(text if self.store.is_known else "")

    def _show_empty(self) -> None:
        why_not = self._session.connection.why_no_control_plane()
        if self.model.ids:
            self.empty.hide()
        elif self.store.is_known and len(self.store):
            clear = [("jobEmptyClear", self.tr("Clear filter"), self.filter_edit.clear)]
            self.empty.say(self.tr("No job matches “%1”.").replace("%1", self.filter_edit.text()), clear)
        elif why_not:
            waits = self.tr("Jobs are shown here once the control plane may be asked for them.")
            self.empty.say(why_not if self._session.is_opening else waits)
        elif self.store.is_known:
            create = [("jobEmptyCreate", self.tr("Create a job"), lambda: self.compose())]
            self.empty.say(self.tr("There are no jobs yet."), create)
        else:
            self.empty.say(self.tr("Asking for the jobs…"))
        self.look.setVisible(self.store.chosen_entry() is not None)

    def _show_chosen(self) -> None:
        self.look.show_entry(self.store.chosen_entry())

    def _tell_aborts(self) -> None:
        """A job that the service aborted is told once, if it was seen to run."""
        for entry in self.store.entries.values():
            if entry.view.status == "IN_PROGRESS":
                self._running.add(entry.job_id)
            elif entry.job_id in self._running and not entry.is_stale:
                self._running.discard(entry.job_id)
                if entry.is_aborted:
                    sentence = f"{entry.job_id}: {entry.view.comment or entry.view.reason_code}"
                    self._context.tell(Problem(kind="jobAborted", severity=Severity.WARNING, sentence=sentence))
        self._running &= self.store.entries.keys()

    def _show_badge(self, count: int) -> None:
        if count != self._badge:
            self._badge = count
            self.badgeChanged.emit(count)

    def _badge_unseen(self) -> None:
        """While nobody looks, nothing is asked: jobs in progress are those that things say they have to do."""
        store = self._context.store
        self._show_badge(len({store.job[row] for row, code in enumerate(store.status) if code in UNENDED}))

    # --- what is done -----------------------------------------------------------------------------------------------

    def choose(self, job_id: str) -> None:
        """Look at a job."""
        if job_id != self.store.chosen:
            self.store.chosen = job_id
            self.table.show_chosen()
            self.table.viewport().update()
            self._show_empty()
            self._show_chosen()
            self.poll.ask_now()

    def _filter(self, text: str) -> None:
        self.model.set_filter(text)
        self._show_empty()
        self._show_count()

    def _can_be_undone(self, request: JobRequest) -> None:
        """A job was created: Ctrl+Z removes it until a thing has started it, also after the button has gone."""
        start, again = self._context.tasks.start, self._session.jobs.make
        text = self.tr("creating job %1").replace("%1", request.job_id)
        self._context.did(
            Done(
                text,
                lambda: start(self.commands.undo(request.job_id), "undo job"),
                lambda: start(again(request), "job"),
            )
        )

    def _created(self, job_id: str) -> None:
        self.store.chosen = job_id
        self._untouched = self.composer.draft()
        if self.filter_edit.text():
            self.filter_edit.clear()

    def _show_on_wall(self, job_id: str) -> None:
        self._context.go_to("fleet")
        self._context.run_action("act.view.wall")
        self._session.showWanted.emit(f"job:{job_id}")

    def run(self, command: str) -> None:
        """Do what a button of the chosen job does, or say why it cannot be done."""
        why_off = self.job_bar.why_off(command)
        if why_off:
            self._context.tell(Problem(kind="jobCommand", severity=Severity.INFO, sentence=f"{why_off}."))
        elif command in ("cancel", "force", "delete"):
            self.job_bar.ask(command)
        else:
            self._do(command)

    def _do(self, command: str) -> None:
        entry = self.store.chosen_entry()
        if entry is None:
            return
        if command == "wall":
            self._show_on_wall(entry.job_id)
            return
        work: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "cancel": lambda: self.commands.cancel(entry.job_id, force=False),
            "force": lambda: self.commands.cancel(entry.job_id, force=True),
            "delete": lambda: self.commands.delete(entry),
            "clone": lambda: self.commands.clone(entry),
            "copyBoto3": lambda: self.commands.copy_command(entry, as_cli=False),
            "copyCli": lambda: self.commands.copy_command(entry, as_cli=True),
        }
        self._context.tasks.start(work[command](), command)

    def restyle(self) -> None:
        """After a change of scheme."""
        tokens = theme.current().tokens
        palette = self.why_label.palette()
        palette.setColor(self.why_label.backgroundRole(), tokens.warning[1])
        palette.setColor(self.why_label.foregroundRole(), tokens.warning[0])
        self.why_label.setPalette(palette)
        self._filter_icon.setIcon(icons.icon("filter", tokens.secondary, 16))
        theme.tint(self.count_label, tokens.secondary)
