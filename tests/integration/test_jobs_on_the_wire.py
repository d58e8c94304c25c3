"""What the checklist says of topics and of order, seen on the wire; numbers are those of reference section 13."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator.endpoint import arns
from simulator.endpoint.serving import Endpoint
from simulator.jobs.control import NewJob
from tests.support.mqtt_client import MqttClient

JOBS = "$aws/things/t/jobs"
DOCUMENT = '{"operation": "install"}'


@pytest.fixture
async def endpoint(endpoint: Endpoint) -> Endpoint:
    """The endpoint of `conftest.py`, with a thing."""
    await endpoint.service.change_registry(lambda registry, _: registry.create_thing("t"))
    return endpoint


async def add_job(endpoint: Endpoint, job_id: str) -> None:
    await endpoint.service.create_job(NewJob(job_id=job_id, targets=(arns.thing_arn("t"),), document=DOCUMENT))
    async with asyncio.timeout(5):
        while endpoint.service.book.jobs[job_id].is_rolling_out:
            await asyncio.sleep(0)


@pytest.fixture(params=[4, 5])
async def thing(request: pytest.FixtureRequest, endpoint: Endpoint) -> AsyncIterator[MqttClient]:
    """The thing's connection, by MQTT 3.1.1 and 5."""
    thing = await MqttClient.connect(endpoint.gateway.port, "t", level=request.param)
    yield thing
    await thing.close()


async def answer(thing: MqttClient, tail: str, payload: bytes = b"") -> tuple[str, dict[str, Any]]:
    """Ask; return the topic below `jobs/` and the content of what comes first."""
    await thing.publish(f"{JOBS}/{tail}", payload)
    message = await thing.receive()
    assert message.topic.startswith(f"{JOBS}/")
    return message.topic.removeprefix(f"{JOBS}/"), json.loads(message.payload)


async def test_36_39_45_answers_come_below_the_topic_of_the_request_to_who_has_not_subscribed_too(
    endpoint: Endpoint, thing: MqttClient
) -> None:
    assert await thing.subscribe(f"{JOBS}/notify-next") == (1,)
    await add_job(endpoint, "j1")
    assert (await thing.receive()).topic == f"{JOBS}/notify-next"
    topic, body = await answer(thing, "$next/get")
    assert topic == "$next/get/accepted"
    assert (body["execution"]["jobId"], body["execution"]["jobDocument"]) == ("j1", json.loads(DOCUMENT))
    assert "clientToken" not in body
    topic, body = await answer(thing, "nojob/get", b'{"clientToken":"x"}')
    assert (topic, body["code"], body["clientToken"]) == ("nojob/get/rejected", "ResourceNotFound", "x")
    topics = [(await answer(thing, tail))[0] for tail in ("get", "j1/get", "start-next")]
    assert topics == ["get/accepted", "j1/get/accepted", "start-next/accepted"]
    assert (await answer(thing, "j1/update"))[0] == "j1/update/rejected"
    assert await thing.ping() == []


async def test_16_an_answer_comes_before_the_notifications_that_its_request_caused(
    endpoint: Endpoint, thing: MqttClient
) -> None:
    assert await thing.subscribe(f"{JOBS}/notify", f"{JOBS}/notify-next", f"{JOBS}/+/update/accepted") == (1, 1, 1)
    await add_job(endpoint, "j1")
    await thing.receive()
    await thing.receive()
    topic, body = await answer(thing, "j1/update", b'{"status":"SUCCEEDED"}')
    assert (topic, set(body)) == ("j1/update/accepted", {"timestamp"})
    told = [(await thing.receive()).topic.removeprefix(f"{JOBS}/") for _ in range(2)]
    assert sorted(told) == ["notify", "notify-next"]
    assert await thing.ping() == []


async def test_109_whatever_it_subscribed_to_the_requester_is_answered_once(
    endpoint: Endpoint, thing: MqttClient
) -> None:
    await add_job(endpoint, "j1")
    assert await thing.subscribe(f"{JOBS}/+/update/accepted", f"{JOBS}/#", f"{JOBS}/j1/update/accepted") == (1, 1, 1)
    topic, _ = await answer(thing, "j1/update", b'{"status":"IN_PROGRESS"}')
    assert topic == "j1/update/accepted"
    assert await thing.ping() == []
