"""Run files: a fleet, jobs and what is to come of them, as people write them in YAML or JSON.

fleet: FLEET.yaml
jobs:
  - {document: firmware-update, at: 10 s}
assertions:
  - {status: SUCCEEDED, at_least: 95 %, within: 60 s}
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator import assertions_model, fleet_file, fleet_rules, job_document
from simulator.assertions import Assertion
from simulator.errors import InputError
from simulator.fleet_file import Fleet
from simulator.fleet_plan import FleetPlan
from simulator.fleet_rules import Finding
from simulator.fleet_sentences import nearest, problems_of
from simulator.run_file_model import JobEntry, RunFile, wire_of
from simulator.run_jobs import JobPlan, job_name
from simulator.run_plan import RunOptions
from simulator.scenario import file_kind, source
from simulator.scenario.file_kind import Kind
from simulator.scenario.problems import Path as Where
from simulator.scenario.problems import Problem, error_of, shown
from simulator.scenario.source import Source

MOST_JOBS = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """A run file that was read, with the fleet and the documents it names. Paths in it are meant from `folder`."""

    file: RunFile
    read: Source
    folder: Path
    fleet: Fleet
    documents: tuple[str, ...]
    assertions: tuple[Assertion, ...]

    def jobs(self, fleet: FleetPlan) -> tuple[JobPlan, ...]:
        """Return the jobs for a fleet, in the order in which they are created.

        Raises:
            ScenarioError: an InputError that holds every target that is not in the fleet.
        """
        problems: list[Problem] = []
        jobs: list[JobPlan] = []
        for number, entry in enumerate(self.file.jobs):
            path: Where = ("jobs", number)
            targets = self._targets(entry, fleet, path, problems)
            one = JobPlan(
                name=name_of(entry, number, self.file.jobs),
                document=self.documents[number],
                at=entry.at,
                targets=targets,
                target_group=entry.target_group or "",
                description=entry.description or "",
                wire=wire_of(entry),
            )
            jobs.extend([one] * entry.count)
        if problems:
            raise error_of(problems)
        return tuple(sorted(jobs, key=lambda job: job.at))

    def options(self, switches: Mapping[str, Any], reports: Sequence[Path] = ()) -> RunOptions:
        """Return what is to be run; `switches` are RunOptions by name and go before what the file says.

        Raises:
            InputError: a switch means a fleet of its own, and the file has one.
        """
        for name in ("things", "prefix", "scenario"):
            if name in switches and "fleet_file" not in switches:
                what = "the run file has a fleet already"
                raise InputError(f"--{name}", what, "leave it out, or give another fleet with --fleet")
        file = self.file
        written: dict[str, Any] = {
            "mqtt": file.mqtt,
            "http": file.http,
            "seed": file.seed,
            "time_scale": file.time_scale,
            "ramp": file.ramp,
            "workers": file.workers,
            "timeout_seconds": file.timeout,
            "remove_things": file.remove_things,
        }
        chosen = {name: value for name, value in written.items() if value is not None} | dict(switches)
        paths = (*(self.folder / text for text in file.reports), *reports)
        return RunOptions(**chosen, run_file=self, reports=paths)

    def _targets(
        self, entry: JobEntry, fleet: FleetPlan, path: Where, problems: list[Problem]
    ) -> tuple[str, ...] | None:
        names = [spec.name for spec in fleet.specs]
        if entry.target_group is not None:
            members = tuple(
                name
                for name in names
                if name in fleet.registrations and entry.target_group in fleet.registrations[name].thing_groups
            )
            if not members:
                near = nearest(entry.target_group, fleet.thing_groups)
                there = ", ".join(fleet.thing_groups) or "none: give a group of the fleet thing_groups"
                mend = f"did you mean {near}?" if near else f"there are {there}"
                what = f"no thing of the fleet is in the thing group {entry.target_group}"
                problems.append(self.read.problem((*path, "target_group"), what, mend))
            return members
        if entry.things is None:
            return None
        wanted: dict[str, None] = {}
        known = set(names)
        for number, text in enumerate(entry.things):
            found = [name for name in names if name.startswith(text[:-1])] if text.endswith("*") else [text]
            if not found or found[0] not in known:
                near = nearest(text, names[:1000])
                mend = f"did you mean {near}?" if near else f"names begin like {names[0]}"
                problems.append(
                    self.read.problem((*path, "things", number), f"no thing of the fleet is {shown(text)}", mend)
                )
            wanted.update(dict.fromkeys(found))
        return tuple(wanted)


def read(path: Path) -> Run:
    """Return what a run file says, and what the files say that it names.

    Raises:
        InputError: there is no such file, or there are mistakes: all of them at once, each with its line.
    """
    return parse(fleet_file.text_of(path, ""), str(path), path.parent)


def parse(text: str, where: str, folder: Path = Path()) -> Run:
    """Return what the text of a run file says; `where` names it in errors, files it names are looked for in `folder`.

    Raises:
        InputError: it has mistakes, or a file it names has.
    """
    told = source.read(text, where)
    if told.data is None:
        mend = "begin with fleet: and jobs:, as docs/fleet-and-run-files.md shows"
        raise error_of([told.problem((), "the file is empty", mend)])
    data = told.data
    file_kind.expect(Kind.RUN, data, where)
    problems = list(told.problems)
    file = None
    try:
        file = RunFile.model_validate(data)
    except ValidationError as exc:
        problems += problems_of(exc, told, RunFile)
    problems += [told.problem(*finding) for finding in _findings(data)]
    fleet = _fleet(file, told, folder, problems)
    documents = [
        _document(entry, ("jobs", number, "document"), told, folder, problems)
        for number, entry in enumerate(file.jobs if file else ())
    ]
    if problems or file is None or fleet is None:
        raise error_of(problems)
    assertions = [assertions_model.assertion_of(entry, number) for number, entry in enumerate(file.assertions, start=1)]
    return Run(file, told, folder, fleet, tuple(documents), tuple(assertions))


def name_of(entry: JobEntry, number: int, entries: Sequence[JobEntry]) -> str:
    """Return what a job is called: by its name, or its document's, with a number if that is another's too."""
    if entry.name is not None:
        return entry.name
    plain = [one.name or job_name(one.document if isinstance(one.document, str) else None) for one in entries]
    return plain[number] if plain.count(plain[number]) == 1 else f"{plain[number][:36]}-{number + 1}"


def _fleet(file: RunFile | None, told: Source, folder: Path, problems: list[Problem]) -> Fleet | None:
    if file is None:
        return None
    if not isinstance(file.fleet, str):
        return Fleet(file.fleet, told, folder, ("fleet",))
    try:
        return fleet_file.read(folder / file.fleet, "")
    except InputError as exc:
        found = getattr(exc, "problems", ())
        problems += found or [told.problem(("fleet",), f"{exc.where.strip()}: {exc.what}", exc.mend)]
        return None


def _document(entry: JobEntry, path: Where, told: Source, folder: Path, problems: list[Problem]) -> str:
    """Return the text of a job's document: a file, a sample by its name, or what stands in the run file itself."""
    try:
        if not isinstance(entry.document, str):
            text = json.dumps(entry.document, ensure_ascii=False, indent=1)
            job_document.check("", text)
            return text
        beside = folder / entry.document
        is_sample = entry.document in job_document.builtin_names() and not beside.exists()
        return job_document.read(entry.document if is_sample else str(beside))
    except InputError as exc:
        problems.append(told.problem(path, f"{exc.where}: {exc.what}" if exc.where else exc.what, exc.mend))
    except ValueError as exc:  # a number that JSON has not
        problems.append(told.problem(path, f"cannot be written as JSON: {exc}", "write it as a text"))
    return ""


def _findings(data: Any) -> Iterator[Finding]:
    if not isinstance(data, dict):
        return
    if isinstance(data.get("fleet"), dict):
        for path, what, mend in fleet_rules.findings(data["fleet"]):
            yield ("fleet", *path), what, mend
    entries = data.get("jobs")
    jobs = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    yield from _job_findings(jobs)
    for path, what, mend in assertions_model.findings(data.get("assertions"), _names(jobs)):
        yield ("assertions", *path), what, mend


def _job_findings(jobs: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    names: dict[str, int] = {}
    total = 0
    for number, entry in enumerate(jobs):
        if entry.get("target_group") is not None and entry.get("things") is not None:
            yield ("jobs", number, "things"), "does not go with target_group", "keep one of the two"
        name = entry.get("name")
        if isinstance(name, str) and name in names:
            yield ("jobs", number, "name"), f"is the name of job {names[name] + 1} too", "give it another"
        if isinstance(name, str):
            names.setdefault(name, number)
        yield from _rollout_findings(entry, number)
        count = entry.get("count", 1)
        total += count if isinstance(count, int) else 1
    if total > MOST_JOBS:
        yield ("jobs",), f"are {total:,} jobs in all", f"use at most {MOST_JOBS:,}"


def _rollout_findings(entry: dict[str, Any], number: int) -> Iterator[Finding]:
    rollout = entry.get("jobExecutionsRolloutConfig")
    rate = rollout.get("exponentialRate") if isinstance(rollout, dict) else None
    criteria = rate.get("rateIncreaseCriteria") if isinstance(rate, dict) else None
    if isinstance(criteria, dict) and len(criteria) != 1:
        path = ("jobs", number, "jobExecutionsRolloutConfig", "exponentialRate", "rateIncreaseCriteria")
        mend = "write either numberOfNotifiedThings or numberOfSucceededThings"
        yield path, "wants one criterion", mend


def _names(jobs: Sequence[dict[str, Any]]) -> list[str]:
    """Return the names of the jobs, as far as they can be told from the plain values."""
    plain = [
        str(entry["name"])
        if isinstance(entry.get("name"), str)
        else job_name(entry["document"] if isinstance(entry.get("document"), str) else None)
        for entry in jobs
    ]
    return [
        name if plain.count(name) == 1 or isinstance(jobs[number].get("name"), str) else f"{name[:36]}-{number + 1}"
        for number, name in enumerate(plain)
    ]
