"""An endpoint that is killed under load and started again on its file, and what must hold however often that is done.

Each thing sends update after update to its execution, each with the version it expects. What was accepted must be there
after the kill; at most the one update under way may have been applied without its answer having arrived.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from simulator.endpoint.process import LocalEndpoint
from tests.support.mqtt_client import MqttClient

TIME_SCALE = 60.0
ACCOUNT = "arn:aws:iot:us-east-1:123456789012:thing/"


@dataclass
class Figures:
    """What came of all rounds. `wrong` has a sentence for each thing that must not be."""

    rounds: int = 0
    accepted: int = 0
    unanswered: int = 0
    timed_out: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Lane:
    """A thing and what it knows: the last version that was accepted."""

    name: str
    version: int = 1

    @property
    def jobs(self) -> str:
        return f"$aws/things/{self.name}/jobs"

    async def work(self, port: int, figures: Figures) -> None:
        """Update until the line breaks."""
        with contextlib.suppress(ConnectionError, OSError):
            client = await MqttClient.connect(port, self.name, timeout=30)
            try:
                while True:
                    members = {
                        "status": "IN_PROGRESS",
                        "expectedVersion": self.version,
                        "statusDetails": {"from": str(self.version)},
                    }
                    topic = f"{self.jobs}/load/update"
                    await client.publish(topic, json.dumps(members).encode())
                    answer = await client.receive()
                    if answer.topic != f"{topic}/accepted":
                        figures.wrong.append(f"{self.name}: version {self.version} was refused: {answer.payload!r}")
                        return
                    self.version += 1
                    figures.accepted += 1
            finally:
                await client.cut()

    async def compare(self, client: MqttClient, figures: Figures) -> None:
        """See that the stored execution is the last accepted one, or the one after it."""
        await client.publish(f"{self.jobs}/load/get", b"{}")
        while not (answer := await client.receive()).topic.startswith(f"{self.jobs}/load/get/"):
            pass
        execution = json.loads(answer.payload).get("execution", {})
        found = execution.get("versionNumber", 0)
        if found not in (self.version, self.version + 1):
            figures.wrong.append(f"{self.name}: version {self.version} was accepted, {found} is stored")
        elif found > 1 and execution["statusDetails"] != {"from": str(found - 1)}:
            figures.wrong.append(f"{self.name}: version {found} holds {execution['statusDetails']}")
        figures.unanswered += found - self.version == 1
        self.version = found


async def _http(endpoint: LocalEndpoint, method: str, path: str, body: Any = None) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, endpoint.http_url + path, json=body, headers={"Host": "iot.localhost"}) as answer,
    ):
        found: dict[str, Any] = await answer.json()
        assert answer.status == 200, found
        return found


async def _make_job(endpoint: LocalEndpoint, job_id: str, things: list[str], **more: Any) -> None:
    for thing in things:
        await _http(endpoint, "POST", f"/things/{thing}", {})
    body = {"targets": [ACCOUNT + thing for thing in things], "document": "{}", **more}
    await _http(endpoint, "PUT", f"/jobs/{job_id}", body)


async def _start_timer(endpoint: LocalEndpoint, port: int, number: int) -> str:
    """Start an execution that will time out in a real second if nothing stops the clock."""
    name = f"timer-{number}"
    await _make_job(endpoint, name, [name], timeoutConfig={"inProgressTimeoutInMinutes": 1})
    client = await MqttClient.connect(port, name)
    await client.publish(f"$aws/things/{name}/jobs/start-next", b"{}")
    answer = await client.receive()
    assert answer.topic.endswith("/accepted"), answer
    await client.cut()
    return name


async def _timed_out(endpoint: LocalEndpoint, name: str, figures: Figures) -> None:
    try:
        async with asyncio.timeout(10):
            while True:
                job = (await _http(endpoint, "GET", f"/jobs/{name}"))["job"]
                if job["status"] == "COMPLETED":
                    break
                await asyncio.sleep(0.05)
    except TimeoutError:
        figures.wrong.append(f"{name}: its timer did not go on after the restart")
    else:
        figures.timed_out += 1


async def kill_and_restart(path: Path, rounds: int, things: int, seed: int) -> Figures:
    """Kill an endpoint so many times, each at a moment of chance, and compare what is stored with what was accepted."""
    figures, chance = Figures(), random.Random(seed)
    lanes = [Lane(f"lane-{number}") for number in range(things)]
    timer: str | None = None
    for number in range(rounds + 1):
        endpoint = LocalEndpoint(data=path, time_scale=TIME_SCALE)
        await endpoint.start()
        try:
            port = int(endpoint.mqtt_address.rpartition(":")[2])
            if number == 0:
                await _make_job(endpoint, "load", [lane.name for lane in lanes])
            else:
                client = await MqttClient.connect(port, "reader", timeout=30)
                for lane in lanes:
                    await lane.compare(client, figures)
                await client.close()
            if timer is not None:
                await _timed_out(endpoint, timer, figures)
            if number == rounds:
                break
            timer = await _start_timer(endpoint, port, number)
            async with asyncio.TaskGroup() as group:
                for lane in lanes:
                    group.create_task(lane.work(port, figures))
                await asyncio.sleep(chance.uniform(0.05, 0.5))
                assert endpoint.pid is not None
                os.kill(endpoint.pid, signal.SIGKILL)
            figures.rounds += 1
        finally:
            await endpoint.close()
    return figures
