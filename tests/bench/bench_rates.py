"""How much the endpoint carries, how it answers at an ordinary pace, and what a job for thousands costs the others.

    uv run python -m tests.bench.bench_rates [--things 10000] [--rounds 9] [--ministack]

With `uv run --with ministack python -m tests.bench.bench_rates --ministack` the paced updates and the big job go to
ministack too, with fewer things (it answers about 160 updates a second at 400).

Three measurements, each on an endpoint of its own, in memory and with `--data`:

- updates a second, 50 in flight, by 50 things and by all of `--things`, each in its turn; rounds of the two alternate,
  and the ratio is taken round by round, so that a machine whose pace drifts does not decide it;
- 500 things that send 200 updates a second together, evenly, whatever the answers do: publish to accepted;
- CreateJob for all of `--things` while 50 others send an update each 10 ms: when it is answered, when the last thing is
  told, and how much later than usual the others' answers come.
"""

import argparse
import asyncio
import math
import tempfile
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from simulator.endpoint.child import fastest_loop
from tests.bench.scene import IN_FLIGHT, Scene, in_turns, line, ratio
from tests.bench.targets import Target, local, ministack

PACED_THINGS, PACED_PER_SECOND = 500, 200
BYSTANDERS, BYSTANDER_SECONDS = 50, 0.01

Opener = Callable[[], AbstractAsyncContextManager[Target]]


def percentile(values: Sequence[float], share: float) -> float:
    """The value at that share of the ordered values."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def rates(few: Target, many: Target, things: int, rounds: int) -> None:
    """Print what an update costs with 50 things, and with all of them, each at an endpoint of its own."""
    scenes = [Scene(few, "few", IN_FLIGHT), Scene(many, "many", things)]
    for scene in scenes:
        await scene.connect()
        await scene.create_job()
    taken = await in_turns(scenes, 20_000, rounds)
    for scene, results in zip(scenes, taken, strict=True):
        print(line(scene, results))
        scene.driver.close()
    middle, least, most = ratio(taken[1], taken[0])
    print(f"  {'':16} cost of an update, all over {IN_FLIGHT}: {middle:.2f} ({least:.2f} to {most:.2f})")


async def paced(target: Target, things: int, per_second: float, seconds: float) -> None:
    """Print how long answers take at an even pace that does not wait for them."""
    scene = Scene(target, "paced", things)
    await scene.connect()
    await scene.create_job()
    latencies = await scene.driver.measure_paced(per_second, seconds)
    scene.driver.close()
    p50, p99, unanswered = percentile(latencies, 0.5), percentile(latencies, 0.99), latencies.count(math.inf)
    print(
        f"  {target.name:16} {things:6,} things {per_second:6,.0f} updates/s"
        f"  p50 {p50:7.2f}  p99 {p99:7.2f}  worst {max(latencies):7.2f} ms  never answered {unanswered}"
    )


async def big_job(target: Target, things: int) -> None:
    """Print when a job for so many things is answered and told, and what others wait meanwhile and before."""
    others = Scene(target, "other", BYSTANDERS)
    await others.connect()
    await others.create_job()
    many = Scene(target, "many", things)
    await many.connect()
    quiet = await others.driver.measure_paced(BYSTANDERS / BYSTANDER_SECONDS, 3.0)
    watching = asyncio.create_task(others.driver.measure_paced(BYSTANDERS / BYSTANDER_SECONDS, 3.0))
    await asyncio.sleep(0.5)
    answered, told = await many.create_job()
    busy = await watching
    print(
        f"  {target.name:16} CreateJob for {things:6,} answered {answered:6.2f} s, all told {told:6.2f} s"
        f"  others' answers at worst {max(busy):6.1f} ms (before: {max(quiet):6.1f})"
    )
    for scene in (others, many):
        scene.driver.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9, help="of updates by 50 and by all things, in turns")
    parser.add_argument("--ministack", action="store_true", help="the same pace and a job for 400 things on ministack")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        openers: list[Opener] = [local, lambda: local(Path(folder) / f"{uuid.uuid4().hex}.db")]
        print(f"{IN_FLIGHT} updates in flight (aims: 15,000 a second in memory, 8,000 with --data; cost within 15 %)")
        for opener in openers:
            async with opener() as few, opener() as many:
                await rates(few, many, given.things, given.rounds)
        print("at an even pace (aims: p50 5 ms, p99 25 ms)")
        for opener in [*openers, ministack] if given.ministack else openers:
            async with opener() as target:
                await paced(target, PACED_THINGS, PACED_PER_SECOND, 15.0)
        print("a big job (aims: answered in 1 s, told in 5 s, others at most 50 ms later than before)")
        for opener in openers:
            async with opener() as target:
                await big_job(target, given.things)
        if given.ministack:
            for opener in (local, ministack):
                async with opener() as target:
                    await big_job(target, 400)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(main())
