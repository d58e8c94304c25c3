"""Walk a scenario: from values and a seeded chance to the actions that a thing's shell carries out. Pure."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Final

from simulator.jobs.model import JobStatus
from simulator.scenario.actions import Action as Action
from simulator.scenario.actions import AskOperator as AskOperator
from simulator.scenario.actions import FallSilent as FallSilent
from simulator.scenario.actions import Misbehave as Misbehave
from simulator.scenario.actions import Report as Report
from simulator.scenario.actions import Wait as Wait
from simulator.scenario.actions import Work as Work
from simulator.scenario.conditions import all_hold
from simulator.scenario.context import WalkContext as WalkContext
from simulator.scenario.faults import Fault, FaultKind
from simulator.scenario.plan import (
    PLAIN,
    Branch,
    Choice,
    End,
    Ending,
    FaultStep,
    Form,
    Include,
    Item,
    Rate,
    Repeat,
    Scenario,
    Step,
)
from simulator.scenario.resume import Resume as Resume
from simulator.scenario.resume import resumed
from simulator.scenario.task import REASON, lacking, work_of

COMPLETE: Final = 100
_ROUNDING: Final = 1e-9  # 90 * 0.7 / 2.1 is a hair less than 30
_AT_ONCE: Final = 1e-6  # seconds; 3 * 0.7 is a hair less than 2.1, and is not to send an update of its own


def seed_for(run_seed: int, thing_name: str) -> int:
    """Return a thing's own seed, the same on every platform; 0 to 2**53 - 1, which JSON readers keep exactly."""
    return _digest(f"{run_seed}/{thing_name}") >> 11


def random_for(thing_seed: int, attempt: int) -> Random:
    """Return the chance of a thing's `attempt`-th execution: what went before, or when, changes nothing in it."""
    return Random(_digest(f"{thing_seed}#{attempt}"))


def faults_for(thing_seed: int, attempt: int) -> Random:
    """Return the chance of the faults of a thing's `attempt`-th execution: they never shift what else is drawn."""
    return Random(_digest(f"{thing_seed}#{attempt}/faults"))


def chance_of(run_seed: int, thing_name: str) -> float:
    """Return a thing's own number from 0 to below 1, for the one choice made before it walks: its scenario."""
    return (_digest(f"{run_seed}/{thing_name}/scenario") >> 11) / 2**53


def choose(scenario: Scenario, context: WalkContext, random: Random) -> Scenario:  # noqa: ARG001  as `walk` asks it
    """Return the scenario to walk: a mix is resolved by its weights (mixes of mixes too), any other is itself."""
    while scenario.mix:
        members = [member for member, _ in scenario.mix]
        scenario = random.choices(members, weights=[weight for _, weight in scenario.mix])[0]
    return scenario


def walk(
    scenario: Scenario,
    context: WalkContext,
    random: Random,
    faults: Random | None = None,
    resume: Resume | None = None,
) -> Iterator[Action]:
    """Yield what to do, one after another; the last is a terminal Report, FallSilent or AskOperator, and no other is.

    Begins with the execution IN_PROGRESS or QUEUED, as `scenario.starts_by` says. Progress never goes down. `faults` is
    `faults_for` of the same seed and attempt; without it, faults by rates come from the thing's name and attempt alone.
    `resume` takes the walk up again where `resume_at` says; give it `random` and `faults` as they were at first.

    Raises:
        ValueError: `scenario` is a mix; give it to `choose` first.
    """
    if scenario.mix:
        raise ValueError(f"{scenario.name} is a mix: choose one of it first")
    if faults is None and (scenario.update_rates or scenario.execution_rates or scenario.outlook.has_faults):
        faults = Random(_digest(f"{context.thing_name}#{context.attempt}/faults"))
    course = Course(context, random, faults or random, resume.percent if resume else 0)
    actions = course.actions(scenario)
    return actions if resume is None else resumed(actions, course, resume)


_Owed = tuple[Report, Form, tuple[Rate, ...]]  # an update that was not sent yet, and how it would be


class Course:
    """A walk under way: where it is, and the chance it draws from."""

    __slots__ = ("_context", "_faults", "_is_over", "_owed", "_pending", "_percent", "_random", "begun", "name")

    def __init__(self, context: WalkContext, random: Random, faults: Random, percent: int) -> None:
        self._context = context
        self._random = random
        self._faults = faults
        self._percent = percent
        self._pending: list[Fault] = []  # of kind UPDATE, for the next update
        self._owed: _Owed | None = None  # the last update of the step before, unless another follows at once
        self._is_over = False
        self.name = ""  # of the step under way
        self.begun = 0  # steps so far; the end counts as one

    def actions(self, scenario: Scenario) -> Iterator[Action]:
        """Yield the actions of a scenario that is no mix, from its beginning to its end."""
        yield from self._conditions(scenario)
        rates = scenario.update_rates
        end: End | None = scenario.end
        items = iter(scenario.steps)
        outer: list[tuple[Iterator[Item], End | None, tuple[Rate, ...]]] = []
        while True:
            item = next(items, None)
            if item is None:
                if end is not None:
                    yield from self._end(end, rates)
                    return
                items, end, rates = outer.pop()
                continue
            if type(item) is Step:  # by far the most of them
                self.name = item.name
                self.begun += 1
                yield from self._step(item, rates)
                if self._is_over:
                    return
                continue
            match item:
                case FaultStep():
                    yield from self._fault(item)
                case Choice():
                    branch = self._branch(item)
                    if branch is not None:
                        outer.append((items, end, rates))
                        items, end = iter(branch.steps), branch.end
                case Repeat():
                    outer.append((items, end, rates))
                    items, end = iter(item.steps * item.times), None
                case Include():
                    outer.append((items, end, rates))
                    inner = choose(item.scenario, self._context, self._random)
                    yield from self._conditions(inner)
                    items, end = iter(inner.steps), inner.end if item.with_end else None
                    rates += inner.update_rates

    def _branch(self, choice: Choice) -> Branch | None:
        """Return the first branch whose condition holds, else one of those without, else None."""
        for branch in choice.branches:
            if branch.condition is not None and all_hold(branch.condition, self._context):
                return branch
        others = [branch for branch in choice.branches if branch.condition is None]
        if len(others) > 1:
            return self._random.choices(others, weights=[branch.weight for branch in others])[0]
        return others[0] if others else None

    # --- steps and ends ---------------------------------------------------------------------------------------------

    def _step(self, step: Step, rates: tuple[Rate, ...]) -> Iterator[Action]:
        """Yield the waits and updates of a step, up to its end or to the moment it fails."""
        name, progress = step.name, step.progress
        seconds = end = step.duration.draw(self._random) if step.task is None else 0.0
        failure = step.failure
        if failure is not None:
            if self._random.random() < failure.chance:
                end = seconds * self._random.random()
            else:
                failure = None
        if step.reports:
            first = percent = self._percent
            if progress is not None and progress.first is not None and progress.first > first:
                first = percent = self._percent = progress.first
            last = first if progress is None or progress.last < first else progress.last
            bound = step.details.bind(self._context)
            plain = step.form is PLAIN and not rates
            in_progress = JobStatus.IN_PROGRESS
            report = Report(in_progress, bound.render(first), name, first, step.step_timeout_in_minutes)
            if plain and not self._pending and self._owed is None:
                yield report
            else:
                yield from self._sent(report, step.form, rates)
            passed = 0.0
            if step.task is not None:
                if reason := lacking(step.task, self._context):
                    self._is_over = True
                    details = {**bound.render(first), REASON: reason}
                    yield from self._sent(Report(JobStatus.FAILED, details, name, first), step.form, rates)
                    return
                yield work_of(step.task, step, first, last, self._context)
            elif progress is not None and progress.every is not None:
                rise, every, ticks = last - first, progress.every, 1
                while (at := ticks * every) < end - _AT_ONCE:
                    yield Wait(at - passed, name)
                    percent = self._percent = first + int(rise * at / seconds + _ROUNDING)
                    report = Report(in_progress, bound.render(percent), name, percent)
                    if plain:
                        yield report
                    else:
                        yield from self._sent(report, step.form, rates)
                    passed, ticks = at, ticks + 1
            if end > passed:
                yield Wait(end - passed, name)
            if progress is not None and failure is None:
                self._percent = last
                self._owed = Report(in_progress, bound.render(last), name, last), step.form, rates
                if step.tells_its_end:
                    yield from self._settled()
        elif end > 0:
            yield from self._settled()
            yield Wait(end, name)
        if failure is not None:
            self._is_over = True
            details = failure.details.bind(self._context).render(self._percent)
            yield from self._sent(Report(JobStatus.FAILED, details, name, self._percent), step.form, rates)

    def _end(self, end: End, rates: tuple[Rate, ...]) -> Iterator[Action]:
        self.begun += 1
        status = end.status
        if status is None:
            is_manual = end.ending is Ending.MANUAL
            yield from self._settled()
            yield AskOperator(self.name) if is_manual else FallSilent(self.name, end.ending is Ending.HANG)
            return
        percent = COMPLETE if status is JobStatus.SUCCEEDED else self._percent
        report = Report(status, end.details.bind(self._context, self.name).render(percent), self.name, percent)
        yield from self._sent(report, end.form, rates)

    # --- faults -----------------------------------------------------------------------------------------------------

    def _fault(self, step: FaultStep) -> Iterator[Action]:
        fault = Fault(step.fault, step.seconds.draw(self._faults))
        if fault.kind is FaultKind.UPDATE:
            self._pending.append(fault)
        else:
            yield from self._settled()
            yield Misbehave(fault, self.name)

    def _conditions(self, scenario: Scenario) -> Iterator[Action]:
        """Yield the conditions that hold for this execution by their rates."""
        for rate in scenario.execution_rates:
            if self._faults.random() < rate.rate:
                yield Misbehave(Fault(rate.fault, rate.seconds.draw(self._faults)), self.name)

    def _settled(self) -> Iterator[Action]:
        """Yield the last update of the step before, if it is owed: what comes now is written, and is no update."""
        if self._owed is not None:
            (report, form, rates), self._owed = self._owed, None
            pending, self._pending = self._pending, []  # for the update after it
            yield from self._sent(report, form, rates)
            self._pending = pending

    def _sent(self, report: Report, form: Form, rates: tuple[Rate, ...]) -> Iterator[Action]:
        """Yield an update in its form, with the faults that befall it, after those that come just before it.

        What is owed of the step before is left out: it is the same moment. Chance has no say in that, so that a walk
        with faults by chance sends what it sends without them.
        """
        befall = tuple(self._pending)
        self._pending.clear()
        for rate in rates:
            if self._faults.random() < rate.rate:
                fault = Fault(rate.fault, rate.seconds.draw(self._faults))
                if fault.kind is FaultKind.UPDATE:
                    befall += (fault,)
                else:
                    yield Misbehave(fault, self.name)
        if form is not PLAIN or befall:
            report = replace(_formed(report, form), faults=befall)
        if self._owed is not None:
            report, self._owed = replace(report, instead_of=_formed(*self._owed[:2])), None
        yield report


def _formed(report: Report, form: Form) -> Report:
    if form is PLAIN:
        return report
    return replace(
        report,
        expected=form.expected,
        include_state=form.include_state,
        include_document=form.include_document,
        execution_number=form.execution_number,
    )


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
