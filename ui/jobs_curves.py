"""The curves of a job's reality: how many things were notified, had started, succeeded and failed when. Pure."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from simulator.jobs.abort import EXECUTED, FAILURES
from simulator.jobs.configs import AbortCriteria, FailureType
from simulator.jobs.model import JobStatus
from simulator.operator_views import ExecutionView
from simulator.plan_rollout import failures_needed

MOST_POINTS: Final = 400


@dataclass(frozen=True, slots=True)
class Curve:
    """A count that steps up: `counts[n]` from `times[n]` (epoch seconds) on, 0 before the first."""

    times: tuple[float, ...] = ()
    counts: tuple[float, ...] = ()

    def at(self, moment: float) -> float:
        """The count at a moment."""
        place = bisect_right(self.times, moment)
        return self.counts[place - 1] if place else 0.0

    @property
    def last(self) -> float:
        """The newest count."""
        return self.counts[-1] if self.counts else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """A job's reality. `limit` is the number of failures that aborts the job, which rises with what was executed."""

    notified: Curve = field(default_factory=Curve)
    started: Curve = field(default_factory=Curve)
    succeeded: Curve = field(default_factory=Curve)
    failed: Curve = field(default_factory=Curve)
    limit: Curve = field(default_factory=Curve)
    newest: float = 0.0  # the newest moment there is a word of
    failures: FailureType = FailureType.ALL  # which ends `failed` counts


def curve(moments: Iterable[float]) -> Curve:
    """One step up at each moment; of very many, every n-th and the last."""
    ordered = sorted(moments)
    if not ordered:
        return Curve()
    step = max(1, math.ceil(len(ordered) / MOST_POINTS))
    places = [*range(0, len(ordered) - 1, step), len(ordered) - 1]
    return Curve(tuple(ordered[place] for place in places), tuple(float(place + 1) for place in places))


def curves(executions: Sequence[ExecutionView], criteria: AbortCriteria | None = None) -> Curves:
    """Return the curves of a job. Things count once as notified and started, ends count for every execution."""
    kind = criteria.failure_type if criteria is not None else FailureType.ALL
    failures = frozenset(FAILURES[kind])
    first = [view for view in executions if view.execution_number == 1]
    ended = [
        (view.last_updated_at, view.status) for view in executions if view.status in EXECUTED and view.last_updated_at
    ]
    moments = [at for view in executions for at in (view.queued_at, view.started_at, view.last_updated_at) if at]
    return Curves(
        notified=curve(view.queued_at for view in first if view.queued_at),
        started=curve(view.started_at for view in first if view.started_at),
        succeeded=curve(at for at, status in ended if status is JobStatus.SUCCEEDED),
        failed=curve(at for at, status in ended if status in failures),
        limit=_limit([at for at, _ in ended], criteria),
        newest=max(moments, default=0.0),
        failures=kind,
    )


def _limit(ended: Sequence[float], criteria: AbortCriteria | None) -> Curve:
    if criteria is None:
        return Curve()
    executed = curve(ended)
    return Curve(executed.times, tuple(float(failures_needed(criteria, int(count))) for count in executed.counts))
