"""Values of a scenario as a field of the form shows them, and what is typed there as values again. Pure.

What makes no sense comes back as the text it is: it goes into the scenario all the same, and the check tells.
"""

import re
from enum import Enum, auto
from typing import Final

from simulator.scenario.problems import ScenarioError
from simulator.scenario.source import read, resolve
from ui.scenario_edits import written

_NUMBER: Final = r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_SECONDS: Final = r" ?(?:s|sec|seconds)?"
_RANGE: Final = re.compile(rf"{_NUMBER}{_SECONDS} ?(?:to|-|–|\.\.) ?{_NUMBER}{_SECONDS}")
_AROUND: Final = re.compile(rf"{_NUMBER}{_SECONDS} ?(?:±|\+-|\+/-) ?{_NUMBER}{_SECONDS}")
_PLAIN: Final = re.compile(rf"(-?{_NUMBER}){_SECONDS}")
_PERCENT: Final = re.compile(r"(-?[0-9]+(?:\.[0-9]*)?) ?%?")


class Kind(Enum):
    """What a field holds."""

    TEXT = auto()
    NUMBER = auto()
    PERCENT = auto()  # of 0 to 1
    DURATION = auto()
    VALUE = auto()  # anything, as a text of YAML in one line
    CHOICE = auto()
    FLAG = auto()


def shown(kind: Kind, value: object) -> str:
    """Return a value as its field shows it; "" for None."""
    if value is None:
        return ""
    if kind is Kind.PERCENT and isinstance(value, int | float) and not isinstance(value, bool):
        return written(round(value * 100, 9))
    if kind is Kind.DURATION:
        return _duration(value)
    if isinstance(value, str) and (kind in (Kind.TEXT, Kind.CHOICE) or resolve(value) == value):
        return value.replace("\n", " ")
    return written(value)


def _duration(value: object) -> str:
    match value:
        case {"between": [low, high], **rest} if not rest:
            return f"{written(low)} to {written(high)}"
        case {"mean": mean, "jitter": jitter, **rest} if not rest:
            return f"{written(mean)} ± {written(jitter)}"
        case str():
            return value
    return written(value)


def meant(kind: Kind, text: str) -> object:
    """Return what was typed as a value; None for nothing."""
    text = text.strip() if kind is not Kind.TEXT else text
    if not text:
        return None
    match kind:
        case Kind.TEXT | Kind.CHOICE:
            return text
        case Kind.NUMBER:
            return resolve(text)
        case Kind.PERCENT:
            found = _PERCENT.fullmatch(text)
            return round(float(found[1]) / 100, 12) if found else text
        case Kind.DURATION:
            return _meant_duration(text)
    return _value(text)


def _meant_duration(text: str) -> object:
    if found := _PLAIN.fullmatch(text):
        return resolve(found[1])
    if found := _RANGE.fullmatch(text):
        return {"between": [resolve(found[1]), resolve(found[2])]}
    if found := _AROUND.fullmatch(text):
        return {"mean": resolve(found[1]), "jitter": resolve(found[2])}
    return _value(text)


def _value(text: str) -> object:
    """What YAML makes of a line; a line that is none is a text."""
    if not text.startswith(("{", "[", '"', "'")):
        return resolve(text)
    try:
        return read(text, "").data
    except ScenarioError:
        return text


def step_words(step: object) -> tuple[str, str]:
    """Return the name of a step and what it does, for a line of a list."""
    if not isinstance(step, dict):
        return "?", ""
    match step:
        case {"fault": fault}:
            seconds = step.get("seconds")
            return f"{fault}", "fault" + (f", {shown(Kind.DURATION, seconds)} s" if seconds is not None else "")
        case {"include": name}:
            return f"{name}", "all of its steps, and its end" if step.get("with_end") is True else "all of its steps"
        case {"repeat": times}:
            return f"{times} times", ", ".join(_names(step.get("steps")))
        case {"choose": branches}:
            count = len(branches) if isinstance(branches, list) else 0
            return f"one of {count} ways", "by what holds, or by chance"
        case {"name": name}:
            return str(name), " · ".join(_work(step))
    return "?", ""


def _names(steps: object) -> list[str]:
    return [step_words(step)[0] for step in steps[:5]] if isinstance(steps, list) else []


def _work(step: dict[str, object]) -> list[str]:
    parts = []
    if "download" in step:
        parts.append("downloads")
    if "custom" in step:
        parts.append(f"custom {step['custom']}")
    if (duration := step.get("duration")) is not None:
        parts.append(f"{shown(Kind.DURATION, duration)} s")
    progress = step.get("progress")
    if isinstance(progress, dict):
        first, every = progress.get("from"), progress.get("every")
        words = f"{'' if first is None else f'{first} '}→ {progress.get('to')} %"
        parts.append(words + (f" every {every} s" if every is not None else ""))
    if step.get("report") is False:
        parts.append("silent")
    if (chance := step.get("fail_chance")) is not None:
        parts.append(f"fails {shown(Kind.PERCENT, chance)} %")
    if (minutes := step.get("step_timeout_minutes")) is not None:
        parts.append("clears the timer" if minutes == -1 else f"timer {minutes} min")
    return parts
