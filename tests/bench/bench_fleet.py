"""Many connected things in one process: what they weigh, what they cost while nothing happens, and how long it takes.

    uv run python -m tests.bench.bench_fleet [--things 5000] [--seconds 20]     (Linux: it reads /proc)

The endpoint and whoever registers the things are processes of their own, so that only the fleet is measured.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time

from simulator.endpoint.child import fastest_loop
from simulator.endpoint.process import LocalEndpoint
from simulator.feed import FeedBatch
from simulator.fleet import FleetSettings, ThingSpec
from simulator.local_fleet import LocalFleet
from simulator.resources_check import ensure_descriptors
from tests.bench.driver import cpu_seconds, resident_mib

REGISTER = """
import asyncio, sys
from simulator.operator import Operator

async def main():
    async with Operator(sys.argv[1]) as operator:
        await operator.create_things([f"thing-{number:05}" for number in range(int(sys.argv[2]))])

asyncio.run(main())
"""


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()

    me = os.getpid()
    ensure_descriptors(given.things)
    names = [f"thing-{number:05}" for number in range(given.things)]
    async with LocalEndpoint() as endpoint:
        command = [sys.executable, "-c", REGISTER, endpoint.http_url, str(given.things)]
        await asyncio.to_thread(subprocess.run, command, check=True)
        before = resident_mib(me)
        connected = asyncio.Event()

        def on_batch(batch: FeedBatch) -> None:
            if batch.counters.connected == given.things:
                connected.set()

        fleet = LocalFleet(FleetSettings(address=endpoint.mqtt_address))
        await fleet.open(on_batch)
        await fleet.add([ThingSpec(name=name) for name in names])
        began = time.monotonic()
        await fleet.start(names)
        async with asyncio.timeout(300):
            await connected.wait()
        took = time.monotonic() - began
        await asyncio.sleep(5)  # the first questions and answers of the last ones
        after, cpu = resident_mib(me), cpu_seconds(me) or 0.0
        await asyncio.sleep(given.seconds)
        idle = ((cpu_seconds(me) or 0.0) - cpu) / given.seconds * 100
        print(
            f"{given.things:,} things online in {took:.1f} s; resident {before:.0f} MiB before, {after:.0f} MiB after"
            f" (limit 250); idle {idle:.2f} % of a core (limit 3)"
        )
        began = time.monotonic()
        await fleet.close()
        print(f"closed in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(main())
