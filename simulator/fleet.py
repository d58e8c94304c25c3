"""Many virtual things under one roof: the interface between the engine and who watches: window, terminal, report."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from simulator.feed import BatchHandler, ThingDetail
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.metrics import RunStatistics
from simulator.scenario.faults import FaultName
from simulator.transport.credentials import NO_CREDENTIALS, Credentials


class Past(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a thing had behind it when its process was lost: how many executions it had begun, and the newest one."""

    attempt: int
    job_id: str
    execution_number: int


class ThingSpec(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A thing to be added. `scenario` is a built-in name or was given to `Fleet.define`; chance comes from `seed`.

    `attributes` are what scenarios may ask for by name; `index` counts from 1 among the things of its group (or of
    those listed one by one), 0 where nobody counted. `past` is for a thing that is made anew, and goes on counting.
    """

    name: str
    scenario: str = "success"
    seed: int = 0
    firmware: str = "1.0.0"
    attributes: Mapping[str, str] = {}
    index: int = 0
    past: Past | None = None


class FleetSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a fleet connects and keeps time.

    `address` as in `--mqtt` (HOST:PORT, mqtt://…); `ramp` in connections a second, 0 for no limit.
    """

    address: str
    time_scale: float = 1.0
    ramp: float = 0.0
    keep_alive_seconds: int = 1200
    log_entries: int = 64
    request_timeout_seconds: float = 10.0  # real seconds to wait for an answer before asking again
    credentials: Credentials = NO_CREDENTIALS  # for an address with TLS
    event_log: str = ""  # a file that exists, to which each message and transition is appended; "": none


class LineAction(StrEnum):
    """What can be done to a thing's line."""

    CONNECT = "connect"
    DISCONNECT = "disconnect"  # cut without a goodbye, and stay away until CONNECT


class StepAction(StrEnum):
    """How a thing in manual mode may go on."""

    STEP = "step"  # what is left of the step that is due, in its own time; once more while it lasts hurries it
    UPDATE = "update"  # the next update alone, at once
    REPEAT = "repeat"  # the step that was done last, once more
    SKIP = "skip"  # leave out the step that is due (never the end)


class Fleet(Protocol):
    """The one interface. Commands go in and return when they are accepted, not when their effect is seen; effects come
    out through the feed. Unknown names in a command are ignored. Nothing in it is a live object."""

    async def open(self, on_batch: BatchHandler) -> None:
        """Start the engine (for WorkerFleet its processes); batches go to `on_batch` on the caller's loop."""
        ...

    async def close(self) -> None:
        """Stop every thing and leave nothing behind: no task, socket, timer or process."""
        ...

    async def define(self, name: str, yaml_text: str) -> None:
        """Make a scenario known under `name`, replacing an earlier one of that name.

        Raises:
            InputError: the text is no valid scenario.
        """
        ...

    async def add(self, things: Sequence[ThingSpec]) -> None:
        """Add stopped things. A name that exists already is an InputError and nothing is added."""
        ...

    async def remove(self, names: Sequence[str]) -> None: ...

    async def start(self, names: Sequence[str]) -> None:
        """Connect the things (at the ramp) and let them take jobs."""
        ...

    async def set_ramp(self, ramp: float) -> None:
        """Connect things that are started from now on at this pace, in connections a second; 0 is no limit."""
        ...

    async def stop(self, names: Sequence[str]) -> None:
        """Say goodbye and rest. An execution under way stays as the service has it."""
        ...

    async def line(self, names: Sequence[str], action: LineAction) -> None: ...

    async def assign(self, names: Sequence[str], scenario: str, *, now: bool = False) -> None:
        """Give things another scenario, from their next execution on.

        With `now` an execution under way goes on with it too, from its next step on: behind the step of the same name
        as the one just done, or from its first step if it has none of that name.
        """
        ...

    async def manual(self, names: Sequence[str], on: bool) -> None:
        """In manual mode a thing waits before each step until `act` lets it go on."""
        ...

    async def act(self, names: Sequence[str], action: StepAction) -> None:
        """Let things in manual mode go on. Their end may be chosen with `force` at any moment."""
        ...

    async def step(self, names: Sequence[str]) -> None:
        """The same as `act` with STEP: one whole step of the scenario."""
        ...

    async def misbehave(self, names: Sequence[str], fault: FaultName, seconds: float | None = None) -> None:
        """Have things make a fault, as soon as they are on the line; one of an update is made with the next one.

        `seconds` are simulated; None takes what a scenario takes that says nothing of it.
        """
        ...

    async def send(self, names: Sequence[str], update: UpdateByHand) -> None:
        """Have things send an update that a person made, as it is, right or wrong.

        Raises:
            InputError: it is too large for a message, or its job id cannot be part of a topic.
        """
        ...

    async def force(self, names: Sequence[str], status: JobStatus | None, reason: str = "") -> None:
        """End the execution under way with SUCCEEDED, FAILED or REJECTED; None falls silent (stall)."""
        ...

    async def detail(self, name: str) -> ThingDetail | None: ...

    async def statistics(self) -> RunStatistics:
        """Return the run's figures so far, for a report."""
        ...
