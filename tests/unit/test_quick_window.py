"""The quick way to the window: what it reads it reads as typer does, and what it cannot judge it leaves alone."""

import subprocess
import sys
from typing import Any

import pytest

from simulator import cli
from simulator.commands import quick_window
from simulator.config import WindowOptions

SURE = [
    "",
    "demo",
    "--seed 7",
    "demo --seed 0 --temp-profile --size 1280x720 --screenshot first.png --after 0",
    "--theme dark --no-animation --no-animation --after 250",
    "demo --theme light",
]
DOUBTFUL = [
    "--help",
    "run",
    "demo demo",
    "--seed",
    "--seed -1",
    "--seed 1_000",
    "--seed ٣",
    "--seed 1 --seed 2",
    "--seed=1",
    "demo --terminal",
    "--size 3",
    "--theme blue",
    "--screenshot no/where.png",
    "--screenshot .",
    "--page wall",
    "--virtual-time",
    "--mqtt 127.0.0.1:1",
]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[WindowOptions]:
    """What windows would have been opened with, on a machine that has a display."""
    asked: list[WindowOptions] = []

    def open_window(options: WindowOptions) -> int:
        asked.append(options)
        return 0

    monkeypatch.setattr("simulator.commands.window.open_window", open_window)
    monkeypatch.setattr("simulator.display.why_no_window", lambda: "")
    return asked


@pytest.mark.parametrize("line", SURE)
def test_what_is_read_quickly_is_read_as_typer_does(opened: list[WindowOptions], line: str) -> None:
    from simulator.commands.app import app

    app(line.split(), prog_name=cli.PROGRAM, standalone_mode=False)
    assert quick_window.open_quickly(line.split()) == 0
    assert opened[0] == opened[1]


@pytest.mark.parametrize("line", DOUBTFUL)
def test_what_is_not_sure_is_left_to_typer(opened: list[WindowOptions], line: str) -> None:
    assert quick_window.open_quickly(line.split()) is None
    assert opened == []


def test_without_a_display_typer_says_so(monkeypatch: Any) -> None:
    monkeypatch.setattr("simulator.display.why_no_window", lambda: "there is no display here")
    assert quick_window.open_quickly(["demo"]) is None


def test_a_window_that_is_opened_quickly_has_not_waited_for_typer() -> None:
    script = (
        "import sys; from simulator import display; from simulator.commands import window\n"
        "display.why_no_window = str\n"
        "window.open_window = lambda options: print('typer' in sys.modules, 'pydantic' in sys.modules) or 0\n"
        "from simulator.cli import _dispatch; _dispatch(['demo', '--seed', '1'])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "False False\n"
