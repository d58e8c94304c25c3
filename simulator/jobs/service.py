"""The service's half of the conversation: every rule of UpdateJobExecution and its three siblings.

Values in, values out: a request and the time go in, `Effects` come out (what to answer, whom to tell, what to store).
Source: reference sections 2 to 5 and 7; section 14 for what AWS leaves open.
"""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from simulator.jobs import abort, limits, otherwise, retries
from simulator.jobs.answers import no_execution, not_found, refused, seconds, state, summary
from simulator.jobs.answers import rejected as rejected
from simulator.jobs.book import Book
from simulator.jobs.choices import DEFAULT_CHOICES
from simulator.jobs.events import Event, ExecutionEvent, JobEvent, JobOperation, Switches
from simulator.jobs.model import (
    DescribeRequest,
    ErrorCode,
    ErrorResponse,
    ExecutionAccepted,
    GetPendingAccepted,
    GetPendingRequest,
    JobExecution,
    JobExecutionsChanged,
    JobExecutionSummary,
    JobStatus,
    NextJobExecutionChanged,
    Notification,
    Reply,
    Request,
    StartNextRequest,
    UpdateAccepted,
    UpdateRequest,
)
from simulator.jobs.stored import Ending, Execution, ExecutionKey, Job, JobState, TargetSelection
from simulator.jobs.topics import NEXT, RequestTopic
from simulator.jobs.transitions import BY_SERVICE, DEVICE_MAY_SET, thing_may

SECONDS_PER_MINUTE = 60
_THINGS_STATUSES = ", ".join(sorted(DEVICE_MAY_SET))


class Effects(msgspec.Struct, kw_only=True):
    """What follows from one call. Order matters: store, then answer, then notify (reference section 3.10, Ordering)."""

    reply: Reply | None = None
    notifications: list[tuple[str, Notification]] = []  # (thing name, what to publish); msgspec copies empty defaults
    executions: list[Execution] = []  # new or changed
    deleted: list[ExecutionKey] = []
    jobs: list[Job] = []  # new or changed
    deleted_jobs: list[str] = []
    records: list[tuple[str, str, bytes | None]] = []  # other things to keep: kind, key, bytes (None: no longer)
    events: list[Event] = []
    due_jobs: list[str] = []  # jobs that JobProgress has to look at soon

    @property
    def changes_something(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.executions or self.jobs or self.deleted or self.deleted_jobs or self.records)


PrepareDocument = Callable[[Job, str, float], str]
"""Makes of a job's document what a thing (its name) sees of it at a moment: placeholders become URLs."""


class JobsService:
    """The data plane over a Book. `knows_thing` says whether a thing is in the registry."""

    def __init__(self, book: Book, knows_thing: Callable[[str], bool] = lambda _: True) -> None:
        self.book = book
        self.knows_thing = knows_thing
        self.switches = Switches()
        self.prepare: PrepareDocument | None = None
        self.choices = DEFAULT_CHOICES

    def handle(self, topic: RequestTopic, request: Request, now: float) -> Effects:
        """Carry out one request that `codec.decode_request` has read and checked.

        `now` is in fractional epoch seconds. Errors are answers too: `Effects.reply` is then an ErrorResponse and
        nothing has changed.
        """
        if self.choices is not DEFAULT_CHOICES:
            refusal = otherwise.refusal(self.choices, topic, request, now)
            if refusal is not None:
                return Effects(reply=refusal)
        match request:
            case UpdateRequest():
                effects = self._update(topic, request, now)
            case StartNextRequest():
                effects = self._start_next(topic, request, now)
            case DescribeRequest():
                effects = Effects(reply=self._describe(topic, request, now))
            case GetPendingRequest():
                effects = Effects(reply=self._get_pending(topic, request, now))
        return effects

    def expire(self, key: ExecutionKey, now: float) -> Effects:
        """Time an execution out if its deadline has passed and it did not move on meanwhile (reference section 7.2)."""
        execution = self.book.find(*key)
        if execution is None or execution.deadline is None or execution.deadline > now:
            return Effects()
        effects = Effects()
        self.apply([self.ended(execution, JobStatus.TIMED_OUT, now)], effects, now)
        return effects

    # --- the four operations ------------------------------------------------------------------------------------------

    def _get_pending(self, topic: RequestTopic, request: GetPendingRequest, now: float) -> Reply:
        if not self.knows_thing(topic.thing_name) and self.choices.unknown_thing == "refuse":
            return not_found(f"Thing {topic.thing_name} not found.", request, now)
        listed = self._listed(topic.thing_name)
        return GetPendingAccepted(
            timestamp=int(now),
            in_progress_jobs=[summary(each) for each in listed if each.status is JobStatus.IN_PROGRESS],
            queued_jobs=[summary(each) for each in listed if each.status is JobStatus.QUEUED],
            client_token=request.client_token,
        )

    def _start_next(self, topic: RequestTopic, request: StartNextRequest, now: float) -> Effects:
        effects = Effects()
        pending = self.book.pending(topic.thing_name)
        shown: JobExecution | UnsetType = UNSET
        if pending:
            execution = pending[0]
            if execution.status is JobStatus.QUEUED:
                execution = self._reported(
                    execution, JobStatus.IN_PROGRESS, request.status_details, request.step_timeout_in_minutes, now
                )
                self.apply([execution], effects, now)
            elif request.step_timeout_in_minutes is not UNSET and self.choices.start_next_timer == "set":
                step_deadline = now + request.step_timeout_in_minutes * SECONDS_PER_MINUTE
                execution = msgspec.structs.replace(execution, step_deadline=step_deadline)
                self.apply([execution], effects, now)
            shown = self.shown(execution, now)
        effects.reply = ExecutionAccepted(timestamp=int(now), execution=shown, client_token=request.client_token)
        return effects

    def _describe(self, topic: RequestTopic, request: DescribeRequest, now: float) -> Reply:
        shown: JobExecution | UnsetType = UNSET
        with_document = request.include_job_document is not False
        if topic.job_id == NEXT:
            pending = self.book.pending(topic.thing_name)
            if pending:
                shown = self.shown(pending[0], now, with_document=with_document)
        else:
            execution = self._find(topic, request.execution_number)
            if execution is None:
                return no_execution(topic, request, now)
            if execution.status.is_terminal and self.choices.describe_ended == "refuse":
                return ErrorResponse(
                    code=ErrorCode.TERMINAL_STATE_REACHED,
                    message=f"Job Execution is in terminal state {execution.status}.",
                    timestamp=int(now),
                    client_token=request.client_token,
                )
            shown = self.shown(execution, now, with_document=with_document)
        return ExecutionAccepted(timestamp=int(now), execution=shown, client_token=request.client_token)

    def _update(self, topic: RequestTopic, request: UpdateRequest, now: float) -> Effects:
        """Steps 3 to 8 of the processing order (reference section 4.2)."""
        wanted = request.status
        if wanted not in DEVICE_MAY_SET:
            return Effects(reply=self._illegal(topic, request, now))
        stored = self._find(topic, request.execution_number)
        if stored is None:
            return Effects(reply=no_execution(topic, request, now))
        if self.choices.version_check == "first":
            refusal = self._wrong_version(stored, request, now) or self._wrong_state(stored, request, now)
        else:
            refusal = self._wrong_state(stored, request, now) or self._wrong_version(stored, request, now)
        if refusal is not None:
            return Effects(reply=refusal)
        execution = self._reported(stored, wanted, request.status_details, request.step_timeout_in_minutes, now)
        effects = Effects()
        document: msgspec.Raw | UnsetType = UNSET
        if request.include_job_document is True:
            document = self._document(execution, now)
        self.apply([execution], effects, now)
        effects.reply = UpdateAccepted(
            timestamp=int(now),
            execution_state=state(execution) if request.include_job_execution_state is True else UNSET,
            job_document=document,
            client_token=request.client_token,
        )
        return effects

    def _illegal(self, topic: RequestTopic, request: UpdateRequest, now: float) -> ErrorResponse:
        """The answer to a status that only the service gives."""
        message = f"Status {request.status} cannot be set by a thing; it may be one of: {_THINGS_STATUSES}"
        stored = self._find(topic, request.execution_number)
        if self.choices.illegal_status == ErrorCode.INVALID_STATE_TRANSITION and stored is not None:
            return refused(ErrorCode.INVALID_STATE_TRANSITION, message, stored, request, now)
        return ErrorResponse(
            code=ErrorCode.INVALID_REQUEST, message=message, timestamp=int(now), client_token=request.client_token
        )

    @staticmethod
    def _wrong_version(stored: Execution, request: UpdateRequest, now: float) -> ErrorResponse | None:
        expected = request.expected_version
        if expected is UNSET or expected == stored.version_number:
            return None
        message = f"Expected version {expected} but found version {stored.version_number}"
        return refused(ErrorCode.VERSION_MISMATCH, message, stored, request, now)

    def _wrong_state(self, stored: Execution, request: UpdateRequest, now: float) -> ErrorResponse | None:
        if thing_may(stored.status, request.status):
            return None
        message = f"Job Execution status cannot be changed from {stored.status} to {request.status}."
        code = ErrorCode.INVALID_STATE_TRANSITION
        if stored.status.is_terminal:
            code = ErrorCode(self.choices.ended_update)
        return refused(code, message, stored, request, now)

    # --- what all of them, and the control plane, are made of ---------------------------------------------------------

    def apply(
        self, executions: list[Execution], effects: Effects, now: float, deleted: list[ExecutionKey] | None = None
    ) -> None:
        """Store new states of executions of *one* thing and note in `effects` what follows.

        That is: notifications by the rule of reference section 3.10 (`notify` when the membership of the pending list
        changes, `notify-next` when the identity of its first entry does), and jobs that complete.
        """
        keys = deleted or []
        thing_name = executions[0].thing_name if executions else keys[0].thing_name
        pending = self.book.pending(thing_name)
        next_before = pending[0] if pending else None
        is_member_changed = False
        for execution in executions:
            before = self.book.put(execution)
            was_pending = before is not None and not before.status.is_terminal
            is_member_changed |= was_pending == execution.status.is_terminal
            effects.executions.append(execution)
        for key in keys:
            before = self.book.find(*key)
            is_member_changed |= before is not None and not before.status.is_terminal
            self.book.remove(key)
            effects.deleted.append(key)
            if before is not None and self.switches.job_execution:
                effects.events.append(ExecutionEvent(before, is_deleted=True))
        pending = self.book.pending(thing_name)
        next_after = pending[0] if pending else None
        if is_member_changed:
            effects.notifications.append((thing_name, self._changed(thing_name, now)))
        if not _is_same(next_before, next_after):
            shown = self.shown(pending[0], now) if pending else UNSET
            effects.notifications.append((thing_name, NextJobExecutionChanged(timestamp=int(now), execution=shown)))
        for execution in executions:
            if execution.status.is_terminal:
                self._follow(execution, effects, now)

    def _follow(self, execution: Execution, effects: Effects, now: float) -> None:
        """Do what follows from the end of an execution: events, abort, retry, completion (reference section 7.2)."""
        if self.switches.job_execution:
            effects.events.append(ExecutionEvent(execution))
        job = self.book.jobs.get(execution.job_id)
        if job is None or not job.is_live:
            return
        if job.abort_config is not None:
            counts = self.book.counts(job.job_id)
            met = abort.criteria_met(job.abort_config, counts)
            if met is not None:
                self.begin_canceling(job, effects, now, abort.REASON_CODE, abort.comment(met, counts))
                return
        if job.retry_config is not None and not job.has_ended and retries.is_due(job.retry_config, execution):
            self.apply([retries.retry_of(execution, self.book.next_sequence(), now)], effects, now)
        if job.is_rolling_out and job.rollout_config is not None and execution.status is JobStatus.SUCCEEDED:
            effects.due_jobs.append(job.job_id)  # its rate may have risen
        self.complete_if_done(execution.job_id, effects, now)

    def begin_canceling(
        self,
        job: Job,
        effects: Effects,
        now: float,
        reason_code: str | None,
        comment: str | None,
        *,
        force: bool = False,
    ) -> None:
        """Make a job CANCELED; its executions follow as JobProgress is let look at it."""
        canceled = msgspec.structs.replace(
            job,
            status=JobState.CANCELED,
            ending=Ending.FORCE_CANCEL if force else Ending.CANCEL,
            is_rolling_out=False,
            reason_code=reason_code,
            comment=comment,
            force_canceled=force,
            last_updated_at=now,
        )
        self.put_job(canceled, effects)
        self.tell_job(JobOperation.CANCELLATION_IN_PROGRESS, canceled, effects)
        effects.due_jobs.append(job.job_id)

    def tell_job(self, operation: JobOperation, job: Job, effects: Effects) -> None:
        """Note a job event if they are switched on."""
        if self.switches.job:
            effects.events.append(JobEvent(operation, job, dict(self.book.counts(job.job_id))))

    def complete_if_done(self, job_id: str, effects: Effects, now: float) -> None:
        """Complete a job that is rolled out and has no execution left to wait for (reference section 8.3).

        A continuous job is never done before its end time, if it has one.
        """
        job = self.book.jobs.get(job_id)
        if (
            job is not None
            and job.is_live
            and (job.target_selection is TargetSelection.SNAPSHOT or job.has_ended)
            and not job.is_rolling_out
            and job.ending is None
            and not self.book.has_pending(job_id)
            and not (self.choices.empty_job == "wait" and not self.book.things_of(job_id) and not job.has_ended)
        ):
            done = msgspec.structs.replace(job, status=JobState.COMPLETED, completed_at=now, last_updated_at=now)
            self.put_job(done, effects)
            self.tell_job(JobOperation.COMPLETED, done, effects)

    def put_job(self, job: Job, effects: Effects) -> None:
        """Store a job and note it in `effects`."""
        self.book.put_job(job)
        effects.jobs.append(job)

    def shown(self, execution: Execution, now: float, *, with_document: bool = True) -> JobExecution:
        """Return an execution as the data plane shows it over MQTT (no thing name; absent members left out)."""
        deadline = execution.deadline
        return JobExecution(
            job_id=execution.job_id,
            status=execution.status,
            status_details=execution.status_details or UNSET,
            queued_at=int(execution.queued_at),
            started_at=seconds(execution.started_at),
            last_updated_at=int(execution.last_updated_at),
            approximate_seconds_before_timed_out=UNSET if deadline is None else max(0, int(deadline - now)),
            version_number=execution.version_number,
            execution_number=execution.execution_number,
            job_document=self._document(execution, now) if with_document else UNSET,
        )

    def ended(self, execution: Execution, status: JobStatus, now: float, **changes: object) -> Execution:
        """As the function of this name, with the version number by choice."""
        changed = ended(execution, status, now, **changes)
        if self.choices.service_version == "keep":
            changed = msgspec.structs.replace(changed, version_number=execution.version_number)
        return changed

    def _listed(self, thing_name: str) -> Sequence[Execution]:
        """Return the pending executions that lists show: ten, of things with scheduled jobs fifteen."""
        pending = self.book.pending(thing_name)
        if len(pending) <= limits.PENDING_LISTED:
            return pending
        is_scheduled = any(self.book.jobs[each.job_id].scheduling_config is not None for each in pending)
        return pending[: limits.PENDING_LISTED_SCHEDULED if is_scheduled else limits.PENDING_LISTED]

    def _changed(self, thing_name: str, now: float) -> JobExecutionsChanged:
        jobs: dict[JobStatus, list[JobExecutionSummary]] = {}
        for execution in self._listed(thing_name):
            jobs.setdefault(execution.status, []).append(summary(execution))
        return JobExecutionsChanged(timestamp=int(now), jobs=jobs)

    def _document(self, execution: Execution, now: float) -> msgspec.Raw:
        job = self.book.jobs[execution.job_id]
        if self.prepare is None:
            return msgspec.Raw(job.document)
        return msgspec.Raw(self.prepare(job, execution.thing_name, now))

    def _find(self, topic: RequestTopic, execution_number: int | UnsetType) -> Execution | None:
        number = None if execution_number is UNSET else execution_number
        return self.book.find(topic.thing_name, topic.job_id, number)

    def _reported(
        self,
        stored: Execution,
        status: JobStatus,
        status_details: object,
        step_timeout_in_minutes: int | UnsetType,
        now: float,
    ) -> Execution:
        """Return what `stored` becomes by a thing's report.

        Details are replaced as a whole if given (reference section 4.4), the version is one higher, timers follow 4.8.
        """
        in_progress_deadline, step_deadline = stored.in_progress_deadline, stored.step_deadline
        if status is not JobStatus.IN_PROGRESS:
            in_progress_deadline = step_deadline = None
        else:
            if stored.status is JobStatus.QUEUED:
                minutes = self.book.jobs[stored.job_id].in_progress_timeout_minutes
                in_progress_deadline = None if minutes is None else now + minutes * SECONDS_PER_MINUTE
            if step_timeout_in_minutes == limits.STEP_TIMEOUT_CANCEL:
                step_deadline = None
            elif step_timeout_in_minutes is not UNSET:
                step_deadline = now + step_timeout_in_minutes * SECONDS_PER_MINUTE
        if self.choices is not DEFAULT_CHOICES:
            status_details = otherwise.details_given(self.choices, status_details)
            step_deadline = otherwise.step_timer_of(self.choices, step_timeout_in_minutes, step_deadline)
        return msgspec.structs.replace(
            stored,
            status=status,
            status_details=stored.status_details if status_details is UNSET else status_details,
            version_number=stored.version_number + 1,
            last_updated_at=now,
            started_at=now if stored.started_at is None else stored.started_at,
            in_progress_deadline=in_progress_deadline,
            step_deadline=step_deadline,
        )


def ended(execution: Execution, status: JobStatus, now: float, **changes: object) -> Execution:
    """Return what an execution becomes when the service or an operator ends it; its start time stays as it was."""
    assert status in BY_SERVICE[execution.status], f"{execution.status} cannot become {status}"
    return msgspec.structs.replace(
        execution,
        status=status,
        version_number=execution.version_number + 1,
        last_updated_at=now,
        in_progress_deadline=None,
        step_deadline=None,
        **changes,
    )


def _is_same(one: Execution | None, other: Execution | None) -> bool:
    """Whether both are states of the same execution, or there is none on either side; they are of the same thing."""
    if one is None or other is None:
        return one is other
    return one.job_id == other.job_id and one.execution_number == other.execution_number
