"""The HTTP side of the endpoint on a real socket, in a thread of its own, so that tests call it with plain boto3."""

import asyncio
import concurrent.futures
import contextlib
import functools
import json
import socket
import threading
from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Any, TypeVar

import boto3
import botocore.config
from types_boto3_iot import IoTClient
from types_boto3_iot_jobs_data import IoTJobsDataPlaneClient

from simulator.clock import Clock, ManualClock
from simulator.endpoint.http_api import HttpApi
from simulator.endpoint.service import EndpointService
from simulator.endpoint.store import MemoryStore

T = TypeVar("T")
SECONDS = 10.0
MQTT_ADDRESS = "127.0.0.1:18830"


class HttpEndpoint:
    """A running endpoint and what it published over MQTT. Its clock stands still unless another is given."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock, allowed_hosts: Collection[str]) -> None:
        self._loop = loop
        self.clock = clock
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.service = EndpointService(self.clock, MemoryStore(), self._publish)
        self.api = HttpApi(self.service, mqtt_address=lambda: MQTT_ADDRESS, allowed_hosts=allowed_hosts)
        self._clients: list[Any] = []

    def _publish(self, topic: str, payload: bytes) -> None:
        self.published.append((topic, json.loads(payload)))

    async def start(self) -> None:
        self.service.start()
        await self.api.start("127.0.0.1", 0)

    async def close(self) -> None:
        await self.api.close()
        await self.service.close()

    @property
    def url(self) -> str:
        return self.api.url

    @functools.cached_property
    def iot(self) -> IoTClient:
        """The operator's client."""
        client: IoTClient = self._client("iot")
        return client

    @functools.cached_property
    def jobs_data(self) -> IoTJobsDataPlaneClient:
        """A thing's client."""
        client: IoTJobsDataPlaneClient = self._client("iot-jobs-data")
        return client

    def _client(self, service: str) -> Any:
        config = botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=SECONDS)
        client = _session().client(service, endpoint_url=self.url, config=config)  # type: ignore[call-overload]
        self._clients.append(client)
        return client

    def close_clients(self) -> None:
        for client in self._clients:
            client.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the endpoint's loop."""
        future: concurrent.futures.Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(SECONDS)

    def settle(self) -> None:
        """Wait until every job is rolled out."""

        async def rolled_out() -> None:
            async with asyncio.timeout(SECONDS):
                while any(job.is_rolling_out for job in self.service.book.jobs.values()):
                    await asyncio.sleep(0)

        self.run(rolled_out())

    def settle_looks(self) -> None:
        """Let everything happen that is due now."""

        async def passed() -> None:
            for _ in range(5):
                await asyncio.sleep(0.001)

        self.run(passed())

    def wait_for(self, condition: Callable[[], Any]) -> None:
        """Wait until a condition is true."""

        async def true() -> None:
            async with asyncio.timeout(SECONDS):
                while not condition():
                    await asyncio.sleep(0.001)

        self.run(true())

    # --- what most tests begin with -----------------------------------------------------------------------------------

    def add_things(self, *names: str) -> list[str]:
        """Create things; return their ARNs."""
        return [self.iot.create_thing(thingName=name)["thingArn"] for name in names]

    def add_job(self, job_id: str, *things: str, document: str = '{"operation":"test"}', **members: Any) -> None:
        """Create things and a job for them, and wait until it is rolled out."""
        targets = self.add_things(*things)
        self.iot.create_job(jobId=job_id, targets=targets, document=document, **members)
        self.settle()

    def topics_published(self) -> list[str]:
        """Return the last levels of the topics published since the last call, as `thing/notify`."""
        topics = [topic.split("/") for topic, _ in self.published]
        self.published.clear()
        return [f"{levels[2]}/{levels[-1]}" for levels in topics]

    # --- below boto3 --------------------------------------------------------------------------------------------------

    def send(self, data: bytes, *, hang_up: bool = False) -> bytes:
        """Send bytes and return everything that comes back until the endpoint closes the connection.

        With `hang_up` the sending half is closed, by which the endpoint takes the sender for gone.
        """
        with socket.create_connection(("127.0.0.1", self.api.port), SECONDS) as connection:
            with contextlib.suppress(ConnectionError):  # it may be closed already
                connection.sendall(data)
                if hang_up:
                    connection.shutdown(socket.SHUT_WR)
            return _read_all(connection)

    def ask(
        self, method: str, path: str, body: bytes = b"", *, service: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request exactly as given; return status, headers (names in lower case) and body."""
        given = {"Host": f"127.0.0.1:{self.api.port}", "Connection": "close", **headers}
        if service is not None:
            scope = f"AKID/20260101/us-east-1/{service}/aws4_request"
            given["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"
        if body:
            given["Content-Length"] = str(len(body))
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
        with socket.create_connection(("127.0.0.1", self.api.port), SECONDS) as connection:
            connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
            answer = _read_all(connection)
        head_bytes, _, answered = answer.partition(b"\r\n\r\n")
        status_line, *lines = head_bytes.decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in lines)
        return int(status_line.split()[1]), {name.lower(): value for name, value in pairs}, answered


def _read_all(connection: socket.socket) -> bytes:
    pieces: list[bytes] = []
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


@functools.cache
def _session() -> boto3.session.Session:
    """One for all tests: it keeps the service models it has read."""
    return boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1")


@contextlib.contextmanager
def http_endpoint(clock: Clock | None = None, allowed_hosts: Collection[str] = ()) -> Iterator[HttpEndpoint]:
    """Serve for the time of a test. Leaving fails if a task is left on the loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="http endpoint")
    thread.start()
    endpoint = HttpEndpoint(loop, clock or ManualClock(epoch=1_750_000_000.25), allowed_hosts)
    try:
        endpoint.run(endpoint.start())
        yield endpoint
        endpoint.close_clients()
        endpoint.run(endpoint.close())
        left = endpoint.run(_other_tasks())
        assert left == [], f"still running: {left}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()


async def _other_tasks() -> list[str]:
    return [repr(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]
