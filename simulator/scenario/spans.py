"""Lengths of time in simulated seconds, each drawn with exactly one number of chance.

One number, whatever the distribution: a step that becomes `normal` instead of `between` leaves what is drawn after it
as it was. The bounds are part of the distribution (what would fall outside never comes up), so the longest walk is
known.
"""

from dataclasses import dataclass
from functools import cached_property
from math import exp, log1p
from random import Random
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # takes a while to load, and few scenarios need it
    from statistics import NormalDist


class Length(Protocol):
    """Something that draws seconds from `low` to `high`."""

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...

    def draw(self, random: Random) -> float:
        """Return one length; chance is asked once, or not at all if there is nothing to choose."""
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """Evenly distributed from `low` to `high`."""

    low: float
    high: float

    def draw(self, random: Random) -> float:
        """Return one length; chance is asked only if there is something to choose."""
        return self.low if self.low == self.high else self.low + (self.high - self.low) * random.random()


@dataclass(frozen=True)
class Normal:
    """Normally distributed around `mean` with a standard `deviation` above 0, within `low` and `high`."""

    low: float
    high: float
    mean: float
    deviation: float

    @cached_property
    def _shape(self) -> "tuple[NormalDist, float, float]":
        from statistics import NormalDist

        curve = NormalDist(self.mean, self.deviation)
        return curve, curve.cdf(self.low), curve.cdf(self.high)

    def draw(self, random: Random) -> float:
        """Return one length; chance is asked once."""
        curve, least, most = self._shape
        share = least + (most - least) * random.random()
        if not 0.0 < share < 1.0:  # the bounds lie so far out that they cut nothing off
            return self.low if share <= 0.0 else self.high
        return min(max(curve.inv_cdf(share), self.low), self.high)


@dataclass(frozen=True)
class Exponential:
    """Exponentially distributed with `mean` above 0 (before it is cut), within `low` and `high`."""

    low: float
    high: float
    mean: float

    @cached_property
    def _shape(self) -> tuple[float, float]:
        return 1.0 - exp(-self.low / self.mean), 1.0 - exp(-self.high / self.mean)

    def draw(self, random: Random) -> float:
        """Return one length; chance is asked once."""
        least, most = self._shape
        share = least + (most - least) * random.random()
        if share >= 1.0:
            return self.high
        return min(max(-self.mean * log1p(-share), self.low), self.high)
