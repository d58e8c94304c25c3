"""From files and names to scenarios, telling all mistakes at once, each with its place."""

import difflib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from resources import SCENARIOS
from simulator.errors import InputError
from simulator.scenario import rules, source
from simulator.scenario.model import ScenarioFile, compiled
from simulator.scenario.model import schema as schema
from simulator.scenario.plan import Scenario
from simulator.scenario.problems import ScenarioError as ScenarioError
from simulator.scenario.problems import error_of
from simulator.scenario.sentences import sentences

FILE_ENDINGS: Final = (".yaml", ".yml", ".json")
MAX_FILES: Final = 100  # that one file's mixes may lead to, all together

Find = Callable[[str], Scenario]
"""Finds the scenario that a mix names; raises InputError if there is none."""


def parse(text: str, where: str, find: Find | None = None) -> Scenario:
    """Read a scenario from YAML 1.2 or JSON. `where` names the text in errors; `find` resolves the names in a mix
    (None: the built-in scenarios).

    Raises:
        ScenarioError: an InputError that holds every mistake.
    """
    read = source.read(text, where)
    problems = list(read.problems)
    file: ScenarioFile | None = None
    if read.data is None:
        problems.append(
            read.problem((), "the file is empty", "begin with name, steps and end, as docs/scenarios.md shows")
        )
    else:
        try:
            file = ScenarioFile.model_validate(read.data)
        except ValidationError as exc:
            problems += [read.problem(*finding) for finding in sentences(exc)]
        problems += [read.problem(*finding) for finding in rules.findings(read.data)]
    members: list[tuple[Scenario, float]] = []
    for name, weight in (file.mix or {}).items() if file else ():
        try:
            members.append(((find or builtin)(name), weight))
        except ScenarioError as exc:
            problems.append(read.problem(("mix", name), f"{name} cannot be used: {exc.problems[0]}", ""))
        except InputError as exc:
            problems.append(read.problem(("mix", name), exc.what, exc.mend))
    if problems or file is None:
        raise error_of(problems)
    return compiled(file, members)


def load(path: str | Path) -> Scenario:
    """Read a scenario file. Its mix may name built-in scenarios, and files by paths from the file's own folder.

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

    def load(self, path: Path) -> Scenario:
        real = _real(path)
        if real in self._open:
            what = f"{path.name} leads back to itself: {' > '.join(p.name for p in [*self._open, real])}"
            raise InputError(str(path), what, "take one of these out of its mix")
        if real not in self._done:
            if len(self._done) + len(self._open) >= MAX_FILES:
                raise InputError(str(path), f"the mix leads to more than {MAX_FILES} files", "name fewer")
            self._open.append(real)
            self._done[real] = parse(_text_of(path), str(path), lambda name: self._find(name, path.parent))
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
            content = file.read(source.MAX_BYTES + 1)
    except (OSError, ValueError) as exc:
        raise InputError(where, f"cannot be read: {getattr(exc, 'strerror', None) or exc}", "check the path") from exc
    if len(content) > source.MAX_BYTES:
        raise InputError(where, "is larger than 1 MiB", "split it, and mix the parts")
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
