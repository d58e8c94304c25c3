"""What a headless run is going to do, checked as far as it can be before anything starts."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Final

from simulator import job_document, report_files
from simulator.clock import ScaledClock
from simulator.errors import InputError
from simulator.fleet import ThingSpec
from simulator.jobs import limits
from simulator.jobs.model import JobStatus
from simulator.operator_client import is_aws
from simulator.scenario import loader, mix
from simulator.scenario.plan import Scenario, StartsBy
from simulator.scenario.walk import WalkContext, choose, random_for, seed_for
from simulator.transport.address import check_url, parse_address
from simulator.worker import MOST_WORKERS

MAX_THINGS: Final = 100_000
MAX_JOBS: Final = 1_000
MAX_SEED: Final = 2**53 - 1  # JSON readers keep it exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a person asked `thing-simulator run` for. Ramp in connections a second, timeout in real seconds.

    `workers` 0 leaves the number of processes to the program; None for `mqtt` starts a local endpoint.
    """

    things: int = 10
    prefix: str = "thing-"
    fleet_file: Path | None = None
    scenario: str = "success"
    job: str | None = None  # a file, or the name of a sample document
    jobs: int = 1
    mqtt: str | None = None
    http: str | None = None
    seed: int | None = None
    time_scale: float = 1.0
    ramp: float = 0.0
    workers: int = 0
    timeout_seconds: float | None = None
    reports: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run that can begin. Scenarios go by the names they were asked for: built-in ones, or paths of files."""

    options: RunOptions
    seed: int
    specs: tuple[ThingSpec, ...]
    scenarios: Mapping[str, Scenario]
    document: str | None = None
    job_prefix: str = "job"
    in_progress_timeout_minutes: int | None = None

    @property
    def names(self) -> list[str]:
        """The things' names."""
        return [spec.name for spec in self.specs]

    @property
    def has_local_endpoint(self) -> bool:
        """Whether the run starts its own endpoint."""
        return self.options.mqtt is None

    @property
    def region(self) -> str | None:
        """The AWS region that the address names, None for any other address."""
        return _aws_region(self.options.mqtt) if self.options.mqtt else None

    @property
    def has_control_plane(self) -> bool:
        """Whether things can be registered and jobs be made."""
        return self.has_local_endpoint or self.options.http is not None or self.region is not None

    @property
    def scenario_text(self) -> str:
        """The scenarios in a few words, for the report."""
        return self.options.scenario if self.options.fleet_file is None else ", ".join(sorted(self.scenarios))


def plan(options: RunOptions) -> Plan:
    """Check `options` and everything they name; touches no network and starts nothing.

    Raises:
        InputError: something cannot be used; the sentence names file, place and mend.
    """
    _check_numbers(options)
    _check_addresses(options)
    report_files.check_paths(options.reports)
    document = None if options.job is None else job_document.read(options.job)
    seed = SystemRandom().randrange(2**31) if options.seed is None else options.seed
    specs = specs_of(options, seed)
    scenarios = scenarios_of(specs)
    return Plan(
        options=options,
        seed=seed,
        specs=specs,
        scenarios=scenarios,
        document=document,
        job_prefix=_job_prefix(options.job),
        in_progress_timeout_minutes=timeout_minutes_for(scenarios.values()),
    )


def specs_of(options: RunOptions, seed: int) -> tuple[ThingSpec, ...]:
    """Return the things: from the fleet file, or as many as asked for, each with a scenario and chance of its own."""
    if options.fleet_file is not None:
        from simulator import fleet_file

        return fleet_file.read(options.fleet_file, seed)
    digits = max(2, len(str(options.things)))
    names = [f"{options.prefix}{number:0{digits}d}" for number in range(1, options.things + 1)]
    if not limits.THING_NAME.fullmatch(names[-1]):
        mend = "use letters, digits, colons, hyphens and underscores, 128 characters in all"
        raise InputError(f"--prefix {options.prefix}", f"{names[-1][:140]} is no thing name", mend)
    assigned = mix.assign(names, mix.parse_weights(options.scenario), seed)
    return tuple(ThingSpec(name=name, scenario=assigned[name], seed=seed_for(seed, name)) for name in names)


def scenarios_of(specs: Iterable[ThingSpec]) -> dict[str, Scenario]:
    """Return the scenarios of these things, by the names they were asked for.

    Raises:
        InputError: a name is neither built in nor a file, or a file has mistakes.
    """
    return {name: loader.resolve(name) for name in sorted({spec.scenario for spec in specs})}


def timeout_minutes_for(scenarios: Iterable[Scenario]) -> int | None:
    """Return the in-progress timeout that jobs need so that every execution ends; None if they need none.

    A scenario that falls silent without a step timeout would leave its execution IN_PROGRESS for ever. The timeout is a
    minute longer than the longest walk, so that it ends no other one.
    """
    single = [one for scenario in scenarios for one in _members(scenario)]
    if all(one.end.status is not None or any(s.step_timeout_in_minutes for s in one.steps) for one in single):
        return None
    longest = max(sum(step.duration.high for step in one.steps) for one in single)
    return min(math.ceil(longest / 60) + 1, limits.TIMEOUT_MINUTES[1])


def _members(scenario: Scenario) -> Iterator[Scenario]:
    if not scenario.mix:
        yield scenario
    for member, _ in scenario.mix:
        yield from _members(member)


def never_starts(scenario: Scenario, spec: ThingSpec, attempt: int) -> bool:
    """Whether the thing leaves its `attempt`-th execution QUEUED by its scenario, so that waiting would be in vain."""
    if JobStatus.QUEUED not in scenario.possible_ends:
        return False
    context = WalkContext(thing_name=spec.name, job_id="", attempt=attempt)
    chosen = choose(scenario, context, random_for(spec.seed, attempt))
    return chosen.starts_by is StartsBy.NONE or chosen.possible_ends == {JobStatus.QUEUED}


def _check_numbers(options: RunOptions) -> None:
    ScaledClock(options.time_scale)
    for name, value, low, high in (
        ("--things", options.things, 1, MAX_THINGS),
        ("--jobs", options.jobs, 1, MAX_JOBS),
        ("--workers", options.workers, 0, MOST_WORKERS),
        ("--seed", options.seed or 0, 0, MAX_SEED),
    ):
        if not low <= value <= high:
            raise InputError(name, f"{value:,} is not from {low:,} to {high:,}")
    if not options.ramp >= 0:
        raise InputError("--ramp", f"{options.ramp:g} is no rate", "write connections a second, or 0 for no limit")
    if options.timeout_seconds is not None and not options.timeout_seconds > 0:
        raise InputError("--timeout", f"{options.timeout_seconds:g} is not above 0", "write seconds")


def _check_addresses(options: RunOptions) -> None:
    if options.http is not None:
        check_url(options.http)
    if options.mqtt is None:
        if options.http is not None:
            raise InputError("--http", "names an endpoint that runs already", "name its MQTT address too, with --mqtt")
        return
    parse_address(options.mqtt)
    if options.job is not None and options.http is None and _aws_region(options.mqtt) is None:
        raise InputError("--mqtt", "an endpoint that runs already needs a control plane for its jobs", "add --http URL")


def _aws_region(address: str) -> str | None:
    """Return `eu-west-1` of an address like `mqtts://abc-ats.iot.eu-west-1.amazonaws.com`, else None."""
    host = parse_address(address).host
    levels = host.split(".")
    return levels[2] if is_aws(f"https://{host}") and len(levels) >= 5 and levels[1] == "iot" else None


def _job_prefix(job: str | None) -> str:
    """Return what job ids begin with: the document's name, as far as a job id can carry it."""
    stem = Path(job).stem if job else ""
    return "".join(letter for letter in stem if limits.JOB_ID.fullmatch(letter))[:40] or "job"
