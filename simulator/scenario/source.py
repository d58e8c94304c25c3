"""Read YAML 1.2 (and so JSON) into plain values, remembering the line of each; bounded, whatever the text.

Built on ruamel.yaml's events rather than its loader: the loader resolves aliases without a limit, takes minutes for a
megabyte of opening brackets, and keeps no lines for scalars in lists. Scalars follow the core schema (YAML 1.2.2,
section 10.3.2): `yes` and `2024-01-01` are texts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from simulator.scenario.problems import Path, Problem, error_of

MAX_BYTES: Final = 1024 * 1024
MAX_VALUES: Final = 20_000  # counted after aliases are resolved; 200 steps of 50 values are 10,000
MAX_DEPTH: Final = 16
MAX_NUMBER_CHARACTERS: Final = 32

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT: Final = re.compile(r"[-+]?[0-9]+")
_BASED_INT: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"([-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_TEXT_TAG: Final = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says. `lines` maps the path of each value to its line, from 1; keys of mappings are all texts."""

    file: str
    data: object
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...]  # those that did not keep the rest from being read

    def problem(self, path: Path, what: str, mend: str) -> Problem:
        """Return a problem at `path`, with the line of the nearest value there is."""
        at = path
        while at and at not in self.lines:
            at = at[:-1]
        return Problem(self.file, self.lines.get(at, 0), path, what, mend)


def read(text: str, file: str) -> Source:
    """Read one document.

    Raises:
        ScenarioError: the text is no YAML, or is larger, longer or deeper than a scenario can be.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise error_of([Problem(file, 0, (), "is larger than 1 MiB", "split it, and include the parts")])
    if text.lstrip().startswith("{"):
        text = text.replace("\t", " ")  # JSON may indent with tabs; inside its strings a tab is written \t anyway
    try:
        return _Reader(file, text).read()
    except MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line = mark.line + 1 if mark is not None else 0
        what, mend = _plain_words(str(exc.problem or exc.context or "this is no YAML"))
        column = f" (column {mark.column + 1})" if mark is not None else ""
        raise error_of([Problem(file, line, (), what + column, mend)]) from exc
    except ReaderError as exc:
        line = text.count("\n", 0, exc.position) + 1
        code = exc.character if isinstance(exc.character, int) else ord(exc.character[:1] or "?")
        what = f"the character U+{code:04X} is not allowed in YAML"
        raise error_of([Problem(file, line, (), what, "save the file as plain UTF-8 text")]) from exc
    except (YAMLError, ValueError) as exc:
        raise error_of([Problem(file, 0, (), "this is no YAML", "save the file as plain UTF-8 text")]) from exc


def _plain_words(problem: str) -> tuple[str, str]:
    """Return ruamel's words for a syntax error, and what most often mends it."""
    if r"'\t'" in problem:
        return "a tab where YAML wants spaces", "indent with spaces"
    if "mapping values are not allowed" in problem:
        return "a second colon in one line", 'put the text in "quotes", or indent the line as its neighbours are'
    if "cannot start any token" in problem:
        return problem, 'put the text in "quotes"'
    return problem, "check brackets, quotes and indentation near this line"


class _Reader:
    """Composes values from events, keeping count."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)  # what they carry is untyped
        self._lines: dict[Path, int] = {}
        self._problems: list[Problem] = []
        self._anchors: dict[str, object] = {}
        self._values = 0

    def read(self) -> Source:
        data: object = None
        seen = False
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if seen:
                    self._refuse(event, (), "a second document begins here", "keep one scenario in a file")
                seen = True
                data = self._value(next(self._events), ())
            elif isinstance(event, StreamEndEvent):
                break
        return Source(self._file, data, self._lines, tuple(self._problems))

    def _value(self, event: Any, path: Path) -> object:
        self._count(event, path)
        self._lines[path] = event.start_mark.line + 1
        value: object
        match event:
            case AliasEvent():
                if event.anchor not in self._anchors:
                    self._tell(event, path, f"*{event.anchor} stands for nothing", f"write &{event.anchor} before it")
                return self._copy(self._anchors.get(event.anchor), event, path)
            case ScalarEvent():
                value = self._scalar(event, path)
            case CollectionStartEvent():
                if len(path) >= MAX_DEPTH:
                    self._refuse(event, path[:2], "is nested too deeply", f"stay within {MAX_DEPTH} levels")
                self._check_tag(event, path)
                value = self._mapping(path) if isinstance(event, MappingStartEvent) else self._sequence(path)
            case _:
                value = None
        if event.anchor:
            self._anchors[event.anchor] = value  # only now: an alias inside its own anchor finds nothing
        return value

    def _mapping(self, path: Path) -> dict[str, object]:
        mapping: dict[str, object] = {}
        while not isinstance(key_event := next(self._events), MappingEndEvent):
            if not isinstance(key_event, ScalarEvent):
                self._refuse(key_event, path, "a key must be a word", 'write "name: value"')
            key = _joined(key_event.value)
            if key in mapping:
                self._tell(key_event, (*path, key), "is written twice", "keep one of the two")
            value = self._value(next(self._events), (*path, key))
            self._lines[*path, key] = key_event.start_mark.line + 1
            mapping.setdefault(key, value)
        return mapping

    def _sequence(self, path: Path) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _scalar(self, event: ScalarEvent, path: Path) -> object:
        self._check_tag(event, path)
        text = _joined(str(event.value))
        return resolve(text) if event.implicit[0] else text

    def _copy(self, value: object, event: Event, path: Path) -> object:
        """Count what an alias stands for again, so that aliases of aliases cannot grow without end."""
        if isinstance(value, dict):
            for inner in value.values():
                self._count(event, path)
                self._copy(inner, event, path)
        elif isinstance(value, list):
            for inner in value:
                self._count(event, path)
                self._copy(inner, event, path)
        return value

    def _count(self, event: Event, path: Path) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            mend = f"stay within {MAX_VALUES:,} values, those that aliases repeat included"
            self._refuse(event, path[:2], "the file holds too many values", mend)

    def _check_tag(self, event: Any, path: Path) -> None:
        if event.tag not in (None, "!", _TEXT_TAG) and not str(event.tag).startswith("tag:yaml.org,2002:"):
            self._tell(event, path, f"the tag {event.tag} means nothing here", "take it out")

    def _tell(self, event: Event, path: Path, what: str, mend: str) -> None:
        self._problems.append(Problem(self._file, event.start_mark.line + 1, path, what, mend))

    def _refuse(self, event: Event, path: Path, what: str, mend: str) -> None:
        raise error_of([*self._problems, Problem(self._file, event.start_mark.line + 1, path, what, mend)])


def resolve(text: str) -> object:
    """Return what a plain scalar means in the core schema: None, a bool, an int, a float or the text itself."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) <= MAX_NUMBER_CHARACTERS:
        if _INT.fullmatch(text):
            return int(text)
        if _BASED_INT.fullmatch(text):
            return int(text, 0)
        if _FLOAT.fullmatch(text):
            return float(text)
        if special := _SPECIAL.fullmatch(text):
            return float(text.replace(".", "", 1)) if special[1] is not None else float("nan")
    return text


def _joined(text: str) -> str:
    r"""Join the surrogate pairs that JSON writes as two escapes (`"\ud83d\ude00"`); half a pair becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
