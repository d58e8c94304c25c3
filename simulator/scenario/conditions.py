"""When a branch is taken: questions to the thing, its execution and the job document, as scenarios write them. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from simulator.scenario.context import WalkContext
from simulator.scenario.document import firmware_of, lookup

MAX_TEXT: Final = 1024  # characters of a value that a pattern is held against

SUBJECTS: Final[Mapping[str, Callable[[WalkContext], object]]] = {
    "attempt": lambda context: context.attempt,
    "execution_number": lambda context: context.execution_number,
    "index": lambda context: context.index,
    "thing": lambda context: context.thing_name,
    "job_id": lambda context: context.job_id,
    "firmware": lambda context: firmware_of(context.document),
}
"""What can be asked for by one word, spelled as in templates. `document.PATH` and `attribute.NAME` come on top."""

NUMBERS: Final = frozenset({"attempt", "execution_number", "index"})
SUBJECT: Final = re.compile(r"document(\.[^\s.{}]+)+|attribute\.[a-zA-Z0-9_.,@/:#-]{1,128}")


class Test(StrEnum):
    """How a value is tested, spelled as in a scenario file."""

    __test__ = False  # pytest: this is no test case

    EQUALS = "equals"
    NOT = "not"
    IN = "in"
    NOT_IN = "not_in"
    MATCHES = "matches"  # a pattern with * ? and [seq], as in a shell; no regular expression can take for ever here
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    BELOW = "below"
    EXISTS = "exists"
    EVERY = "every"  # with `offset`: value modulo every equals offset


@dataclass(frozen=True, slots=True)
class Question:
    """One test of one value. `bound` is what the file wrote: a scalar, or a tuple for `in`, `not_in` and `every`."""

    subject: str
    test: Test
    bound: object

    def holds(self, context: WalkContext) -> bool:
        """Whether the answer is yes. A value that is not there answers no to all but `exists: false`."""
        value = value_of(self.subject, context)
        bound = self.bound
        if self.test is Test.EXISTS:
            return (value is not None) is bound
        if value is None:
            return False
        match self.test:
            case Test.EQUALS:
                return _same(value, bound)
            case Test.NOT:
                return not _same(value, bound)
            case Test.IN:
                return isinstance(bound, tuple) and any(_same(value, each) for each in bound)
            case Test.NOT_IN:
                return isinstance(bound, tuple) and not any(_same(value, each) for each in bound)
            case Test.MATCHES:
                return isinstance(value, str | int | float) and fnmatchcase(_text(value)[:MAX_TEXT], str(bound))
            case Test.EVERY:
                return _every(value, bound)
        return _compare(value, bound, self.test)


Condition = tuple[Question, ...]
"""All of them have to hold; no question at all holds always."""


def all_hold(condition: Sequence[Question], context: WalkContext) -> bool:
    """Whether every question of a condition is answered with yes."""
    return all(question.holds(context) for question in condition)


def value_of(subject: str, context: WalkContext) -> object:
    """Return what a subject names, or None if it is not there."""
    if subject in SUBJECTS:
        return SUBJECTS[subject](context)
    kind, _, path = subject.partition(".")
    return lookup(context.document, path) if kind == "document" else context.attributes.get(path)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _same(value: object, bound: object) -> bool:
    """Compare as people read: 2 and "2" are the same, true and 1 are not."""
    if isinstance(value, bool) or isinstance(bound, bool):
        return _text(value) == _text(bound)
    if isinstance(value, int | float) and isinstance(bound, int | float):
        return value == bound
    return isinstance(value, str | int | float) and _text(value) == _text(bound)


def _every(value: object, bound: object) -> bool:
    match bound:
        case (int() as every, int() as offset) if isinstance(value, int) and not isinstance(value, bool):
            return value % every == offset % every
    return False


def _compare(value: object, bound: object, test: Test) -> bool:
    order = _order(value, bound)
    if order is None:
        return False
    match test:
        case Test.AT_LEAST:
            return order >= 0
        case Test.AT_MOST:
            return order <= 0
        case Test.ABOVE:
            return order > 0
    return order < 0


def _order(value: object, bound: object) -> int | None:
    """Return -1, 0 or 1; numbers compare as numbers, texts as versions, and None is what cannot be compared."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, int | float) and isinstance(bound, int | float):
        return (value > bound) - (value < bound)
    left, right = version_of(_text(value)), version_of(_text(bound))
    return None if left is None or right is None else (left > right) - (left < right)


_VERSION: Final = re.compile(r"[vV]?([0-9]{1,18}(?:\.[0-9]{1,18}){0,15})(?:[-+_.]?([0-9A-Za-z][0-9A-Za-z.+_-]{0,60}))?")
_Word = tuple[int, int, str]

VersionKey = tuple[tuple[int, ...], int, tuple[_Word, ...]]


def version_of(text: str) -> VersionKey | None:
    """Return what orders versions: 2.9 before 2.10, 2.4-rc1 before 2.4, 2.4 like 2.4.0; None if it is no version.

    What stands behind a + says nothing about order, as in semantic versions.
    """
    match = _VERSION.fullmatch(text.strip().partition("+")[0])
    if match is None:
        return None
    numbers = [int(part) for part in match[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    words = tuple(
        (0, int(word), "") if word.isdecimal() and word.isascii() else (1, 0, word)
        for word in re.split(r"[._-]|(?<=[a-zA-Z])(?=\d)", match[2] or "")
        if word
    )
    return tuple(numbers), 0 if words else 1, words
