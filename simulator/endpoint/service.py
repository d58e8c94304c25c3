"""The jobs service at work: what an operator asks for, things and groups, and going on after a restart."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, TypeVar

import msgspec

from simulator.clock import Clock, LaterClock
from simulator.endpoint.membership import Membership, differences
from simulator.endpoint.registry import Registry
from simulator.endpoint.store import Changes, Store, Stored
from simulator.endpoint.thing_requests import ThingRequests
from simulator.errors import InputError
from simulator.jobs.control import ControlError, JobsControl, NewJob, invalid_request
from simulator.jobs.new_job import is_same_job
from simulator.jobs.progress import AT_ONCE, WAITING
from simulator.jobs.service import Effects
from simulator.jobs.stored import Job

T = TypeVar("T")
Record = tuple[str, str, bytes | None]
"""Kind, key and bytes of something to keep; None when it is gone."""

NAMES_AT_ONCE: Final = 500  # things whose groups are looked through in one go; about 2 ms


class EndpointService(ThingRequests):
    """All that the two listeners (MQTT gateway and HTTP API) ask of the service."""

    def __init__(self, clock: Clock, store: Store, publish: Callable[[str, bytes], None]) -> None:
        """`publish` sends a message to every MQTT subscriber of its topic."""
        super().__init__(clock, store, publish)
        self._membership = Membership(self.book, self.registry)

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

    async def _store_registry(self) -> None:
        changes = self.registry.take_changes()
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._store.write(
            Changes(registry=changes) if changes else None,
            lambda is_safe: None if done.done() else done.set_result(is_safe),
        )
        if not await done:
            raise ControlError("ServiceUnavailableException", 503, "The change could not be stored.")

    def _things_of(self, targets: tuple[str, ...]) -> list[str]:
        """Resolve target ARNs to thing names, each once."""
        names: dict[str, None] = {}
        try:
            for target in targets:
                names.update(dict.fromkeys(self.registry.things_of(target)))
        except ControlError as exc:
            if exc.name == "ResourceNotFoundException" and self._jobs.choices.unknown_target == "invalid":
                raise invalid_request(exc.message) from None
            raise
        return list(names)
