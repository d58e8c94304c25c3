"""From the text of a scenario file to the scenario, all its mistakes told at once. `loader` loads this late."""

from collections.abc import Callable, Iterator

from pydantic import ValidationError

from simulator.errors import InputError
from simulator.scenario import file_kind, rules, source
from simulator.scenario.compile import compiled
from simulator.scenario.file_kind import Kind
from simulator.scenario.model import ScenarioFile
from simulator.scenario.plan import Scenario
from simulator.scenario.problems import Path, Problem, ScenarioError, error_of
from simulator.scenario.sentences import sentences
from simulator.scenario.source import Source

MAX_DEPTH = 8  # scenarios included in each other
MAX_ACTIONS = 50_000  # in one walk, those that send nothing too


def read(text: str, where: str, find: Callable[[str], Scenario]) -> Scenario:
    """Read a scenario from YAML 1.2 or JSON. `where` names the text in errors; `find` knows the scenarios it may name.

    Raises:
        ScenarioError: an InputError that holds every mistake.
    """
    found = source.read(text, where)
    file_kind.expect(Kind.SCENARIO, found.data, where)
    problems = list(found.problems)
    file: ScenarioFile | None = None
    if found.data is None:
        mend = "begin with name, steps and end, as docs/scenarios.md shows"
        problems.append(found.problem((), "the file is empty", mend))
    else:
        try:
            file = ScenarioFile.model_validate(found.data)
        except ValidationError as exc:
            problems += [found.problem(*finding) for finding in sentences(exc)]
        problems += [found.problem(*finding) for finding in rules.findings(found.data)]
    named: dict[str, Scenario | None] = {}
    for path, name in _named(found.data):
        if name in named:
            continue
        named[name] = None
        try:
            named[name] = find(name)
        except ScenarioError as exc:
            problems.append(found.problem(path, f"{name[:80]} cannot be used: {exc.problems[0]}", ""))
        except InputError as exc:
            problems.append(found.problem(path, exc.what, exc.mend))
    if problems or file is None:
        raise error_of(problems)
    known = {name: each for name, each in named.items() if each is not None}
    scenario = compiled(file, known.__getitem__)
    if too_much := list(_too_much(scenario, found)):
        raise error_of(too_much)
    return scenario


def _named(data: object) -> Iterator[tuple[Path, str]]:
    """Yield the scenarios that a file names, and where; first those of its mix."""
    if not isinstance(data, dict):
        return
    mix = data.get("mix")
    if isinstance(mix, dict):
        yield from ((("mix", name), name) for name, weight in mix.items() if isinstance(weight, int | float))
    yield from _included(data.get("steps"), ("steps",))


def _included(steps: object, path: Path) -> Iterator[tuple[Path, str]]:
    for number, step in enumerate(steps if isinstance(steps, list) else ()):
        if not isinstance(step, dict) or len(path) > 2 * rules.MAX_DEPTH * 2:
            continue
        place = (*path, number)
        name = step.get("include")
        if isinstance(name, str) and name:
            yield (*place, "include"), name
        yield from _included(step.get("steps"), (*place, "steps"))
        branches = step.get("choose")
        for at, branch in enumerate(branches if isinstance(branches, list) else ()):
            if isinstance(branch, dict):
                yield from _included(branch.get("steps"), (*place, "choose", at, "steps"))


def _too_much(scenario: Scenario, found: Source) -> Iterator[Problem]:
    """Yield what only shows once the scenarios that a file includes are known: how long and how deep it gets."""
    updates, actions = 1.0, 1.0
    for number, item in enumerate(scenario.steps):
        path = ("steps", number)
        updates += item.outlook.updates
        actions += item.outlook.actions
        if item.outlook.depth > MAX_DEPTH:
            what = f"more than {MAX_DEPTH} scenarios are included in each other here"
            yield found.problem(path, what, "include fewer, or copy the steps of one")
        if updates > rules.MAX_UPDATES or actions > MAX_ACTIONS:
            told = f"{updates:,.0f} updates" if updates > rules.MAX_UPDATES else f"{actions:,.0f} steps and updates"
            most = rules.MAX_UPDATES if updates > rules.MAX_UPDATES else MAX_ACTIONS
            what = f"up to here a walk may come to {told}, more than {most:,}"
            yield found.problem(path, what, "repeat or include less")
            return
