"""How things are called that are only numbered: `--prefix` and a number, all of one length, or a template such as
`sim-{n:05}`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from simulator.errors import InputError
from simulator.jobs import limits

MOST_DIGITS: Final = 8  # of a number in a template, and of the largest number there can be
HIGHEST: Final = 10**MOST_DIGITS - 1
NAME_CHARACTERS: Final = 128
_LETTERS: Final = re.compile(r"[a-zA-Z0-9:_-]*")
_PLACE: Final = re.compile(r"\{n(?::0([1-8]))?\}")


@dataclass(frozen=True, slots=True)
class NameTemplate:
    """Names that differ in a number of `digits` digits at least: with 5, `sim-00001`, `sim-00002` …"""

    before: str
    digits: int = 1
    after: str = ""

    def name(self, number: int) -> str:
        """Return the name with this number."""
        return f"{self.before}{number:0{self.digits}d}{self.after}"

    def numbers_of(self, names: Iterable[str]) -> list[int]:
        """Return the numbers that stand in those of `names` that this template makes."""
        made = re.compile(rf"{re.escape(self.before)}([0-9]{{{self.digits},{MOST_DIGITS}}}){re.escape(self.after)}")
        found = (made.fullmatch(name) for name in names)
        numbers = [(one[1], int(one[1])) for one in found if one]
        return [number for text, number in numbers if text == f"{number:0{self.digits}d}"]


def template(text: str) -> NameTemplate:
    """Read a template: letters of thing names, and in one place `{n}`, or `{n:05}` for five digits at least.

    Raises:
        InputError: it is none; `where` is empty.
    """
    places = list(_PLACE.finditer(text))
    if len(places) != 1:
        if "{" in text and not places:
            raise InputError("", "has braces other than {n}", "write {n}, or {n:05} for five digits")
        what = "has no {n} for the number" if not places else "has more than one {n}"
        raise InputError("", what, "write {n} once, or {n:05} for five digits")
    before, after = text[: places[0].start()], text[places[0].end() :]
    if not (_LETTERS.fullmatch(before) and _LETTERS.fullmatch(after)):
        raise InputError("", "is no thing name", "use letters, digits, colons, hyphens and underscores beside {n}")
    if len(before) + len(after) + MOST_DIGITS > NAME_CHARACTERS:
        most = NAME_CHARACTERS - MOST_DIGITS
        raise InputError("", "is too long for a thing name", f"use at most {most} characters beside {{n}}")
    return NameTemplate(before, int(places[0][1] or 1), after)


def numbered(prefix: str, count: int) -> list[str]:
    """Return `count` names, from 01 or, for more things, as many zeros as make them equally long.

    Raises:
        InputError: they would be no thing names.
    """
    digits = max(2, len(str(count)))
    names = [f"{prefix}{number:0{digits}d}" for number in range(1, count + 1)]
    if not limits.THING_NAME.fullmatch(names[-1]):
        mend = "use letters, digits, colons, hyphens and underscores, 128 characters in all"
        raise InputError(f"--prefix {prefix}", f"{names[-1][:140]} is no thing name", mend)
    return names
