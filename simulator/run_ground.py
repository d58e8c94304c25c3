"""What a run stands on: endpoint, control plane, registry and the fleet itself; opened, and closed in time."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine
from typing import Any, Final

from msgspec.structs import replace

from simulator import event_log
from simulator.endpoint.process import LocalEndpoint
from simulator.errors import SimulatorError
from simulator.fleet import FleetSettings
from simulator.fleet_registry import FleetRegistry, remove_marked
from simulator.local_fleet import LocalFleet
from simulator.metrics import RunStatistics
from simulator.operator import Operator
from simulator.operator_client import warm_up
from simulator.reach import probe
from simulator.run_haste import Haste
from simulator.run_plan import Plan
from simulator.run_progress import Phase
from simulator.watch import Watch
from simulator.worker import WorkerFleet

ONE_PROCESS_THINGS: Final = 200
STATISTICS_SECONDS: Final = 2.0  # for asking worker processes, which may be too busy or gone
HASTE_SECONDS: Final = 0.3
"""After an interruption, for each of: timelines, last figures, things taken out of the registry; last words have twice
as long. All of them end earlier if the time of `Haste` is over, so that a busy machine does not prolong the stop."""
GOODBYE_SECONDS: Final = 0.55  # after an interruption; worker processes that are too busy are ended then, by force

Tell = Callable[[Phase, int, int], None]
"""Called with what is done: so many of so many, 0 of 0 if there is nothing to count."""


class Ground:
    """Belongs to one run. Once there is `haste`, a person waits, and nothing is closed at leisure any more."""

    def __init__(self, plan: Plan, watch: Watch, tell: Tell) -> None:
        self._plan = plan
        self._watch = watch
        self._tell = tell
        self.mqtt = plan.options.mqtt or ""
        self.http = plan.options.http
        self.endpoint: LocalEndpoint | None = None
        self.operator: Operator | None = None
        self.registry: FleetRegistry | None = None
        self.fleet: LocalFleet | WorkerFleet | None = None
        self.haste = Haste()

    @property
    def workers(self) -> int:
        """In how many processes of their own the things run; 0 is this process."""
        things = len(self._plan.specs)
        if self._plan.options.workers or things <= ONE_PROCESS_THINGS:
            return self._plan.options.workers
        return min(os.cpu_count() or 1, 1 + things // 1000)

    async def reach_endpoint(self, stack: contextlib.AsyncExitStack, on_exit: Callable[[int], None]) -> None:
        """Start the local endpoint, or see that the one that is meant is there.

        Raises:
            UnreachableError: it is not.
        """
        if self._plan.has_local_endpoint:
            self._tell(Phase.STARTING, 0, 0)
            endpoint = self.endpoint = LocalEndpoint(time_scale=self._plan.options.time_scale, on_exit=on_exit)
            stack.push_async_callback(self._close_endpoint, endpoint)
            # the other process takes half a second to start, and so does boto3's import in this one
            await both(endpoint.start(), asyncio.to_thread(warm_up))
            self.mqtt, self.http = endpoint.mqtt_address, endpoint.http_url
        else:
            await probe(self.mqtt)
        if self._plan.has_control_plane:
            self.operator = Operator(self.http, self._plan.region)
            stack.push_async_callback(self._close_operator, self.operator)

    async def register(self) -> None:
        """Put the things into the registry, if there is one."""
        if self.operator is None:
            return
        plan = self._plan
        registry = self.registry = FleetRegistry(self.operator, plan.run_id)
        self._tell(Phase.REGISTERING, 0, len(plan.specs))
        await registry.register(
            plan.specs, plan.registrations, lambda done, of: self._tell(Phase.REGISTERING, done, of)
        )

    async def open_fleet(self, stack: contextlib.AsyncExitStack) -> LocalFleet | WorkerFleet:
        """Open the fleet and put its things into it, stopped."""
        options = self._plan.options
        events = os.fspath(options.event_log or "")  # worker processes have the same working directory
        if options.event_log is not None:
            event_log.create(options.event_log)
        settings = FleetSettings(
            address=self.mqtt,
            time_scale=options.time_scale,
            ramp=options.ramp or 0.0,
            event_log=events,
            credentials=options.credentials,
        )
        if options.keep_alive_seconds is not None:
            settings = replace(settings, keep_alive_seconds=options.keep_alive_seconds)
        fleet = self.fleet = WorkerFleet(settings, self.workers) if self.workers else LocalFleet(settings)
        stack.push_async_callback(self._close_fleet, fleet)
        await fleet.open(self._watch.on_batch)
        await fleet.add(self._plan.specs)
        if options.manual:
            await fleet.manual(self._plan.names, on=True)
        return fleet

    async def rest(self) -> None:
        """If a person waits, let the things stop already: their goodbyes take a while, and leave others more time."""
        if self.haste.is_on and self.fleet is not None:
            with contextlib.suppress(SimulatorError, TimeoutError):
                async with asyncio.timeout(self.haste.for_words(GOODBYE_SECONDS)):
                    await self.fleet.stop(self._plan.names)

    async def statistics(self) -> RunStatistics:
        """Return the figures of the run; what the feed told last, if the fleet does not answer."""
        if self.fleet is not None:
            with contextlib.suppress(SimulatorError, TimeoutError):
                async with asyncio.timeout(self.haste.for_words(self._soon(STATISTICS_SECONDS))):
                    return await self.fleet.statistics()
        return RunStatistics(counters=self._watch.counters, latency={})

    async def remove_things(self) -> str:
        """Take what this run registered out of the registry again; return why not all of it, "" if it is all gone."""
        if self.operator is None:
            return ""
        self._tell(Phase.REMOVING, 0, 0)
        run_id = self._plan.run_id
        try:
            async with asyncio.timeout(self.haste.for_words(HASTE_SECONDS) if self.haste.is_on else None):
                await remove_marked(self.operator, run_id, lambda done, of: self._tell(Phase.REMOVING, done, of))
        except (SimulatorError, TimeoutError) as exc:
            return str(exc) or "there was no time"
        return ""

    def _soon(self, seconds: float) -> float:
        return HASTE_SECONDS if self.haste.is_on else seconds

    async def _close_fleet(self, fleet: LocalFleet | WorkerFleet) -> None:
        await (fleet.close(self.haste.for_closing(GOODBYE_SECONDS)) if self.haste.is_on else fleet.close())

    async def _close_endpoint(self, endpoint: LocalEndpoint) -> None:
        await (endpoint.close(self.haste.for_closing(HASTE_SECONDS / 2)) if self.haste.is_on else endpoint.close())

    async def _close_operator(self, operator: Operator) -> None:
        await (operator.close(self.haste.for_closing(HASTE_SECONDS / 2)) if self.haste.is_on else operator.close())


async def both(one: Coroutine[Any, Any, None], other: Coroutine[Any, Any, None]) -> None:
    """Wait for both; the first that fails takes the other with it, and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(one)
            group.create_task(other)
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
