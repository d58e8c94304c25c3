"""Asks the control plane about jobs, gently, one round at a time, and only while somebody looks.

A round lists the jobs, describes some of them (those looked at first, the rest in turn), and lists the executions of
the chosen one. A round that has no answer for a while is told once and waited for: asking again would only pile up.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Final, cast

from PySide6.QtCore import QObject, QTimer, Signal

from simulator import operator_jobs
from simulator.errors import SimulatorError
from simulator.operator import Operator
from ui.banner import Problem, Severity
from ui.jobs_store import JobEntry, JobsStore
from ui.session import Session
from ui.tasks import TaskOwner

ROUND_MS: Final = 1000
FAST_ROUND_MS: Final = 500  # where the endpoint's clock is faster than ours
DESCRIBED_A_ROUND: Final = 24
STATES_A_ROUND: Final = 40
PATIENCE_MS: Final = 4000  # after so long without an answer it is told
LONGEST_PAUSE: Final = 30.0
SHARE: Final = 0.15  # of one thread's time, what listing executions may take
KIND: Final = "controlPlane"


def operator_of(session: Session) -> Operator | None:
    """The session's operator, if there is one that can be asked anything."""
    operator = session.connection.operator
    return cast("Operator", operator) if hasattr(operator, "call") else None


class JobsPoll(QObject):
    """`told` comes with every answer, `polled` after every round."""

    told = Signal()
    polled = Signal()

    def __init__(
        self,
        session: Session,
        tasks: TaskOwner,
        store: JobsStore,
        tell: Callable[[Problem], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._store = store
        self._tell = tell
        self._is_busy = False
        self._turn = 0
        self._failures = 0
        self._not_before = 0.0
        self._executions_at: dict[str, float] = {}  # when those of a job may be listed next
        self._asked: object = None
        self.in_sight: Callable[[], Iterable[str]] = list  # jobs whose rows are shown
        self.executions_in_sight: Callable[[], list[tuple[str, int]]] = list
        self._timer = QTimer(self)
        self._timer.setInterval(ROUND_MS)
        self._timer.timeout.connect(self.ask_now)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._tell_late)

    @property
    def is_busy(self) -> bool:
        """Whether a round is under way."""
        return self._is_busy

    def start(self) -> None:
        """Ask at once, and then once a second."""
        self._timer.start(ROUND_MS if self._session.connection.time_scale <= 1 else FAST_ROUND_MS)
        self.ask_now()

    def stop(self) -> None:
        """Ask no more; a round under way ends by itself."""
        self._timer.stop()

    def hurry(self) -> None:
        """Something was just done: ask at once, executions too."""
        self._not_before = 0.0
        self._executions_at.clear()
        self.ask_now()

    def ask_now(self) -> None:
        """Begin a round, unless one is under way or the control plane is left alone for a while."""
        if self._is_busy or not self._timer.isActive() or monotonic() < self._not_before:
            return
        operator = operator_of(self._session)
        if operator is None or self._session.connection.why_no_control_plane():
            return
        if self._asked is not operator:
            if self._asked is not None:
                self._store.clear()
            self._asked = operator
        self._is_busy = True
        self._patience.start()
        self._tasks.start(self._round(operator), "jobs")

    async def _round(self, operator: Operator) -> None:
        try:
            await self._ask(operator)
        except (SimulatorError, OSError) as error:
            self._failed(operator, str(error))
        except RuntimeError:  # the operator was closed meanwhile
            if operator is self._session.connection.operator:
                raise
        else:
            self._failures = 0
            self._session.teller.ended.emit(KIND)
        finally:
            self._is_busy = False
            self._patience.stop()
        self.polled.emit()

    async def _ask(self, operator: Operator) -> None:
        store = self._store
        store.take_list(await operator_jobs.list_jobs(operator))
        self.told.emit()
        self._patience.start()
        store.take_described(await operator_jobs.describe(operator, self._to_describe()))
        self.told.emit()
        entry = store.chosen_entry()
        if entry is None:
            return
        self._patience.start()
        await self._ask_about(operator, entry)

    async def _ask_about(self, operator: Operator, entry: JobEntry) -> None:
        """The chosen job: for how many things it is, its executions, and those in sight one by one."""
        job_id = entry.job_id
        if entry.things is None and entry.settings is not None:
            entry.things = await self._count(operator, entry)
        if self._executions_at.get(job_id, 0.0) <= monotonic():
            was_live = entry.is_live
            began = monotonic()
            at = self._session.connection.endpoint_epoch()
            self._store.take_executions(job_id, await operator_jobs.executions(operator, job_id), at)
            took = monotonic() - began
            self._executions_at = {job_id: began + took / SHARE if was_live else float("inf")}
        keys = [key for key in self.executions_in_sight() if self._is_wanted(entry, key)][:STATES_A_ROUND]
        if keys and job_id == self._store.chosen:
            self._store.take_states(job_id, await operator_jobs.execution_states(operator, job_id, keys))

    async def _count(self, operator: Operator, entry: JobEntry) -> int:
        """How many things are in the groups that a job is for; of a single thing, one."""
        count = 0
        for target in entry.view.targets[:10]:
            _, _, group = target.partition(":thinggroup/")
            count += await operator_jobs.group_size(operator, group) if group else 1
        return count

    @staticmethod
    def _is_wanted(entry: JobEntry, key: tuple[str, int]) -> bool:
        """A state that has ended is asked for once; any other again and again."""
        known = entry.states.get(key)
        return known is None or not known.status.is_terminal

    def _to_describe(self) -> list[str]:
        """The chosen job, those in sight that may have changed, and of the others some in turn."""
        entries = self._store.entries

        def wants(job_id: str) -> bool:
            entry = entries.get(job_id)
            return entry is not None and entry.is_stale

        first = [self._store.chosen] if self._store.chosen in entries else []
        ids = [job_id for job_id in dict.fromkeys([*first, *self.in_sight()]) if job_id in first or wants(job_id)]
        ids = ids[:DESCRIBED_A_ROUND]
        others = [job_id for job_id in entries if job_id not in ids and wants(job_id)]
        if others:
            room = max(4, DESCRIBED_A_ROUND - len(ids))
            start = self._turn % len(others)
            ids += (others[start:] + others[:start])[:room]
            self._turn = start + room
        return ids

    def _tell_late(self) -> None:
        """No answer yet. The round is waited for: it ends with an answer, or with an error in a minute."""
        sentence = self.tr("The control plane at %1 does not answer; jobs are shown as they were.")
        self._say(sentence.replace("%1", self._session.connection.http))

    def _failed(self, operator: Operator, cause: str) -> None:
        if operator is not self._session.connection.operator:
            return
        self._failures += 1
        self._not_before = monotonic() + min(LONGEST_PAUSE, 2.0**self._failures)
        self._say(self.tr("Jobs could not be asked for: %1").replace("%1", cause))

    def _say(self, sentence: str) -> None:
        self._tell(
            Problem(
                kind=KIND,
                severity=Severity.WARNING,
                sentence=sentence,
                fix_text=self.tr("Try again"),
                fix=self.hurry,
            )
        )
