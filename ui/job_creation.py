"""Jobs made at the control plane, and taken back; what came of it is told."""

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from simulator.errors import InputError, SimulatorError, UnreachableError
from simulator.jobs import limits
from ui.banner import Problem, Severity
from ui.composer_draft import JobRequest
from ui.endpoint_connection import Connection
from ui.numbers import counted, grouped
from ui.teller import Teller

if TYPE_CHECKING:
    from ui.session_things import Things

SHORT_SECONDS: Final = 0.4  # what takes no longer needs no word of how far it is


class JobCreation(QObject):
    """Failures are told and not raised."""

    progress = Signal(int, int)  # of a job for many things: so many are in its group, of so many

    def __init__(self, connection: Connection, teller: Teller, things: "Things", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._things = things
        self._connection = connection
        self._teller = teller

    async def make(self, wanted: JobRequest, *, quietly: bool = False) -> None:
        """Create a job; why it could not be made is told, and that it was unless `quietly`."""
        await self.made(wanted, quietly=quietly)

    async def made(self, wanted: JobRequest, *, quietly: bool = False) -> bool:
        """As `make`; return whether it was made."""
        try:
            if self._connection.operator is None:
                raise UnreachableError("the control plane", self.tr("there is none; start with --http"))
            if why_not := self._connection.why_no_control_plane():
                raise InputError("", why_not)
            more: dict[str, Any] = {"members": wanted.members} if wanted.members else {}
            if len(wanted.targets) > limits.TARGETS:
                more["on_progress"] = self._progress_of(wanted.job_id, quietly=quietly)
            await self._connection.operator.create_job(
                wanted.job_id,
                wanted.targets,
                wanted.document,
                wanted.in_progress_timeout_minutes,
                wanted.description,
                **more,
            )
        except (SimulatorError, OSError) as error:
            self._tell_not_made(wanted, error)
            return False
        finally:
            self._teller.ended.emit("jobProgress")
        self._teller.ended.emit("job")
        if quietly:
            return True
        self._tell_made(wanted)
        return True

    def _tell_made(self, wanted: JobRequest) -> None:
        """That there is a job, and which things will not take it as they are."""
        sentence = counted(
            len(wanted.targets),
            self.tr("Job %1 was created for 1 thing."),
            self.tr("Job %1 was created for %n things."),
        ).replace("%1", wanted.job_id)
        if not (resting := self._things.resting(wanted.targets)):
            self._teller.tell("jobCreated", Severity.SUCCESS, sentence)
            return
        idle = counted(
            len(resting),
            self.tr("1 thing is not started and does not take it yet."),
            self.tr("%n things are not started and do not take it yet."),
        )
        text = counted(len(resting), self.tr("Start it"), self.tr("Start %n things"))
        start = partial(self._things.start, resting)
        self._teller.tell("jobCreated", Severity.SUCCESS, f"{sentence} {idle}", text, start)

    def _tell_not_made(self, wanted: JobRequest, error: Exception) -> None:
        """Why there is no job; where things are not in the registry of one's own endpoint, they can be put there."""
        sentence = self.tr("The job %1 was not created: %2").replace("%1", wanted.job_id).replace("%2", str(error))
        things = [target for target in wanted.targets if not target.startswith("arn:")]
        if _is_of_a_stranger(error) and things:
            mend = counted(len(things), self.tr("Register the thing"), self.tr("Register %n things"))
            self._teller.tell("job", Severity.ERROR, sentence, mend, lambda: self._register_and_make(things, wanted))
        else:
            self._teller.tell("job", Severity.ERROR, sentence, self.tr("Try again"), lambda: self.make(wanted))

    async def _register_and_make(self, things: Sequence[str], wanted: JobRequest) -> None:
        if self._connection.operator is not None:
            try:
                await self._connection.operator.create_things(things)
            except (SimulatorError, OSError) as error:
                self._tell_not_made(wanted, error)
                return
        await self.make(wanted)

    def _progress_of(self, job_id: str, *, quietly: bool) -> Callable[[int, int], None]:
        """A job for many things waits until all are in its group, a call each; if that takes a while, it is told."""
        began = monotonic()

        def tell(done: int, total: int) -> None:
            if monotonic() - began < SHORT_SECONDS:
                return
            self.progress.emit(done, total)
            if not quietly:
                sentence = self.tr("Creating job %1: %2 of %3 things are in its group.").replace("%1", job_id)
                sentence = sentence.replace("%2", grouped(done)).replace("%3", grouped(total))
                self._teller.told.emit(
                    Problem(kind="jobProgress", severity=Severity.INFO, sentence=sentence, is_passing=True)
                )

        return tell

    async def cancel(self, job_id: str) -> None:
        """Cancel a job, also what is in progress; nothing is told, and one that has ended stays as it is."""
        cancel = getattr(self._connection.operator, "cancel_job", None)
        if cancel is not None:
            with contextlib.suppress(SimulatorError, OSError):
                await cancel(job_id, True)

    async def take_back(self, job_id: str) -> None:
        """Delete a job that nothing has started; why it could not be is told."""
        try:
            delete = getattr(self._connection.operator, "delete_job", None)
            if delete is None:
                raise UnreachableError("the control plane", self.tr("there is none; start with --http"))
            await delete(job_id, True)
        except (SimulatorError, OSError) as error:
            sentence = self.tr("The job %1 was not taken back: %2").replace("%1", job_id).replace("%2", str(error))
            self._teller.tell("undo", Severity.ERROR, sentence)
            return
        self._teller.tell("undo", Severity.SUCCESS, self.tr("The job %1 was taken back.").replace("%1", job_id))


def _is_of_a_stranger(error: Exception) -> bool:
    """Whether a control plane was asked for a thing that it does not know."""
    text = str(error)
    return isinstance(error, InputError) and text.startswith("DescribeThing:") and "ResourceNotFoundException" in text
