"""The kinds of files people write, told apart by their keys, and what to say when one stands in another's place."""

from enum import StrEnum
from typing import Final

from simulator.scenario.problems import Problem, error_of


class Kind(StrEnum):
    """The kinds of files people write."""

    SCENARIO = "scenario"
    FLEET = "fleet"
    RUN = "run"


_KEYS: Final = {
    Kind.RUN: frozenset({"fleet", "jobs", "assertions"}),
    Kind.FLEET: frozenset({"groups", "things", "certificates"}),
    Kind.SCENARIO: frozenset({"steps", "end", "mix"}),
}
"""Keys that only files of this kind have; the first kind of which one is there is the file's."""

_CALLED: Final = {Kind.RUN: "a run file", Kind.FLEET: "a fleet file", Kind.SCENARIO: "a scenario"}
_TAKEN_BY: Final = {
    Kind.RUN: "give it without an option: thing-simulator run {file}",
    Kind.FLEET: "give it with --fleet: thing-simulator run --fleet {file}",
    Kind.SCENARIO: "give it with --scenario: thing-simulator run --scenario {file}",
}


def kind_of(data: object) -> Kind | None:
    """Return what kind of file this is the content of; None if no key tells it."""
    keys = set(data) if isinstance(data, dict) else set()
    return next((kind for kind, own in _KEYS.items() if keys & own), None)


def expect(wanted: Kind, data: object, file: str) -> None:
    """Let pass what may be of the kind that is wanted.

    Raises:
        ScenarioError: an InputError: every key that tells a kind tells another.
    """
    kind = kind_of(data)
    if kind in (None, wanted) or (isinstance(data, dict) and _KEYS[wanted] & set(data)):
        return
    assert kind is not None
    what = f"is {_CALLED[kind]}, not {_CALLED[wanted]}"
    raise error_of([Problem(file, 0, (), what, _TAKEN_BY[kind].format(file=file))])
