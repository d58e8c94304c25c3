"""Amounts as people write them in fleet and run files: `60 s`, `2 min`, `200 ms`, `95 %`, `3`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from simulator.fleet_sentences import told
from simulator.scenario.problems import shown

_SECONDS_IN: Final = {"ms": Fraction(1, 1000), "s": Fraction(1), "min": Fraction(60), "h": Fraction(3600)}
_WITH_UNIT: Final = re.compile(r"([0-9]{1,10}(?:\.[0-9]{1,6})?) ?(ms|s|min|h)")
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")
MOST_SECONDS: Final = 7 * 24 * 3600  # AWS's longest timeout: no execution lives longer
MOST_COUNT: Final = 10**9


@dataclass(frozen=True, slots=True)
class Amount:
    """So many, or so many of a hundred: `value` is a count, or percent of a total that the reader names."""

    value: Fraction
    is_percent: bool = False

    def of(self, total: int) -> Fraction:
        """Return how many that is, of `total`. It may lie between two counts, and is not rounded."""
        return self.value * total / 100 if self.is_percent else self.value

    def __str__(self) -> str:
        number = f"{float(self.value):,.6f}".rstrip("0").rstrip(".")
        return f"{number} %" if self.is_percent else number


def _seconds(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str) and (written := _WITH_UNIT.fullmatch(value.strip())):
        seconds = float(Fraction(written[1]) * _SECONDS_IN[written[2]])
    else:
        raise told(f"{shown(value)} is no length of time", "write seconds, or for example 60 s, 2 min, 1 h")
    if not 0 <= seconds <= MOST_SECONDS:
        raise told(f"{shown(value)} is not from 0 s to a week", "write seconds, or for example 60 s, 2 min, 1 h")
    return seconds


def _amount(value: Any) -> Amount:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_COUNT:
        return Amount(Fraction(value))
    if isinstance(value, str) and (written := _PERCENT.fullmatch(value.strip())) and Fraction(written[1]) <= 100:
        return Amount(Fraction(written[1]), is_percent=True)
    raise told(f"{shown(value)} is no amount", "write a count such as 3, or a share such as 95 %")


def _limit(value: Any) -> Amount | float:
    if isinstance(value, str) and (written := _WITH_UNIT.fullmatch(value.strip())):
        return float(Fraction(written[1]) * _SECONDS_IN[written[2]] * 1000)
    return _amount(value)


def seconds_in_words(seconds: float) -> str:
    """Return `90 s`, `1.5 s`."""
    return f"{seconds:,.3f}".rstrip("0").rstrip(".") + " s"


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": f"^{_WITH_UNIT.pattern}$"}]}
    ),
]
"""Seconds as a number, or a text with its unit."""

AmountText = Annotated[
    Amount,
    BeforeValidator(_amount),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": f"^{_PERCENT.pattern}$"}]}
    ),
]
"""A count, or a text such as `95 %`."""

Limit = Annotated[
    Amount | float,
    BeforeValidator(_limit),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": f"^({_PERCENT.pattern}|{_WITH_UNIT.pattern})$"},
            ]
        }
    ),
]
"""An amount, or a length of time with its unit, read as milliseconds."""
