"""What a walk tells a thing's shell to do, one value after the other. Pure.

The walk decides everything that chance or the file decides; the shell carries it out and decides nothing. `Work` is the
one action whose outcome the walk cannot know: the shell makes its updates from it, and drops the walk if it fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.jobs.model import JobStatus
from simulator.scenario.faults import Fault


class Expected(StrEnum):
    """Which expectedVersion an update carries, spelled as in a scenario file."""

    SENT = "sent"  # the version the thing believes in
    OMITTED = "omitted"
    STALE = "stale"  # one less; the thing recovers by the rejection's executionState
    AHEAD = "ahead"  # one more; likewise


@dataclass(frozen=True, slots=True)
class Wait:
    """Let `seconds` simulated seconds pass."""

    seconds: float
    step: str


@dataclass(frozen=True, slots=True)
class Report:
    """Send an UpdateJobExecution. `progress` in percent; `step_timeout_in_minutes` None leaves the member out.

    `faults` (of kind UPDATE) act on this update, in their order. `instead_of` is the last update of the step before,
    which would go out in the same moment and tells nothing that this one does not; where time passes between them after
    all, as in manual mode, it goes out first.
    """

    status: JobStatus
    status_details: dict[str, str]
    step: str
    progress: int
    step_timeout_in_minutes: int | None = None
    expected: Expected = Expected.SENT
    include_state: bool = False  # includeJobExecutionState
    include_document: bool = False  # includeJobDocument
    execution_number: bool = False  # whether the member executionNumber is sent
    faults: tuple[Fault, ...] = ()
    instead_of: "Report | None" = None


@dataclass(frozen=True, slots=True)
class Misbehave:
    """Have a fault of kind MOMENT or CONDITION now. It always comes before the last action of a walk.

    A condition begins here and outlives a reboot: a walk that is taken up again does not tell of it anew.
    `update-after-end` is a condition: the shell keeps it, and sends its update when the execution has ended, whether by
    the walk's last report, by a timeout or by a cancel (so `end: silence` after it makes a thing that updates after
    TIMED_OUT). After a `reboot` the shell drops this walk and asks for the rest of it: `walk(…, resume=Resume(…))`.
    """

    fault: Fault
    step: str


@dataclass(frozen=True, slots=True)
class FallSilent:
    """Say nothing more about this execution; if it is IN_PROGRESS the service times it out.

    `hangs` tells a thing that is stuck from one that went quiet: it keeps its line, and nobody arranges for a timeout,
    so the execution stays as it is until an operator or a timeout of the job's own ends it. Either way the thing hears
    how the execution ended, and takes the next one.
    """

    step: str
    hangs: bool = False


@dataclass(frozen=True, slots=True)
class AskOperator:
    """Leave the end to the operator: the thing waits until someone chooses it (force)."""

    step: str


@dataclass(frozen=True, slots=True)
class Work:
    """Do something real, of `kind` ("download", or the name of a custom step), and report its progress.

    `report` makes the IN_PROGRESS update of a percentage of the work done (0 to 100), `failure` the FAILED update for a
    reason; an update goes out when so many percent of the work or `every` simulated seconds have passed.
    """

    kind: str
    step: str
    report: Callable[[int], Report]
    failure: Callable[[str], Report]
    parameters: Mapping[str, object] = field(default_factory=dict)
    every: float = 1.0
    within: float = 600.0  # simulated seconds after which the work has failed


Action = Wait | Report | Misbehave | FallSilent | AskOperator | Work
