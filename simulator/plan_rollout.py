"""What a job's rollout will look like before it begins: how many things are notified when, and what would abort it.

Pure arithmetic on the same rules that carry it out (`jobs.rollout`, `jobs.abort`). All seconds are simulated.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from simulator.jobs import abort
from simulator.jobs.configs import AbortConfig, AbortCriteria, RolloutConfig
from simulator.jobs.model import JobStatus
from simulator.jobs.rollout import AWS_MAXIMUM_PER_MINUTE, SECONDS_PER_MINUTE, rate_per_minute

MOST_POINTS: Final = 400
MOST_THINGS: Final = 200_000  # walked one by one; beyond it the curve ends, and nobody reads single things there
_FRACTION: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """The planned curve. `points` are (seconds after the start, things notified), rising in both.

    `is_best_case` says that the rate depends on successes and the plan takes each thing to succeed after a fixed time.
    """

    things: int
    points: tuple[tuple[float, int], ...]
    first_per_minute: float | None  # None: all at once
    is_best_case: bool = False

    @property
    def last_seconds(self) -> float:
        """When the last thing is notified, after the start."""
        return self.points[-1][0] if self.points else 0.0

    def notified_at(self, seconds: float) -> float:
        """How many things the plan has notified by then."""
        place = bisect_right(self.points, (seconds, math.inf))
        if place == 0:
            return 0.0
        if place == len(self.points):
            return float(self.points[-1][1])
        (from_at, from_count), (to_at, to_count) = self.points[place - 1], self.points[place]
        share = 0.0 if to_at <= from_at else (seconds - from_at) / (to_at - from_at)
        return from_count + (to_count - from_count) * share


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortPlan:
    """When a criterion would abort a job of so many things: `failures` of all, or `earliest` of the first `among`."""

    criteria: AbortCriteria
    failures: int
    earliest: int
    among: int


def plan_rollout(
    things: int, config: RolloutConfig | None, *, is_aws: bool = False, success_seconds: float = 0.0
) -> RolloutPlan:
    """Return how a job for so many things is rolled out.

    AWS notifies at most 1,000 a minute where nothing is said, the local endpoint all at once. Where the rate rises by
    successes, each thing is taken to succeed `success_seconds` after it was notified.
    """
    if things <= 0:
        return RolloutPlan(things=0, points=(), first_per_minute=rate_per_minute(config, 0, 0))
    if is_aws and rate_per_minute(config, 0, 0) is None:
        config = RolloutConfig(maximum_per_minute=int(AWS_MAXIMUM_PER_MINUTE))
    first = rate_per_minute(config, 0, 0)
    if first is None:
        return RolloutPlan(things=things, points=((0.0, things),), first_per_minute=None)
    exponential = None if config is None else config.exponential_rate
    if exponential is None:
        end = (things - 1) * SECONDS_PER_MINUTE / first
        points = ((0.0, 1),) if things == 1 else ((0.0, 1), (end, things))
        return RolloutPlan(things=things, points=points, first_per_minute=first)
    by_success = exponential.rate_increase_criteria.number_of_notified_things is None
    return RolloutPlan(
        things=things,
        points=_walked(things, config, success_seconds if by_success else None),
        first_per_minute=first,
        is_best_case=by_success,
    )


def _walked(things: int, config: RolloutConfig | None, success_seconds: float | None) -> tuple[tuple[float, int], ...]:
    """One thing after another, as `rollout.Pace` makes them due."""
    count = min(things, MOST_THINGS)
    moments = [0.0]
    succeeded = 0
    for notified in range(1, count):
        if success_seconds is not None:
            # The next comes due by the rate of the successes there are then; looking at the last moment is close.
            while succeeded < notified and moments[succeeded] + success_seconds <= moments[-1]:
                succeeded += 1
        per_minute = rate_per_minute(config, notified, succeeded) or AWS_MAXIMUM_PER_MINUTE
        moments.append(moments[-1] + SECONDS_PER_MINUTE / per_minute)
    step = max(1, math.ceil(count / MOST_POINTS))
    kept = [*range(0, count - 1, step), count - 1]
    return tuple((moments[place], place + 1) for place in kept)


def plan_abort(things: int, config: AbortConfig | None) -> AbortPlan | None:
    """Return what would abort a job for so many things first; None if nothing would.

    A criterion that wants more executed things than there are never does.
    """
    plans = [
        AbortPlan(
            criteria=criteria,
            failures=failures_needed(criteria, things),
            earliest=failures_needed(criteria, criteria.min_number_of_executed_things),
            among=criteria.min_number_of_executed_things,
        )
        for criteria in (() if config is None else config.criteria_list)
        if criteria.min_number_of_executed_things <= things
    ]
    return min(plans, key=lambda plan: (plan.failures, plan.earliest), default=None)


def failures_needed(criteria: AbortCriteria, executed: int) -> int:
    """Return how many failures among so many executed things (at least the criterion's least number) abort the job."""
    counted = max(executed, criteria.min_number_of_executed_things)
    return max(1, math.ceil(criteria.threshold_percentage * counted / 100 - _FRACTION))


def executed(counts: Mapping[JobStatus, int]) -> int:
    """Return how many executions count as executed for abort criteria."""
    return sum(counts.get(status, 0) for status in abort.EXECUTED)


def failed(criteria: AbortCriteria, counts: Mapping[JobStatus, int]) -> int:
    """Return how many executions count as failures for a criterion."""
    return sum(counts.get(status, 0) for status in abort.FAILURES[criteria.failure_type])
