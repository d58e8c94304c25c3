"""A scenario made ready to be walked: light values without pydantic, shared by every thing that has the scenario."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from simulator.jobs.model import JobStatus
from simulator.scenario.template import Details


class StartsBy(StrEnum):
    """How a thing begins a job execution."""

    START_NEXT = "start-next"  # StartNextPendingJobExecution: the walk begins IN_PROGRESS
    DESCRIBE = "describe"  # DescribeJobExecution of $next: the walk begins QUEUED and its first report moves it
    NONE = "none"  # not at all: the execution stays QUEUED


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in simulated seconds, evenly distributed from `low` to `high`."""

    low: float
    high: float

    def draw(self, random: Random) -> float:
        """Return one length; chance is asked only if there is something to choose."""
        return self.low if self.low == self.high else self.low + (self.high - self.low) * random.random()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Percent in the course of a step: `first` when it begins (None: where the last step left off), `last` at its end.

    `every` seconds an update is sent in between; None sends none.
    """

    first: int | None
    last: int
    every: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a step may fail: in `chance` (0 to 1) of all cases, at some moment of the step."""

    chance: float
    details: Details


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. If `reports` is false nothing is sent in it. The step timeout goes with the step's first update."""

    name: str
    duration: Span
    reports: bool = True
    progress: Progress | None = None
    details: Details
    failure: Failure | None = None
    step_timeout_in_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a walk ends if no step fails: with an update, or in silence (`status` None)."""

    status: JobStatus | None
    details: Details


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How a thing behaves. A mix has `mix` (scenarios and weights) and no steps: `walk.choose` picks one of them."""

    name: str
    description: str = ""
    starts_by: StartsBy = StartsBy.START_NEXT
    steps: tuple[Step, ...] = ()
    end: End
    mix: "tuple[tuple[Scenario, float], ...]" = ()

    @property
    def possible_ends(self) -> frozenset[JobStatus]:
        """The statuses an execution may be left in if nobody interferes.

        Silence after a start is the service's TIMED_OUT, silence before it leaves the execution QUEUED.
        """
        if self.mix:
            return frozenset().union(*(member.possible_ends for member, _ in self.mix))
        ends = {JobStatus.FAILED for step in self.steps if step.failure}
        begun = self.starts_by is StartsBy.START_NEXT or any(step.reports for step in self.steps)
        ends.add(self.end.status or (JobStatus.TIMED_OUT if begun else JobStatus.QUEUED))
        return frozenset(ends)
