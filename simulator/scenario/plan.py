"""A scenario made ready to be walked: light values without pydantic, shared by every thing that has the scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.jobs.model import JobStatus
from simulator.scenario.actions import Expected
from simulator.scenario.conditions import Condition
from simulator.scenario.faults import FaultName
from simulator.scenario.outlook import Outlook, outlook_of
from simulator.scenario.spans import Length
from simulator.scenario.spans import Span as Span
from simulator.scenario.template import Details, Text


class StartsBy(StrEnum):
    """How a thing begins a job execution."""

    START_NEXT = "start-next"  # StartNextPendingJobExecution: the walk begins IN_PROGRESS
    DESCRIBE = "describe"  # DescribeJobExecution of $next: the walk begins QUEUED and its first report moves it
    NONE = "none"  # not at all: the execution stays QUEUED


class Ending(StrEnum):
    """How a walk ends if no step fails, spelled as in a scenario file."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    REJECTED = "REJECTED"
    SILENCE = "silence"  # says nothing more; the service times it out
    HANG = "hang"  # says nothing more and stays as it is; nobody arranges for a timeout
    MANUAL = "manual"  # the operator chooses


@dataclass(frozen=True, slots=True)
class Form:
    """What updates carry beside their status and details."""

    expected: Expected = Expected.SENT
    include_state: bool = False
    include_document: bool = False
    execution_number: bool = False


PLAIN = Form()


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
class Task:
    """Real work of a step: a download or a custom step. `every` in simulated seconds."""

    kind: str
    texts: Mapping[str, Text]
    values: Mapping[str, object] = field(default_factory=dict)  # parameters that are no texts
    needs: tuple[str, ...] = ()  # texts without which the work cannot begin
    every: float = 1.0
    within: float = 600.0  # seconds after which it has failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. If `reports` is false nothing is sent in it. The step timeout goes with the step's first update.

    A step with a `task` takes as long as the work does; its `duration` says how long that may be. `tells_its_end`: its
    last update is sent even if the next step's follows in the same moment.
    """

    name: str
    duration: Length
    reports: bool = True
    progress: Progress | None = None
    details: Details
    failure: Failure | None = None
    step_timeout_in_minutes: int | None = None
    form: Form = PLAIN
    tells_its_end: bool = False
    task: Task | None = None
    outlook: Outlook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outlook", outlook_of(self))


@dataclass(frozen=True, slots=True)
class FaultStep:
    """A fault that happens here: of kind UPDATE on the next update, of another at once."""

    fault: FaultName
    seconds: Length
    outlook: Outlook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outlook", outlook_of(self))


@dataclass(frozen=True, slots=True)
class Rate:
    """A fault that comes by chance (0 to 1): on each update, or once for an execution if it is a condition."""

    fault: FaultName
    rate: float
    seconds: Length


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a walk ends if no step fails; `details` go with the last update, if there is one."""

    ending: Ending
    details: Details
    form: Form = PLAIN

    @property
    def status(self) -> JobStatus | None:
        """The status of the last update, or None if the walk ends without one."""
        return _STATUSES.get(self.ending)


_STATUSES = {
    Ending.SUCCEEDED: JobStatus.SUCCEEDED,
    Ending.FAILED: JobStatus.FAILED,
    Ending.REJECTED: JobStatus.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Branch:
    """One way to go. `condition` None: it is drawn by its weight among those like it. `end` None: go on after it."""

    condition: Condition | None
    weight: float
    steps: "tuple[Item, ...]"
    end: End | None = None
    outlook: Outlook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outlook", outlook_of(self))


@dataclass(frozen=True, slots=True)
class Choice:
    """The first branch whose condition holds, else one of those without a condition, else none of them."""

    branches: tuple[Branch, ...]
    outlook: Outlook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outlook", outlook_of(self))


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same steps several times."""

    times: int
    steps: "tuple[Item, ...]"
    outlook: Outlook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outlook", outlook_of(self))


@dataclass(frozen=True, slots=True)
class Include:
    """The steps of another scenario, with its faults as long as they last; and its end too if `with_end`."""

    scenario: "Scenario"
    with_end: bool = False
    outlook: Outlook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outlook", outlook_of(self))


Item = Step | FaultStep | Choice | Repeat | Include


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How a thing behaves. A mix has `mix` (scenarios and weights) and no steps: `walk.choose` picks one of them."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    starts_by: StartsBy = StartsBy.START_NEXT
    steps: tuple[Item, ...] = ()
    end: End
    mix: "tuple[tuple[Scenario, float], ...]" = ()
    update_rates: tuple[Rate, ...] = ()  # of faults of the kinds UPDATE and MOMENT
    execution_rates: tuple[Rate, ...] = ()  # of conditions
    outlook: Outlook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outlook", outlook_of(self))

    @property
    def possible_ends(self) -> frozenset[JobStatus]:
        """The statuses an execution may be left in if nobody interferes and no fault keeps the thing from its work.

        Silence after a start is the service's TIMED_OUT, silence before it leaves the execution QUEUED; an execution
        that hangs stays IN_PROGRESS, unless the job has a timeout.
        """
        return self.outlook.ends(self.starts_by is StartsBy.START_NEXT)

    @property
    def longest_seconds(self) -> float:
        """The most simulated seconds that a walk lasts; of a mix, the longest of its members."""
        return self.outlook.longest

    @property
    def needs_timeout(self) -> bool:
        """Whether a walk may go silent in progress with no step timer that would end its execution."""
        return self.outlook.flows[self.starts_by is StartsBy.START_NEXT].needs_timeout

    @property
    def asks_document(self) -> bool:
        """Whether the way a walk takes depends on the job document."""
        return self.outlook.asks_document
