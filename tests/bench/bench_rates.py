"""How much the endpoint carries, how it answers at an ordinary pace, and what a job for thousands costs the others.

    uv run python -m tests.bench.bench_rates [--things 10000] [--ministack]

With `uv run --with ministack python -m tests.bench.bench_rates --ministack` the paced updates and the big job go to
ministack too, with fewer things (it answers about 160 updates a second at 400).

Three measurements, each on an endpoint of its own, in memory and with `--data`:

- updates a second, 50 in flight, by 50 things and by all of `--things`, each in its turn;
- 500 things that send 200 updates a second together, evenly, whatever the answers do: publish to accepted;
- CreateJob for all of `--things` while 50 others send an update each 10 ms: when it is answered, when the last thing is
  told, and how much later than usual the others' answers come.
"""

import argparse
import asyncio
import math
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from simulator.endpoint.child import fastest_loop
from tests.bench.driver import Driver, Lane
from tests.bench.targets import DOCUMENT, Target, client, local, make_things, ministack

IN_FLIGHT = 50
PACED_THINGS, PACED_PER_SECOND = 500, 200
BYSTANDERS, BYSTANDER_SECONDS = 50, 0.01

Opener = Callable[[], AbstractAsyncContextManager[Target]]


def percentile(values: Sequence[float], share: float) -> float:
    """The value at that share of the ordered values."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


class Scene:
    """Things that are connected and share a job; `lanes` are theirs."""

    def __init__(self, target: Target, prefix: str, things: int) -> None:
        self.target = target
        self.job_id = f"job-{uuid.uuid4().hex[:8]}"
        self.names = [f"{prefix}-{number:05}" for number in range(things)]
        self.driver = Driver(target.mqtt, self.job_id, self.names, target.websocket_host)
        self._arn = ""

    @property
    def lanes(self) -> list[Lane]:
        return self.driver.lanes

    async def connect(self) -> None:
        """Register the things and connect them."""
        self._arn = await asyncio.to_thread(make_things, self.target, self.names, f"group-{self.job_id}")
        await self.driver.connect()

    async def create_job(self) -> tuple[float, float]:
        """Create the job; return after how many seconds that was answered, and after how many the last was told."""
        make = client(self.target).create_job
        began = time.perf_counter()  # the client's own making is no part of it
        await asyncio.to_thread(make, jobId=self.job_id, targets=[self._arn], document=DOCUMENT)
        answered = time.perf_counter() - began
        async with asyncio.timeout(300):
            while any(not lane.notified for lane in self.lanes):
                await asyncio.sleep(0.005)
        return answered, time.perf_counter() - began


async def rates(target: Target, things: int) -> float:
    """Print and return the processor time of an update with 50 things, and with all of them."""
    costs = []
    for count in (IN_FLIGHT, things):
        scene = Scene(target, f"rate-{count}", count)
        await scene.connect()
        await scene.create_job()
        await scene.driver.measure(max(2_000, count), IN_FLIGHT, target.pid)  # each is IN_PROGRESS, and warm
        rounds = [await scene.driver.measure(40_000, IN_FLIGHT, target.pid) for _ in range(3)]
        scene.driver.close()
        middle = sorted(rounds, key=lambda each: each.per_second)[1]
        costs.append(middle.cpu_us or 0.0)
        refused = sum(each.refused for each in rounds)
        print(
            f"  {target.name:16} {count:6,} things {middle.per_second:9,.0f} updates/s  {costs[-1]:6.1f} us of CPU each"
            f"  p99 {middle.percentile(0.99):7.2f} ms  refused {refused}"
        )
    return costs[1] / costs[0]


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
    parser.add_argument("--ministack", action="store_true", help="the same pace and a job for 400 things on ministack")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        openers: list[Opener] = [local, lambda: local(Path(folder) / f"{uuid.uuid4().hex}.db")]
        print(f"{IN_FLIGHT} updates in flight (aims: 15,000 a second in memory, 8,000 with --data; cost within 15 %)")
        for opener in openers:
            async with opener() as target:
                print(f"  {'':16} cost of an update, all over {IN_FLIGHT}: {await rates(target, given.things):.2f}")
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
