"""A thing at work on an execution: each action of its walk carried out, and what a person orders meanwhile.

It decides nothing: the walk says what is to be done, the answers say what became of it.
"""

from collections.abc import Sized
from dataclasses import replace
from typing import Final

from simulator.clock import Clock
from simulator.feed import Activity
from simulator.jobs import mistakes
from simulator.jobs.device import DeviceJobs
from simulator.jobs.meanings import Accepted, Ended, Refused, VersionConflict
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.scenario.actions import Action, AskOperator, Expected, FallSilent, Misbehave, Report, Wait, Work
from simulator.scenario.faults import Fault, FaultName
from simulator.thing_face import ThingFace
from simulator.thing_faults import ThingFaults
from simulator.thing_labour import Labour, Workshop
from simulator.thing_line import ThingLine, Trick
from simulator.thing_manual import Leave, Manual
from simulator.thing_waiting import Waiting
from simulator.thing_walk import ThingWalk, document_of
from simulator.transport.base import Link

BY_HAND: Final = "by-hand"
"""What an update that a person sent is called where others are called by their fault."""


class ThingWork:
    """Belongs to one thing, which asks it to go on whenever the line is up and nothing else is to be seen to."""

    __slots__ = (
        "_clock", "_face", "_faults", "_jobs", "_labour", "_line", "_manual", "_waiting", "_walk", "_workshop",
        "has_just_ended", "is_defying", "is_down",
    )  # fmt: skip

    def __init__(
        self,
        jobs: DeviceJobs,
        line: ThingLine,
        walk: ThingWalk,
        face: ThingFace,
        faults: ThingFaults,
        manual: Manual,
        waiting: Waiting,
        clock: Clock,
        workshop: Workshop,
    ) -> None:
        self._jobs = jobs
        self._line = line
        self._walk = walk
        self._face = face
        self._faults = faults
        self._manual = manual
        self._waiting = waiting
        self._clock = clock
        self._workshop = workshop
        self._labour: Labour | None = None  # real work under way
        self.has_just_ended = False  # an execution has: notify-next will tell what is next
        self.is_down = False  # rebooting: until the line is back nothing is done at all
        self.is_defying = False  # the execution was canceled, and the thing goes on as if it had not been

    async def go_on(self, orders: Sized) -> None:
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
            if line.is_stale or jobs.in_doubt or jobs.is_unsure or not jobs.is_working or orders:
                return

    async def _hold(self, action: Action) -> None:
        """Do nothing until a step is granted, or something else happens."""
        self._face.show(Activity.WAITING_FOR_STEP, action.step)
        await self._waiting.news()

    async def _rest(self, action: Action) -> None:
        """Do nothing any more: the thing is silent, or its end is an operator's to choose."""
        if isinstance(action, AskOperator):
            self._face.show(Activity.WAITING_FOR_STEP)
        else:
            self._face.show(Activity.IDLE if self._walk.is_left_waiting else Activity.SILENT)
        await self._waiting.news()

    async def _wait(self, action: Wait, leave: Leave) -> None:
        """Let the time of a Wait pass, with or without a line."""
        walk = self._walk
        if action.seconds > 0 and leave is Leave.GO:
            self._face.show(Activity.WORKING, action.step)
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
                    self._face.tell()
                    return True
                self._leave(report, sentence)
            case Refused(sentence=sentence):
                self._leave(report, sentence)
            case _:
                pass  # taken in already, or no answer: the next turn finds out what became of it
        if type(meaning) is not Accepted:  # of which `_on_answer` has told
            self._face.tell()
        return False

    def reported(self, report: Report) -> None:
        self._face.reported(self._jobs, report)
        if report.status is JobStatus.IN_PROGRESS:
            self._done(report)
        else:
            self._over()

    def _done(self, action: Action) -> None:
        self._walk.done(action)
        if self._manual.is_on and self._walk.before is action:
            self._manual.done(action)

    def order(self, action: Action) -> None:
        """Do this, and drop the rest of the walk."""
        self._walk.order(action)
        self._manual.order(action)

    def ended(self, end: Ended) -> None:
        self._face.ended(self._jobs, end)
        if end.status is JobStatus.CANCELED and self._faults.ignores_cancel():
            self.is_defying = True
        else:
            self._over()

    def _over(self) -> None:
        """The execution has ended: keep nothing of it but what is shown, and what is owed."""
        self._walk.finish()
        self._faults.end_conditions()
        self._manual.begins()
        self.is_defying = False
        self.has_just_ended = True

    def _leave(self, report: Report, sentence: str) -> None:
        """Do without a report that the service will not take; of the last one it may be the details that are wrong."""
        self._face.details = sentence
        if report.status is JobStatus.IN_PROGRESS:
            self._done(report)
        elif report.status_details:
            self.order(replace(report, status_details={}))
        else:
            self.order(FallSilent(report.step))

    async def _labour_on(self, work: Work) -> None:
        """Do real work and tell how far it is; what came of it decides how the walk goes on."""
        labour = self._labour
        if labour is None:
            execution = self._jobs.current
            labour = self._labour = self._workshop.begin(work, execution, document_of(execution), self._waiting.wake)
        self._face.show(Activity.WORKING, work.step)
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
                self.order(work.failure(labour.failure))
            else:
                self._done(work)

    async def stop_vain_labour(self) -> None:
        """Stop real work for which nobody waits any more, or which needs a network that is not there."""
        labour = self._labour
        if labour is not None and labour.is_in_vain(self._jobs.is_working, self._line.link is Link.ONLINE, self._walk):
            await self.stop_labour()

    async def stop_labour(self) -> None:
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
            self.is_down = True
            await self.stop_labour()
        await self._faults.carry_out(fault)
        if fault.name is FaultName.REBOOT:
            self._face.show(Activity.STARTING)
        self._face.tell()

    async def obey(self, order: Fault | UpdateByHand) -> None:
        """Do what a person asked for."""
        if isinstance(order, Fault):
            await self._have(order)
            return
        message = mistakes.by_hand(self._faults.about(), order)
        await self._line.say(message, BY_HAND, "an update by hand", self._line.patience)
        self._jobs.is_unsure = self._jobs.status is not None
        self._face.tell()

    async def defy(self) -> None:
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
