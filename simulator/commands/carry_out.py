"""Running a plan to its end under a person's eyes: a loop, Ctrl-C as a clean stop, and something that shows it."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from simulator.endpoint.process import fastest_loop
from simulator.report import Report
from simulator.run import HeadlessRun

Show = Callable[[], Awaitable[None]]
"""Shows the run until it is cancelled."""


def carry_out(run: HeadlessRun, show: Show | None = None) -> Report:
    """Run to the end, or to Ctrl-C or SIGTERM, which stop it cleanly; a second Ctrl-C ends the program at once."""
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        return runner.run(_shown(run, show))


async def _shown(run: HeadlessRun, show: Show | None) -> Report:
    stop = asyncio.Event()
    with _stopping(stop):
        if show is None:
            return await run.go(stop)
        showing = asyncio.ensure_future(show())
        try:
            return await run.go(stop)
        finally:
            showing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await showing


@contextlib.contextmanager
def _stopping(stop: asyncio.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM set `stop`, the first time; the second time they do what they usually do."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    former: dict[signal.Signals, Any] = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number in numbers:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, signal.default_int_handler if number is signal.SIGINT else former[number])

    def asked() -> None:
        stop.set()
        restore()

    for number in numbers:
        try:
            loop.add_signal_handler(number, asked)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(asked))
    try:
        yield
    finally:
        restore()
