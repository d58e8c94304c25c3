"""The endpoint's service on virtual time: hours of rollouts, windows and retries in milliseconds, no sockets.

Use it inside `in_virtual_time`; what it tells is kept as (topic, JSON) in the order it was told.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from simulator.endpoint import arns
from simulator.endpoint.service import EndpointService
from simulator.endpoint.store import Changes, Committed, MemoryStore, Store, Stored, merged
from simulator.jobs.control import NewJob
from simulator.jobs.model import JobStatus, StartNextRequest, UpdateRequest
from simulator.jobs.stored import Execution, Job, TargetSelection
from simulator.jobs.topics import Operation, RequestTopic
from tests.support.virtual_time import LoopClock

DOCUMENT = '{"operation": "install"}'


class JobsWorld:
    """A service, and what an operator and things do to it."""

    def __init__(self, store: Store | None = None) -> None:
        self.clock = LoopClock()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.service = EndpointService(self.clock, store or MemoryStore(), self._tell)
        self.service.start()
        self.began = self.clock.epoch()

    def _tell(self, topic: str, payload: bytes) -> None:
        self.told.append((topic, json.loads(payload)))

    @property
    def minutes(self) -> float:
        """Simulated minutes since the world began."""
        return (self.clock.epoch() - self.began) / 60

    # --- the operator -------------------------------------------------------------------------------------------------

    async def add_things(self, *names: str) -> None:
        for name in names:
            await self.service.change_registry(lambda registry, _, name=name: registry.create_thing(name))  # type: ignore[misc]

    async def add_group(self, name: str, *members: str, parent: str | None = None) -> str:
        """Make a group of things that are made too; return its ARN."""
        await self.service.change_registry(lambda registry, now: registry.groups.create(name, now, parent=parent))
        await self.add_things(*members)
        for member in members:
            await self.join(member, name)
        return arns.group_arn(name)

    async def join(self, thing_name: str, group_name: str) -> None:
        await self.service.change_registry(
            lambda registry, _: registry.add_thing_to_group(thing_name, group_name), (thing_name,)
        )

    async def leave(self, thing_name: str, group_name: str) -> None:
        await self.service.change_registry(
            lambda registry, _: registry.remove_thing_from_group(thing_name, group_name), (thing_name,)
        )

    async def create(self, job_id: str, *things: str, targets: tuple[str, ...] = (), **members: Any) -> Job:
        """Create a job for things (made if need be) or for targets, and let the first moment of it pass."""
        await self.add_things(*things)
        members.setdefault("document", DOCUMENT)
        given = targets or tuple(arns.thing_arn(name) for name in things)
        await self.service.create_job(NewJob(job_id=job_id, targets=given, **members))
        await self.settle()
        return self.job(job_id)

    async def create_continuous(self, job_id: str, *targets: str, **members: Any) -> Job:
        return await self.create(job_id, targets=targets, target_selection=TargetSelection.CONTINUOUS, **members)

    async def settle(self) -> None:
        """Let what is due now happen."""
        await asyncio.sleep(0.001)

    # --- a thing ------------------------------------------------------------------------------------------------------

    async def report(self, thing_name: str, job_id: str, status: str, **details: str) -> Any:
        """Report a status for the latest execution of a job; return the reply."""
        request = UpdateRequest(status=JobStatus(status), **({"status_details": details} if details else {}))
        reply = await self.service.request(RequestTopic(thing_name, Operation.UPDATE, job_id), request)
        await self.settle()
        return reply

    async def start_next(self, thing_name: str) -> Any:
        topic = RequestTopic(thing_name, Operation.START_NEXT, "")
        return await self.service.request(topic, StartNextRequest())

    # --- what came of it ----------------------------------------------------------------------------------------------

    def job(self, job_id: str) -> Job:
        return self.service.jobs_control.job(job_id)

    def execution(self, thing_name: str, job_id: str) -> Execution:
        return self.service.jobs_control.execution(thing_name, job_id)

    def executions(self, job_id: str) -> list[tuple[str, int, str]]:
        """Return thing, number and status of all executions, in the order they were made."""
        made = sorted(self.service.book.of_job(job_id), key=lambda each: each.sequence)
        return [(each.thing_name, each.execution_number, each.status.value) for each in made]

    def queued_at_minutes(self, job_id: str) -> list[float]:
        """Return when the executions were made, in minutes since the world began, rounded to hundredths."""
        made = sorted(self.service.book.of_job(job_id), key=lambda each: each.sequence)
        return [round((each.queued_at - self.began) / 60, 2) for each in made]

    def topics(self) -> list[str]:
        """Return the topics told since the last call, without their common beginning."""
        told = [topic.removeprefix("$aws/") for topic, _ in self.told]
        self.told.clear()
        return told


class KeptStore(MemoryStore):
    """Remembers what was written, as a file would."""

    is_durable = True

    def __init__(self) -> None:
        self.all = Changes()

    def load(self) -> Stored:
        kept = [(kind, key, data) for kind, key, data in self.all.registry if data is not None]
        return Stored(executions=self.all.executions, jobs=self.all.jobs, registry=kept)

    def write(self, changes: Changes | None, then: Committed) -> None:
        if changes is not None:
            self.all = merged([self.all, changes])
        then(True)


@contextlib.asynccontextmanager
async def jobs_world(store: Store | None = None) -> AsyncIterator[JobsWorld]:
    world = JobsWorld(store)
    try:
        yield world
    finally:
        await world.service.close()
