"""`thing-simulator check` and `schema`: files of all kinds looked through without starting anything."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.scenario.file_kind import Kind


def check(files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scenario, fleet or run files.")]) -> int:
    """Read scenario, fleet and run files and tell every mistake in them; leave with 2 if there is one.

    What a file is, its keys tell: a run file has a fleet, a fleet file things or groups. Nothing is started, and no
    address is tried.
    """
    from simulator.cli import say
    from simulator.errors import EXIT_BAD_INPUT, EXIT_OK, InputError

    status = EXIT_OK
    for path in files:
        try:
            told = _checked(path)
        except InputError as exc:
            say(str(exc))
            status = EXIT_BAD_INPUT
        else:
            typer.echo(f"{path}: fine; {told}")
    return status


def schema(kind: Annotated[Kind, typer.Argument(help="Which kind of file.")]) -> int:
    """Print the JSON Schema of scenario, fleet or run files, for editors."""
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(_schema_of(kind)), indent=2).decode() + "\n")
    return 0


def _schema_of(kind: Kind) -> Mapping[str, Any]:
    if kind is Kind.FLEET:
        from simulator import fleet_model

        return fleet_model.schema()
    if kind is Kind.RUN:
        from simulator import run_file_model

        return run_file_model.schema()
    from simulator.scenario import loader

    return loader.schema()


def _checked(path: Path) -> str:
    """Return what is in a file, in a few words.

    Raises:
        InputError: it has mistakes.
    """
    from simulator import fleet_file
    from simulator.scenario import file_kind, loader, source
    from simulator.scenario.problems import error_of

    read = source.read(fleet_file.text_of(path, ""), str(path))
    if read.data is None:
        mend = "write a scenario (docs/scenarios.md), a fleet or a run file (docs/fleet-and-run-files.md) into it"
        raise error_of([read.problem((), "the file is empty", mend)])
    kind = file_kind.kind_of(read.data) or Kind.SCENARIO
    if kind is Kind.SCENARIO:
        scenario = loader.load(path)
        return f"{scenario.name} ends in {', '.join(sorted(scenario.possible_ends))}"
    if kind is Kind.FLEET:
        from simulator import fleet_plan

        return ", ".join(fleet_plan.describe(fleet_file.read(path, "").plan(0)))
    from simulator import run_file
    from simulator.report_words import number_of
    from simulator.run_plan import plan

    made = plan(run_file.read(path).options({}))
    counts = ((len(made.specs), "thing"), (len(made.jobs), "job"), (len(made.assertions), "assertion"))
    return ", ".join(number_of(count, noun) for count, noun in counts)
