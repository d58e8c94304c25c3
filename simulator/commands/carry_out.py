"""Running a plan to its end under a person's eyes: a loop, Ctrl-C as a clean stop, and something that shows it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from simulator.commands.interruption import Interruption
from simulator.endpoint.child import fastest_loop
from simulator.report import Report
from simulator.run import HeadlessRun

Show = Callable[[], Awaitable[None]]
"""Shows the run until it is cancelled."""


def carry_out(run: HeadlessRun, interruption: Interruption, show: Show | None = None) -> Report:
    """Run to the end, or until the interruption comes, which stops it cleanly."""
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        try:
            return runner.run(_shown(run, interruption, show))
        finally:
            interruption.tell(None)


async def _shown(run: HeadlessRun, interruption: Interruption, show: Show | None) -> Report:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    interruption.tell(lambda: loop.call_soon_threadsafe(stop.set))
    if show is None:
        return await run.go(stop)
    showing = asyncio.ensure_future(show())
    try:
        return await run.go(stop)
    finally:
        showing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await showing
