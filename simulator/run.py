"""A fleet, jobs, and what came of them, without a window: everything that `thing-simulator run` does."""

import asyncio
import contextlib
import itertools
from collections.abc import Coroutine, Sequence
from typing import Any, Final, TypeVar

from simulator.assertions import Ending
from simulator.assertions_watch import LOOK_EVERY_SECONDS, AssertionWatch
from simulator.clock import Clock, ScaledClock
from simulator.endpoint.process import LocalEndpoint
from simulator.errors import EXIT_UNREACHABLE, SimulatorError, UnreachableError
from simulator.fleet_plan import Wave, start_waves
from simulator.histogram import Histogram
from simulator.local_fleet import LocalFleet
from simulator.metrics import RunStatistics
from simulator.operator import Operator, new_job_id
from simulator.owner import Owner
from simulator.report import AssertionResult, Report
from simulator.report_parts import Timeline
from simulator.report_series import SeriesRecorder
from simulator.report_timelines import timelines_of
from simulator.report_words import number_of
from simulator.resources_check import ensure_descriptors
from simulator.run_ground import HASTE_SECONDS, Ground, both
from simulator.run_making import JobsOfRun
from simulator.run_outcome import Course, End, Outcome, ask_unsure, believed, compare, report_of
from simulator.run_patience import PATIENCE_SECONDS, Patience
from simulator.run_plan import Plan
from simulator.run_progress import OnProgress as OnProgress
from simulator.run_progress import Phase as Phase
from simulator.run_progress import RunProgress as RunProgress
from simulator.run_progress import tell_nobody as tell_nobody
from simulator.watch import Watch
from simulator.worker import WorkerFleet
from simulator.worker_protocol import WorkerError

T = TypeVar("T")

FIRST_LINE_SECONDS: Final = 20.0  # without a single thing on the line by then, the endpoint counts as out of reach
STRAGGLER_SECONDS: Final = 20.0  # how long jobs wait for the next thing to connect before they go on without it
ASK_EVERY_SECONDS: Final = 1.0
LAST_WORDS_SECONDS: Final = {  # for asking the service how things stand, when not all has ended
    End.INTERRUPTED: 2 * HASTE_SECONDS,  # a person is waiting
    End.LOST: 5.0,
    End.TIMED_OUT: 30.0,
}
TIMELINES_SECONDS: Final = {End.INTERRUPTED: HASTE_SECONDS}  # for asking things how notable executions went
RESTARTS: Final = 3  # of worker processes that ended by themselves; after that they would go on doing so


class HeadlessRun:
    """One run of a plan. `watch` may be looked at while it goes on."""

    def __init__(self, plan: Plan, on_progress: OnProgress = tell_nobody, clock: Clock | None = None) -> None:
        """`clock` is asked only for the real dates in the report."""
        self.plan = plan
        self.job_ids = [new_job_id(job.name) for job in plan.jobs]
        self.watch = Watch(self.job_ids)
        self.jobs = JobsOfRun(plan, self.job_ids, clock or ScaledClock())
        self._assertions = AssertionWatch(plan, self.job_ids, self._tell_sentence)
        self._phase = Phase.STARTING
        self._ground = Ground(plan, self.watch, self._tell)
        self._on_progress = on_progress
        self._clock = clock or ScaledClock()
        self._endpoint_status: asyncio.Future[int] | None = None
        self._began = self._clock.now()
        self._is_control_plane_there = False
        self._was_reached = False
        self._lost = ""
        self._recorder = SeriesRecorder()
        self._sampler = Owner()

    @property
    def endpoint(self) -> LocalEndpoint | None:
        """The local endpoint, if the run has one of its own and has begun."""
        return self._ground.endpoint

    @property
    def fleet(self) -> LocalFleet | WorkerFleet | None:
        """The fleet, once it was opened."""
        return self._ground.fleet

    async def go(self, stop: asyncio.Event) -> Report:
        """Run until all executions have ended, or `stop` is set, or the time is over; return the report.

        An endpoint that is lost after things have connected to it ends the run too; the report says so.

        Raises:
            InputError: the machine cannot hold so many things, or the control plane refused something.
            UnreachableError: the endpoint cannot be reached.
        """
        ground = self._ground
        ensure_descriptors(-(-len(self.plan.specs) // max(1, ground.workers)))
        began_at, self._began = self._clock.epoch(), self._clock.now()
        self._endpoint_status = asyncio.get_running_loop().create_future()
        async with contextlib.AsyncExitStack() as stack:
            end = first_end = await self._until_first(stack, stop)
            if stop.is_set():
                ground.haste.begin()
            jobs_seconds = 0.0 if self.jobs.began is None else self._clock.now() - self.jobs.began
            simulated = self.jobs.seconds
            outcome, _ = await asyncio.gather(self._unless_hurried(self._outcome(end), stop), ground.rest())
            if outcome is None:
                self.watch.notices.append("the service was not asked how the executions stand: there was no time")
                outcome = believed(self.plan, self.jobs.made, self.watch, self.jobs.wanted)
            if stop.is_set():
                end = End.INTERRUPTED
            timelines = await self._timelines(end, outcome, began_at)
            await self._sampler.close(ground.haste.for_words(HASTE_SECONDS))
            statistics = self._recorder.completed(await ground.statistics())
            self._record(statistics)
            if self.plan.options.remove_things:
                left = await self._unless_hurried(ground.remove_things(), stop)
                self._tell_left(left if left is not None else "there was no time")
        if stop.is_set():
            end = End.INTERRUPTED
        elif self._lost:
            end = End.LOST
        course = Course(
            mqtt=ground.mqtt,
            http=ground.http or "",
            workers=ground.workers,
            jobs_made=len(self.jobs.made),
            job_ids=tuple(self.jobs.made),
            began_at=began_at,
            ended_at=self._clock.epoch(),
            jobs_seconds=jobs_seconds,
            end=end,
            lost=self._lost,
            assertions=self._judged(first_end, simulated, outcome, statistics),
            series=self._recorder.series(),
            timelines=timelines,
        )
        return report_of(self.plan, course, outcome, statistics, self.watch)

    # --- what is done, in order -------------------------------------------------------------------------------------

    async def _work(self, stack: contextlib.AsyncExitStack) -> None:
        await self._ground.reach_endpoint(stack, self._endpoint_ended)
        await self._ground.register()  # before the fleet: making the client holds this process up for a while
        fleet = await self._ground.open_fleet(stack)
        stack.push_async_callback(self._sampler.close, 1.0)
        self._sampler.start(self._sample(fleet), name="samples for the report")
        waves = start_waves(self.plan)
        await asyncio.sleep(waves[0].seconds / self.plan.options.time_scale)
        await fleet.start(waves[0].names)
        try:
            async with asyncio.TaskGroup() as group:
                others = [group.create_task(self._start_later(fleet, waves), name="things that begin later")]
                if self.plan.assertions:
                    others.append(group.create_task(self._judge(), name="assertions"))
                await self._go_on(fleet, len(waves[0].names))
                for task in others:
                    task.cancel()
        except BaseExceptionGroup as several:  # the first that failed took the others with it
            raise several.exceptions[0] from None

    async def _go_on(self, fleet: LocalFleet | WorkerFleet, things: int) -> None:
        """Once the first things are connected: make the jobs, and wait until they are done."""
        await self._connected(things)
        self._was_reached = True
        self.jobs.begin()
        operator, registry = self._ground.operator, self._ground.registry
        if operator is None or registry is None or not self.job_ids:
            self._tell(Phase.SERVING)
            await asyncio.Event().wait()  # until something else ends the run
            return
        await both(self.jobs.create(operator, registry, self._tell_creating), self._all_ended(operator, fleet))

    async def _start_later(self, fleet: LocalFleet | WorkerFleet, waves: Sequence[Wave]) -> None:
        """Start the things that wait, each wave when its time has come."""
        for before, wave in itertools.pairwise(waves):
            await asyncio.sleep((wave.seconds - before.seconds) / self.plan.options.time_scale)
            await fleet.start(wave.names)

    async def _judge(self) -> None:
        """Look at the assertions while the run goes on."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if self.jobs.began is not None:
                self._assertions.look(self.watch, self.jobs.seconds, self.jobs.times())

    async def _connected(self, total: int) -> None:
        """Wait until so many things are connected; go on without the last ones if they do not come."""
        watch = self.watch
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
            raise UnreachableError(self._ground.mqtt, watch.line_trouble() or "no thing could connect")
        if connected < total:
            why = watch.line_trouble() or "no answer"
            watch.notices.append(f"{total - connected:,} of {number_of(total, 'thing')} could not connect: {why}")

    async def _all_ended(self, operator: Operator, fleet: LocalFleet | WorkerFleet) -> None:
        """Wait until the service says that no execution will change any more; the feed says when to ask."""
        watch, jobs = self.watch, self.jobs
        total = jobs.total
        patience = Patience(PATIENCE_SECONDS)
        next_time = 0.0
        restarts = 0
        while not jobs.is_settled:
            if self._phase is not Phase.CREATING_JOBS or jobs.made:
                self._tell(Phase.RUNNING, watch.ended, total)
            if isinstance(fleet, WorkerFleet) and fleet.lost:  # nobody else would bring their things back
                if restarts == RESTARTS:
                    how = f"the worker of {number_of(fleet.lost, 'thing')} ends again and again"
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
            await jobs.ask(operator)
            self._give_up_in_vain(patience)
        self._tell(Phase.RUNNING, watch.ended, total)

    def _give_up_in_vain(self, patience: Patience) -> None:
        """See whether waiting still makes sense.

        Raises:
            LinesLostError: nothing will come any more, for want of connections.
        """
        watch, now = self.watch, self._clock.now()
        if watch.counters.connected < watch.counters.requested or watch.counters.cut_off:
            patience.look(watch.snapshots, now)
            why = patience.ended(watch.snapshots, self._unfinished(), now) if patience.out_of_reach(now) else ""
            if why:
                raise LinesLostError(why)

    def _unfinished(self) -> set[str]:
        ended = {key[:2] for key, belief in self.watch.beliefs.items() if belief.status.is_terminal}
        return self.jobs.unfinished(lambda thing, job_id: (thing, job_id) in ended)

    # --- what ends it -----------------------------------------------------------------------------------------------

    async def _until_first(self, stack: contextlib.AsyncExitStack, stop: asyncio.Event) -> End:
        """Do the work until it ends, or the person, the time or the endpoint ends it; return which, or raise."""
        assert self._endpoint_status is not None
        loop = asyncio.get_running_loop()
        working = loop.create_task(self._work(stack), name="run")
        stopping = loop.create_task(self._told_to(stop), name="wait for the stop")
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
            except LinesLostError as exc:
                self._lost = str(exc)
                self._is_control_plane_there = True
                return End.LOST
            except UnreachableError as exc:
                self._lose(exc)
                return End.LOST
            return End.DONE
        return End.TIMED_OUT

    async def _told_to(self, stop: asyncio.Event) -> None:
        """Wait for the stop; what ends at once from now on counts into the haste."""
        await stop.wait()
        self._ground.haste.begin()

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
        made, wanted = self.jobs.made, self.jobs.wanted
        operator, fleet = self._ground.operator, self._ground.fleet
        if operator is None or fleet is None or not made:
            return Outcome()
        self._tell(Phase.COMPARING)
        if end is End.LOST and not self._is_control_plane_there:
            return believed(self.plan, made, self.watch, wanted)
        try:
            seconds = LAST_WORDS_SECONDS.get(end)
            async with asyncio.timeout(None if seconds is None else self._ground.haste.for_words(seconds)):
                return await compare(
                    self.plan, made, operator, fleet, self.watch, wanted, in_haste=self._ground.haste.is_on
                )
        except (SimulatorError, TimeoutError) as exc:
            if end is End.DONE and isinstance(exc, UnreachableError):
                self._lose(exc)
                return believed(self.plan, made, self.watch, wanted)
            if end is End.DONE:
                raise
            self.watch.notices.append(
                f"the service did not say how the executions stand: {str(exc) or 'no answer in time'}"
            )
            return believed(self.plan, made, self.watch, wanted)

    async def _unless_hurried(self, work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T | None:
        """Return what `work` returns; None if a person wanted the end meanwhile, and it was not done soon after."""
        haste = self._ground.haste
        if haste.is_on:
            return await work
        loop = asyncio.get_running_loop()
        working = loop.create_task(work, name="last words")
        stopping = loop.create_task(stop.wait(), name="wait for the stop")
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                haste.begin()
                await asyncio.wait({working}, timeout=haste.for_words(HASTE_SECONDS))
            return working.result() if working.done() else None
        finally:
            for task in (working, stopping):
                task.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)

    def _judged(self, end: End, simulated: float, outcome: Outcome, statistics: RunStatistics) -> list[AssertionResult]:
        """Return what became of the assertions; `simulated` seconds had passed since second 0."""
        ending = Ending(
            is_settled=end is End.DONE and not self._lost,
            is_cut_short=end in (End.INTERRUPTED, End.LOST) or bool(self._lost),
            latency=Histogram.from_dict(statistics.latency),
        )
        offset = (self.jobs.began or self._began) - self._began
        scale = self.plan.options.time_scale
        return self._assertions.results(
            self.watch,
            simulated,
            self.jobs.times(outcome.jobs),
            outcome.rows,
            statistics,
            ending,
            lambda seconds: offset + seconds / scale,
        )

    async def _timelines(self, end: End, outcome: Outcome, began_at: float) -> list[Timeline]:
        fleet = self._ground.fleet
        if fleet is None:
            return []
        seconds = self._ground.haste.for_words(TIMELINES_SECONDS.get(end, 10.0))
        return await timelines_of(fleet, outcome.rows, began_at, seconds)

    async def _sample(self, fleet: LocalFleet | WorkerFleet) -> None:
        """Keep how the run goes over time, until it is over."""
        while True:
            with contextlib.suppress(SimulatorError):  # a worker that is gone or too busy: the next one will tell
                self._record(await fleet.statistics())
            await asyncio.sleep(self._recorder.bin_seconds)

    def _record(self, statistics: RunStatistics) -> None:
        self._recorder.take(self._clock.now() - self._began, statistics, self.watch.ended_by)

    def _tell(self, phase: Phase, done: int = 0, total: int = 0) -> None:
        self._phase = phase
        self._on_progress(RunProgress(phase=phase, done=done, total=total))

    def _tell_creating(self, done: int, total: int) -> None:
        if done < total:
            self._tell(Phase.CREATING_JOBS, done, total)

    def _tell_left(self, why: str) -> None:
        """Say that not all things are out of the registry, if `why` says so."""
        if why:
            mend = f"`thing-simulator cleanup --http … --run {self.plan.run_id}` removes the rest"
            self.watch.notices.append(f"not all things were removed from the registry: {why}; {mend}")

    def _tell_sentence(self, sentence: str) -> None:
        self._on_progress(RunProgress(phase=self._phase, told=sentence))


class LinesLostError(SimulatorError):
    """The things' lines are gone for good, as far as anybody can tell; the control plane may still answer."""

    exit_status = EXIT_UNREACHABLE
