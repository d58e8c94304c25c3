"""Fleet files: which things there are, as people write them in YAML or JSON.

groups:
  - {prefix: pump-, count: 20, scenario: "success=8,fail=1", firmware: 2.3.1}
things:
  - {name: valve-1, scenario: timeout}
"""

import difflib
from collections import Counter
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from simulator.errors import InputError
from simulator.fleet import ThingSpec
from simulator.scenario import mix, source
from simulator.scenario.problems import Problem, error_of
from simulator.scenario.source import Source
from simulator.scenario.walk import seed_for

MAX_BYTES: Final = source.MAX_BYTES
ThingName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9:_-]{1,128}$")]
Firmware = Annotated[str, Field(min_length=1, max_length=64)]
ScenarioText = Annotated[str, Field(min_length=1, max_length=2000)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ThingEntry(_Part):
    """One thing by its name; without a seed of its own its chance comes from the run's seed."""

    name: ThingName
    scenario: ScenarioText = "success"
    firmware: Firmware = "1.0.0"
    seed: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None


class GroupEntry(_Part):
    """Things that differ only in their numbers; `scenario` may be a mix such as `success=8,fail=1`."""

    prefix: Annotated[str, Field(pattern=r"^[a-zA-Z0-9:_-]{1,120}$")]
    count: Annotated[int, Field(ge=1, le=100_000)]
    scenario: ScenarioText = "success"
    firmware: Firmware = "1.0.0"


class FleetFile(_Part):
    """The whole file."""

    things: list[ThingEntry] = []
    groups: list[GroupEntry] = []

    @model_validator(mode="after")
    def _has_things(self) -> Self:
        if not self.things and not self.groups:
            raise ValueError("there are no things in it")
        return self


def read(path: Path, run_seed: int) -> tuple[ThingSpec, ...]:
    """Return the things of a fleet file.

    Raises:
        InputError: there is no such file, or it has mistakes: all of them at once, each with its line.
    """
    try:
        content = path.read_bytes()[: MAX_BYTES + 1]
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InputError(str(path), "is not UTF-8 text", "save the file as UTF-8") from exc
    except OSError as exc:
        raise InputError(f"--fleet {path}", f"cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    return parse(text, str(path), run_seed)


def parse(text: str, where: str, run_seed: int) -> tuple[ThingSpec, ...]:
    """Return the things that a fleet file's text names; `where` names it in errors.

    Raises:
        InputError: it has mistakes.
    """
    told = source.read(text, where)
    problems = list(told.problems)
    try:
        file = FleetFile.model_validate(told.data)
    except ValidationError as exc:
        raise error_of([*problems, *_problems(exc, told)]) from exc
    if problems:
        raise error_of(problems)
    specs = [
        ThingSpec(
            name=one.name,
            scenario=one.scenario,
            firmware=one.firmware,
            seed=seed_for(run_seed, one.name) if one.seed is None else one.seed,
        )
        for one in file.things
    ]
    for number, group in enumerate(file.groups):
        specs.extend(_things_of(group, f"{where}: groups[{number}].scenario", run_seed))
    for name, times in Counter(spec.name for spec in specs).items():
        if times > 1:
            raise InputError(where, f"{name} is in it {times} times", "names of things are their own")
    return tuple(specs)


def _things_of(group: GroupEntry, where: str, run_seed: int) -> list[ThingSpec]:
    digits = max(2, len(str(group.count)))
    names = [f"{group.prefix}{number:0{digits}d}" for number in range(1, group.count + 1)]
    scenario_of = mix.assign(names, mix.parse_weights(group.scenario, where), run_seed)
    return [
        ThingSpec(name=name, scenario=scenario_of[name], firmware=group.firmware, seed=seed_for(run_seed, name))
        for name in names
    ]


_MODELS: Final[dict[str, type[BaseModel]]] = {"things": ThingEntry, "groups": GroupEntry}
_TYPES: Final = {
    "string_type": ("is not a text", 'put it in "quotes"'),
    "int_type": ("is not a whole number", "write a whole number"),
    "list_type": ("is not a list", 'begin each entry with "- "'),
    "model_type": ("is not a mapping", "write key: value pairs"),
    "string_pattern_mismatch": ("is no thing name", "use letters, digits, colons, hyphens and underscores"),
    "string_too_short": ("is empty", "write something, or leave it out"),
    "string_too_long": ("is too long", "shorten it"),
}


def _problems(error: ValidationError, told: Source) -> list[Problem]:
    found = []
    for one in error.errors(include_url=False):
        path, context = one["loc"], one.get("ctx", {})
        model = _MODELS.get(str(path[0]), FleetFile) if len(path) > 1 else FleetFile
        match one["type"]:
            case "missing":
                what, mend = "is missing", f"add {path[-1]}"
            case "extra_forbidden":
                near = difflib.get_close_matches(str(path[-1]), model.model_fields, n=1, cutoff=0.5)
                known = f"known here are {', '.join(model.model_fields)}"
                what, mend = "is no known key", f"did you mean {near[0]}?" if near else known
            case "value_error":
                what, mend = str(context["error"]), "add groups: or things:"
            case "greater_than_equal" | "less_than_equal":
                what = f"{one['input']} is out of range"
                mend = f"write {context.get('ge', context.get('le')):,} or {'more' if 'ge' in context else 'less'}"
            case kind:
                what, mend = _TYPES.get(kind, (one["msg"], ""))
        found.append(told.problem(path, what, mend))
    return found
