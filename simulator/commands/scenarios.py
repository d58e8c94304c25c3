"""`thing-simulator scenarios`: which there are, what is in them, and whether a file is one."""

import sys
from pathlib import Path
from typing import Annotated

import typer

scenarios = typer.Typer(
    help="The built-in scenarios, and checks for your own.", rich_markup_mode=None, no_args_is_help=False
)


@scenarios.callback(invoke_without_command=True)
def main(context: typer.Context) -> int:
    """The built-in scenarios, and checks for your own. Without a command: list them."""
    return list_() if context.invoked_subcommand is None else 0


@scenarios.command("list")
def list_() -> int:
    """List the built-in scenarios, what they do, and how their executions end."""
    from simulator.scenario import loader

    names = loader.builtin_names()
    width = max(map(len, names), default=0)
    for name in names:
        scenario = loader.builtin(name)
        ends = ", ".join(sorted(scenario.possible_ends))
        typer.echo(f"{name:<{width}}  {scenario.description}  [{ends}]")
    return 0


@scenarios.command()
def show(name: Annotated[str, typer.Argument(metavar="NAME", help="A built-in name, or a file.")]) -> int:
    """Print the file of a scenario, to be copied and changed."""
    from simulator.scenario import loader

    typer.echo(loader.text_of(name), nl=False)
    return 0


@scenarios.command()
def check(files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scenario files.")]) -> int:
    """Read scenario files and tell every mistake in them; leave with 2 if there is one."""
    from simulator.cli import say
    from simulator.errors import EXIT_BAD_INPUT, EXIT_OK, InputError
    from simulator.scenario import loader

    status = EXIT_OK
    for path in files:
        try:
            scenario = loader.load(path)
        except InputError as exc:
            say(str(exc))
            status = EXIT_BAD_INPUT
        else:
            typer.echo(f"{path}: fine; {scenario.name} ends in {', '.join(sorted(scenario.possible_ends))}")
    return status


@scenarios.command()
def schema() -> int:
    """Print the JSON Schema of scenario files, for editors."""
    import msgspec

    from simulator.scenario import loader

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(loader.schema()), indent=2).decode() + "\n")
    return 0
