"""The endpoint as a process: started, stopped, killed and started again, spoken to by boto3 and a bare MQTT client."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from simulator.endpoint.process import LocalEndpoint
from simulator.errors import InputError
from tests.support.mqtt_client import MqttClient

JOBS = "$aws/things/t/jobs"
PARENT = """
import asyncio
from simulator.endpoint.process import LocalEndpoint

async def main():
    async with LocalEndpoint() as endpoint:
        print(endpoint.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@contextlib.contextmanager
def aws(service: str, url: str) -> Iterator[Any]:
    """A client as anyone would make it, with keys that need not exist."""
    client = boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    try:
        yield client
    finally:
        client.close()


async def call(endpoint: LocalEndpoint, service: str, operation: str, **members: Any) -> dict[str, Any]:
    """One call of an operator's client, off the loop."""

    def do() -> dict[str, Any]:
        with aws(service, endpoint.http_url) as client:
            answer: dict[str, Any] = getattr(client, operation)(**members)
            return answer

    return await asyncio.to_thread(do)


async def connected(endpoint: LocalEndpoint, client_id: str = "t") -> MqttClient:
    return await MqttClient.connect(int(endpoint.mqtt_address.rpartition(":")[2]), client_id)


async def ask(client: MqttClient, tail: str, members: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Publish a request; return the last level of the answer's topic, and its JSON."""
    await client.publish(f"{JOBS}/{tail}", json.dumps(members).encode())
    while True:
        answer = await client.receive()
        if answer.topic.startswith(f"{JOBS}/{tail}/"):
            return answer.topic.rpartition("/")[2], json.loads(answer.payload)


def make_job(url: str, job_id: str, **members: Any) -> None:
    with aws("iot", url) as iot:
        arn = iot.create_thing(thingName="t")["thingArn"]
        iot.create_job(jobId=job_id, targets=[arn], document='{"version":"2.4.0"}', **members)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what another process does; the test's timeout is the bound."""
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.02)


async def test_a_script_with_boto3_makes_a_job_and_a_thing_carries_it_out() -> None:
    async with LocalEndpoint() as endpoint:
        device = await connected(endpoint)
        assert await device.subscribe(f"{JOBS}/notify-next") == (1,)
        await asyncio.to_thread(make_job, endpoint.http_url, "j1")
        told = await device.receive()
        assert json.loads(told.payload)["execution"]["jobId"] == "j1"
        answer, body = await ask(device, "start-next", {"clientToken": "a"})
        assert (answer, body["execution"]["versionNumber"], body["clientToken"]) == ("accepted", 2, "a")
        answer, body = await ask(device, "j1/update", {"status": "SUCCEEDED", "expectedVersion": 1})
        assert (answer, body["code"]) == ("rejected", "VersionMismatch")
        answer, body = await ask(device, "j1/update", {"status": "SUCCEEDED", "expectedVersion": "2"})
        assert (answer, set(body)) == ("accepted", {"timestamp"})
        job = (await call(endpoint, "iot", "describe_job", jobId="j1"))["job"]
        assert (job["status"], job["jobProcessDetails"]["numberOfSucceededThings"]) == ("COMPLETED", 1)
        await device.close()


async def test_68_an_answer_reaches_the_requester_alone() -> None:
    async with LocalEndpoint() as endpoint:
        one, other = await connected(endpoint, "one"), await connected(endpoint, "other")
        await other.subscribe(f"{JOBS}/#")
        await asyncio.to_thread(make_job, endpoint.http_url, "j1")
        assert {(await other.receive()).topic for _ in range(2)} == {f"{JOBS}/notify", f"{JOBS}/notify-next"}
        await ask(one, "start-next", {})
        await ask(one, "j1/update", {"status": "SUCCEEDED"})
        assert {(await other.receive()).topic for _ in range(2)} == {f"{JOBS}/notify", f"{JOBS}/notify-next"}
        await one.close()
        await other.close()


async def test_a_timeout_comes_by_itself_on_a_fast_clock() -> None:
    async with LocalEndpoint(time_scale=600) as endpoint:
        await asyncio.to_thread(make_job, endpoint.http_url, "j1", timeoutConfig={"inProgressTimeoutInMinutes": 1})
        await call(endpoint, "iot-jobs-data", "start_next_pending_job_execution", thingName="t")
        with aws("iot", endpoint.http_url) as iot:
            await until(lambda: iot.describe_job(jobId="j1")["job"]["status"] == "COMPLETED")
        execution = await call(endpoint, "iot", "describe_job_execution", jobId="j1", thingName="t")
        assert execution["execution"]["status"] == "TIMED_OUT"
        assert execution["execution"]["versionNumber"] == 3


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_what_was_accepted_is_there_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    versions = []
    for _ in range(4):
        endpoint = LocalEndpoint(data=path)
        await endpoint.start()
        device = await connected(endpoint)
        if not versions:
            await asyncio.to_thread(make_job, endpoint.http_url, "j1")
        answer, body = await ask(device, "$next/get", {})
        assert answer == "accepted"
        accepted = body["execution"]["versionNumber"]
        if versions:
            assert accepted >= versions[-1]
        for _ in range(50):
            members = {"status": "IN_PROGRESS", "expectedVersion": accepted, "statusDetails": {"n": str(accepted)}}
            answer, body = await ask(device, "j1/update", members)
            assert answer == "accepted", body
            accepted += 1
        versions.append(accepted)
        await device.publish(f"{JOBS}/j1/update", b'{"status":"IN_PROGRESS"}')  # its answer is not waited for
        assert endpoint.pid is not None
        os.kill(endpoint.pid, signal.SIGKILL)
        await device.cut()
        await endpoint.close()
    assert len(versions) == 4
    assert versions[-1] >= 201


async def test_a_port_in_use_is_one_sentence_and_nothing_is_left_running() -> None:
    async with LocalEndpoint() as first:
        second = LocalEndpoint(mqtt=first.mqtt_address)
        with pytest.raises(InputError) as caught:
            await second.start()
        assert first.mqtt_address.rpartition(":")[2] in str(caught.value)
        assert "Traceback" not in str(caught.value)
        assert second.pid is None
        third = LocalEndpoint(http=first.http_url.removeprefix("http://"))
        with pytest.raises(InputError, match=first.http_url.rpartition(":")[2]):
            await third.start()


async def test_an_address_that_is_none_is_one_sentence() -> None:
    with pytest.raises(InputError, match=r"--mqtt: 'nonsense' is not HOST:PORT"):
        await LocalEndpoint(mqtt="nonsense").start()


async def test_an_end_that_nobody_asked_for_is_told_once() -> None:
    ends: asyncio.Queue[int] = asyncio.Queue()
    endpoint = LocalEndpoint(on_exit=ends.put_nowait)
    await endpoint.start()
    assert endpoint.pid is not None
    os.kill(endpoint.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    async with asyncio.timeout(10):
        await ends.get()
    await endpoint.close()
    assert ends.empty()


async def test_closing_is_quiet_and_leaves_no_process() -> None:
    ends: list[int] = []
    endpoint = LocalEndpoint(on_exit=ends.append)
    await endpoint.start()
    pid = endpoint.pid
    device = await connected(endpoint)
    await endpoint.close()
    await endpoint.close()
    await device.cut()
    assert ends == []
    assert pid is not None
    assert not is_alive(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_the_endpoint_ends_with_a_parent_that_was_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await asyncio.to_thread(parent.stdout.readline))
    assert is_alive(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    await until(lambda: not is_alive(pid))


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is only waiting to be collected does not."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
