"""The faults of one thing: carried out on the wire, counted by name, and told in the notes of its messages.

The walk (or a person) says which fault and when; here is how it looks on the line. Whatever is done here, the thing's
belief changes only by what the service answers to its questions, so that it ends where the service stands.
"""

import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Container, Mapping
from datetime import UTC, datetime
from time import perf_counter
from typing import Final

from simulator.clock import Clock
from simulator.feed import ExecutionFaults
from simulator.jobs import mistakes
from simulator.jobs.codec import encode
from simulator.jobs.device import DeviceJobs
from simulator.jobs.limits import STATUS_DETAILS_PAIRS
from simulator.jobs.mistakes import About, Message
from simulator.jobs.outgoing import Outgoing
from simulator.scenario.actions import Expected, Report
from simulator.scenario.faults import SENTENCES, Fault, FaultKind, FaultName
from simulator.thing_line import ThingLine, Trick
from simulator.thing_log import ThingLog
from simulator.thing_waiting import Waiting
from simulator.transport.base import Link, NotConnectedError

LOST_REPLY_SECONDS: Final = 1.0
"""Simulated seconds after which a thing asks again when its answer is lost on purpose."""

RIVAL_SECONDS: Final = 10.0
NOTICED_SECONDS: Final = 5.0
"""Real seconds: how long a second connection may take, and until the first one is told of it."""

EXECUTIONS_KEPT: Final = 64
WAITING_BY_HAND: Final = 16
CLOCK_DETAIL: Final = "clock"
"""A thing whose clock is wrong says in this status detail what time it thinks it is."""

_OFFSETS: Final = {Expected.SENT: 0, Expected.OMITTED: None, Expected.STALE: -1, Expected.AHEAD: 1}
_WRONG_VERSIONS: Final = ((FaultName.STALE_VERSION, Expected.STALE), (FaultName.VERSION_AHEAD, Expected.AHEAD))
_NO_FAULTS: Final[dict[str, int]] = {}


class ThingFaults:
    """Belongs to one thing. `counts` are since the thing was made, `current` those of its newest execution."""

    __slots__ = (
        "_carry_out", "_clock", "_jobs", "_key", "_line", "_log", "_on_next", "_past", "_updates_after_end", "_waiting",
        "alters_updates", "counts", "current", "ignores_cancel_until", "skew_seconds",
    )  # fmt: skip

    def __init__(self, jobs: DeviceJobs, line: ThingLine, log: ThingLog, clock: Clock, waiting: Waiting) -> None:
        self._jobs = jobs
        self._line = line
        self._log = log
        self._clock = clock
        self._waiting = waiting
        self._on_next: deque[Fault] = deque(maxlen=WAITING_BY_HAND)  # asked for by hand, for the next update
        self._past: deque[ExecutionFaults] = deque(maxlen=EXECUTIONS_KEPT)
        self._key = "", 0  # job id and number of the newest execution
        self._updates_after_end = 0
        self.counts: dict[str, int] = _NO_FAULTS
        self.current: dict[str, int] = _NO_FAULTS
        self.skew_seconds = 0.0
        self.ignores_cancel_until: float | None = None  # in simulated seconds
        self.alters_updates = False  # something is to be done to an update that its report does not say
        self._carry_out: Mapping[FaultName, Callable[[Fault], Awaitable[None]]] = {
            FaultName.DROP_LINE: self._drop_line,
            FaultName.REBOOT: self._reboot,
            FaultName.UPDATE_AFTER_END: self._update_after_end,
            FaultName.MALFORMED_JSON: self._say_wrongly,
            FaultName.WRONG_TOPIC: self._say_wrongly,
            FaultName.OVERSIZE_DETAILS: self._say_wrongly,
            FaultName.UNKNOWN_JOB: self._say_wrongly,
            FaultName.SECOND_CONNECTION: self._second_connection,
            FaultName.SUBSCRIBE_LATE: self._subscribe_late,
            FaultName.IGNORE_CANCEL: self._ignore_cancel,
            FaultName.CLOCK_SKEW: self._skew_clock,
            FaultName.SLOW_LINK: self._slow_link,
            FaultName.DOUBLE_NOTIFY: self._double_notify,
        }

    # --- counting ---------------------------------------------------------------------------------------------------

    def begins(self, job_id: str, execution_number: int) -> None:
        """Another execution has become the current one: its faults are counted anew."""
        if self.current:
            self._past.append(ExecutionFaults(*self._key, self.current))
            self.current = _NO_FAULTS
        self._key = job_id, execution_number

    def count(self, name: FaultName) -> None:
        """Count a fault that acts now."""
        if not self.counts:
            self.counts = {}
        if not self.current:
            self.current = {}
        self.counts[name] = self.counts.get(name, 0) + 1
        self.current[name] = self.current.get(name, 0) + 1

    def by_execution(self) -> list[ExecutionFaults]:
        """Return the faults of the newest executions that had any, oldest first."""
        newest = [ExecutionFaults(*self._key, dict(self.current))] if self.current else []
        return [*self._past, *newest]

    # --- faults of a moment, and conditions ---------------------------------------------------------------------------

    async def carry_out(self, fault: Fault) -> None:
        """Have a fault now; one that needs an update is had on the next one."""
        if not self.takes_on(fault):
            await self._carry_out[fault.name](fault)

    def takes_on(self, fault: Fault) -> bool:
        """Whether a fault is one of the next update; if it is, it waits for that."""
        if fault.kind is not FaultKind.UPDATE:
            return False
        self._on_next.append(fault)
        self.alters_updates = True
        return True

    def end_conditions(self) -> None:
        """The execution has ended, and with it what was to hold until then."""
        self.ignores_cancel_until = None
        if self.skew_seconds:
            self._set_clock(0.0)
        self._line.slow_down(0.0)

    async def _drop_line(self, fault: Fault) -> None:
        self._had(fault)
        self._line.cut(self._real(fault.seconds))

    async def _reboot(self, fault: Fault) -> None:
        """The line goes, then the memory; whoever asked for it waits until the line is back."""
        self._had(fault)
        self._line.cut(self._real(fault.seconds))
        self._jobs.forget()

    async def _say_wrongly(self, fault: Fault) -> None:
        make, is_answered = _MESSAGES[fault.name]
        await self._say(make(self.about()), fault.name, is_answered=is_answered)

    async def _second_connection(self, fault: Fault) -> None:
        self._had(fault)
        line = self._line
        with contextlib.suppress(NotConnectedError, TimeoutError):
            await line.rival(RIVAL_SECONDS)
        if line.link is Link.ONLINE and not line.is_stale:
            await self._waiting.news(NOTICED_SECONDS)
        line.restore()  # at once: the back-off is for rivals of whom one knows nothing

    async def _subscribe_late(self, fault: Fault) -> None:
        self._had(fault)
        line = self._line
        line.come_back_unsubscribed()
        while line.link is not Link.ONLINE:
            await self._waiting.news()
        await line.say(mistakes.ask_next(self.about()), fault.name, _note(fault), 0.0)
        await self._waiting.pass_by(fault.seconds)
        await line.subscribe()

    async def _double_notify(self, fault: Fault) -> None:
        self.count(fault.name)
        self._line.hear_again(fault.name, _note(fault))
        for _ in range(2):
            await self._line.say(mistakes.ask_next(self.about()), fault.name, _note(fault), self._line.patience)

    async def _update_after_end(self, fault: Fault) -> None:  # noqa: ARG002  it is always the same
        self._updates_after_end += 1

    async def _ignore_cancel(self, fault: Fault) -> None:
        """Remember it; it is counted when a cancel comes."""
        self.ignores_cancel_until = self._clock.now() + fault.seconds if fault.seconds > 0 else float("inf")

    async def _skew_clock(self, fault: Fault) -> None:
        self._had(fault)
        self._set_clock(fault.seconds)

    async def _slow_link(self, fault: Fault) -> None:
        self._had(fault)
        self._line.slow_down(self._real(fault.seconds))

    # --- after the end ------------------------------------------------------------------------------------------------

    @property
    def owes_update_after_end(self) -> bool:
        """Whether an update is to be sent for the execution, which has ended."""
        return self._updates_after_end > 0

    async def update_after_end(self) -> None:
        """Send it."""
        self._updates_after_end -= 1
        await self._say(mistakes.after_the_end(self.about()), FaultName.UPDATE_AFTER_END)

    def ignores_cancel(self) -> bool:
        """Whether the thing goes on although it was canceled; asked once when it is, and counted if so."""
        until = self.ignores_cancel_until
        if until is None or self._clock.now() > until:
            return False
        self.count(FaultName.IGNORE_CANCEL)
        return True

    async def report_in_vain(self, report: Report) -> None:
        """Send a report for an execution that was canceled, as if nobody had said so."""
        message = mistakes.after_the_end(self.about(), report.status, report.status_details)
        await self._line.say(message, FaultName.IGNORE_CANCEL, _NOTES[FaultName.IGNORE_CANCEL], self._line.patience)

    # --- faults of an update ------------------------------------------------------------------------------------------

    async def dress(self, report: Report, *, is_first: bool) -> tuple[Outgoing, Trick | None] | None:
        """Return what is asked for a report, and what is wrong with it; None if the time for it passed meanwhile.

        Faults are had the first time that a report is sent; when it is sent again it is as it should be.
        """
        faults = {fault.name: fault for fault in (*report.faults, *self._taken_on_next())} if is_first else {}
        if FaultName.LATE_UPDATE in faults:
            self.count(FaultName.LATE_UPDATE)
            await self._waiting.pass_by(faults[FaultName.LATE_UPDATE].seconds)
            if self._line.link is not Link.ONLINE or self._line.is_stale or not self._jobs.is_working:
                return None
        offset = self._offset(report, faults) if is_first else _plain(report)
        earlier = self._earlier() if FaultName.OUT_OF_ORDER in faults else None
        question = self._jobs.report(
            report.status,
            self._with_clock(report.status_details),
            report.step_timeout_in_minutes,
            version_offset=offset,
            with_number=report.execution_number,
            include_state=report.include_state,
            include_document=report.include_document,
        )
        return question, self._trick(faults, earlier)

    def foreseen(self, report: Report) -> tuple[int | None, list[FaultName]]:
        """Return how far off the version is that a report will expect (None: it names none), and its faults."""
        names = dict.fromkeys(fault.name for fault in (*report.faults, *self._on_next))
        expected = _expected(report, names)
        names |= dict.fromkeys(name for name, wrong in _WRONG_VERSIONS if wrong is expected)
        return _OFFSETS[expected], list(names)

    def _offset(self, report: Report, faults: dict[FaultName, Fault]) -> int | None:
        expected = _expected(report, faults)
        for name, wrong in _WRONG_VERSIONS:
            if expected is wrong:
                faults[name] = Fault(name)
                self.count(name)
        return _OFFSETS[expected]

    def _trick(self, faults: dict[FaultName, Fault], earlier: Message | None) -> Trick | None:
        if not faults:
            return None
        for name in (FaultName.LOSE_REPLY, FaultName.DUPLICATE_UPDATE, FaultName.OUT_OF_ORDER):
            if name in faults:
                self.count(name)
        lost = faults.get(FaultName.LOSE_REPLY)
        return Trick(
            note="; ".join(_NOTES[name] for name in faults),
            faults=",".join(faults),
            again=FaultName.DUPLICATE_UPDATE in faults,
            behind=earlier,
            deaf_seconds=None if lost is None else self._real(lost.seconds or LOST_REPLY_SECONDS),
        )

    def _earlier(self) -> Message:
        update = self._jobs.earlier_update()
        if update is None:
            return mistakes.before_it(self.about())
        self._jobs.note_copy(update)
        return Message(str(update.topic), encode(update.request))

    def _taken_on_next(self) -> list[Fault]:
        taken = list(self._on_next)
        self._on_next.clear()
        self.alters_updates = bool(self.skew_seconds)
        return taken

    def _with_clock(self, details: dict[str, str]) -> dict[str, str]:
        if not self.skew_seconds or len(details) >= STATUS_DETAILS_PAIRS:
            return details
        shown = datetime.fromtimestamp(self._clock.epoch() + self.skew_seconds, UTC)
        return {**details, CLOCK_DETAIL: shown.isoformat(timespec="seconds").replace("+00:00", "Z")}

    # --- helpers ------------------------------------------------------------------------------------------------------

    def about(self) -> About:
        """Return what messages are about: the current execution, or the newest one after it ended."""
        jobs = self._jobs
        execution = jobs.execution
        if execution is None:
            return About(jobs.thing_name, "", 0, 0, jobs.new_token())
        return About(jobs.thing_name, execution.job_id, execution.execution_number, jobs.version, jobs.new_token())

    async def _say(self, message: Message, name: FaultName, *, is_answered: bool = True) -> None:
        self.count(name)
        await self._line.say(message, name, _NOTES[name], self._line.patience if is_answered else 0.0)

    def _had(self, fault: Fault) -> None:
        """Count a fault that is no message, and tell of it with the next one."""
        self.count(fault.name)
        self._log.had(perf_counter(), fault.name, _note(fault))
        self._line.note_next = _note(fault)

    def _set_clock(self, skew_seconds: float) -> None:
        self.skew_seconds = skew_seconds
        self.alters_updates = bool(skew_seconds) or bool(self._on_next)
        self._jobs.token_prefix = f"{int((self._clock.epoch() + skew_seconds) * 1000):x}-"

    def _real(self, seconds: float) -> float:
        return seconds / self._clock.scale


def _expected(report: Report, faults: Container[FaultName]) -> Expected:
    return next((wrong for name, wrong in _WRONG_VERSIONS if name in faults), report.expected)


def _plain(report: Report) -> int | None:
    return None if report.expected is Expected.OMITTED else 0


def _note(fault: Fault) -> str:
    return _NOTES[fault.name] + (f" ({fault.seconds:g} s)" if fault.seconds else "")


_NOTES: Final[Mapping[FaultName, str]] = {name: f"fault {name}: the thing {text}" for name, text in SENTENCES.items()}

_MESSAGES: Final[Mapping[FaultName, tuple[Callable[[About], Message], bool]]] = {
    FaultName.MALFORMED_JSON: (mistakes.malformed_json, True),
    FaultName.WRONG_TOPIC: (mistakes.wrong_topic, False),  # a broker that is not AWS's says nothing to it
    FaultName.OVERSIZE_DETAILS: (mistakes.oversize_details, True),
    FaultName.UNKNOWN_JOB: (mistakes.unknown_job, True),
}
"""How each message is made, and whether an answer is sure to come."""
