"""`thing-simulator` as a person runs it: another process, its exit status and what it printed."""

import os
import subprocess
import sys
from dataclasses import dataclass

# Whatever display the tests themselves run on, the command is to see none unless it is told of one.
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    status: int
    output: str
    errors: str


def environment(**more: str) -> dict[str, str]:
    """Return the environment without a display, with `more` in it."""
    kept = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    return {**kept, "PYTHONWARNINGS": "error", "COLUMNS": "100", "NO_COLOR": "1", **more}


def command(*arguments: str) -> list[str]:
    """Return the command line that runs the program under this interpreter."""
    return [sys.executable, "-m", "simulator", *arguments]


def ran(*arguments: str, **more: str) -> Ran:
    """Run the command to its end."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        env=environment(**more),
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
