"""The filter language: words match names; key:value, !=, <, >, <=, >=; * globs; comma or; space and; leading - not.

    status:failed,timed_out scenario:flaky* v>3 -pump

A filter is parsed once and then asked for rows; a text that makes no sense is a FilterError that names the token.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate as glob_pattern
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from ui.fleet_columns import ALIASES, COLUMN_OF, Kind
from ui.fleet_store import FleetStore, natural
from ui.status_style import CODE_OF, LINKS, STATUSES

_TOKEN: Final = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_PART: Final = re.compile(r'(?:[^,"]|"[^"]*"?)+')  # between commas, those in quotes left alone
_KEYED: Final = re.compile(r"(?P<key>[A-Za-z_]+)(?P<operator>!=|<=|>=|:|=|<|>)(?P<value>.*)", re.DOTALL)
_VERSION: Final = re.compile(r"v?\d[\w.+~-]*", re.IGNORECASE)
_TEXT_COLUMNS: Final = {
    "thing": "names", "step": "step", "job": "job", "scenario": "scenario", "details": "details",
}  # fmt: skip
_NUMBER_COLUMNS: Final = {
    "ver": "version", "progress": "progress", "ack": "ack", "msgs": "messages", "rejects": "rejects",
    "faults": "faults", "exec": "execution", "queue": "pending", "updated": "updated", "seed": "seed",
}  # fmt: skip
MOST_REMEMBERED: Final = 50_000  # values that a filter has judged
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


@dataclass
class FilterError(Exception):
    """A token that means nothing: which one, and why in a sentence."""

    token: str
    reason: str

    def __str__(self) -> str:
        return f"{self.token}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One condition. `key` is a column's key; `choices` are the values of a comma list, as typed."""

    key: str
    operator: str  # ":", "<", ">", "<=", ">="
    choices: tuple[str, ...]
    negated: bool
    keep: Callable[[FleetStore, Iterable[int]], list[int]]


@dataclass(frozen=True, slots=True)
class Filter:
    """All terms must hold."""

    terms: tuple[Term, ...] = ()

    def rows(self, store: FleetStore) -> list[int]:
        """The rows of the store that match, in the store's order."""
        rows: Iterable[int] = range(len(store))
        for term in self.terms:
            rows = term.keep(store, rows)
        return list(rows)

    @property
    def is_live(self) -> bool:
        """Whether what matches changes while things run."""
        return any(term.key == "warning" or COLUMN_OF[term.key].live for term in self.terms)

    def statuses(self) -> frozenset[int] | None:
        """The status codes the filter is down to, None if it says nothing about status (or says it by exclusion)."""
        chosen = [term for term in self.terms if term.key == "status" and not term.negated]
        if len(chosen) != 1:
            return None
        return frozenset(code for choice in chosen[0].choices for code in _status_codes(choice))

    def links(self) -> frozenset[int] | None:
        """The link codes the filter is down to, None if it says nothing about links."""
        chosen = [term for term in self.terms if term.key == "link" and not term.negated]
        if len(chosen) != 1:
            return None
        return frozenset(code for choice in chosen[0].choices for code in _link_codes(choice))

    @property
    def wants_warnings(self) -> bool:
        """Whether only things with a warning are wanted."""
        return any(t.key == "warning" and (t.choices[0].lower() == "yes") is not t.negated for t in self.terms)


def parse(text: str) -> Filter:
    """Read a filter.

    Raises:
        FilterError: a token makes no sense.
    """
    return Filter(tuple(_term(token) for token in _TOKEN.findall(text)))


def with_statuses(text: str, codes: Iterable[int]) -> str:
    """The same filter text, down to these status codes; with none it says nothing about status. What chips write."""
    others = [token for token in _TOKEN.findall(text) if not re.match(r"-?status(!=|:|=)", token)]
    wanted = sorted(codes, key=lambda code: code or len(STATUSES) + 1)
    if wanted:
        words = ["none" if code == 0 else STATUSES[code - 1].value.lower() for code in wanted]
        others.insert(0, "status:" + ",".join(words))
    return " ".join(others)


def with_links(text: str, codes: Iterable[int]) -> str:
    """The same filter text, down to these link codes; with none it says nothing about links."""
    others = [token for token in _TOKEN.findall(text) if not re.match(r"-?link(!=|:|=)", token)]
    words = [LINKS[code].value for code in sorted(codes)]
    return " ".join([*others, "link:" + ",".join(words)] if words else others)


def with_warning(text: str, wanted: bool) -> str:
    """The same filter text, down to things with a warning, or without a word about that."""
    others = [token for token in _TOKEN.findall(text) if not re.match(r"-?warning(!=|:|=)", token)]
    return " ".join([*others, "warning:yes"] if wanted else others)


def tokens_of(text: str) -> list[str]:
    """The words of a filter text, quotes kept together."""
    return _TOKEN.findall(text)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Filter", text)


def _term(token: str) -> Term:
    negated = token.startswith("-") and len(token) > 1
    body = token[1:] if negated else token
    if body == "-":
        raise FilterError(token, _tr("write what is not wanted right after the minus"))
    match = None if body.startswith('"') else _KEYED.fullmatch(body)
    if match is None:
        return _text_term("thing", _choices(token, body), negated, inside=True)
    key = match["key"].lower()
    if key == "warning":
        return _warning_term(token, _choices(token, match["value"]), negated != (match["operator"] == "!="))
    key = ALIASES.get(key, key)
    if key not in COLUMN_OF:
        known = ", ".join(sorted(COLUMN_OF))
        raise FilterError(
            token, _tr("there is no column %1; there are %2").replace("%1", match["key"]).replace("%2", known)
        )
    operator, choices = match["operator"], _choices(token, match["value"])
    if operator == "!=":
        negated, operator = not negated, ":"
    operator = ":" if operator == "=" else operator
    kind = COLUMN_OF[key].kind
    if kind is Kind.STATUS or kind is Kind.LINK:
        return _code_term(token, key, operator, choices, negated)
    if kind is Kind.NUMBER or kind is Kind.AGE:
        return _number_term(token, key, operator, choices, negated)
    if kind is Kind.VERSION:
        return _version_term(token, operator, choices, negated)
    if operator != ":":
        raise FilterError(token, _tr("%1 is text; use : or != with it").replace("%1", key))
    return _text_term(key, choices, negated)


def _warning_term(token: str, choices: Sequence[str], negated: bool) -> Term:
    """Things with something amiss: firmware that is not the job's, a line in error, broken, or lost."""
    words = {"yes": True, "no": False}
    if len(choices) != 1 or choices[0].lower() not in words:
        raise FilterError(token, _tr("write warning:yes or warning:no"))
    wanted = words[choices[0].lower()] is not negated

    def keep(store: FleetStore, rows: Iterable[int]) -> list[int]:
        warned = store.warned
        return [row for row in rows if warned[row] is wanted]

    return Term(key="warning", operator=":", choices=tuple(choices), negated=negated, keep=keep)


def _choices(token: str, value: str) -> tuple[str, ...]:
    choices = tuple(choice for part in _PART.findall(value) if (choice := part.replace('"', "")))
    if not choices:
        raise FilterError(token, _tr("a value is missing"))
    return choices


def _text_term(key: str, choices: Sequence[str], negated: bool, inside: bool = False) -> Term:
    """Text is compared without case; `inside` also matches in the middle, as for free words."""
    column = _TEXT_COLUMNS[key]
    holds = _remembering(_any_text(choices, inside), negated)

    def keep(store: FleetStore, rows: Iterable[int]) -> list[int]:
        values: list[str] = getattr(store, column)
        verdict = holds(values)
        return [row for row in rows if verdict[values[row]]]

    return Term(key=key, operator=":", choices=tuple(choices), negated=negated, keep=keep)


def _remembering(matches: Callable[[Any], bool], negated: bool = False) -> Callable[[Sequence[Any]], dict[Any, bool]]:
    """The verdict for each of many values, each value judged once: a filter is asked five times a second."""
    verdict: dict[Any, bool] = {}

    def judged(values: Sequence[Any]) -> dict[Any, bool]:
        different = set(values)
        if len(verdict) > MOST_REMEMBERED + len(different):
            verdict.clear()
        if new := different.difference(verdict):
            verdict.update((value, matches(value) is not negated) for value in new)
        return verdict

    return judged


def _any_text(choices: Sequence[str], inside: bool) -> Callable[[str], bool]:
    if inside and not any("*" in choice for choice in choices):
        words = [choice.casefold() for choice in choices]
        if len(words) == 1:
            word = words[0]
            return lambda value: word in value.casefold()
        return lambda value: any(word in value.casefold() for word in words)
    around = "*" if inside else ""
    globs = [around + choice + around if "*" not in choice else choice for choice in choices]
    # Only * is special, so brackets and question marks in names stand for themselves.
    patterns = "|".join(glob_pattern(glob.replace("[", "[[]").replace("?", "[?]")) for glob in globs)
    found = re.compile(patterns, re.IGNORECASE | re.DOTALL).match
    return lambda value: found(value) is not None


def _status_codes(choice: str) -> list[int]:
    word = choice.lower().replace(" ", "_").replace("-", "_")
    if word in ("none", "no_job"):
        return [0]
    matches = _any_text([word.replace("cancelled", "canceled")], inside=False)
    return [CODE_OF[status] for status in STATUSES if matches(status.value)]


def _link_codes(choice: str) -> list[int]:
    matches = _any_text([choice], inside=False)
    return [code for code, link in enumerate(LINKS) if matches(link.value)]


def _code_term(token: str, key: str, operator: str, choices: Sequence[str], negated: bool) -> Term:
    if operator != ":":
        raise FilterError(token, _tr("%1 is text; use : or != with it").replace("%1", key))
    codes: set[int] = set()
    for choice in choices:
        found = _status_codes(choice) if key == "status" else _link_codes(choice)
        if not found:
            names = (
                [*(s.value.lower() for s in STATUSES), "none"] if key == "status" else [link.value for link in LINKS]
            )
            sentence = _tr("there is no %1 %2; there are %3").replace("%1", key).replace("%2", choice)
            raise FilterError(token, sentence.replace("%3", ", ".join(names)))
        codes.update(found)

    def keep(store: FleetStore, rows: Iterable[int]) -> list[int]:
        values: list[int] = getattr(store, key)
        return [row for row in rows if (values[row] in codes) is not negated]

    return Term(key=key, operator=":", choices=tuple(choices), negated=negated, keep=keep)


def _number(token: str, value: str) -> float:
    try:
        return float(value.strip().lower().removeprefix("v").removesuffix("%").removesuffix("ms").removesuffix("s"))
    except ValueError:
        raise FilterError(token, _tr("%1 is not a number").replace("%1", value)) from None


def _number_term(token: str, key: str, operator: str, choices: Sequence[str], negated: bool) -> Term:
    wanted = [_number(token, choice) for choice in choices]
    compare = _COMPARE.get(operator)
    if compare is not None and len(wanted) > 1:
        raise FilterError(token, _tr("write one number after %1").replace("%1", operator))

    def matches(value: float) -> bool:
        return compare(value, wanted[0]) if compare is not None else value in wanted

    holds = _remembering(matches, negated)

    def keep(store: FleetStore, rows: Iterable[int]) -> list[int]:
        values: list[float] = getattr(store, _NUMBER_COLUMNS[key])
        if key == "updated":
            now = store.shown_at
            values = [int(now - at) for at in values]
        verdict = holds(values)
        return [row for row in rows if verdict[values[row]]]

    return Term(key=key, operator=operator, choices=tuple(choices), negated=negated, keep=keep)


def _version_term(token: str, operator: str, choices: Sequence[str], negated: bool) -> Term:
    compare = _COMPARE.get(operator)
    if compare is not None and len(choices) > 1:
        raise FilterError(token, _tr("write one version after %1").replace("%1", operator))
    if compare is not None and not _VERSION.fullmatch(choices[0]):
        raise FilterError(token, _tr("%1 is not a version such as 2.4.0").replace("%1", choices[0]))
    wanted = natural(choices[0])
    matches = _any_text(choices, inside=False)

    def found(value: str) -> bool:
        return matches(value) if compare is None else bool(value) and compare(natural(value), wanted)

    holds = _remembering(found, negated)

    def keep(store: FleetStore, rows: Iterable[int]) -> list[int]:
        values = store.firmware
        verdict = holds(values)
        return [row for row in rows if verdict[values[row]]]

    return Term(key="fw", operator=operator, choices=tuple(choices), negated=negated, keep=keep)
