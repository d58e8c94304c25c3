"""What the buttons of a list of steps do to a scenario's text: add, move, copy, delete, switch off and on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from simulator.scenario.problems import Path, ScenarioError
from ui import scenario_items as items
from ui.scenario_steps import Line
from ui.scenario_values import step_words

STEPS: Final[Path] = ("steps",)
NEW: Final[Mapping[str, Any]] = {
    "work": {"name": "step", "duration": 2, "progress": {"to": 100}},
    "fault": {"fault": "drop-line"},
    "include": {"include": "success"},
    "repeat": {"repeat": 3, "steps": [{"name": "try", "duration": 2}]},
    "choose": {"choose": [{"weight": 9, "steps": [{"name": "quick", "duration": 1}]},
                          {"weight": 1, "steps": [{"name": "slow", "duration": 10}]}]},
    "download": {"name": "download", "download": {"url": "{document.url}"}},
}  # fmt: skip
Change = Callable[[str], str]  # of a text


def change_of(what: str, steps: Sequence[Any], place: int) -> tuple[Change, int] | None:
    """Return how the text changes when this is done to the step at a place, and which place to choose then."""
    if what in NEW:
        value = _new(what, steps, place)
        return lambda text: items.add_item(text, STEPS, place + 1, value), place + 1
    if what in ("up", "down"):
        there = place + (1 if what == "down" else -1)
        return lambda text: items.move_item(text, STEPS, place, there), there
    if what == "copy":
        return lambda text: items.add_item(text, STEPS, place + 1, dict(steps[place])), place + 1
    if what == "delete":
        return lambda text: items.delete_item(text, STEPS, place), min(place, len(steps) - 2)
    return None


def _new(what: str, steps: Sequence[Any], place: int) -> dict[str, Any]:
    """A step to begin with; work is numbered on, and leads to 100 % unless a step before it does."""
    value: dict[str, Any] = dict(NEW[what])
    if what == "work":
        value["name"] = f"step-{len(steps) + 1}"
        if any(_goes_to(step) >= 100 for step in steps[: place + 1]):
            del value["progress"]
    return value


def _goes_to(step: object) -> float:
    """How many percent a step leads to; 0 if it says nothing."""
    progress = step.get("progress") if isinstance(step, dict) else None
    reached = progress.get("to") if isinstance(progress, dict) else 0
    return float(reached) if isinstance(reached, int | float) else 0.0


def switch(text: str, line: Line) -> str:
    """Return the text with the step of a line switched off, or on again."""
    offs = items.off_steps(text)
    if line.is_off and line.place < len(offs):
        return items.switch_on(text, offs[line.place])
    return items.switch_off(text, STEPS, line.place)


def lines_of(steps: Sequence[Any], text: str) -> list[Line]:
    """Return the lines of a list: the steps, and between them those that the text has switched off."""
    lines = [Line(place=place, name=(told := step_words(step))[0], does=told[1])
             for place, step in enumerate(steps)]  # fmt: skip
    for number, off in reversed(list(enumerate(items.off_steps(text)))):
        name, does = _words_of(off.text)
        lines.insert(off.before, Line(place=number, name=name, does=does, is_off=True))
    return lines


def _words_of(text: str) -> tuple[str, str]:
    """What a step that is switched off would do."""
    from simulator.scenario import source

    try:
        found = source.read(text, "").data
    except ScenarioError:
        return text.strip()[:40], ""
    return step_words(found[0]) if isinstance(found, list) and found else (text.strip()[:40], "")


def row_of(lines: Sequence[Line], place: int) -> int:
    """Return the row of the step at a place; -1 if there is none."""
    return next((row for row, line in enumerate(lines) if line.place == place and not line.is_off), -1)


def place_of_drop(lines: Sequence[Line], here: int, there: int) -> int | None:
    """Return the place among the steps to which the line in one row goes when it is dropped at another."""
    if not (0 <= here < len(lines) and 0 <= there < len(lines)) or lines[here].is_off:
        return None
    return sum(not line.is_off for row, line in enumerate(lines) if row != here and row < there + (there > here))
