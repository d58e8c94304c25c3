"""One virtual thing: a coroutine that takes jobs, walks each execution through its scenario, and recovers.

AWS's recommended flow (reference section 3.11): subscribe, ask for the next execution, work and report, wait for
notify-next or ask again. What an answer means is decided in `jobs.device`, what to do next in `scenario.walk`; here is
only the order of things. `run` is a loop of small turns, each of which looks at where the thing stands and does one
step, so that whatever happens meanwhile (a lost line, a cancellation, a click) is met at the next turn.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Final

import msgspec

from simulator.clock import Clock
from simulator.event_log import ThingEvents
from simulator.feed import Activity, ThingDetail, ThingSnapshot
from simulator.fleet import FleetSettings, ThingSpec
from simulator.jobs.device import DeviceJobs
from simulator.jobs.limits import STATUS_DETAILS_VALUE_CHARACTERS
from simulator.jobs.meanings import (
    Accepted,
    Answered,
    Began,
    Ended,
    NothingPending,
    Refused,
    StillOurs,
    Vanished,
    VersionConflict,
)
from simulator.jobs.model import JobStatus
from simulator.jobs.transitions import DEVICE_ENDS
from simulator.scenario.actions import Action, FallSilent, Report, Wait
from simulator.scenario.plan import Scenario, StartsBy
from simulator.thing_face import REASON, ThingFace
from simulator.thing_line import Silence, ThingLine, TransportFactory
from simulator.thing_log import ThingLog
from simulator.thing_walk import ThingWalk, document_of
from simulator.transport.base import Link

ASK_ANEW_SECONDS: Final = (1.0, 2.0, 4.0)
"""Simulated waits after an announced execution was not there yet: AWS's answers lag behind its notifications."""

FORCED: Final = "forced by hand"


class Thing:
    """A virtual thing, stopped until `run` is awaited; `run` may be awaited again after it ended."""

    __slots__ = (
        "_asked_for", "_clock", "_counts_pending", "_face", "_jobs", "_line", "_log", "_on_change", "_overridden",
        "_pausing", "_scenario", "_settings", "_spec", "_transport_factory", "_waits_for_news", "_wakened", "_walk",
    )  # fmt: skip

    def __init__(
        self,
        spec: ThingSpec,
        scenario: Scenario,
        transport_factory: TransportFactory,
        clock: Clock,
        settings: FleetSettings,
        on_change: Callable[["Thing"], None],
        *,
        on_ack: Callable[[float], None] | None = None,
    ) -> None:
        """Make a stopped thing.

        `on_change` is called on the loop whenever the snapshot would differ, `on_ack` with each publish-to-accepted
        latency in real milliseconds.
        """
        self._spec = spec
        self._scenario = scenario
        self._overridden = False
        self._transport_factory = transport_factory
        self._clock = clock
        self._settings = settings
        self._on_change = on_change
        self._jobs = DeviceJobs(spec.name, token_prefix=f"{int(clock.epoch() * 1000):x}-")
        self._log = ThingLog(settings.log_entries)
        self._face = ThingFace(spec, self._log)
        self._line = ThingLine(
            self._jobs,
            self._log,
            clock,
            settings.request_timeout_seconds,
            spec.seed,
            self._on_news,
            self._on_answer,
            on_ack,
        )
        self._walk = ThingWalk(spec)
        self._asked_for: Scenario | None = None  # with this in mind the next execution is being asked for
        self._waits_for_news = False  # an execution has just ended: notify-next will tell what is next
        self._counts_pending = True  # the line came up: the number of pending executions is to be asked for
        self._wakened: asyncio.Future[bool] | None = None
        self._pausing: asyncio.Timeout | None = None

    # --- what others ask of a thing ---------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._spec.name

    def snapshot(self) -> ThingSnapshot:
        """Return what the table shows."""
        return self._face.snapshot(
            self._jobs, self._line, self._scenario.name, is_overridden=self._overridden, is_manual=self._walk.is_manual
        )

    def detail(self) -> ThingDetail:
        """Return snapshot, messages, timeline and the newest job document."""
        document = b""
        if self._jobs.execution is not None and isinstance(self._jobs.execution.job_document, msgspec.Raw):
            document = bytes(self._jobs.execution.job_document)
        return ThingDetail(
            snapshot=self.snapshot(),
            messages=self._log.messages_kept(),
            messages_dropped=self._log.dropped,
            timeline=self._log.timeline(),
            job_document=document,
        )

    def tell_events(self, events: ThingEvents) -> None:
        """Write every message and transition to an event log as well, from now on."""
        self._log.events = events

    def assign(self, scenario: Scenario, overridden: bool = True) -> None:
        """Take another scenario from the next execution on; one that was left QUEUED on purpose is the next one."""
        self._scenario = scenario
        self._overridden = overridden
        if self._jobs.is_working and self._walk.is_left_waiting:
            self._jobs.let_go()
        self._changed()
        self._wake()

    def set_manual(self, on: bool) -> None:
        """In manual mode waits are skipped, and each report (and silence) waits for `step`."""
        self._walk.set_manual(on)
        self._changed()
        self._wake()

    def step(self) -> None:
        """Let one report go in manual mode. Without an execution under way this does nothing."""
        if self._walk.is_manual and self._jobs.is_working:
            self._walk.grant()
            self._wake()

    def force(self, status: JobStatus | None, reason: str = "") -> None:
        """End the execution under way with `status`, or fall silent if it is None; drop the rest of the walk.

        Without an execution under way, or with a status that is not a thing's to set, this does nothing.
        """
        if not self._jobs.is_working or (status is not None and status not in DEVICE_ENDS):
            return
        step = self._face.step
        if status is None:
            self._walk.order(FallSilent(step))
        else:
            said = " ".join(reason.split())[:STATUS_DETAILS_VALUE_CHARACTERS] or FORCED
            self._walk.order(Report(status, {REASON: said}, step, self._face.progress))
        self._wake()

    def cut_line(self) -> None:
        """Lose the line without a goodbye and stay away until `restore_line`."""
        self._line.cut(math.inf)

    def restore_line(self) -> None:
        """Come back now."""
        self._line.restore()

    # --- living -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Take jobs until cancelled, then say goodbye. An execution under way stays as the service has it."""
        self._show(Activity.STARTING)
        try:
            await self._line.open(self._transport_factory)
            while True:
                await self._turn()
        finally:
            try:
                await self._line.close()
            finally:
                self._show(Activity.STOPPED)

    async def _turn(self) -> None:
        line, jobs = self._line, self._jobs
        is_online = line.link is Link.ONLINE
        if is_online and line.is_stale:
            await self._catch_up()
        elif is_online and jobs.in_doubt:
            await self._settle()
        elif jobs.is_working and (is_online or isinstance(self._walk.action(), Wait)):
            await self._work()
        elif not is_online:
            await self._news()
        else:
            await self._take_next()

    async def _catch_up(self) -> None:
        """The line is back: nothing that happened meanwhile was heard, so ask where the thing stands."""
        self._line.is_stale = False
        self._counts_pending = True
        self._waits_for_news = False
        self._jobs.hear_anew()
        if not self._jobs.is_working:
            self._jobs.next_known = None
            return
        await self._line.ask(self._jobs.describe_next())

    async def _settle(self) -> None:
        """Find out what became of an execution that is said to be gone."""
        meaning = await self._line.ask(self._jobs.verify())
        if isinstance(meaning, Vanished):
            meaning = await self._line.ask(self._jobs.probe())
        if isinstance(meaning, VersionConflict):
            self._face.goes_on(self._jobs)
        self._changed()

    def _on_answer(self, meaning: Answered) -> None:
        """Take in what changes where the thing stands, in the moment the answer comes.

        Waiting until whoever asked goes on would leave a turn in which `_jobs` knows more than the rest, and a thing
        that is stopped in that turn would never know.
        """
        sent = self._walk.sent
        match meaning:
            case Accepted() if sent is not None:
                self._reported(sent)
            case StillOurs(applied=True) if sent is not None:
                self._reported(sent)
            case Ended():
                self._ended(meaning)
            case Began(execution):
                document = document_of(execution)
                self._walk.begin(self._asked_for or self._scenario, execution, document)
                self._face.begins(self._jobs, document)
            case _:
                return
        self._changed()

    # --- between executions -----------------------------------------------------------------------------------------

    async def _take_next(self) -> None:
        announced = self._jobs.next_known
        if announced is False:
            self._show(Activity.IDLE)
            await self._news()
            return
        if announced is None and self._waits_for_news:
            self._show(Activity.IDLE)
            self._waits_for_news = await self._news(self._settings.request_timeout_seconds)
            return
        self._waits_for_news = False
        scenario = self._scenario
        meaning = await self._ask_for_next(scenario)
        for seconds in ASK_ANEW_SECONDS if announced else ():
            if not isinstance(meaning, NothingPending):
                break
            await self._pause(seconds)
            meaning = await self._ask_for_next(scenario)
        match meaning:
            case Began() if self._counts_pending:
                self._counts_pending = False
                await self._line.ask(self._jobs.get_pending())
            case Refused(sentence=sentence):
                self._face.details = sentence
                self._jobs.next_known = False
            case _:
                pass  # taken in already, nothing pending, or no answer
        self._changed()

    async def _ask_for_next(self, scenario: Scenario) -> Answered | Silence:
        starts = self._walk.coming(scenario).starts_by is StartsBy.START_NEXT
        self._asked_for = scenario
        try:
            return await self._line.ask(self._jobs.start_next() if starts else self._jobs.describe_next())
        finally:
            self._asked_for = None

    # --- working ----------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        """Do the actions of the walk, one after the other, for as long as nothing else is to be seen to."""
        line, jobs, walk = self._line, self._jobs, self._walk
        while True:
            action = walk.action()
            if isinstance(action, Report) and walk.may_act():
                await self._report(action)
            elif isinstance(action, Wait):
                await self._wait(action)
            else:
                await self._hold(action)
            if line.is_stale or jobs.in_doubt or not jobs.is_working:
                return

    async def _hold(self, action: Action) -> None:
        """Do nothing until something happens: a step is to be granted, or the thing is silent."""
        if self._walk.may_act():
            self._show(Activity.IDLE if self._walk.is_left_waiting else Activity.SILENT)
        else:
            self._face.step = action.step
            self._show(Activity.WAITING_FOR_STEP)
        await self._news()

    async def _wait(self, action: Wait) -> None:
        """Let the time of a Wait pass, with or without a line. In manual mode whoever steps decides about time."""
        walk = self._walk
        if action.seconds > 0 and not walk.is_manual:
            self._face.step = action.step
            self._show(Activity.WORKING)
            now = self._clock.now()
            if walk.wait_until is None:
                walk.wait_until = now + action.seconds
            if walk.wait_until > now:
                await self._pause(walk.wait_until - now)
                return
        walk.done(action)

    async def _report(self, report: Report) -> None:
        walk, face = self._walk, self._face
        face.activity = Activity.WORKING
        walk.sent = report
        meaning = await self._line.ask(
            self._jobs.report(report.status, report.status_details, report.step_timeout_in_minutes)
        )
        match meaning:
            case VersionConflict(sentence=sentence):
                face.goes_on(self._jobs)
                if not walk.conflicted():
                    self._leave(report, sentence)
            case Refused(sentence=sentence):
                self._leave(report, sentence)
            case _:
                pass  # taken in already, or no answer: the next turn finds out what became of it
        if type(meaning) is not Accepted:  # of which `_on_answer` has told
            self._changed()

    def _reported(self, report: Report) -> None:
        self._face.reported(self._jobs, report)
        if report.status is JobStatus.IN_PROGRESS:
            self._walk.done(report)
        else:
            self._walk.finish()
            self._waits_for_news = True

    def _ended(self, end: Ended) -> None:
        self._face.ended(self._jobs, end)
        self._walk.finish()
        self._waits_for_news = True

    def _leave(self, report: Report, sentence: str) -> None:
        """Do without a report that the service will not take; of the last one it may be the details that are wrong."""
        self._face.details = sentence
        if report.status is JobStatus.IN_PROGRESS:
            self._walk.done(report)
        elif report.status_details:
            self._walk.order(replace(report, status_details={}))
        else:
            self._walk.order(FallSilent(report.step))

    # --- waiting ----------------------------------------------------------------------------------------------------

    async def _news(self, timeout_seconds: float | None = None) -> bool:
        """Wait until something happens that may change what is to be done; return False after so many real seconds."""
        loop = asyncio.get_running_loop()
        wakened: asyncio.Future[bool] = loop.create_future()
        self._wakened = wakened
        timer = None if timeout_seconds is None else loop.call_later(timeout_seconds, _resolve, wakened, False)
        try:
            return await wakened
        finally:
            self._wakened = None
            if timer is not None:
                timer.cancel()

    async def _pause(self, seconds: float) -> None:
        """Let simulated seconds pass, or fewer if something happens."""
        try:
            async with asyncio.timeout(None) as self._pausing:  # never by itself: `_wake` sets it off
                await self._clock.sleep(seconds)
        except TimeoutError:
            pass
        finally:
            self._pausing = None

    def _wake(self) -> None:
        if self._wakened is not None:
            _resolve(self._wakened, True)
        elif self._pausing is not None and not self._pausing.expired():
            self._pausing.reschedule(asyncio.get_running_loop().time())

    # --- telling ----------------------------------------------------------------------------------------------------

    def _on_news(self) -> None:
        self._changed()
        self._wake()

    def _show(self, activity: Activity) -> None:
        if self._face.activity is not activity:
            self._face.activity = activity
            self._changed()

    def _changed(self) -> None:
        self._face.changed = perf_counter()
        self._on_change(self)


def _resolve(future: asyncio.Future[bool], outcome: bool) -> None:
    if not future.done():
        future.set_result(outcome)
