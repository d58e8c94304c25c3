"""The clock's pace is changed while the endpoint runs: HTTP and MQTT go on showing one time, which never goes back."""

import itertools
import json
from typing import Any

import aiohttp

from simulator.endpoint import arns
from simulator.endpoint.serving import Endpoint, ServeOptions
from simulator.jobs.control import NewJob
from tests.support.mqtt_client import MqttClient

JOBS = "$aws/things/t/jobs"
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/iot/aws4_request, Signature=0"}
PACES = (3600, 1, 100_000, 0.5, 600, 20_000, 2)


async def test_http_and_mqtt_show_one_time_across_changes_of_pace() -> None:
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0"))
    await endpoint.start()
    await endpoint.service.change_registry(lambda registry, _: registry.create_thing("t"))
    await endpoint.service.create_job(NewJob(job_id="j", targets=(arns.thing_arn("t"),), document="{}"))
    thing = await MqttClient.connect(endpoint.gateway.port, "t")
    watcher = await MqttClient.connect(endpoint.gateway.port, "watcher")
    await watcher.subscribe("$aws/events/presence/connected/+")
    times: list[float] = []  # simulated epoch seconds as they were shown, one after the other
    whole: list[int] = []  # which of them came in whole seconds
    async with aiohttp.ClientSession(endpoint.http_url) as http:

        async def clock(**members: Any) -> None:
            method = "PUT" if members else "GET"
            async with http.request(method, "/_simulator/clock", json=members or None) as answer:
                times.append((await answer.json())["epoch"])

        async def over_mqtt() -> None:
            await thing.publish(f"{JOBS}/j/update", b'{"status":"IN_PROGRESS"}')
            body = json.loads((await thing.receive()).payload)
            whole.append(len(times))
            times.append(body["timestamp"])

        async def over_http() -> None:
            async with http.get("/things/t/jobs/j", headers=SIGNED) as answer:
                times.append((await answer.json())["execution"]["lastUpdatedAt"])

        async def by_presence() -> None:
            await (await MqttClient.connect(endpoint.gateway.port, "guest")).close()
            times.append(json.loads((await watcher.receive()).payload)["timestamp"] / 1000)

        for pace in PACES:
            await clock()
            await over_mqtt()
            await clock(timeScale=pace)
            await over_mqtt()
            stored = len(times)
            await over_http()  # when the update before was carried out
            assert times[stored - 1] <= times[stored] < times[stored - 1] + 1
            await by_presence()
            await clock()
    for place, (earlier, later) in enumerate(itertools.pairwise(times), start=1):
        assert earlier <= later + (0.999 if place in whole else 0.001), f"{place}: {times}"  # shown without fractions
    assert times[-1] - times[0] > 1  # else no change of pace would show
    for client in (thing, watcher):
        await client.close()
    await endpoint.close()
