"""Fakes for the window: fleet, endpoint and operator that remember what they were asked, and a fleet that moves."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from simulator.errors import InputError
from simulator.feed import Activity, BatchHandler, Counters, FeedBatch, ThingDetail, ThingSnapshot
from simulator.fleet import FleetSettings, LineAction, StepAction, ThingSpec
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.metrics import RunStatistics
from simulator.operator_views import ExecutionView
from simulator.scenario.faults import FaultName
from simulator.transport.base import Link
from ui.engine import Engine

SCENARIOS = ("success", "slow-success", "fail", "reject", "timeout", "mix")
REASONS = {
    JobStatus.FAILED: "checksum mismatch",
    JobStatus.REJECTED: "battery 12 %",
    JobStatus.TIMED_OUT: "step timer 1 min",
}


def snapshot(name: str, status: JobStatus | None = None, **fields: object) -> ThingSnapshot:
    """A thing that is online; with a status also a job."""
    given: dict[str, object] = {
        "link": Link.ONLINE,
        "activity": Activity.IDLE,
        "firmware": "2.3.1",
        "scenario": "success",
    }
    if status is not None:
        given |= {"job_id": "fw-2.4.0", "version": 2, "execution_number": 1}
    return ThingSnapshot(**{"name": name, "status": status, **given, **fields})  # type: ignore[arg-type]


def counters_of(snapshots: Iterable[ThingSnapshot], messages: int = 0) -> Counters:
    """The counters that go with these things."""
    things = list(snapshots)
    by_status: dict[JobStatus, int] = {}
    for thing in things:
        if thing.status is not None:
            by_status[thing.status] = by_status.get(thing.status, 0) + 1
    return Counters(
        requested=sum(thing.activity is not Activity.STOPPED for thing in things),
        connected=sum(thing.link is Link.ONLINE for thing in things),
        cut_off=sum(t.activity is not Activity.STOPPED and t.link in (Link.ERROR, Link.CONNECTING) for t in things),
        working=sum(thing.activity is Activity.WORKING for thing in things),
        total=len(things),
        no_execution=sum(thing.status is None for thing in things),
        by_status=by_status,
        messages_in=messages,
        messages_out=messages,
        ack_p50_ms=4.2,
        ack_p99_ms=31.0,
    )


class FakeFleet:
    """Implements `Fleet`: does at once what it is asked, remembers it in `asked`, and tells it in batches."""

    def __init__(self, settings: FleetSettings | None = None) -> None:
        self.settings = settings
        self.things: dict[str, ThingSnapshot] = {}
        self.asked: list[tuple[object, ...]] = []
        self.is_closed = False
        self.refusal: InputError | None = None
        self.messages = 0
        self.at = 1_750_000_000.0
        self._on_batch: BatchHandler | None = None

    def tell(
        self, snapshots: Iterable[ThingSnapshot] = (), removed: Sequence[str] = (), notices: Sequence[str] = ()
    ) -> None:
        """Send a batch, as the engine does."""
        changed = list(snapshots)
        self.things.update((thing.name, thing) for thing in changed)
        for name in removed:
            self.things.pop(name, None)
        self.at += 0.05
        assert self._on_batch is not None, "the fleet is not open"
        counters = counters_of(self.things.values(), messages=self.messages)
        self._on_batch(
            FeedBatch(at=self.at, snapshots=changed, counters=counters, removed=list(removed), notices=list(notices))
        )

    async def open(self, on_batch: BatchHandler) -> None:
        self._on_batch = on_batch

    async def close(self) -> None:
        self.is_closed = True

    async def define(self, name: str, yaml_text: str) -> None:
        self.asked.append(("define", name))

    async def add(self, things: Sequence[ThingSpec]) -> None:
        self._note("add", [spec.name for spec in things])
        self.tell(ThingSnapshot(name=s.name, scenario=s.scenario, seed=s.seed, firmware=s.firmware) for s in things)

    async def remove(self, names: Sequence[str]) -> None:
        self._note("remove", names)
        self.tell(removed=names)

    async def start(self, names: Sequence[str]) -> None:
        self._note("start", names)
        self._change(names, link=Link.ONLINE, activity=Activity.IDLE)

    async def set_ramp(self, ramp: float) -> None:
        self.asked.append(("ramp", ramp))

    async def stop(self, names: Sequence[str]) -> None:
        self._note("stop", names)
        self._change(names, link=Link.OFFLINE, activity=Activity.STOPPED)

    async def line(self, names: Sequence[str], action: LineAction) -> None:
        self._note(action.value, names)
        self._change(names, link=Link.ONLINE if action is LineAction.CONNECT else Link.OFFLINE)

    async def assign(self, names: Sequence[str], scenario: str, *, now: bool = False) -> None:
        self._note("assign", names, scenario, *(["now"] if now else []))
        self._change(names, scenario=scenario, scenario_overridden=True)

    async def manual(self, names: Sequence[str], on: bool) -> None:
        self._note("manual", names, on)
        self._change(names, manual=on)

    async def act(self, names: Sequence[str], action: StepAction) -> None:
        self._note("act", names, action)

    async def step(self, names: Sequence[str]) -> None:
        self._note("step", names)

    async def misbehave(self, names: Sequence[str], fault: FaultName, seconds: float | None = None) -> None:
        self._note("misbehave", names, fault, seconds)

    async def send(self, names: Sequence[str], update: UpdateByHand) -> None:
        self._note("send", names, update)

    async def force(self, names: Sequence[str], status: JobStatus | None, reason: str = "") -> None:
        self._note("force", names, status, reason)

    async def detail(self, name: str) -> ThingDetail | None:
        thing = self.things.get(name)
        return None if thing is None else ThingDetail(snapshot=thing, messages=[], messages_dropped=0, timeline=[])

    async def statistics(self) -> RunStatistics:
        return RunStatistics(counters=Counters(total=len(self.things)), latency={})

    async def restart_lost(self) -> None:
        self._note("restart_lost", [])
        self._change(
            [name for name, thing in self.things.items() if thing.activity is Activity.LOST], activity=Activity.IDLE
        )

    def _note(self, what: str, names: Sequence[str], *more: object) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append((what, list(names), *more))

    def _change(self, names: Sequence[str], **fields: object) -> None:
        self.tell(replace(self.things[name], **fields) for name in names if name in self.things)


@dataclass
class FakeEndpoint:
    """An endpoint that is there when asked, or refuses with `refusal`."""

    on_exit: Callable[[int], None]
    refusal: Exception | None = None
    mqtt_address: str = "127.0.0.1:41883"
    http_url: str = "http://127.0.0.1:41884"
    is_running: bool = False

    async def start(self) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.is_running = True

    async def close(self) -> None:
        self.is_running = False


@dataclass
class FakeOperator:
    """Remembers things and jobs."""

    things: list[str] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    jobs: list[tuple[object, ...]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)  # of each job
    stored: list[ExecutionView] = field(default_factory=list)
    refusal: Exception | None = None
    cancelled: list[tuple[str, bool]] = field(default_factory=list)
    is_open: bool = False
    is_closed: bool = False

    async def open(self) -> None:
        self.is_open = True

    async def cancel_job(self, job_id: str, force: bool = False) -> None:
        self.cancelled.append((job_id, force))

    async def create_things(self, names: Sequence[str]) -> None:
        self.things += names

    async def join_group(self, name: str, members: Sequence[str]) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.groups.setdefault(name, []).extend(members)

    async def create_job(
        self,
        job_id: str,
        targets: Sequence[str],
        document: str,
        in_progress_timeout_minutes: int | None = None,
        description: str = "",
        *,
        members: Mapping[str, Any] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> object:
        if self.refusal is not None:
            raise self.refusal
        if on_progress is not None:
            on_progress(len(targets), len(targets))
        self.members.append(dict(members or {}))
        self.jobs.append((job_id, list(targets), document, in_progress_timeout_minutes, description))
        return None

    async def executions(self, job_id: str) -> list[ExecutionView]:
        return [view for view in self.stored if view.job_id == job_id]

    async def close(self) -> None:
        self.is_closed = True


class FakeEngine:
    """Makes the fakes and keeps them. `endpoint_refusal` lets the next endpoint fail to start."""

    def __init__(self) -> None:
        self.fleet = FakeFleet()
        self.operator = FakeOperator()
        self.endpoints: list[FakeEndpoint] = []
        self.asked_for: list[tuple[str, str]] = []  # MQTT and HTTP address of each endpoint
        self.control_planes: list[tuple[str, str]] = []  # URL and AWS profile of each operator
        self.endpoint_refusal: Exception | None = None

    def parts(self) -> Engine:
        """What a session is given."""
        return Engine(endpoint=self._endpoint, fleet=self._fleet, operator=self._operator)

    def _endpoint(self, mqtt: str, http: str, time_scale: float, on_exit: Callable[[int], None]) -> FakeEndpoint:
        self.asked_for.append((mqtt, http))
        made = FakeEndpoint(on_exit, self.endpoint_refusal)
        self.endpoints.append(made)
        return made

    def _operator(self, http_url: str, profile: str) -> "FakeOperator":
        self.control_planes.append((http_url, profile))
        return self.operator

    def _fleet(self, settings: FleetSettings) -> FakeFleet:
        self.fleet.settings = settings
        self.fleet.is_closed = False
        return self.fleet


class LivelyFleet(FakeFleet):
    """A fleet that moves through a rollout by chance when `move` is called; for pictures and measurements."""

    def __init__(self, seed: int = 42) -> None:
        super().__init__()
        self._random = random.Random(seed)

    def fill(self, number: int) -> None:
        """So many things, in every status there is."""
        self.tell(self._any(f"sim-{n:05}") for n in range(1, number + 1))

    def move(self, number: int) -> None:
        """Change so many things."""
        names = self._random.sample(list(self.things), min(number, len(self.things)))
        self.messages += number
        self.tell(self._further(self.things[name]) for name in names)

    def _any(self, name: str) -> ThingSnapshot:
        status = self._random.choices((None, *JobStatus), (4, 12, 34, 30, 7, 5, 4, 2, 3))[0]
        terminal = status is not None and status.is_terminal
        succeeded = status is JobStatus.SUCCEEDED
        progress = 100 if succeeded else 0 if status in (None, JobStatus.QUEUED) else self._random.randint(3, 97)
        return snapshot(
            name,
            status,
            link=self._random.choices(list(Link), (2, 2, 94, 2))[0],
            activity=Activity.WORKING if status is JobStatus.IN_PROGRESS else Activity.IDLE,
            version=0 if status is None else 1 if status is JobStatus.QUEUED else self._random.randint(2, 7),
            progress=progress,
            step="" if terminal or progress == 0 else self._random.choice(("download", "verify", "apply", "reboot")),
            firmware="2.4.0" if succeeded else "2.3.1",
            target_firmware="2.4.0" if status is JobStatus.IN_PROGRESS else "",
            firmware_warning=succeeded and self._random.random() < 0.05,
            scenario=self._random.choice(SCENARIOS),
            scenario_overridden=self._random.random() < 0.1,
            details=REASONS.get(status, "") if status is not None else "",
            pending=self._random.choice((1, 1, 1, 3)) if status is not None else 0,
            job_id="fw-2.4.0-wave1" if status is not None else "",
            updated_at=self.at,
        )

    def _further(self, thing: ThingSnapshot) -> ThingSnapshot:
        if thing.status is JobStatus.IN_PROGRESS and thing.progress < 90:
            return replace(
                thing,
                progress=min(100, thing.progress + self._random.randint(1, 12)),
                version=thing.version + 1,
                updated_at=self.at,
            )
        return self._any(thing.name)
