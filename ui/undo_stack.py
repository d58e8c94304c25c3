"""What can be taken back: scenarios given, things removed, columns, filters, and a job that nothing has started yet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QByteArray, QCoreApplication, QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from simulator.fleet import ThingSpec
from simulator.fleet_plan import Registration
from ui.banner import Problem, Severity
from ui.composer_draft import JobRequest
from ui.fleet_columns import COLUMNS
from ui.fleet_page import FleetPage
from ui.numbers import counted
from ui.session import Session
from ui.session_things import Things
from ui.tasks import TaskOwner

DEPTH: Final = 100
FILTER_ID: Final = 1
TYPING_SECONDS: Final = 1.5  # filter edits closer than this are one


class Done(QUndoCommand):
    """Something that has been done already: pushing it does not do it again."""

    def __init__(
        self, text: str, undo: Callable[[], None], redo: Callable[[], None], *, of_fleet: bool = False
    ) -> None:
        """`of_fleet`: the fleet itself is another one now, not only what is seen of it."""
        super().__init__(text)
        self._undo, self._redo, self.of_fleet = undo, redo, of_fleet
        self._is_done = True

    def redo(self) -> None:
        if self._is_done:
            self._is_done = False
        else:
            self._redo()

    def undo(self) -> None:
        self._undo()


class Added(Done):
    """Things that were added; taken back, they are gone, and done again they have the scenarios they had then."""

    def __init__(
        self, specs: Sequence[ThingSpec], registrations: Mapping[str, Registration], things: Things, tasks: TaskOwner
    ) -> None:
        self._specs, self._registrations = list(specs), registrations
        self._things, self._tasks = things, tasks
        one = QCoreApplication.translate("Undo", "adding 1 thing")
        text = counted(len(specs), one, QCoreApplication.translate("Undo", "adding %n things"))
        super().__init__(text, self._take_back, self._add_again, of_fleet=True)

    def _take_back(self) -> None:
        given = self._things.assigned
        self._specs = [replace(spec, scenario=given.get(spec.name, spec.scenario)) for spec in self._specs]
        self._tasks.start(self._things.remove([spec.name for spec in self._specs]), "remove")

    def _add_again(self) -> None:
        self._tasks.start(self._things.add(self._specs, self._registrations), "add")


class FilterChange(QUndoCommand):
    """From one filter text to another; what is typed in one go is one change."""

    def __init__(self, text: str, before: str, after: str, show: Callable[[str], None]) -> None:
        super().__init__(text)
        self.before, self.after, self.at = before, after, monotonic()
        self._show = show
        self._is_done = True

    def id(self) -> int:
        return FILTER_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, FilterChange) or other.at - self.at > TYPING_SECONDS:
            return False
        self.after, self.at = other.after, other.at
        return True

    def redo(self) -> None:
        if self._is_done:
            self._is_done = False
        else:
            self._show(self.after)

    def undo(self) -> None:
        self._show(self.before)


class Undo(QObject):
    """The window's one stack, and what is pushed on it."""

    def __init__(self, page: FleetPage, session: Session, tasks: TaskOwner, tell: Callable[[Problem], None]) -> None:
        super().__init__(page)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(DEPTH)
        self._page, self._session, self._tasks, self._tell = page, session, tasks, tell
        self._filter = page.filter_edit.text()
        self._is_at_work = False
        self._is_edited = False  # beyond what the stack knows of
        page.filter_edit.textChanged.connect(self._filter_changed)
        page.table.columnShown.connect(self._column_shown)
        page.table.columnsReset.connect(self._columns_reset)
        page.table.horizontalHeader().sectionMoved.connect(self._column_moved)

    def undo(self) -> None:
        """Take the newest change back."""
        self._work(self.stack.undo)

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._work(self.stack.redo)

    @property
    def has_edits(self) -> bool:
        """Whether the fleet was changed since it was opened or saved."""
        here, saved = self.stack.index(), self.stack.cleanIndex()
        if self._is_edited or saved < 0:  # below 0: no undo leads back to what was saved
            return True
        done = (self.stack.command(place) for place in range(min(here, saved), max(here, saved)))
        return any(isinstance(each, Done) and each.of_fleet for each in done)

    def forget(self) -> None:
        """Another fleet: nothing of the old one can be taken back."""
        self.stack.clear()
        self._is_edited = False

    def note_saved(self) -> None:
        """The fleet is in a file as it is now; what was done before can still be taken back."""
        self._is_edited = False
        self.stack.setClean()
        self.stack.indexChanged.emit(self.stack.index())

    def note_edit(self) -> None:
        """The fleet was changed in a way that cannot be taken back here."""
        self._is_edited = True
        self.stack.indexChanged.emit(self.stack.index())

    def assign(self, names: Sequence[str], scenario: str) -> None:
        """Give things a scenario; taken back, each has the one it had."""
        store = self._page.store
        before: dict[str, list[str]] = {}
        for name in names:
            before.setdefault(store.scenario[store.row_of[name]], []).append(name)

        def give_back() -> None:
            for old, those in before.items():
                self._tasks.start(self._session.things.assign(those, old), "assign")

        def give() -> None:
            self._tasks.start(self._session.things.assign(list(names), scenario), "assign")

        text = counted(
            len(names), self.tr("scenario %1 for 1 thing"), self.tr("scenario %1 for %n things")
        ).replace("%1", scenario)  # fmt: skip
        give()
        self.stack.push(Done(text, give_back, give, of_fleet=True))

    def add_many(self, count: int) -> None:
        """Add so many things of the default kind; taken back, they are gone again."""
        things = self._session.things
        specs = things.next_specs(count)
        self._tasks.start(things.add(specs), "add")
        self.stack.push(Added(specs, {}, things, self._tasks))

    def remove(self, names: Sequence[str]) -> None:
        """Remove things; taken back, they are there again, stopped."""
        specs = list(self._specs(names))

        def take() -> None:
            self._tasks.start(self._session.things.remove([spec.name for spec in specs]), "remove")

        def put_back() -> None:
            self._tasks.start(self._session.things.add(specs), "add")

        take()
        text = counted(len(specs), self.tr("removing 1 thing"), self.tr("removing %n things"))
        self.stack.push(Done(text, put_back, take, of_fleet=True))

    def job_made(self, wanted: JobRequest) -> None:
        """A job was created; it can be taken back until a thing starts it."""

        def take_back() -> None:
            started = self._started(wanted.job_id)
            if started:
                sentence = counted(
                    started,
                    self.tr("The job %1 stays: 1 thing has started it. Cancel it on the Jobs page."),
                    self.tr("The job %1 stays: %n things have started it. Cancel it on the Jobs page."),
                )
                problem = sentence.replace("%1", wanted.job_id)
                self._tell(Problem(kind="undo", severity=Severity.INFO, sentence=problem))
            else:
                self._tasks.start(self._session.jobs.take_back(wanted.job_id), "job")

        text = self.tr("creating job %1").replace("%1", wanted.job_id)
        self.stack.push(Done(text, take_back, lambda: self._tasks.start(self._session.jobs.make(wanted), "job")))

    def _started(self, job_id: str) -> int:
        """How many things have taken this job up, or are past it."""
        store = self._page.store
        return sum(job == job_id and store.version[row] > 1 for row, job in enumerate(store.job))

    def _specs(self, names: Iterable[str]) -> Iterable[ThingSpec]:
        store = self._page.store
        for name in names:
            spec = self._session.things.spec(name)
            if spec is not None:
                yield replace(spec, scenario=store.scenario[store.row_of[name]])

    def _filter_changed(self, text: str) -> None:
        before, self._filter = self._filter, text
        if not self._is_at_work:
            words = self.tr("filter “%1”").replace("%1", text) if text else self.tr("clearing the filter")
            self.stack.push(FilterChange(words, before, text, self._page.show_text))

    def _column_shown(self, number: int, on: bool) -> None:
        if self._is_at_work:
            return
        text = self.tr("showing column %1") if on else self.tr("hiding column %1")
        show = self._page.table.show_column
        self.stack.push(
            Done(text.replace("%1", COLUMNS[number].key), lambda: show(number, not on), lambda: show(number, on))
        )

    def _column_moved(self, number: int, before: int, after: int) -> None:
        if self._is_at_work:
            return
        move = self._page.table.horizontalHeader().moveSection
        text = self.tr("moving column %1").replace("%1", COLUMNS[number].key)
        self.stack.push(Done(text, lambda: move(after, before), lambda: move(before, after)))

    def _columns_reset(self, before: tuple[QByteArray, list[int]]) -> None:
        table = self._page.table
        text = self.tr("going back to the default columns")
        self.stack.push(Done(text, lambda: table.restore_layout(*before), table.reset_columns))

    def _work(self, act: Callable[[], None]) -> None:
        """What is done now is part of undoing, and no new change."""
        self._is_at_work = True
        try:
            act()
        finally:
            self._is_at_work = False
