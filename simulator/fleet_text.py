"""Writes things as a fleet file that `fleet_file` reads back: the same names, scenarios, firmware and chance."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from simulator.errors import InputError
from simulator.fleet import ThingSpec
from simulator.fleet_plan import Registration
from simulator.scenario import loader, source
from simulator.scenario.walk import seed_for

MARK: Final = "# A fleet, written by the window of Thing Simulator."
MOST_VALUES: Final = source.MAX_VALUES * 3 // 4  # above it the things go into a CSV file beside
FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,99}")
OWN_COLUMNS: Final = ("name", "scenario", "firmware")


def files_of(
    stem: str,
    things: Sequence[ThingSpec],
    seed: int,
    scenarios: Mapping[str, str],
    registrations: Mapping[str, Registration] = {},
    ramp: float = 0.0,
) -> dict[str, str]:
    """Return the texts to be written, by file name: `<stem>.yaml`, and what it names beside itself.

    `scenarios` are the texts of those that are neither built in nor files. Seeds that follow from `seed` and the
    thing's name are left out, since the reader makes the same ones. `registrations` are of the things that have a type
    or groups; `ramp` is in connections a second, 0 for no limit.

    Raises:
        InputError: there are no things, or a scenario has a name that no file can have.
    """
    if not things:
        raise InputError("", "there are no things to be saved", "add some first")
    files, names = scenario_files(stem, [one.scenario for one in things], scenarios)
    lines = [MARK, f"seed: {seed}", *([f"ramp: {ramp:g}"] if ramp else [])]
    registered = {name: _registered(one) for name, one in registrations.items()}
    values = sum(5 + 2 * len(one.attributes) + (one.seed != seed_for(seed, one.name)) for one in things)
    values += sum(1 + len(one.thing_groups) for one in registrations.values())
    if values > MOST_VALUES:
        lines.append("groups:")
        by_registration: dict[str, list[ThingSpec]] = {}
        for one in things:
            by_registration.setdefault(registered.get(one.name, ""), []).append(one)
        for number, (written, those) in enumerate(by_registration.items(), start=1):
            name = f"{stem}.things{f'-{number}' if number > 1 else ''}.csv"
            files[name] = _table(those, names)
            lines.append(f"  - {{csv: {json.dumps(name)}{written}}}")
    else:
        lines.append("things:")
        lines += [_line(one, names[one.scenario], seed, registered.get(one.name, "")) for one in things]
    return {f"{stem}.yaml": "\n".join(lines) + "\n", **files}


def scenario_files(
    stem: str, wanted: Iterable[str], scenarios: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts that go beside `<stem>.yaml`, and how it names each of the scenarios it wants.

    Raises:
        InputError: one of them has a name that no file, or no fleet file, can have.
    """
    files: dict[str, str] = {}
    return files, {name: _scenario(name, stem, scenarios, files) for name in dict.fromkeys(wanted)}


def _scenario(name: str, stem: str, scenarios: Mapping[str, str], files: dict[str, str]) -> str:
    """Return how a fleet file names a scenario; put its text beside it if it has to be."""
    if name not in scenarios:
        if name in loader.builtin_names():
            return name
        place = str(Path(name).absolute())
        if "," in place or "=" in place:  # a fleet file would read it as several, with their weights
            raise InputError(f"scenario {place}", "has a comma or an = in its path", "move its file, or rename it")
        return place
    if not FILE_NAME.fullmatch(name):
        raise InputError(f"scenario {name[:80]}", "has a name that no file can have", "give it another one first")
    files[f"{stem}.{name}.yaml"] = scenarios[name]
    return f"{stem}.{name}.yaml"


def _registered(registration: Registration) -> str:
    """Return the end of an entry that says how its things are registered."""
    written = f", thing_type: {json.dumps(registration.thing_type)}" if registration.thing_type else ""
    if registration.thing_groups:
        written += f", thing_groups: {json.dumps(list(registration.thing_groups))}"
    return written


def _line(thing: ThingSpec, scenario: str, seed: int, registered: str) -> str:
    parts = {"name": thing.name, "scenario": scenario, "firmware": thing.firmware}
    written = [f"{key}: {json.dumps(value)}" for key, value in parts.items()]
    if thing.seed != seed_for(seed, thing.name):
        written.append(f"seed: {thing.seed}")
    if thing.attributes:
        inside = ", ".join(f"{json.dumps(key)}: {json.dumps(_braced(text))}" for key, text in thing.attributes.items())
        written.append(f"attributes: {{{inside}}}")
    return f"  - {{{', '.join(written)}{registered}}}"


def _braced(text: str) -> str:
    """Braces stand for placeholders in a fleet file, unless they are written twice."""
    return text.replace("{", "{{").replace("}", "}}")


def _table(things: Sequence[ThingSpec], names: Mapping[str, str]) -> str:
    """Things one by one in CSV: without seeds, which the reader makes from the fleet's seed and their names."""
    columns = list(dict.fromkeys(key for thing in things for key in thing.attributes if key not in OWN_COLUMNS))
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*OWN_COLUMNS, *columns])
    for thing in things:
        own = (thing.name, names[thing.scenario], thing.firmware)
        table.writerow([*own, *(thing.attributes.get(key, "") for key in columns)])
    return out.getvalue()
