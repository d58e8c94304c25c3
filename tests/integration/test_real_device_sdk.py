"""Both of AWS's Jobs clients for devices hold the whole conversation: by MQTT 3.1.1 and 5, plain and by mutual TLS."""

import asyncio
import json
import queue
import time
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("awsiot", reason="the AWS IoT Device SDK is not installed")

from awsiot import iotjobs

from simulator.endpoint.authority import Authority
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.serving import Endpoint, ServeOptions
from tests.support.device_sdk import (
    QOS,
    SECONDS,
    Connection3,
    Connection5,
    JobsClient,
    JobsClient1,
    JobsClient2,
    Reach,
    heard,
)
from tests.support.real_clients import Operator

Code = iotjobs.RejectedErrorCode
Status = iotjobs.JobStatus

FREE = "127.0.0.1:0"
DOCUMENT = {"operation": "install", "files": ["a", "b"]}


@pytest.fixture
async def endpoint(tmp_path: Path) -> AsyncIterator[Endpoint]:
    doors = DoorOptions(tls=tmp_path / "tls", mqtts=FREE)
    endpoint = Endpoint(ServeOptions(mqtt=FREE, http=FREE, doors=doors))
    await endpoint.start()
    yield endpoint
    await endpoint.close()


@pytest.fixture
async def operator(endpoint: Endpoint) -> AsyncIterator[Operator]:
    operator = await asyncio.to_thread(Operator, endpoint.http_url)
    yield operator
    operator.close()


@pytest.fixture(params=["mqtt", "mqtts"])
def reach(request: pytest.FixtureRequest, endpoint: Endpoint, tmp_path: Path) -> Reach:
    if request.param == "mqtt":
        host, _, port = endpoint.mqtt_address.rpartition(":")
        return Reach(host, int(port))
    assert endpoint.fronts is not None
    port = endpoint.fronts.addresses["mqtts"].rpartition(":")[2]
    authority = Authority(tmp_path / "tls")
    return Reach("localhost", int(port), authority.trust_file, *authority.thing_files("pump-1"))


@pytest.fixture(params=[Connection3, Connection5])
async def connection(request: pytest.FixtureRequest, reach: Reach) -> AsyncIterator[Connection3 | Connection5]:
    connection: Connection3 | Connection5 = request.param(reach, "pump-1")
    await asyncio.to_thread(connection.start)
    yield connection
    await asyncio.to_thread(connection.stop)


@pytest.fixture(params=[JobsClient1, JobsClient2])
async def client(
    request: pytest.FixtureRequest, connection: Connection3 | Connection5, operator: Operator
) -> AsyncIterator[JobsClient]:
    """The Jobs client of the thing pump-1, which is registered and hears of everything."""
    await operator("create_thing", thingName="pump-1")
    client: JobsClient = request.param(connection, "pump-1")
    await asyncio.to_thread(client.open)
    yield client
    client.close()


async def make_jobs(operator: Operator, *job_ids: str) -> None:
    arn = (await operator("describe_thing", thingName="pump-1"))["thingArn"]
    for job_id in job_ids:
        await operator("create_job", jobId=job_id, targets=[arn], document=json.dumps(DOCUMENT))


async def asked(client: JobsClient, operation: str, **members: Any) -> Any:
    return await asyncio.to_thread(lambda: client.ask(operation, **members))


async def update(client: JobsClient, job_id: str, **members: Any) -> Any:
    return await asked(client, "update_job_execution", job_id=job_id, **members)


async def describe(client: JobsClient, job_id: str, **members: Any) -> Any:
    return await asked(client, "describe_job_execution", job_id=job_id, **members)


def queued(event: Any) -> list[str]:
    """Return the jobs that a notification says are waiting, after seeing that it says nothing else."""
    assert set(event.jobs) <= {"QUEUED"}
    return [summary.job_id for summary in event.jobs.get("QUEUED", [])]


async def test_107_a_thing_hears_of_jobs_and_carries_them_out(client: JobsClient, operator: Operator) -> None:
    pending = await asked(client, "get_pending_job_executions")
    assert (pending.in_progress_jobs, pending.queued_jobs) == ([], [])
    assert (await asked(client, "start_next_pending_job_execution")).execution is None

    await make_jobs(operator, "j1", "j2")
    assert [queued(await heard(client.changed)) for _ in range(2)] == [["j1"], ["j1", "j2"]]
    told = (await heard(client.next_changed)).execution
    assert (told.job_id, told.status, told.version_number, told.job_document) == ("j1", Status.QUEUED, 1, DOCUMENT)

    started = await asked(
        client, "start_next_pending_job_execution", status_details={"step": "0"}, step_timeout_in_minutes=7
    )
    execution = started.execution
    assert (execution.job_id, execution.status, execution.status_details) == ("j1", Status.IN_PROGRESS, {"step": "0"})
    assert (execution.execution_number, execution.version_number) == (1, 2)
    assert execution.job_document == DOCUMENT
    assert execution.queued_at <= execution.started_at == execution.last_updated_at <= started.timestamp
    assert abs(time.time() - started.timestamp.timestamp()) < 5
    pending = await asked(client, "get_pending_job_executions")
    assert [each.job_id for each in pending.in_progress_jobs] == ["j1"]
    assert [each.job_id for each in pending.queued_jobs] == ["j2"]

    assert (await update(client, "j1", status=Status.SUCCEEDED)).execution_state is None
    assert queued(await heard(client.changed)) == ["j2"]
    assert (await heard(client.next_changed)).execution.job_id == "j2"
    await update(client, "j2", status=Status.REJECTED)
    assert queued(await heard(client.changed)) == []
    assert (await heard(client.next_changed)).execution is None
    assert client.changed.empty()
    assert client.next_changed.empty()
    ends = [(await operator("describe_job", jobId=job_id))["job"]["jobProcessDetails"] for job_id in ("j1", "j2")]
    assert (ends[0]["numberOfSucceededThings"], ends[1]["numberOfRejectedThings"]) == (1, 1)


async def test_each_parameter_of_a_request_does_what_it_says(client: JobsClient, operator: Operator) -> None:
    """Those of describing: job id or $next, number, document; of updating: all nine."""
    await make_jobs(operator, "j1")
    described = (await describe(client, "$next")).execution
    assert (described.job_id, described.job_document, described.started_at) == ("j1", DOCUMENT, None)
    assert (await describe(client, "j1", execution_number=1)).execution.job_document == DOCUMENT
    assert (await describe(client, "j1", include_job_document=False)).execution.job_document is None
    assert (await describe(client, "j1", execution_number=2)).code == Code.RESOURCE_NOT_FOUND

    bare = await update(client, "j1", status=Status.IN_PROGRESS)
    assert (bare.execution_state, bare.job_document) == (None, None)
    full = await update(
        client, "j1", status=Status.IN_PROGRESS, status_details={"progress": "50"}, expected_version=2,
        execution_number=1, include_job_execution_state=True, include_job_document=True, step_timeout_in_minutes=9,
    )  # fmt: skip
    state = full.execution_state
    assert (state.status, state.version_number, state.status_details) == ("IN_PROGRESS", 3, {"progress": "50"})
    assert full.job_document == DOCUMENT
    control = (await operator("describe_job_execution", jobId="j1", thingName="pump-1"))["execution"]
    assert 530 < control["approximateSecondsBeforeTimedOut"] <= 540
    assert control["statusDetails"] == {"detailsMap": {"progress": "50"}}

    kept = await update(
        client, "j1", status=Status.IN_PROGRESS, include_job_execution_state=True, step_timeout_in_minutes=-1
    )
    assert (kept.execution_state.status_details, kept.job_document) == ({"progress": "50"}, None)
    control = (await operator("describe_job_execution", jobId="j1", thingName="pump-1"))["execution"]
    assert "approximateSecondsBeforeTimedOut" not in control
    missing = await update(client, "j1", status=Status.SUCCEEDED, execution_number=2)
    assert missing.code == Code.RESOURCE_NOT_FOUND


async def fault(endpoint: Endpoint, kind: str) -> None:
    """Let the next request fail."""
    body = json.dumps({"kind": kind, "count": 1}).encode()
    request = urllib.request.Request(f"{endpoint.http_url}/_simulator/faults", data=body, method="POST")
    await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=SECONDS).close())


async def test_66_rejections_are_those_that_the_sdk_models(
    client: JobsClient, operator: Operator, endpoint: Endpoint
) -> None:
    await make_jobs(operator, "j1")
    await update(client, "j1", status=Status.IN_PROGRESS)

    stale = await update(client, "j1", status=Status.SUCCEEDED, expected_version=1)
    assert (stale.code, stale.execution_state.status, stale.execution_state.version_number) == (
        Code.VERSION_MISMATCH, Status.IN_PROGRESS, 2,
    )  # fmt: skip
    wrong = await update(client, "j1", status=Status.SUCCEEDED, step_timeout_in_minutes=0)
    assert (wrong.code, wrong.execution_state) == (Code.INVALID_REQUEST, None)
    assert "stepTimeoutInMinutes" in wrong.message
    assert (await update(client, "j1", status=None)).code == Code.INVALID_REQUEST
    assert (await update(client, "nobody", status=Status.SUCCEEDED)).code == Code.RESOURCE_NOT_FOUND
    assert (await describe(client, "nobody")).code == Code.RESOURCE_NOT_FOUND

    for kind, code in (("throttle", Code.REQUEST_THROTTLED), ("internal-error", Code.INTERNAL_ERROR)):
        await fault(endpoint, kind)
        assert (await update(client, "j1", status=Status.SUCCEEDED)).code == code

    await update(client, "j1", status=Status.SUCCEEDED, expected_version=2)  # nothing of the above did anything
    late = await update(client, "j1", status=Status.FAILED)
    assert (late.code, late.execution_state.status, late.execution_state.version_number) == (
        Code.INVALID_STATE_TRANSITION, Status.SUCCEEDED, 3,
    )  # fmt: skip
    ended = await describe(client, "j1")
    assert (ended.code, ended.execution_state) == (Code.TERMINAL_STATE_REACHED, None)
    assert ended.message


async def test_66_requests_that_the_clients_do_not_make_by_themselves_are_rejected_too(
    connection: Connection3 | Connection5, operator: Operator
) -> None:
    """A job id with a slash makes a topic of no operation; and the connection below V1 publishes any text."""
    await operator("create_thing", thingName="pump-1")
    second = JobsClient2(connection, "pump-1")
    assert (await describe(second, "a/b")).code == Code.INVALID_TOPIC
    first = iotjobs.IotJobsClient(connection.client)
    rejected: queue.Queue[Any] = queue.Queue()
    request = iotjobs.GetPendingJobExecutionsSubscriptionRequest(thing_name="pump-1")
    granted, _ = first.subscribe_to_get_pending_job_executions_rejected(request, QOS, rejected.put)
    assert await asyncio.wrap_future(granted) == QOS
    published, _ = first.mqtt_connection.publish("$aws/things/pump-1/jobs/get", "{", QOS)
    await asyncio.wrap_future(published)
    answer = await heard(rejected)
    assert (answer.code, answer.client_token) == (Code.INVALID_JSON, None)


async def test_streams_and_requests_go_on_after_the_line_was_cut(
    connection: Connection3 | Connection5, operator: Operator, endpoint: Endpoint
) -> None:
    """V2 finds by itself that its session is gone, and subscribes again."""
    await operator("create_thing", thingName="pump-1")
    client = JobsClient2(connection, "pump-1")
    await asyncio.to_thread(client.open)
    assert (await asked(client, "get_pending_job_executions")).queued_jobs == []
    (line,) = endpoint.gateway.clients
    line.cut()
    for _ in range(2):
        await asyncio.to_thread(client.established)
    await make_jobs(operator, "j1")
    assert (await heard(client.next_changed)).execution.job_id == "j1"
    assert queued(await heard(client.changed)) == ["j1"]
    assert (await asked(client, "start_next_pending_job_execution")).execution.version_number == 2
    client.close()


async def test_a_session_that_is_kept_brings_what_was_told_while_the_line_was_cut(
    reach: Reach, operator: Operator, endpoint: Endpoint
) -> None:
    """As the SDK's builder for mutual TLS has it, unless it is told otherwise: `clean_session=False`."""
    await operator("create_thing", thingName="pump-1")
    connection = Connection3(reach, "pump-1", clean_session=False)
    await asyncio.to_thread(connection.start)
    client = JobsClient1(connection, "pump-1")
    await asyncio.to_thread(client.open)
    (line,) = endpoint.gateway.clients
    line.cut()
    await make_jobs(operator, "j1")
    assert (await heard(client.next_changed)).execution.job_id == "j1"
    assert queued(await heard(client.changed)) == ["j1"]
    assert (await asked(client, "start_next_pending_job_execution")).execution.version_number == 2
    client.close()
    await asyncio.to_thread(connection.stop)
