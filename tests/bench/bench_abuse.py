"""What hostile clients cost the others: round trips of polite clients while one kind of abuse goes on, and memory.

    uv run python -m tests.bench.bench_abuse [--seconds 5]

The endpoint, the polite clients and the abuser are a process each, so on two cores they also share the processor: the
row `busy` is an abuser that only computes, and shows what that alone does.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import random
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Final

import aiohttp

from simulator.endpoint import packets, wire
from simulator.endpoint.authority import Authority
from simulator.endpoint.child import fastest_loop
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.process import LocalEndpoint
from simulator.jobs.topics import thing_filters
from simulator.resources_check import descriptors_available
from tests.bench.driver import resident_mib
from tests.support.mqtt5_packets import any_stream
from tests.support.mqtt_client import MqttClient
from tests.support.tls_peer import client_side

POLITE = 20
PER_SECOND = 200
TOPIC = "abuse/flood"
STORMING_THING = "storm"


def busy(port: int) -> None:
    while True:
        random.random()


def connect_flood(port: int) -> None:
    """CONNECT under ever new ids, as fast as it goes, each connection cut at once."""
    number = 0
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(wire.encode(packets.Connect(client_id=f"flood-{number}")))
            line.recv(4)
        number += 1


def takeover_flood(port: int) -> None:
    """The same client id again and again, with a persistent session and a will."""
    connect = wire.encode(packets.Connect(client_id="same", clean_session=False, will=packets.Will("w", b"x")))
    lines: list[socket.socket] = []
    while True:
        with contextlib.suppress(OSError):
            lines.append(socket.create_connection(("127.0.0.1", port)))
            lines[-1].sendall(connect)
            lines[-1].recv(4)
        if len(lines) > 3:
            lines.pop(0).close()


def half_packets(port: int) -> None:
    """Connections that send the beginning of a large packet and then nothing."""
    lines: list[socket.socket] = []
    while True:
        with contextlib.suppress(OSError):
            line = socket.create_connection(("127.0.0.1", port))
            line.sendall(wire.encode(packets.Connect(client_id=f"half-{len(lines)}"))[:-3])
            lines.append(line)
        if len(lines) == 2000:
            time.sleep(60)


def never_reads(port: int) -> None:
    """A subscriber that reads nothing while it publishes to itself; it comes back whenever it is cut off."""
    publish = wire.encode_publish(TOPIC, bytes(60_000))
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(wire.encode(packets.Connect(client_id="deaf")))
            line.sendall(wire.encode(packets.Subscribe(1, ((TOPIC, 0),))))
            while True:
                line.sendall(publish)


def noise(port: int) -> None:
    """Broken packets."""
    source = random.Random(1)
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(any_stream(source))


def tls_storm(port: int, folder: str) -> None:
    """A hundred clients that come by mutual TLS, are let in, leave and come again."""

    async def come_and_go(context: ssl.SSLContext, number: int) -> None:
        connect = wire.encode(packets.Connect(client_id=f"storm-{number}"))
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
                writer.write(connect)
                await reader.readexactly(4)
                writer.transport.abort()

    async def storm() -> None:
        context = client_side(Authority(Path(folder)), STORMING_THING)
        context.check_hostname = False
        async with asyncio.TaskGroup() as group:
            for number in range(100):
                group.create_task(come_and_go(context, number))

    asyncio.run(storm())


def http_flood(url: str, clients: int = 200) -> None:
    """Clients that ask over HTTP without pause."""

    async def ask(session: aiohttp.ClientSession) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with session.get(f"{url}/jobs") as answer:
                    await answer.read()

    async def flood() -> None:
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(clients):
                group.create_task(ask(session))

    asyncio.run(flood())


UPGRADE: Final = (
    b"GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
)


def fleet(port: int, count: int) -> None:
    """So many things that come one after the other, subscribe, and stay. They are lost with their process."""
    descriptors_available()
    lines = []
    for number in range(count):
        line = socket.create_connection(("127.0.0.1", port))
        filters = tuple((each, 1) for each in thing_filters(f"thing-{number}"))
        line.sendall(wire.encode(packets.Connect(client_id=f"thing-{number}", keep_alive=1200)))
        line.sendall(wire.encode(packets.Subscribe(1, filters)))
        lines.append(line)
    time.sleep(600)


def frame_flood(port: int) -> None:
    """Tiny WebSocket frames without pause, as many as go; the answers are read."""
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(UPGRADE + _framed(wire.encode(packets.Connect(client_id="frames"))))
            threading.Thread(target=_drain, args=(line,), daemon=True).start()
            pings = _framed(wire.encode(packets.PingReq())) * 20_000
            while True:
                line.sendall(pings)


def _framed(data: bytes) -> bytes:
    """Return a binary frame with a mask of zeros."""
    return bytes((0x82, 0x80 | len(data), 0, 0, 0, 0)) + data


def _drain(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while line.recv(1 << 20):
            pass


class Abuser:
    """One kind of abuse in a process of its own, while the context lasts; entering it waits until it has begun."""

    def __init__(self, abuse: Callable[..., None], *arguments: object) -> None:
        context = multiprocessing.get_context("spawn")
        self._begun = context.Event()
        self._process = context.Process(target=_begin, args=(self._begun, abuse, arguments), daemon=True)

    async def __aenter__(self) -> None:
        self._process.start()
        await asyncio.to_thread(self._begun.wait, 30)
        await asyncio.sleep(0.5)  # until it is under way

    async def __aexit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()


def _begin(begun: Event, abuse: Callable[..., None], arguments: tuple[object, ...]) -> None:
    begun.set()
    abuse(*arguments)


ALL_DOORS: Final = {"mqtts": "127.0.0.1:0", "ws": "127.0.0.1:0"}


def abuses(port: int, addresses: Mapping[str, str], folder: Path, url: str) -> Iterator[tuple[str, Abuser]]:
    """Return all kinds of abuse of an endpoint with ALL_DOORS, with their names."""
    tls_port = int(addresses["mqtts"].rpartition(":")[2])
    ws_port = int(addresses["ws"].removesuffix("/mqtt").rpartition(":")[2])
    for abuse in (busy, connect_flood, takeover_flood, half_packets, never_reads, noise):
        yield abuse.__name__, Abuser(abuse, port)
    yield tls_storm.__name__, Abuser(tls_storm, tls_port, str(folder))
    yield http_flood.__name__, Abuser(http_flood, url)
    yield frame_flood.__name__, Abuser(frame_flood, ws_port)


async def polite(clients: list[MqttClient], seconds: float) -> list[float]:
    """Make round trips of all clients at an even pace; return how long each took, in milliseconds, in order."""
    took: list[float] = []
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(int(PER_SECOND * seconds)):
        await asyncio.sleep(max(0.0, start + number / PER_SECOND - loop.time()))
        client = clients[number % len(clients)]
        sent = time.perf_counter()  # uvloop's own clock counts whole milliseconds
        client.write(packets.PingReq())
        await client.next_packet()
        took.append((time.perf_counter() - sent) * 1000)
    return sorted(took)


def shown(name: str, took: list[float], mib: float) -> str:
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    return f"  {name:16} p50 {p50:6.2f}  p99 {p99:6.2f}  longest {took[-1]:7.2f} ms   resident {mib:6.1f} MiB"


async def measure(seconds: float) -> None:
    async with contextlib.AsyncExitStack() as stack:
        authority = Authority(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "tls")
        authority.thing_files(STORMING_THING)
        endpoint = await stack.enter_async_context(LocalEndpoint(doors=DoorOptions(tls=authority.folder, **ALL_DOORS)))
        assert endpoint.pid is not None
        port = int(endpoint.mqtt_address.rpartition(":")[2])
        clients = [await MqttClient.connect(port, f"polite-{i}", timeout=30) for i in range(POLITE)]
        await polite(clients, 1)
        print(shown("quiet", await polite(clients, seconds), resident_mib(endpoint.pid)))
        for name, abuser in abuses(port, endpoint.addresses, authority.folder, endpoint.http_url):
            async with abuser:
                await polite(clients, 1)
                print(shown(name, await polite(clients, seconds), resident_mib(endpoint.pid)), flush=True)
        await asyncio.sleep(1)
        print(shown("quiet again", await polite(clients, seconds), resident_mib(endpoint.pid)))
        for client in clients:
            await client.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(measure(given.seconds))
