"""What the commands do: each takes its things from the page and asks the session, through the owner of tasks."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from simulator.fleet import LineAction, StepAction
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.scenario.faults import FaultName
from ui.detail_pane import DetailPane
from ui.fault_menu import ByHand, Mistake
from ui.fleet_cell_range import one_line
from ui.fleet_columns import title
from ui.fleet_page import FleetPage
from ui.fleet_renewal import Renewal
from ui.job_dialog import CreateJobDialog, JobRequest
from ui.numbers import counted
from ui.reason_dialog import ReasonDialog
from ui.session import Session
from ui.tasks import TaskOwner
from ui.undo_stack import Undo


class Commands(QObject):
    """The plain slots behind the actions of the fleet page."""

    def __init__(self, page: FleetPage, session: Session, tasks: TaskOwner, window: QWidget) -> None:
        super().__init__(window)
        self._page = page
        self._session = session
        self._tasks = tasks
        self._window = window
        self.undo = Undo(page, session, tasks, session.teller.told.emit)
        self.renewal = Renewal(page, session, tasks, self.undo.stack, window)
        self.job_dialog = CreateJobDialog(window)
        self.job_dialog.createRequested.connect(self._create_job)
        if isinstance(page.pane, DetailPane):
            page.pane.stepWanted.connect(self.act)
            page.pane.sendWanted.connect(self.send)
            page.pane.mistakeWanted.connect(self.misbehave)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What each action id does."""
        return {
            "act.fleet.start": lambda: self._for_targets("start", self._session.things.start),
            "act.fleet.stop": lambda: self._for_targets("stop", self._session.things.stop),
            "act.fleet.connect": lambda: self._for_targets("connect", self._line(LineAction.CONNECT)),
            "act.fleet.disconnect": lambda: self._for_targets("disconnect", self._line(LineAction.DISCONNECT)),
            "act.fleet.step": lambda: self._for_working("step", self._session.things.step),
            "act.fleet.next": lambda: self._for_working("step", self._session.things.step),
            "act.fleet.manual": self.toggle_manual,
            "act.fleet.remove": self.remove,
            "act.app.undo": self.undo.undo,
            "act.app.redo": self.undo.redo,
            "act.job.new": self.open_job_dialog,
            "act.force.succeed": lambda: self._force(JobStatus.SUCCEEDED),
            "act.force.fail": lambda: self._ask_reason(JobStatus.FAILED),
            "act.force.reject": lambda: self._ask_reason(JobStatus.REJECTED),
            "act.force.stall": lambda: self._force(None),
            "act.view.freeze": self._page.toggle_freeze,
            "act.view.saveFilter": self._page.filter_edit.ask_to_save,
            "act.fleet.firmware": lambda: self.renewal.ask_firmware(self._page.targets.named()[0]),
            "act.fleet.reset": lambda: self.renewal.reset(self._page.targets.named()[0]),
            "act.rewind.live": self._page.rewind.live,
            "act.rewind.back": lambda: self._page.rewind.step(-1),
            "act.rewind.forward": lambda: self._page.rewind.step(1),
            "act.rewind.play": self._page.rewind.play,
            "act.rewind.clip": lambda: self._page.rewind_bar.want_export(0),
            "act.view.filter": self.focus_filter,
            "act.view.slash": self.focus_filter,
            "act.view.escape": self.escape,
            "act.view.all": self._page.table.selectAll,
            "act.view.invert": self._page.table.invert_selection,
            "act.view.copy": self.copy_rows,
            "act.view.side": self._page.splitter.toggle_side,
            "act.view.open": self.focus_pane,
        }

    def assign(self, scenario: str) -> None:
        """Give the targets another scenario."""
        names, _ = self._page.targets.named()
        if names:
            self.undo.assign(names, scenario)

    def remove(self) -> None:
        """Take the targets out of the fleet."""
        names, _ = self._page.targets.named()
        if names:
            self.undo.remove(names)

    def misbehave(self, fault: Mistake) -> None:
        """Have the targets make a fault, as soon as they can."""
        if isinstance(fault, ByHand):
            self._send_illegal()
            return
        self._for_targets("fault", lambda names: self._ask_for_fault(names, fault))

    async def _ask_for_fault(self, names: list[str], fault: FaultName) -> None:
        """A fault of the next update changes nothing of a thing yet, but what the pane says that comes next."""
        await self._session.things.misbehave(names, fault)
        if isinstance(self._page.pane, DetailPane):
            self._page.pane.look_again()

    def _send_illegal(self) -> None:
        """What has ended goes on, what works goes back."""
        working = set(self._page.targets.working())
        names, _ = self._page.targets.named()
        for status, chosen in (
            ("QUEUED", [name for name in names if name in working]),
            ("IN_PROGRESS", [name for name in names if name not in working]),
        ):
            if chosen:
                self._tasks.start(self._session.things.send(chosen, UpdateByHand(status=status)), "fault")

    def act(self, name: str, action: object) -> None:
        """Let a thing in manual mode go on in this way (a StepAction)."""
        assert isinstance(action, StepAction)
        self._tasks.start(self._session.things.act([name], action), "step")

    def send(self, name: str, update: object) -> None:
        """Let a thing send an update (an UpdateByHand)."""
        assert isinstance(update, UpdateByHand)
        self._tasks.start(self._session.things.send([name], update), "send")

    def toggle_manual(self) -> None:
        """Manual mode on, unless all targets have it already: then off."""
        names, _ = self._page.targets.named()
        self._tasks.start(self._session.things.manual(names, not self._page.targets.all_manual()), "manual")

    def open_job_dialog(self) -> None:
        """Ask what job to make for the targets."""
        names, are_selected = self._page.targets.named()
        self.job_dialog.time_scale, self.job_dialog.is_aws = (
            self._session.connection.time_scale,
            self._session.connection.is_aws,
        )
        self.job_dialog.open_for(names, selected=are_selected)

    def focus_filter(self) -> None:
        """To the filter field, its text selected."""
        self._page.filter_edit.setFocus()
        self._page.filter_edit.selectAll()

    def focus_pane(self) -> None:
        """To the pane that looks at the current thing."""
        self._page.splitter.show_pane(True)
        self._page.pane.setFocus()

    def escape(self) -> None:
        """Clear the filter; if there is none, the selection; and be back in the table."""
        if self._page.table.clear_range():
            return
        if self._page.filter_edit.text():
            self._page.clear_filter()
        else:
            self._page.table.clearSelection()
        self._page.things_view.setFocus()

    def copy_rows(self) -> None:
        """The block of cells, else the targets' rows, as tab-separated text with wire words, the shown columns only."""
        if block := self._page.table.range.text():
            QGuiApplication.clipboard().setText(block)
            return
        table, model = self._page.table, self._page.model
        header = table.horizontalHeader()
        columns = [n for v in range(header.count()) if not table.isColumnHidden(n := header.logicalIndex(v))]
        names, _ = self._page.targets.named()
        lines = ["\t".join(title(model.key(n)) for n in columns)]
        for name in names:
            row = self._page.store.row_of[name]
            lines.append("\t".join(one_line(str(model.cells.raw(model.key(n), row))) for n in columns))
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _for_targets(self, what: str, ask: Callable[[list[str]], Coroutine[Any, Any, None]]) -> None:
        names, _ = self._page.targets.named()
        if names:
            self._tasks.start(ask(names), what)

    def _for_working(self, what: str, ask: Callable[[list[str]], Coroutine[Any, Any, None]]) -> None:
        """Ask only for those targets that have an execution under way."""
        if names := self._page.targets.working():
            self._tasks.start(ask(names), what)

    def _line(self, action: LineAction) -> Callable[[list[str]], Coroutine[Any, Any, None]]:
        return lambda names: self._session.things.line(names, action)

    def _force(self, status: JobStatus | None, reason: str = "") -> None:
        self._for_working("force", lambda names: self._session.things.force(names, status, reason))

    def _ask_reason(self, status: JobStatus) -> None:
        names = self._page.targets.working()
        if not names:
            return
        if status is JobStatus.FAILED:
            text = counted(len(names), self.tr("Fail 1 thing"), self.tr("Fail %n things"))
            suggestion = self.tr("checksum mismatch")
        else:
            text = counted(len(names), self.tr("Reject 1 thing"), self.tr("Reject %n things"))
            suggestion = self.tr("battery low")
        dialog = ReasonDialog(text, text, suggestion, self._window)
        # The names are those that the title counts, whatever is selected when the reason has been typed.
        dialog.given.connect(
            lambda reason: self._tasks.start(self._session.things.force(names, status, reason), "force")
        )
        dialog.open()

    def _create_job(self, request: object) -> None:
        assert isinstance(request, JobRequest)
        self._tasks.start(self._make_job(request), "job")

    async def _make_job(self, request: JobRequest) -> None:
        if await self._session.jobs.made(request):
            self.undo.job_made(request)
