"""A fleet, jobs, and what came of them, without a window: everything that `thing-simulator run` does."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from msgspec.structs import replace

from simulator import event_log
from simulator.clock import Clock, ScaledClock
from simulator.endpoint.process import LocalEndpoint
from simulator.errors import SimulatorError, UnreachableError
from simulator.fleet import FleetSettings
from simulator.jobs.model import JobStatus
from simulator.local_fleet import LocalFleet
from simulator.metrics import RunStatistics
from simulator.operator import Operator, new_job_id
from simulator.operator_client import warm_up
from simulator.operator_views import JobView
from simulator.owner import Owner
from simulator.reach import probe
from simulator.report import Report
from simulator.report_parts import Timeline
from simulator.report_series import SeriesRecorder
from simulator.report_timelines import timelines_of
from simulator.resources_check import ensure_descriptors
from simulator.run_outcome import Course, End, Outcome, ask_unsure, believed, compare, report_of
from simulator.run_plan import Plan, never_starts
from simulator.watch import Watch
from simulator.worker import WorkerFleet
from simulator.worker_protocol import WorkerError

FIRST_LINE_SECONDS: Final = 20.0  # without a single thing on the line by then, the endpoint counts as out of reach
STRAGGLER_SECONDS: Final = 20.0  # how long jobs wait for the next thing to connect before they go on without it
ASK_EVERY_SECONDS: Final = 1.0
LAST_WORDS_SECONDS: Final = {  # for asking the service how things stand, when not all has ended
    End.INTERRUPTED: 5.0,  # a person is waiting
    End.TIMED_OUT: 30.0,
}
TIMELINES_SECONDS: Final = {End.INTERRUPTED: 0.5}  # for asking things how notable executions went
ONE_PROCESS_THINGS: Final = 200
RESTARTS: Final = 3  # of worker processes that ended by themselves; after that they would go on doing so


class Phase(StrEnum):
    """Where a run is, in words for a person."""

    STARTING = "starting the local endpoint"
    REGISTERING = "registering things"
    CONNECTING = "connecting things"
    CREATING_JOBS = "creating jobs"
    RUNNING = "running"
    SERVING = "serving until Ctrl-C"
    COMPARING = "comparing with the service"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """How far a run is: so many of so many; `total` 0 means that there is nothing to count."""

    phase: Phase
    done: int = 0
    total: int = 0


OnProgress = Callable[[RunProgress], None]


def tell_nobody(progress: RunProgress) -> None:
    """Take progress and do nothing with it."""


class HeadlessRun:
    """One run of a plan. `watch` may be looked at while it goes on."""

    def __init__(self, plan: Plan, on_progress: OnProgress = tell_nobody, clock: Clock | None = None) -> None:
        """`clock` is asked only for the real dates in the report."""
        self.plan = plan
        self.job_ids = [new_job_id(job.name) for job in plan.jobs]
        self.watch = Watch(self.job_ids)
        self.mqtt = plan.options.mqtt or ""
        self.http = plan.options.http
        self.endpoint: LocalEndpoint | None = None
        self._on_progress = on_progress
        self._clock = clock or ScaledClock()
        self._fleet: LocalFleet | WorkerFleet | None = None
        self._operator: Operator | None = None
        self._jobs_made: list[str] = []
        self._jobs_began: float | None = None
        self._endpoint_status: asyncio.Future[int] | None = None
        self._began = self._clock.now()
        self._was_reached = False
        self._lost = ""
        self._recorder = SeriesRecorder()
        self._sampler = Owner()

    @property
    def workers(self) -> int:
        """In how many processes of their own the things run; 0 is this process."""
        things = len(self.plan.specs)
        if self.plan.options.workers or things <= ONE_PROCESS_THINGS:
            return self.plan.options.workers
        return min(os.cpu_count() or 1, 1 + things // 1000)

    async def go(self, stop: asyncio.Event) -> Report:
        """Run until all executions have ended, or `stop` is set, or the time is over; return the report.

        An endpoint that is lost after things have connected to it ends the run too; the report says so.

        Raises:
            InputError: the machine cannot hold so many things, or the control plane refused something.
            UnreachableError: the endpoint cannot be reached.
        """
        ensure_descriptors(-(-len(self.plan.specs) // max(1, self.workers)))
        began_at, self._began = self._clock.epoch(), self._clock.now()
        self._endpoint_status = asyncio.get_running_loop().create_future()
        async with contextlib.AsyncExitStack() as stack:
            end = await self._until_first(stack, stop)
            jobs_seconds = 0.0 if self._jobs_began is None else self._clock.now() - self._jobs_began
            outcome = await self._outcome(end)
            timelines = await self._timelines(end, outcome, began_at)
            await self._sampler.close(1.0)
            statistics = await self._statistics()
            self._record(statistics)
        course = Course(
            mqtt=self.mqtt,
            http=self.http or "",
            workers=self.workers,
            jobs_made=len(self._jobs_made),
            began_at=began_at,
            ended_at=self._clock.epoch(),
            jobs_seconds=jobs_seconds,
            end=End.LOST if self._lost else end,
            lost=self._lost,
            series=self._recorder.series(),
            timelines=timelines,
        )
        return report_of(self.plan, course, outcome, statistics, self.watch)

    # --- what is done, in order -------------------------------------------------------------------------------------

    async def _work(self, stack: contextlib.AsyncExitStack) -> None:
        await self._reach_endpoint(stack)
        if self._operator is not None:
            await self._register(
                self._operator
            )  # before the fleet: making the client holds this process up for a while
        fleet = await self._open_fleet(stack)
        await fleet.start(self.plan.names)
        await self._connected()
        self._was_reached = True
        if self._operator is None or not self.job_ids:
            self._tell(Phase.SERVING)
            await asyncio.Event().wait()  # until something else ends the run
            return
        self._jobs_began = self._clock.now()
        await self._create_jobs(self._operator)
        await self._all_ended(self._operator, fleet)

    async def _reach_endpoint(self, stack: contextlib.AsyncExitStack) -> None:
        if self.plan.has_local_endpoint:
            self._tell(Phase.STARTING)
            endpoint = self.endpoint = LocalEndpoint(
                time_scale=self.plan.options.time_scale, on_exit=self._endpoint_ended
            )
            stack.push_async_callback(endpoint.close)
            # the other process takes half a second to start, and so does boto3's import in this one
            await asyncio.gather(endpoint.start(), asyncio.to_thread(warm_up))
            self.mqtt, self.http = endpoint.mqtt_address, endpoint.http_url
        else:
            await probe(self.mqtt)
        if self.plan.has_control_plane:
            self._operator = await stack.enter_async_context(Operator(self.http, self.plan.region))

    async def _open_fleet(self, stack: contextlib.AsyncExitStack) -> LocalFleet | WorkerFleet:
        options = self.plan.options
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
        fleet = self._fleet = WorkerFleet(settings, self.workers) if self.workers else LocalFleet(settings)
        stack.push_async_callback(fleet.close)
        await fleet.open(self.watch.on_batch)
        stack.push_async_callback(self._sampler.close, 1.0)
        await fleet.add(self.plan.specs)
        self._sampler.start(self._sample(fleet), name="samples for the report")
        return fleet

    async def _register(self, operator: Operator) -> None:
        names = self.plan.names
        self._tell(Phase.REGISTERING, 0, len(names))
        await operator.create_things(names, lambda done, of: self._tell(Phase.REGISTERING, done, of))

    async def _connected(self) -> None:
        """Wait until all things are connected; go on without the last ones if they do not come."""
        total, watch = len(self.plan.specs), self.watch
        ramp = self.plan.options.ramp
        patience = FIRST_LINE_SECONDS
        while watch.counters.connected < total:
            self._tell(Phase.CONNECTING, watch.counters.connected, total)
            if not await watch.until_more_connected(watch.counters.connected, patience):
                break
            patience = STRAGGLER_SECONDS + (1 / ramp if ramp else 0)
        connected = watch.counters.connected
        self._tell(Phase.CONNECTING, connected, total)
        if connected == 0:
            raise UnreachableError(self.mqtt, watch.line_trouble() or "no thing could connect")
        if connected < total:
            why = watch.line_trouble() or "no answer"
            watch.notices.append(f"{total - connected:,} of {total:,} things could not connect: {why}")

    async def _create_jobs(self, operator: Operator) -> None:
        for number, (job_id, job) in enumerate(zip(self.job_ids, self.plan.jobs, strict=True)):
            self._tell(Phase.CREATING_JOBS, number, len(self.job_ids))
            await operator.create_job(
                job_id,
                self.plan.targets_of(job),
                job.document,
                in_progress_timeout_minutes=job.in_progress_timeout_minutes,
                description="made by thing-simulator",
            )
            self._jobs_made.append(job_id)

    async def _all_ended(self, operator: Operator, fleet: LocalFleet | WorkerFleet) -> None:
        """Wait until the service says that no execution will change any more; the feed says when to ask."""
        plan, watch = self.plan, self.watch
        total = len(self.job_ids) * len(plan.specs)
        left = {
            job_id: sum(never_starts(plan.scenarios[spec.scenario], spec, attempt) for spec in plan.specs)
            for attempt, job_id in enumerate(self.job_ids, start=1)
        }
        next_time = 0.0
        restarts = 0
        while left:
            self._tell(Phase.RUNNING, watch.ended, total)
            if isinstance(fleet, WorkerFleet) and fleet.lost:  # nobody else would bring their things back
                if restarts == RESTARTS:
                    how = f"{fleet.lost:,} things are lost with their worker processes, which end again and again"
                    raise WorkerError(f"{how}; use fewer things or more workers")
                restarts += 1
                await fleet.restart_lost()
            await watch.until(lambda: watch.ended >= total or bool(watch.unsure), ASK_EVERY_SECONDS)
            await ask_unsure(fleet, watch)
            if watch.ended >= total:
                await asyncio.sleep(0.05)  # the things may be ahead of the service's counters
            elif self._clock.now() < next_time:
                continue
            next_time = self._clock.now() + ASK_EVERY_SECONDS
            for job_id, waits_in_vain in list(left.items()):
                if _is_settled(await operator.describe_job(job_id), len(plan.specs), waits_in_vain):
                    del left[job_id]
        self._tell(Phase.RUNNING, watch.ended, total)

    # --- what ends it -----------------------------------------------------------------------------------------------

    async def _until_first(self, stack: contextlib.AsyncExitStack, stop: asyncio.Event) -> End:
        """Do the work until it ends, or the person, the time or the endpoint ends it; return which, or raise."""
        assert self._endpoint_status is not None
        loop = asyncio.get_running_loop()
        working = loop.create_task(self._work(stack), name="run")
        stopping = loop.create_task(stop.wait(), name="wait for the stop")
        first: set[asyncio.Future[Any]] = {working, stopping, self._endpoint_status}
        try:
            done, _ = await asyncio.wait(
                first,
                timeout=self.plan.options.timeout_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for task in (working, stopping):
                task.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)
        if stopping in done:  # before all else: what was told to stop may take others with it
            return End.INTERRUPTED
        if self._endpoint_status in done:
            how = f"its process ended with status {self._endpoint_status.result()}"
            self._lose(UnreachableError("the local endpoint", how))
            return End.LOST
        if working in done:
            try:
                working.result()
            except UnreachableError as exc:
                self._lose(exc)
                return End.LOST
            return End.DONE
        return End.TIMED_OUT

    def _lose(self, error: UnreachableError) -> None:
        """Note that the endpoint went away; one that was never there is an error."""
        if not self._was_reached:
            raise error
        self._lost = f"{error.address} was lost after {self._clock.now() - self._began:.0f} s: {error.cause}"

    def _endpoint_ended(self, status: int) -> None:
        if self._endpoint_status is not None and not self._endpoint_status.done():
            self._endpoint_status.set_result(status)

    # --- what came of it --------------------------------------------------------------------------------------------

    async def _outcome(self, end: End) -> Outcome:
        if self._operator is None or self._fleet is None or not self._jobs_made:
            return Outcome()
        self._tell(Phase.COMPARING)
        if end is End.LOST:
            return believed(self.plan, self._jobs_made, self.watch)
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS.get(end)):
                return await compare(self.plan, self._jobs_made, self._operator, self._fleet, self.watch)
        except (SimulatorError, TimeoutError) as exc:
            if end is End.DONE and isinstance(exc, UnreachableError):
                self._lose(exc)
                return believed(self.plan, self._jobs_made, self.watch)
            if end is End.DONE:
                raise
            self.watch.notices.append(
                f"the service did not say how the executions stand: {str(exc) or 'no answer in time'}"
            )
            return believed(self.plan, self._jobs_made, self.watch)

    async def _statistics(self) -> RunStatistics:
        if self._fleet is not None:
            with contextlib.suppress(SimulatorError):
                return await self._fleet.statistics()
        return RunStatistics(counters=self.watch.counters, latency={})

    async def _timelines(self, end: End, outcome: Outcome, began_at: float) -> list[Timeline]:
        if self._fleet is None:
            return []
        return await timelines_of(self._fleet, outcome.rows, began_at, TIMELINES_SECONDS.get(end, 10.0))

    async def _sample(self, fleet: LocalFleet | WorkerFleet) -> None:
        """Keep how the run goes over time, until it is over."""
        while True:
            with contextlib.suppress(SimulatorError):  # a worker that is gone or too busy: the next one will tell
                self._record(await fleet.statistics())
            await asyncio.sleep(self._recorder.bin_seconds)

    def _record(self, statistics: RunStatistics) -> None:
        self._recorder.take(self._clock.now() - self._began, statistics, self.watch.ended_by)

    def _tell(self, phase: Phase, done: int = 0, total: int = 0) -> None:
        self._on_progress(RunProgress(phase=phase, done=done, total=total))


def _is_settled(job: JobView, things: int, waits_in_vain: int) -> bool:
    """Whether nothing will change any more: all ended, or only what no thing will ever take up is left."""
    if job.status in ("COMPLETED", "CANCELED", "DELETION_IN_PROGRESS"):
        return job.counters.get(JobStatus.IN_PROGRESS, 0) == 0
    return not job.is_rolling_out and job.executions >= things and job.executions - job.ended <= waits_in_vain
