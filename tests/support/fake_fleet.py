"""Things that do what a test says, on lines that go nowhere, and someone who watches a fleet's feed."""

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from simulator.feed import Activity, Counters, FeedBatch, ThingDetail, ThingSnapshot
from simulator.fleet import FleetSettings, StepAction, ThingSpec
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.scenario.faults import Fault
from simulator.scenario.plan import Scenario
from simulator.traffic import TransportFactory
from simulator.transport.base import Link, LinkHandler, MessageHandler, Transport

SETTINGS = FleetSettings(address="127.0.0.1:1")


class Watcher:
    """A batch handler that remembers, and that a test can wait with."""

    def __init__(self) -> None:
        self.batches: list[FeedBatch] = []
        self.newest: dict[str, ThingSnapshot] = {}
        self.removed: list[str] = []
        self.notices: list[str] = []
        self.counters = Counters()
        self._news = asyncio.Event()

    def __call__(self, batch: FeedBatch) -> None:
        self.batches.append(batch)
        for name in batch.removed:
            self.newest.pop(name, None)
        self.newest.update((snapshot.name, snapshot) for snapshot in batch.snapshots)
        self.removed += batch.removed
        self.notices += batch.notices
        self.counters = batch.counters
        self._news.set()

    async def until(self, condition: Callable[[], Any], seconds: float = 20.0) -> None:
        """Return when `condition()` holds after a batch; what was seen is the failure's text."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"never seen; last: {list(self.newest.values())[:3]}, {self.counters}") from None

    async def until_all(self, activity: Activity) -> None:
        await self.until(lambda: self.newest and all(each.activity is activity for each in self.newest.values()))


class FakeLine:
    """A Transport that is online as soon as it is opened; `hear` has it receive."""

    def __init__(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> None:
        self.client_id = client_id
        self.hear = on_message
        self.report = on_link
        self.sent: list[tuple[str, bytes]] = []
        self.filters: tuple[str, ...] = ()
        self.cuts: list[float | None] = []
        self.closed = 0

    async def open(self) -> None:
        self.report(Link.ONLINE, "")

    async def subscribe(self, filters: tuple[str, ...]) -> None:
        self.filters += filters

    def forget_filters(self) -> None:
        self.filters = ()

    def publish(self, topic: str, payload: bytes) -> None:
        self.sent.append((topic, payload))

    def cut(self, seconds: float | None = None) -> None:
        self.cuts.append(seconds)

    async def close(self) -> None:
        self.closed += 1


class FakeThing:
    """Opens its line when it is run and then waits; `become` changes its snapshot, `fail` ends it with an error."""

    def __init__(
        self,
        spec: ThingSpec,
        scenario: Scenario,
        transport_factory: TransportFactory,
        on_change: Callable[[object], None],
        on_ack: Callable[[float], None],
    ) -> None:
        self._snapshot = ThingSnapshot(name=spec.name, scenario=scenario.name, seed=spec.seed)
        self._transport_factory = transport_factory
        self._on_change = on_change
        self._failure: asyncio.Future[None] | None = None
        self.acknowledge = on_ack
        self.calls: list[tuple[Any, ...]] = []
        self.runs = 0
        self.goodbye = asyncio.Event()
        self.goodbye.set()
        self.line: Transport | None = None

    async def run(self) -> None:
        self.runs += 1
        self._failure = asyncio.get_running_loop().create_future()
        self.line = self._transport_factory(self._snapshot.name, lambda topic, payload: None, self._on_link)
        await self.line.open()
        self.become(activity=Activity.IDLE)
        try:
            await self._failure
        except asyncio.CancelledError:
            await self.goodbye.wait()
            self.become(activity=Activity.STOPPED, link=Link.OFFLINE)
            raise

    def _on_link(self, link: Link, reason: str) -> None:
        self.become(link=link, link_reason=reason)

    def become(self, **changes: Any) -> None:
        self._snapshot = replace(self._snapshot, **changes)
        self._on_change(self)

    def fail(self, error: Exception) -> None:
        assert self._failure is not None
        self._failure.set_exception(error)

    def snapshot(self) -> ThingSnapshot:
        return self._snapshot

    def detail(self) -> ThingDetail:
        return ThingDetail(snapshot=self._snapshot, messages=[], messages_dropped=0, timeline=[])

    def newest_end(self) -> tuple[str, int] | None:
        shown = self._snapshot
        has_ended = shown.status is not None and shown.status.is_terminal
        return (shown.job_id, shown.execution_number) if has_ended else None

    def assign(self, scenario: Scenario, *, now: bool = False) -> None:
        self.calls.append(("assign", scenario.name, *(("now",) if now else ())))

    def set_manual(self, on: bool) -> None:
        self.calls.append(("manual", on))

    def act(self, action: StepAction) -> None:
        self.calls.append((str(action),))

    def misbehave(self, fault: Fault) -> None:
        self.calls.append(("misbehave", fault))

    def send(self, update: UpdateByHand) -> None:
        self.calls.append(("send", update))

    def force(self, status: JobStatus | None, reason: str) -> None:
        self.calls.append(("force", status, reason))

    def cut_line(self) -> None:
        self.calls.append(("cut",))

    def restore_line(self) -> None:
        self.calls.append(("restore",))


class FakeThings(dict[str, FakeThing]):
    """A thing factory that keeps what it made, by name."""

    def __call__(
        self,
        spec: ThingSpec,
        scenario: Scenario,
        transport_factory: TransportFactory,
        clock: object,
        settings: FleetSettings,
        on_change: Callable[[object], None],
        *,
        on_ack: Callable[[float], None],
    ) -> FakeThing:
        self[spec.name] = FakeThing(spec, scenario, transport_factory, on_change, on_ack)
        return self[spec.name]
