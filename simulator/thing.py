"""One virtual thing: a coroutine that takes jobs, walks each execution through its scenario, and recovers.

AWS's recommended flow (reference section 3.11): subscribe, ask for the next execution, work and report, wait for
notify-next or ask again. What an answer means is decided in `jobs.device`, what to do next in `scenario.walk`; here is
only the order of things. `run` is a loop of small turns, each of which looks at where the thing stands and does one
step, so that whatever happens meanwhile (a lost line, a cancellation, a click) is met at the next turn.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
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
from simulator.scenario.actions import Action, AskOperator, Expected, FallSilent, Misbehave, Report, Wait, Work
from simulator.scenario.faults import Fault, FaultName
from simulator.scenario.plan import Scenario, StartsBy
from simulator.thing_face import REASON, ThingFace
from simulator.thing_faults import ThingFaults
from simulator.thing_labour import Labour, Workshop
from simulator.thing_line import Silence, ThingLine, TransportFactory, Trick
from simulator.thing_log import ThingLog
from simulator.thing_manual import Leave, Manual
from simulator.thing_waiting import Waiting
from simulator.thing_walk import ThingWalk, document_of
from simulator.transport.base import Link

ASK_ANEW_SECONDS: Final = (1.0, 2.0, 4.0)
"""Simulated waits after an announced execution was not there yet: AWS's answers lag behind its notifications."""

ORDERS: Final = 32
"""Faults and updates by hand that may wait for their turn; of more the oldest are dropped."""

FORCED: Final = "forced by hand"
BY_HAND: Final = "by-hand"
"""What an update that a person sent is called where others are called by their fault."""


class Thing:
    """A virtual thing, stopped until `run` is awaited; `run` may be awaited again after it ended."""

    __slots__ = (
        "_asked_for", "_clock", "_counts_pending", "_face", "_faults", "_is_defying", "_is_down", "_jobs", "_labour",
        "_line", "_log", "_manual", "_on_change", "_orders", "_overridden", "_scenario", "_settings", "_spec",
        "_transport_factory", "_waiting", "_waits_for_news", "_walk", "_workshop",
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
        self._waiting = Waiting(clock)
        self._faults = ThingFaults(self._jobs, self._line, self._log, clock, self._waiting)
        self._walk = ThingWalk(spec)
        self._manual = Manual(self._walk)
        self._workshop = Workshop(spec, clock)
        self._labour: Labour | None = None  # real work under way
        self._orders: deque[Fault | UpdateByHand] = deque(maxlen=ORDERS)
        self._is_down = False  # rebooting: until the line is back nothing is done at all
        self._is_defying = False  # the execution was canceled, and the thing goes on as if it had not been
        self._asked_for: Scenario | None = None  # with this in mind the next execution is being asked for
        self._waits_for_news = False  # an execution has just ended: notify-next will tell what is next
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
            is_overridden=self._overridden,
            is_manual=self._manual.is_on,
            faults=self._faults,
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
        )

    def tell_events(self, events: ThingEvents) -> None:
        """Write every message and transition to an event log as well, from now on."""
        self._log.events = events

    def assign(self, scenario: Scenario, *, now: bool = False) -> None:
        """Take another scenario from the next execution on; one that was left QUEUED on purpose is the next one.

        With `now` the execution under way goes on with it too, from its next step on.
        """
        self._scenario = scenario
        self._overridden = True
        if self._jobs.is_working and self._walk.is_left_waiting:
            self._jobs.let_go()
        elif now and self._jobs.is_working:
            self._walk.turn_to(scenario)
        self._changed()
        self._waiting.wake()

    def set_manual(self, on: bool) -> None:
        """In manual mode the thing waits before each step until `act` lets it go on."""
        self._manual.turn(on)
        self._changed()
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
            self._changed()
            self._waiting.wake()

    def misbehave(self, fault: Fault) -> None:
        """Have a fault as soon as the line is up; one that needs an update is had on the next one."""
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
            self._order(FallSilent(step))
        else:
            said = " ".join(reason.split())[:STATUS_DETAILS_VALUE_CHARACTERS] or FORCED
            self._order(Report(status, {REASON: said}, step, self._face.progress))
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
        self._show(Activity.STARTING)
        try:
            await self._line.open(self._transport_factory)
            while True:
                await self._turn()
        finally:
            try:
                await self._stop_labour()
            finally:
                try:
                    await self._line.close()
                finally:
                    self._show(Activity.STOPPED)

    async def _turn(self) -> None:
        line, jobs = self._line, self._jobs
        is_online = line.link is Link.ONLINE
        if self._labour is not None and self._labour.is_in_vain(jobs.is_working, is_online, self._walk):
            await self._stop_labour()
        if self._is_down and not is_online:
            await self._waiting.news()
        elif is_online and line.is_stale:
            await self._catch_up()
        elif is_online and (jobs.in_doubt or jobs.is_unsure):
            await self._settle()
        elif is_online and self._orders:
            await self._obey(self._orders.popleft())
        elif jobs.is_working and (is_online or isinstance(self._walk.action(), Wait)):
            await self._work()
        elif self._is_defying:
            await self._defy()
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
        self._waits_for_news = False
        self._jobs.hear_anew()
        if not self._jobs.is_working:
            self._jobs.next_known = None
            self._is_down = False
            return
        version = self._jobs.version
        meaning = await self._line.ask(self._jobs.describe_next())
        if self._is_down and isinstance(meaning, StillOurs):
            self._walk.resume(self._jobs.status_details)
        self._goes_on(meaning, version)
        if not isinstance(meaning, Silence):
            self._is_down = False

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
        self._changed()

    # --- between executions -----------------------------------------------------------------------------------------

    async def _take_next(self) -> None:
        announced = self._jobs.next_known
        if announced is False:
            self._show(Activity.IDLE)
            await self._waiting.news()
            return
        if announced is None and self._waits_for_news:
            self._show(Activity.IDLE)
            self._waits_for_news = await self._waiting.news(self._settings.request_timeout_seconds)
            return
        self._waits_for_news = False
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
        line, jobs, walk, manual = self._line, self._jobs, self._walk, self._manual
        while True:
            action = walk.action()
            leave = manual.leave(action) if manual.is_on else Leave.GO
            if leave is Leave.HOLD:
                await self._hold(action)
            elif isinstance(action, Report):
                await self._report(action)
            elif isinstance(action, Wait):
                await self._wait(action, leave)
            elif isinstance(action, Misbehave):
                await self._misbehave(action)
            elif isinstance(action, Work):
                await self._labour_on(action)
            else:
                await self._rest(action)
            if line.is_stale or jobs.in_doubt or jobs.is_unsure or not jobs.is_working or self._orders:
                return

    async def _hold(self, action: Action) -> None:
        """Do nothing until a step is granted, or something else happens."""
        self._show(Activity.WAITING_FOR_STEP, action.step)
        await self._waiting.news()

    async def _rest(self, action: Action) -> None:
        """Do nothing any more: the thing is silent, or its end is an operator's to choose."""
        if isinstance(action, AskOperator):
            self._show(Activity.WAITING_FOR_STEP)
        else:
            self._show(Activity.IDLE if self._walk.is_left_waiting else Activity.SILENT)
        await self._waiting.news()

    async def _wait(self, action: Wait, leave: Leave) -> None:
        """Let the time of a Wait pass, with or without a line."""
        walk = self._walk
        if action.seconds > 0 and leave is Leave.GO:
            self._show(Activity.WORKING, action.step)
            now = self._clock.now()
            if walk.wait_until is None:
                walk.wait_until = now + action.seconds
            if walk.wait_until > now:
                await self._waiting.pause(walk.wait_until - now)
                return
        self._done(action)

    async def _report(self, report: Report) -> bool:
        """Send an update; return whether it is to be sent again, since it met another version."""
        walk, face = self._walk, self._face
        face.activity = Activity.WORKING
        trick: Trick | None = None
        if report.faults or report.expected is not Expected.SENT or self._faults.alters_updates:
            is_first, walk.sent = walk.sent is not report, report
            dressed = await self._faults.dress(report, is_first=is_first)
            if dressed is None:
                return True
            question, trick = dressed
        else:
            walk.sent = report
            question = self._jobs.report(
                report.status,
                report.status_details,
                report.step_timeout_in_minutes,
                with_number=report.execution_number,
                include_state=report.include_state,
                include_document=report.include_document,
            )
        meaning = await self._line.ask(question, trick)
        match meaning:
            case VersionConflict(sentence=sentence):
                face.goes_on(self._jobs)
                if walk.conflicted():
                    self._changed()
                    return True
                self._leave(report, sentence)
            case Refused(sentence=sentence):
                self._leave(report, sentence)
            case _:
                pass  # taken in already, or no answer: the next turn finds out what became of it
        if type(meaning) is not Accepted:  # of which `_on_answer` has told
            self._changed()
        return False

    def _reported(self, report: Report) -> None:
        self._face.reported(self._jobs, report)
        if report.status is JobStatus.IN_PROGRESS:
            self._done(report)
        else:
            self._over()

    def _done(self, action: Action) -> None:
        self._walk.done(action)
        if self._manual.is_on and self._walk.before is action:
            self._manual.done(action)

    def _order(self, action: Action) -> None:
        """Do this, and drop the rest of the walk."""
        self._walk.order(action)
        self._manual.order(action)

    def _ended(self, end: Ended) -> None:
        self._face.ended(self._jobs, end)
        if end.status is JobStatus.CANCELED and self._faults.ignores_cancel():
            self._is_defying = True
        else:
            self._over()

    def _over(self) -> None:
        """The execution has ended: keep nothing of it but what is shown, and what is owed."""
        self._walk.finish()
        self._faults.end_conditions()
        self._manual.begins()
        self._is_defying = False
        self._waits_for_news = True

    def _leave(self, report: Report, sentence: str) -> None:
        """Do without a report that the service will not take; of the last one it may be the details that are wrong."""
        self._face.details = sentence
        if report.status is JobStatus.IN_PROGRESS:
            self._done(report)
        elif report.status_details:
            self._order(replace(report, status_details={}))
        else:
            self._order(FallSilent(report.step))

    async def _labour_on(self, work: Work) -> None:
        """Do real work and tell how far it is; what came of it decides how the walk goes on."""
        labour = self._labour
        if labour is None:
            execution = self._jobs.current
            labour = self._labour = self._workshop.begin(work, execution, document_of(execution), self._waiting.wake)
        self._show(Activity.WORKING, work.step)
        report = labour.due()
        if report is not None:
            if not await self._report(report):
                labour.told()
        elif not labour.is_over:
            await self._waiting.news(labour.patience)
        else:
            self._labour = None
            self._workshop.forget()
            if labour.failure:
                self._order(work.failure(labour.failure))
            else:
                self._done(work)

    async def _stop_labour(self) -> None:
        labour, self._labour = self._labour, None
        if labour is not None:
            await labour.stop()
            if not self._jobs.is_working:
                self._workshop.forget()

    # --- misbehaving ------------------------------------------------------------------------------------------------

    async def _misbehave(self, action: Misbehave) -> None:
        fault = action.fault
        self._done(action)
        if fault.name is FaultName.REBOOT:
            self._walk.rebooted()
        await self._have(fault)

    async def _have(self, fault: Fault) -> None:
        if fault.name is FaultName.REBOOT:
            self._is_down = True
            await self._stop_labour()
        await self._faults.carry_out(fault)
        if fault.name is FaultName.REBOOT:
            self._show(Activity.STARTING)
        self._changed()

    async def _obey(self, order: Fault | UpdateByHand) -> None:
        """Do what a person asked for."""
        if isinstance(order, Fault):
            await self._have(order)
            return
        message = mistakes.by_hand(self._faults.about(), order)
        await self._line.say(message, BY_HAND, "an update by hand", self._line.patience)
        self._jobs.is_unsure = self._jobs.status is not None
        self._changed()

    async def _defy(self) -> None:
        """Go on as if the execution had not been canceled; every report is refused, and nothing is believed of it."""
        action = self._walk.action()
        if isinstance(action, Wait):
            await self._wait(action, Leave.GO)
            return
        if self._line.link is not Link.ONLINE:
            await self._waiting.news()
            return
        if isinstance(action, Report):
            await self._faults.report_in_vain(action)
        elif isinstance(action, Misbehave):
            await self._have(action.fault)
        if isinstance(action, FallSilent | AskOperator) or (
            isinstance(action, Report) and action.status is not JobStatus.IN_PROGRESS
        ):
            self._over()
        else:
            self._walk.done(action)

    # --- telling ----------------------------------------------------------------------------------------------------

    def _next_update(self) -> NextUpdate | None:
        """Return what the thing will send next, if it goes on by its walk."""
        report = self._walk.next_report()
        if report is None:
            return None
        about = self._faults.about()
        message = mistakes.by_hand(
            about,
            UpdateByHand(
                status=report.status,
                status_details=report.status_details,
                expected_version=about.version,
                execution_number=about.execution_number if report.execution_number else None,
                step_timeout_in_minutes=report.step_timeout_in_minutes,
            ),
        )
        return NextUpdate(step=report.step, progress=report.progress, topic=message.topic, payload=message.payload)

    def _on_news(self) -> None:
        self._changed()
        self._waiting.wake()

    def _show(self, activity: Activity, step: str | None = None) -> None:
        face = self._face
        if face.activity is not activity or step not in (None, face.step):
            face.activity = activity
            if step is not None:
                face.step = step
            self._changed()

    def _changed(self) -> None:
        self._face.changed = perf_counter()
        self._on_change(self)
