"""How often the fleet is painted: 20 times a second, or less where painting takes too long or a person wants less."""

from time import monotonic
from typing import Final

INTERVALS: Final = (50, 100, 200)  # milliseconds: 20, 10 and 5 Hz
SLOW_SECONDS: Final = 0.025  # two ticks in a row above this and the display slows down
RECOVER_SECONDS: Final = 5.0


class DisplayPace:
    """Told what each tick took, it says how long to wait between two."""

    def __init__(self) -> None:
        self.display_hz = 0.0  # as it was measured
        self.slowed = False  # below what a person wants
        self._at = self._fastest = 0  # in INTERVALS
        self._slow_ticks = 0
        self._slowed_at = 0.0
        self._ticks = 0
        self._measured_at = monotonic()

    @property
    def interval_ms(self) -> int:
        """From one tick to the next."""
        return INTERVALS[self._at]

    def cap(self, hertz: int) -> None:
        """Be no faster than this: 20, 10 or 5 times a second."""
        self._fastest = self._at = INTERVALS.index(1000 // hertz)

    def took(self, seconds: float, now: float) -> None:
        """A tick took so long, painting included."""
        self._ticks += 1
        self._slow_ticks = self._slow_ticks + 1 if seconds > SLOW_SECONDS else 0
        if self._at < self._fastest:
            self._at = self._fastest
        elif self._slow_ticks >= 2 and self._at < len(INTERVALS) - 1:
            self._at, self._slow_ticks, self._slowed_at = self._at + 1, 0, now
        elif self._at > self._fastest and not self._slow_ticks and now - self._slowed_at > RECOVER_SECONDS:
            self._at, self._slowed_at = self._at - 1, now
        self.slowed = self._at > self._fastest

    def measure(self) -> None:
        """Work out how often it ticked since this was called last."""
        before, self._measured_at = self._measured_at, monotonic()
        if self._measured_at > before:
            self.display_hz = self._ticks / (self._measured_at - before)
        self._ticks = 0
