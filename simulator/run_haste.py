"""The time that is left once a person has told a run to stop: one deadline, which all that is still to do shares."""

import time
from collections.abc import Callable
from typing import Final

STOP_SECONDS: Final = 2.2
"""From the wish to the last thing closed; what remains of 3 s is for writing the report and for the system."""

CLOSING_SECONDS: Final = 1.0
"""Of those, what is kept for closing fleet, control plane and endpoint, however long the last words took."""

LEAST_SECONDS: Final = 0.02
"""What everything gets at least: an answer that is there already is still taken in."""


class Haste:
    """Belongs to one run. Before `begin` there is no haste, and everything may take the time that it wants."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` tells real seconds."""
        self._monotonic = monotonic
        self._until: float | None = None

    @property
    def is_on(self) -> bool:
        """Whether a person waits."""
        return self._until is not None

    def begin(self) -> None:
        """A person waits from now on; said again it changes nothing."""
        if self._until is None:
            self._until = self._monotonic() + STOP_SECONDS

    def for_words(self, seconds: float) -> float:
        """Return how many of `seconds` may go into asking for something; the time for closing is not touched."""
        return self._left(seconds, CLOSING_SECONDS)

    def for_closing(self, seconds: float) -> float:
        """Return how many of `seconds` may go into closing something."""
        return self._left(seconds, 0.0)

    def _left(self, seconds: float, kept: float) -> float:
        if self._until is None:
            return seconds
        return max(LEAST_SECONDS, min(seconds, self._until - kept - self._monotonic()))
