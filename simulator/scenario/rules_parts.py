"""The rules of the parts of a scenario file: a step, an end, a duration, a fault, a condition."""

import importlib.metadata
from collections.abc import Iterator, Mapping
from typing import Final

from simulator.jobs import limits
from simulator.scenario import template
from simulator.scenario.conditions import NUMBERS
from simulator.scenario.faults import KINDS, SECONDS, FaultKind, FaultName
from simulator.scenario.model_steps import ENDS as ENDS
from simulator.scenario.model_values import DEFAULT_DETAILS, REASON
from simulator.scenario.problems import Path, shown

MAX_UPDATES: Final = 10_000  # in one walk
FORM: Final = ("expected_version", "include_job_execution_state", "include_job_document", "execution_number")
NEEDS_REPORT: Final = ("progress", "status_details", "step_timeout_minutes", *FORM)
SENDS_NOTHING: Final = {
    "silence": "silence sends nothing",
    "hang": "a thing that hangs sends nothing",
    "manual": "the operator says how it ends, and why",
}
ON_UPDATES: Final = frozenset(name.value for name, kind in KINDS.items() if kind is FaultKind.UPDATE)
STEPS_GROUP: Final = "thing_simulator.steps"
"""The entry point group in which packages name their custom steps."""

Finding = tuple[Path, str, str]
"""Where, what is wrong, and how to mend it."""

Values = dict[str, object]


# --- steps ----------------------------------------------------------------------------------------------------------


def step(values: Values, data: Values, kind: str) -> Iterator[Finding]:
    """Yield what is wrong in a step of a `kind` ("" for plain work); steps inside it are not looked at."""
    match kind:
        case "fault":
            yield from _length_of_fault(values.get("fault"), values.get("seconds"), ("seconds",))
        case "custom":
            yield from _custom(values.get("custom"))
            yield from _room_for_reason(values, data, ("custom",))
        case "download":
            yield from _room_for_reason(values, data, ("download",))
            yield from _download(values.get("download"))
        case "":
            yield from _plain(values, data)
    if kind in ("", "download", "custom"):
        progress = values.get("progress")
        if isinstance(progress, dict):
            first, last = number_of(progress, "from"), number_of(progress, "to")
            if first is not None and last is not None and last < first:
                what = f"progress goes back from {first:g} to {last:g}"
                yield ("progress", "to"), what, f"write {first:g} or more, or a smaller from"


def _plain(values: Values, data: Values) -> Iterator[Finding]:
    if values.get("report") is False:
        for key in NEEDS_REPORT:
            if has(values, key):
                yield (key,), "a step with report: false sends nothing", "take this out, or take report: false out"
    chance = number_of(values, "fail_chance")
    if has(values, REASON) and not has(values, "fail_chance"):
        yield (REASON,), "a reason without fail_chance is never told", "add fail_chance: 0.1, or take the reason out"
    elif chance:
        yield from _reason(values, data, (REASON,) if has(values, REASON) else ("fail_chance",))
    yield from duration(values.get("duration"), ("duration",))


def _download(values: object) -> Iterator[Finding]:
    if not isinstance(values, dict):
        return
    url, sha256 = values.get("url"), values.get("sha256")
    if isinstance(url, str) and url and not url.startswith(("http://", "https://", "{")):
        yield ("download", "url"), f'"{url[:40]}" is no http or https address', 'write "{document.url}", or https://…'
    if isinstance(sha256, str) and sha256 and "{" not in sha256:
        digits = len(sha256) == 64 and all(digit in "0123456789abcdefABCDEF" for digit in sha256)
        if not digits:
            mend = 'write 64 hexadecimal digits, or "{document.sha256}"'
            yield ("download", "sha256"), f'"{sha256[:40]}" is no SHA-256', mend


def _custom(name: object) -> Iterator[Finding]:
    if not isinstance(name, str) or not name:
        return
    known = custom_steps()
    if name not in known:
        near = template.nearest(name, sorted(known))
        listed = f"there are {', '.join(sorted(known))}" if known else "none is installed"
        mend = f"did you mean {near}?" if near else f"{listed}; install the package that brings it"
        yield ("custom",), f"no installed package brings a step {name[:40]} (entry points {STEPS_GROUP})", mend


def custom_steps() -> frozenset[str]:
    """Return the names of the custom steps that installed packages bring along."""
    return frozenset(entry.name for entry in importlib.metadata.entry_points(group=STEPS_GROUP))


def rising(values: Values, place: Path, reached: float) -> Iterator[Finding]:
    """Progress goes on where the step before left off, or higher."""
    progress = values.get("progress")
    if not isinstance(progress, dict):
        return
    first, last = number_of(progress, "from"), number_of(progress, "to")
    if first is not None and first < reached:
        what = f"progress goes back: the step before ends at {reached:g}, this one begins at {first:g}"
        yield (*place, "progress", "from"), what, f"write {reached:g} or more, or leave from out"
    elif first is None and last is not None and last < reached:
        what = f"progress goes back: the step before ends at {reached:g}, this one at {last:g}"
        yield (*place, "progress", "to"), what, f"write {reached:g} or more"


def reaches(values: Values) -> float:
    """Return the percent that a step ends at; 0 if it says none."""
    progress = values.get("progress")
    if not isinstance(progress, dict):
        return 0.0
    return max(number_of(progress, "to") or 0.0, number_of(progress, "from") or 0.0)


# --- ends -----------------------------------------------------------------------------------------------------------


def end(value: object, data: Values, path: Path) -> Iterator[Finding]:
    """Yield what is wrong in an end."""
    form = value if isinstance(value, dict) else {"status": value}
    status = form.get("status")
    if isinstance(status, str) and status in SENDS_NOTHING:
        for key in (REASON, "status_details", *FORM):
            if has(form, key):
                yield (*path, key), SENDS_NOTHING[status], "take this out, or end with FAILED"
    if has(form, REASON):
        yield from _reason(form, data, (*path, REASON))


def _reason(form: Values, data: Values, path: Path) -> Iterator[Finding]:
    own = form.get("status_details")
    if isinstance(own, dict) and REASON in own and has(form, REASON):
        yield path, "the reason is written twice: here and in status_details", "keep one of the two"
    yield from _room_for_reason(form, data, path)


def _room_for_reason(form: Values, data: Values, path: Path) -> Iterator[Finding]:
    own, common = form.get("status_details"), data.get("status_details")
    pairs = own if isinstance(own, dict) else common if isinstance(common, dict) else DEFAULT_DETAILS
    if len({*pairs, REASON}) > limits.STATUS_DETAILS_PAIRS >= len(pairs):
        what = f"with the reason there are {len(pairs) + 1} status details, and AWS takes {limits.STATUS_DETAILS_PAIRS}"
        yield path, what, "take one out of status_details"


# --- faults ---------------------------------------------------------------------------------------------------------


def rates(data: Values) -> Iterator[Finding]:
    """Yield what is wrong among the faults that come by chance."""
    faults = data.get("faults")
    if not isinstance(faults, dict):
        return
    for name, rate in faults.items():
        if isinstance(rate, dict):
            yield from _length_of_fault(name, rate.get("seconds"), ("faults", name, "seconds"))
    if data.get("on_cancel") == "ignore" and FaultName.IGNORE_CANCEL in faults:
        yield ("faults", "ignore-cancel"), "on_cancel: ignore says that already", "take one of the two out"


def _length_of_fault(name: object, seconds: object, path: Path) -> Iterator[Finding]:
    if seconds is None or not isinstance(name, str) or name not in KINDS:
        return
    fault = FaultName(str(name))
    if fault not in SECONDS:
        yield path, f"{fault} has no length", "take seconds out"
        return
    yield from duration(seconds, path)
    if fault is not FaultName.CLOCK_SKEW and (shortest(seconds) or 0) < 0:
        yield path, f"{fault} cannot last less than 0 seconds", "write 0 or more; only clock-skew goes below"


# --- durations ------------------------------------------------------------------------------------------------------


def duration(value: object, path: Path) -> Iterator[Finding]:
    """Yield what is wrong in a length of time."""
    if not isinstance(value, dict):
        return
    match value.get("between"):
        case [int() | float() as low, int() | float() as high] if low > high:
            yield (*path, "between"), f"{low:g} is more than {high:g}", f"write [{high:g}, {low:g}]"
    mean, jitter = number_of(value, "mean"), number_of(value, "jitter")
    if mean is not None and jitter is not None and jitter > mean >= 0:
        what = f"a jitter of {jitter:g} around {mean:g} goes below 0 seconds"
        yield (*path, "jitter"), what, f"write {mean:g} or less"
    for kind in ("normal", "exponential"):
        shape = value.get(kind)
        if isinstance(shape, dict):
            yield from _shape(kind, shape, (*path, kind))


def _shape(kind: str, shape: Values, path: Path) -> Iterator[Finding]:
    for key in ("deviation",) if kind == "normal" else ("mean",):
        if number_of(shape, key) == 0:
            mend = "write more than 0, or a plain number of seconds"
            yield (*path, key), f"a {key} of 0 leaves nothing to draw", mend
            return
    least, most = bounds(kind, shape)
    if least is not None and most is not None and least >= most:
        key = "least" if has(shape, "least") else "most"
        yield (*path, key), f"nothing lies between {least:g} and {most:g}", "write a least that is below the most"
    mean = number_of(shape, "mean")
    if mean is not None and most is not None and least is not None and not least <= mean <= most:
        if least < most and kind == "normal":
            what = f"the mean of {mean:g} is outside of {least:g} to {most:g}"
            yield (*path, "mean"), what, f"write {least:g} to {most:g}"
    elif kind == "exponential" and mean and least is not None and least > 20 * mean:
        what = f"a least of {least:g} is far beyond a mean of {mean:g}"
        yield (*path, "least"), what, f"write {20 * mean:g} or less"


def bounds(kind: str, shape: Mapping[str, object]) -> tuple[float | None, float | None]:
    """Return least and most seconds of a normal or exponential shape, as they are when left out; None: untellable."""
    values = dict(shape)
    mean, deviation = number_of(values, "mean"), number_of(values, "deviation")
    least, most = number_of(values, "least"), number_of(values, "most")
    if kind == "normal":
        if least is None and mean is not None and deviation is not None:
            least = max(0.0, mean - 3 * deviation)
        if most is None and mean is not None and deviation is not None:
            most = mean + 3 * deviation
        return least, most
    return least or 0.0, 10 * mean if most is None and mean is not None else most


def longest(value: object) -> float:
    """Return the most seconds a duration may take; 0 if it is none."""
    if isinstance(value, dict):
        for kind in ("normal", "exponential"):
            shape = value.get(kind)
            if isinstance(shape, dict):
                return bounds(kind, shape)[1] or 0.0
        between = [bound for bound in list_of(value, "between") if is_number(bound)]
        around = (number_of(value, "mean") or 0) + (number_of(value, "jitter") or 0)
        return max([around, *(float(str(bound)) for bound in between)])
    return float(str(value)) if is_number(value) else 0


def shortest(value: object) -> float | None:
    """Return the least seconds that a number or a `between` says; None for other forms, which do not go below 0."""
    if isinstance(value, dict):
        return min((float(str(bound)) for bound in list_of(value, "between") if is_number(bound)), default=None)
    return float(str(value)) if is_number(value) else None


# --- conditions -----------------------------------------------------------------------------------------------------


def when(value: object, path: Path) -> Iterator[Finding]:
    """Yield what is wrong in a condition."""
    if not isinstance(value, dict):
        return
    for subject, tests in value.items():
        place = (*path, str(subject))
        if not isinstance(tests, dict):
            if subject in NUMBERS and not _is_whole(tests) and isinstance(tests, str | bool):
                yield (
                    place,
                    f"{shown(tests)} is no number, and {subject} is one",
                    "write a whole number, or a test such as {at_most: 2}",
                )
            continue
        if not any(has(tests, key) for key in tests):
            mend = "write a value, or a test such as {equals: reboot} or {at_least: 2.4.0}"
            yield place, "nothing is tested", mend
        if has(tests, "offset") and not has(tests, "every"):
            yield (*place, "offset"), "an offset goes with every", "add every: 10, or take it out"
        every, offset = number_of(tests, "every"), number_of(tests, "offset")
        if every is not None and every >= 2 and offset is not None and offset >= every:
            yield (
                (*place, "offset"),
                f"a number divided by {every:g} never leaves {offset:g}",
                f"write 0 to {every - 1:g}",
            )
        if has(tests, "every") and subject not in NUMBERS and not str(subject).startswith("document."):
            mend = f"ask for {', '.join(sorted(NUMBERS))} or a number of the document"
            yield (*place, "every"), f"{subject} is no number", mend
        for key in ("at_least", "at_most", "above", "below"):
            bound = tests.get(key)
            if isinstance(bound, float) and (subject == "firmware" or str(subject).lower().endswith("version")):
                mend = f'put it in quotes: "{bound:g}"'
                yield (*place, key), f"{bound:g} is read as a number, and 2.10 would be 2.1", mend


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# --- plain values ---------------------------------------------------------------------------------------------------


def has(values: Mapping[str, object], key: str) -> bool:
    """Whether a key is there with a value."""
    return values.get(key) is not None


def list_of(values: Mapping[str, object], key: str) -> list[object]:
    """Return the list behind a key; [] if there is none."""
    value = values.get(key)
    return value if isinstance(value, list) else []


def is_number(value: object) -> bool:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number_of(values: Mapping[str, object], key: str) -> float | None:
    """Return the number behind a key, or None."""
    value = values.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
