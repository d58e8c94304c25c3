"""An update agent that nobody here wrote, unmodified, finds its jobs, downloads, installs and reports: upparat."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator.endpoint.authority import Authority
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.serving import Endpoint, ServeOptions
from tests.support.real_clients import SECONDS, Operator
from tests.support.upparat import JOB_PREFIX, Agent, upparat_program

pytestmark = pytest.mark.timeout(300)  # the first of them may have to install the agent

FREE = "127.0.0.1:0"
WHO = {"thing_name": "pump-1", "client_id": "pump-1"}
FIRMWARE = "https://s3.us-east-1.amazonaws.com/firmware"
PRESIGNED = {"roleArn": "arn:aws:iam::123456789012:role/downloads", "expiresInSec": 600}


@asynccontextmanager
async def serving(folder: Path, doors: DoorOptions) -> AsyncIterator[tuple[Endpoint, Operator]]:
    """An endpoint with three firmwares to download, and an operator to whom the thing pump-1 is known."""
    files = folder / "s3" / "firmware"
    files.mkdir(parents=True)
    for name in ("2.0", "3.0", "bad"):
        (files / name).write_text(f"version {name}\n")
    endpoint = Endpoint(ServeOptions(mqtt=FREE, http=FREE, doors=doors, files=folder / "s3"))
    await endpoint.start()
    operator = await asyncio.to_thread(Operator, endpoint.http_url)
    try:
        await operator("create_thing", thingName="pump-1")
        yield endpoint, operator
    finally:
        operator.close()
        await endpoint.close()


async def update_to(operator: Operator, version: str, name: str = "") -> str:
    """Make a job that installs a version; return its id."""
    job_id = f"{JOB_PREFIX}{name or version.replace('.', '_')}"
    url = f"${{aws:iot:s3-presigned-url:{FIRMWARE}/{version}}}"
    document = json.dumps({"version": version, "file": url, "meta": version})
    arn = (await operator("describe_thing", thingName="pump-1"))["thingArn"]
    await operator("create_job", jobId=job_id, targets=[arn], document=document, presignedUrlConfig=PRESIGNED)
    return job_id


async def ended(operator: Operator, job_id: str) -> dict[str, Any]:
    """Return the thing's execution of a job once it has ended."""
    async with asyncio.timeout(SECONDS):
        while True:
            found = await operator("describe_job_execution", jobId=job_id, thingName="pump-1")
            execution: dict[str, Any] = found["execution"]
            if execution["status"] not in ("QUEUED", "IN_PROGRESS"):
                return execution
            await asyncio.sleep(0.02)


def outcome(execution: dict[str, Any]) -> tuple[str, str, str]:
    details = execution["statusDetails"]["detailsMap"]
    return execution["status"], details["state"], details["message"]


async def test_it_installs_what_waits_for_it_and_what_it_hears_of_later(tmp_path: Path) -> None:
    program = await upparat_program()
    async with serving(tmp_path, DoorOptions()) as (endpoint, operator):
        host, _, port = endpoint.mqtt_address.rpartition(":")
        agent = Agent(tmp_path, {"host": host, "port": port, **WHO})
        waiting = await update_to(operator, "2.0")
        async with agent.running(program):
            first = await ended(operator, waiting)
            assert outcome(first) == ("SUCCEEDED", "complete_soft_restart", "none")
            assert agent.installed.read_text() == "version 2.0\n"
            # download_start, download_progress, installation_start, its output, reboot_start, the end
            assert first["versionNumber"] == 7

            await agent.has_nothing_to_do(1)
            assert outcome(await ended(operator, await update_to(operator, "3.0")))[0] == "SUCCEEDED"
            assert agent.installed.read_text() == "version 3.0\n"

            await agent.has_nothing_to_do(2)
            failed = await ended(operator, await update_to(operator, "bad"))
            assert outcome(failed) == ("FAILED", "installation_hook_failed", "Exit code: 7")

            await agent.has_nothing_to_do(3)
            again = await ended(operator, await update_to(operator, "3.0", "again"))
            assert outcome(again) == ("SUCCEEDED", "version_already_installed", "none")
        walk = ["version {0}", "install {0}", "restart {0}"]
        done = [call.format(version) for version in ("2.0", "3.0") for call in walk]
        assert agent.calls == [*done, "version bad", "install bad", "version 3.0"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a whole network of loopback addresses")
async def test_it_comes_in_by_mutual_tls_with_awss_alpn_name_at_awss_port(tmp_path: Path) -> None:
    """It speaks TLS at the ports 443 and 8883 only, and offers `x-amzn-mqtt-ca` there."""
    program = await upparat_program()
    host = "127.0.0.83"  # where hardly anybody else has taken the port
    with socket.socket() as probe:
        if probe.connect_ex((host, 8883)) == 0:
            pytest.skip(f"{host}:8883 is taken")
    doors = DoorOptions(tls=tmp_path / "tls", mqtts=f"{host}:8883", policy="thing")
    async with serving(tmp_path, doors) as (_, operator):
        authority = Authority(tmp_path / "tls")
        certificate, key = authority.thing_files("pump-1")
        trust = {"cafile": authority.trust_file, "certfile": certificate, "keyfile": key}
        agent = Agent(tmp_path, {"host": host, "port": 8883, **WHO, **trust})
        async with agent.running(program):
            await agent.has_nothing_to_do(1)
            execution = await ended(operator, await update_to(operator, "2.0"))
            assert outcome(execution) == ("SUCCEEDED", "complete_soft_restart", "none")
        assert agent.installed.read_text() == "version 2.0\n"
