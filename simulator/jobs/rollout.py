"""How fast a job reaches its things: at once, at a constant rate, or at one that rises (reference section 8.2).

AWS rolls out at most 1000 a minute where nothing is said; here that is at once. A rate is kept by even distances.
"""

from simulator.jobs.configs import RolloutConfig

SECONDS_PER_MINUTE = 60.0
AWS_MAXIMUM_PER_MINUTE = 1000.0


def rate_per_minute(config: RolloutConfig | None, notified: int, succeeded: int) -> float | None:
    """Return how many executions a minute may be made after so many; None if there is no limit."""
    if config is None:
        return None
    exponential = config.exponential_rate
    if exponential is None:
        return None if config.maximum_per_minute is None else float(config.maximum_per_minute)
    criteria = exponential.rate_increase_criteria
    if criteria.number_of_notified_things is not None:
        rises = notified // criteria.number_of_notified_things
    else:
        rises = succeeded // (criteria.number_of_succeeded_things or 1)
    highest = config.maximum_per_minute or AWS_MAXIMUM_PER_MINUTE
    factor = exponential.increment_factor ** min(rises, 100)
    return float(min(highest, exponential.base_rate_per_minute * factor))


class Pace:
    """Says when the next execution of a rollout is due. Times in epoch seconds."""

    def __init__(self, now: float, notified: int = 0, last_at: float | None = None) -> None:
        """Begin at `now`, or go on after `notified` executions of which the last was made at `last_at`."""
        self._not_before = now
        self._last_at = last_at
        self.notified = notified

    def reopen(self, now: float) -> None:
        """Let nothing be due before `now`: what was missed is not made up for."""
        self._not_before = max(self._not_before, now)

    def next_at(self, config: RolloutConfig | None, succeeded: int) -> float:
        """Return when the next one is due."""
        per_minute = rate_per_minute(config, self.notified, succeeded)
        if self._last_at is None or per_minute is None:
            return self._not_before
        return max(self._not_before, self._last_at + SECONDS_PER_MINUTE / per_minute)

    def take(self, config: RolloutConfig | None, succeeded: int, now: float, at_most: int) -> int:
        """Return how many are due at `now`, `at_most` so many, and count them as made."""
        taken = 0
        while taken < at_most and (due := self.next_at(config, succeeded)) <= now:
            taken += 1
            self.notified += 1
            self._last_at = due
        return taken
