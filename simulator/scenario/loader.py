"""From files and names to scenarios, telling all mistakes at once, each with its place."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from resources import SCENARIOS
from simulator.errors import InputError
from simulator.scenario.file_bounds import FILE_ENDINGS, MAX_BYTES
from simulator.scenario.plan import Scenario
from simulator.scenario.problems import ScenarioError as ScenarioError

MAX_FILES: Final = 100  # that one file's mixes and includes may lead to, all together

Find = Callable[[str], Scenario]
"""Finds the scenario that a file names; raises InputError if there is none."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A built-in scenario as lists show it."""

    name: str
    description: str
    tags: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def list_scenarios() -> tuple[Listed, ...]:
    """Return the built-in scenarios, sorted by name, from the first lines of their files alone: it takes no time."""
    return tuple(_listed(path) for path in sorted(SCENARIOS.glob("*.yaml")))


def _listed(path: Path) -> Listed:
    said = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, colon, value = line.partition(": ")
        if colon and key in ("description", "tags"):
            said[key] = value.strip()
    tags = said.get("tags", "").strip("[]")
    return Listed(path.stem, said.get("description", ""), tuple(tag.strip() for tag in tags.split(",") if tag.strip()))


def parse(text: str, where: str, find: Find | None = None) -> Scenario:
    """Read a scenario from YAML 1.2 or JSON. `where` names the text in errors; `find` resolves the names in its mix and
    its includes (None: the built-in scenarios).

    Raises:
        ScenarioError: an InputError that holds every mistake.
    """
    from simulator.scenario import reading  # pydantic and a YAML reader: 0.3 s that a list of names can do without

    return reading.read(text, where, find or builtin)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file, for editors."""
    from simulator.scenario.schema import schema

    return schema()


def load(path: str | Path) -> Scenario:
    """Read a scenario file. It may name built-in scenarios, and files by paths from its own folder that stay in there.

    Raises:
        InputError: there is no such file, or it cannot be read.
        ScenarioError: an InputError that holds every mistake in it.
    """
    return _Files().load(Path(path))


def builtin_names() -> list[str]:
    """Return the names of the scenarios that ship with the program, sorted."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def builtin(name: str) -> Scenario:
    """Return a scenario that ships with the program.

    Raises:
        InputError: there is none of this name; the nearest and all of them are named.
    """
    if name in builtin_names():
        return _read_builtin(name)
    raise _unknown(name)


def builtin_text(name: str) -> str:
    """Return the file of a built-in scenario, to be shown or copied.

    Raises:
        InputError: there is none of this name.
    """
    if name in builtin_names():
        return (SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8")
    raise _unknown(name)


def text_of(name_or_path: str) -> str:
    """Return the file of a built-in scenario, or the one at this path, after a look that it is a scenario.

    Raises:
        InputError: there is neither, or the file has mistakes (ScenarioError).
    """
    resolve(name_or_path)
    return builtin_text(name_or_path) if name_or_path in builtin_names() else _text_of(Path(name_or_path))


def resolve(name_or_path: str) -> Scenario:
    """Return the built-in scenario of this name, or the one in the file at this path.

    Raises:
        InputError: there is neither, or the file has mistakes (ScenarioError).
    """
    if name_or_path in builtin_names():
        return _read_builtin(name_or_path)
    if _looks_like_file(name_or_path) or _exists(name_or_path):
        return load(name_or_path)
    raise _unknown(name_or_path)


@lru_cache(maxsize=64)
def _read_builtin(name: str) -> Scenario:
    path = SCENARIOS / f"{name}.yaml"
    return parse(path.read_text(encoding="utf-8"), path.name)


class _Files:
    """Loads a file and those its mixes lead to, each once."""

    def __init__(self) -> None:
        self._open: list[Path] = []
        self._done: dict[Path, Scenario] = {}
        self._refused: dict[Path, InputError] = {}
        self._root: Path | None = None  # the folder of the file that was asked for

    def load(self, path: Path) -> Scenario:
        real = _real(path)
        if self._root is None:
            self._root = real.parent
        elif not real.is_relative_to(self._root):
            what = f"leads out of the folder {self._root.name}"
            raise InputError(str(path), what, "put the file beside the one that names it, or in a folder below")
        if real in self._open:
            what = f"{path.name} leads back to itself: {' > '.join(p.name for p in [*self._open, real])}"
            raise InputError(str(path), what, "take one of these names out")
        if real in self._refused:
            raise self._refused[real]
        if real not in self._done:
            if len(self._done) + len(self._refused) + len(self._open) >= MAX_FILES:
                raise InputError(str(path), f"leads to more than {MAX_FILES} files", "name fewer")
            self._open.append(real)
            try:
                self._done[real] = parse(_text_of(path), str(path), lambda name: self._find(name, path.parent))
            except InputError as exc:
                self._refused[real] = exc
                raise
            finally:
                self._open.pop()
        return self._done[real]

    def _find(self, name: str, folder: Path) -> Scenario:
        if _looks_like_file(name):
            return self.load(folder / name)
        return builtin(name)


def _text_of(path: Path) -> str:
    """Return what a scenario file says.

    Raises:
        InputError: it is no file, is larger than 1 MiB, is not UTF-8, or may not be read.
    """
    where = str(path)
    try:
        if not path.is_file():
            what = "this is not a file" if path.exists() else "there is no such file"
            raise InputError(where, what, "check the path; `thing-simulator scenarios` lists the built-in names")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as exc:
        raise InputError(where, f"cannot be read: {getattr(exc, 'strerror', None) or exc}", "check the path") from exc
    if len(content) > MAX_BYTES:
        raise InputError(where, "is larger than 1 MiB", "split it, and include the parts")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise InputError(f"{where}: line {line}", "is not UTF-8 text", "save the file as UTF-8") from exc


def _unknown(name: str) -> InputError:
    names = builtin_names()
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    mend = f"built in are {', '.join(names)}; a file is given by its path"
    if near:
        mend = f"did you mean {near[0]}? B{mend[1:]}"
    return InputError(f'scenario "{name[:80]}"', "there is none of this name", mend)


def _looks_like_file(name: str) -> bool:
    return name.lower().endswith(FILE_ENDINGS) or "/" in name or "\\" in name


def _exists(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return path
