"""Requests of things, and how their effects happen: the pure rules, the store, the clock, and who is told what."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from simulator.clock import Clock
from simulator.endpoint import job_events
from simulator.endpoint.files import Files
from simulator.endpoint.registry import Registry
from simulator.endpoint.settings import Settings
from simulator.endpoint.store import Changes, Store
from simulator.endpoint.timers import Deadlines
from simulator.jobs import codec, topics
from simulator.jobs.book import Book
from simulator.jobs.choices import Choices
from simulator.jobs.control import JobsControl
from simulator.jobs.model import (
    ErrorCode,
    ErrorResponse,
    NextJobExecutionChanged,
    Notification,
    Reply,
    Request,
)
from simulator.jobs.service import Effects, JobsService, rejected
from simulator.jobs.stored import ExecutionKey
from simulator.jobs.topics import Operation, RequestTopic


class Requester(Protocol):
    """Whoever sent a request; `send` reaches it alone, and reaches nobody once it is gone.

    `asked` is for this service to keep the topic of the last request and what it means: a thing sends most updates to
    one topic, and what is kept with it costs no look-up and goes with it.
    """

    asked: tuple[str, RequestTopic] | None

    def send(self, topic: str, payload: bytes) -> None: ...


class RequestFaults(Protocol):
    """Faults on requests over MQTT (see `faults_desk`)."""

    def takes(self, requester: Requester, topic: RequestTopic, request: Request) -> bool:
        """See to a request that is not to be carried out; False if it is."""
        ...


class RequestLimits(Protocol):
    """How many requests are carried out (see `request_rates`)."""

    def allow(self, operation: Operation) -> bool:
        """Count a request; return whether it may be carried out."""
        ...


class ThingRequests:
    """What things ask for, over MQTT and HTTPS, and what time brings. An operator's half is `EndpointService`."""

    def __init__(self, clock: Clock, store: Store, publish: Callable[[str, bytes], None]) -> None:
        """`publish` sends a message to every MQTT subscriber of its topic."""
        self.clock = clock
        self.book = Book()
        self.registry = Registry()
        self.requests = 0
        self.outcomes: dict[Operation, dict[str, int]] = {operation: {} for operation in Operation}
        """How many requests were rejected, by code, and accepted, by ""."""
        self.faults: RequestFaults | None = None
        self.limits: RequestLimits | None = None
        self._store = store
        self._publish = publish
        self._jobs = JobsService(self.book, self.registry.knows_thing)
        self.jobs_control = JobsControl(self._jobs)
        self.settings = Settings(self._jobs.switches)
        self.files = Files()
        self._jobs.prepare = self.files.prepare
        self._make_timers()

    def assume(self, choices: Choices) -> None:
        """Answer as chosen what AWS leaves open."""
        self._jobs.choices = choices

    def _make_timers(self) -> None:
        self._deadlines: Deadlines[ExecutionKey] = Deadlines(self.clock, self._time_out)
        self._job_timers: Deadlines[str] = Deadlines(self.clock, self._look, at_once=1)

    def rearm(self) -> None:
        """Set all timers anew: the clock was moved, or runs at another pace now."""
        self._deadlines.rearm()
        self._job_timers.rearm()

    async def close(self) -> None:
        """Stop all timers and let go of the store."""
        self._deadlines.close()
        self._job_timers.close()
        await self._store.close()

    # --- data plane ---------------------------------------------------------------------------------------------------

    def on_request(self, requester: Requester, topic: str, payload: bytes) -> None:
        """Answer a message that an MQTT client published into the Jobs namespace."""
        self.requests += 1
        now = self.clock.epoch()
        asked = requester.asked
        parsed = asked[1] if asked is not None and asked[0] == topic else topics.parse_request(topic)
        if parsed is None:
            problem = ErrorResponse(
                code=ErrorCode.INVALID_TOPIC,
                message=f"{topic[:256]} is no topic of the Jobs API.",
                timestamp=int(now),
                client_token=codec.client_token_of(payload),
            )
            requester.send(f"{topic}/rejected", codec.encode(problem))
            return
        if asked is None or asked[1] is not parsed:
            requester.asked = topic, parsed
        try:
            request = codec.decode_request(parsed.operation, payload)
        except codec.BadRequestError as exc:
            problem = rejected(exc, now)
            self.count(parsed.operation, problem)
            requester.send(f"{topic}/rejected", codec.encode(problem))
            return
        if self.faults is not None and self.faults.takes(requester, parsed, request):
            return
        if self.limits is not None and not self.limits.allow(parsed.operation):
            problem = _throttled(request, now)
            self.count(parsed.operation, problem)
            requester.send(f"{topic}/rejected", codec.encode(problem))
            return
        effects = self._jobs.handle(parsed, request, now)
        reply = effects.reply
        assert reply is not None

        def answer(is_safe: bool) -> None:
            answered = reply if is_safe else _internal_error(request, now)
            self.count(parsed.operation, answered)
            tail = "rejected" if isinstance(answered, ErrorResponse) else "accepted"
            requester.send(f"{topic}/{tail}", codec.encode(answered))

        self._carry_out(effects, answer)

    async def request(self, topic: RequestTopic, request: Request) -> Reply:
        """Answer a data-plane request that came over HTTPS. Errors are ErrorResponse values."""
        self.requests += 1
        now = self.clock.epoch()
        effects = self._jobs.handle(topic, request, now)
        reply = effects.reply
        assert reply is not None
        is_safe = await self._committed(effects)
        answered = reply if is_safe else _internal_error(request, now)
        self.count(topic.operation, answered)
        return answered

    def count(self, operation: Operation, reply: Reply) -> None:
        """Count an outcome."""
        code = reply.code if isinstance(reply, ErrorResponse) else ""
        outcomes = self.outcomes[operation]
        outcomes[code] = outcomes.get(code, 0) + 1

    @property
    def pending_timers(self) -> int:
        """How many deadlines wait."""
        return len(self._deadlines) + len(self._job_timers)

    @property
    def unwritten(self) -> int:
        """How many changes wait for a commit."""
        return self._store.waiting

    # --- how effects happen -------------------------------------------------------------------------------------------

    def _carry_out(self, effects: Effects, then: Callable[[bool], None]) -> None:
        """Store, then answer, then notify: in this order (reference section 3.10)."""

        for execution in effects.executions:
            deadline = execution.deadline
            if deadline is not None or self._deadlines:
                self._deadlines.set(execution.key, deadline)
        for key in effects.deleted:
            self._deadlines.set(key, None)
        if not self._store.is_durable:
            self._tell(effects, then, True)
            return

        def committed(is_safe: bool) -> None:
            self._tell(effects, then, is_safe)

        if effects.changes_something:
            changes = Changes(effects.executions, effects.deleted, effects.jobs, effects.deleted_jobs, effects.records)
            self._store.write(changes, committed)
        else:
            self._store.write(None, committed)

    def _tell(self, effects: Effects, then: Callable[[bool], None], is_safe: bool) -> None:
        then(is_safe)
        for thing_name, notification in effects.notifications:
            self._notify(thing_name, notification)
        if effects.events:
            now = self.clock.epoch()
            for event in effects.events:
                self._publish(*job_events.message(event, now))
        for job_id in effects.due_jobs:
            self._job_timers.set(job_id, self.clock.epoch())

    async def _committed(self, effects: Effects) -> bool:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._carry_out(effects, lambda is_safe: None if done.done() else done.set_result(is_safe))
        return await done

    def _notify(self, thing_name: str, notification: Notification) -> None:
        tail = "notify-next" if isinstance(notification, NextJobExecutionChanged) else "notify"
        self._publish(f"{topics.PREFIX}{thing_name}/jobs/{tail}", codec.encode(notification))

    def _time_out(self, key: ExecutionKey) -> None:
        self._carry_out(self._jobs.expire(key, self.clock.epoch()), lambda _: None)

    # --- what jobs do by themselves -----------------------------------------------------------------------------------

    def _look(self, job_id: str) -> None:
        """Do what is due for a job. What cannot be stored now is kept, and stored with the next changes."""
        effects, again_at = self.jobs_control.progress.look(job_id, self.clock.epoch())
        self._carry_out(effects, lambda _: self._job_timers.set(job_id, again_at))


def _throttled(request: Request, now: float) -> ErrorResponse:
    return _refused(ErrorCode.REQUEST_THROTTLED, "Rate exceeded.", request, now)


def _internal_error(request: Request, now: float) -> ErrorResponse:
    return _refused(ErrorCode.INTERNAL_ERROR, "The change could not be stored.", request, now)


def _refused(code: ErrorCode, message: str, request: Request, now: float) -> ErrorResponse:
    return ErrorResponse(code=code, message=message, timestamp=int(now), client_token=request.client_token)
