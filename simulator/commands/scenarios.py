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
def list_(
    tag: Annotated[str | None, typer.Option(help="Only those with this tag, such as faults or ends-badly.")] = None,
) -> int:
    """List the built-in scenarios, what they do, and how their executions end."""
    from simulator.errors import InputError
    from simulator.scenario import loader

    listed = [each for each in loader.list_scenarios() if tag is None or tag in each.tags]
    if tag is not None and not listed:
        known = sorted({word for each in loader.list_scenarios() for word in each.tags})
        raise InputError(f"--tag {tag}", "no built-in scenario has it", f"there are {', '.join(known)}")
    width = max((len(each.name) for each in listed), default=0)
    for each in listed:
        ends = ", ".join(sorted(loader.builtin(each.name).possible_ends))
        typer.echo(f"{each.name:<{width}}  {each.description}  [{ends}]")
    return 0


@scenarios.command()
def show(name: Annotated[str, typer.Argument(metavar="NAME", help="A built-in name, or a file.")]) -> int:
    """Print the file of a scenario, to be copied and changed."""
    from simulator.scenario import loader

    typer.echo(loader.text_of(name), nl=False)
    return 0


@scenarios.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A built-in name, or a file.")],
    seed: Annotated[int, typer.Option(help="The seed of the run.", min=0)] = 0,
    thing: Annotated[str, typer.Option(help="The thing's name; its chance comes from it.")] = "thing-01",
    attempt: Annotated[int, typer.Option(help="The thing's how-manieth execution.", min=1)] = 1,
    execution_number: Annotated[int, typer.Option(help="The job's execution number.", min=1)] = 1,
    index: Annotated[int, typer.Option(help="The thing's place in its group.", min=0)] = 1,
    attribute: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="May be repeated.")] = None,
    job: Annotated[
        str | None, typer.Option(metavar="DOCUMENT.json", help="The job document: a file, or a built-in name.")
    ] = None,
) -> int:
    """Tell what a thing would do, with times, statuses, details and faults. No endpoint is needed."""
    from simulator.commands.explaining import explanation

    for line in explanation(name, seed, thing, attempt, execution_number, index, attribute or [], job):
        typer.echo(line)
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
