"""The jobs service at work: the pure rules, the store, the clock, and who is told what."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, Protocol, TypeVar

import msgspec

from simulator.clock import Clock, LaterClock
from simulator.endpoint import job_events
from simulator.endpoint.files import Files
from simulator.endpoint.membership import Membership, differences
from simulator.endpoint.registry import Registry
from simulator.endpoint.settings import Settings
from simulator.endpoint.store import Changes, Store, Stored
from simulator.endpoint.timers import Deadlines
from simulator.errors import InputError
from simulator.jobs import codec, topics
from simulator.jobs.book import Book
from simulator.jobs.choices import Choices
from simulator.jobs.control import ControlError, JobsControl, NewJob
from simulator.jobs.model import (
    ErrorCode,
    ErrorResponse,
    NextJobExecutionChanged,
    Notification,
    Reply,
    Request,
)
from simulator.jobs.new_job import is_same_job
from simulator.jobs.progress import AT_ONCE, WAITING
from simulator.jobs.service import Effects, JobsService, rejected
from simulator.jobs.stored import ExecutionKey, Job
from simulator.jobs.topics import Operation, RequestTopic

logger = logging.getLogger(__name__)
T = TypeVar("T")
Record = tuple[str, str, bytes | None]
"""Kind, key and bytes of something to keep; None when it is gone."""

NAMES_AT_ONCE: Final = 500  # things whose groups are looked through in one go; about 2 ms


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


class EndpointService:
    """All that the two listeners (MQTT gateway and HTTP API) ask of the service."""

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
        self._membership = Membership(self.book, self.registry)
        self._make_timers()

    def assume(self, choices: Choices) -> None:
        """Answer as chosen what AWS leaves open."""
        self._jobs.choices = choices

    def start(self) -> None:
        """Read what is stored and go on where it stopped: timers, and all that jobs were about to do.

        Raises:
            InputError: the store cannot be read.
        """
        stored = self._store.load()
        self._go_on_after(stored)
        for job in stored.jobs:
            self.book.put_job(job)
        for execution in sorted(stored.executions, key=lambda each: each.sequence):
            self.book.put(execution)
            self._deadlines.set(execution.key, execution.deadline)
        waiting: dict[str, list[str]] = {}
        try:
            for kind, key, data in stored.registry:
                if kind == WAITING:
                    waiting[key] = msgspec.msgpack.decode(data, type=list[str])
                elif not self.settings.restore(kind, key, data):
                    self.registry.restore(kind, key, data)
        except (KeyError, msgspec.MsgspecError) as exc:
            what = f"holds a record that this version cannot read: {exc}"
            raise InputError("--data", what, "update this program, or name another file") from exc
        now = self.clock.epoch()
        for job in stored.jobs:
            if job.is_live or job.ending is not None:
                self._membership.resume(job, waiting.get(job.job_id), self.jobs_control.progress, now)
                self._job_timers.set(job.job_id, now)

    def _go_on_after(self, stored: Stored) -> None:
        """Let time begin after all that is stored: a faster clock had run ahead, and order and timers go by it."""
        latest = max((execution.last_updated_at for execution in stored.executions), default=0.0)
        latest = max(latest, *(job.last_updated_at for job in stored.jobs), stored.clock)
        behind = latest - self.clock.epoch()
        if behind > 0:
            self.clock = LaterClock(self.clock, behind)
            self._make_timers()

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

    # --- control plane ------------------------------------------------------------------------------------------------

    async def control(self, operation: Callable[[JobsControl, float], Effects]) -> Effects:
        """Carry out an operator's call; return after it is stored.

        Raises:
            ControlError: as the operation says, or ServiceUnavailableException when it cannot be stored.
        """
        effects = operation(self.jobs_control, self.clock.epoch())
        if not await self._committed(effects):
            raise ControlError("ServiceUnavailableException", 503, "The change could not be stored.")
        return effects

    async def create_job(self, new: NewJob) -> Job:
        """Make a job and begin to roll it out.

        Raises:
            ControlError: InvalidRequestException, ResourceAlreadyExistsException, or ResourceNotFoundException for a
                target that does not exist.
        """
        there = self.book.jobs.get(new.job_id)
        if there is not None and self._jobs.choices.same_job == "accept" and is_same_job(there, new):
            return there
        self.jobs_control.check(new)
        thing_names = self._things_of(new.targets)
        effects = await self.control(lambda control, now: control.create(new, now, thing_names))
        return effects.jobs[0]

    async def cancel_job(
        self, job_id: str, *, force: bool = False, reason_code: str | None = None, comment: str | None = None
    ) -> Job:
        """Cancel a job. Of many executions most are cancelled after this has returned, some at a time.

        Raises:
            ControlError: as JobsControl.cancel.
        """
        await self.control(
            lambda control, now: control.cancel(
                job_id, now, force=force, reason_code=reason_code, comment=comment, at_most=AT_ONCE
            )
        )
        return self.jobs_control.job(job_id)

    async def delete_job(self, job_id: str, *, force: bool = False) -> None:
        """Delete a job. One of many executions is there for a while after this has returned, DELETION_IN_PROGRESS.

        Raises:
            ControlError: as JobsControl.delete.
        """
        await self.control(lambda control, now: control.delete(job_id, now, force=force, at_most=AT_ONCE))

    async def associate_targets(self, job_id: str, targets: tuple[str, ...], comment: str | None) -> Job:
        """Add targets to a continuous job; the things they mean get executions.

        Raises:
            ControlError: as JobsControl.associate, or ResourceNotFoundException for a target.
        """
        job = self.jobs_control.job(job_id)
        names = self._things_of(targets)
        there = set(self._membership.targeted(job.targets))

        def associate(control: JobsControl, now: float) -> Effects:
            effects = control.associate(job_id, targets, comment, now)
            control.progress.join(job_id, [name for name in names if name not in there], effects)
            return effects

        await self.control(associate)
        return self.jobs_control.job(job_id)

    async def change_registry(self, operation: Callable[[Registry, float], T], concerning: Iterable[str] = ()) -> T:
        """Carry out a change of things or groups; return after it is stored.

        `concerning` names the things that may come to be targeted by a continuous job, or no longer to be.

        Raises:
            ControlError: as the operation says, or ServiceUnavailableException when it cannot be stored.
        """
        before = await self._targeted_by(concerning) if self.book.continuous else {}
        result = operation(self.registry, self.clock.epoch())
        await self._store_registry()
        after = await self._targeted_by(before)
        joined, left = differences(before, after)
        effects = Effects()
        for job_id, names in joined.items():
            self.jobs_control.progress.join(job_id, names, effects)
        for job_id, names in left.items():
            self.jobs_control.progress.leave(job_id, names, effects)
        for job_id in effects.due_jobs:
            self._look(job_id)
        if effects.due_jobs:
            await self._committed(Effects())
        return result

    async def delete_group(self, name: str, expected_version: int | None = None) -> None:
        """Delete a group; its things stay. Many members leave some at a time, and others have their turn between.

        Raises:
            ControlError: as Groups.delete, or ServiceUnavailableException when it cannot be stored.
        """
        groups = self.registry.groups
        if not groups.may_be_deleted(name, expected_version):
            return
        members = groups.members(name)
        for start in range(0, len(members), NAMES_AT_ONCE):
            some = members[start : start + NAMES_AT_ONCE]

            def leave(registry: Registry, _: float, some: list[str] = some) -> None:
                if registry.groups.has(name):
                    for thing_name in some:
                        registry.groups.remove_member(name, thing_name)

            await self.change_registry(leave, some)
            await asyncio.sleep(0)
        await self.change_registry(
            lambda registry, _: registry.groups.delete(name, expected_version),
            groups.members(name) if groups.has(name) else (),
        )

    async def _targeted_by(self, thing_names: Iterable[str]) -> dict[str, set[str]]:
        """Return which continuous jobs target each of these things now; of many, some at a time."""
        found: dict[str, set[str]] = {}
        for place, name in enumerate(thing_names, 1):
            found[name] = self._membership.jobs_of(name)
            if place % NAMES_AT_ONCE == 0:
                await asyncio.sleep(0)
        return found

    async def keep(self, change: Callable[[float], Record]) -> None:
        """Carry out a change (it is given the time) that comes to one record; return after it is stored.

        Raises:
            ControlError: as `change` says, or ServiceUnavailableException when it cannot be stored.
        """
        await self.control(lambda _, now: Effects(records=[change(now)]))

    async def change_tags(self, arn: str, given: Mapping[str, str], taken: Collection[str] = ()) -> None:
        """Add tags to a resource and take some away.

        Raises:
            ControlError: InvalidRequestException, or ServiceUnavailableException when it cannot be stored.
        """
        await self.keep(lambda _: self.settings.tags.change(arn, given, taken))

    async def delete_thing(self, name: str, expected_version: int | None = None) -> None:
        """Delete a thing; its pending executions are REMOVED.

        Raises:
            ControlError: VersionConflictException; a thing that is not there is no error, as with AWS.
        """
        self.registry.delete_thing(name, expected_version)
        await self._store_registry()
        await self.control(lambda control, now: control.remove_thing(name, now))

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

    async def _store_registry(self) -> None:
        changes = self.registry.take_changes()
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._store.write(
            Changes(registry=changes) if changes else None,
            lambda is_safe: None if done.done() else done.set_result(is_safe),
        )
        if not await done:
            raise ControlError("ServiceUnavailableException", 503, "The change could not be stored.")

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

    def _things_of(self, targets: tuple[str, ...]) -> list[str]:
        """Resolve target ARNs to thing names, each once."""
        names: dict[str, None] = {}
        for target in targets:
            names.update(dict.fromkeys(self.registry.things_of(target)))
        return list(names)


def _throttled(request: Request, now: float) -> ErrorResponse:
    return ErrorResponse(
        code=ErrorCode.REQUEST_THROTTLED,
        message="Rate exceeded.",
        timestamp=int(now),
        client_token=request.client_token,
    )


def _internal_error(request: Request, now: float) -> ErrorResponse:
    return ErrorResponse(
        code=ErrorCode.INTERNAL_ERROR,
        message="The change could not be stored.",
        timestamp=int(now),
        client_token=request.client_token,
    )
