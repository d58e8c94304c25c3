"""A whole endpoint, an operator with boto3, and things with AWS's own Jobs clients, MQTT 3.1.1 and 5, over plain TCP.

The flow is that of the SDK's own service test (reference section 8.16). Checklist numbers are in the docstrings.
"""

import asyncio
import functools
import json
import urllib.request
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import boto3
import pytest
from botocore.config import Config

from simulator.endpoint.serving import Endpoint, ServeOptions
from tests.support.mqtt_client import MqttClient

awscrt_mqtt = pytest.importorskip("awscrt.mqtt", reason="the AWS IoT Device SDK is not installed")
from awscrt import mqtt5  # noqa: E402
from awscrt.mqtt_request_response import ClientOptions  # noqa: E402
from awsiot import iotjobs  # noqa: E402

T = TypeVar("T")
SECONDS = 10
DOCUMENT = '{"operation": "install"}'


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0"))
    await endpoint.start()
    yield endpoint
    await endpoint.close()


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


class Plain3:
    """AWS's MQTT 3.1.1 connection."""

    def __init__(self, endpoint: Endpoint, client_id: str) -> None:
        host, port = endpoint.mqtt_address.rsplit(":", 1)
        client = awscrt_mqtt.Client(tls_ctx=None)
        self.client = awscrt_mqtt.Connection(client, host_name=host, port=int(port), client_id=client_id)

    def start(self) -> None:
        self.client.connect().result(SECONDS)

    def stop(self) -> None:
        self.client.disconnect().result(SECONDS)


class Plain5:
    """AWS's MQTT 5 client."""

    def __init__(self, endpoint: Endpoint, client_id: str) -> None:
        from concurrent.futures import Future

        host, port = endpoint.mqtt_address.rsplit(":", 1)
        self._up: Future[None] = Future()
        self._down: Future[None] = Future()
        self.client = mqtt5.Client(
            mqtt5.ClientOptions(
                host_name=host,
                port=int(port),
                tls_ctx=None,
                connect_options=mqtt5.ConnectPacket(client_id=client_id),
                on_lifecycle_event_connection_success_fn=lambda _: self._up.set_result(None),
                on_lifecycle_event_stopped_fn=lambda _: self._down.set_result(None),
            )
        )

    def start(self) -> None:
        self.client.start()
        self._up.result(SECONDS)

    def stop(self) -> None:
        self.client.stop()
        self._down.result(SECONDS)


def jobs_client(connection: Plain3 | Plain5) -> Any:
    return iotjobs.IotJobsClientV2(
        connection.client,
        ClientOptions(
            max_request_response_subscriptions=4, max_streaming_subscriptions=2, operation_timeout_in_seconds=SECONDS
        ),
    )


class Stream:
    """What arrives on one of the SDK's streams."""

    def __init__(self, make: Callable[..., Any], request: Any) -> None:
        from concurrent.futures import Future

        from awsiot import ServiceStreamOptions

        self.events: deque[Any] = deque()
        self._is_open: Future[None] = Future()
        options = ServiceStreamOptions(
            incoming_event_listener=self.events.append, subscription_status_listener=self._changed
        )
        self.operation = make(request, options)
        self.operation.open()
        self._is_open.result(SECONDS)

    def _changed(self, _: object) -> None:
        if not self._is_open.done():
            self._is_open.set_result(None)

    async def next(self) -> Any:
        async with asyncio.timeout(SECONDS):
            while not self.events:
                await asyncio.sleep(0.005)
        return self.events.popleft()


@pytest.mark.parametrize("kind", [Plain3, Plain5])
async def test_the_sdks_own_service_test_passes(
    endpoint: Endpoint, operator: Operator, kind: type[Plain3] | type[Plain5]
) -> None:
    """Checklist 67 and 107. Every answer has the client token that the client made up, or its future would time out."""
    thing, job_id = f"thing-{uuid.uuid4()}", f"job-{uuid.uuid4()}"
    group = (await operator.do("create_thing_group", thingGroupName="g"))["thingGroupArn"]
    await operator.add_thing(thing)
    await operator.add_job(job_id, group, targetSelection="CONTINUOUS", timeoutConfig={"inProgressTimeoutInMinutes": 5})
    connection = await in_thread(lambda: kind(endpoint, thing))
    await in_thread(connection.start)
    client = jobs_client(connection)
    subscription = iotjobs.JobExecutionsChangedSubscriptionRequest(thing_name=thing)
    changed = await in_thread(lambda: Stream(client.create_job_executions_changed_stream, subscription))
    next_subscription = iotjobs.NextJobExecutionChangedSubscriptionRequest(thing_name=thing)
    next_changed = await in_thread(lambda: Stream(client.create_next_job_execution_changed_stream, next_subscription))

    async def ask(operation: Any, request: Any) -> Any:
        return await in_thread(lambda: operation(request).result(SECONDS))

    pending = await ask(client.get_pending_job_executions, iotjobs.GetPendingJobExecutionsRequest(thing_name=thing))
    assert (pending.in_progress_jobs, pending.queued_jobs) == ([], [])

    await operator.do("add_thing_to_thing_group", thingName=thing, thingGroupName="g")
    listed = (await changed.next()).jobs
    assert [each.job_id for each in listed["QUEUED"]] == [job_id]
    first = (await next_changed.next()).execution
    assert (first.job_id, first.status) == (job_id, "QUEUED")

    started = await ask(
        client.start_next_pending_job_execution, iotjobs.StartNextPendingJobExecutionRequest(thing_name=thing)
    )
    assert (started.execution.job_id, started.execution.job_document) == (job_id, {"operation": "install"})
    described = await ask(
        client.describe_job_execution, iotjobs.DescribeJobExecutionRequest(thing_name=thing, job_id=job_id)
    )
    assert described.execution.status == "IN_PROGRESS"
    await ask(
        client.update_job_execution,
        iotjobs.UpdateJobExecutionRequest(thing_name=thing, job_id=job_id, status=iotjobs.JobStatus.SUCCEEDED),
    )
    assert (await changed.next()).jobs == {}
    assert (await next_changed.next()).execution is None
    assert (list(changed.events), list(next_changed.events)) == ([], [])
    await operator.do("delete_job", jobId=job_id, force=True)
    await operator.do("delete_thing_group", thingGroupName="g")
    await operator.do("delete_thing", thingName=thing)
    await in_thread(connection.stop)


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
