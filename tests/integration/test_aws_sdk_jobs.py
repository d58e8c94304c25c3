"""A whole endpoint, an operator with boto3, and things with AWS's own Jobs clients, MQTT 3.1.1 and 5, over plain TCP.

The flow is that of the SDK's own service test (reference section 8.16). Checklist numbers are in the docstrings.
"""

import asyncio
import functools
import json
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import boto3
import pytest
from botocore.config import Config

from simulator.endpoint.serving import Endpoint
from tests.support.mqtt_client import MqttClient

pytest.importorskip("awsiot", reason="the AWS IoT Device SDK is not installed")
from tests.support.device_sdk import Connection3, Connection5, JobsClient2, Reach, heard

T = TypeVar("T")
SECONDS = 10
DOCUMENT = '{"operation": "install"}'


async def in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(None, work)


class Operator:
    """boto3 in a thread, since the endpoint has this loop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = self.client("iot")

    def client(self, service: str) -> Any:
        """Return a client that asks once."""
        config = Config(retries={"total_max_attempts": 1}, read_timeout=SECONDS)
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self._url,
            config=config,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    async def do(self, operation: str, **members: Any) -> Any:
        return await in_thread(functools.partial(getattr(self._client, operation), **members))

    async def add_thing(self, name: str) -> str:
        arn: str = (await self.do("create_thing", thingName=name))["thingArn"]
        return arn

    async def add_job(self, job_id: str, *targets: str, **members: Any) -> None:
        await self.do("create_job", jobId=job_id, targets=list(targets), document=DOCUMENT, **members)


@pytest.fixture
async def operator(endpoint: Endpoint) -> Operator:
    return await in_thread(lambda: Operator(endpoint.http_url))


@pytest.mark.parametrize("kind", [Connection3, Connection5])
async def test_the_sdks_own_service_test_passes(
    endpoint: Endpoint, operator: Operator, kind: type[Connection3] | type[Connection5]
) -> None:
    """Checklist 67 and 107. Every answer has the client token that the client made up, or its future would time out."""
    thing, job_id = f"thing-{uuid.uuid4()}", f"job-{uuid.uuid4()}"
    group = (await operator.do("create_thing_group", thingGroupName="g"))["thingGroupArn"]
    await operator.add_thing(thing)
    await operator.add_job(job_id, group, targetSelection="CONTINUOUS", timeoutConfig={"inProgressTimeoutInMinutes": 5})
    host, _, port = endpoint.mqtt_address.rpartition(":")
    connection = await in_thread(lambda: kind(Reach(host, int(port)), thing))
    await in_thread(connection.start)
    client = JobsClient2(connection, thing)
    await in_thread(client.open)

    async def ask(operation: str, **members: Any) -> Any:
        return await in_thread(lambda: client.ask(operation, **members))

    pending = await ask("get_pending_job_executions")
    assert (pending.in_progress_jobs, pending.queued_jobs) == ([], [])

    await operator.do("add_thing_to_thing_group", thingName=thing, thingGroupName="g")
    listed = (await heard(client.changed)).jobs
    assert [each.job_id for each in listed["QUEUED"]] == [job_id]
    first = (await heard(client.next_changed)).execution
    assert (first.job_id, first.status) == (job_id, "QUEUED")

    started = await ask("start_next_pending_job_execution")
    assert (started.execution.job_id, started.execution.job_document) == (job_id, {"operation": "install"})
    assert (await ask("describe_job_execution", job_id=job_id)).execution.status == "IN_PROGRESS"
    await ask("update_job_execution", job_id=job_id, status="SUCCEEDED")
    assert (await heard(client.changed)).jobs == {}
    assert (await heard(client.next_changed)).execution is None
    assert (client.changed.empty(), client.next_changed.empty()) == (True, True)
    await operator.do("delete_job", jobId=job_id, force=True)
    await operator.do("delete_thing_group", thingGroupName="g")
    await operator.do("delete_thing", thingName=thing)
    await in_thread(connection.stop)
    client.close()


async def connect(endpoint: Endpoint, client_id: str, *, clean: bool = True) -> MqttClient:
    return await MqttClient.connect(endpoint.gateway.port, client_id, clean=clean)


async def test_everybody_who_subscribed_hears_of_the_next_execution(endpoint: Endpoint, operator: Operator) -> None:
    """Checklist 18."""
    arn = await operator.add_thing("t")
    clients = [await connect(endpoint, "t"), await connect(endpoint, "watcher")]
    for client in clients:
        await client.subscribe("$aws/things/t/jobs/notify-next")
    await operator.add_job("j1", arn)
    for client in clients:
        message = await client.receive()
        assert message.topic == "$aws/things/t/jobs/notify-next"
        assert b'"jobId":"j1"' in message.payload
        await client.cut()


async def test_a_new_subscriber_gets_nothing_until_something_changes(endpoint: Endpoint, operator: Operator) -> None:
    """Checklist 19."""
    arn = await operator.add_thing("t")
    first = await connect(endpoint, "t")
    await first.subscribe("$aws/things/t/jobs/#")
    await operator.add_job("j1", arn)
    told = [await first.receive(), await first.receive()]
    assert [message.retain for message in told] == [False, False]
    late = await connect(endpoint, "late")
    await late.subscribe("$aws/things/t/jobs/#")
    assert await late.ping() == []
    await operator.add_job("j2", arn)
    assert (await late.receive()).topic == "$aws/things/t/jobs/notify"
    for client in (first, late):
        await client.cut()


async def test_a_thing_that_was_away_hears_nothing_of_it_and_has_to_ask(endpoint: Endpoint, operator: Operator) -> None:
    """Checklist 20."""
    arn = await operator.add_thing("t")
    thing = await connect(endpoint, "t")
    await thing.subscribe("$aws/things/t/jobs/#")
    await thing.cut()
    await operator.add_job("j1", arn)
    thing = await connect(endpoint, "t")
    await thing.subscribe("$aws/things/t/jobs/#")
    assert await thing.ping() == []
    await thing.publish("$aws/things/t/jobs/get", b"{}")
    answer = await thing.receive()
    assert b'"queuedJobs":[{"jobId":"j1"' in answer.payload
    await thing.cut()


async def test_events_reach_whoever_subscribed_to_them(endpoint: Endpoint, operator: Operator) -> None:
    """Checklist 100, 101 and 102."""
    arn = await operator.add_thing("t")
    watcher = await connect(endpoint, "watcher")
    await watcher.subscribe("$aws/events/job/+/+", "$aws/events/jobExecution/+/+")
    await operator.add_job("j0", arn)
    await operator.do("cancel_job", jobId="j0")
    assert await watcher.ping() == []
    enabled = {"JOB": {"Enabled": True}, "JOB_EXECUTION": {"Enabled": True}}
    await operator.do("update_event_configurations", eventConfigurations=enabled)
    await operator.add_job("j1", arn)
    await operator.do("cancel_job", jobId="j1")
    await operator.add_job("j2", arn)
    thing = await connect(endpoint, "t")
    await thing.publish("$aws/things/t/jobs/start-next", b"{}")
    assert (await thing.receive()).topic == "$aws/things/t/jobs/start-next/accepted"
    await thing.publish("$aws/things/t/jobs/j2/update", b'{"status":"SUCCEEDED"}')
    await thing.receive()
    topics = [(await watcher.receive()).topic.removeprefix("$aws/events/") for _ in range(5)]
    assert topics == [
        "job/j1/cancellation_in_progress",
        "jobExecution/j1/canceled",
        "job/j1/canceled",
        "jobExecution/j2/succeeded",
        "job/j2/completed",
    ]
    for client in (watcher, thing):
        await client.cut()


async def test_throttling_looks_as_aws_s_on_each_of_the_three_ways_in(endpoint: Endpoint, operator: Operator) -> None:
    """Checklist 106."""
    await operator.add_thing("t")
    fault = urllib.request.Request(
        f"{endpoint.http_url}/_simulator/faults", data=b'{"kind": "throttle"}', method="POST"
    )
    await in_thread(lambda: urllib.request.urlopen(fault, timeout=SECONDS).close())
    thing = await connect(endpoint, "t")
    await thing.publish("$aws/things/t/jobs/get", b'{"clientToken":"x"}')
    answer = await thing.receive()
    rejection = json.loads(answer.payload)
    assert answer.topic == "$aws/things/t/jobs/get/rejected"
    assert (rejection["code"], rejection["clientToken"]) == ("RequestThrottled", "x")
    await thing.cut()
    for client, operation, http_status in (
        (operator.client("iot"), "list_jobs", 400),
        (operator.client("iot-jobs-data"), "get_pending_job_executions", 429),
    ):
        members = {} if operation == "list_jobs" else {"thingName": "t"}
        with pytest.raises(client.exceptions.ThrottlingException) as error:
            await in_thread(functools.partial(getattr(client, operation), **members))
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == http_status
