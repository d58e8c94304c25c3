"""Those inside while a fleet comes by mutual TLS all at once: latency of plain updates, quiet and meanwhile.

    uv run python -m tests.bench.bench_tls_flood [--clients 1000] [--at-once 500]

The newcomers live in a process of their own; two plain updates are in flight all the time.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
import uuid
from pathlib import Path

from simulator.endpoint import packets, wire
from simulator.endpoint.authority import Authority
from simulator.endpoint.child import fastest_loop
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.process import LocalEndpoint
from tests.bench.driver import Driver
from tests.bench.targets import Target, client, make_things
from tests.support.tls_peer import client_side

IN_FLIGHT = 2


async def come(address: str, folder: Path, clients: int, at_once: int) -> None:
    """The newcomers: connect all, then leave all."""
    context = client_side(Authority(folder), "bench")
    gate = asyncio.Semaphore(at_once)
    host, _, port = address.rpartition(":")

    async def one(number: int) -> asyncio.StreamWriter:
        async with gate:
            reader, writer = await asyncio.open_connection(host, int(port), ssl=context, server_hostname="localhost")
            writer.write(wire.encode(packets.Connect(client_id=f"new-{number}", clean_session=True, keep_alive=600)))
            await reader.readexactly(4)
            return writer

    start = time.perf_counter()
    writers = await asyncio.gather(*(one(number) for number in range(clients)))
    print(f"{clients:,} came in {time.perf_counter() - start:.2f} s, {at_once} at once", flush=True)
    for writer in writers:
        writer.transport.abort()


def line(what: str, latencies: list[float]) -> str:
    ordered = sorted(latencies)
    p50, p99, p999 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99, 0.999))
    return (
        f"{what:10} {len(ordered):7,} updates: p50 {p50:.2f}, p99 {p99:.2f}, p99.9 {p999:.2f}, max {ordered[-1]:.2f} ms"
    )


async def measure(clients: int, at_once: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder) / "tls")
        authority.thing_files("bench")
        async with LocalEndpoint(doors=DoorOptions(tls=authority.folder)) as endpoint:
            assert endpoint.pid is not None
            names, job_id = [f"inside-{number}" for number in range(50)], f"job-{uuid.uuid4().hex[:8]}"
            target = Target("thing-simulator", endpoint.mqtt_address, endpoint.http_url, endpoint.pid)
            arn = await asyncio.to_thread(make_things, target, names, f"group-{job_id}")
            await asyncio.to_thread(client(target).create_job, jobId=job_id, targets=[arn], document='{"v":1}')
            driver = Driver(endpoint.mqtt_address, job_id, names)
            await driver.connect()
            await driver.measure(2_000, IN_FLIGHT, endpoint.pid)
            quiet = await driver.measure(5_000, IN_FLIGHT, endpoint.pid)
            print(line("quiet", list(quiet.latencies_ms)))
            arguments = ["--come", endpoint.addresses["mqtts"], str(authority.folder)]
            numbers = ["--clients", str(clients), "--at-once", str(at_once)]
            newcomers = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bench.bench_tls_flood", *arguments, *numbers
            )
            meanwhile: list[float] = []
            while newcomers.returncode is None:
                meanwhile += (await driver.measure(200, IN_FLIGHT, endpoint.pid)).latencies_ms
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(newcomers.wait(), 0.0001)
            print(line("meanwhile", meanwhile))
            driver.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=500)
    parser.add_argument("--come", nargs=2, metavar=("ADDRESS", "DIR"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.come:
        await come(given.come[0], Path(given.come[1]), given.clients, given.at_once)
    else:
        await measure(given.clients, given.at_once)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(main())
