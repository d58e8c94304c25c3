"""Attributes of things as a fleet file describes them: texts with placeholders, choices and ranges, drawn by seed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from simulator.scenario.walk import seed_for

NAME: Final = re.compile(r"[a-zA-Z0-9_.,@/:#-]{1,128}")  # reference appendix A.3, AttributePayload
VALUE: Final = re.compile(r"[a-zA-Z0-9_.,@/:#=\[\]-]{0,800}")
VALUE_LETTERS: Final = "letters, digits and _ . , @ / : # = [ ] -, no blanks, at most 800 of them"
PLACEHOLDERS: Final = ("index", "thing", "group")
_PLACEHOLDER: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose attribute it is: the thing's name, its place in its group from 1, what the group's names begin with."""

    thing: str
    index: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """The same text for all, but for `{index}`, `{thing}` and `{group}`; braces are written twice."""

    template: str

    def value(self, place: Place, random: Random) -> str:  # noqa: ARG002  the others ask it
        return filled(self.template, place)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several texts, by weight; each may have placeholders."""

    weights: Mapping[str, float]

    def value(self, place: Place, random: Random) -> str:
        return filled(random.choices(list(self.weights), weights=list(self.weights.values()))[0], place)


@dataclass(frozen=True, slots=True)
class Between:
    """A number from `low` to `high`, both included, with so many decimals."""

    low: float
    high: float
    decimals: int = 0

    def value(self, place: Place, random: Random) -> str:  # noqa: ARG002
        if self.decimals == 0:
            return str(random.randint(round(self.low), round(self.high)))
        return f"{random.uniform(self.low, self.high):.{self.decimals}f}"


Attribute = Text | Choice | Between


def draw(attributes: Mapping[str, Attribute], place: Place, thing_seed: int) -> dict[str, str]:
    """Return a thing's attributes. Each depends on the thing's seed and its own name alone, not on the others."""
    return {
        name: attribute.value(place, Random(seed_for(thing_seed, f"attribute/{name}")))
        for name, attribute in attributes.items()
    }


def filled(template: str, place: Place) -> str:
    """Return the template with its placeholders filled in."""
    values = {"index": str(place.index), "thing": place.thing, "group": place.group}

    def put(found: re.Match[str]) -> str:
        return values[found[1]] if found[1] is not None else found[0][0]

    return _PLACEHOLDER.sub(put, template)


def unknown_placeholder(template: str) -> str | None:
    """Return the first thing in braces that stands for nothing (a lone brace counts), None if there is none."""
    for found in _PLACEHOLDER.finditer(template):
        if found[0] in ("{{", "}}"):
            continue
        if found[1] not in PLACEHOLDERS:
            return found[0]
    return None
