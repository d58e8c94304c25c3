"""What pydantic found, said as a person would: where, what is wrong, and how to mend it."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from simulator.scenario import model, model_steps, model_values, written_numbers
from simulator.scenario.plan import StartsBy
from simulator.scenario.problems import Path, shown

Models = tuple[type[BaseModel], ...]

WHAT_STANDS: Final[Mapping[str, tuple[str, Models]]] = {
    "<step>": ("a step", (model_steps.StepFile,)),
    "<fault>": ("a fault", (model_steps.FaultFile,)),
    "<include>": ("an include", (model_steps.IncludeFile,)),
    "<choose>": ("a choice", (model_steps.ChooseFile,)),
    "<repeat>": ("a repeat", (model_steps.RepeatFile,)),
    "<download>": ("a download", (model_steps.DownloadFile,)),
    "<custom>": ("a custom step", (model_steps.CustomFile,)),
    "<full>": ("an end", (model_steps.EndFile,)),
    "<rate>": ("a rate", (model.RateFile,)),
    "<tests>": ("a test", (model_values.TestFile,)),
    "progress": ("progress", (model_values.ProgressFile,)),
    "download": ("a download", (model_steps.DownloadValues,)),
    "choose": ("a branch", (model_steps.BranchFile,)),
    "normal": ("a normal distribution", (model_values.NormalValues,)),
    "exponential": ("an exponential distribution", (model_values.ExponentialValues,)),
    "<between>": ("a duration", (model_values.BetweenFile,)),
    "<around>": ("a duration", (model_values.AroundFile,)),
    "<normal>": ("a duration", (model_values.NormalFile,)),
    "<exponential>": ("a duration", (model_values.ExponentialFile,)),
}
"""By the last of a problem's keys and forms: what stands there, and the models that say which keys it has."""

TAGS: Final = frozenset({*(key for key in WHAT_STANDS if key[0] == "<"), "<seconds>", "<word>", "<share>", "<value>"})
"""What pydantic adds to the path of a problem inside a choice of forms; no key is called so."""

MOST_TRANSLATED: Final = 1000  # a mend is looked for among like words, which takes a while
CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "start": tuple(StartsBy),
    "on_cancel": ("obey", "ignore"),
    "fault": model_steps.FAULTS,
    "faults": model_steps.FAULTS,
    "expected_version": ("sent", "omitted", "stale", "ahead"),
}
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
OF_NUMBERS: Final = frozenset({"int_type", "int_from_float", "float_type", "list_type"})
EXAMPLES: Final = {
    "name": "a-name", "duration": "2", "to": "100", "status": "SUCCEEDED", "mean": "2", "jitter": "0.5",
    "deviation": "0.5", "rate": "0.05", "url": '"{document.url}"', "fault": "drop-line",
    "steps": "[{name: a-name, duration: 2}]",
}  # fmt: skip
OF_A_STEP: Final = frozenset({*model_steps.KINDS_OF_STEP, *model_steps.StepFile.__annotations__} - {"name"})
DURATION_MEND: Final = "write a number of seconds such as 2, or {between: [1, 3]}, or {mean: 2, jitter: 0.5}"


def sentences(error: ValidationError) -> list[tuple[Path, str, str]]:
    """Return path, what and mend of each problem."""
    found = []
    for problem in error.errors(include_url=False)[:MOST_TRANSLATED]:
        loc = problem["loc"][:-1] if problem["loc"][-1:] == ("[key]",) else problem["loc"]
        path = tuple(part for part in loc if part not in TAGS)
        found.append((path, *_sentence(problem["type"], loc, path, problem["input"], problem.get("ctx", {}))))
    return found


def _sentence(kind: str, loc: Path, path: Path, value: object, context: Mapping[str, Any]) -> tuple[str, str]:
    match kind:
        case "told":
            return context["what"], context["mend"]
        case "missing":
            return "is missing", f"add {path[-1]}: {EXAMPLES.get(str(path[-1]), '…')}"
        case "extra_forbidden":
            return _unknown_key(loc)
        case "duration":
            return f"{shown(value)} is no duration", written_numbers.mend(path, value) or DURATION_MEND
        case "literal_error":
            return _no_choice(path, value)
        case "greater_than_equal" | "greater_than":
            least = context.get("ge", context.get("gt"))
            short = f"less than {least:g}" if kind == "greater_than_equal" else f"not above {least:g}"
            return f"{shown(value)} is {short}", _mend_low(path, least)
        case "less_than_equal":
            mend = written_numbers.mend(path, value) or f"write {context['le']:g} or less"
            return f"{shown(value)} is more than {context['le']:g}", mend
        case "too_long" | "too_short":
            return _length(kind, path, context)
        case "string_too_long":
            return f"is longer than {context['max_length']:,} characters", "shorten it"
        case "string_too_short":
            return "is empty", _not_empty(path)
        case "model_type":
            return f"{shown(value)} is not {_what_stands(loc)[0]}", f"write key: value pairs; {_known_keys(loc)}"
        case _ if kind in TYPES:
            what, mend = TYPES[kind]
            if kind == "string_type" and _plain(value):
                mend = f'write "{value}"'
            elif kind in OF_NUMBERS:
                mend = written_numbers.mend(path, value) or mend
            return f"{shown(value)} is {what}", mend
    return f"{shown(value)} cannot stand here", "see docs/scenarios.md for what can"


def _unknown_key(loc: Path) -> tuple[str, str]:
    key = str(loc[-1])
    keys = _keys(loc[:-1])
    if len(loc) == 1 and key in OF_A_STEP:
        return "stands in a step, not here", f"write it under steps: - {key}: …"
    same = key.lower().replace("-", "_").replace("_", "")
    near = [known for known in keys if known.replace("_", "") == same] or difflib.get_close_matches(
        key.lower(), keys, n=1, cutoff=0.5
    )
    mend = f"did you mean {near[0]}?" if near else _known_keys(loc[:-1])
    return "is no known key", mend


def _no_choice(path: Path, value: object) -> tuple[str, str]:
    key = next((part for part in reversed(path) if part in CHOICES), "")
    in_end = any(part == "end" for part in path[-2:])
    choices = model_steps.ENDS if in_end else CHOICES.get(str(key), model_steps.ENDS)
    is_fault = choices is model_steps.FAULTS
    what = f"{shown(value)} is no fault" if is_fault else f"{shown(value)} is not one of {', '.join(choices)}"
    if in_end and str(value) in ENDED_BY_OTHERS:
        return what, ENDED_BY_OTHERS[str(value)]
    folded = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(str(value).lower().replace("_", "-"), folded, n=1, cutoff=0.5)
    if near:
        return what, f"did you mean {folded[near[0]]}?"
    return what, f"there are {', '.join(choices)}" if is_fault else f"write {choices[0]}, for example"


def _mend_low(path: Path, least: float) -> str:
    if "duration" in path:
        return "write 0 to go on at once"
    if path and path[0] == "mix":
        return "leave the scenario out of the mix, or give it a weight such as 1"
    return f"write {least:g} or more" if least or path[-1:] != ("weight",) else "take the branch out, or give it a 1"


def _length(kind: str, path: Path, context: Mapping[str, Any]) -> tuple[str, str]:
    match path[-1]:
        case "between":
            return "between wants two bounds", "write [least, most]"
        case "mix" if kind == "too_short":
            return "the mix is empty", "name scenarios with their weights: {success: 8, fail: 1}"
        case "choose" if kind == "too_short":
            return "there is nothing to choose from", "write branches, each with steps or an end"
        case "when" if kind == "too_short":
            return "nothing is asked", "write what has to hold: {document.operation: reboot}; or take when out"
        case "status_details":
            return "there are more pairs than AWS takes", f"keep {context['max_length']} at most"
    if kind == "too_short":
        return "there is no entry", "write one at least"
    return "there are too many entries", f"keep {context['max_length']:,} at most"


def _not_empty(path: Path) -> str:
    return "name a scenario, such as success" if path[-1:] == ("include",) else "write one character at least"


def _what_stands(loc: Path) -> tuple[str, Models]:
    for part in reversed(loc):
        if isinstance(part, str) and part in WHAT_STANDS:
            return WHAT_STANDS[part]
        if isinstance(part, str) and part != "steps":
            break
    return ("a scenario", (model.ScenarioFile,)) if not loc else ("this", ())


def _keys(loc: Path) -> Sequence[str]:
    models = _what_stands(loc)[1]
    return [field.alias or name for form in models for name, field in _fields(form)]


def _fields(form: type[BaseModel]) -> list[tuple[str, Any]]:
    """Return the fields of a model, its own before those it shares with others."""
    own = form.__annotations__
    return sorted(form.model_fields.items(), key=lambda pair: pair[0] not in own)


def _known_keys(loc: Path) -> str:
    keys = _keys(loc)
    return f"known here {'is' if len(keys) == 1 else 'are'} {', '.join(keys)}"


def _plain(value: object) -> bool:
    return isinstance(value, bool | int | float)
