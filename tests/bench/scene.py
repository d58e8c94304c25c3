"""Things that share a job at an endpoint, and rounds of their updates, taken in turns with those of other things."""

import asyncio
import statistics
import time
import uuid
from collections.abc import Sequence

from tests.bench.driver import Driver, Lane, Measured
from tests.bench.targets import DOCUMENT, Target, client, make_things

IN_FLIGHT = 50


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

    async def update(self, updates: int, active: int | None = None) -> Measured:
        """Let the things, or only the first `active` of them, send updates, each in its turn."""
        return await self.driver.measure(updates, IN_FLIGHT, self.target.pid, active)


def line(scene: Scene, rounds: Sequence[Measured]) -> str:
    """What the rounds of a scene came to: medians, and the latency of the round in the middle."""
    cpu = [each.cpu_us for each in rounds if each.cpu_us is not None]
    middle = sorted(rounds, key=lambda each: each.per_second)[len(rounds) // 2]
    return (
        f"  {scene.target.name:16} {len(scene.names):6,} things {middle.per_second:9,.0f} updates/s"
        f"  {statistics.median(cpu) if cpu else 0:6.1f} us of the endpoint's CPU each"
        f"  p50 {middle.percentile(0.5):6.2f} p99 {middle.percentile(0.99):7.2f} ms"
        f"  refused {sum(each.refused for each in rounds)}"
    )


async def in_turns(scenes: Sequence[Scene], updates: int, rounds: int) -> list[list[Measured]]:
    """Measure each scene `rounds` times, one after the other, so that a change of the machine's pace meets all alike.

    Every thing has sent an update before, so that each execution is IN_PROGRESS and all code is warm.
    """
    for scene in scenes:
        await scene.update(max(2_000, len(scene.names)))
    taken: list[list[Measured]] = [[] for _ in scenes]
    for _ in range(rounds):
        for scene, results in zip(scenes, taken, strict=True):
            results.append(await scene.update(updates))
    return taken


def ratio(over: Sequence[Measured], under: Sequence[Measured]) -> tuple[float, float, float]:
    """The processor time of an update in one scene over that in another, round by round: median, least, most."""
    ratios = sorted((above.cpu_us or 0.0) / (below.cpu_us or 1.0) for above, below in zip(over, under, strict=True))
    return statistics.median(ratios), ratios[0], ratios[-1]
