"""Fleet files: which things there are, what they are like and how they begin, as people write them in YAML or JSON.

groups:
  - {prefix: pump-, count: 20, scenario: "success=8,fail=1", firmware: 2.3.1}
things:
  - {name: valve-1, scenario: timeout}
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from simulator import fleet_attributes, fleet_csv, fleet_rules
from simulator.errors import InputError
from simulator.fleet import ThingSpec
from simulator.fleet_attributes import Place
from simulator.fleet_model import MAX_THINGS, FleetFile, GroupEntry, ThingEntry, drawn_by
from simulator.fleet_plan import FleetPlan, Registration
from simulator.fleet_sentences import problems_of
from simulator.marker import TYPED_ATTRIBUTES, UNTYPED_ATTRIBUTES
from simulator.scenario import file_kind, loader, mix, source
from simulator.scenario.file_kind import Kind
from simulator.scenario.problems import Path as Where
from simulator.scenario.problems import Problem, error_of, shown
from simulator.scenario.source import Source
from simulator.scenario.walk import seed_for
from simulator.thing_names import NameTemplate, template

MAX_BYTES: Final = source.MAX_BYTES


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet file that was read. Paths in it are meant from `folder`; `at` is where it stands in a run file."""

    file: FleetFile
    read: Source
    folder: Path
    at: Where = ()

    def plan(self, run_seed: int, known: Collection[str] = ()) -> FleetPlan:
        """Make out who does what, and is like what; `known` are names of scenarios that are neither built in nor files.

        Raises:
            ScenarioError: an InputError that holds every mistake that only now can be seen.
        """
        return _Plan(self, run_seed, known).made()


def read(path: Path, option: str = "--fleet") -> Fleet:
    """Return what a fleet file says.

    Raises:
        InputError: there is no such file, or it has mistakes: all of them at once, each with its line.
    """
    return parse(text_of(path, option), str(path), path.parent)


def text_of(path: Path, option: str) -> str:
    """Return the text of a file that an option names.

    Raises:
        InputError: it cannot be read, or is no text.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InputError(str(path), "is not UTF-8 text", "save the file as UTF-8") from exc
    except (OSError, ValueError) as exc:
        where = f"{option} {path}".strip()
        words = getattr(exc, "strerror", None) or str(exc)
        raise InputError(where, f"cannot be read: {words.lower()}", "check the path") from exc


def parse(text: str, where: str, folder: Path = Path()) -> Fleet:
    """Return what the text of a fleet file says; `where` names it in errors.

    Raises:
        InputError: it has mistakes.
    """
    told = source.read(text, where)
    file_kind.expect(Kind.FLEET, told.data, where)
    problems = list(told.problems)
    file = None
    try:
        file = FleetFile.model_validate({} if told.data is None else told.data)
    except ValidationError as exc:
        problems += problems_of(exc, told, FleetFile)
    problems += [told.problem(*finding) for finding in fleet_rules.findings(told.data)]
    if problems or file is None:
        raise error_of(problems)
    return Fleet(file, told, folder)


class _Plan:
    """Goes through the entries of a file, collecting things and mistakes."""

    def __init__(self, fleet: Fleet, run_seed: int, known: Collection[str]) -> None:
        self._fleet = fleet
        self._seed = run_seed
        self._problems: list[Problem] = []
        self._specs: dict[str, ThingSpec] = {}
        self._registrations: dict[str, Registration] = {}
        self._start_after: dict[str, float] = {}
        self._scenarios = {name: name for name in known}

    def made(self) -> FleetPlan:
        file = self._fleet.file
        for number, thing in enumerate(file.things):
            self._add_thing(thing, number)
        for number, group in enumerate(file.groups):
            if group.csv is not None:
                self._add_rows(group, group.csv, ("groups", number))
            else:
                self._add_numbered(group, ("groups", number))
        if len(self._specs) > MAX_THINGS:
            self._tell((), f"there are {len(self._specs):,} things", f"use at most {MAX_THINGS:,}")
        if self._problems:
            raise error_of(self._problems)
        certificates = file.certificates
        return FleetPlan(
            specs=tuple(self._specs.values()),
            registrations=self._registrations,
            start_after=self._start_after,
            ramp=file.ramp,
            keep_alive_seconds=file.keep_alive_seconds,
            ca=self._path(certificates.ca if certificates else None),
            certificate=self._path(certificates.certificate if certificates else None),
            key=self._path(certificates.key if certificates else None),
        )

    # --- entries ----------------------------------------------------------------------------------------------------

    def _add_thing(self, entry: ThingEntry, number: int) -> None:
        path: Where = ("things", number)
        weights = self._weights(entry.scenario, (*path, "scenario"))
        seed = seed_for(self._seed, entry.name) if entry.seed is None else entry.seed
        chosen = mix.assign([entry.name], weights, self._seed)[entry.name] if weights else ""
        self._add(entry, path, Place(entry.name, number + 1), seed, chosen, entry.firmware, {})

    def _add_numbered(self, group: GroupEntry, path: Where) -> None:
        """Add numbered things; those that are left out keep their places, so that the others are as they were."""
        first = 1 if group.first is None else group.first
        numbers = range(first, first + (group.count or 0))
        left_out = frozenset(group.without)
        if strange := [number for number in group.without if number not in numbers]:
            what = f"{strange[0]} is none of the numbers {numbers[0]} to {numbers[-1]}"
            self._tell((*path, "without"), what, "take it out")
        elif len(left_out) == len(numbers):
            self._tell((*path, "without"), "leaves out every thing of the group", "take the group out")
        names_by = _template_of(group, numbers[-1])
        names = {number: names_by.name(number) for number in numbers if number not in left_out}
        weights = self._weights(group.scenario, (*path, "scenario"))
        chosen = mix.assign(names.values(), weights, self._seed) if weights else dict.fromkeys(names.values(), "")
        for number, name in names.items():
            place = Place(name, number - first + 1, names_by.before)
            self._add(group, path, place, seed_for(self._seed, name), chosen[name], group.firmware, {})

    def _add_rows(self, group: GroupEntry, csv: str, path: Where) -> None:
        rows, problems = fleet_csv.read(self._fleet.folder / csv)
        self._problems += problems
        if problems:
            return
        weights = self._weights(group.scenario, (*path, "scenario"))
        chosen = mix.assign([row.name for row in rows], weights, self._seed) if weights else {}
        own: dict[str, list[tuple[str, float]]] = {}
        for index, row in enumerate(rows, start=1):
            scenario = chosen.get(row.name, "")
            if row.scenario:
                if row.scenario not in own:
                    own[row.scenario] = self._weights(row.scenario, (*path, "csv"))
                scenario = mix.assign([row.name], own[row.scenario], self._seed)[row.name] if own[row.scenario] else ""
            place = Place(row.name, index, Path(csv).stem)
            seed = seed_for(self._seed, row.name)
            self._add(group, path, place, seed, scenario, row.firmware or group.firmware, row.attributes)

    def _add(
        self,
        entry: ThingEntry | GroupEntry,
        path: Where,
        place: Place,
        seed: int,
        scenario: str,
        firmware: str,
        given: Mapping[str, str],
    ) -> None:
        """Add one thing; attributes that the CSV file gives go before those of its group."""
        name = place.thing
        if name in self._specs:
            self._tell(path, f"{name} is in the fleet twice", "names of things are their own")
            return
        attributes = {**fleet_attributes.draw(drawn_by(entry.attributes), place, seed), **given}
        self._check_attributes(attributes, entry, (*path, "attributes"), name)
        self._specs[name] = ThingSpec(
            name=name, scenario=scenario, firmware=firmware, seed=seed, attributes=attributes, index=place.index
        )
        if entry.thing_type or entry.thing_groups:
            self._registrations[name] = Registration(
                thing_type=entry.thing_type or "", thing_groups=tuple(dict.fromkeys(entry.thing_groups))
            )
        if entry.start_after:
            self._start_after[name] = entry.start_after

    # --- what only now can be checked -------------------------------------------------------------------------------

    def _weights(self, text: str, path: Where) -> list[tuple[str, float]]:
        """Return the scenarios of a mix by the names they are found under, [] if one of them cannot be used."""
        try:
            weights = mix.parse_weights(text, "")
        except InputError as exc:
            self._tell(path, ": ".join(part for part in (exc.where.removeprefix(", "), exc.what) if part), exc.mend)
            return []
        found = [(self._resolved(name, path), weight) for name, weight in weights]
        return [(name, weight) for name, weight in found if name] if all(name for name, _ in found) else []

    def _resolved(self, name: str, path: Where) -> str:
        """Return the name of a built-in scenario, or the path of a file from where the program runs; "" if neither."""
        if name not in self._scenarios:
            beside = self._fleet.folder / name
            known = str(beside) if name not in loader.builtin_names() and _is_file(beside) else name
            try:
                loader.resolve(known)
            except InputError as exc:
                problems = getattr(exc, "problems", ())
                if problems:
                    self._problems += problems
                else:
                    self._tell(path, f"{exc.where}: {exc.what}", exc.mend)
                known = ""
            self._scenarios[name] = known
        return self._scenarios[name]

    def _check_attributes(
        self, attributes: Mapping[str, str], entry: ThingEntry | GroupEntry, path: Where, thing: str
    ) -> None:
        for name, value in attributes.items():
            if not fleet_attributes.VALUE.fullmatch(value):
                what = f"{shown(value)}, for {thing}, is no value that AWS takes for an attribute"
                self._tell((*path, name), what, f"use {fleet_attributes.VALUE_LETTERS}")
        most = TYPED_ATTRIBUTES if entry.thing_type else UNTYPED_ATTRIBUTES
        if len(attributes) > most:
            self._tell(path, *fleet_rules.too_many(len(attributes), has_type=bool(entry.thing_type)))

    def _tell(self, path: Where, what: str, mend: str) -> None:
        """Note a mistake, one at each place: what is wrong with one thing of a group is wrong with many."""
        whole = (*self._fleet.at, *path)
        if not any(problem.path == whole for problem in self._problems):
            self._problems.append(self._fleet.read.problem(whole, what, mend))

    def _path(self, text: str | None) -> str:
        return "" if text is None else str(self._fleet.folder / text)


def _template_of(group: GroupEntry, last: int) -> NameTemplate:
    if group.names is not None:
        return template(group.names)
    return NameTemplate(group.prefix or "", max(2, len(str(last))))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
