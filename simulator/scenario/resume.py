"""Take a walk up again: after a reboot where the service says the execution is, or with another scenario midway. Pure.

The walk is walked from its beginning with the chance it had at first, and what lies before the place is left out. So a
reboot changes nothing in what is drawn, and the same seed is taken up at the same place with the same rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from simulator.scenario.actions import Action, Misbehave, Report
from simulator.scenario.faults import FaultKind, FaultName
from simulator.scenario.plan import Choice, Include, Item, Repeat, Scenario, Step

if TYPE_CHECKING:  # `walk` is the caller
    from simulator.scenario.walk import Course

STEP: Final = "step"
PERCENTS: Final = ("progress", "percent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Where a walk is taken up again.

    `step` is the name of the step to begin with ("": the first), `percent` what progress must not fall below, `reboots`
    how many the execution has had so far: they do not happen again. `after` begins behind that step instead. `anew` is
    for a thing that was made anew: the conditions that held before are told again.
    """

    step: str = ""
    percent: int = 0
    reboots: int = 0
    after: bool = False
    anew: bool = False


def resume_at(scenario: Scenario, stored: Mapping[str, str], reboots: int, *, after: bool = False) -> Resume:
    """Return where to go on by the status details that the service has stored.

    The step is the detail `step`, or any other detail that is a step's name; the percent is `progress` or `percent`.
    `after` is for a scenario that takes over from another: go on behind the step of this name, if it has one.
    """
    names = step_names(scenario)
    candidates = (stored.get(STEP, ""), *stored.values())
    step = next((each for each in candidates if each in names), "")
    return Resume(step=step, percent=_percent(stored), reboots=reboots, after=after)


def _percent(stored: Mapping[str, str]) -> int:
    for key in PERCENTS:
        text = stored.get(key, "").removesuffix("%").strip()
        if text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= 100:
            return int(text)
    return 0


def step_names(scenario: Scenario) -> frozenset[str]:
    """Return the names of all steps that a walk may come to, those of its choices and includes too."""
    names: set[str] = set()
    seen: set[int] = set()
    waiting: list[Scenario | Item] = [scenario]
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        match part:
            case Step():
                names.add(part.name)
            case Choice():
                for branch in part.branches:
                    waiting.extend(branch.steps)
            case Repeat():
                waiting.extend(part.steps)
            case Include():
                waiting.append(part.scenario)
            case Scenario():
                waiting.extend(part.steps)
                waiting.extend(member for member, _ in part.mix)
            case _:
                pass
    return frozenset(names)


def resumed(actions: Iterator[Action], course: "Course", resume: Resume) -> Iterator[Action]:
    """Yield what is left of `actions` at the place of `resume`; all of them if that place never comes.

    The place is the last beginning of the step before the newest reboot: what repeats a step is not begun anew.
    """
    if resume.reboots:
        before, has_rebooted = _until_reboot(actions, course, resume)
        yield from _from_there(before)
        if not has_rebooted:
            return
    elif resume.step:
        before, is_there = _until_step(actions, course, resume)
        if not is_there:
            yield from before
            return
        if resume.anew:
            yield from filter(_is_condition, before[:-1])
        yield from _from_there(before[-1:])
    yield from actions


def _is_condition(action: Action) -> bool:
    return isinstance(action, Misbehave) and action.fault.kind is FaultKind.CONDITION


def _from_there(actions: list[Action]) -> Iterator[Action]:
    """Yield the actions; the first one stands for none that lies before the place."""
    for number, action in enumerate(actions):
        yield replace(action, instead_of=None) if number == 0 and isinstance(action, Report) else action


def _until_reboot(actions: Iterator[Action], course: "Course", resume: Resume) -> tuple[list[Action], bool]:
    """Return what is to be done again up to the newest reboot, and whether it was found."""
    kept: list[Action] = []
    reboots, begun, place, first = 0, 0, 0, None
    for action in actions:
        if isinstance(action, Misbehave) and action.fault.name is FaultName.REBOOT and reboots < resume.reboots:
            reboots += 1
            if reboots == resume.reboots:
                return kept[place:], True
            continue
        if course.begun != begun:
            begun = course.begun
            if resume.step and course.name == resume.step:
                place = len(kept)
                first = place if first is None else first
        kept.append(action)
    return kept[first or 0 :], False


def _until_step(actions: Iterator[Action], course: "Course", resume: Resume) -> tuple[list[Action], bool]:
    """Return all up to the first action of the step (or behind it), and whether it was found."""
    before: list[Action] = []
    reached = 0
    for action in actions:
        before.append(action)
        if not reached and course.name == resume.step:
            reached = course.begun
        if reached and (not resume.after or course.begun != reached):
            return before, True
    return before, False
