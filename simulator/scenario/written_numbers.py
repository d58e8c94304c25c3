"""Numbers that were written with a unit, a percent sign or quotes: what was meant, as the key takes it. Pure."""

import re
from fractions import Fraction
from typing import Final

from simulator.scenario.model_values import MAX_SECONDS
from simulator.scenario.problems import Path

_UNIT: Final = {
    "ms": Fraction(1, 1000), "s": Fraction(1), "sec": Fraction(1), "secs": Fraction(1), "second": Fraction(1),
    "seconds": Fraction(1), "m": Fraction(60), "min": Fraction(60), "mins": Fraction(60), "minute": Fraction(60),
    "minutes": Fraction(60), "h": Fraction(3600), "hour": Fraction(3600), "hours": Fraction(3600),
}  # fmt: skip
_NUMBER: Final = r"([0-9]{1,9}(?:\.[0-9]{1,6})?)"
_WITH_UNIT: Final = re.compile(rf"{_NUMBER} ?([a-z]*)")
_PERCENT: Final = re.compile(rf"{_NUMBER} ?%")
_RANGE: Final = re.compile(rf"{_NUMBER} ?[a-z]* ?(?:-|–|\.\.|to) ?{_NUMBER} ?([a-z]*)")
SECONDS: Final = frozenset(
    {"duration", "seconds", "between", "mean", "jitter", "deviation", "least", "most", "within"}
)  # and `every` of progress
SHARES: Final = frozenset({"fail_chance", "rate"})  # and what stands behind a fault's name in `faults`


def mend(path: Path, value: object) -> str:
    """Return what to write instead of `value` at `path`; "" if that cannot be told."""
    key = _key(path)
    if key == "seconds":
        return _seconds(path, value)
    if not isinstance(value, str):
        return _above_one(value) if key == "share" else ""
    text = value.strip().lower()
    percent = _PERCENT.fullmatch(text)
    if key == "share":
        return _share(Fraction(percent[1])) if percent and Fraction(percent[1]) <= 100 else _unquoted(text)
    if key == "minutes":
        return _minutes(text)
    if percent:
        return f"write {percent[1]} without the percent sign"
    return _unquoted(text)


def _key(path: Path) -> str:
    names = [part for part in path if isinstance(part, str)]
    if names[:1] == ["mix"]:
        return ""
    last = names[-1] if names else ""
    if last in SECONDS or names[-2:] == ["progress", "every"]:
        return "seconds"
    if last in SHARES or names[-2:-1] == ["faults"]:
        return "share"
    return "minutes" if last == "step_timeout_minutes" else ""


def _seconds(path: Path, value: object) -> str:
    is_whole_duration = path[-1:] in (("duration",), ("seconds",))
    match value:
        case [int() | float() as low, int() | float() as high] if is_whole_duration:
            return f"write {{between: [{low:g}, {high:g}]}}"
        case str():
            text = value.strip().lower()
        case _:
            return ""
    if (bounds := _RANGE.fullmatch(text)) and path[-1] != "jitter" and bounds[3] in {"", *_UNIT}:
        unit = _UNIT.get(bounds[3], Fraction(1))
        pair = f"[{_plain(Fraction(bounds[1]) * unit)}, {_plain(Fraction(bounds[2]) * unit)}]"
        if is_whole_duration:
            return f"write {{between: {pair}}}"
        return f"write {pair}" if path[-1] == "between" else ""
    written = _WITH_UNIT.fullmatch(text)
    if written is None or written[2] not in {"", *_UNIT}:
        return ""
    seconds = Fraction(written[1]) * _UNIT.get(written[2], Fraction(1))
    if seconds > MAX_SECONDS:
        return ""
    return f"write {_plain(seconds)}: seconds without a unit" if written[2] else _unquoted(text)


def _minutes(text: str) -> str:
    written = _WITH_UNIT.fullmatch(text)
    if written is None or written[2] not in {"", *_UNIT}:
        return ""
    minutes = Fraction(written[1]) * _UNIT.get(written[2], Fraction(60)) / 60
    if minutes.denominator != 1:
        return "write whole minutes without a unit"
    return f"write {_plain(minutes)}: minutes without a unit" if written[2] else _unquoted(text)


def _above_one(value: object) -> str:
    """A number of percent where 1 is always."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 < value <= 100:
        return ""
    return _share(Fraction(value).limit_denominator(10**6))


def _share(percent: Fraction) -> str:
    return f"write {_plain(percent / 100)} for {_plain(percent)} %"


def _unquoted(text: str) -> str:
    written = _WITH_UNIT.fullmatch(text)
    return f"write {written[1]} without quotes" if written and not written[2] else ""


def _plain(number: Fraction) -> str:
    return f"{float(number):.9f}".rstrip("0").rstrip(".")
