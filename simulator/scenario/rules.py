"""What the values of a scenario file have to agree on among themselves.

The rules read the plain values, not the checked model: a file with a misspelt key in one step still hears that the
progress of another goes backwards. Each rule passes over what has the wrong type; `model` speaks of that.
"""

import math
from collections.abc import Iterator
from typing import Final

from simulator.scenario import rules_parts as parts
from simulator.scenario.model_steps import KINDS_OF_STEP, MAX_TIMES
from simulator.scenario.rules_parts import MAX_UPDATES as MAX_UPDATES
from simulator.scenario.rules_parts import Finding as Finding
from simulator.scenario.rules_parts import Values, has, is_number, list_of, longest, number_of

NEEDS_NO_MIX: Final = ("start", "status_details", "steps", "end", "faults", "on_cancel", *parts.FORM)
MAX_DEPTH: Final = 4  # of lists of steps within each other
TOO_DEEP: Final = "steps within steps within steps: that is too deep"


def findings(data: object) -> Iterator[Finding]:
    """Yield what is wrong between the values of a file."""
    if not isinstance(data, dict):
        return
    if has(data, "mix"):
        for key in NEEDS_NO_MIX:
            if has(data, key):
                yield (key,), "a mix has no behaviour of its own", "take this out, or take mix out"
        return
    if data.get("end") is None:
        mend = f"say how it ends: end: {', '.join(parts.ENDS[:-1])} or {parts.ENDS[-1]}; or write a mix"
        yield ("end",), "is missing", mend
    else:
        yield from parts.end(data["end"], data, ("end",))
    yield from _start(data)
    yield from parts.rates(data)
    yield from _steps(list_of(data, "steps"), data, ("steps",), 0.0, 1)
    yield from _not_too_many(list_of(data, "steps"))
    yield from _told_to_nobody(data)


def _start(data: Values) -> Iterator[Finding]:
    if data.get("start") != "none":
        return
    end = data.get("end")
    form = end if isinstance(end, dict) else {"status": end}
    if end is not None and form.get("status") != "silence":
        yield ("end",), "start: none never sends an update", "write end: silence, or start: describe"
    for key, what in (("steps", "takes no step"), ("faults", "has no faults"), ("on_cancel", "hears of no cancel")):
        if has(data, key) and data[key] not in ([], {}):
            yield (key,), f"start: none {what}", f"take {key} out, or write start: describe"


def _steps(
    steps: list[object], data: Values, path: tuple[str | int, ...], reached: float, depth: int
) -> Iterator[Finding]:
    """Yield what is wrong in a list of steps; its progress goes on where the step before left off, or higher."""
    for number, step in enumerate(steps):
        if not isinstance(step, dict):
            continue
        place = (*path, number)
        kinds = [kind for kind in KINDS_OF_STEP if kind in step]
        if len(kinds) > 1:
            what = f"{kinds[0]} and {kinds[1]} stand in one step"
            yield place, what, 'make two steps of them, each with its own "- "'
            continue
        for inner, what, mend in parts.step(step, data, kinds[0] if kinds else ""):
            yield (*place, *inner), what, mend
        if kinds and kinds[0] in ("choose", "repeat") and depth >= MAX_DEPTH:
            mend = f"stay within {MAX_DEPTH} levels; put the inner steps in a file of their own and include it"
            yield place, TOO_DEEP, mend
        elif kinds == ["repeat"]:
            yield from _steps(list_of(step, "steps"), data, (*place, "steps"), reached, depth + 1)
        elif kinds == ["choose"]:
            yield from _branches(list_of(step, "choose"), data, (*place, "choose"), reached, depth)
        else:
            yield from parts.rising(step, place, reached)
            reached = max(reached, parts.reaches(step))
        if number + 1 < len(steps) and kinds == ["include"] and step.get("with_end") is True:
            mend = "take with_end out, or move the include to the end of the list"
            yield (*place, "with_end"), "what stands behind an include with its end is never reached", mend


def _branches(
    branches: list[object], data: Values, path: tuple[str | int, ...], reached: float, depth: int
) -> Iterator[Finding]:
    for number, branch in enumerate(branches):
        if not isinstance(branch, dict):
            continue
        place = (*path, number)
        if has(branch, "when") and has(branch, "weight"):
            mend = "take one of the two out; a weight is for branches that chance chooses between"
            yield (*place, "weight"), "a branch with when is taken when it holds, not by a weight", mend
        yield from parts.when(branch.get("when"), (*place, "when"))
        if has(branch, "end"):
            yield from parts.end(branch["end"], data, (*place, "end"))
        yield from _steps(list_of(branch, "steps"), data, (*place, "steps"), reached, depth + 1)


def _not_too_many(steps: list[object]) -> Iterator[Finding]:
    updates = 1.0
    for number, step in enumerate(steps):
        updates += _updates(step, 1)
        if updates > MAX_UPDATES:
            what = f"up to here a walk may send {updates:,.0f} updates, more than {MAX_UPDATES:,}"
            yield ("steps", number), what, "make every longer, or the durations shorter"
            return


def _updates(step: object, depth: int) -> float:
    """Return the most updates of one step as far as this file tells; includes are counted when they are found."""
    if not isinstance(step, dict) or depth > MAX_DEPTH:
        return 0
    times = number_of(step, "repeat")
    if times is not None:
        once = sum(_updates(inner, depth + 1) for inner in list_of(step, "steps"))
        return once * min(max(times, 0), MAX_TIMES)
    if "choose" in step:
        branches = [branch for branch in list_of(step, "choose") if isinstance(branch, dict)]
        sums = (sum(_updates(inner, depth + 1) for inner in list_of(branch, "steps")) for branch in branches)
        return max(sums, default=0)
    if any(kind in step for kind in ("fault", "include")):
        return 0
    updates = 1.0 if step.get("report") is not False else 0.0
    progress = step.get("progress")
    if isinstance(progress, dict) and step.get("report") is not False:
        every, most = number_of(progress, "every"), longest(step.get("duration"))
        updates += max(1.0, most / every) if every and every > 0 and math.isfinite(most) else 1
    return updates


def _told_to_nobody(data: Values) -> Iterator[Finding]:
    """A fault that acts on the next update, where none follows."""
    steps, end = list_of(data, "steps"), data.get("end")
    status = end.get("status") if isinstance(end, dict) else end
    if status not in ("silence", "hang", "manual"):
        return
    for number in range(len(steps) - 1, -1, -1):
        step = steps[number]
        if not isinstance(step, dict) or not is_fault(step):
            return
        if step["fault"] in parts.ON_UPDATES:
            what = f"{step['fault']} acts on the next update, and none follows"
            yield ("steps", number, "fault"), what, "put it before the step whose update it is for"


def is_fault(step: Values) -> bool:
    """Whether a step is a fault."""
    return isinstance(step.get("fault"), str)


__all__ = ("MAX_UPDATES", "Finding", "findings", "is_number")
