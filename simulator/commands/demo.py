"""`thing-simulator demo`: the window with a fleet at work, or the same as a live table where there is no display."""

from typing import Annotated

import typer

from simulator.commands import window_options as switch


def demo(
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Show it in the terminal even where there is a display.")
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
) -> int:
    """Start an endpoint, two hundred things and a firmware update, and show them at work, with a story in six captions.

    Needs no network and no account. Without a display twenty are shown as a live table, which ends by itself.
    """
    options = switch.window_options(
        demo=True,
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
    )
    from simulator.display import why_no_window

    why_not = "" if terminal else why_no_window()
    if terminal or why_not:
        return _in_terminal(seed, time_scale, why_not)
    from simulator.commands.window import open_window

    return open_window(options)


def _in_terminal(seed: int | None, time_scale: float | None, why_no_window: str) -> int:
    from simulator.cli import say
    from simulator.commands.present import present_live
    from simulator.demo import demo_plan

    if why_no_window:
        say(f"{why_no_window}, so the demo is shown in the terminal")
    plan = demo_plan(seed, time_scale)
    return present_live(
        plan, f"Thing Simulator demo: {len(plan.specs)} pumps, firmware 2.3.1 to 2.4.0, seed {plan.seed}"
    )
