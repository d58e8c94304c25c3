"""The endpoint alone: is an update as cheap with 5,000 things as with 50, and how fast is a big job told.

    uv run python -m tests.bench.bench_endpoint [--things 50 500 5000] [--updates 40000] [--rounds 3]

With `uv run --with ministack python -m tests.bench.bench_endpoint --ministack` the same work goes to ministack too.
"""

import argparse
import asyncio
import statistics
import time
import uuid
from collections.abc import Sequence

from simulator.endpoint.child import fastest_loop
from simulator.endpoint.process import LocalEndpoint
from tests.bench.driver import Driver, Measured, cpu_seconds, resident_mib
from tests.bench.targets import DOCUMENT, Target, client, local, make_things, ministack

IN_FLIGHT = 50


async def updates(target: Target, things: int, count: int, rounds: int) -> list[Measured]:
    """Connect things that share one job, then measure updates."""
    names = [f"bench-{things}-{number:05}" for number in range(things)]
    job_id = f"job-{uuid.uuid4().hex[:8]}"
    arn = await asyncio.to_thread(make_things, target, names, f"group-{job_id}")
    driver = Driver(target.mqtt, job_id, names, target.websocket_host)
    await driver.connect()
    before = resident_mib(target.pid)
    start = time.perf_counter()
    await asyncio.to_thread(client(target).create_job, jobId=job_id, targets=[arn], document=DOCUMENT)
    answered = time.perf_counter() - start
    async with asyncio.timeout(120):
        while sum(lane.notified > 0 for lane in driver.lanes) < things:
            await asyncio.sleep(0.005)
    told = time.perf_counter() - start
    print(
        f"  {target.name:16} {things:6,} things  CreateJob answered {answered:6.2f} s, all told {told:6.2f} s"
        f"   resident {before:6.1f} MiB"
    )
    await driver.measure(min(count, 2_000), IN_FLIGHT, target.pid)  # warm up
    results = [await driver.measure(count, IN_FLIGHT, target.pid) for _ in range(rounds)]
    few = await driver.measure(count, IN_FLIGHT, target.pid, active=IN_FLIGHT)
    if few.cpu_us is not None and things > IN_FLIGHT:
        print(f"  {target.name:16} {things:6,} things, {IN_FLIGHT} of them busy: {few.cpu_us:.1f} us of CPU per update")
    driver.close()
    return results


def line(name: str, things: int, results: Sequence[Measured]) -> str:
    rate = statistics.median(each.per_second for each in results)
    cpu = [each.cpu_us for each in results if each.cpu_us is not None]
    latency = results[len(results) // 2]
    refused = sum(each.refused for each in results)
    return (
        f"  {name:16} {things:6,} things  {rate:9,.0f} updates/s"
        f"  endpoint CPU {statistics.median(cpu) if cpu else 0:7.1f} us/update"
        f"  latency p50 {latency.percentile(0.5):7.2f} p99 {latency.percentile(0.99):8.2f} ms  refused {refused}"
    )


async def start_cost() -> None:
    """CPU time from start to the ready line."""
    costs = []
    for _ in range(5):
        async with LocalEndpoint() as endpoint:
            costs.append(cpu_seconds(endpoint.pid) or 0.0)
    print(f"\nready after {statistics.median(costs):.2f} s of CPU (median of {len(costs)}; aim 0.5)")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, nargs="+", default=[50, 500, 5000])
    parser.add_argument("--updates", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ministack", action="store_true", help="the same work on ministack, 400 things, beside ours")
    given = parser.parse_args()
    print(
        f"{IN_FLIGHT} updates in flight, each thing in its turn; medians of {given.rounds} rounds of {given.updates:,}"
    )
    medians = {}
    async with local() as target:
        for things in given.things:
            results = await updates(target, things, given.updates, given.rounds)
            print(line(target.name, things, results))
            medians[things] = statistics.median(each.cpu_us or 0.0 for each in results)
    low, high = min(medians.values()), max(medians.values())
    print(f"cost per update, dearest over cheapest: {high / low:.2f} (aim at most 1.15)")
    if given.ministack:
        print("\nthe same work, side by side")
        for things in (50, 400):
            rates = {}
            for opener, count in ((local, given.updates), (ministack, 1_000)):
                async with opener() as target:
                    results = await updates(target, things, count, given.rounds)
                    print(line(target.name, things, results))
                    rates[target.name] = statistics.median(each.per_second for each in results)
            print(f"  ratio at {things} things: {rates['thing-simulator'] / rates['ministack']:.1f} (aim at least 20)")
    await start_cost()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(main())
