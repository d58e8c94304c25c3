"""Does anything grow? Many things at a fast clock for hours of their time, with jobs and faults all the while.

    uv run python -m tests.bench.soak [--things 500] [--hours 8] [--time-scale 60]     (Linux: it reads /proc)

Every twenty simulated minutes all things get a job; they walk it through scenarios with faults (lost lines, reboots,
lost replies, duplicates, stale versions, malformed updates, updates after the end), and every hour a tenth of them is
stopped and started. A job that has ended is deleted, as an operator would. The resident set of the fleet's process and
of the endpoint's is sampled after each job; after the first quarter, the warm-up, neither may grow by more than 5 %. At
the end no task, thread, socket or process may be left. Exit status 1 if one of this does not hold; 130 after Ctrl-C,
which stops everything and says how far the soak had come.
"""

import argparse
import asyncio
import gc
import os
import socket
import statistics
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from simulator.endpoint.child import fastest_loop
from simulator.endpoint.process import LocalEndpoint
from simulator.errors import EXIT_INTERRUPTED, SimulatorError
from simulator.feed import FeedBatch
from simulator.fleet import FleetSettings, ThingSpec
from simulator.local_fleet import LocalFleet
from simulator.operator import Operator
from simulator.resources_check import ensure_descriptors
from simulator.scenario.mix import assign, parse_weights
from simulator.scenario.walk import seed_for
from simulator.watch import Watch
from tests.bench.driver import resident_mib

JOB_MINUTES = 20
GROWTH_LIMIT = 0.05
SCENARIOS = (
    "success=30,flaky-network=20,forgetful=10,rebooter=10,duplicate-sender=8,scrambler=6,malformed=5,oversize=4,"
    "fail=3,reject=2,timeout=1,zombie=1"
)
DOCUMENT = '{"operation": "firmware-update", "firmware": {"version": "2.4.0"}}'


class Soak:
    """One soak: what it does job by job, and what it sees."""

    def __init__(self, things: int, hours: float, time_scale: float, seed: int) -> None:
        self.names = [f"thing-{number:05}" for number in range(1, things + 1)]
        self.jobs = max(4, round(hours * 60 / JOB_MINUTES))
        self.scale = time_scale
        scenarios = assign(self.names, parse_weights(SCENARIOS), seed)
        self.specs = [ThingSpec(name=name, scenario=scenarios[name], seed=seed_for(seed, name)) for name in self.names]
        self.watch = Watch()
        self.samples: dict[str, list[float]] = {"fleet": [], "endpoint": []}
        self.ended: Counter[str] = Counter()

    async def run(self) -> None:
        """Do all of it."""
        async with (
            LocalEndpoint(time_scale=self.scale) as endpoint,
            Operator(endpoint.http_url) as operator,
        ):
            assert endpoint.pid is not None
            await operator.create_things(self.names)
            group = await operator.create_group("soak", self.names)
            fleet = LocalFleet(FleetSettings(address=endpoint.mqtt_address, time_scale=self.scale))
            await fleet.open(self._on_batch)
            try:
                await fleet.add(self.specs)
                await fleet.start(self.names)
                await self.watch.until_more_connected(len(self.names) - 1, 120)
                for number in range(self.jobs):
                    await self._one_job(number, operator, group, fleet)
                    self._sample(number, endpoint.pid)
            finally:
                await fleet.close()

    def _on_batch(self, batch: FeedBatch) -> None:
        self.watch.on_batch(batch)

    async def _one_job(self, number: int, operator: Operator, group: str, fleet: LocalFleet) -> None:
        began = time.monotonic()
        job_id = f"soak-{number:04}"
        await operator.create_job(job_id, [group], DOCUMENT, in_progress_timeout_minutes=5)
        if number % 3 == 2:  # every simulated hour a tenth rests for a minute
            tenth = self.names[number % 10 :: 10]
            await fleet.stop(tenth)
            await asyncio.sleep(60 / self.scale)
            await fleet.start(tenth)
        until = began + JOB_MINUTES * 60 / self.scale
        while time.monotonic() < until:
            await asyncio.sleep(min(1.0, max(0.0, until - time.monotonic())))
        view = await operator.describe_job(job_id)
        self.ended.update({status: count for status, count in view.counters.items() if count})
        await operator.delete_job(job_id, force=True)

    def _sample(self, number: int, endpoint_pid: int) -> None:
        gc.collect()
        self.samples["fleet"].append(resident_mib(os.getpid()))
        self.samples["endpoint"].append(resident_mib(endpoint_pid))
        counters = self.watch.counters
        print(
            f"job {number + 1:3} of {self.jobs}: fleet {self.samples['fleet'][-1]:6.1f} MiB, endpoint"
            f" {self.samples['endpoint'][-1]:6.1f} MiB, {counters.finished:,} executions,"
            f" {sum(counters.faults.values()):,} faults, {counters.reconnects:,} reconnects",
            flush=True,
        )

    def growth(self, which: str) -> float:
        """How much the second half of what came after the warm-up is above the first half."""
        kept = self.samples[which][len(self.samples[which]) // 4 :]
        half = max(1, len(kept) // 2)
        return statistics.median(kept[half:] or kept) / statistics.median(kept[:half]) - 1


def sockets_open() -> int:
    """How many sockets this process holds."""
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            count += str(descriptor.readlink()).startswith("socket:")
        except OSError:
            continue  # the descriptor of the listing itself
    return count


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=500)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--time-scale", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


async def verdict(soak: Soak) -> int:
    """Do the soak and say whether anything grew or was left; return the exit status."""
    sockets = sockets_open()
    threads = {thread.name for thread in threading.enumerate()}
    await soak.run()
    await asyncio.sleep(0.5)
    gc.collect()
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    new_threads = [
        thread.name
        for thread in threading.enumerate()
        if thread.name not in threads and not thread.name.startswith(("asyncio_", "uvloop_"))  # the loop's own pool
    ]
    new_sockets = sockets_open() - sockets
    good = not left and not new_threads and new_sockets <= 0
    for which in soak.samples:
        growth = soak.growth(which)
        good = good and growth <= GROWTH_LIMIT
        print(f"{which}: {growth:+.1%} after the warm-up (limit {GROWTH_LIMIT:+.0%})")
    print(f"ends, by the service: {dict(soak.ended)}")
    print(f"left: {len(left)} tasks {left[:5]}, {len(new_threads)} threads {new_threads[:5]}, {new_sockets} sockets")
    return 0 if good else 1


def main() -> int:
    """Return the exit status; an interruption and what can be expected to fail are a sentence each."""
    given = arguments()
    socket.setdefaulttimeout(60)
    soak = Soak(given.things, given.hours, given.time_scale, given.seed)
    try:
        ensure_descriptors(given.things)
        with asyncio.Runner(loop_factory=fastest_loop()) as runner:
            return runner.run(verdict(soak))
    except KeyboardInterrupt:
        done = len(soak.samples["fleet"])
        print(f"soak: interrupted after {done} of {soak.jobs} jobs; everything is stopped", file=sys.stderr)
        return EXIT_INTERRUPTED
    except SimulatorError as exc:
        print(f"soak: {exc}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
