"""What a scenario would do, before any thing has it: one pass as points in time, many passes as outcomes. Pure.

The passes are walks as things walk them, in virtual time and without a network: each answer comes at once and is an
accepted one, real work is done as soon as it begins, and faults cost the seconds that they keep a thing away.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from simulator.jobs.model import JobStatus
from simulator.scenario.actions import AskOperator, FallSilent, Misbehave, Report, Wait, Work
from simulator.scenario.context import WalkContext
from simulator.scenario.faults import FaultName
from simulator.scenario.outlook import AWAY
from simulator.scenario.plan import Scenario, StartsBy
from simulator.scenario.resume import resume_at
from simulator.scenario.task import REASON
from simulator.scenario.walk import choose, faults_for, random_for, seed_for, walk

MINUTE: Final = 60.0
DECIMALS: Final = 1  # of a share in percent
MOST_REBOOTS: Final = 100  # of one pass; a scenario whose every update reboots it would go on for ever
MOST_ACTIONS: Final = 100_000  # of one pass, those after reboots too: a second of reckoning at most
OUTCOMES: Final = (
    JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.TIMED_OUT, JobStatus.REJECTED, JobStatus.IN_PROGRESS,
    JobStatus.QUEUED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """The execution after a change: `at` simulated seconds since the thing took it, `progress` in percent."""

    at: float
    status: JobStatus
    version: int
    step: str = ""
    progress: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One execution, walked. `status` is how it is left.

    `seconds` is None where the scenario alone does not tell when it ends: it waits for a timeout of the job's, for the
    operator, or for ever.
    """

    scenario: str  # the one that was walked: of a mix, the one chosen
    status: JobStatus
    seconds: float | None
    points: tuple[Point, ...]
    has_work: bool = False  # real work was taken as done at once


@dataclass(frozen=True, slots=True)
class Share:
    """One outcome: in how many passes, and in how many percent of them."""

    status: JobStatus
    passes: int
    percent: float


@dataclass(slots=True)
class Outcomes:
    """Many passes, summed up. `seconds` are of those that end by themselves."""

    passes: int = 0
    ends: dict[JobStatus, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def add(self, walked: Pass) -> None:
        """Count one more."""
        self.passes += 1
        self.ends[walked.status] = self.ends.get(walked.status, 0) + 1
        if walked.seconds is not None:
            self.seconds.append(walked.seconds)

    def shares(self) -> list[Share]:
        """Return the outcomes there are; their percents have one decimal and add up to exactly 100."""
        there = [status for status in OUTCOMES if self.ends.get(status)]
        percents = hundred([self.ends[status] for status in there])
        return [Share(status, self.ends[status], part) for status, part in zip(there, percents, strict=True)]

    def percentile(self, percent: float) -> float | None:
        """Return the simulated seconds within which `percent` of the passes that end by themselves have ended."""
        if not self.seconds:
            return None
        ordered = sorted(self.seconds)
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def hundred(counts: Sequence[int]) -> list[float]:
    """Return each count in percent of their sum, rounded so that the sum of what is shown is 100.0."""
    total, whole = sum(counts), 100 * 10**DECIMALS
    if not total:
        return [0.0 for _ in counts]
    exact = [count * whole / total for count in counts]
    parts = [int(share) for share in exact]
    by_rest = sorted(range(len(counts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_rest[: whole - sum(parts)]:
        parts[place] += 1
    return [part / 10**DECIMALS for part in parts]


def passes(
    scenario: Scenario, run_seed: int, document: Mapping[str, object], *, prefix: str = "thing-"
) -> Iterator[Pass]:
    """Yield one pass after the other without end: those of thing 1, 2, 3 and so on of a run with this seed."""
    number = 0
    while True:
        number += 1
        name = f"{prefix}{number:05}"
        context = WalkContext(thing_name=name, job_id="preview", document=document, index=number)
        yield one_pass(scenario, context, seed_for(run_seed, name), with_points=False)


def one_pass(scenario: Scenario, context: WalkContext, thing_seed: int, *, with_points: bool = True) -> Pass:
    """Return what becomes of one execution of the thing with this seed; without points it takes less time."""
    return _Walker(scenario, context, thing_seed, with_points).walked()


class _Walker:
    """The service's and the thing's side of one execution, as far as a scenario tells them."""

    def __init__(self, scenario: Scenario, context: WalkContext, thing_seed: int, with_points: bool) -> None:
        self._scenario, self._context, self._seed = scenario, context, thing_seed
        self._with_points = with_points
        self._points: list[Point] = []
        self._now, self._version, self._status = 0.0, 0, JobStatus.QUEUED
        self._deadline: float | None = None
        self._step, self._progress = "", 0
        self._has_work = False

    def walked(self) -> Pass:
        random = random_for(self._seed, self._context.attempt)
        chosen = choose(self._scenario, self._context, random)
        self._become(JobStatus.QUEUED)
        if chosen.starts_by is StartsBy.NONE:
            return self._left(chosen, None)
        if chosen.starts_by is StartsBy.START_NEXT:
            self._become(JobStatus.IN_PROGRESS)
        return self._carried_out(chosen, random)

    def _carried_out(self, chosen: Scenario, random: Random) -> Pass:
        faults = faults_for(self._seed, self._context.attempt)
        actions = walk(chosen, self._context, random, faults)
        stored: Mapping[str, str] = {}
        reboots = done = 0
        while True:
            action = next(actions)
            done += 1
            match action:
                case Wait():
                    self._now += action.seconds
                case Report():
                    self._now += sum(fault.seconds for fault in action.faults if fault.name in AWAY)
                    if not self._is_late():
                        self._take(action)
                        stored = action.status_details
                        if action.status.is_terminal:
                            return self._left(chosen, self._now)
                case Misbehave() if action.fault.name in AWAY:
                    self._now += max(0.0, action.fault.seconds)
                case Work():
                    self._has_work = True
                case FallSilent():
                    return self._fallen_silent(chosen, hangs=action.hangs)
                case AskOperator():
                    return self._left(chosen, None)
            if self._is_late():
                return self._timed_out(chosen)
            if isinstance(action, Misbehave) and action.fault.name is FaultName.REBOOT:
                reboots += 1
                if reboots > MOST_REBOOTS or done > MOST_ACTIONS:
                    return self._left(chosen, None)
                again = random_for(self._seed, self._context.attempt)
                chosen = choose(self._scenario, self._context, again)
                faults = faults_for(self._seed, self._context.attempt)
                actions = walk(chosen, self._context, again, faults, resume_at(chosen, stored, reboots))

    def _take(self, report: Report) -> None:
        """An update was accepted."""
        minutes = report.step_timeout_in_minutes
        if minutes is not None:
            self._deadline = self._now + minutes * MINUTE if minutes > 0 else None
        self._step, self._progress = report.step, report.progress
        reason = report.status_details.get(REASON, "") if report.status.is_terminal else ""
        self._become(report.status, reason)

    def _become(self, status: JobStatus, reason: str = "") -> None:
        self._status, self._version = status, self._version + 1
        if self._with_points:
            self._points.append(Point(self._now, status, self._version, self._step, self._progress, reason))

    def _is_late(self) -> bool:
        return self._deadline is not None and self._now >= self._deadline and self._status is JobStatus.IN_PROGRESS

    def _timed_out(self, chosen: Scenario) -> Pass:
        """The step timer ran out while the walk went on."""
        assert self._deadline is not None
        self._now = self._deadline
        self._become(JobStatus.TIMED_OUT)
        return self._left(chosen, self._now)

    def _fallen_silent(self, chosen: Scenario, *, hangs: bool) -> Pass:
        if self._status is not JobStatus.IN_PROGRESS:
            return self._left(chosen, None)
        if self._deadline is not None:
            return self._timed_out(chosen)
        if hangs:
            return self._left(chosen, None)
        return replace(self._left(chosen, None), status=JobStatus.TIMED_OUT)  # when, the job's own timeout decides

    def _left(self, chosen: Scenario, seconds: float | None) -> Pass:
        return Pass(
            scenario=chosen.name,
            status=self._status,
            seconds=seconds,
            points=tuple(self._points),
            has_work=self._has_work,
        )
