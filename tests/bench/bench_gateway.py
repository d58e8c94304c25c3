"""What the gateway alone costs for each request and reply: raw connections that pipeline, a handler that echoes.

    python tests/bench/bench_gateway.py [--connections 200] [--seconds 5] [--depth 4] [--qos 1] [--loop uvloop|asyncio]

Clients run in a process of their own; what counts is the CPU time of the gateway's process. With `--depth 0` they stay
idle, each with the six filters of a thing, and the memory of a connection is printed (not on Windows).
"""

import argparse
import asyncio
import multiprocessing
import sys
import time

from simulator.endpoint import packets, wire
from simulator.endpoint.gateway import Client, Gateway
from simulator.jobs.topics import thing_filters

PAYLOAD = b'{"status":"IN_PROGRESS","expectedVersion":"2","statusDetails":{"progress":"40"},"clientToken":"t-123456"}'


class Pipeliner(asyncio.Protocol):
    """A thing that keeps `depth` updates under way."""

    def __init__(self, number: int, depth: int, qos: int) -> None:
        self._name, self._depth, self._qos = f"thing-{number}", depth, qos
        self._topic = f"$aws/things/{self._name}/jobs/fw-2/update"
        self._decoder = wire.Decoder()
        self.replies = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        filters = tuple((topic_filter, self._qos) for topic_filter in thing_filters(self._name))
        transport.write(wire.encode(packets.Connect(client_id=self._name, keep_alive=60)))
        transport.write(wire.encode(packets.Subscribe(1, filters)))

    def data_received(self, data: bytes) -> None:
        out = []
        for packet in self._decoder.feed(data):
            if isinstance(packet, packets.Publish):
                self.replies += 1
                if packet.qos:
                    out.append(wire.encode_puback(packet.packet_id))
                out.append(self._update())
        if out:
            self._transport.write(b"".join(out))

    def begin(self) -> None:
        self._transport.write(b"".join(self._update() for _ in range(self._depth)))

    def _update(self) -> bytes:
        return wire.encode_publish(self._topic, PAYLOAD, self._qos, 1 if self._qos else 0)


async def drive(port: int, first: int, connections: int, depth: int, qos: int, seconds: float) -> int:
    loop = asyncio.get_running_loop()
    things: list[Pipeliner] = []
    for i in range(connections):
        _, thing = await loop.create_connection(lambda i=i: Pipeliner(first + i, depth, qos), "127.0.0.1", port)
        things.append(thing)
    for thing in things:  # only now: those that talk would starve those that still connect
        thing.begin()
    await asyncio.sleep(seconds)
    return sum(thing.replies for thing in things)


def run(loop_name: str, main):
    if loop_name == "uvloop":
        import uvloop

        return uvloop.run(main)
    return asyncio.run(main)


def drive_in_process(loop_name: str, *args) -> None:
    run(loop_name, drive(*args))


def peak_kib() -> float:
    """The most memory this process has had, in KiB."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "darwin" else peak


async def measure(options: argparse.Namespace) -> None:
    def echo(client: Client, topic: str, payload: bytes) -> None:
        client.send(f"{topic}/accepted", payload)

    gateway = Gateway(echo)
    await gateway.start("127.0.0.1", 0)
    memory = peak_kib()
    context = multiprocessing.get_context("spawn")
    driver = context.Process(
        target=drive_in_process,
        args=(options.loop, gateway.port, 0, options.connections, options.depth, options.qos, options.seconds + 30),
    )
    driver.start()
    while gateway.connected < options.connections:
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    cpu, wall, requests = time.process_time(), time.monotonic(), gateway.counters.requests
    await asyncio.sleep(options.seconds)
    cpu, wall, requests = time.process_time() - cpu, time.monotonic() - wall, gateway.counters.requests - requests
    driver.terminate()
    driver.join()
    await gateway.close()
    if not options.depth:
        each = (peak_kib() - memory) / options.connections
        print(f"{options.loop}, {options.connections} idle connections: {each:.1f} KiB and {cpu / wall:.2%} of a core")
        return
    print(
        f"{options.loop}, {options.connections} connections, QoS {options.qos}: {requests / wall:,.0f} replies/s, "
        f"{cpu / requests * 1e6:.1f} µs of CPU each (as many as {requests / cpu:,.0f}/s on a whole core)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--qos", type=int, default=1)
    parser.add_argument("--loop", choices=("uvloop", "asyncio"), default="uvloop")
    options = parser.parse_args()
    run(options.loop, measure(options))
