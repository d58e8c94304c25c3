"""paho as a thing of the whole endpoint: MQTT 3.1.1 and 5 through every door, the words those of AWS's tutorials."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from simulator.endpoint.authority import Authority
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.serving import Endpoint, ServeOptions
from tests.support.paho_client import PahoClient, connected
from tests.support.real_clients import Operator
from tests.support.tls_peer import client_side

FREE = "127.0.0.1:0"
JOBS = "$aws/things/pump-1/jobs"


@pytest.fixture
async def endpoint(tmp_path: Path) -> AsyncIterator[Endpoint]:
    doors = DoorOptions(tls=tmp_path / "tls", mqtts=FREE, ws=FREE, wss=FREE)
    endpoint = Endpoint(ServeOptions(mqtt=FREE, http=FREE, doors=doors))
    await endpoint.start()
    yield endpoint
    await endpoint.close()


def reach(endpoint: Endpoint, door: str, folder: Path) -> dict[str, Any]:
    """Return how paho comes in by a door; a certificate is asked for at `mqtts` only."""
    assert endpoint.fronts is not None
    address = endpoint.mqtt_address if door == "mqtt" else endpoint.fronts.addresses[door].removesuffix("/mqtt")
    found: dict[str, Any] = {"port": int(address.rpartition(":")[2])}
    if door in ("mqtts", "wss"):
        found["tls"] = client_side(Authority(folder / "tls"), "pump-1" if door == "mqtts" else None)
    if door in ("ws", "wss"):
        found["path"] = "/mqtt"
    return found


async def ask(thing: PahoClient, tail: str, qos: int = 1, **members: Any) -> tuple[str, dict[str, Any]]:
    """Publish a request; return the last level of its answer's topic, and what it says."""
    thing.client.publish(f"{JOBS}/{tail}", json.dumps(members), qos)
    topic, payload = await thing.next("message")
    assert topic.startswith(f"{JOBS}/{tail}/")
    return topic.rpartition("/")[2], json.loads(payload)


@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
@pytest.mark.parametrize("door", ["mqtt", "mqtts", "ws", "wss"])
async def test_paho_hears_of_a_job_and_carries_it_out(
    endpoint: Endpoint, tmp_path: Path, door: str, version: MQTTProtocolVersion
) -> None:
    """Checklist 109 and 110: a wildcard for the job id, and requests at both QoS."""
    operator = await asyncio.to_thread(Operator, endpoint.http_url)
    arn = (await operator("create_thing", thingName="pump-1"))["thingArn"]
    async with connected(client_id="pump-1", version=version, **reach(endpoint, door, tmp_path)) as thing:
        filters = (f"{JOBS}/notify-next", f"{JOBS}/start-next/+", f"{JOBS}/+/update/+", f"{JOBS}/+/get/+")
        thing.client.subscribe([(each, 1) for each in filters])
        assert await thing.next("subscribed") == [1, 1, 1, 1]
        await operator("create_job", jobId="j1", targets=[arn], document='{"operation": "install"}')
        topic, payload = await thing.next("message")
        told = json.loads(payload)["execution"]
        assert (topic, told["jobId"], told["jobDocument"]) == (f"{JOBS}/notify-next", "j1", {"operation": "install"})

        answer, body = await ask(thing, "start-next", clientToken="a", statusDetails={"step": "1"})
        assert (answer, body["clientToken"], body["execution"]["versionNumber"]) == ("accepted", "a", 2)
        answer, body = await ask(thing, "j1/update", qos=0, status="SUCCEEDED", expectedVersion="1")
        assert (answer, body["code"], body["executionState"]["versionNumber"]) == ("rejected", "VersionMismatch", 2)
        answer, body = await ask(thing, "$next/get", qos=0, includeJobDocument=False)
        assert (answer, body["execution"]["statusDetails"]) == ("accepted", {"step": "1"})
        assert (await ask(thing, "j1/update", status="SUCCEEDED", expectedVersion=2))[0] == "accepted"
        topic, payload = await thing.next("message")
        assert (topic, set(json.loads(payload))) == (f"{JOBS}/notify-next", {"timestamp"})
    assert (await operator("describe_job", jobId="j1"))["job"]["status"] == "COMPLETED"
    operator.close()
