"""A thing `t` between a scenario and an honest jobs service, in virtual time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from simulator.feed import Activity, Direction, MessageRecord, ThingSnapshot
from simulator.fleet import FleetSettings, Past, ThingSpec
from simulator.jobs.model import JobStatus
from simulator.scenario import loader
from simulator.scenario.plan import Scenario
from simulator.thing import Thing
from simulator.transport.base import Link
from tests.support.fake_jobs_service import FakeJobsService
from tests.support.virtual_time import LoopClock, until

SUCCESS = """
name: success
steps:
  - {name: download, duration: 10, progress: {from: 0, to: 50, every: 5}}
  - {name: install, duration: 10, progress: {to: 90}}
  - {name: verify, duration: 5, report: false}
end: SUCCEEDED
"""


def scenario(text: str) -> Scenario:
    return loader.parse(text, "test")


class Stage:
    """A thing `t`, running against a jobs service of its own."""

    def __init__(self, text: str, seed: int = 7, **settings: Any) -> None:
        self.clock = LoopClock()
        self.service = FakeJobsService(self.clock.epoch)
        self.changes = 0
        self.on_change: Callable[[], object] = lambda: None
        self.acks: list[float] = []
        self._text, self._settings = text, settings
        self.thing = self._made(ThingSpec(name="t", seed=seed, firmware="1.0.0"))

    def _made(self, spec: ThingSpec) -> Thing:
        return Thing(
            spec,
            scenario(self._text),
            self.service.line,
            self.clock,
            FleetSettings(address="memory", **self._settings),
            self._on_change,
            on_ack=self.acks.append,
        )

    def make_anew(self) -> None:
        """Make the thing, which is stopped, a second time, as is done after its process was lost."""
        shown = self.shown
        past = Past(attempt=shown.attempt, job_id=shown.job_id, execution_number=shown.execution_number)
        self.thing = self._made(ThingSpec(name="t", seed=shown.seed, firmware=shown.firmware, past=past))

    def _on_change(self, thing: Thing) -> None:
        assert thing is self.thing
        self.changes += 1
        self.on_change()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the thing for as long as the block lasts."""
        task = asyncio.create_task(self.thing.run())
        try:
            yield
            assert not task.done(), "the thing stopped by itself"
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        assert (self.shown.activity, self.shown.link) == (Activity.STOPPED, Link.OFFLINE)

    @property
    def shown(self) -> ThingSnapshot:
        return self.thing.snapshot()

    def status(self, job_id: str = "j1") -> tuple[JobStatus, int]:
        execution = self.service.execution("t", job_id)
        return execution.status, execution.version_number

    def believes_what_is_stored(self, job_id: str = "j1") -> bool:
        shown = self.shown
        return (shown.status, shown.version) == self.status(job_id) and shown.job_id == job_id

    async def ended(self, job_id: str = "j1") -> None:
        """Wait until the thing knows that the execution has ended and rests."""
        await until(lambda: self.status(job_id)[0].is_terminal and self.shown.activity is Activity.IDLE)
        assert self.believes_what_is_stored(job_id)

    async def told(self, status: JobStatus) -> None:
        """Wait until the thing shows that its execution ended so, and why."""
        await until(lambda: self.shown.status is status and self.shown.details)

    async def progressed(self, percent: int) -> None:
        await until(lambda: self.shown.progress >= percent)

    def statuses(self) -> list[str]:
        return [body["status"] for body in self.service.updates()]

    def notes(self) -> list[str]:
        return [record.note for record in self.thing.detail().messages if record.note]

    def received(self) -> list[MessageRecord]:
        return [record for record in self.thing.detail().messages if record.direction is Direction.IN]


@contextlib.asynccontextmanager
async def on_stage(text: str = SUCCESS, **settings: Any) -> AsyncIterator[Stage]:
    """Run a thing for as long as the block lasts."""
    stage = Stage(text, **settings)
    async with stage.running():
        await until(lambda: stage.shown.activity is Activity.IDLE)
        yield stage
