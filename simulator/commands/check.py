"""`thing-simulator check` and `schema`: files of all kinds looked through without starting anything."""

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Kind(StrEnum):
    """The kinds of files people write."""

    SCENARIO = "scenario"
    FLEET = "fleet"
    RUN = "run"


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


def kind_of(data: object) -> Kind:
    """Return what kind of file this is the content of, by its keys; one that says nothing is a scenario."""
    keys = set(data) if isinstance(data, dict) else set()
    if keys & {"fleet", "jobs", "assertions"}:
        return Kind.RUN
    return Kind.FLEET if keys & {"groups", "things", "certificates"} else Kind.SCENARIO


def _checked(path: Path) -> str:
    """Return what is in a file, in a few words.

    Raises:
        InputError: it has mistakes.
    """
    from simulator import fleet_file
    from simulator.scenario import loader, source

    kind = kind_of(source.read(fleet_file.text_of(path, ""), str(path)).data)
    if kind is Kind.SCENARIO:
        scenario = loader.load(path)
        return f"{scenario.name} ends in {', '.join(sorted(scenario.possible_ends))}"
    if kind is Kind.FLEET:
        from simulator import fleet_plan

        return ", ".join(fleet_plan.describe(fleet_file.read(path, "").plan(0)))
    from simulator import run_file
    from simulator.run_plan import plan

    made = plan(run_file.read(path).options({}))
    parts = (f"{len(made.specs):,} things", f"{len(made.jobs):,} jobs", f"{len(made.assertions):,} assertions")
    return ", ".join(parts)
