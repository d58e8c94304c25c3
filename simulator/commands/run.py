"""`thing-simulator run`: a fleet, jobs, a report, without a window; from a run file, from switches, or from both."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.commands.interruption import Interruption

if TYPE_CHECKING:
    from simulator.run_plan import RunOptions


def run(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="RUN.yaml", help="A run file: fleet, jobs, assertions. Switches override it."),
    ] = None,
    things: Annotated[int | None, typer.Option("--things", "-n", help="How many things (10).")] = None,
    prefix: Annotated[str | None, typer.Option(help="What their names begin with (thing-).")] = None,
    fleet: Annotated[Path | None, typer.Option(metavar="FLEET.yaml", help="The things, from a file instead.")] = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME[=WEIGHT],…", help="Built-in names or files; with weights a mix.")
    ] = None,
    job: Annotated[
        str | None,
        typer.Option(
            metavar="DOCUMENT.json", help="Make a job of this document and wait for it; without, serve until Ctrl-C."
        ),
    ] = None,
    jobs: Annotated[int | None, typer.Option(help="How many such jobs (1).")] = None,
    mqtt: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="An endpoint that runs already: HOST:PORT, mqtt://, mqtts://, ws://, wss://."
        ),
    ] = None,
    http: Annotated[str | None, typer.Option(metavar="URL", help="Its control plane.")] = None,
    ca: Annotated[str, typer.Option(metavar="FILE", help="Trust these certificates, not the system's.")] = "",
    cert: Annotated[
        str, typer.Option(metavar="PATTERN", help="A thing's certificate; {thing} stands for its name.")
    ] = "",
    key: Annotated[str, typer.Option(metavar="PATTERN", help="The key of that certificate.")] = "",
    user: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="The broker's user name; {thing} stands for a thing's. Its password is asked for."
        ),
    ] = "",
    password_file: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Its first line is that password; - is standard input. Or set THING_SIMULATOR_PASSWORD.",
        ),
    ] = "",
    seed: Annotated[
        int | None, typer.Option(help="Where all chance comes from; the same seed, the same outcomes.")
    ] = None,
    time_scale: Annotated[float | None, typer.Option(help="How many simulated seconds pass in a real one (1).")] = None,
    ramp: Annotated[
        float | None, typer.Option(metavar="PER_SECOND", help="Connections a second; 0 for no limit.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that share the things; 0 chooses.")] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Give up after so many real seconds.")
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Write a .json, .html, .csv or .xml (JUnit); may be repeated."),
    ] = None,
    event_log: Annotated[
        Path | None,
        typer.Option(metavar="FILE.jsonl", help="Write every message and transition there, one JSON line each."),
    ] = None,
    remove_things: Annotated[
        bool, typer.Option("--remove-things", help="In the end, remove what this run registered.")
    ] = False,
    manual: Annotated[
        bool, typer.Option("--manual", help="Things wait before each step; keys let them go on, in a terminal.")
    ] = False,
) -> int:
    """Run a fleet and jobs without a window, and report.

    Leaves with 0 when all executions ended as their scenarios say and all assertions hold, 1 when some did not, 2 for
    bad input, 3 when the endpoint cannot be reached, 130 when interrupted.
    """
    from simulator.commands.password import password_of

    password = password_of(user, password_file)
    with Interruption() as interruption:  # from here on Ctrl-C leads to a clean stop and a report
        from simulator.run_plan import plan

        prepared = plan(
            _options(
                file,
                {
                    "things": things,
                    "prefix": prefix,
                    "fleet_file": fleet,
                    "scenario": scenario,
                    "job": job,
                    "jobs": jobs,
                    "mqtt": mqtt,
                    "http": http,
                    "seed": seed,
                    "time_scale": time_scale,
                    "ramp": ramp,
                    "workers": workers,
                    "timeout_seconds": timeout,
                    "event_log": event_log,
                    "remove_things": remove_things or None,
                    "manual": manual or None,
                },
                tuple(report or ()),
                {"ca": ca, "certificate": cert, "key": key, "username": user, "password": password},
            )
        )
        from simulator.commands.present import present
        from simulator.open_to_others import key_warning

        if told := key_warning(prepared.options.credentials, prepared.names):
            print(f"thing-simulator: {told}", file=sys.stderr)  # noqa: T201
        return present(prepared, interruption)


def _options(
    file: Path | None, given: dict[str, Any], reports: tuple[Path, ...], credentials: dict[str, str]
) -> "RunOptions":
    """Return what is to be run: the switches that were given, over what the run file says."""
    from simulator.run_plan import RunOptions
    from simulator.transport.credentials import Credentials

    switches: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    switches["credentials"] = Credentials(**credentials)
    if file is None:
        return RunOptions(**switches, reports=reports)
    from simulator import run_file

    return run_file.read(file).options(switches, reports)
