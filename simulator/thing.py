"""One virtual thing: a coroutine that takes jobs, walks each execution through its scenario, and recovers.

AWS's recommended flow (reference section 3.11): subscribe, ask for the next execution, work and report, wait for
notify-next or ask again. What an answer means is decided in `jobs.device`, what to do next in `scenario.walk`; here is
only the order of things. `run` is a loop of small turns, each of which looks at where the thing stands and does one
step, so that whatever happens meanwhile (a lost line, a cancellation, a click) is met at the next turn.
"""

import functools
import math
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from simulator.clock import Clock
from simulator.event_log import ThingEvents
from simulator.feed import Activity, NextUpdate, ThingDetail, ThingSnapshot
from simulator.fleet import FleetSettings, StepAction, ThingSpec
from simulator.jobs import mistakes
from simulator.jobs.device import DeviceJobs
from simulator.jobs.limits import STATUS_DETAILS_VALUE_CHARACTERS
from simulator.jobs.meanings import (
    Accepted,
    Answered,
    Began,
    Confirmed,
    Ended,
    NothingPending,
    Refused,
    StillOurs,
    Vanished,
    VersionConflict,
)
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.jobs.transitions import DEVICE_ENDS
from simulator.scenario.actions import FallSilent, Report, Wait
from simulator.scenario.faults import Fault
from simulator.scenario.plan import Scenario, StartsBy
from simulator.thing_face import REASON, ThingFace
from simulator.thing_faults import ThingFaults
from simulator.thing_labour import Workshop
from simulator.thing_line import Silence, ThingLine, TransportFactory
from simulator.thing_log import ThingLog
from simulator.thing_manual import Manual
from simulator.thing_waiting import Waiting
from simulator.thing_walk import ThingWalk, document_of
from simulator.thing_work import ThingWork
from simulator.transport.base import Link

ASK_ANEW_SECONDS: Final = (1.0, 2.0, 4.0)
"""Simulated waits after an announced execution was not there yet: AWS's answers lag behind its notifications."""

ORDERS: Final = 32
"""Faults and updates by hand that may wait for their turn; of more the oldest are dropped."""

FORCED: Final = "forced by hand"


class Thing:
    """A virtual thing, stopped until `run` is awaited; `run` may be awaited again after it ended."""

    __slots__ = (
        "_asked_for", "_counts_pending", "_face", "_faults", "_jobs", "_line", "_log", "_manual", "_orders",
        "_own_scenario", "_scenario", "_settings", "_spec", "_transport_factory", "_waiting", "_walk", "_work",
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
        self._own_scenario = scenario.name
        self._transport_factory = transport_factory
        self._settings = settings
        self._jobs = DeviceJobs(spec.name, token_prefix=f"{int(clock.epoch() * 1000):x}-")
        self._log = ThingLog(settings.log_entries)
        self._face = ThingFace(spec, self._log, functools.partial(on_change, self))
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
        self._waiting = Waiting(clock)
        self._faults = ThingFaults(self._jobs, self._line, self._log, clock, self._waiting)
        self._walk = ThingWalk(spec)
        self._manual = Manual(self._walk)
        self._work = ThingWork(
            self._jobs,
            self._line,
            self._walk,
            self._face,
            self._faults,
            self._manual,
            self._waiting,
            clock,
            Workshop(spec, clock, settings.credentials.ca),
        )
        self._orders: deque[Fault | UpdateByHand] = deque(maxlen=ORDERS)
        self._asked_for: Scenario | None = None  # with this in mind the next execution is being asked for
        self._counts_pending = True  # the line came up: the number of pending executions is to be asked for

    # --- what others ask of a thing ---------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._spec.name

    def snapshot(self) -> ThingSnapshot:
        """Return what the table shows."""
        return self._face.snapshot(
            self._jobs,
            self._line,
            self._scenario.name,
            is_overridden=self._scenario.name != self._own_scenario,
            is_manual=self._manual.is_on,
            faults=self._faults,
            attempt=self._walk.attempt,
        )

    def newest_end(self) -> tuple[str, int] | None:
        """Return job id and number of the newest execution if it has ended; asked at every change, so it is quick."""
        jobs = self._jobs
        if jobs.is_working or jobs.status is None or jobs.execution is None or not jobs.status.is_terminal:
            return None
        return jobs.execution.job_id, jobs.execution.execution_number

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
            faults=self._faults.by_execution(),
            next_update=self._next_update() if self._manual.is_on and self._jobs.is_working else None,
            outline=self._walk.outline(),
        )

    def tell_events(self, events: ThingEvents) -> None:
        """Write every message and transition to an event log as well, from now on."""
        self._log.events = events

    def assign(self, scenario: Scenario, *, now: bool = False) -> None:
        """Take another scenario from the next execution on; one that was left QUEUED on purpose is the next one.

        With `now` the execution under way goes on with it too, from its next step on.
        """
        self._scenario = scenario
        if self._jobs.is_working and self._walk.is_left_waiting:
            self._jobs.let_go()
        elif now and self._jobs.is_working:
            self._walk.turn_to(scenario)
        self._face.tell()
        self._waiting.wake()

    def set_manual(self, on: bool) -> None:
        """In manual mode the thing waits before each step until `act` lets it go on."""
        self._manual.turn(on)
        self._face.tell()
        self._waiting.wake()

    def act(self, action: StepAction) -> None:
        """Go on in manual mode. Without an execution under way this does nothing."""
        if self._manual.is_on and self._jobs.is_working:
            match action:
                case StepAction.STEP:
                    self._manual.step()
                case StepAction.UPDATE:
                    self._manual.update()
                case StepAction.REPEAT:
                    self._manual.repeat()
                case StepAction.SKIP:
                    self._manual.skip()
            self._face.tell()
            self._waiting.wake()

    def misbehave(self, fault: Fault) -> None:
        """Have a fault as soon as the line is up; one that needs an update is had on the next one."""
        if not self._faults.takes_on(fault):
            self._orders.append(fault)
            self._waiting.wake()

    def send(self, update: UpdateByHand) -> None:
        """Send an update as it is, as soon as the line is up. What it did is then asked of the service."""
        self._orders.append(update)
        self._waiting.wake()

    def force(self, status: JobStatus | None, reason: str = "") -> None:
        """End the execution under way with `status`, or fall silent if it is None; drop the rest of the walk.

        Without an execution under way, or with a status that is not a thing's to set, this does nothing.
        """
        if not self._jobs.is_working or (status is not None and status not in DEVICE_ENDS):
            return
        step = self._face.step
        if status is None:
            self._work.order(FallSilent(step))
        else:
            said = " ".join(reason.split())[:STATUS_DETAILS_VALUE_CHARACTERS] or FORCED
            self._work.order(Report(status, {REASON: said}, step, self._face.progress))
        self._waiting.wake()

    def cut_line(self) -> None:
        """Lose the line without a goodbye and stay away until `restore_line`."""
        self._line.cut(math.inf)

    def restore_line(self) -> None:
        """Come back now."""
        self._line.restore()

    # --- living -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Take jobs until cancelled, then say goodbye. An execution under way stays as the service has it."""
        self._face.show(Activity.STARTING)
        try:
            await self._line.open(self._transport_factory)
            while True:
                await self._turn()
        finally:
            try:
                await self._work.stop_labour()
            finally:
                try:
                    await self._line.close()
                finally:
                    self._face.show(Activity.STOPPED)

    async def _turn(self) -> None:
        line, jobs = self._line, self._jobs
        is_online = line.link is Link.ONLINE
        await self._work.stop_vain_labour()
        if self._work.is_down and not is_online:
            await self._waiting.news()
        elif is_online and line.is_stale:
            await self._catch_up()
        elif is_online and (jobs.in_doubt or jobs.is_unsure):
            await self._settle()
        elif is_online and self._orders:
            await self._work.obey(self._orders.popleft())
        elif jobs.is_working and (is_online or isinstance(self._walk.action(), Wait)):
            await self._work.go_on(self._orders)
        elif self._work.is_defying:
            await self._work.defy()
        elif not is_online:
            await self._waiting.news()
        elif self._faults.owes_update_after_end and jobs.status is not None:
            await self._faults.update_after_end()
        else:
            await self._take_next()

    async def _catch_up(self) -> None:
        """The line is back: nothing that happened meanwhile was heard, so ask where the thing stands."""
        self._line.is_stale = False
        self._counts_pending = True
        self._work.has_just_ended = False
        self._jobs.hear_anew()
        if not self._jobs.is_working:
            self._jobs.next_known = None
            self._work.is_down = False
            return
        version = self._jobs.version
        meaning = await self._line.ask(self._jobs.describe_next())
        if self._work.is_down and isinstance(meaning, StillOurs):
            self._walk.resume(self._jobs.status_details)
        self._goes_on(meaning, version)
        if not isinstance(meaning, Silence):
            self._work.is_down = False

    def _goes_on(self, meaning: Answered | Silence, version: int) -> None:
        """Note that the execution stands elsewhere than at `version`, if the service said so."""
        is_news = isinstance(meaning, StillOurs) and not meaning.applied and self._jobs.version != version
        if is_news or isinstance(meaning, VersionConflict):
            self._face.goes_on(self._jobs)

    async def _settle(self) -> None:
        """Find out what became of an execution that is said to be gone, or which version it has."""
        jobs, line = self._jobs, self._line
        version = jobs.version
        if jobs.is_working:
            meaning = await line.ask(jobs.verify())
            if isinstance(meaning, Vanished):
                meaning = await line.ask(jobs.probe())
        else:
            meaning = await line.ask(jobs.probe())
        self._goes_on(meaning, version)
        if not isinstance(meaning, Silence):
            jobs.is_unsure = False  # it was asked; what was not told will not be told
        self._face.tell()

    def _on_answer(self, meaning: Answered) -> None:
        """Take in what changes where the thing stands, in the moment the answer comes.

        Waiting until whoever asked goes on would leave a turn in which `_jobs` knows more than the rest, and a thing
        that is stopped in that turn would never know.
        """
        sent = self._walk.sent
        match meaning:
            case Accepted() if sent is not None:
                self._work.reported(sent)
            case StillOurs(applied=True) if sent is not None:
                self._work.reported(sent)
            case Ended():
                self._work.ended(meaning)
            case Confirmed():
                self._face.goes_on(self._jobs)
            case Began(execution):
                document = document_of(execution)
                self._walk.begin(self._asked_for or self._scenario, execution, document)
                self._faults.begins(execution.job_id, execution.execution_number)
                self._manual.begins()
                self._face.begins(self._jobs, document)
            case _:
                return
        self._face.tell()

    # --- between executions -----------------------------------------------------------------------------------------

    async def _take_next(self) -> None:
        announced = self._jobs.next_known
        if announced is False:
            self._face.show(Activity.IDLE)
            await self._waiting.news()
            return
        if announced is None and self._work.has_just_ended:
            self._face.show(Activity.IDLE)
            self._work.has_just_ended = await self._waiting.news(self._settings.request_timeout_seconds)
            return
        self._work.has_just_ended = False
        scenario = self._scenario
        meaning = await self._ask_for_next(scenario)
        for seconds in ASK_ANEW_SECONDS if announced else ():
            if not isinstance(meaning, NothingPending):
                break
            await self._waiting.pause(seconds)
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
        self._face.tell()

    async def _ask_for_next(self, scenario: Scenario) -> Answered | Silence:
        starts = self._walk.coming(scenario).starts_by is StartsBy.START_NEXT
        self._asked_for = scenario
        try:
            return await self._line.ask(self._jobs.start_next() if starts else self._jobs.describe_next())
        finally:
            self._asked_for = None

    # --- telling ----------------------------------------------------------------------------------------------------

    def _next_update(self) -> NextUpdate | None:
        """Return what the thing will send next, if it goes on by its walk."""
        report = self._walk.next_report()
        if report is None:
            return None
        about = self._faults.about()
        offset, faults = (0, []) if report is self._walk.sent else self._faults.foreseen(report)
        message = mistakes.by_hand(
            about,
            UpdateByHand(
                status=report.status,
                status_details=report.status_details,
                expected_version=None if offset is None else about.version + offset,
                execution_number=about.execution_number if report.execution_number else None,
                step_timeout_in_minutes=report.step_timeout_in_minutes,
                include_job_execution_state=report.include_state or None,
                include_job_document=report.include_document or None,
            ),
        )
        return NextUpdate(
            step=report.step,
            progress=report.progress,
            topic=message.topic,
            payload=message.payload,
            faults=tuple(faults),
        )

    def _on_news(self) -> None:
        self._face.tell()
        self._waiting.wake()
