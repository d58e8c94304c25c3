"""Connections at a steady pace: when may the next one begin?"""

from typing import Final

_CATCH_UP_SECONDS: Final = 0.1  # how much of a late start may be made up for at once


class Ramp:
    """`per_second` connections a second; 0 is no limit. Times are seconds of a clock that does not go back."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second if per_second > 0 else 0.0
        self._next_at: float | None = None

    def wait_before_next(self, now: float) -> float:
        """Take the next place in the row; return the seconds until its turn."""
        if not self._interval:
            return 0.0
        turn = now if self._next_at is None else max(self._next_at, now - _CATCH_UP_SECONDS)
        self._next_at = turn + self._interval
        return max(0.0, turn - now)
