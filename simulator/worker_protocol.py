"""What a fleet and its worker processes say to each other, one msgpack frame each. Both sides are the same version."""

import msgspec

from simulator.errors import InputError, SimulatorError, UnreachableError
from simulator.feed import FeedBatch, ThingDetail
from simulator.fleet import FleetSettings, LineAction, StepAction, ThingSpec
from simulator.histogram import Buckets
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.metrics import RunStatistics
from simulator.packed_batch import PackedBatch
from simulator.scenario.faults import FaultName


class _Message(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The base of everything that crosses; its class name travels with it."""


# --- to the worker: the methods of Fleet ------------------------------------------------------------------------------


class Open(_Message, frozen=True):
    settings: FleetSettings


class Close(_Message, frozen=True):
    """Stop every thing; the worker answers and then ends."""


class Define(_Message, frozen=True):
    name: str
    yaml_text: str


class Add(_Message, frozen=True):
    things: list[ThingSpec]


class Remove(_Message, frozen=True):
    names: list[str]


class Start(_Message, frozen=True):
    names: list[str]


class SetRamp(_Message, frozen=True):
    ramp: float


class Stop(_Message, frozen=True):
    names: list[str]


class Line(_Message, frozen=True):
    names: list[str]
    action: LineAction


class Assign(_Message, frozen=True):
    names: list[str]
    scenario: str
    now: bool


class Manual(_Message, frozen=True):
    names: list[str]
    on: bool


class Act(_Message, frozen=True):
    names: list[str]
    action: StepAction


class Misbehave(_Message, frozen=True):
    names: list[str]
    fault: FaultName
    seconds: float | None


class Send(_Message, frozen=True):
    names: list[str]
    update: UpdateByHand


class Force(_Message, frozen=True):
    names: list[str]
    status: JobStatus | None
    reason: str


class Detail(_Message, frozen=True):
    name: str


class Statistics(_Message, frozen=True):
    """Asks for RunStatistics."""


Command = (
    Open
    | Close
    | Define
    | Add
    | Remove
    | Start
    | SetRamp
    | Stop
    | Line
    | Assign
    | Manual
    | Act
    | Misbehave
    | Send
    | Force
    | Detail
    | Statistics
)


class Request(_Message, frozen=True):
    """A command under a number, which its Reply or Failure repeats."""

    number: int
    command: Command


class Receipt(_Message, frozen=True):
    """The last batch was taken in; the next one may come."""


ToWorker = Request | Receipt

# --- from the worker --------------------------------------------------------------------------------------------------


class Reply(_Message, frozen=True):
    """A command was accepted."""

    number: int
    detail: ThingDetail | None = None
    statistics: RunStatistics | None = None


class Failure(_Message, frozen=True):
    """A command was refused. `fields` are those of the error named by `kind`; for others the sentence alone."""

    number: int
    kind: str
    fields: list[str]


class Packed(_Message, frozen=True):
    """A Batch on its way."""

    batch: PackedBatch
    recent: Buckets


FromWorker = Reply | Failure | Packed


class Batch(msgspec.Struct, frozen=True):
    """A batch of the worker's feed, with the latencies of its last 10 s, so that percentiles over workers are true."""

    batch: FeedBatch
    recent: Buckets


class WorkerError(SimulatorError):
    """A worker process failed at what it was asked; the sentence says at what."""


def to_failure(number: int, error: Exception) -> Failure:
    """Return what carries `error` to the other side."""
    match error:
        case InputError() if type(error) is not InputError:  # one that holds many mistakes keeps its sentences
            return Failure(number, "InputError", ["", str(error), ""])
        case InputError():
            return Failure(number, "InputError", [error.where, error.what, error.mend])
        case UnreachableError():
            return Failure(number, "UnreachableError", [error.address, error.cause])
        case SimulatorError():
            return Failure(number, "WorkerError", [str(error)])
    return Failure(
        number, "WorkerError", [f"a worker process failed ({type(error).__name__}: {error}); its log says where"]
    )


def to_error(failure: Failure) -> SimulatorError:
    """Return the error that the other side raised."""
    match failure.kind, failure.fields:
        case "InputError", [where, what, mend]:
            return InputError(where, what, mend)
        case "UnreachableError", [address, cause]:
            return UnreachableError(address, cause)
    return WorkerError(*failure.fields)
