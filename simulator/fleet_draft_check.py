"""What there is to say of a numbered fleet as it is being described, and its fleet file.

What is typed is written as a fleet file and read as one: so every rule is the fleet file's own, what is added is what
the file says, and the command line makes the same things of it.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from simulator import certificate_match, fleet_file
from simulator.certificate_match import Match
from simulator.errors import InputError
from simulator.fleet_draft import Around, Field, Findings, FleetDraft
from simulator.fleet_plan import FleetPlan
from simulator.fleet_text import MARK, scenario_files
from simulator.resources_check import bytes_for, descriptors_for, ensure_descriptors
from simulator.scenario import source
from simulator.scenario.problems import Path, Problem, ScenarioError
from simulator.thing_names import template

MOST_LEFT_OUT: Final = source.MAX_VALUES // 2  # a fleet file lists them
NAMED: Final = 3  # of those that have no certificate

_PLACES: Final[Mapping[Path, Field]] = {
    ("seed",): Field.SEED,
    ("ramp",): Field.RATE,
    ("certificates",): Field.CERTIFICATES,
    ("groups", 0, "count"): Field.COUNT,
    ("groups", 0, "names"): Field.NAMES,
    ("groups", 0, "first"): Field.FIRST,
    ("groups", 0, "without"): Field.CERTIFICATES,
    ("groups", 0, "firmware"): Field.FIRMWARE,
    ("groups", 0, "scenario"): Field.MIX,
    ("groups", 0, "thing_groups"): Field.GROUP,
}
"""Where in the fleet file a field's value stands."""


def check(draft: FleetDraft, around: Around) -> Findings:
    """Look at a draft. It takes a moment for very many things: not to be called where a window would wait for it."""
    shares = _shares([weight for _, weight in draft.mix])
    try:
        file = fleet_file.parse(_text(draft), "").file
        fleet_file.parse(_text(replace(draft, count="1")), "").plan(0, around.scenarios)
    except ScenarioError as error:
        return Findings(problems=_by_field(error.problems), shares=shares)
    group = file.groups[0]
    first, names = group.first or 0, template(group.names or "")
    numbers = range(first, first + (group.count or 0))
    problems: dict[Field, str] = {}
    match, missing = None, list[int]()
    if isinstance(around.files, InputError):
        problems[Field.CERTIFICATES] = _sentence(around.files.what, around.files.mend)
    elif draft.folder:
        match = certificate_match.match(draft.folder, around.files, [names.name(number) for number in numbers])
        missing = names.numbers_of(match.missing)
    can_skip = 0 < len(missing) < len(numbers) and len(missing) <= MOST_LEFT_OUT
    skipped = missing if draft.skips_missing and can_skip else []
    if match and missing and not skipped:
        problems[Field.CERTIFICATES] = _without_certificate(match.missing, everything=len(missing) == len(numbers))
    text = _text(draft, match, skipped)
    try:
        fleet_file.parse(text, "")
    except ScenarioError as error:  # what stands in the path of a folder
        problems = _by_field(error.problems) | problems
    left_out = frozenset(skipped)
    kept = [number for number in numbers if number not in left_out]
    there = names.numbers_of(around.things)
    total = len(kept) + len(around.things)
    return Findings(
        problems=problems,
        count=len(kept),
        first_name=names.name(kept[0]),
        last_name=names.name(kept[-1]),
        taken=sum(number in numbers and number not in left_out for number in there),
        free_number=max(there, default=0) + 1,
        next_number=numbers[-1] + 1,
        seed=file.seed or 0,
        match=match,
        left_out=len(skipped),
        can_skip=can_skip,
        shares=shares,
        open_files=descriptors_for(total),
        memory_bytes=bytes_for(total),
        no_room=_no_room(total),
        text=text,
    )


def plan(findings: Findings, scenarios: Collection[str]) -> FleetPlan:
    """Return the things of a draft that can be added, as the command line makes them of its file.

    Raises:
        InputError: a scenario has gone meanwhile.
    """
    fleet = fleet_file.parse(findings.text, "")
    return fleet.plan(fleet.file.seed or 0, scenarios)


def files_of(stem: str, draft: FleetDraft, findings: Findings, scenarios: Mapping[str, str]) -> dict[str, str]:
    """Return the texts to be written, by file name: `<stem>.yaml`, and beside it what it needs of `scenarios`.

    Raises:
        InputError: a scenario has a name that no file can have.
    """
    files, names = scenario_files(stem, [name for name, _ in draft.mix], scenarios)
    written = replace(draft, mix=tuple((names[name], weight) for name, weight in draft.mix))
    skipped = () if not draft.skips_missing or findings.match is None else findings.match.missing
    text = _text(written, findings.match, template(draft.names.strip()).numbers_of(skipped))
    return {f"{stem}.yaml": text, **files}


# --- the file ---------------------------------------------------------------------------------------------------------


def _text(draft: FleetDraft, match: Match | None = None, left_out: Sequence[int] = ()) -> str:
    """Return the draft as a fleet file, right or wrong."""
    lines = [MARK, f"seed: {_number(draft.seed)}"]
    if draft.rate.strip():
        lines.append(f"ramp: {_number(draft.rate)}")
    if match is not None:
        ca = {"ca": match.ca} if match.ca else {}
        lines.append(f"certificates: {json.dumps({**ca, 'certificate': match.certificate, 'key': match.key})}")
    mix = ", ".join(f"{json.dumps(name)}: {_number(weight)}" for name, weight in draft.mix)
    lines += [
        "groups:",
        f"  - names: {json.dumps(draft.names.strip())}",
        f"    count: {_number(draft.count)}",
        f"    first: {_number(draft.first)}",
        f"    scenario: {{{mix}}}",
    ]
    if draft.firmware.strip():
        lines.append(f"    firmware: {json.dumps(draft.firmware.strip())}")
    if draft.group.strip():
        lines.append(f"    thing_groups: [{json.dumps(draft.group.strip())}]")
    if left_out:
        lines.append(f"    without: {json.dumps(list(left_out))}")
    return "\n".join(lines) + "\n"


def _number(text: str) -> str:
    """Return what was typed for a number as it is, if it is one; else as a text, which its reader then refuses."""
    text = text.strip()
    value = source.resolve(text)
    return text if isinstance(value, int | float) and not isinstance(value, bool) else json.dumps(text)


# --- what speaks against it -------------------------------------------------------------------------------------------


def _by_field(problems: Sequence[Problem]) -> dict[Field, str]:
    """Return one sentence for each field that is amiss, the first."""
    found: dict[Field, str] = {}
    for problem in problems:
        where = next((one for place, one in _PLACES.items() if problem.path[: len(place)] == place), Field.COUNT)
        inside = str(problem.path[3]) if where is Field.MIX and len(problem.path) > 3 else ""  # a scenario's name
        found.setdefault(where, " ".join(filter(None, [inside, _sentence(problem.what, problem.mend)])))
    return found


def _sentence(what: str, mend: str) -> str:
    return f"{what}; {mend}" if mend else what


def _without_certificate(missing: Sequence[str], *, everything: bool) -> str:
    if everything:
        likes = " and ".join(pattern.replace("{thing}", missing[0]) for pattern in certificate_match.PATTERNS[0])
        return f"none of the things has a certificate there; files are matched by name, such as {likes}"
    few = ", ".join(missing[:NAMED])
    if len(missing) > NAMED:
        few = f"{few} and {len(missing) - NAMED:,} more"
    return f"{few} {'has' if len(missing) == 1 else 'have'} none; add the files, or leave those things out"


def _no_room(things: int) -> str:
    try:
        ensure_descriptors(things)
    except InputError as error:
        return str(error)
    return ""


def _shares(weights: Sequence[str]) -> list[int]:
    """Return what the weights are in percent; they add up to 100. None while one of them is no number above 0."""
    values = [source.resolve(weight.strip()) for weight in weights]
    numbers = [float(one) for one in values if isinstance(one, int | float) and not isinstance(one, bool) and one > 0]
    total = sum(numbers)
    if len(numbers) < len(weights) or not 0 < total < float("inf"):
        return []
    exact = [100 * number / total for number in numbers]
    shares = [int(one) for one in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: shares[place] - exact[place])
    for place in by_rest[: 100 - sum(shares)]:
        shares[place] += 1
    return shares
