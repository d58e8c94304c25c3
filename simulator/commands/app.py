"""The commands put together with typer. Their bodies import what they need when they run."""

from typing import Annotated

import typer

from simulator.commands import window_options as switch
from simulator.commands.certificates import certificates
from simulator.commands.check import check, schema
from simulator.commands.cleanup import cleanup
from simulator.commands.compare import compare
from simulator.commands.demo import demo
from simulator.commands.endpoint import endpoint
from simulator.commands.faults import faults
from simulator.commands.report import report
from simulator.commands.run import run
from simulator.commands.scenarios import scenarios

app = typer.Typer(
    name="thing-simulator",
    help="Many virtual AWS IoT things that walk job executions through scenarios. Without a command: the window.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from simulator import __version__

        typer.echo(f"thing-simulator {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  its callback has answered by now
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
    seed: switch.Seed = None,
    time_scale: switch.TimeScale = None,
    theme: switch.Theme = None,
    size: switch.Size = None,
    page: switch.Page = None,
    screenshot: switch.Screenshot = None,
    after: switch.After = 0,
    virtual_time: switch.VirtualTime = False,
    no_animation: switch.NoAnimation = False,
    temp_profile: switch.TempProfile = False,
    scale: switch.Scale = None,
    mqtt: switch.Mqtt = None,
    http: switch.Http = None,
) -> int:
    """Many virtual AWS IoT things that walk job executions through scenarios. Without a command: the window."""
    if context.invoked_subcommand is not None:
        return 0
    from simulator.commands.window import open_window

    return open_window(
        switch.window_options(
            demo=False,
            seed=seed,
            time_scale=time_scale,
            theme=theme,
            size=size,
            page=page,
            screenshot=screenshot,
            after_ms=after,
            virtual_time=virtual_time,
            no_animation=no_animation,
            temp_profile=temp_profile,
            scale=scale,
            mqtt=mqtt,
            http=http,
        )
    )


app.command()(demo)
app.command()(run)
app.command(add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})(
    endpoint
)
app.command()(certificates)
app.command()(check)
app.command()(schema)
app.command()(cleanup)
app.command()(report)
app.command()(compare)
app.add_typer(scenarios, name="scenarios")
app.add_typer(faults, name="faults")
