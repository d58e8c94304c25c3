"""The jobs service at work: the pure rules, the store, the clock, and who is told what."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Protocol, TypeVar

from simulator.clock import Clock, LaterClock
from simulator.endpoint.registry import Registry
from simulator.endpoint.store import Changes, Store, Stored
from simulator.endpoint.timers import Deadlines
from simulator.jobs import codec, topics
from simulator.jobs.book import Book
from simulator.jobs.control import ControlError, JobsControl, NewJob
from simulator.jobs.model import ErrorCode, ErrorResponse, NextJobExecutionChanged, Notification, Reply, Request
from simulator.jobs.service import Effects, JobsService, rejected
from simulator.jobs.stored import ExecutionKey, Job, JobState
from simulator.jobs.topics import RequestTopic
from simulator.owner import Owner

logger = logging.getLogger(__name__)
T = TypeVar("T")

CLOSE_SECONDS: Final = 1.0
ROLLOUT_CHUNK: Final = 50  # things queued before other work has its turn; about 3 ms on a slow machine
_parse_request: Final = lru_cache(maxsize=50_000)(topics.parse_request)


class Requester(Protocol):
    """Whoever sent a request; `send` reaches it alone, and reaches nobody once it is gone."""

    def send(self, topic: str, payload: bytes) -> None: ...


class EndpointService:
    """All that the two listeners (MQTT gateway and HTTP API) ask of the service."""

    def __init__(self, clock: Clock, store: Store, publish: Callable[[str, bytes], None]) -> None:
        """`publish` sends a message to every MQTT subscriber of its topic."""
        self.clock = clock
        self.book = Book()
        self.registry = Registry()
        self.requests = 0
        self._store = store
        self._publish = publish
        self._jobs = JobsService(self.book, self.registry.knows_thing)
        self.jobs_control = JobsControl(self._jobs)
        self._deadlines = Deadlines(clock, self._time_out)
        self._rollouts = Owner()
        self._rolling_out: dict[str, asyncio.Task[None]] = {}  # by job id: a job may be deleted and made again

    def start(self) -> None:
        """Read what is stored and go on where it stopped: timers, and rollouts that were under way.

        Raises:
            InputError: the store cannot be read.
        """
        stored = self._store.load()
        self._go_on_after(stored)
        for job in stored.jobs:
            self.book.jobs[job.job_id] = job
        for execution in sorted(stored.executions, key=lambda each: each.sequence):
            self.book.put(execution)
            self._deadlines.set(execution.key, execution.deadline)
        for kind, key, data in stored.registry:
            self.registry.restore(kind, key, data)
        for job in stored.jobs:
            if job.is_rolling_out and job.status is JobState.IN_PROGRESS:
                self._start_rollout(job.job_id, self._things_of(job.targets, known_only=True))

    def _go_on_after(self, stored: Stored) -> None:
        """Let time begin after all that is stored: a faster clock had run ahead, and order and timers go by it."""
        latest = max((execution.last_updated_at for execution in stored.executions), default=0.0)
        latest = max(latest, *(job.last_updated_at for job in stored.jobs), 0.0)
        behind = latest - self.clock.epoch()
        if behind > 0:
            self.clock = LaterClock(self.clock, behind)
            self._deadlines = Deadlines(self.clock, self._time_out)

    async def close(self) -> None:
        """Stop timers and rollouts and let go of the store."""
        self._deadlines.close()
        await self._rollouts.close(CLOSE_SECONDS)
        await self._store.close()

    # --- data plane ---------------------------------------------------------------------------------------------------

    def on_request(self, requester: Requester, topic: str, payload: bytes) -> None:
        """Answer a message that an MQTT client published into the Jobs namespace."""
        self.requests += 1
        now = self.clock.epoch()
        parsed = _parse_request(topic)
        if parsed is None:
            problem = ErrorResponse(
                code=ErrorCode.INVALID_TOPIC, message=f"{topic[:256]} is no topic of the Jobs API.", timestamp=int(now)
            )
            requester.send(f"{topic}/rejected", codec.encode(problem))
            return
        try:
            request = codec.decode_request(parsed.operation, payload)
        except codec.BadRequestError as exc:
            requester.send(f"{topic}/rejected", codec.encode(rejected(exc, now)))
            return
        effects = self._jobs.handle(parsed, request, now)
        reply = effects.reply
        assert reply is not None

        def answer(is_safe: bool) -> None:
            answered = reply if is_safe else _internal_error(request, now)
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
        return reply if is_safe else _internal_error(request, now)

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
        self.jobs_control.check(new)
        thing_names = self._things_of(new.targets)
        effects = await self.control(lambda control, now: control.create(new, now))
        self._start_rollout(new.job_id, thing_names)
        return effects.jobs[0]

    async def change_registry(self, operation: Callable[[Registry, float], T]) -> T:
        """Carry out a change of things or groups; return after it is stored.

        Raises:
            ControlError: as the operation says, or ServiceUnavailableException when it cannot be stored.
        """
        result = operation(self.registry, self.clock.epoch())
        await self._store_registry()
        return result

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
            changes = Changes(effects.executions, effects.deleted, effects.jobs, effects.deleted_jobs)
            self._store.write(changes, committed)
        else:
            self._store.write(None, committed)

    def _tell(self, effects: Effects, then: Callable[[bool], None], is_safe: bool) -> None:
        then(is_safe)
        for thing_name, notification in effects.notifications:
            self._notify(thing_name, notification)

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

    # --- rollout ------------------------------------------------------------------------------------------------------

    def _things_of(self, targets: tuple[str, ...], *, known_only: bool = False) -> list[str]:
        """Resolve target ARNs to thing names, each once."""
        names: dict[str, None] = {}
        for target in targets:
            try:
                names.update(dict.fromkeys(self.registry.things_of(target)))
            except ControlError:
                if not known_only:
                    raise
        return list(names)

    def _start_rollout(self, job_id: str, thing_names: list[str]) -> None:
        earlier = self._rolling_out.get(job_id)
        if earlier is not None:  # of a job of this id that is deleted
            earlier.cancel()
        task = self._rolling_out[job_id] = self._rollouts.start(
            self._roll_out(job_id, thing_names), name=f"rollout of {job_id}"
        )
        task.add_done_callback(lambda ended: self._rollout_ended(job_id, ended))

    def _rollout_ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        if self._rolling_out.get(job_id) is task:
            del self._rolling_out[job_id]

    async def _roll_out(self, job_id: str, thing_names: list[str]) -> None:
        """Queue an execution for each thing that has none, some at a time, then end the rollout."""
        waiting = [name for name in thing_names if self.book.find(name, job_id) is None]
        for start in range(0, len(waiting), ROLLOUT_CHUNK):
            chunk = [name for name in waiting[start : start + ROLLOUT_CHUNK] if self.registry.knows_thing(name)]
            await self._go_on_rolling_out(lambda control, now, chunk=chunk: control.queue(job_id, chunk, now))  # type: ignore[misc]
            await asyncio.sleep(0)
        await self._go_on_rolling_out(lambda control, now: control.finish_rollout(job_id, now))

    async def _go_on_rolling_out(self, operation: Callable[[JobsControl, float], Effects]) -> None:
        """Carry out a step of a rollout. What cannot be stored now is kept, and stored with the next changes."""
        with contextlib.suppress(ControlError):
            await self.control(operation)


def _internal_error(request: Request, now: float) -> ErrorResponse:
    return ErrorResponse(
        code=ErrorCode.INTERNAL_ERROR,
        message="The change could not be stored.",
        timestamp=int(now),
        client_token=request.client_token,
    )
