"""Each fault and each end on real sockets: at our own gateway, and at mosquitto with the endpoint behind it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from simulator.endpoint.behind_broker_options import broker_options
from simulator.endpoint.serving import Endpoint, ServeOptions
from simulator.feed import Activity, Direction, ThingDetail, ThingSnapshot
from simulator.fleet import FleetSettings, StepAction, ThingSpec
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.jobs.new_job import NewJob
from simulator.jobs.stored import Execution
from simulator.local_fleet import LocalFleet
from simulator.scenario.faults import SENTENCES, FaultName
from simulator.transport.base import Link
from tests.support.broker import Broker, require_mosquitto
from tests.support.fake_fleet import Watcher

S = JobStatus
SCALE = 80.0
ARN = "arn:aws:iot:us-east-1:123456789012:thing/t"
NO_ANSWER_ELSEWHERE = {FaultName.WRONG_TOPIC}
"""What our gateway answers as AWS does, and another broker does not."""
REJECTED: dict[FaultName, int] = dict.fromkeys(
    (
        FaultName.LOSE_REPLY,
        FaultName.DUPLICATE_UPDATE,
        FaultName.OUT_OF_ORDER,
        FaultName.STALE_VERSION,
        FaultName.VERSION_AHEAD,
        FaultName.UPDATE_AFTER_END,
        FaultName.MALFORMED_JSON,
        FaultName.WRONG_TOPIC,
        FaultName.OVERSIZE_DETAILS,
        FaultName.UNKNOWN_JOB,
    ),
    1,
)
"""How often a thing with this fault is refused something."""


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("mosquitto"), require_mosquitto())
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(params=["gateway", "mosquitto"])
def where(request: pytest.FixtureRequest) -> str:
    """Where the thing connects, as `--broker` has it; "" is our own gateway."""
    if request.param == "gateway":
        return ""
    return f"mqtt://127.0.0.1:{request.getfixturevalue('mosquitto').port}"


@dataclass
class Scene:
    """An endpoint in this process, and a fleet of one thing `t`, over real sockets."""

    endpoint: Endpoint
    fleet: LocalFleet
    watcher: Watcher

    @property
    def shown(self) -> ThingSnapshot:
        return self.watcher.newest["t"]

    def stored(self, job_id: str = "j1") -> Execution:
        execution = self.endpoint.service.book.find("t", job_id)
        assert execution is not None
        return execution

    async def make_job(self, job_id: str = "j1", minutes: int | None = None, document: str = "{}") -> None:
        new = NewJob(job_id=job_id, targets=(ARN,), document=document, in_progress_timeout_minutes=minutes)
        await self.endpoint.service.create_job(new)

    async def until(self, status: JobStatus) -> None:
        """Wait until the thing believes its execution to have that status, and what is stored is the same."""
        await self.watcher.until(lambda: self.shown.status is status)
        await self.agree()

    async def agree(self) -> None:
        await self.watcher.until(
            lambda: (
                (self.shown.status, self.shown.version)
                == (self.stored(self.shown.job_id).status, self.stored(self.shown.job_id).version_number)
            )
        )

    async def detail(self) -> ThingDetail:
        detail = await self.fleet.detail("t")
        assert detail is not None
        return detail

    async def sent(self) -> list[dict[str, Any]]:
        """Every update that the thing sent, as JSON."""
        return [
            json.loads(each.payload)
            for each in (await self.detail()).messages
            if each.direction is Direction.OUT and each.topic.endswith("/update") and each.payload.endswith(b"}")
        ]


@contextlib.asynccontextmanager
async def scene(where: str, scenario: str, **spec: Any) -> AsyncIterator[Scene]:
    broker = broker_options(where) if where else None
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0", time_scale=SCALE, broker=broker))
    await endpoint.start()
    try:
        await endpoint.service.change_registry(lambda registry, now: registry.create_thing("t"))
        settings = FleetSettings(
            address=endpoint.mqtt_address, time_scale=SCALE, request_timeout_seconds=1.0, log_entries=200
        )
        fleet, watcher = LocalFleet(settings), Watcher()
        await fleet.open(watcher)
        try:
            await fleet.define("faulty", scenario)
            await fleet.add([ThingSpec(name="t", scenario="faulty", seed=5, **spec)])
            await fleet.start(["t"])
            await watcher.until_all(Activity.IDLE)
            yield Scene(endpoint, fleet, watcher)
        finally:
            await fleet.close()
    finally:
        await endpoint.close()


def with_fault(name: str) -> str:
    return f"""
name: faulty
steps:
  - {{name: download, duration: 4, progress: {{to: 50}}}}
  - {{fault: {name}}}
  - {{name: install, duration: 8, progress: {{to: 90, every: 4}}}}
end: SUCCEEDED
"""


@pytest.mark.parametrize("name", [name for name in FaultName if name is not FaultName.IGNORE_CANCEL])
async def test_a_fault_acts_on_the_wire_and_the_thing_ends_where_the_service_stands(
    where: str, name: FaultName
) -> None:
    async with scene(where, with_fault(name)) as acting:
        await acting.make_job()
        await acting.until(S.SUCCEEDED)
        await acting.watcher.until(lambda: acting.shown.faults == {name: 1} == acting.shown.execution_faults)
        await acting.watcher.until(lambda: acting.watcher.counters.faults == {name: 1})
        rejects = 0 if where and name in NO_ANSWER_ELSEWHERE else REJECTED.get(name, 0)
        await acting.watcher.until(lambda: acting.shown.rejects >= rejects and acting.shown.link is Link.ONLINE)
        assert acting.shown.rejects == rejects
        detail = await acting.detail()
        assert any(f"fault {name}: the thing {SENTENCES[name]}" in each.note for each in detail.messages)
        assert [(each.job_id, each.faults) for each in detail.faults] == [("j1", {name: 1})]
        await acting.agree()


async def test_a_cancel_that_is_ignored_is_reported_on_in_vain(where: str) -> None:
    async with scene(where, with_fault("ignore-cancel").replace("duration: 8", "duration: 80")) as acting:
        await acting.make_job()
        await acting.watcher.until(lambda: acting.shown.step == "install")
        await acting.endpoint.service.control(lambda control, now: control.cancel("j1", now, force=True))
        await acting.until(S.CANCELED)
        await acting.watcher.until(lambda: acting.shown.activity is Activity.IDLE)
        version = acting.stored().version_number
        in_vain = [update["status"] for update in await acting.sent() if update.get("expectedVersion") == version]
        assert in_vain[-1] == "SUCCEEDED"
        assert "IN_PROGRESS" in in_vain
        assert acting.shown.faults == {"ignore-cancel": 1}
        await acting.agree()


ENDS = {
    "SUCCEEDED": S.SUCCEEDED,
    "{status: FAILED, reason: checksum}": S.FAILED,
    "{status: REJECTED, reason: battery low}": S.REJECTED,
    "silence": S.TIMED_OUT,
}


@pytest.mark.parametrize("end", ENDS)
async def test_each_end_is_stored_as_the_scenario_says(where: str, end: str) -> None:
    async with scene(where, f"{{name: ends, steps: [{{name: work, duration: 2}}], end: {end}}}") as acting:
        await acting.make_job(minutes=1)
        await acting.until(ENDS[end])


async def test_a_thing_that_never_answers_leaves_its_execution_queued_and_is_removed_from_it_by_a_cancel(
    where: str,
) -> None:
    async with scene(where, "{name: deaf, start: none, end: silence}") as acting:
        await acting.make_job(minutes=1)
        await acting.watcher.until(lambda: acting.shown.status is S.QUEUED)
        await asyncio.sleep(70 / SCALE)
        assert (acting.stored().status, acting.shown.status) == (S.QUEUED, S.QUEUED)
        await acting.endpoint.service.control(lambda control, now: control.cancel("j1", now))
        await acting.until(S.CANCELED)


async def test_a_thing_that_hangs_ends_when_an_operator_cancels(where: str) -> None:
    async with scene(where, "{name: hangs, steps: [{name: work, duration: 2}], end: hang}") as acting:
        await acting.make_job()
        await acting.watcher.until(lambda: acting.shown.activity is Activity.SILENT)
        await acting.endpoint.service.control(lambda control, now: control.cancel("j1", now, force=True))
        await acting.until(S.CANCELED)


async def test_an_end_that_is_left_to_the_operator_waits_for_it(where: str) -> None:
    async with scene(where, "{name: asks, steps: [{name: work, duration: 2}], end: manual}") as acting:
        await acting.make_job()
        await acting.watcher.until(lambda: acting.shown.activity is Activity.WAITING_FOR_STEP)
        await asyncio.sleep(0.2)
        assert acting.stored().status is S.IN_PROGRESS
        await acting.fleet.force(["t"], S.REJECTED, "not today")
        await acting.until(S.REJECTED)


async def test_by_hand_a_thing_goes_step_by_step_misbehaves_and_sends_what_it_is_told(where: str) -> None:
    async with scene(where, with_fault("drop-line").replace("  - {fault: drop-line}\n", "")) as acting:
        await acting.fleet.manual(["t"], on=True)
        await acting.make_job()
        await acting.watcher.until(lambda: acting.shown.activity is Activity.WAITING_FOR_STEP)
        await acting.fleet.act(["t"], StepAction.STEP)
        await acting.watcher.until(lambda: acting.shown.step == "install")
        assert [update["statusDetails"]["step"] for update in await acting.sent()] == ["download", "download"]
        await acting.fleet.misbehave(["t"], FaultName.UNKNOWN_JOB)
        await acting.watcher.until(lambda: acting.shown.rejects == 1)
        await acting.fleet.send(["t"], UpdateByHand(status="SUCCEEDED", status_details={"by": "hand"}))
        await acting.until(S.SUCCEEDED)
        assert acting.stored().status_details == {"by": "hand"}
