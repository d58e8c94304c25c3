"""A thing's place in a fleet: whether it is asked to run, the one task that runs it, and how it broke."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from msgspec.structs import replace

from simulator.clock import Clock
from simulator.errors import SimulatorError
from simulator.event_log import ThingEvents
from simulator.feed import Activity, ThingDetail, ThingSnapshot
from simulator.fleet import FleetSettings, StepAction, ThingSpec
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.scenario.faults import Fault
from simulator.scenario.plan import Scenario
from simulator.traffic import Traffic, TransportFactory
from simulator.transport.base import Link, LinkHandler, MessageHandler, Transport

logger = logging.getLogger(__name__)


class Runs(Protocol):
    """What a fleet needs of a thing. `run` may be awaited again after it has ended."""

    async def run(self) -> None: ...
    def snapshot(self) -> ThingSnapshot: ...
    def newest_end(self) -> tuple[str, int] | None: ...
    def detail(self) -> ThingDetail: ...
    def assign(self, scenario: Scenario, *, now: bool = False) -> None: ...
    def set_manual(self, on: bool) -> None: ...
    def act(self, action: StepAction) -> None: ...
    def misbehave(self, fault: Fault) -> None: ...
    def send(self, update: UpdateByHand) -> None: ...
    def force(self, status: JobStatus | None, reason: str) -> None: ...
    def tell_events(self, events: ThingEvents) -> None: ...
    def cut_line(self) -> None: ...
    def restore_line(self) -> None: ...


class ThingFactory(Protocol):
    """Makes a thing that is stopped; `on_change` is to be called on the loop whenever its snapshot would differ."""

    def __call__(
        self,
        spec: ThingSpec,
        scenario: Scenario,
        transport_factory: TransportFactory,
        clock: Clock,
        settings: FleetSettings,
        on_change: Callable[[object], None],
        *,
        on_ack: Callable[[float], None],
    ) -> Runs: ...


class Member:
    """Belongs to one fleet, which starts its `run` as a task when its turn has come."""

    __slots__ = (
        "_ended",
        "_lines",
        "_traffic",
        "broken",
        "is_queued",
        "is_stopping",
        "is_wanted",
        "name",
        "shown",
        "task",
        "thing",
    )

    thing: Runs  # given right after construction: to be made, it needs this member's `line`

    def __init__(self, name: str, traffic: Traffic) -> None:
        self.name = name
        self.task: asyncio.Task[None] | None = None
        self.is_wanted = False
        self.is_queued = False
        self.is_stopping = False
        self.broken = ""
        self.shown: ThingSnapshot | None = None  # the snapshot that the fleet's numbers count
        self._traffic = traffic
        self._lines: list[Transport] = []
        self._ended: tuple[str, int] | None = None  # job id and execution number of the last execution seen at its end

    def line(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        """Make a line for the thing; this is the transport factory that it is given.

        The first one is its own. Any other is for a moment, and the thing's to close; the newest is closed here too.
        """
        line = self._traffic.line(client_id, on_message, on_link)
        self._lines[1:] = [line] if self._lines else []
        if not self._lines:
            self._lines.append(line)
        return line

    async def run(self) -> None:
        """Run the thing until it ends or this is cancelled; if it fails, it fails alone, and `broken` says why."""
        try:
            await self.thing.run()
        except SimulatorError as error:
            logger.warning("thing %s stopped: %s", self.name, error)
            self.broken = str(error)
        except Exception as error:
            logger.exception("thing %s stopped", self.name)
            self.broken = f"stopped by a mistake in the simulator ({type(error).__name__}: {error}); please report it"
        finally:
            for line in self._lines:
                await line.close()  # closed already, unless the thing broke

    def has_ended_another(self) -> bool:
        """Whether an execution is at its end that was not there when this was asked before.

        Asked at every change: a thing may end several executions between two batches of the feed.
        """
        before, self._ended = self._ended, self.thing.newest_end()
        return self._ended is not None and before != self._ended

    def snapshot(self) -> ThingSnapshot:
        """Return what is to be shown: what the thing says of itself, unless it cannot speak for itself."""
        snapshot = self.thing.snapshot()
        if self.broken:
            return replace(snapshot, activity=Activity.BROKEN, link=Link.OFFLINE, details=self.broken)
        if self.is_queued:
            return replace(snapshot, activity=Activity.STARTING)
        return snapshot
