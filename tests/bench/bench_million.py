"""A million messages through the window's session: what window, worker and endpoint take once their rings are full.

    xvfb-run -s "-screen 0 1920x1080x24" uv run python -m tests.bench.bench_million [--messages 1000000] [--things 500]

The whole program runs as a person has it: a window on a worker process and the local endpoint. Job after job is made
for all things, each execution about 110 messages long. Each line shows the messages so far and the memory of the three
processes (MB). What is bounded has reached its bounds after two fifths; growth is told from there to the end. The
endpoint keeps every job and execution it was given, as AWS does, so its memory follows those and not the messages.
"""

import argparse
import asyncio
from dataclasses import replace
from time import monotonic
from typing import Final

import psutil
from msgspec.structs import replace as with_fields

from simulator.config import WindowOptions
from simulator.fleet import FleetSettings, ThingSpec
from simulator.jobs.model import JobStatus
from simulator.worker import WorkerFleet
from tests.bench.on_window import run_on_qt, window_on
from ui.composer_draft import JobRequest
from ui.engine import real_engine
from ui.fleet_store import FleetStore
from ui.session import Session

FULL_AFTER: Final = 0.4  # of all messages
LINES: Final = 10
MOST_GROWTH: Final = 0.05
STALLED_SECONDS: Final = 120.0


def memory() -> dict[str, float]:
    """Resident megabytes of the window, the worker and the endpoint."""
    me = psutil.Process()
    found = {"window": me.memory_info().rss / 2**20}
    for child in me.children(recursive=True):
        command = " ".join(child.cmdline())
        for part, module in (("worker", "simulator.worker_main"), ("endpoint", "simulator.endpoint.child")):
            if module in command:
                found[part] = child.memory_info().rss / 2**20
    return found


def passed(store: FleetStore) -> int:
    """How many messages there were, both ways."""
    return store.counters.messages_in + store.counters.messages_out


def unended(store: FleetStore) -> int:
    """How many things have an execution that has not ended."""
    by_status = store.counters.by_status
    return by_status.get(JobStatus.QUEUED, 0) + by_status.get(JobStatus.IN_PROGRESS, 0)


async def drive(session: Session, store: FleetStore, names: list[str], messages: int) -> list[dict[str, float]]:
    """Make job after job until so many messages have passed; return what memory was along the way."""
    seen: list[dict[str, float]] = []
    jobs, moved, last = 0, monotonic(), 0
    while (now := passed(store)) < messages:
        if now != last:
            last, moved = now, monotonic()
        elif monotonic() - moved > STALLED_SECONDS:
            raise SystemExit(f"no message for {STALLED_SECONDS:g} s, after {now:,}")
        if now >= messages * (len(seen) + 1) / LINES:
            seen.append(memory())
            told = ", ".join(f"{part} {mb:.1f}" for part, mb in seen[-1].items())
            print(f"{now:>9,} messages, {jobs} jobs, {len(store.journal):,} changes kept: {told} MB", flush=True)
        if unended(store) == 0:
            jobs += 1
            request = JobRequest(
                job_id=f"job-{jobs}", targets=tuple(names), document="{}", in_progress_timeout_minutes=None,
                description="",
            )  # fmt: skip
            await session.jobs.make(request, quietly=True)
            await asyncio.sleep(1.0)
        await asyncio.sleep(0.1)
    seen.append(memory())
    return seen


async def run(messages: int, things: int, scale: float) -> None:
    """Open the window, let things work, and tell how memory grew."""

    def fleet(settings: FleetSettings) -> WorkerFleet:
        return WorkerFleet(with_fields(settings, ramp=1000.0))

    options = WindowOptions(seed=1, time_scale=scale)
    async with window_on(options, replace(real_engine(), fleet=fleet), (1280, 720)) as window:
        session, store = window.session, window.page.store
        names = [f"thing-{n:04}" for n in range(things)]
        await session.things.add(
            [ThingSpec(name=name, scenario="slow-success", seed=n) for n, name in enumerate(names)]
        )
        await session.things.start(names)
        window.go_to("fleet")
        window.page.table.select_names(names[:1], names[0])  # somebody looks at a thing all the while
        seen = await drive(session, store, names, messages)
        full, end = seen[int(LINES * FULL_AFTER) - 1], seen[-1]
        for part, mb in end.items():
            growth = mb / full[part] - 1
            verdict = "" if part == "endpoint" else "  ok" if growth <= MOST_GROWTH else "  OVER"
            print(f"{part}: {full[part]:.1f} to {mb:.1f} MB, {growth:+.1%}{verdict}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--things", type=int, default=500)
    parser.add_argument("--time-scale", type=float, default=30.0)
    given = parser.parse_args()
    run_on_qt(lambda _: run(given.messages, given.things, given.time_scale))


if __name__ == "__main__":
    main()
