"""Faults on demand, the clock and the metrics over the admin API, seen by MQTT and HTTP clients on real sockets."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from simulator.endpoint.packets import ConnAck, Connect
from simulator.endpoint.serving import Endpoint, ServeOptions
from tests.support.mqtt_client import MqttClient

JOBS = "$aws/things/t/jobs"


class Desk:
    """An endpoint, and its HTTP side by aiohttp."""

    def __init__(self, endpoint: Endpoint, session: aiohttp.ClientSession) -> None:
        self.endpoint = endpoint
        self._session = session

    async def http(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        async with self._session.request(method, self.endpoint.http_url + path, data=data, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text

    async def fault(self, kind: str, **members: Any) -> dict[str, Any]:
        status, fault = await self.http("POST", "/_simulator/faults", {"kind": kind, **members})
        assert status == 201, fault
        found: dict[str, Any] = fault
        return found

    async def acted(self, fault: dict[str, Any]) -> int:
        status, now = await self.http("GET", f"/_simulator/faults/{fault['id']}")
        assert status == 200
        count: int = now["acted"]
        return count

    async def thing(self, name: str = "t") -> MqttClient:
        assert (await self.http("POST", f"/things/{name}", {}))[0] == 200
        client = await MqttClient.connect(self.endpoint.gateway.port, name)
        await client.subscribe(f"$aws/things/{name}/jobs/notify-next")
        return client

    async def job(self, job_id: str, thing: str = "t") -> None:
        arn = f"arn:aws:iot:us-east-1:123456789012:thing/{thing}"
        status, made = await self.http("PUT", f"/jobs/{job_id}", {"targets": [arn], "document": "{}"})
        assert status == 200, made


@contextlib.asynccontextmanager
async def running(time_scale: float = 1.0) -> AsyncIterator[Desk]:
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0", time_scale=time_scale))
    await endpoint.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield Desk(endpoint, session)
    finally:
        await endpoint.close()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with running() as desk:
        yield desk


async def get(client: MqttClient, token: str) -> None:
    await client.publish(f"{JOBS}/get", json.dumps({"clientToken": token}).encode())


async def tokens(client: MqttClient, count: int) -> list[str]:
    return [json.loads((await client.receive()).payload)["clientToken"] for _ in range(count)]


async def test_dropped_replies_do_not_come_and_are_counted_until_the_count_is_reached(desk: Desk) -> None:
    thing = await desk.thing()
    fault = await desk.fault("drop", thing="t", operations=["GetPendingJobExecutions"], count=2)
    for token in "abc":
        await get(thing, token)
    assert await tokens(thing, 1) == ["c"]
    assert await thing.ping() == []
    assert await desk.acted(fault) == 2
    assert desk.endpoint.gateway.hooks.outgoing is None
    await thing.close()


async def test_a_fault_spares_other_things_and_other_operations(desk: Desk) -> None:
    thing, pump = await desk.thing(), await desk.thing("pump-1")
    await desk.fault("drop", thing="pump-*")
    await desk.fault("drop", thing="t", operations=["UpdateJobExecution"])
    await get(thing, "a")
    assert await tokens(thing, 1) == ["a"]
    await pump.publish("$aws/things/pump-1/jobs/get", b"{}")
    assert await pump.ping() == []
    await thing.close()
    await pump.close()


async def test_duplicated_replies_come_twice_and_reordered_ones_change_places(desk: Desk) -> None:
    thing = await desk.thing()
    fault = await desk.fault("duplicate", count=1)
    await get(thing, "a")
    assert await tokens(thing, 2) == ["a", "a"]
    assert await desk.acted(fault) == 1
    await desk.fault("reorder", delaySeconds=60)
    for token in "bcde":
        await get(thing, token)
    assert await tokens(thing, 4) == ["c", "b", "e", "d"]
    await thing.close()


async def test_a_delayed_reply_comes_when_its_simulated_seconds_have_passed(desk: Desk) -> None:
    thing = await desk.thing()
    await desk.fault("delay", delaySeconds=3600, count=1)
    await get(thing, "late")
    await get(thing, "next")
    assert await tokens(thing, 1) == ["next"]
    assert await thing.ping() == []
    assert (await desk.http("PUT", "/_simulator/clock", {"timeScale": 100_000}))[0] == 200
    assert await tokens(thing, 1) == ["late"]
    await thing.close()


async def test_dropped_notifications_leave_the_job_where_it_is(desk: Desk) -> None:
    thing = await desk.thing()
    await desk.fault("drop", on="notifications", operations=["NextJobExecutionChanged"])
    await desk.job("j1")
    await thing.publish(f"{JOBS}/start-next", b"{}")
    answer = await thing.receive()
    assert answer.topic == f"{JOBS}/start-next/accepted"
    assert json.loads(answer.payload)["execution"]["jobId"] == "j1"
    await thing.close()


async def test_throttled_requests_are_not_carried_out_and_carry_awss_codes_and_the_token(desk: Desk) -> None:
    thing = await desk.thing()
    await desk.job("j1")
    await thing.receive()
    await desk.fault("throttle", thing="t", count=2)
    await thing.publish(f"{JOBS}/start-next", b'{"clientToken":"x"}')
    answer = await thing.receive()
    assert answer.topic == f"{JOBS}/start-next/rejected"
    assert json.loads(answer.payload)["code"] == "RequestThrottled"
    assert json.loads(answer.payload)["clientToken"] == "x"
    status, body = await desk.http("GET", "/things/t/jobs")
    assert (status, body["message"]) == (429, "Rate exceeded.")
    status, body = await desk.http("GET", "/things/t/jobs")
    assert (status, [job["jobId"] for job in body["queuedJobs"]]) == (200, ["j1"])
    await thing.close()


async def test_throttled_control_calls_are_400_with_awss_name(desk: Desk) -> None:
    await desk.fault("throttle", via="http", operations=["CreateThing"])
    async with aiohttp.ClientSession() as session, session.post(f"{desk.endpoint.http_url}/things/x") as answer:
        assert answer.status == 400
        assert answer.headers["x-amzn-ErrorType"] == "ThrottlingException"


async def test_internal_errors_are_awss_over_both_ways(desk: Desk) -> None:
    thing = await desk.thing()
    await desk.fault("internal-error")
    await get(thing, "a")
    answer = await thing.receive()
    assert (answer.topic, json.loads(answer.payload)["code"]) == (f"{JOBS}/get/rejected", "InternalError")
    assert (await desk.http("GET", "/jobs", Host="iot.localhost"))[0] == 503
    assert (await desk.http("GET", "/things"))[0] == 500  # as the models of the two operations have it
    await thing.close()


async def test_a_reply_over_http_that_is_dropped_has_been_carried_out(desk: Desk) -> None:
    fault = await desk.fault("drop", via="http", operations=["CreateThing"], count=1)
    with pytest.raises(aiohttp.ClientError):
        await desk.http("POST", "/things/made", {})
    assert await desk.acted(fault) == 1
    assert (await desk.http("GET", "/things/made"))[0] == 200


async def test_a_connection_is_cut_now_or_in_place_of_a_reply_whose_effect_stays(desk: Desk) -> None:
    thing, other = await desk.thing(), await desk.thing("other")
    fault = await desk.fault("close", thing="t")
    assert await thing.closed() == []
    await thing.cut()
    assert await desk.acted(fault) == 1
    assert await other.ping() == []
    thing = await MqttClient.connect(desk.endpoint.gateway.port, "t")
    await desk.job("j1")
    await desk.fault("close", on="replies", thing="t", count=1)
    await thing.publish(f"{JOBS}/start-next", b"{}")
    await thing.closed()
    await thing.cut()
    status, body = await desk.http("GET", "/things/t/jobs")
    assert (status, [job["versionNumber"] for job in body["inProgressJobs"]]) == (200, [2])
    await other.close()


async def test_a_half_open_connection_stays_and_says_nothing(desk: Desk) -> None:
    thing = await desk.thing()
    await desk.fault("half-open", thing="t")
    thing.write(b"\xc0\x00")  # PINGREQ
    with pytest.raises(TimeoutError):
        await thing.next_packet(timeout=0.2)
    await thing.cut()


async def test_a_refused_connect_gets_the_code_for_it_until_the_fault_is_removed(desk: Desk) -> None:
    fault = await desk.fault("refuse-connect", thing="t", how="unavailable")
    client = await MqttClient.open(desk.endpoint.gateway.port)
    client.write(Connect(client_id="t"))
    answer = await client.next_packet()
    assert isinstance(answer, ConnAck)
    assert answer.code == 3
    await client.closed()
    await client.cut()
    assert (await desk.http("DELETE", f"/_simulator/faults/{fault['id']}"))[0] == 200
    again = await MqttClient.connect(desk.endpoint.gateway.port, "t")
    await again.close()


async def test_the_same_seed_spoils_the_same_replies(desk: Desk) -> None:
    thing = await desk.thing()
    seen = []
    for _ in range(2):
        fault = await desk.fault("drop", probability=0.5, seed=7)
        for number in range(20):
            await get(thing, str(number))
        seen.append([json.loads(each.payload)["clientToken"] for each in await thing.ping()])
        assert await desk.acted(fault) == 20 - len(seen[-1])
        assert (await desk.http("DELETE", "/_simulator/faults"))[1] == {"removed": 1}
    assert seen[0] == seen[1]
    assert 0 < len(seen[0]) < 20
    await thing.close()


async def test_a_fault_ends_by_itself_after_its_simulated_seconds() -> None:
    async with running(time_scale=1000) as desk:
        thing = await desk.thing()
        fault = await desk.fault("drop", seconds=50)
        async with asyncio.timeout(10):
            while desk.endpoint.gateway.hooks.outgoing is not None:
                await asyncio.sleep(0.01)
        assert (await desk.http("GET", f"/_simulator/faults/{fault['id']}"))[1]["isActive"] is False
        await get(thing, "a")
        assert await tokens(thing, 1) == ["a"]
        await thing.close()


async def test_clearing_sends_what_was_held_back_and_asks_nobody_any_more(desk: Desk) -> None:
    thing = await desk.thing()
    await desk.fault("delay", delaySeconds=3600)
    await desk.fault("throttle", thing="nobody")
    await get(thing, "held")
    assert await thing.ping() == []
    assert (await desk.http("DELETE", "/_simulator/faults"))[1] == {"removed": 2}
    assert await tokens(thing, 1) == ["held"]
    assert desk.endpoint.gateway.hooks.outgoing is None
    assert desk.endpoint.service.faults is None
    assert desk.endpoint.admin.faults is None
    await thing.close()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "fault: kind: is missing; write it"),
        ({"kind": "explode"}, "fault: kind: 'explode' is not 'drop', 'delay',"),
        ({"kind": "drop", "probability": 1.5}, "fault: probability: 1.5 is not less than or equal to 1"),
        ({"kind": "drop", "on": "connects"}, "fault: on: drop cannot happen on connects; write one of replies"),
        ({"kind": "drop", "operations": ["Fly"]}, "fault: operations: there is no 'Fly'; write names such as"),
        ({"kind": "drop", "count": 0}, "fault: count: 0 is not greater than or equal to 1"),
        ({"kind": "drop", "wings": 2}, "fault: wings: means nothing here; leave it out"),
        ({"kind": "drop", "delaySeconds": 1}, "fault: delaySeconds: drop takes no time; leave"),
        ({"kind": "delay"}, "fault: delaySeconds: is missing; write how many seconds"),
        ({"kind": "half-open", "via": "http"}, "fault: via: half-open on now cannot happen over http"),
        ({"kind": "close", "operations": ["CreateJob"]}, "fault: operations: close on now is about connections"),
        ({"kind": "throttle", "how": "silence"}, "fault: how: says how a CONNECT is refused; leave it out"),
        ([], "fault: [] is not an object"),
    ],
)
async def test_what_is_no_fault_is_refused_in_a_sentence(desk: Desk, body: Any, sentence: str) -> None:
    status, answer = await desk.http("POST", "/_simulator/faults", body)
    assert status == 400
    assert answer["message"].startswith(sentence)
    assert (await desk.http("GET", "/_simulator/faults"))[1] == {"faults": []}


async def test_pages_of_strangers_may_neither_make_faults_nor_read_metrics(desk: Desk) -> None:
    for method, path in (("POST", "/_simulator/faults"), ("PUT", "/_simulator/clock"), ("GET", "/metrics")):
        assert (await desk.http(method, path, {"kind": "drop"}, Origin="http://evil.example"))[0] == 403
        assert (await desk.http(method, path, {"kind": "drop"}, Host="evil.example"))[0] == 403
    assert desk.endpoint.admin.made_desk is None


async def test_what_is_not_there_and_what_is_not_allowed_are_told_apart(desk: Desk) -> None:
    assert (await desk.http("GET", "/_simulator/nothing"))[0] == 404
    assert (await desk.http("GET", "/_simulator/faults/fault-9"))[0] == 404
    assert (await desk.http("PATCH", "/_simulator/faults"))[0] == 405
    assert (await desk.http("PUT", "/_simulator/clock", {"timeScale": 0}))[1] == {
        "message": "clock: timeScale: 0 is not above 0 and at most 100000; write 1 for real time"
    }
    assert (await desk.http("PUT", "/_simulator/clock", {"timeScale": "fast"}))[0] == 400


async def test_the_metrics_count_requests_rejections_faults_and_connections(desk: Desk) -> None:
    thing = await desk.thing()
    await get(thing, "a")
    await thing.publish(f"{JOBS}/nope/update", b'{"status":"SUCCEEDED"}')
    await desk.fault("throttle", count=1)
    await get(thing, "b")
    await thing.ping()
    status, text = await desk.http("GET", "/metrics")
    assert status == 200
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    name = "thing_simulator_"
    assert values[f'{name}requests_total{{operation="GetPendingJobExecutions",outcome="accepted"}}'] == "1.0"
    assert values[f'{name}requests_total{{operation="GetPendingJobExecutions",outcome="rejected"}}'] == "1.0"
    assert values[f'{name}rejections_total{{code="ResourceNotFound"}}'] == "1.0"
    assert values[f'{name}rejections_total{{code="RequestThrottled"}}'] == "1.0"
    assert values[f'{name}faults_acted_total{{kind="throttle"}}'] == "1.0"
    assert values[f'{name}http_responses_total{{operation="CreateThing",status="200"}}'] == "1.0"
    assert values[f"{name}connections"] == "1.0"
    assert values[f"{name}sessions"] == "1.0"
    assert float(values[f'{name}mqtt_bytes_total{{direction="in"}}']) > 100
    assert float(values[f'{name}mqtt_bytes_total{{direction="out"}}']) > 100
    assert float(values[f"{name}loop_lag_worst_seconds"]) >= 0
    await thing.close()


async def test_a_faster_clock_is_seen_alike_over_http_and_mqtt_and_brings_a_timeout_forward(desk: Desk) -> None:
    thing = await desk.thing()
    arn = "arn:aws:iot:us-east-1:123456789012:thing/t"
    body = {"targets": [arn], "document": "{}", "timeoutConfig": {"inProgressTimeoutInMinutes": 60}}
    assert (await desk.http("PUT", "/jobs/j1", body))[0] == 200
    await thing.publish(f"{JOBS}/start-next", b"{}")
    before = (await desk.http("GET", "/_simulator/clock"))[1]
    assert (await desk.http("PUT", "/_simulator/clock", {"timeScale": 3600}))[1]["timeScale"] == 3600
    async with asyncio.timeout(20):
        while True:
            status, found = await desk.http("GET", "/jobs/j1")
            if status == 200 and found["job"]["status"] == "COMPLETED":
                break
            await asyncio.sleep(0.02)
    assert found["job"]["jobProcessDetails"]["numberOfTimedOutThings"] == 1
    first = (await desk.http("GET", "/_simulator/clock"))[1]["epoch"]
    await thing.publish(f"{JOBS}/get", b"{}")
    while (answer := await thing.receive()).topic != f"{JOBS}/get/accepted":
        pass
    stamp = json.loads(answer.payload)["timestamp"]
    last = (await desk.http("GET", "/_simulator/clock"))[1]["epoch"]
    assert before["epoch"] + 3600 <= first
    assert int(first) <= stamp <= last
    await thing.close()


async def test_a_refusal_waits_for_the_body_so_that_it_is_not_lost_with_the_connection(desk: Desk) -> None:
    """botocore asks before it sends a body. Closing on a body that is still to come resets the connection."""
    await desk.fault("throttle")
    reader, writer = await asyncio.open_connection(*desk.endpoint.http_url.removeprefix("http://").split(":"))
    head = b"PUT /jobs/j1/cancel HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
    async with asyncio.timeout(10):
        for _ in range(2):  # the second on the same connection, which is therefore still there
            writer.write(head + b"Expect: 100-continue\r\n\r\n")
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"{}")
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert b"x-amzn-ErrorType: ThrottlingException" in answer
            assert json.loads(await reader.readuntil(b"}")) == {"message": "Rate exceeded."}
    writer.close()
    await writer.wait_closed()
