"""What a scenario's text holds, what is wrong in it, and what would become of it. Runs beside the window, in a thread.

Whoever writes goes on while this works: it gives way every few milliseconds, and stops when a newer text is there.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event
from time import perf_counter
from typing import Final

from simulator.errors import InputError
from simulator.jobs.model import JobStatus
from simulator.scenario.context import WalkContext
from simulator.scenario.plan import Scenario
from simulator.scenario.preview import Outcomes, Pass, Point
from simulator.scenario.problems import Path, Problem, ScenarioError

PASSES: Final = 1000
FIRST_SECONDS: Final = 0.12  # of walking until something is shown
ALL_SECONDS: Final = 2.5  # and then no longer than this
WORK_SECONDS: Final = 0.002  # between two rests
REST_SECONDS: Final = 0.001
MOST_POINTS: Final = 120  # of the walk that is drawn
DEPTH: Final = 8  # scenarios that name each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A text, looked at. `data` is None if it cannot be read; `scenario` is None unless it has no problems."""

    text: str
    data: object = None
    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    scenario: Scenario | None = None


def check(text: str, file: str, own: Mapping[str, str], taken: frozenset[str]) -> Checked:
    """Read a text. `own` are the texts of others that it may name; `taken` the names it may not have itself."""
    from simulator.scenario import loader, source

    try:
        found = source.read(text, file)
    except ScenarioError as error:
        return Checked(text=text, problems=error.problems)
    problems: tuple[Problem, ...] = ()
    scenario: Scenario | None = None
    try:
        scenario = loader.parse(text, file, _Finder(own).find)
    except ScenarioError as error:
        problems = error.problems
    name = found.data.get("name") if isinstance(found.data, dict) else None
    if isinstance(name, str) and name in taken:
        clash = found.problem(("name",), f"there is a scenario {name} already", "choose another name")
        problems = tuple(sorted((*problems, clash), key=lambda problem: problem.line))
    return Checked(
        text=text,
        data=found.data,
        lines=found.lines,
        problems=problems,
        scenario=None if problems else scenario,
    )


class _Finder:
    """Finds what a scenario names: one's own scenarios and the built-in ones."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own
        self._open: list[str] = []

    def find(self, name: str) -> Scenario:
        from simulator.scenario import loader

        if name not in self._own:
            if name in loader.builtin_names():
                return loader.builtin(name)
            near = difflib.get_close_matches(name, [*self._own, *loader.builtin_names()], n=1, cutoff=0.5)
            mend = f"did you mean {near[0]}?" if near else "name one that is in the list"
            raise InputError(f'scenario "{name[:80]}"', "there is none of this name", mend)
        if name in self._open or len(self._open) >= DEPTH:
            what = f"leads back to itself: {' > '.join([*self._open, name])}"
            raise InputError(name, what, "take one of these names out")
        self._open.append(name)
        try:
            return loader.parse(self._own[name], name, self.find)
        finally:
            self._open.pop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What would become of executions: outcomes of many passes, and one of them as it goes most often."""

    scenario: str  # its name; a mix has members that are walked
    outcomes: Outcomes
    typical: Pass | None
    points: tuple[Point, ...]
    is_done: bool  # no more passes are to come

    @property
    def seconds(self) -> tuple[float, float] | None:
        """Within how many seconds half and 95 % of those that end by themselves have ended."""
        half, most = self.outcomes.percentile(50), self.outcomes.percentile(95)
        return None if half is None or most is None else (half, most)


class Walker:
    """Walks a scenario many times. `go_on` may be called from another thread each time, but from one at a time."""

    def __init__(self, scenario: Scenario, seed: int, stop: Event) -> None:
        from simulator import demo
        from simulator.scenario import preview

        self._scenario, self._seed, self._stop = scenario, seed, stop
        self._document = json.loads(demo.demo_job_document())
        self._passes: Iterator[Pass] = preview.passes(scenario, seed, self._document)
        self._outcomes = Outcomes()
        self._seen: list[tuple[JobStatus, float]] = []

    def go_on(self, seconds: float) -> Outlook | None:
        """Walk for so long, or until there are enough passes; None if this was stopped in between."""
        until = rest = perf_counter()
        until += seconds
        while len(self._seen) < PASSES:
            walked = next(self._passes)
            self._outcomes.add(walked)
            self._seen.append((walked.status, -1.0 if walked.seconds is None else walked.seconds))
            now = perf_counter()
            if now >= until:
                break
            if now - rest >= WORK_SECONDS:
                if self._stop.wait(REST_SECONDS):
                    return None
                rest = perf_counter()
        return self._told(is_done=len(self._seen) >= PASSES)

    def _told(self, *, is_done: bool) -> Outlook:
        from simulator.scenario import preview
        from simulator.scenario.walk import seed_for

        status = max(self._outcomes.ends, key=lambda each: self._outcomes.ends[each])
        alike = sorted((spent, number) for number, (end, spent) in enumerate(self._seen, 1) if end is status)
        number = alike[len(alike) // 2][1]
        name = f"thing-{number:05}"
        context = WalkContext(thing_name=name, job_id="preview", document=self._document, index=number)
        typical = preview.one_pass(self._scenario, context, seed_for(self._seed, name))
        outcomes = Outcomes(self._outcomes.passes, dict(self._outcomes.ends), list(self._outcomes.seconds))
        return Outlook(
            scenario=self._scenario.name,
            outcomes=outcomes,
            typical=typical,
            points=thinned(typical.points),
            is_done=is_done,
        )


def thinned(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Leave out progress reports where there are more points than can be told apart."""
    if len(points) <= MOST_POINTS:
        return points
    every = len(points) // MOST_POINTS + 1
    kept = [
        point
        for place, point in enumerate(points)
        if place % every == 0
        or place in (0, len(points) - 1)
        or (point.status, point.step) != (points[place - 1].status, points[place - 1].step)
    ]
    return tuple(kept if len(kept) <= 2 * MOST_POINTS else [*kept[: 2 * MOST_POINTS - 1], kept[-1]])
