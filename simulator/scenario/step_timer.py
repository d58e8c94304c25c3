"""The step timer in an outlook: whether it may run out, or must, along a sequence of parts and over branches. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # an Outlook holds a StepTimer
    from simulator.scenario.outlook import Outlook


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimer:
    """What a part does to the step timer; `shortest` and `longest` seconds of the one it leaves behind."""

    surely: bool = True  # whether it sets or clears the timer whichever way it goes
    until: float = 0.0  # at most so many seconds pass before it does
    shortest: float | None = None  # None: it leaves none behind
    longest: float | None = None  # None: it may leave none behind
    least: float = 0.0  # seconds that pass from then to its end
    most: float = 0.0


def any_timer_of(outlooks: "Sequence[Outlook]") -> StepTimer | None:
    """Return what going one of several ways does to the timer."""
    clocks = [outlook.clock for outlook in outlooks if outlook.clock is not None]
    if not clocks:
        return None
    surely = len(clocks) == len(outlooks) and all(clock.surely for clock in clocks)
    longest = [clock.longest for clock in clocks if clock.longest is not None]
    return StepTimer(
        surely=surely,
        until=max(outlook.clock.until if outlook.clock else outlook.longest for outlook in outlooks),
        shortest=min((clock.shortest for clock in clocks if clock.shortest is not None), default=None),
        longest=max(longest) if surely and len(longest) == len(clocks) else None,
        least=min(clock.least for clock in clocks),
        most=max(clock.most for clock in clocks),
    )


class RunningTimer:
    """The step timer along a sequence of parts: set to what, and how much of it has passed, at least and at most."""

    def __init__(self) -> None:
        self._shortest: float | None = None
        self._longest: float | None = None  # None: perhaps there is none
        self._least = self._most = 0.0  # seconds passed since it was set
        self._until = 0.0  # until it was set first
        self._is_touched = self._is_surely_touched = False
        self.may_expire = False

    @property
    def is_set(self) -> bool:
        """Whether it runs, whatever chance says."""
        return self._longest is not None

    @property
    def has_expired(self) -> bool:
        """Whether it has run out, whatever chance says."""
        return self._longest is not None and self._least > self._longest

    def passes(self, part: "Outlook") -> None:
        """Let a part go by."""
        clock = part.clock
        if not self._is_surely_touched:
            self._until += part.longest if clock is None else clock.until
        if clock is None or not clock.surely:
            self._expires_within(part.longest)
        if clock is None:
            self._least += part.least
            self._most += part.longest
            return
        self._expires_within(clock.until)
        if clock.surely:
            self._shortest, self._longest, self._least, self._most = (
                clock.shortest, clock.longest, clock.least, clock.most,
            )  # fmt: skip
        else:
            both = [seconds for seconds in (self._shortest, clock.shortest) if seconds is not None]
            self._shortest, self._longest = min(both, default=None), None
            self._least = min(self._least + part.least, clock.least)
            self._most = max(self._most + part.longest, clock.most)
        self._is_touched = True
        self._is_surely_touched |= clock.surely
        self._expires_within(0.0)

    def _expires_within(self, seconds: float) -> None:
        if self._shortest is not None:
            self.may_expire |= self._most + seconds >= self._shortest

    def left_behind(self) -> StepTimer | None:
        """Return what the whole sequence does to the timer."""
        if not self._is_touched:
            return None
        return StepTimer(
            surely=self._is_surely_touched,
            until=self._until,
            shortest=self._shortest,
            longest=self._longest if self._is_surely_touched else None,
            least=self._least,
            most=self._most,
        )
