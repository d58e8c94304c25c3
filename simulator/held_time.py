"""Time in the program's own hands, for a process whose only work is a picture that comes out the same every time.

Everything here that asks what time it is asks the standard library's `time`; so that is where time is held, once,
before the window and the engine are imported. Nothing gives it back: the process ends with its picture.
"""

import sys
import time
from typing import Final

FIRST_MOMENT: Final = 1000.0  # seconds on the monotonic clocks when time is taken hold of
FIRST_DATE: Final = 1_750_000_000.0 - FIRST_MOMENT  # of the epoch, so that the show begins on 2025-06-15
CLOCKS: Final = ("monotonic", "perf_counter", "time")


class HeldTime:
    """One moment, the same for every clock, until it is moved."""

    def __init__(self) -> None:
        self.moment = FIRST_MOMENT
        self.is_taken = False

    def monotonic(self) -> float:
        """The moment, in seconds."""
        return self.moment

    perf_counter = monotonic

    def time(self) -> float:
        """The moment as seconds of the epoch."""
        return FIRST_DATE + self.moment

    def take(self) -> None:
        """Let this be the time from now on, also for modules of the program that were imported before."""
        self.is_taken = True
        for name in CLOCKS:
            real, held = getattr(time, name), getattr(self, name)
            for module in list(sys.modules.values()):
                if getattr(module, "__name__", "").partition(".")[0] in ("simulator", "ui"):
                    for each, value in list(vars(module).items()):
                        if value is real:
                            setattr(module, each, held)
            setattr(time, name, held)


HELD: Final = HeldTime()
"""The one that `--virtual-time` takes."""
