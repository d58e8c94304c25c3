"""mosquitto_pub and mosquitto_sub as things: MQTT 3.1.1 and 5, on plain TCP and with client certificates.

Debian has their version 2.0, which does not speak WebSocket.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator.endpoint.authority import Authority
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.serving import Endpoint, ServeOptions
from tests.support.real_clients import SECONDS, Operator, program, run

PUB, SUB, RR = program("mosquitto_pub"), program("mosquitto_sub"), program("mosquitto_rr")
pytestmark = pytest.mark.skipif(None in (PUB, SUB), reason="mosquitto-clients is not installed")

FREE = "127.0.0.1:0"
JOBS = "$aws/things/pump-1/jobs"


@pytest.fixture
async def endpoint(tmp_path: Path) -> AsyncIterator[Endpoint]:
    doors = DoorOptions(tls=tmp_path / "tls", mqtts=FREE)
    endpoint = Endpoint(ServeOptions(mqtt=FREE, http=FREE, doors=doors))
    await endpoint.start()
    yield endpoint
    await endpoint.close()


def reach(endpoint: Endpoint, door: str, tmp_path: Path) -> list[str]:
    """Return the options by which mosquitto's clients find a door."""
    if door == "mqtt":
        host, _, port = endpoint.mqtt_address.rpartition(":")
        return ["-h", host, "-p", port]
    assert endpoint.fronts is not None
    port = endpoint.fronts.addresses[door].rpartition(":")[2]
    authority = Authority(tmp_path / "tls")
    pem, key = authority.thing_files("pump-1")
    trust = ["--cafile", str(authority.trust_file), "--cert", str(pem), "--key", str(key)]
    return ["-h", "localhost", "-p", port, *trust]


@asynccontextmanager
async def subscribed(reach: Sequence[str], *options: str) -> AsyncIterator[asyncio.StreamReader]:
    """mosquitto_sub on the thing's topics; what it prints, from when a retained message tells that it is subscribed."""
    assert SUB is not None
    assert PUB is not None
    assert (await run(PUB, *reach, "-i", "keeper", "-r", "-t", "kept", "-m", "{}")).status == 0
    process = await asyncio.create_subprocess_exec(
        SUB, *reach, *options, "-F", "%t %p", "-t", f"{JOBS}/#", "-t", "kept", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SECONDS):
            assert await process.stdout.readline() == b"kept {}\n"
        yield process.stdout
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def message(printed: asyncio.StreamReader) -> tuple[str, dict[str, Any]]:
    """Return the next message: its topic after the thing's own, and its payload."""
    async with asyncio.timeout(SECONDS):
        while not (line := await printed.readline()).startswith(b"$aws/"):
            assert line
    topic, _, payload = line.decode().partition(" ")
    return topic.removeprefix(f"{JOBS}/"), json.loads(payload)


@pytest.mark.parametrize("door", ["mqtt", "mqtts"])
@pytest.mark.parametrize("version", ["mqttv311", "mqttv5"])
async def test_mosquittos_clients_hear_of_a_job_and_end_it(
    endpoint: Endpoint, tmp_path: Path, door: str, version: str
) -> None:
    """A subscriber stays; publishers come, say one thing, and go."""
    assert PUB is not None
    where = [*reach(endpoint, door, tmp_path), "-V", version]
    operator = await asyncio.to_thread(Operator, endpoint.http_url)
    arn = (await operator("create_thing", thingName="pump-1"))["thingArn"]
    async with subscribed(where, "-i", "pump-1", "-q", "1") as printed:
        await operator("create_job", jobId="j1", targets=[arn], document="{}")
        heard = dict([await message(printed), await message(printed)])
        assert heard["notify-next"]["execution"]["jobId"] == "j1"
        assert [each["jobId"] for each in heard["notify"]["jobs"]["QUEUED"]] == ["j1"]
        for qos, update in (("0", {"status": "IN_PROGRESS"}), ("1", {"status": "SUCCEEDED", "expectedVersion": 2})):
            sent = await run(
                PUB, *where, "-i", "pump-1-says", "-q", qos, "-t", f"{JOBS}/j1/update", "-m", json.dumps(update)
            )
            assert (sent.status, sent.err) == (0, "")
        heard = dict([await message(printed), await message(printed)])
        assert (heard["notify"]["jobs"], "execution" in heard["notify-next"]) == ({}, False)
    job = (await operator("describe_job", jobId="j1"))["job"]
    assert (job["status"], job["jobProcessDetails"]["numberOfSucceededThings"]) == ("COMPLETED", 1)
    operator.close()


@pytest.mark.skipif(RR is None, reason="mosquitto_rr is not installed")
@pytest.mark.parametrize("door", ["mqtt", "mqtts"])
@pytest.mark.parametrize("version", ["mqttv311", "mqttv5"])
async def test_mosquittos_requester_gets_the_answer_that_is_for_it(
    endpoint: Endpoint, tmp_path: Path, door: str, version: str
) -> None:
    assert RR is not None
    where = [*reach(endpoint, door, tmp_path), "-V", version, "-i", "pump-1", "-W", "10"]
    operator = await asyncio.to_thread(Operator, endpoint.http_url)
    arn = (await operator("create_thing", thingName="pump-1"))["thingArn"]
    await operator("create_job", jobId="j1", targets=[arn], document='{"operation": "install"}')

    async def ask(request: str, answer: str, body: dict[str, object]) -> dict[str, Any]:
        asked = await run(RR, *where, "-t", f"{JOBS}/{request}", "-e", f"{JOBS}/{answer}", "-m", json.dumps(body))
        assert (asked.status, asked.err) == (0, "")
        return json.loads(asked.out)  # type: ignore[no-any-return]

    started = await ask("start-next", "start-next/accepted", {"clientToken": "a"})
    assert (started["clientToken"], started["execution"]["jobDocument"]) == ("a", {"operation": "install"})
    refused = await ask("j1/update", "j1/update/rejected", {"status": "SUCCEEDED", "expectedVersion": 7})
    assert refused["code"] == "VersionMismatch"
    accepted = await ask("j1/update", "j1/update/accepted", {"status": "SUCCEEDED", "includeJobExecutionState": True})
    assert (accepted["executionState"]["status"], accepted["executionState"]["versionNumber"]) == ("SUCCEEDED", 3)
    operator.close()
