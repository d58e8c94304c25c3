"""What pydantic found, said as a person would: where, what is wrong, and how to mend it."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from simulator.scenario import model
from simulator.scenario.plan import StartsBy
from simulator.scenario.problems import Path, shown

KINDS: Final[Mapping[str, tuple[str, tuple[type[BaseModel], ...]]]] = {
    "": ("a scenario", (model.ScenarioFile,)),
    "steps": ("a step", (model.StepFile,)),
    "progress": ("progress", (model.ProgressFile,)),
    "duration": ("a duration", (model.BetweenFile, model.AroundFile)),
    "end": ("an end", (model.EndFile,)),
}
"""By the last key of a path: what stands there, and the models that say which keys it has."""

MOST_TRANSLATED: Final = 1000  # a mend is looked for among like words, which takes a while
STARTS: Final = tuple(StartsBy)
ENDS: Final = ("SUCCEEDED", "FAILED", "REJECTED", model.SILENCE)
ENDED_BY_OTHERS: Final = {
    "TIMED_OUT": "the service says that; write silence and a step_timeout_minutes, and it will",
    "CANCELED": "the service says that when an operator cancels the job",
    "REMOVED": "the service says that when the job is deleted",
    "QUEUED": "an execution begins as that",
    "IN_PROGRESS": "that is no end; each step reports it",
}
TYPES: Final = {
    "string_type": ("not a text", 'put it in "quotes"'),
    "int_type": ("not a whole number", "write a whole number"),
    "int_from_float": ("not a whole number", "write a whole number"),
    "float_type": ("not a number", "write a number"),
    "bool_type": ("neither true nor false", "write true or false"),
    "list_type": ("not a list", 'begin each entry with "- "'),
    "dict_type": ("not a mapping", "write key: value pairs"),
    "finite_number": ("not a finite number", "write a number"),
}


def sentences(error: ValidationError) -> list[tuple[Path, str, str]]:
    """Return path, what and mend of each problem."""
    found = []
    for problem in error.errors(include_url=False)[:MOST_TRANSLATED]:
        path = tuple(part for part in problem["loc"] if part not in model.TAGS)
        if problem["loc"][-1:] == ("[key]",):
            path = path[:-1]
        found.append((path, *_sentence(problem["type"], path, problem["input"], problem.get("ctx", {}))))
    return found


def _sentence(kind: str, path: Path, value: object, context: Mapping[str, Any]) -> tuple[str, str]:
    match kind:
        case "told":
            return context["what"], context["mend"]
        case "missing":
            return "is missing", f"add {path[-1]}: {_example(str(path[-1]))}"
        case "extra_forbidden":
            return _unknown_key(path)
        case "duration":
            mend = "write seconds: 2, {between: [1, 3]} or {mean: 2, jitter: 0.5}"
            return f"{shown(value)} is no duration", mend
        case "literal_error":
            return _no_choice(path, value)
        case "greater_than_equal" | "greater_than":
            least = context.get("ge", context.get("gt"))
            short = f"less than {least:g}" if kind == "greater_than_equal" else f"not above {least:g}"
            return f"{shown(value)} is {short}", _mend_low(path, least)
        case "less_than_equal":
            return f"{shown(value)} is more than {context['le']:g}", f"write {context['le']:g} or less"
        case "too_long" | "too_short":
            return _length(kind, path, context)
        case "string_too_long":
            return f"is longer than {context['max_length']:,} characters", "shorten it"
        case "model_type":
            name = KINDS.get(_last_key(path), ("this", ()))[0]
            return f"{shown(value)} is not {name}", f"write key: value pairs; {_known_keys(path)}"
        case _ if kind in TYPES:
            what, mend = TYPES[kind]
            return f"{shown(value)} is {what}", f'write "{value}"' if kind == "string_type" and _plain(value) else mend
    return f"{shown(value)} cannot stand here", "see docs/scenarios.md for what can"


def _unknown_key(path: Path) -> tuple[str, str]:
    key = str(path[-1])
    keys = _keys(path[:-1])
    same = key.lower().replace("-", "_").replace("_", "")
    near = [known for known in keys if known.replace("_", "") == same] or difflib.get_close_matches(
        key.lower(), keys, n=1, cutoff=0.5
    )
    mend = f"did you mean {near[0]}?" if near else _known_keys(path[:-1])
    return "is no known key", mend


def _no_choice(path: Path, value: object) -> tuple[str, str]:
    choices = STARTS if path[-1] == "start" else ENDS
    what = f"{shown(value)} is not one of {', '.join(choices)}"
    if path[-1] != "start" and str(value) in ENDED_BY_OTHERS:
        return what, ENDED_BY_OTHERS[str(value)]
    folded = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(str(value).lower().replace("_", "-"), folded, n=1, cutoff=0.5)
    return what, f"did you mean {folded[near[0]]}?" if near else f"write {choices[0]}, for example"


def _mend_low(path: Path, least: float) -> str:
    if "duration" in path:
        return "write 0 to go on at once"
    if path and path[0] == "mix":
        return "leave the scenario out of the mix, or give it a weight such as 1"
    return f"write {least:g} or more"


def _length(kind: str, path: Path, context: Mapping[str, Any]) -> tuple[str, str]:
    match path[-1]:
        case "between":
            return "between wants two bounds", "write [least, most]"
        case "mix" if kind == "too_short":
            return "the mix is empty", "name scenarios with their weights: {success: 8, fail: 1}"
        case "status_details":
            return "there are more pairs than AWS takes", f"keep {context['max_length']} at most"
    return "there are too many entries", f"keep {context['max_length']:,} at most"


def _example(key: str) -> str:
    examples = {"name": "a-name", "duration": "2", "to": "100", "status": "SUCCEEDED", "mean": "2", "jitter": "0.5"}
    return examples.get(key, "…")


def _last_key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _keys(path: Path) -> Sequence[str]:
    models = KINDS.get(_last_key(path), ("", ()))[1]
    return [field.alias or name for form in models for name, field in form.model_fields.items()]


def _known_keys(path: Path) -> str:
    return f"known here are {', '.join(_keys(path))}"


def _plain(value: object) -> bool:
    return isinstance(value, bool | int | float)
