"""The endpoint alone: is an update as cheap with 5,000 things as with 50, and how fast is a big job told.

    uv run python -m tests.bench.bench_endpoint [--things 50 500 5000] [--updates 20000] [--rounds 9]

With `uv run --with ministack python -m tests.bench.bench_endpoint --ministack` the same work goes to ministack too.
"""

import argparse
import asyncio
import contextlib
import statistics
from collections.abc import Sequence

from simulator.endpoint.child import fastest_loop
from simulator.endpoint.process import LocalEndpoint
from tests.bench.driver import cpu_seconds, resident_mib
from tests.bench.scene import IN_FLIGHT, Scene, in_turns, line, ratio
from tests.bench.targets import Target, local, ministack


async def opened(target: Target, things: int) -> Scene:
    """Connect things that share one job, and print how soon they were told of it."""
    scene = Scene(target, f"bench-{things}", things)
    await scene.connect()
    before = resident_mib(target.pid)
    answered, told = await scene.create_job()
    print(
        f"  {target.name:16} {things:6,} things  CreateJob answered {answered:6.2f} s, all told {told:6.2f} s"
        f"   resident {before:6.1f} MiB"
    )
    return scene


async def flatness(counts: Sequence[int], updates: int, rounds: int) -> None:
    """Print what an update costs with so many things, each number of them at an endpoint of its own."""
    async with contextlib.AsyncExitStack() as endpoints:
        scenes = [await opened(await endpoints.enter_async_context(local()), things) for things in counts]
        taken = await in_turns(scenes, updates, rounds)
        for scene, results in zip(scenes, taken, strict=True):
            print(line(scene, results))
        for scene, results in zip(scenes[1:], taken[1:], strict=True):
            busy = [await scene.update(updates, active=IN_FLIGHT) for _ in range(3)]
            middle, least, most = ratio(results, taken[0])
            few = statistics.median(each.cpu_us or 0.0 for each in busy)
            print(
                f"  cost of an update, {len(scene.names):,} things over {len(scenes[0].names):,}: {middle:.2f}"
                f" ({least:.2f} to {most:.2f}; aim at most 1.15); {IN_FLIGHT} of them busy: {few:.1f} us"
            )
        for scene in scenes:
            scene.driver.close()


async def beside_ministack(updates: int, rounds: int) -> None:
    """Print the same work at both endpoints."""
    print("\nthe same work, side by side")
    for things in (50, 400):
        async with local() as ours, ministack() as theirs:
            scenes = [await opened(target, things) for target in (ours, theirs)]
            rates = []
            for scene, count in zip(scenes, (updates, 1_000), strict=True):
                (results,) = await in_turns([scene], count, rounds)
                print(line(scene, results))
                rates.append(statistics.median(each.per_second for each in results))
                scene.driver.close()
            print(f"  ratio at {things} things: {rates[0] / rates[1]:.1f} (aim at least 20)")


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
    parser.add_argument("--updates", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--ministack", action="store_true", help="the same work on ministack, 400 things, beside ours")
    given = parser.parse_args()
    print(
        f"{IN_FLIGHT} updates in flight, each thing in its turn; medians of {given.rounds} rounds of {given.updates:,}"
    )
    await flatness(given.things, given.updates, given.rounds)
    if given.ministack:
        await beside_ministack(given.updates, 3)
    await start_cost()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(main())
