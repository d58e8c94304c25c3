"""The thing's half of the jobs conversation: what to ask, and what the answers mean. Values in, values out.

One question is open at a time; an answer belongs to it by its client token, and any other answer changes nothing. AWS
has no idempotency token (reference section 4.9), so a question that got no answer is asked again with the same client
token, and each update carries the expected version: a second copy then meets a rejection whose stored state shows what
the first one did.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import UNSET, UnsetType

from simulator.errors import SimulatorError
from simulator.jobs import transitions
from simulator.jobs.belief import Belief
from simulator.jobs.meanings import (
    Accepted,
    Answered,
    Began,
    Confirmed,
    Ended,
    Listed,
    Missing,
    NothingPending,
    Refused,
    StillOurs,
    Throttled,
    Unexpected,
    Vanished,
    VersionConflict,
)
from simulator.jobs.model import (
    DescribeRequest,
    ErrorCode,
    ErrorResponse,
    ExecutionAccepted,
    GetPendingAccepted,
    GetPendingRequest,
    JobExecution,
    JobExecutionState,
    JobStatus,
    Reply,
    Request,
    StartNextRequest,
    UpdateAccepted,
    UpdateRequest,
)
from simulator.jobs.outgoing import PROBE, Outgoing
from simulator.jobs.topics import NEXT, Operation, ReplyTopic, RequestTopic

DELETED: Final = "deleted by the operator"
ENDED_BY_SERVICE: Final[Mapping[JobStatus, str]] = {
    JobStatus.CANCELED: "canceled by the operator",
    JobStatus.TIMED_OUT: "timed out: the service waited too long for an update",
    JobStatus.REMOVED: "removed: the thing is no longer a target of the job",
}
_NOT_AWAITED: Final = Unexpected("an answer this thing does not wait for (late, repeated or another's); it is ignored")


@dataclass
class IllegalTransitionError(SimulatorError):
    """A status was to be reported that the thing's execution cannot move to. Nothing has changed."""

    thing_name: str
    current: JobStatus | None
    wanted: JobStatus

    def __str__(self) -> str:
        if self.current is None:
            return f"{self.thing_name} has no job execution; take one before reporting {self.wanted}"
        return f"{self.thing_name}: a job execution that is {self.current} cannot be reported {self.wanted} by a thing"


@dataclass(slots=True)
class DeviceJobs(Belief):
    """One thing's conversation with the jobs service. `waiting` is the open question, None if there is none."""

    token_prefix: str = ""
    waiting: Outgoing | None = None
    _last: Outgoing | None = None  # for `retry`, after it was answered
    _unanswered: Outgoing | None = None  # an update that was given up; the service may have applied it
    _update_topic: RequestTopic | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    # --- questions --------------------------------------------------------------------------------------------------

    def start_next(
        self, status_details: Mapping[str, str] | None = None, step_timeout_in_minutes: int | None = None
    ) -> Outgoing:
        """Ask for the next pending execution, and have it started."""
        self.next_known = None
        request = StartNextRequest(
            status_details=status_details or UNSET,
            step_timeout_in_minutes=UNSET if step_timeout_in_minutes is None else step_timeout_in_minutes,
            client_token=self.new_token(),
        )
        return self._ask(RequestTopic(self.thing_name, Operation.START_NEXT), request)

    def describe_next(self) -> Outgoing:
        """Ask what the next pending execution is; after a lost line this also tells what became of the current one."""
        self.next_known = None
        self.in_doubt = False
        request = DescribeRequest(client_token=self.new_token())
        return self._ask(RequestTopic(self.thing_name, Operation.DESCRIBE, NEXT), request)

    def get_pending(self) -> Outgoing:
        """Ask for the lists of pending executions."""
        request = GetPendingRequest(client_token=self.new_token())
        return self._ask(RequestTopic(self.thing_name, Operation.GET_PENDING), request)

    def report(
        self,
        status: JobStatus,
        status_details: Mapping[str, str] | None = None,
        step_timeout_in_minutes: int | None = None,
        *,
        version_offset: int | None = 0,
        with_number: bool = True,
        include_state: bool = False,
        include_document: bool = False,
    ) -> Outgoing:
        """Report `status` with the version this thing believes in. Details replace the stored ones; None keeps those.

        `version_offset` is added to the expected version that is sent (-1: a stale one); None sends none at all.

        Raises:
            IllegalTransitionError: the execution cannot move to `status`; nothing has changed.
        """
        if status is not JobStatus.IN_PROGRESS or not self.is_working:
            if self.status is None or not transitions.thing_may(self.status, status):
                raise IllegalTransitionError(self.thing_name, self.status, status)
            self.next_known = None
        version = self.version
        request = UpdateRequest(
            status=status,
            status_details=UNSET if status_details is None else status_details,
            expected_version=UNSET if version_offset is None else version + version_offset,
            execution_number=self.current.execution_number if with_number else UNSET,
            include_job_execution_state=include_state or UNSET,
            include_job_document=include_document or UNSET,
            step_timeout_in_minutes=UNSET if step_timeout_in_minutes is None else step_timeout_in_minutes,
            client_token=self.new_token(),
        )
        return self._open(Outgoing(self._topic_of_update(), request, False, version))

    def verify(self) -> Outgoing:
        """Ask whether the current execution is still pending.

        An update that was never answered is the best question: whatever comes back tells what became of it.
        """
        self.in_doubt = False
        if self._unanswered is not None:
            self.note_copy(self._unanswered)
            return self._open(self._unanswered)
        request = DescribeRequest(
            execution_number=self.current.execution_number, include_job_document=False, client_token=self.new_token()
        )
        return self._ask(RequestTopic(self.thing_name, Operation.DESCRIBE, self.current.job_id), request)

    def probe(self) -> Outgoing:
        """Ask how the current execution ended: an update that is bound to be rejected, with the stored state.

        Over MQTT nothing else tells the status of a terminal execution: describe only says TerminalStateReached.
        """
        request = UpdateRequest(
            status=JobStatus.IN_PROGRESS,
            expected_version=self.version,
            execution_number=self.current.execution_number,
            client_token=self.new_token() + PROBE,
        )
        return self._open(Outgoing(self._topic_of_update(), request, True, self.version))

    def repeat(self) -> Outgoing:
        """Return the open question, to be sent again in the same words: its answer was lost or is late."""
        if self.waiting is None:
            raise ValueError("no question is open")
        self.note_copy(self.waiting)
        return self.waiting

    def note_copy(self, question: Outgoing) -> None:
        """Remember that `question` is sent more than once: without an expected version each copy is applied."""
        request = question.request
        if isinstance(request, UpdateRequest) and request.expected_version is UNSET:
            self.is_unsure = True

    @property
    def last(self) -> Outgoing | None:
        """The newest question, open or answered."""
        return self._last

    def earlier_update(self) -> Outgoing | None:
        """Return the newest question if it was an update of the current execution."""
        last = self._last
        return last if last is not None and last.topic is self._update_topic and not last.is_probe else None

    def retry(self) -> Outgoing:
        """Ask the last question again under a new client token: the answer was to come back later."""
        if self._last is None:
            raise ValueError("nothing was asked yet")
        return self._open(self._last.under(self.new_token() + PROBE * self._last.is_probe))

    def give_up(self) -> None:
        """Stop waiting for the answer: the line is down, or it was asked often enough. It may have been acted on."""
        waiting, self.waiting = self.waiting, None
        if waiting is not None and waiting.topic.operation is Operation.UPDATE and not waiting.is_probe:
            self._unanswered = waiting
        self.in_doubt = self.is_working

    def let_go(self) -> None:
        """Forget the current execution, which stays as the service has it; the next question may bring it back."""
        self.status = None
        self.is_working = self.in_doubt = self.is_unsure = False
        self._unanswered = None

    def forget(self) -> None:
        """Lose the memory, as a reboot does; a question that was open is forgotten too."""
        self.waiting = self._last = self._unanswered = None
        Belief.forget(self)

    # --- answers ----------------------------------------------------------------------------------------------------

    def receive_reply(self, topic: ReplyTopic, reply: Reply) -> Answered | Unexpected:
        """Take an answer and return what it means; Unexpected means that the question is still open."""
        waiting = self.waiting
        if waiting is None or not waiting.is_answered_by(topic, reply):
            return _NOT_AWAITED
        self.waiting = None
        if isinstance(reply, UpdateAccepted):
            return self._update_accepted(waiting, reply)
        if isinstance(reply, ErrorResponse):
            return self._rejected(waiting, reply)
        if isinstance(reply, ExecutionAccepted):
            execution = None if isinstance(reply.execution, UnsetType) else reply.execution
            return self._execution_told(execution, by_id=_is_about_one(waiting))
        return self._listed(reply)

    def _listed(self, reply: GetPendingAccepted) -> Listed:
        self.pending = len(reply.in_progress_jobs) + len(reply.queued_jobs)
        return Listed(self.pending)

    def _execution_told(self, execution: JobExecution | None, *, by_id: bool) -> Answered:
        if self.is_working:
            if execution is not None and self.is_current(execution):
                return self._still_ours(execution)
            if by_id:  # the number was given again after a deletion: it names another execution now
                return self._end(JobStatus.REMOVED, 0, f"the execution was {DELETED}, the thing stops working on it")
            self.in_doubt = True
            if execution is None:
                self.pending = 0
            return Missing()
        if by_id:  # it was let go while the question was on its way; what is next is to be asked for, document and all
            return Missing()
        if execution is None:
            self.pending = 0
            self.next_known = self.next_known or False  # a notification may have overtaken the answer: then it counts
            return NothingPending()
        self.execution = execution
        self._update_topic = self._unanswered = None
        self.in_doubt = self.is_unsure = False
        self.pending = max(self.pending, 1)
        self._adopt(execution.status, execution.version_number, execution.status_details)
        return Began(execution)

    def _still_ours(self, execution: JobExecution) -> StillOurs:
        status, version, details = execution.status, execution.version_number, execution.status_details
        applied = self._unanswered is not None and self._unanswered.is_shown_by(status, version, details)
        self._unanswered = None
        self.is_unsure = False
        self._adopt(status, version, details)
        return StillOurs(version, applied)

    def _update_accepted(self, waiting: Outgoing, reply: UpdateAccepted) -> Accepted | StillOurs:
        request = waiting.request
        assert isinstance(request, UpdateRequest)
        self._unanswered = None
        if isinstance(reply.execution_state, UnsetType):
            kept = self.status_details if isinstance(request.status_details, UnsetType) else request.status_details
            expected = request.expected_version
            self._adopt(request.status, (waiting.based_on if isinstance(expected, UnsetType) else expected) + 1, kept)
        else:
            state = reply.execution_state
            self._adopt(state.status, state.version_number, state.status_details)
        if waiting.is_probe:  # it was to be rejected: the execution is under way after all
            return StillOurs(self.version)
        return Accepted(request.status, self.version)

    # --- rejections -------------------------------------------------------------------------------------------------

    def _rejected(self, waiting: Outgoing, error: ErrorResponse) -> Answered:
        code = error.code
        said = f"{code}: {error.message}" if error.message else code
        if code in (ErrorCode.REQUEST_THROTTLED, ErrorCode.INTERNAL_ERROR):
            return Throttled(f"{said}; the thing waits a while and asks again")
        self._unanswered = None
        if code == ErrorCode.RESOURCE_NOT_FOUND and _is_about_one(waiting):
            return self._end(JobStatus.REMOVED, 0, f"{said}; it was {DELETED}, the thing stops working on it")
        if code == ErrorCode.TERMINAL_STATE_REACHED and _is_about_one(waiting):
            return Vanished(f"{said}; the execution has ended, the thing asks how")
        state, request = error.execution_state, waiting.request
        if isinstance(state, JobExecutionState) and isinstance(request, UpdateRequest):
            return self._rejected_with_state(waiting, request.status, state, said)
        if code == ErrorCode.INVALID_STATE_TRANSITION:  # AWS sends the state along; another service may not
            why = "it has ended, and the service does not say how"
            return self._end(JobStatus.CANCELED, 0, f"{said}; {why}, the thing stops working on it")
        return Refused(code, f"{said}; asking again would be refused again, the thing leaves it")

    def _rejected_with_state(
        self, waiting: Outgoing, wanted: JobStatus, state: JobExecutionState, said: str
    ) -> Accepted | Confirmed | Ended | StillOurs | VersionConflict:
        status, version, details = state.status, state.version_number, state.status_details
        has_ended = not self.is_working
        self.is_unsure = False
        if not waiting.is_probe and waiting.is_shown_by(status, version, details):
            self._adopt(status, version, details)
            why = "the stored state is what this update asked for, so an earlier copy of it was applied"
            return Accepted(wanted, version, f"{said}; {why} and the thing goes on")
        self._adopt(status, version, details)
        if status.is_terminal and has_ended:
            return Confirmed(version)
        if status.is_terminal:
            why = ENDED_BY_SERVICE.get(status, f"ended as {status}, and not by this update")
            return self._end(status, version, f"{said}; the execution was {why}, the thing stops working on it")
        if waiting.is_probe:
            return StillOurs(version)
        return VersionConflict(version, f"{said}; the thing takes over version {version} and reports again")

    # --- helpers ----------------------------------------------------------------------------------------------------

    def new_token(self) -> str:
        """Return a client token that was not used before."""
        return f"{self.token_prefix}{next(self._numbers)}"

    def _topic_of_update(self) -> RequestTopic:
        topic = self._update_topic
        if topic is None:
            topic = self._update_topic = RequestTopic(self.thing_name, Operation.UPDATE, self.current.job_id)
        return topic

    def _ask(self, topic: RequestTopic, request: Request) -> Outgoing:
        return self._open(Outgoing(topic, request))

    def _open(self, question: Outgoing) -> Outgoing:
        if self.waiting is not None:
            raise ValueError("a question is open; wait for its answer, repeat it, or give it up")
        self.waiting = self._last = question
        return question


def _is_about_one(question: Outgoing) -> bool:
    """Whether the question names one execution, and not whatever comes next."""
    return question.topic.job_id not in ("", NEXT)
