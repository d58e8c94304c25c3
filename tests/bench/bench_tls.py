"""What TLS and WebSocket cost the endpoint, beside plain MQTT in the same run: CPU per update, memory per connection.

    uv run python -m tests.bench.bench_tls [--things 500] [--updates 20000] [--rounds 3]

The updates go through raw MQTT lanes, 50 in flight, all doors in turn on one endpoint; a connection that is idle has
sent its CONNECT and nothing more.
"""

import argparse
import asyncio
import ssl
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from simulator.endpoint.authority import Authority
from simulator.endpoint.child import fastest_loop
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.process import LocalEndpoint
from tests.bench.driver import Driver, cpu_seconds, resident_mib
from tests.bench.scene import IN_FLIGHT
from tests.bench.targets import Target, client, make_things

FREE = "127.0.0.1:0"
DOORS = ("mqtt", "mqtts", "ws", "wss")


def contexts(authority: Authority) -> Callable[[str], ssl.SSLContext | None]:
    """What a client of each door wears; the certificate is the same for all, since none asks whose it is."""
    mutual = ssl.create_default_context(cafile=str(authority.trust_file))
    mutual.load_cert_chain(*authority.thing_files("bench"))
    one_sided = ssl.create_default_context(cafile=str(authority.trust_file))
    return {"mqtts": mutual, "wss": one_sided}.get


def driver_for(
    door: str, endpoint: LocalEndpoint, job_id: str, things: list[str], tls: ssl.SSLContext | None
) -> Driver:
    address = endpoint.addresses[door]
    return Driver(address, job_id, things, "localhost" if door in ("ws", "wss") else "", tls)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, default=500)
    parser.add_argument("--updates", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder) / "tls")
        tls_of = contexts(authority)
        doors = DoorOptions(tls=authority.folder, ws=FREE, wss=FREE)
        async with LocalEndpoint(doors=doors) as endpoint:
            assert endpoint.pid is not None
            names = [f"bench-{number:05}" for number in range(given.things)]
            job_id = f"job-{uuid.uuid4().hex[:8]}"
            target = Target("thing-simulator", endpoint.mqtt_address, endpoint.http_url, endpoint.pid)
            arn = await asyncio.to_thread(make_things, target, names, f"group-{job_id}")
            await asyncio.to_thread(client(target).create_job, jobId=job_id, targets=[arn], document='{"v":1}')
            for door in DOORS:
                driver = driver_for(door, endpoint, job_id, names, tls_of(door))
                warm = driver_for(door, endpoint, job_id, [f"warm-{number}" for number in range(100)], tls_of(door))
                await warm.connect()
                before, cpu, start = resident_mib(endpoint.pid), cpu_seconds(endpoint.pid) or 0.0, time.perf_counter()
                await driver.connect()
                seconds = time.perf_counter() - start
                shaken = ((cpu_seconds(endpoint.pid) or 0.0) - cpu) / given.things * 1e6
                each = (resident_mib(endpoint.pid) - before) * 1024 / given.things
                await driver.measure(2_000, IN_FLIGHT, endpoint.pid)
                rounds = [await driver.measure(given.updates, IN_FLIGHT, endpoint.pid) for _ in range(given.rounds)]
                cost = statistics.median(one.cpu_us or 0.0 for one in rounds)
                rate = statistics.median(one.per_second for one in rounds)
                middle = rounds[len(rounds) // 2]
                print(
                    f"{door:6} {cost:6.1f} us of CPU per update, {rate:7,.0f} updates/s, p99"
                    f" {middle.percentile(0.99):6.2f} ms, {each:5.1f} KiB per connection; a connection costs"
                    f" {shaken:5.0f} us of CPU, {given.things / seconds:5,.0f} came a second",
                    flush=True,
                )
                driver.close()
                warm.close()
                await asyncio.sleep(0.5)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(main())
