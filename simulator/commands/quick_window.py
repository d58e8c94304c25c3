"""The window opened without typer, whose import and reading of arguments are a fifth of the way to the first paint.

Only arguments that can be judged at a glance are read here. Everything else (help, mistakes, rarer switches, a machine
without a display) is left to typer, which would do the same with these too, only later.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from simulator.config import WindowOptions


def open_quickly(given: Sequence[str]) -> int | None:
    """Show the window that is asked for until it is closed; return the exit status. None: typer is to look at it."""
    options = options_of(given)
    if options is None:
        return None
    from simulator.display import why_no_window

    if why_no_window():
        return None
    from simulator.commands.window import open_window

    return open_window(options)


def options_of(given: Sequence[str]) -> WindowOptions | None:
    """Return the options of `[demo] [switches]`; None if there is anything else among them, or a doubt."""
    is_demo = given[:1] == ["demo"]
    found: dict[str, Any] = {}
    words = iter(given[is_demo:])
    for word in words:
        if word in _FLAGS:
            found[_FLAGS[word]] = True
            continue
        option, read = _VALUES.get(word, ("", _nothing))
        value = read(next(words, ""))
        if value is None or option in found:
            return None
        found[option] = value
    return WindowOptions(demo=is_demo, **found)


def _nothing(_text: str) -> None:
    return None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else None


def _theme(text: str) -> str | None:
    return text if text in ("light", "dark") else None


def _size(text: str) -> tuple[int, int] | None:
    parts = re.fullmatch("([0-9]{3,5})x([0-9]{3,5})", text)
    return (int(parts[1]), int(parts[2])) if parts else None


def _picture(text: str) -> Path | None:
    path = Path(text)
    return path if text and not text.startswith("-") and path.parent.is_dir() and not path.is_dir() else None


_FLAGS: Final = {"--no-animation": "no_animation", "--temp-profile": "temp_profile"}
_VALUES: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "--seed": ("seed", _number),
    "--theme": ("theme", _theme),
    "--size": ("size", _size),
    "--screenshot": ("screenshot", _picture),
    "--after": ("after_ms", _number),
}
"""Of each switch the option of WindowOptions, and what reads its value: None where typer is to look at it."""
