"""Latencies in numbers: a histogram of bounded size, and one that forgets after ten seconds."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Final, Self

_SUB_BUCKET_BITS: Final = 6  # 64 buckets for each doubling: a bucket's middle is at most 0.8 % from anything in it
_LINEAR_BELOW: Final = 1 << (_SUB_BUCKET_BITS + 1)
_LONGEST_US: Final = (1 << 32) - 1  # 71 minutes; what is longer is counted as this
MOST_BUCKETS: Final = (32 - _SUB_BUCKET_BITS + 1) << _SUB_BUCKET_BITS  # 1,728
_ROUNDING: Final = 1e-9  # 375 * 43.2 / 100 is a hair more than 162

Buckets = dict[int, int]
"""A histogram as it travels: bucket number to count, only those that are not empty."""


def _bucket_of(microseconds: int) -> int:
    shift = max(0, microseconds.bit_length() - _SUB_BUCKET_BITS - 1)
    return (shift << _SUB_BUCKET_BITS) + (microseconds >> shift)


def _middle_us(bucket: int) -> float:
    if bucket < _LINEAR_BELOW:
        return float(bucket)
    shift = (bucket >> _SUB_BUCKET_BITS) - 1
    lowest = (bucket - (shift << _SUB_BUCKET_BITS)) << shift
    return lowest + ((1 << shift) - 1) / 2


class Histogram:
    """Counts of milliseconds in log-linear buckets, after Gil Tene's HdrHistogram.

    A percentile is within 1 % (below 128 µs: within 1 µs) of the value that the ordered values have at its rank, from 0
    to 71 minutes, and the whole takes at most MOST_BUCKETS buckets however much is recorded. Two of them merge exactly.
    """

    __slots__ = ("_buckets", "_count")

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self._count = 0

    @property
    def count(self) -> int:
        """How many values were recorded."""
        return self._count

    def record(self, ms: float) -> None:
        """Count one value; what is below 0 counts as 0."""
        self._buckets[_bucket_of(min(max(0, round(ms * 1000)), _LONGEST_US))] += 1
        self._count += 1

    def percentile(self, percent: float) -> float:
        """Return the milliseconds that `percent` (0 to 100) of the values do not exceed; 0.0 when there are none."""
        wanted = max(1, math.ceil(self._count * percent / 100 * (1 - _ROUNDING)))
        seen = 0
        bucket = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= wanted:
                break
        return _middle_us(bucket) / 1000

    def merge(self, other: "Histogram") -> None:
        """Add everything that `other` has recorded."""
        self._buckets.update(other._buckets)
        self._count += other._count

    def to_dict(self) -> Buckets:
        """Return bucket numbers and counts, for `from_dict` in another process or at another time."""
        return dict(self._buckets)

    @classmethod
    def from_dict(cls, buckets: Mapping[int, int]) -> Self:
        """Return the histogram that `to_dict` was asked of."""
        histogram = cls()
        histogram._buckets.update(buckets)
        histogram._count = sum(buckets.values())
        return histogram

    def bars(self) -> list[tuple[float, int]]:
        """Return (middle of a bucket in ms, its count) in rising order, as a chart draws them."""
        return [(_middle_us(bucket) / 1000, self._buckets[bucket]) for bucket in sorted(self._buckets)]


class WindowedHistogram:
    """A histogram of all and one of the last `seconds`, for the cost of one: slices of a second, summed on demand.

    `now` is any clock in seconds that does not go back; a value leaves `total` `seconds - 1` to `seconds` later.
    """

    __slots__ = ("_current", "_past", "_second", "_slices")

    def __init__(self, seconds: int = 10) -> None:
        self._slices: list[Buckets] = [{} for _ in range(seconds)]
        self._current = self._slices[0]
        self._second = 0
        self._past = Histogram()  # what has left the window

    def record(self, ms: float, now: float) -> None:
        """Count one value that came `now`; what is below 0 counts as 0."""
        if now >= self._second + 1:
            self.expire(now)
        microseconds = round(ms * 1000)
        if not 0 <= microseconds <= _LONGEST_US:
            microseconds = 0 if microseconds < 0 else _LONGEST_US
        bucket = _bucket_of(microseconds)
        self._current[bucket] = self._current.get(bucket, 0) + 1

    def expire(self, now: float) -> None:
        """Take out of the window what is too old `now`."""
        second = int(now)
        for passed in range(max(self._second + 1, second - len(self._slices) + 1), second + 1):
            place = passed % len(self._slices)
            self._past.merge(Histogram.from_dict(self._slices[place]))
            self._slices[place] = {}
        self._second = max(self._second, second)
        self._current = self._slices[self._second % len(self._slices)]

    @property
    def total(self) -> Histogram:
        """What is in the window, as of the last `record` or `expire`."""
        return self._summed(Histogram())

    @property
    def whole(self) -> Histogram:
        """Everything that was ever recorded."""
        return self._summed(Histogram.from_dict(self._past.to_dict()))

    def _summed(self, histogram: Histogram) -> Histogram:
        for each in self._slices:
            histogram.merge(Histogram.from_dict(each))
        return histogram
