"""What a person prefers, in a TOML file that may be edited by hand; a mistake in it is a sentence, no failed start."""

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from simulator import whole_file
from simulator.config import APP_NAME
from simulator.errors import InputError

CHOICES: Final = {
    "theme": ("system", "light", "dark"),
    "density": ("normal", "compact"),
    "motion": (True, False),
    "display_hz": (20, 10, 5),
    "autosave": (True, False),
}
RANGES: Final = {
    "text_size": (0.8, 2.0),
    "speed": (0.01, 1000.0),
    "seed": (0, 2**53),
    "message_memory": (0, 4096),
}
MAX_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """`text_size` is a factor, `speed` simulated seconds per real one, `message_memory` messages kept per thing.

    A seed of 0 is another one at every start; a message memory of 0 goes by the number of things.
    """

    theme: str = "system"
    text_size: float = 1.0
    density: str = "normal"
    motion: bool = True
    display_hz: int = 20
    speed: float = 1.0
    seed: int = 0
    message_memory: int = 0
    autosave: bool = True


def default_path() -> Path:
    """Where the file is kept for this user."""
    import platformdirs

    return platformdirs.user_config_path(APP_NAME, appauthor=False) / "preferences.toml"


def load(path: Path) -> tuple[Preferences, list[str]]:
    """Return what the file says, and a sentence for each thing in it that cannot be used (the default then stands)."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return Preferences(), [f"{path}: is larger than preferences ever are; the defaults are used"]
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Preferences(), []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return Preferences(), [f"{path}: cannot be read ({error}); the defaults are used"]
    wanted, problems = Preferences(), []
    for name, value in data.items():
        try:
            wanted = changed(wanted, name, value)
        except InputError as error:
            problems.append(f"{path}: {error}")
    return wanted, problems


def changed(preferences: Preferences, name: str, value: Any) -> Preferences:
    """Return them with one of them changed.

    Raises:
        InputError: there is no such preference, or it cannot have this value.
    """
    if name in CHOICES:
        if not any(value == each and type(value) is type(each) for each in CHOICES[name]):
            given = ", ".join(str(each).lower() for each in CHOICES[name])
            raise InputError(name, f"{value!r} cannot be chosen", f"write one of {given}")
        return replace(preferences, **{name: value})
    if name in RANGES:
        low, high = RANGES[name]
        kind = type(getattr(Preferences(), name))
        is_number = isinstance(value, (int, float) if kind is float else int) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise InputError(name, f"{value!r} is no number from {low:g} to {high:g}", "write one that is")
        return replace(preferences, **{name: kind(value)})
    known = ", ".join(field.name for field in fields(Preferences))
    raise InputError(name, "there is no such preference", f"there are {known}")


def save(preferences: Preferences, path: Path) -> None:
    """Write the file anew, in one go.

    Raises:
        OSError: it cannot be written.
    """
    lines = ["# Thing Simulator. Changed in the window (Ctrl+,) or here.\n"]
    for field in fields(Preferences):
        value = getattr(preferences, field.name)
        text = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else f"{value}"
        lines.append(f"{field.name} = {text}\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    whole_file.replace(path, "".join(lines).encode())
