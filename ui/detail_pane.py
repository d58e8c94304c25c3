"""The pane that looks at one thing: its timeline, its messages, its job document; or sums several things up."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from simulator.feed import ThingDetail, TransitionRecord
from simulator.transport.base import Link
from simulator.transport.credentials import NO_CREDENTIALS, Credentials
from ui import json_text, theme, timeline_layout
from ui.detail_controls import DetailControls
from ui.detail_header import DetailHeader
from ui.detail_summary import DetailSummary
from ui.fleet_store import FleetStore
from ui.json_view import JsonView
from ui.line_history import LineHistory
from ui.message_commands import Addresses, MessageCommands
from ui.message_expected import Known
from ui.messages_tab import MessagesTab
from ui.steps_tab import StepsTab
from ui.tab_bar import MarkedTabs
from ui.tape_tab import TapeTab
from ui.timeline_strip import Mark, TimelineStrip
from ui.timeline_timeout import Deadline, TimeoutWatch
from ui.timeline_view import TimelineView

RequestDetail = Callable[[str], Awaitable[ThingDetail | None]]
StartTask = Callable[[Coroutine[Any, Any, None]], object]
WIDE: Final = 1.7  # wider than this times its height, the pane puts the tabs beside the timeline
LEAST: Final = (320, 100)  # pixels, the height at zoom 1; more is wanted, but must not be forced on the window
LOW: Final = 200  # at zoom 1; below this height there is room for the thing and its timeline beside it alone


class DetailPane(QWidget):
    """Shows what it was last told to show; asks for a thing's detail by name, one request at a time."""

    commandWanted = Signal(str)  # the id of one of the window's actions, to be done to what is selected
    stepWanted = Signal(str, object)  # a thing's name and a StepAction
    mistakeWanted = Signal(object)  # a Mistake, to be made by what is selected
    sendWanted = Signal(str, object)  # a thing's name and an UpdateByHand

    def __init__(
        self,
        request_detail: RequestDetail,
        start_task: StartTask,
        parent: QWidget | None = None,
        *,
        store: FleetStore | None = None,
    ) -> None:
        """`start_task` runs a coroutine under the window's owner of tasks; from `store` come changes and sums."""
        super().__init__(parent)
        self.setObjectName("detailPane")
        self.setAccessibleName(self.tr("Thing up close"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._keep_least()
        self.request_detail = request_detail
        self._start_task = start_task
        self._store = store if store is not None else FleetStore()
        self._name: str | None = None
        self._many: list[str] = []
        self._is_asking = False
        self._is_due = False
        self._seen: tuple[object, ...] = ()
        self._executions: list[list[TransitionRecord]] = []
        self._chosen_execution: TransitionRecord | None = None  # the first record of an earlier one; else the newest
        self._link_is_up = True
        self._line = LineHistory()
        self._timeouts = TimeoutWatch()
        self._deadline: Deadline | None = None
        self._is_wide = self._is_low = False
        self._build()
        self._connect()
        self.show_thing(None)

    def _build(self) -> None:
        self.header = DetailHeader(self)
        self.timeline = TimelineView(self)
        self.strip = TimelineStrip(self)
        self.controls = DetailControls(self)
        self.commands = MessageCommands(self)
        self.tape = TapeTab(self.commands, self)
        self.messages = MessagesTab(self.commands, self)
        self.steps = StepsTab(self)
        self.document_view = JsonView(self)
        self.document_view.setObjectName("detailDocumentText")
        self.document_view.setAccessibleName(self.tr("Job document"))
        self.document_view.setPlaceholderText(self.tr("This thing has had no job yet."))
        self.tabs = MarkedTabs(self)
        self.tabs.setObjectName("detailTabs")
        self.tabs.setAccessibleName(self.tr("What the thing said and did"))
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.addTab(self.tape, self.tr("Tape"))
        self.tabs.addTab(self.messages, self.tr("Messages"))
        self.tabs.addTab(self.steps, self.tr("Steps"))
        self.tabs.addTab(self.document_view, self.tr("Job document"))
        self.tabs.setCornerWidget(self.messages.search_bar, Qt.Corner.TopRightCorner)
        self._missing = QLabel(self)
        self._missing.setObjectName("detailMissingLabel")
        self._missing.setWordWrap(True)
        self._missing.hide()
        self.summary = DetailSummary(self._store, self)
        lead = QWidget(self)
        self._lead_parts = QBoxLayout(QBoxLayout.Direction.TopToBottom, lead)
        self._lead_parts.setContentsMargins(0, 0, 0, 0)
        for parts, share in (((self.header, self._missing), 2), ((self.strip, self.timeline), 3)):
            column = QVBoxLayout()
            column.setSpacing(6)
            for part in parts:
                column.addWidget(part)
            column.addStretch(1)  # beside each other they may differ in height
            self._lead_parts.addLayout(column, share)
        lead.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._lead = lead
        self._one = QWidget(self)
        self._grid = QGridLayout(self._one)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.summary)
        self._stack.addWidget(self._one)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 2, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._stack, 1)
        self._foot = QWidget(self)
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self.controls)
        layout.addWidget(self._foot)
        self._show_search()
        self._arrange()

    def _connect(self) -> None:
        self.controls.wanted.connect(self.commandWanted)
        self.controls.mistakeWanted.connect(self.mistakeWanted)
        self.steps.actWanted.connect(self._want_step)
        self.commands.sendWanted.connect(self._want_sent)
        self.commands.openWanted.connect(self._show_messages)
        self.commands.compareWanted.connect(self._show_messages)
        self.commands.findWanted.connect(self._show_messages)
        self.tabs.currentChanged.connect(lambda _: self._show_search())
        self.timeline.canvas.chosen.connect(self._go_to)
        self.strip.chosen.connect(self._look_at_execution)
        theme.current().changed.connect(self._keep_least)

    def _want_step(self, action: object) -> None:
        if self._name is not None:
            self.stepWanted.emit(self._name, action)

    def _want_sent(self, update: object) -> None:
        if self._name is not None:
            self.sendWanted.emit(self._name, update)

    def _show_messages(self) -> None:
        self.tabs.setCurrentWidget(self.messages)
        self.messages.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_search(self) -> None:
        """The search beside the tabs belongs to the messages."""
        self.messages.search_bar.setVisible(self.tabs.currentWidget() is self.messages)

    # --- what is looked at ------------------------------------------------------------------------------------------

    def show_thing(self, name: str | None) -> None:
        """Look at this thing from now on; None looks at the fleet as a whole."""
        if name is None:
            self._show_summary([])
            return
        if name != self._name:
            self._name, self._many, self._seen = name, [], ()
            self._executions, self._chosen_execution = [], None
            self._line.look_at(name, self._store.journal)
            self.header.show_name(name)
            self.timeline.show_records([], link_is_up=True)
            self.strip.hide()
            self.tape.clear()
            self.messages.clear()
            self.steps.clear()
            self.document_view.show_text("")
            self._missing.hide()
        self._stack.setCurrentWidget(self._one)
        self.controls.show()
        self._ask()

    def show_many(self, names: list[str]) -> None:
        """Sum these things up from now on."""
        self._show_summary(list(names))

    def _show_summary(self, names: list[str]) -> None:
        self._name, self._many, self._seen = None, names, ()
        self.summary.show_names(names)
        self._stack.setCurrentWidget(self.summary)
        self.controls.setVisible(bool(names))
        if names:
            self._show_controls_for_many()

    def _show_controls_for_many(self) -> None:
        sums = self.summary
        self.controls.show_many(
            len(self._many), working=sums.working, any_manual=sums.any_manual, all_manual=sums.all_manual
        )

    def show_address(
        self, mqtt: str, http: str = "", time_scale: float = 1.0, credentials: Credentials = NO_CREDENTIALS
    ) -> None:
        """Where the endpoint is and who things are, for what is copied, and how fast its clock runs, for timeouts."""
        self.commands.addresses = Addresses(mqtt, http, credentials)
        self._timeouts.time_scale = time_scale

    def refresh(self) -> None:
        """Called at most five times a second while the pane is visible and something in the fleet changed."""
        if self._name is None:
            self.summary.refresh()
            if self._many:
                self._show_controls_for_many()
        elif self._state_of(self._name) != self._seen:
            self._ask()

    def look_again(self) -> None:
        """Something that the fleet tells nothing of is another one now: what the thing will send next."""
        if self._name is not None:
            self._ask()

    def _state_of(self, name: str) -> tuple[object, ...]:
        return self._store.state_of(name)

    # --- asking -----------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Ask for the detail; while an answer is awaited, remember that it will be old."""
        self._is_due = True
        if not self._is_asking:
            self._is_asking = True
            self._start_task(self._fetch())

    async def _fetch(self) -> None:
        try:
            while self._is_due and self._name is not None:
                self._is_due = False
                name, state = self._name, self._state_of(self._name)
                detail = await self.request_detail(name)
                if name == self._name:
                    self._seen = state
                    self._show(name, detail)
        finally:
            self._is_asking = False

    def _show(self, name: str, detail: ThingDetail | None) -> None:
        self._missing.setVisible(detail is None)
        if detail is None:
            self._missing.setText(self.tr("The fleet has no details of %1.").replace("%1", name))
            return
        snapshot = detail.snapshot
        self.header.show_thing(snapshot, detail.job_document)
        self.controls.show_thing(snapshot)
        self._line.note(snapshot)
        outages = self._line.outages()
        self.tape.show_messages(detail.messages, snapshot.job_id, name, detail.timeline, outages)
        self.messages.view.known = Known(name, snapshot.job_id, detail.messages, detail.timeline, detail.outline)
        self.messages.show_messages(detail.messages, detail.messages_dropped, snapshot.job_id)
        self.steps.show_detail(detail)
        self.document_view.show_text(json_text.pretty(detail.job_document) if detail.job_document else "")
        self._link_is_up = snapshot.link is Link.ONLINE
        self._deadline = None if self._store.in_past else self._timeouts.deadline(detail.messages, snapshot)
        self._executions = timeline_layout.executions(detail.timeline)
        self._show_execution()

    # --- executions -------------------------------------------------------------------------------------------------

    def _look_at_execution(self, place: int) -> None:
        """The newest is shown, and stays shown as the newest; an earlier one only while it is chosen."""
        is_newest = place == len(self._executions) - 1
        self._chosen_execution = None if is_newest else self._executions[place][0]
        self._show_execution()

    def _show_execution(self) -> None:
        newest, chosen = len(self._executions) - 1, self._chosen_execution
        places = (n for n, found in enumerate(self._executions) if chosen is not None and _is_same(found[0], chosen))
        place = next(places, newest)
        self.strip.show_marks([self._mark(found[-1]) for found in self._executions], place)
        self.strip.setVisible(newest > 0)
        self.timeline.show_records(
            self._executions[place] if self._executions else [],
            link_is_up=self._link_is_up or place != newest,
            outages=self._line.outages(),
            deadline=self._deadline if place == newest else None,
        )

    def _mark(self, newest: TransitionRecord) -> Mark:
        text = self.tr("%1 · execution #%2 · v%3").replace("%2", str(newest.execution_number))
        text = text.replace("%3", str(newest.version)).replace("%1", newest.job_id)
        number = f" #{newest.execution_number}" if newest.execution_number > 1 else ""
        return Mark(newest.status, f"{newest.job_id}{number}", f"{text} · {newest.status}")

    def _go_to(self, transition: object) -> None:
        """All tabs to the moment of a transition; the job document, which has no moments, gives way to the messages."""
        assert isinstance(transition, TransitionRecord)
        if self.tabs.currentWidget() is self.document_view:
            self.tabs.setCurrentWidget(self.messages)
        self.messages.choose(transition)
        brought = self.messages.table.current_row()
        if brought >= 0:
            self.tape.view.choose_message(self.messages.model.message(brought))
        self.steps.choose(transition)

    # --- room -------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() > WIDE * self.height()
        low = wide and self.height() < theme.px(LOW)
        if (wide, low) != (self._is_wide, self._is_low):
            self._is_wide, self._is_low = wide, low
            self._arrange()
        self.messages.set_room(self.width() if not self._is_wide else self.width() * 3 // 5)

    def _keep_least(self) -> None:
        self.setMinimumSize(LEAST[0], theme.px(LEAST[1]))

    def _arrange(self) -> None:
        """Tabs under the timeline, beside it where the pane is wide; where it is low too, neither tabs nor commands."""
        wide, low = self._is_wide, self._is_low
        self.tabs.setVisible(not low)
        self._foot.setVisible(not low)
        direction = QBoxLayout.Direction
        self._lead_parts.setDirection(direction.LeftToRight if low else direction.TopToBottom)
        self._lead_parts.setSpacing(24 if low else 6)
        for widget in (self._lead, self.tabs):
            self._grid.removeWidget(widget)
        if wide:
            self._grid.addWidget(self._lead, 0, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(self.tabs, 0, 1)
        else:
            self._grid.addWidget(self._lead, 0, 0)
            self._grid.addWidget(self.tabs, 1, 0)
        self._grid.setColumnStretch(0, 2 if wide else 1)
        self._grid.setColumnStretch(1, 3 if wide and not low else 0)
        self._grid.setRowStretch(0, 1 if wide else 0)
        self._grid.setRowStretch(1, 0 if wide else 1)
        self.messages.set_wide(wide)
        self.steps.set_wide(wide)

    def _reading(self) -> QWidget:
        """Where one reads in the tab that is shown."""
        shown = self.tabs.currentWidget()
        if shown is self.tape:
            return self.tape.view
        if shown is self.steps:
            return self.steps.table
        return self.document_view if shown is self.document_view else self.messages.table

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Focus goes on to where one reads."""
        super().focusInEvent(event)
        if self._name is not None:
            self._reading().setFocus(event.reason())


def _is_same(one: TransitionRecord, other: TransitionRecord) -> bool:
    return (one.job_id, one.execution_number) == (other.job_id, other.execution_number)
