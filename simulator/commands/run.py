"""`thing-simulator run`: a fleet, a job, a report, without a window."""

from pathlib import Path
from typing import Annotated

import typer


def run(
    things: Annotated[int, typer.Option("--things", "-n", help="How many things.")] = 10,
    prefix: Annotated[str, typer.Option(help="What their names begin with.")] = "thing-",
    fleet: Annotated[Path | None, typer.Option(metavar="FLEET.yaml", help="The things, from a file instead.")] = None,
    scenario: Annotated[
        str, typer.Option(metavar="NAME[=WEIGHT],…", help="Built-in names or files; with weights a mix.")
    ] = "success",
    job: Annotated[
        str | None,
        typer.Option(
            metavar="DOCUMENT.json", help="Make a job of this document and wait for it; without, serve until Ctrl-C."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(help="How many such jobs.")] = 1,
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
    seed: Annotated[
        int | None, typer.Option(help="Where all chance comes from; the same seed, the same outcomes.")
    ] = None,
    time_scale: Annotated[float, typer.Option(help="How many simulated seconds pass in a real one.")] = 1.0,
    ramp: Annotated[float, typer.Option(metavar="PER_SECOND", help="Connections a second; 0 for no limit.")] = 0.0,
    workers: Annotated[int, typer.Option(help="Processes that share the things; 0 chooses.")] = 0,
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
) -> int:
    """Run a fleet and a job without a window, and report.

    Leaves with 0 when all executions ended as their scenarios say, 1 when some did not, 2 for bad input, 3 when the
    endpoint cannot be reached, 130 when interrupted.
    """
    from simulator.run_plan import RunOptions, plan
    from simulator.transport.credentials import Credentials

    prepared = plan(
        RunOptions(
            things=things,
            prefix=prefix,
            fleet_file=fleet,
            scenario=scenario,
            job=job,
            jobs=jobs,
            mqtt=mqtt,
            http=http,
            seed=seed,
            time_scale=time_scale,
            ramp=ramp,
            workers=workers,
            timeout_seconds=timeout,
            reports=tuple(report or ()),
            event_log=event_log,
            credentials=Credentials(ca=ca, certificate=cert, key=key),
        )
    )
    from simulator.commands.present import present

    return present(prepared)
