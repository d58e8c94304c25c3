"""How long to stay away before trying again: exponential back-off with full jitter."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """Full jitter: each delay is drawn evenly from 0 up to a ceiling that doubles from `base_seconds` to `cap_seconds`.

    Of the usual kinds this one spreads a crowd best: five thousand things cut off at once do not come back at once.
    Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (2015).
    """

    base_seconds: float = 1.0
    cap_seconds: float = 60.0

    def delays(self, random: Random) -> Iterator[float]:
        """Yield delays in real seconds, without end; the same `random` gives the same delays."""
        ceiling = self.base_seconds
        while True:
            ceiling = min(ceiling, self.cap_seconds)
            yield random.uniform(0.0, ceiling)
            ceiling *= 2
