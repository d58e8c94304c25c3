"""The window's switches (for tests and pictures too), said once for the two commands that open one."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from simulator.config import WindowOptions
from simulator.errors import InputError

PAGES: Final = ("fleet", "table", "wall", "jobs", "scenarios", "report", "connection")
PANEL = "Window, tests and pictures"

Seed = Annotated[
    int | None, typer.Option(help="Where all chance comes from. The same seed walks the same ways.", min=0)
]
TimeScale = Annotated[float | None, typer.Option(help="How many simulated seconds pass in a real one.")]
Theme = Annotated[Literal["light", "dark"] | None, typer.Option(help="Instead of the system's own.")]
Size = Annotated[str | None, typer.Option(metavar="WxH", help="The window's size in pixels, such as 1280x800.")]
Page = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="The page to open: table, wall, jobs, scenarios, scenarios:NAME, report, connection."
    ),
]
Screenshot = Annotated[Path | None, typer.Option(help="Save a picture of the window and leave.", dir_okay=False)]
After = Annotated[int, typer.Option(metavar="MS", help="When to take the picture, after the first paint.", min=0)]
VirtualTime = Annotated[
    bool, typer.Option("--virtual-time", help="Time that only the program moves: with a seed, the same picture twice.")
]
NoAnimation = Annotated[bool, typer.Option("--no-animation", help="Nothing fades or slides.")]
TempProfile = Annotated[bool, typer.Option("--temp-profile", help="Remember nothing, and read nothing remembered.")]
Scale = Annotated[float | None, typer.Option(help="Display scale, such as 1.5.", min=0.5, max=4.0)]
Mqtt = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="An endpoint that runs already: HOST:PORT, mqtt://, mqtts://, ws://, wss://."),
]
Http = Annotated[str | None, typer.Option(metavar="URL", help="Its control plane.")]


def parse_size(text: str | None) -> tuple[int, int] | None:
    """Return width and height of `1280x800`.

    Raises:
        InputError: it is no size.
    """
    if text is None:
        return None
    parts = re.fullmatch(r"([0-9]{3,5})[x×]([0-9]{3,5})", text.lower())
    if parts is None:
        raise InputError("--size", f"{text!r} is no size", "write WIDTHxHEIGHT, such as 1280x800")
    return int(parts[1]), int(parts[2])


def check_page(text: str) -> None:
    """See that there is such a page.

    Raises:
        InputError: there is none.
    """
    page, colon, _ = text.partition(":")
    if page not in PAGES or (colon and page != "scenarios"):
        known = ", ".join(PAGES)
        raise InputError("--page", f"{text!r} is not a page", f"write one of {known}, or scenarios:NAME")


def window_options(
    *, demo: bool, size: str | None, time_scale: float | None, screenshot: Path | None, **others: object
) -> WindowOptions:
    """Return the options, checked as far as no window is needed for it.

    Raises:
        InputError: size, time scale, page, addresses or the picture's place cannot be used.
    """
    if time_scale is not None:
        from simulator.clock import ScaledClock

        ScaledClock(time_scale)
    if screenshot is not None and not screenshot.parent.is_dir():
        raise InputError(f"--screenshot {screenshot}", f"there is no directory {screenshot.parent}", "make it first")
    if isinstance(page := others.get("page"), str):
        check_page(page)
    if isinstance(mqtt := others.get("mqtt"), str):
        from simulator.transport.address import parse_address

        parse_address(mqtt)
    if isinstance(http := others.get("http"), str):
        from simulator.transport.address import check_url

        check_url(http)
    return WindowOptions(
        demo=demo,
        size=parse_size(size),
        time_scale=time_scale,
        screenshot=screenshot,
        **others,  # type: ignore[arg-type]  # each is one of the annotated switches above, under the same name
    )
