"""What a headless run is going to do, checked as far as it can be before anything starts."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Final

import msgspec

from simulator import event_log, job_document, report_files
from simulator.assertions import Assertion
from simulator.clock import ScaledClock
from simulator.errors import InputError
from simulator.fleet import ThingSpec
from simulator.fleet_plan import FleetPlan, Registration
from simulator.jobs import limits
from simulator.marker import new_run_id
from simulator.operator_client import is_aws
from simulator.run_jobs import JobPlan, job_name
from simulator.scenario import loader, mix
from simulator.scenario.plan import Scenario
from simulator.scenario.rest import stays_open
from simulator.scenario.walk import WalkContext, seed_for
from simulator.thing_names import numbered
from simulator.transport.address import check_url, parse_address
from simulator.transport.credentials import NO_CREDENTIALS, Credentials, check_login
from simulator.worker import MOST_WORKERS

if TYPE_CHECKING:
    from simulator.fleet_file import Fleet
    from simulator.run_file import Run

MAX_THINGS: Final = 100_000
MAX_JOBS: Final = 1_000
MAX_SEED: Final = 2**53 - 1  # JSON readers keep it exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a person asked `thing-simulator run` for. Ramp in connections a second, timeout in real seconds.

    `workers` 0 leaves the number of processes to the program; None for `mqtt` starts a local endpoint. None for `ramp`
    and `keep_alive_seconds` leaves them to the fleet file. With `run_file` its fleet and its jobs are meant, unless
    `fleet_file` or `job` say otherwise.
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
    ramp: float | None = None
    workers: int = 0
    timeout_seconds: float | None = None
    reports: tuple[Path, ...] = ()
    run_file: "Run | None" = None
    keep_alive_seconds: int | None = None
    remove_things: bool = False
    manual: bool = False  # things wait before each step
    event_log: Path | None = None
    credentials: Credentials = NO_CREDENTIALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run that can begin. Scenarios go by the names they were asked for: built-in ones, or paths of files.

    In `options` is what holds: what the command line left open is filled in from the run file and the fleet file.
    """

    options: RunOptions
    seed: int
    specs: tuple[ThingSpec, ...]
    scenarios: Mapping[str, Scenario]
    jobs: tuple[JobPlan, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    registrations: Mapping[str, Registration] = field(default_factory=dict)
    start_after: Mapping[str, float] = field(default_factory=dict)
    run_id: str = ""

    @property
    def names(self) -> list[str]:
        """The things' names."""
        return [spec.name for spec in self.specs]

    @property
    def document(self) -> str | None:
        """The document of the first job, None for a run without jobs."""
        return self.jobs[0].document if self.jobs else None

    def targets_of(self, job: JobPlan) -> list[str]:
        """Return the names of the things that are to have an execution of a job."""
        return self.names if job.targets is None else list(job.targets)

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
        has_file = self.options.fleet_file is not None or self.options.run_file is not None
        return ", ".join(sorted(self.scenarios)) if has_file else self.options.scenario


def plan(options: RunOptions) -> Plan:
    """Check `options` and everything they name; touches no network and starts nothing.

    Raises:
        InputError: something cannot be used; the sentence names file, place and mend.
    """
    _check_numbers(options)
    read = _fleet_read(options)
    seed = _seed(options, read)
    fleet = _numbered(options, seed) if read is None else read.plan(seed)
    options = replace(
        options,
        ramp=fleet.ramp or 0.0 if options.ramp is None else options.ramp,
        keep_alive_seconds=options.keep_alive_seconds or fleet.keep_alive_seconds,
        credentials=_with_files_of(fleet, options.credentials),
    )
    scenarios = scenarios_of(fleet.specs)
    jobs = _with_timeouts(_jobs(options, fleet), fleet.specs, scenarios)
    _check_addresses(options, has_jobs=bool(jobs))
    report_files.check_paths(options.reports)
    if options.event_log is not None:
        event_log.check(options.event_log)
    _check_credentials(options, (spec.name for spec in fleet.specs))
    return Plan(
        options=options,
        seed=seed,
        specs=fleet.specs,
        scenarios=scenarios,
        jobs=jobs,
        assertions=_assertions(options, jobs),
        registrations=fleet.registrations,
        start_after=fleet.start_after,
        run_id=new_run_id(),
    )


def _seed(options: RunOptions, fleet: "Fleet | None") -> int:
    """Return the seed: of the command line, the run file, the fleet file, or one that is drawn."""
    for seed in (
        options.seed,
        options.run_file.file.seed if options.run_file else None,
        fleet.file.seed if fleet else None,
    ):
        if seed is not None:
            return seed
    return SystemRandom().randrange(2**31)


def _fleet_read(options: RunOptions) -> "Fleet | None":
    """Return the fleet file, or the fleet of the run file; None if the command line says what things there are."""
    if options.fleet_file is not None:
        from simulator import fleet_file

        return fleet_file.read(options.fleet_file)
    return options.run_file.fleet if options.run_file is not None else None


def _with_files_of(fleet: FleetPlan, given: Credentials) -> Credentials:
    """Return who the things are: with the fleet file's certificates, unless others were given."""
    if given.has_files:
        return given
    return msgspec.structs.replace(given, ca=fleet.ca, certificate=fleet.certificate, key=fleet.key)


def _numbered(options: RunOptions, seed: int) -> FleetPlan:
    """Return as many things as asked for, each with a scenario and chance of its own."""
    names = numbered(options.prefix, options.things)
    assigned = mix.assign(names, mix.parse_weights(options.scenario), seed)
    return FleetPlan(
        specs=tuple(
            ThingSpec(name=name, scenario=assigned[name], seed=seed_for(seed, name), index=index)
            for index, name in enumerate(names, start=1)
        )
    )


def _jobs(options: RunOptions, fleet: FleetPlan) -> tuple[JobPlan, ...]:
    if options.job is None and options.run_file is not None and options.jobs != 1:
        raise InputError("--jobs", "says how many jobs --job makes", "add --job, or write count into the run file")
    if options.job is not None:
        one = JobPlan(name=job_name(options.job), document=job_document.read(options.job))
        return (one,) * options.jobs
    return options.run_file.jobs(fleet) if options.run_file is not None else ()


def _with_timeouts(
    jobs: Iterable[JobPlan], specs: Sequence[ThingSpec], scenarios: Mapping[str, Scenario]
) -> tuple[JobPlan, ...]:
    """Give those that have none of their own the timeout they need to end."""
    made = []
    for job in jobs:
        wanted = None if job.targets is None else set(job.targets)
        used = {spec.scenario for spec in specs if wanted is None or spec.name in wanted}
        minutes = None if "timeoutConfig" in job.wire else timeout_minutes_for(scenarios[name] for name in sorted(used))
        made.append(replace(job, in_progress_timeout_minutes=minutes))
    return tuple(made)


def _assertions(options: RunOptions, jobs: Sequence[JobPlan]) -> tuple[Assertion, ...]:
    """Return the assertions of the run file.

    Raises:
        InputError: one of them looks at a job that --job has taken the place of.
    """
    if options.run_file is None:
        return ()
    names = {job.name for job in jobs}
    for assertion in options.run_file.assertions:
        job = getattr(assertion, "job", None)
        if job is not None and job not in names:
            what = f"the assertion \u201c{assertion}\u201d looks at a job that is not made now"
            raise InputError("--job", what, "leave --job out, or take the assertion out of the run file")
    return options.run_file.assertions


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
    known = list(scenarios)
    if not any(scenario.needs_timeout for scenario in known):
        return None
    longest = max(scenario.longest_seconds for scenario in known)
    return min(math.ceil(longest / 60) + 1, limits.TIMEOUT_MINUTES[1])


def never_starts(scenario: Scenario, spec: ThingSpec, attempt: int, document: str = "{}") -> bool:
    """Whether the thing leaves its `attempt`-th execution open by its scenario, so that waiting would be in vain."""
    context = WalkContext(
        thing_name=spec.name,
        job_id="",
        attempt=attempt,
        document=json.loads(document) if scenario.asks_document else {},
        attributes=spec.attributes,
        index=spec.index,
    )
    return stays_open(scenario, context, spec.seed)


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
    if options.ramp is not None and not options.ramp >= 0:
        raise InputError("--ramp", f"{options.ramp:g} is no rate", "write connections a second, or 0 for no limit")
    if options.timeout_seconds is not None and not options.timeout_seconds > 0:
        raise InputError("--timeout", f"{options.timeout_seconds:g} is not above 0", "write seconds")


def _check_addresses(options: RunOptions, *, has_jobs: bool) -> None:
    if options.http is not None:
        check_url(options.http)
    if options.mqtt is None:
        if options.http is not None:
            raise InputError("--http", "names an endpoint that runs already", "name its MQTT address too, with --mqtt")
        return
    parse_address(options.mqtt)
    if has_jobs and options.http is None and _aws_region(options.mqtt) is None:
        raise InputError("--mqtt", "an endpoint that runs already needs a control plane for its jobs", "add --http URL")


def _check_credentials(options: RunOptions, names: Iterable[str]) -> None:
    check_login(options.credentials)
    if not options.credentials:
        return
    if options.mqtt is None:
        if not options.credentials.has_files:
            raise InputError("--user", "the local endpoint of a run asks for none", "leave it out, or add --mqtt")
        raise InputError("--mqtt", "the local endpoint of a run has no TLS", "name one that has, as mqtts://HOST:PORT")
    from simulator.transport import secure

    secure.check(options.credentials, parse_address(options.mqtt), names)


def _aws_region(address: str) -> str | None:
    """Return `eu-west-1` of an address like `mqtts://abc-ats.iot.eu-west-1.amazonaws.com`, else None."""
    host = parse_address(address).host
    levels = host.split(".")
    return levels[2] if is_aws(f"https://{host}") and len(levels) >= 5 and levels[1] == "iot" else None
