"""Agents that nobody here wrote, unmodified, find their jobs, carry them out and report: upparat and awsiotclient."""

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

needs_loopback_network = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has a whole network of loopback addresses"
)

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


@asynccontextmanager
async def serving_at(port: int, folder: Path) -> AsyncIterator[tuple[str, Authority, Operator]]:
    """The endpoint with mutual TLS at a port of AWS's, of a host where hardly anybody else has taken it."""
    host = "127.0.0.83"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            pytest.skip(f"{host}:{port} cannot be listened on: {exc.strerror}")
    doors = DoorOptions(tls=folder / "tls", mqtts=f"{host}:{port}", policy="thing")
    async with serving(folder, doors) as (_, operator):
        yield host, Authority(folder / "tls"), operator


@needs_loopback_network
async def test_it_comes_in_by_mutual_tls_with_awss_alpn_name_at_awss_port(tmp_path: Path) -> None:
    """It speaks TLS at the ports 443 and 8883 only, and offers `x-amzn-mqtt-ca` there."""
    program = await upparat_program()
    async with serving_at(8883, tmp_path) as (host, authority, operator):
        certificate, key = authority.thing_files("pump-1")
        trust = {"cafile": authority.trust_file, "certfile": certificate, "keyfile": key}
        agent = Agent(tmp_path, {"host": host, "port": 8883, **WHO, **trust})
        async with agent.running(program, SSL_CERT_FILE=str(authority.trust_file)):  # for its downloads, by https
            await agent.has_nothing_to_do(1)
            execution = await ended(operator, await update_to(operator, "2.0"))
            assert outcome(execution) == ("SUCCEEDED", "complete_soft_restart", "none")
        assert agent.installed.read_text() == "version 2.0\n"


@needs_loopback_network
async def test_awsiotclient_does_what_its_caller_gave_it_to_do(tmp_path: Path) -> None:
    """A device client by WHILL, on top of the device SDK. It knows AWS's port 443 only, where ALPN is offered."""
    mqtt = pytest.importorskip("awsiotclient.mqtt", reason="awsiotclient is not installed")
    from awsiotclient import jobs

    done: list[tuple[str, object]] = []

    def work(job_id: str, document: object) -> None:
        done.append((job_id, document))
        if job_id == "bad":
            raise ValueError("no such valve")

    async with serving_at(443, tmp_path) as (host, authority, operator):
        pem, key = (str(path) for path in authority.thing_files("pump-1"))
        where = mqtt.ConnectionParams(
            endpoint=host, root_ca=str(authority.trust_file), cert=pem, key=key, client_id="pump-1"
        )
        connection = mqtt.init(where)
        arn = (await operator("describe_thing", thingName="pump-1"))["thingArn"]
        await operator("create_job", jobId="waiting", targets=[arn], document='{"open": 1}')
        await asyncio.wrap_future(connection.connect())
        await asyncio.to_thread(jobs.client, connection, "pump-1", job_func=work)
        assert (await ended(operator, "waiting"))["status"] == "SUCCEEDED"
        await operator("create_job", jobId="later", targets=[arn], document='{"open": 2}')
        await operator("create_job", jobId="bad", targets=[arn], document='{"open": 3}')
        assert (await ended(operator, "later"))["status"] == "SUCCEEDED"
        failed = await ended(operator, "bad")
        assert failed["status"] == "FAILED"
        assert failed["statusDetails"]["detailsMap"] == {"failure_type": "unknown", "failure_detail": "no such valve"}
        assert done == [("waiting", {"open": 1}), ("later", {"open": 2}), ("bad", {"open": 3})]
        await asyncio.wrap_future(connection.disconnect())
