"""Programs that nobody here wrote, run against an endpoint of this process: starting them, reading what they say."""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.config import Config

SECONDS = 30  # a cold start of the AWS CLI on a busy machine; the usual is about one


class Ended(NamedTuple):
    """How a program ended, and what it said."""

    status: int
    out: str
    err: str


def program(name: str) -> str | None:
    """Return the path of a program: beside this interpreter, or else on the PATH; None if it is not installed."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


async def run(*command: str, seconds: float = SECONDS, **variables: str) -> Ended:
    """Run a program to its end; if this is cancelled or it takes too long, kill it."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **variables},
    )
    try:
        async with asyncio.timeout(seconds):
            out, err = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


class AwsCli:
    """The AWS CLI against one endpoint, with no configuration of whoever runs the tests."""

    def __init__(self, path: str, url: str, home: Path) -> None:
        self._path = path
        self._url = url
        self._variables = {
            "HOME": str(home),
            "AWS_CONFIG_FILE": str(home / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
        }

    async def run(self, service: str, command: str, *options: str) -> Ended:
        """Return how a command ended."""
        return await run(
            self._path, service, command, "--endpoint-url", self._url, "--output", "json", *options, **self._variables
        )

    async def answer(self, service: str, command: str, *options: str) -> Any:
        """Return what a command printed, after it has ended well."""
        ended = await self.run(service, command, *options)
        assert (ended.status, ended.err) == (0, "")
        return json.loads(ended.out) if ended.out.strip() else None


def iot_client(url: str) -> Any:
    """Return boto3's client of the control plane, which asks once."""
    return client("iot", url)


def client(service: str, url: str) -> Any:
    """Return boto3's client of a service, which asks once."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=url,
        config=Config(retries={"total_max_attempts": 1}, read_timeout=SECONDS),
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


class Operator:
    """boto3 in a thread, since the endpoint has this loop: `await operator("create_thing", thingName="t")`."""

    def __init__(self, url: str) -> None:
        self._client = iot_client(url)

    async def __call__(self, operation: str, **members: Any) -> Any:
        return await asyncio.to_thread(getattr(self._client, operation), **members)

    def close(self) -> None:
        self._client.close()
