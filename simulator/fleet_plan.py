"""A fleet made out for one seed: its things, how they are registered, and how they begin."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from simulator.fleet import ThingSpec
from simulator.report_words import number_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a thing is beside its name and attributes: its thing type ("" for none) and its thing groups."""

    thing_type: str = ""
    thing_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """The things of a file, made out for one seed. `start_after` has simulated seconds, of the things that wait."""

    specs: tuple[ThingSpec, ...]
    registrations: Mapping[str, Registration] = field(default_factory=dict)
    start_after: Mapping[str, float] = field(default_factory=dict)
    ramp: float | None = None
    keep_alive_seconds: int | None = None
    ca: str = ""
    certificate: str = ""
    key: str = ""

    @property
    def thing_types(self) -> list[str]:
        """The thing types that things have, each once."""
        return list(dict.fromkeys(one.thing_type for one in self.registrations.values() if one.thing_type))

    @property
    def thing_groups(self) -> list[str]:
        """The thing groups that things are in, each once."""
        return list(dict.fromkeys(name for one in self.registrations.values() for name in one.thing_groups))


@dataclass(frozen=True, slots=True)
class Wave:
    """Things that begin together, so many simulated seconds after the first could have begun."""

    seconds: float
    names: tuple[str, ...]


class HasThings(Protocol):
    """What is asked of a plan."""

    @property
    def specs(self) -> tuple[ThingSpec, ...]: ...
    @property
    def start_after(self) -> Mapping[str, float]: ...


def start_waves(plan: HasThings) -> list[Wave]:
    """Return which things begin when, the first ones first; there is at least one wave."""
    names_at: dict[float, list[str]] = {}
    for spec in plan.specs:
        names_at.setdefault(plan.start_after.get(spec.name, 0.0), []).append(spec.name)
    return [Wave(seconds, tuple(names)) for seconds, names in sorted(names_at.items())]


def describe(plan: FleetPlan) -> Iterator[str]:
    """Yield what is in a fleet, in a few words each."""
    yield number_of(len(plan.specs), "thing")
    if plan.thing_types:
        yield f"types {', '.join(plan.thing_types)}"
    if plan.thing_groups:
        yield f"groups {', '.join(plan.thing_groups)}"
    if plan.start_after:
        yield f"the last begin after {max(plan.start_after.values()):g} s"
