"""The endpoints that are measured: ours, in a process of its own, and ministack doing the same work."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from simulator.endpoint.process import LocalEndpoint

if TYPE_CHECKING:
    from types_boto3_iot.client import IoTClient


@dataclass
class Target:
    """An endpoint under test."""

    name: str
    mqtt: str
    http_url: str
    pid: int
    websocket_host: str = ""


DOCUMENT = '{"operation":"install","version":"2.4.0"}'


def client(target: Target) -> "IoTClient":
    return boto3.client(
        "iot",
        endpoint_url=target.http_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=16, retries={"max_attempts": 1}, read_timeout=120),
    )


def make_things(target: Target, names: Sequence[str], group: str) -> str:
    """Create things in a new group with the operator's own client; return the group's ARN."""
    iot = client(target)
    arn: str = iot.create_thing_group(thingGroupName=group)["thingGroupArn"]

    def make(name: str) -> None:
        iot.create_thing(thingName=name)
        iot.add_thing_to_thing_group(thingGroupName=group, thingName=name)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, names))
    return arn


@contextlib.asynccontextmanager
async def local(data: Path | None = None) -> AsyncIterator[Target]:
    """Start our own endpoint, in memory or with `--data`."""
    async with LocalEndpoint(data=data) as endpoint:
        assert endpoint.pid is not None
        name = "thing-simulator" if data is None else "with --data"
        yield Target(name, endpoint.mqtt_address, endpoint.http_url, endpoint.pid)


@contextlib.asynccontextmanager
async def ministack() -> AsyncIterator[Target]:
    """Start ministack on a free port."""
    program = shutil.which("ministack")
    if program is None:
        sys.exit("ministack is not installed; run this with `uv run --with ministack …`")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0", "LOG_LEVEL": "WARNING"}
    process = subprocess.Popen([program], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            await asyncio.sleep(0.1)
        yield Target(
            "ministack", f"127.0.0.1:{port}", f"http://127.0.0.1:{port}", process.pid, "iot.us-east-1.localhost"
        )
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:  # it is still at the work it could not keep up with
            process.kill()
            process.wait()
