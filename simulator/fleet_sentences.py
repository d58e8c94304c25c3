"""What pydantic found in a fleet or run file, said as a person would; the keys that are known are the models' own."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from simulator.scenario.problems import Path, Problem, shown
from simulator.scenario.source import Source

MOST_TRANSLATED: Final = 1000  # a mend is looked for among like words, which takes a while

TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "string_type": ("is not a text", 'put it in "quotes"'),
    "int_type": ("is not a whole number", "write a whole number"),
    "int_from_float": ("is not a whole number", "write a whole number"),
    "float_type": ("is not a number", "write a number"),
    "bool_type": ("is neither true nor false", "write true or false"),
    "list_type": ("is not a list", 'begin each entry with "- "'),
    "tuple_type": ("is not a list", 'begin each entry with "- "'),
    "dict_type": ("is not a mapping", "write key: value pairs"),
    "finite_number": ("is not a finite number", "write a number"),
    "string_too_short": ("is empty", "write something, or leave it out"),
    "string_too_long": ("is too long", "shorten it"),
    "too_short": ("is empty", "write an entry, or leave it out"),
}
PATTERNS: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("is no thing name", "use letters, digits, colons, hyphens and underscores"),
    "prefix": ("is no beginning of a thing name", "use letters, digits, colons, hyphens and underscores"),
    "things": ("is no thing name", "use letters, digits, colons, hyphens and underscores"),
    "thing_groups": ("is no name of a thing group", "use letters, digits, colons, hyphens and underscores"),
}


def told(what: str, mend: str) -> PydanticCustomError:
    """Return an error that brings its own sentence; `problems_of` hands it on as it is."""
    return PydanticCustomError("told", "{what}; {mend}", {"what": what, "mend": mend})


def problems_of(error: ValidationError, read: Source, root: type[BaseModel]) -> list[Problem]:
    """Return the problem behind each of pydantic's findings, with its line."""
    found = []
    for one in error.errors(include_url=False)[:MOST_TRANSLATED]:
        path, models = _placed(one["loc"], root)
        what, mend = _sentence(one["type"], path, models, one["input"], one.get("ctx", {}))
        found.append(read.problem(path, what, mend))
    return found


def known_keys(models: Sequence[type[BaseModel]]) -> list[str]:
    """Return the keys that these models take, each once, as they are written in a file."""
    return list(dict.fromkeys(field.alias or name for model in models for name, field in model.model_fields.items()))


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word that was most likely meant, None if none is near."""
    plain = {_plain(one): one for one in known}
    if _plain(word) in plain:
        return plain[_plain(word)]
    near = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return plain[near[0]] if near else None


def _plain(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")


def _sentence(
    kind: str, path: Path, models: Sequence[type[BaseModel]], value: object, context: Mapping[str, Any]
) -> tuple[str, str]:
    match kind:
        case "told":
            return context["what"], context["mend"]
        case "missing":
            return "is missing", f"add {path[-1]}"
        case "extra_forbidden":
            known = known_keys(models)
            near = nearest(str(path[-1]), known)
            return "is no known key", f"did you mean {near}?" if near else f"known here are {', '.join(known)}"
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            return _out_of_range(value, context)
        case "enum" | "literal_error":
            return _no_choice(value, str(context["expected"]))
        case "string_pattern_mismatch":
            return PATTERNS.get(
                _last_key(path), ("has letters that AWS does not take here", f"use {context['pattern']}")
            )
        case "model_type" | "model_attributes_type" | "is_instance_of":
            return f"{shown(value)} cannot stand here", f"write key: value pairs; known here are {_some(models)}"
        case "too_long":
            return "has too many entries", f"keep {context['max_length']:,} at most"
    what, mend = TYPES.get(kind, ("cannot stand here", "see docs/fleet-and-run-files.md for what can"))
    return (f"{shown(value)} {what}" if kind.endswith("_type") or kind == "finite_number" else what), mend


def _some(models: Sequence[type[BaseModel]]) -> str:
    return ", ".join(known_keys(models)) or "none"


def _out_of_range(value: object, context: Mapping[str, Any]) -> tuple[str, str]:
    side, limit = next(iter(context.items()))
    if isinstance(limit, float) and limit.is_integer():
        limit = int(limit)
    mend = {"ge": "{} or more", "gt": "more than {}", "le": "{} or less", "lt": "less than {}"}[side]
    return f"{shown(value)} is out of range", f"write {mend.format(f'{limit:,}')}"


def _no_choice(value: object, expected: str) -> tuple[str, str]:
    choices = [word.strip().strip("'") for word in expected.replace(" or ", ",").split(",")]
    near = nearest(str(value), choices)
    mend = f"did you mean {near}?" if near else f"write one of {', '.join(choices)}"
    return f"{shown(value)} is none of {', '.join(choices)}" if near else f"{shown(value)} is not known here", mend


def _last_key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _placed(location: Sequence[str | int], root: type[BaseModel]) -> tuple[Path, list[type[BaseModel]]]:
    """Return where in the file a finding is, without pydantic's names of union members, and the models there.

    The models are those of the mapping that holds the value, or for a value that should be one, its own.
    """
    path: list[str | int] = []
    here: list[object] = [root]
    holders: list[type[BaseModel]] = [root]
    for part in location:
        models = [one for one in here if isinstance(one, type) and issubclass(one, BaseModel)]
        chosen = [one for one in models if one.__name__ == part]
        if chosen:  # a member of a union
            here = list(chosen)
            continue
        if isinstance(part, str) and (part == "[key]" or part.startswith("(")):
            continue  # which member of a union it speaks of
        path.append(part)
        holders = models or holders
        here = list(_below(here, part))
    own = [one for one in here if isinstance(one, type) and issubclass(one, BaseModel)]
    return tuple(path), own or holders


def _below(here: Sequence[object], part: str | int) -> Iterator[object]:
    """Yield the types that may stand under a key or index of these."""
    for one in here:
        if isinstance(one, type) and issubclass(one, BaseModel):
            for name, field in one.model_fields.items():
                if part in (name, field.alias):
                    yield from _members(field.annotation)
        elif get_origin(one) in (list, tuple, dict):
            yield from _members(get_args(one)[-1] if get_origin(one) is dict else get_args(one)[0])


def _members(annotation: object) -> Iterator[object]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from _members(one)
    elif origin is not None and not isinstance(origin, type):  # Literal
        return
    else:
        yield annotation
