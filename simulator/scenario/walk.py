"""Walk a scenario: from values and a seeded chance to the actions that a thing's shell carries out. Pure."""

import hashlib
from collections.abc import Iterator
from random import Random
from typing import Final

from simulator.jobs.model import JobStatus
from simulator.scenario.actions import Action as Action
from simulator.scenario.actions import FallSilent as FallSilent
from simulator.scenario.actions import Report as Report
from simulator.scenario.actions import Wait as Wait
from simulator.scenario.context import WalkContext as WalkContext
from simulator.scenario.plan import Scenario, Step

COMPLETE: Final = 100
_ROUNDING: Final = 1e-9  # 90 * 0.7 / 2.1 is a hair less than 30
_AT_ONCE: Final = 1e-6  # seconds; 3 * 0.7 is a hair less than 2.1, and is not to send an update of its own


def seed_for(run_seed: int, thing_name: str) -> int:
    """Return a thing's own seed, the same on every platform; 0 to 2**53 - 1, which JSON readers keep exactly."""
    return _digest(f"{run_seed}/{thing_name}") >> 11


def random_for(thing_seed: int, attempt: int) -> Random:
    """Return the chance of a thing's `attempt`-th execution: what went before, or when, changes nothing in it."""
    return Random(_digest(f"{thing_seed}#{attempt}"))


def chance_of(run_seed: int, thing_name: str) -> float:
    """Return a thing's own number from 0 to below 1, for the one choice made before it walks: its scenario."""
    return (_digest(f"{run_seed}/{thing_name}/scenario") >> 11) / 2**53


def choose(scenario: Scenario, context: WalkContext, random: Random) -> Scenario:  # noqa: ARG001  branches will ask it
    """Return the scenario to walk: a mix is resolved by its weights (mixes of mixes too), any other is itself."""
    while scenario.mix:
        members = [member for member, _ in scenario.mix]
        scenario = random.choices(members, weights=[weight for _, weight in scenario.mix])[0]
    return scenario


def walk(scenario: Scenario, context: WalkContext, random: Random) -> Iterator[Action]:
    """Yield what to do, one action after the other; the last one is a terminal Report or FallSilent, and no other is.

    Begins with the execution IN_PROGRESS or QUEUED, as `scenario.starts_by` says. Progress never goes down.

    Raises:
        ValueError: `scenario` is a mix; give it to `choose` first.
    """
    if scenario.mix:
        raise ValueError(f"{scenario.name} is a mix: choose one of it first")
    percent, name = 0, ""
    for step in scenario.steps:
        name = step.name
        seconds = step.duration.draw(random)
        fails_after = _failing_moment(step, seconds, random)
        course = _course(step, percent, seconds, fails_after, context)
        for action in course:
            if type(action) is Report:
                percent = action.progress
            yield action
        if step.failure is not None and fails_after is not None:
            yield Report(JobStatus.FAILED, step.failure.details.bind(context).render(percent), name, percent)
            return
    status = scenario.end.status
    if status is None:
        yield FallSilent(name)
        return
    if status is JobStatus.SUCCEEDED:
        percent = COMPLETE
    yield Report(status, scenario.end.details.bind(context).render(percent), name, percent)


def _failing_moment(step: Step, seconds: float, random: Random) -> float | None:
    """Return after how many seconds the step fails, or None if it does not."""
    if step.failure is None or random.random() >= step.failure.chance:
        return None
    return seconds * random.random()


def _course(
    step: Step, percent: int, seconds: float, fails_after: float | None, context: WalkContext
) -> Iterator[Action]:
    """Yield the waits and IN_PROGRESS updates of a step, up to its end or to the moment it fails."""
    end = seconds if fails_after is None else fails_after
    name, progress = step.name, step.progress
    if not step.reports:
        if end > 0:
            yield Wait(end, name)
        return
    details = step.details.bind(context)
    first = percent if progress is None or progress.first is None else progress.first
    yield Report(JobStatus.IN_PROGRESS, details.render(first), name, first, step.step_timeout_in_minutes)
    passed = 0.0
    if progress is not None and progress.every is not None:
        rise, every, ticks = progress.last - first, progress.every, 1
        while (at := ticks * every) < end - _AT_ONCE:
            yield Wait(at - passed, name)
            at_percent = first + int(rise * at / seconds + _ROUNDING)
            yield Report(JobStatus.IN_PROGRESS, details.render(at_percent), name, at_percent)
            passed, ticks = at, ticks + 1
    if end > passed:
        yield Wait(end - passed, name)
    if progress is not None and fails_after is None:
        yield Report(JobStatus.IN_PROGRESS, details.render(progress.last), name, progress.last)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
