"""The endpoint behind mosquitto: real sockets, things that only know the broker, and an operator with boto3."""

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from simulator.endpoint.behind_broker import BehindBroker
from simulator.endpoint.behind_broker_options import BrokerError, BrokerOptions, TakenOverError, broker_options
from simulator.endpoint.serving import Endpoint, ServeOptions
from simulator.transport.backoff import BackOff
from tests.support.broker import Broker, require_mosquitto
from tests.support.command import command, environment
from tests.support.mqtt_client import MqttClient

JOBS = "$aws/things/t/jobs"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path, require_mosquitto())
    broker.start()
    yield broker
    broker.stop()


def options(broker: Broker, **more: Any) -> BrokerOptions:
    return broker_options(f"mqtt://127.0.0.1:{broker.port}", **more)


@contextlib.asynccontextmanager
async def endpoint_at(broker: Broker, ended: asyncio.Event | None = None) -> AsyncIterator[Endpoint]:
    serve = ServeOptions(http="127.0.0.1:0", broker=options(broker))
    endpoint = Endpoint(serve, (ended or asyncio.Event()).set)
    await endpoint.start()
    try:
        yield endpoint
    finally:
        await endpoint.close()


async def make_job(endpoint: Endpoint, job_id: str, *things: str) -> None:
    """Make things and a job for them by HTTP, without boto3's half second."""
    for thing in things:
        await http(endpoint, "POST", f"/things/{thing}", {})
    arns = [f"arn:aws:iot:us-east-1:123456789012:thing/{thing}" for thing in things]
    await http(endpoint, "PUT", f"/jobs/{job_id}", {"targets": arns, "document": "{}"})


async def http(endpoint: Endpoint, method: str, path: str, body: Any = None) -> Any:
    import aiohttp

    async with (
        aiohttp.ClientSession() as session,
        session.request(method, endpoint.http_url + path, data=None if body is None else json.dumps(body)) as answer,
    ):
        text = await answer.text()
        assert answer.status < 300, text
        return json.loads(text)


async def ask(client: MqttClient, tail: str, members: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Publish a request at QoS 1; return the last level of its answer's topic, and the JSON."""
    await client.publish(f"{JOBS}/{tail}", json.dumps(members).encode(), qos=1)
    while True:
        answer = await client.receive()
        if answer.topic.startswith(f"{JOBS}/{tail}/"):
            return answer.topic.rpartition("/")[2], json.loads(answer.payload)


async def test_a_thing_at_mosquitto_carries_out_a_job_made_over_http(broker: Broker) -> None:
    async with endpoint_at(broker) as endpoint:
        assert endpoint.mqtt_address == f"127.0.0.1:{broker.port}"
        thing = await MqttClient.connect(broker.port, "t")
        await thing.subscribe(f"{JOBS}/notify-next", f"{JOBS}/+/update/+", f"{JOBS}/start-next/+", f"{JOBS}/get/+")
        await make_job(endpoint, "j1", "t")
        told = await thing.receive()
        assert (told.topic, told.qos) == (f"{JOBS}/notify-next", 1)
        assert json.loads(told.payload)["execution"]["jobId"] == "j1"
        answer, body = await ask(thing, "start-next", {"clientToken": "a"})
        assert (answer, body["execution"]["versionNumber"], body["clientToken"]) == ("accepted", 2, "a")
        answer, body = await ask(thing, "j1/update", {"status": "SUCCEEDED", "expectedVersion": 1})
        assert (answer, body["code"]) == ("rejected", "VersionMismatch")
        answer, _ = await ask(thing, "j1/update", {"status": "SUCCEEDED", "expectedVersion": 2})
        assert answer == "accepted"
        answer, body = await ask(thing, "get", {})
        assert (answer, body["inProgressJobs"], body["queuedJobs"]) == ("accepted", [], [])
        assert (await http(endpoint, "GET", "/jobs/j1"))["job"]["status"] == "COMPLETED"
        await thing.close()


async def test_everyone_who_subscribed_sees_a_reply_and_none_of_them_comes_back_to_the_service(broker: Broker) -> None:
    async with endpoint_at(broker) as endpoint:
        thing, other = await MqttClient.connect(broker.port, "t"), await MqttClient.connect(broker.port, "other")
        await thing.subscribe(f"{JOBS}/get/+")
        await other.subscribe(f"{JOBS}/#")
        await ask(thing, "get", {"clientToken": "x"})
        assert [(await other.receive()).topic for _ in range(2)] == [f"{JOBS}/get", f"{JOBS}/get/rejected"]
        await ask(thing, "get", {})
        assert endpoint.behind is not None
        assert endpoint.behind.counters.requests == 2
        await thing.close()
        await other.close()


async def test_of_two_endpoints_the_later_one_answers_alone_and_the_earlier_one_says_why_it_ends(
    broker: Broker,
) -> None:
    ended = asyncio.Event()
    async with endpoint_at(broker, ended) as first, endpoint_at(broker) as second:
        async with asyncio.timeout(10):
            await ended.wait()
        assert isinstance(first.failure, TakenOverError)
        assert "another endpoint has connected as thing-simulator-endpoint and answers from now on" in str(
            first.failure
        )
        assert first.behind is not None
        assert not first.behind.is_up
        thing = await MqttClient.connect(broker.port, "t")
        await thing.subscribe(f"{JOBS}/get/+")
        for token in "abc":
            await thing.publish(f"{JOBS}/get", json.dumps({"clientToken": token}).encode(), qos=1)
            assert json.loads((await thing.receive()).payload)["clientToken"] == token
        assert await thing.ping() == []
        assert second.failure is None
        await thing.close()


async def test_two_endpoints_with_ids_of_their_own_are_told_of_each_other(broker: Broker) -> None:
    told: dict[str, asyncio.Queue[str]] = {name: asyncio.Queue() for name in ("one", "two")}

    def made(name: str) -> BehindBroker:
        return BehindBroker(
            options(broker, client_id=name), lambda *_: None, lambda _: None, on_warning=told[name].put_nowait
        )

    one, two = made("one"), made("two")
    try:
        await one.start()
        await two.start()
        async with asyncio.timeout(10):
            of_two = await told["one"].get()
            of_one = await told["two"].get()
        assert of_one == (
            f"mqtt://127.0.0.1:{broker.port}: another endpoint serves this broker too, as one, and each request gets "
            "two answers; stop one of them, or start both with the same --broker-id, and only the later one answers"
        )
        assert "too, as two, and" in of_two
        await one.close()  # its mark is gone with it: a third hears of the second alone
        three = told["three"] = asyncio.Queue()
        third = made("three")
        await third.start()
        async with asyncio.timeout(10):
            assert "too, as two, and" in await three.get()
        assert "too, as three, and" in await told["two"].get()
        await third.close()
        assert all(queue.empty() for queue in told.values())
    finally:
        await one.close()
        await two.close()


def test_the_command_tells_of_another_endpoint_on_standard_error(broker: Broker) -> None:
    arguments = ("endpoint", "--http", "127.0.0.1:0", "--broker", f"mqtt://127.0.0.1:{broker.port}", "--broker-id")
    running = []
    try:
        for name in ("one", "two"):
            running.append(
                subprocess.Popen(
                    command(*arguments, name),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=environment(),
                    text=True,
                )
            )
            assert running[-1].stdout is not None
            assert running[-1].stdout.readline().startswith("ready ")
        assert running[1].stderr is not None
        sentence = running[1].stderr.readline()
        assert sentence.startswith("thing-simulator: mqtt://127.0.0.1:")
        assert " as one, and each request gets two answers; " in sentence
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


async def test_no_request_is_answered_twice_while_one_endpoint_takes_over_from_another(broker: Broker) -> None:
    """Those of the moment in between may get no answer at all: the broker has nobody to bring them to."""
    ended = asyncio.Event()
    thing = await MqttClient.connect(broker.port, "t")
    await thing.subscribe(f"{JOBS}/get/+")
    answered: list[int] = []

    async def ask(number: int) -> None:
        await thing.publish(f"{JOBS}/get", b'{"clientToken":"%d"}' % number, qos=1)
        answered.extend(int(json.loads(answer.payload)["clientToken"]) for answer in await thing.ping())

    async def keep_asking() -> int:
        number = 0
        while not ended.is_set() or number < 100:
            await ask(number)
            number += 1
        before = number
        while before not in answered:  # and now only the second is there
            await ask(number)
            number += 1
        return before

    async with endpoint_at(broker, ended) as first, asyncio.timeout(20), asyncio.TaskGroup() as group:
        asking = group.create_task(keep_asking())
        while len(answered) < 20:
            await asyncio.sleep(0.001)
        async with endpoint_at(broker):
            before = await asking
    assert isinstance(first.failure, TakenOverError)
    assert answered == sorted(set(answered))
    assert len([number for number in answered if number < before]) >= before / 2
    await thing.close()


async def test_the_line_comes_back_after_the_broker_does_and_what_was_to_be_said_is_said(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    async with endpoint_at(broker) as endpoint:
        assert endpoint.behind is not None
        broker.stop()
        async with asyncio.timeout(10):
            while endpoint.behind.is_up:
                await asyncio.sleep(0.01)
        endpoint.behind.publish(f"{JOBS}/notify-next", b'{"kept":true}')
        assert endpoint.behind.waiting == 1
        broker.start()
        thing = await MqttClient.connect(broker.port, "t")
        await thing.subscribe(f"{JOBS}/notify-next", f"{JOBS}/get/+")
        assert (await thing.receive(timeout=20)).payload == b'{"kept":true}'
        assert (await ask(thing, "get", {"clientToken": "x"}))[1]["clientToken"] == "x"
        assert endpoint.behind.counters.reconnects == 1
        await thing.close()
    lost, back = [record.message for record in caplog.records if "127.0.0.1" in record.message]
    assert lost.endswith("things get no answers until it is back")
    assert back.endswith("is back")


async def test_more_messages_than_the_broker_takes_at_once_all_arrive_in_order(broker: Broker) -> None:
    async with endpoint_at(broker) as endpoint:
        assert endpoint.behind is not None
        thing = await MqttClient.connect(broker.port, "t", timeout=20)
        await thing.subscribe("$aws/things/+/jobs/notify-next")
        for number in range(3000):
            endpoint.behind.publish(f"{JOBS}/notify-next", str(number).encode())
        assert [int((await thing.receive()).payload) for _ in range(3000)] == list(range(3000))
        await thing.close()


async def test_beyond_the_bound_the_oldest_message_is_dropped_and_counted(broker: Broker) -> None:
    behind = BehindBroker(options(broker), lambda *_: None, lambda _: None)
    for number in range(20_003):
        behind.publish("t", str(number).encode())
    assert (behind.waiting, behind.counters.dropped) == (20_000, 3)


async def test_retained_requests_of_the_past_are_not_answered(broker: Broker) -> None:
    thing = await MqttClient.connect(broker.port, "t")
    await thing.subscribe(f"{JOBS}/get/+")
    await thing.publish(f"{JOBS}/get", b'{"clientToken":"old"}', qos=1, retain=True)
    async with endpoint_at(broker):
        _, body = await ask(thing, "get", {"clientToken": "new"})
        assert body["clientToken"] == "new"
        await thing.close()


async def test_a_broker_that_does_not_let_us_publish_is_told_of(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    broker.stop()
    broker.allow("topic read $aws/#", "topic write $aws/things/thing-simulator-endpoint/#")
    broker.start()
    async with endpoint_at(broker) as endpoint:
        assert endpoint.behind is not None
        endpoint.behind.publish(f"{JOBS}/notify-next", b"{}")
        async with asyncio.timeout(10):
            while endpoint.behind.counters.refused < 1:
                await asyncio.sleep(0.01)
        assert endpoint.behind.waiting == 0
    told = [record.message for record in caplog.records if "does not take our messages" in record.message]
    assert len(told) == 1
    assert "allow thing-simulator-endpoint to publish to $aws/things/#" in told[0]


async def test_a_request_that_breaks_the_service_does_not_break_the_line(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    def on_request(line: BehindBroker, topic: str, payload: bytes) -> None:
        if payload == b"bad":
            raise ZeroDivisionError
        line.send(f"{topic}/accepted", payload)

    behind = BehindBroker(options(broker), on_request, lambda _: None)
    await behind.start()
    thing = await MqttClient.connect(broker.port, "t")
    await thing.subscribe(f"{JOBS}/get/+")
    await thing.publish(f"{JOBS}/get", b"bad", qos=1)
    await thing.publish(f"{JOBS}/get", b"good", qos=1)
    assert (await thing.receive()).payload == b"good"
    assert behind.counters.failed_requests == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    await thing.close()
    await behind.close()


async def test_a_broker_that_is_not_there_or_is_no_broker_is_one_sentence() -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\x00")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    behind = BehindBroker(broker_options(f"mqtt://127.0.0.1:{port}"), lambda *_: None, lambda _: None)
    with pytest.raises(BrokerError, match=rf"--broker mqtt://127.0.0.1:{port}: what it sends is no MQTT 5"):
        await behind.start()
    server.close()
    await server.wait_closed()
    with pytest.raises(BrokerError, match=rf"--broker mqtt://127.0.0.1:{port}: it refuses connections; see that"):
        await behind.start()
    await behind.close()


async def test_closing_while_the_broker_is_away_leaves_nothing_waiting(broker: Broker) -> None:
    behind = BehindBroker(
        options(broker), lambda *_: None, lambda _: None, random=Random(1), back_off=BackOff(base_seconds=60)
    )
    await behind.start()
    broker.stop()
    async with asyncio.timeout(10):
        while behind.is_up:
            await asyncio.sleep(0.01)
    await behind.close()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


def test_the_command_serves_behind_a_broker_until_another_takes_over(broker: Broker) -> None:
    arguments = ("endpoint", "--http", "127.0.0.1:0", "--broker", f"mqtt://127.0.0.1:{broker.port}")
    running = [
        subprocess.Popen(
            command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True
        )
    ]
    assert running[0].stdout is not None
    assert running[0].stdout.readline().startswith(f"ready mqtt=127.0.0.1:{broker.port} http=http://127.0.0.1:")
    running.append(
        subprocess.Popen(
            command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True
        )
    )
    _, errors = running[0].communicate(timeout=20)
    assert running[0].returncode == 3
    assert errors.startswith(f"thing-simulator: mqtt://127.0.0.1:{broker.port}: another endpoint has connected as")
    assert errors.count("\n") == 1
    running[1].send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    _, errors = running[1].communicate(timeout=20)
    assert (running[1].returncode, errors) == (0, "")
