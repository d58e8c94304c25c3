"""What the values of a scenario file have to agree on among themselves.

The rules read the plain values, not the checked model: a file with a misspelt key in one step still hears that the
progress of another goes backwards. Each rule passes over what has the wrong type; `model` speaks of that.
"""

import math
from collections.abc import Iterator
from typing import Final

from simulator.jobs import limits
from simulator.scenario.model import DEFAULT_DETAILS, REASON, SILENCE
from simulator.scenario.problems import Path

MAX_UPDATES: Final = 10_000  # in one walk
NEEDS_REPORT: Final = ("progress", "status_details", "step_timeout_minutes")
NEEDS_NO_MIX: Final = ("start", "status_details", "steps", "end")

Finding = tuple[Path, str, str]
"""Where, what is wrong, and how to mend it."""

Values = dict[str, object]


def findings(data: object) -> Iterator[Finding]:
    """Yield what is wrong between the values of a file."""
    if not isinstance(data, dict):
        return
    if _has(data, "mix"):
        for key in NEEDS_NO_MIX:
            if _has(data, key):
                yield (key,), "a mix has no behaviour of its own", "take this out, or take mix out"
        return
    steps = [(number, step) for number, step in enumerate(_list(data, "steps")) if isinstance(step, dict)]
    yield from _end(data)
    for number, step in steps:
        for path, what, mend in _step(step, data):
            yield ("steps", number, *path), what, mend
    yield from _rising(steps)
    yield from _not_too_many(steps)


def _end(data: Values) -> Iterator[Finding]:
    end = data.get("end")
    if end is None:
        yield ("end",), "is missing", "say how it ends: end: SUCCEEDED, FAILED, REJECTED or silence; or write a mix"
        return
    form = end if isinstance(end, dict) else {"status": end}
    if form.get("status") == SILENCE:
        for key in (REASON, "status_details"):
            if _has(form, key):
                yield ("end", key), "silence sends nothing", "take this out, or end with FAILED"
    if data.get("start") == "none":
        if form.get("status") != SILENCE:
            yield (
                ("end",),
                "start: none never sends an update",
                "write end: silence, or start: describe",
            )
        if _list(data, "steps"):
            yield (
                ("steps",),
                "start: none takes no step",
                "take the steps out, or write start: describe",
            )
    if _has(form, REASON):
        yield from _reason(form, data, ("end", REASON))


def _step(step: Values, data: Values) -> Iterator[Finding]:
    if step.get("report") is False:
        for key in NEEDS_REPORT:
            if _has(step, key):
                yield (key,), "a step with report: false sends nothing", "take this out, or take report: false out"
    chance = _number(step, "fail_chance")
    if _has(step, REASON) and not _has(step, "fail_chance"):
        yield (REASON,), "a reason without fail_chance is never told", "add fail_chance: 0.1, or take the reason out"
    elif chance:
        yield from _reason(step, data, (REASON,) if _has(step, REASON) else ("fail_chance",))
    progress = step.get("progress")
    if isinstance(progress, dict):
        first, last = _number(progress, "from"), _number(progress, "to")
        if first is not None and last is not None and last < first:
            what = f"progress goes back from {first:g} to {last:g}"
            yield ("progress", "to"), what, f"write {first:g} or more, or a smaller from"
    yield from _duration(step.get("duration"))


def _reason(form: Values, data: Values, path: Path) -> Iterator[Finding]:
    own, common = form.get("status_details"), data.get("status_details")
    if isinstance(own, dict) and REASON in own and _has(form, REASON):
        yield path, "the reason is written twice: here and in status_details", "keep one of the two"
    pairs = own if isinstance(own, dict) else common if isinstance(common, dict) else DEFAULT_DETAILS
    if len({*pairs, REASON}) > limits.STATUS_DETAILS_PAIRS >= len(pairs):
        what = f"with the reason there are {len(pairs) + 1} status details, and AWS takes {limits.STATUS_DETAILS_PAIRS}"
        yield path, what, "take one out of status_details"


def _duration(duration: object) -> Iterator[Finding]:
    if not isinstance(duration, dict):
        return
    match duration.get("between"):
        case [int() | float() as low, int() | float() as high] if low > high:
            yield ("duration", "between"), f"{low:g} is more than {high:g}", f"write [{high:g}, {low:g}]"
    mean, jitter = _number(duration, "mean"), _number(duration, "jitter")
    if mean is not None and jitter is not None and jitter > mean >= 0:
        what = f"a jitter of {jitter:g} around {mean:g} goes below 0 seconds"
        yield ("duration", "jitter"), what, f"write {mean:g} or less"


def _rising(steps: list[tuple[int, Values]]) -> Iterator[Finding]:
    """Progress goes on where the step before left off, or higher."""
    reached = 0.0
    for number, step in steps:
        progress = step.get("progress")
        if not isinstance(progress, dict):
            continue
        first, last = _number(progress, "from"), _number(progress, "to")
        if first is not None and first < reached:
            what = f"progress goes back: the step before ends at {reached:g}, this one begins at {first:g}"
            yield ("steps", number, "progress", "from"), what, f"write {reached:g} or more, or leave from out"
        elif first is None and last is not None and last < reached:
            what = f"progress goes back: the step before ends at {reached:g}, this one at {last:g}"
            yield ("steps", number, "progress", "to"), what, f"write {reached:g} or more"
        reached = max(reached, last or 0, first or 0)


def _not_too_many(steps: list[tuple[int, Values]]) -> Iterator[Finding]:
    updates = 1.0
    for number, step in steps:
        if step.get("report") is not False:
            updates += 1
        progress = step.get("progress")
        if isinstance(progress, dict):
            every = _number(progress, "every")
            longest = _longest(step.get("duration"))
            updates += max(1.0, longest / every) if every and every > 0 and math.isfinite(longest) else 1
        if updates > MAX_UPDATES:
            what = f"up to here a walk may send {updates:,.0f} updates, more than {MAX_UPDATES:,}"
            yield ("steps", number), what, "make every longer, or the durations shorter"
            return


def _longest(duration: object) -> float:
    """Return the most seconds a duration may take; 0 if it is none."""
    if isinstance(duration, dict):
        between = [bound for bound in _list(duration, "between") if _is_number(bound)]
        around = (_number(duration, "mean") or 0) + (_number(duration, "jitter") or 0)
        return max([around, *(float(str(bound)) for bound in between)])
    return float(str(duration)) if _is_number(duration) else 0


def _has(values: Values, key: str) -> bool:
    return values.get(key) is not None


def _list(values: Values, key: str) -> list[object]:
    value = values.get(key)
    return value if isinstance(value, list) else []


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(values: Values, key: str) -> float | None:
    value = values.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
