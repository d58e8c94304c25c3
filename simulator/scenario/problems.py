"""Mistakes in a scenario file: each with its place, a sentence and a mend, all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from simulator.errors import InputError

Path = tuple[str | int, ...]
"""Where a value stands in a file: keys and indexes from the root, `("steps", 2, "duration")`."""

MOST_SHOWN: Final = 40  # characters of something a person wrote
MOST_TOLD: Final = 50  # a file with more mistakes than this is of another kind; the rest is counted


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` counts from 1; 0 means that the file as a whole is meant."""

    file: str
    line: int
    path: Path
    what: str
    mend: str

    @property
    def where(self) -> str:
        """File and place: `flaky.yaml: line 7, steps[2].duration`."""
        places = [f"line {self.line}"] if self.line else []
        if self.path:
            places.append(path_text(self.path))
        return ": ".join(part for part in (self.file, ", ".join(places)) if part)

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.mend}" if self.mend else f"{self.where}: {self.what}"


@dataclass
class ScenarioError(InputError):
    """A scenario file cannot be used. `problems` holds every mistake found, in the order of the file; one line each."""

    problems: tuple[Problem, ...] = field(default=())

    def __str__(self) -> str:
        told = [str(problem) for problem in self.problems[:MOST_TOLD]]
        if len(self.problems) > MOST_TOLD:
            told.append(f"and {len(self.problems) - MOST_TOLD} more")
        return "\n".join(told)


def error_of(problems: Sequence[Problem]) -> ScenarioError:
    """Return the error that tells `problems` (one at least), sorted by line."""
    ordered = tuple(sorted(problems, key=lambda problem: problem.line))
    first = ordered[0]
    return ScenarioError(first.where, first.what, first.mend, ordered)


def path_text(path: Path) -> str:
    """Write a path as one would in Python or JavaScript: `steps[2].duration`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part[:MOST_SHOWN]}" for part in path)
    return text.removeprefix(".")


def shown(value: object) -> str:
    """Return a value as a sentence can carry it: texts in quotes, cut when long."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"' if len(value) <= MOST_SHOWN else f'"{value[:MOST_SHOWN]}…"'
        case int() | float():
            return f"{value:g}" if abs(value) < 1e15 else f"{float(value):.3g}"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return type(value).__name__
