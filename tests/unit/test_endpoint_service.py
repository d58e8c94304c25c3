"""The service at work: what is answered, stored and told, and in which order."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from simulator.clock import ScaledClock
from simulator.endpoint.service import EndpointService
from simulator.endpoint.store import Changes, Committed, MemoryStore, Stored
from simulator.jobs.control import ControlError, NewJob
from simulator.jobs.model import ErrorResponse, JobStatus, UpdateRequest
from simulator.jobs.topics import Operation, RequestTopic

JOBS = "$aws/things/t/jobs"


class HeldStore(MemoryStore):
    """Commits when a test says so, and succeeds or fails as it says."""

    is_durable = True

    def __init__(self, stored: Stored | None = None) -> None:
        self.stored = stored or Stored()
        self.waiting: list[tuple[Changes | None, Committed]] = []
        self.is_held = False

    def load(self) -> Stored:
        return self.stored

    def write(self, changes: Changes | None, then: Committed) -> None:
        if self.is_held:
            self.waiting.append((changes, then))
        else:
            then(True)

    def release(self, *, is_safe: bool = True) -> None:
        self.is_held = False
        waiting, self.waiting = self.waiting, []
        for _, then in waiting:
            then(is_safe)


class World:
    """A service and everything it says, in order: a way ("to requester" or "to all"), topic and JSON."""

    def __init__(self, store: HeldStore) -> None:
        self.asked = None
        self.store = store
        self.said: list[tuple[str, str, dict[str, Any]]] = []
        self.service = EndpointService(ScaledClock(1000), store, lambda *message: self.note("to all", *message))
        self.service.start()

    def note(self, way: str, topic: str, payload: bytes) -> None:
        self.said.append((way, topic, json.loads(payload)))

    def send(self, topic: str, payload: bytes) -> None:
        self.note("to requester", topic, payload)

    def ask(self, topic: str, payload: bytes = b"{}") -> list[tuple[str, str, dict[str, Any]]]:
        self.said.clear()
        self.service.on_request(self, topic, payload)
        return self.said

    async def create_job(self, job_id: str = "j1", timeout: int | None = None) -> None:
        await self.service.change_registry(lambda registry, now: registry.create_thing("t"))
        arn = "arn:aws:iot:us-east-1:123456789012:thing/t"
        await self.service.create_job(
            NewJob(job_id=job_id, targets=(arn,), document='{"a":1}', in_progress_timeout_minutes=timeout)
        )
        async with asyncio.timeout(5):
            while self.service.jobs_control.job(job_id).is_rolling_out:
                await asyncio.sleep(0)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World(HeldStore())
    yield world
    await world.service.close()


async def test_16_the_requester_is_answered_before_anyone_is_told(world: World) -> None:
    await world.create_job()
    said = world.ask(f"{JOBS}/j1/update", b'{"status":"SUCCEEDED"}')
    assert [(way, topic) for way, topic, _ in said] == [
        ("to requester", f"{JOBS}/j1/update/accepted"),
        ("to all", f"{JOBS}/notify"),
        ("to all", f"{JOBS}/notify-next"),
    ]


async def test_nothing_is_said_before_it_is_stored(world: World) -> None:
    await world.create_job()
    world.store.is_held = True
    assert world.ask(f"{JOBS}/j1/update", b'{"status":"SUCCEEDED"}') == []
    world.store.release()
    assert [topic for _, topic, _ in world.said] == [
        f"{JOBS}/j1/update/accepted",
        f"{JOBS}/notify",
        f"{JOBS}/notify-next",
    ]


async def test_a_read_waits_for_the_write_before_it(world: World) -> None:
    await world.create_job()
    world.store.is_held = True
    world.ask(f"{JOBS}/j1/update", b'{"status":"IN_PROGRESS"}')
    assert world.ask(f"{JOBS}/j1/get") == []
    world.store.release()
    assert world.said[-1][2]["execution"]["versionNumber"] == 2


async def test_what_cannot_be_stored_is_answered_internal_error(world: World) -> None:
    await world.create_job()
    world.store.is_held = True
    world.ask(f"{JOBS}/j1/update", b'{"status":"IN_PROGRESS","clientToken":"x"}')
    world.store.release(is_safe=False)
    (_, topic, body) = world.said[0]
    assert topic == f"{JOBS}/j1/update/rejected"
    assert (body["code"], body["clientToken"]) == ("InternalError", "x")


async def test_an_operators_call_that_cannot_be_stored_is_unavailable(world: World) -> None:
    await world.create_job()
    world.store.is_held = True
    async with asyncio.TaskGroup() as group:
        cancelling = group.create_task(cancel(world))
        await asyncio.sleep(0)
        world.store.release(is_safe=False)
    assert cancelling.result() == "ServiceUnavailableException"


async def cancel(world: World) -> str:
    try:
        await world.service.control(lambda control, now: control.cancel("j1", now))
    except ControlError as error:
        return error.name
    return "cancelled"


@pytest.mark.parametrize("tail", ["j1/updat", "$next/update", "nonsense", "j1/get/accepted"])
async def test_a_topic_that_is_no_api_is_answered_on_itself(world: World, tail: str) -> None:
    ((way, topic, body),) = world.ask(f"{JOBS}/{tail}")
    assert (way, topic, body["code"]) == ("to requester", f"{JOBS}/{tail}/rejected", "InvalidTopic")


@pytest.mark.parametrize(
    ("payload", "token"),
    [(b'{"clientToken":"x","status":7}', "x"), (b"", None), (b"{", None), (b'{"clientToken":7}', None)],
)
async def test_the_client_token_is_echoed_whatever_is_wrong_with_the_topic(
    world: World, payload: bytes, token: str | None
) -> None:
    ((_, _, body),) = world.ask(f"{JOBS}/j1/updat", payload)
    assert (body["code"], body.get("clientToken")) == ("InvalidTopic", token)


async def test_requests_over_https_get_their_answers_as_values(world: World) -> None:
    await world.create_job()
    topic = RequestTopic("t", Operation.UPDATE, "j1")
    world.said.clear()
    refused = await world.service.request(topic, UpdateRequest(status=JobStatus.FAILED, expected_version=7))
    assert isinstance(refused, ErrorResponse)
    assert refused.code == "VersionMismatch"
    assert world.said == []
    await world.service.request(topic, UpdateRequest(status=JobStatus.FAILED))
    assert [(way, topic) for way, topic, _ in world.said] == [
        ("to all", f"{JOBS}/notify"),
        ("to all", f"{JOBS}/notify-next"),
    ]


async def test_70_a_timer_fires_by_itself(world: World) -> None:
    await world.create_job(timeout=1)
    world.ask(f"{JOBS}/start-next")
    world.said.clear()
    async with asyncio.timeout(5):
        while len(world.said) < 2:
            await asyncio.sleep(0.005)
    assert {topic for _, topic, _ in world.said} == {f"{JOBS}/notify", f"{JOBS}/notify-next"}
    execution = world.service.jobs_control.execution("t", "j1")
    assert execution.status == "TIMED_OUT"
    assert execution.started_at is not None
    assert execution.last_updated_at - execution.started_at >= 60


async def test_a_job_for_a_target_that_does_not_exist_is_not_made(world: World) -> None:
    arn = "arn:aws:iot:us-east-1:123456789012:thing/nobody"
    with pytest.raises(ControlError, match="ResourceNotFoundException"):
        await world.service.create_job(NewJob(job_id="j9", targets=(arn,), document="{}"))
    assert "j9" not in world.service.book.jobs


async def test_deleting_a_thing_removes_what_is_pending_for_it(world: World) -> None:
    await world.create_job()
    await world.service.delete_thing("t")
    assert world.service.jobs_control.execution("t", "j1").status == "REMOVED"


async def test_timers_go_on_after_a_restart(world: World) -> None:
    await world.create_job("j1", timeout=1)
    world.ask(f"{JOBS}/start-next")
    book = world.service.book
    again = World(HeldStore(Stored(executions=list(book.executions()), jobs=list(book.jobs.values()))))
    assert again.service.jobs_control.execution("t", "j1").version_number == 2
    async with asyncio.timeout(5):
        while again.service.jobs_control.execution("t", "j1").status != "TIMED_OUT":
            await asyncio.sleep(0.005)
    assert again.service.jobs_control.job("j1").status == "COMPLETED"
    await again.service.close()


async def test_a_rollout_goes_on_after_a_restart_and_queues_nothing_twice() -> None:
    records: list[tuple[str, str, bytes]] = []
    first = World(HeldStore())
    for name in ("t", "u"):
        first.service.registry.create_thing(name)
    records = [(kind, key, data) for kind, key, data in first.service.registry.take_changes() if data is not None]
    new = NewJob(
        job_id="j1", targets=tuple(f"arn:aws:iot:us-east-1:123456789012:thing/{n}" for n in "tu"), document="{}"
    )
    await first.service.control(lambda control, now: control.create(new, now))
    await first.service.control(lambda control, now: control.queue("j1", ["t"], now))
    book = first.service.book
    stored = Stored(executions=list(book.executions()), jobs=list(book.jobs.values()), registry=records)
    await first.service.close()
    again = World(HeldStore(stored))
    async with asyncio.timeout(5):
        while again.service.jobs_control.job("j1").is_rolling_out:
            await asyncio.sleep(0)
    assert sorted((each.thing_name, each.execution_number) for each in again.service.book.executions()) == [
        ("t", 1),
        ("u", 1),
    ]
    await again.service.close()


# --- rollouts that meet other calls -----------------------------------------------------------------------------------


async def make_things(world: World, count: int) -> tuple[str, ...]:
    names = [f"t{number}" for number in range(count)]
    for name in names:
        await world.service.change_registry(lambda registry, now, name=name: registry.create_thing(name))  # type: ignore[misc]
    return tuple(f"arn:aws:iot:us-east-1:123456789012:thing/{name}" for name in names)


async def rolled_out(world: World, job_id: str) -> list[tuple[str, int]]:
    async with asyncio.timeout(5):
        while world.service.jobs_control.job(job_id).is_rolling_out:
            await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    return sorted((each.thing_name, each.execution_number) for each in world.service.book.of_job(job_id))


async def test_a_job_that_is_deleted_and_made_again_while_it_rolls_out_gives_each_thing_one_execution(
    world: World,
) -> None:
    new = NewJob(job_id="j1", targets=await make_things(world, 100), document="{}")
    await world.service.create_job(new)
    await world.service.control(lambda control, now: control.delete("j1", now, force=True))
    await world.service.create_job(new)
    assert await rolled_out(world, "j1") == sorted((f"t{number}", 1) for number in range(100))


async def test_a_thing_that_is_deleted_while_a_job_rolls_out_gets_no_execution(world: World) -> None:
    await world.service.create_job(NewJob(job_id="j1", targets=await make_things(world, 100), document="{}"))
    await world.service.delete_thing("t99")
    assert ("t99", 1) not in await rolled_out(world, "j1")


async def test_a_rollout_goes_on_when_a_change_could_not_be_stored_at_once(world: World) -> None:
    targets = await make_things(world, 100)
    await world.service.create_job(NewJob(job_id="j1", targets=targets, document="{}"))
    world.store.is_held = True
    async with asyncio.timeout(5):
        while not world.store.waiting:
            await asyncio.sleep(0)
    world.store.release(is_safe=False)
    assert len(await rolled_out(world, "j1")) == 100


async def test_after_a_restart_time_goes_on_where_a_fast_clock_had_left_it(world: World) -> None:
    await world.create_job("j1")
    world.ask(f"{JOBS}/start-next")
    earlier = world.service.book.find("t", "j1")
    assert earlier is not None
    hour = 3600.0
    ahead = replace(earlier, queued_at=earlier.queued_at + hour, last_updated_at=earlier.last_updated_at + hour)
    ahead = replace(ahead, status=JobStatus.QUEUED)
    stored = Stored(executions=[ahead], jobs=[world.service.book.jobs["j1"]])
    again = World(HeldStore(stored))
    try:
        await again.create_job("j2", timeout=1)
        assert [each.job_id for each in again.service.book.pending("t")] == ["j1", "j2"]
        again.ask(f"{JOBS}/j2/update", b'{"status":"IN_PROGRESS"}')
        async with asyncio.timeout(5):
            while again.service.jobs_control.execution("t", "j2").status is not JobStatus.TIMED_OUT:
                await asyncio.sleep(0.01)
        assert again.service.jobs_control.execution("t", "j2").last_updated_at > ahead.last_updated_at
    finally:
        await again.service.close()
