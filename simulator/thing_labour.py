"""Real work in a thing's walk: a download or a custom step, in a task of its own beside the thing's conversation."""

import asyncio
import inspect
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from random import Random
from typing import Any, Final

from simulator.clock import Clock
from simulator.custom_step import StepContext, StepFailedError, custom_step
from simulator.errors import SimulatorError
from simulator.fleet import ThingSpec
from simulator.jobs.limits import STATUS_DETAILS_KEY, STATUS_DETAILS_PAIRS, STATUS_DETAILS_VALUE_CHARACTERS
from simulator.jobs.model import JobExecution
from simulator.scenario.actions import Report, Work
from simulator.thing_walk import ThingWalk

logger = logging.getLogger(__name__)

DOWNLOAD: Final = "download"
LEAST_SECONDS: Final = 0.2
"""Real seconds between two updates of one piece of work, at least, however fast the clock."""


class Labour:
    """One piece of work under way. It belongs to the thing that made it, which stops it or takes what came of it."""

    __slots__ = (
        "_deadline", "_details", "_every", "_loop", "_next_at", "_on_news", "_percent", "_report", "_task", "_told",
        "failure", "is_over", "work",
    )  # fmt: skip

    def __init__(self, work: Work, scale: float, on_news: Callable[[], None]) -> None:
        self.work = work
        self.failure = ""
        self.is_over = False
        self._on_news = on_news
        self._loop = asyncio.get_running_loop()
        self._every = max(work.every / scale, LEAST_SECONDS)
        self._next_at = self._loop.time() + self._every
        self._percent = 0
        self._details: dict[str, str] = {}
        self._told: tuple[int, dict[str, str]] = (0, {})
        self._report: Report | None = None  # made, and not accepted yet
        self._task: asyncio.Task[None] | None = None

    def start(self, doing: Coroutine[Any, Any, None], seconds: float) -> None:
        """Begin; after so many real seconds it has failed."""
        self._task = self._loop.create_task(self._do(doing, seconds), name=f"work {self.work.step}")

    async def _do(self, doing: Coroutine[Any, Any, None], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds) as limit:
                await doing
        except SimulatorError as error:
            self.failure = str(error)
        except TimeoutError as error:
            what = f"it took longer than {self.work.within:g} s" if limit.expired() else f"timed out: {error}"
            self.failure = f"{self.work.kind}: {what}"
        except Exception as error:
            logger.warning("the step %s failed", self.work.kind, exc_info=error)
            self.failure = f"{type(error).__name__}: {error}"
        self.is_over = True
        self._on_news()

    async def stop(self) -> None:
        """End it, and wait until it has ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    # --- how far it is ----------------------------------------------------------------------------------------------

    def advance(self, percent: int, details: Mapping[str, str] | None = None) -> None:
        """Note how far the work is; the thing is told when an update is due."""
        self._percent = max(self._percent, percent)
        for key, value in (details or {}).items():
            said = " ".join(str(value).split())[:STATUS_DETAILS_VALUE_CHARACTERS]
            if said and STATUS_DETAILS_KEY.fullmatch(key):
                self._details[key] = said
        if self._is_changed() and self._loop.time() >= self._next_at:
            self._on_news()

    @property
    def patience(self) -> float:
        """Real seconds until it is worth looking again, if nothing happens."""
        return max(self._next_at - self._loop.time(), LEAST_SECONDS)

    def due(self) -> Report | None:
        """Return the update that is due, the same until it was `told`; of work that is over, only what is new in it."""
        if self._report is None and self._is_changed():
            is_time = self._loop.time() >= self._next_at
            if (is_time and not self.is_over) or (self.is_over and self._details != self._told[1]):
                report = self.work.report(self._percent)
                details = {**report.status_details, **self._details}
                while len(details) > STATUS_DETAILS_PAIRS:
                    details.popitem()
                self._report = replace(report, status_details=details)
                self._told = self._percent, dict(self._details)
        return self._report

    def told(self) -> None:
        """The update was accepted, or will never be."""
        self._report = None
        self._next_at = self._loop.time() + self._every

    def is_in_vain(self, is_working: bool, is_online: bool, walk: ThingWalk) -> bool:
        """Whether it should be stopped: nobody waits for it, or it needs a network that is not there."""
        return not is_working or walk.action() is not self.work or (not is_online and self.work.kind == DOWNLOAD)

    def _is_changed(self) -> bool:
        return (self._percent, self._details) != self._told


class Workshop:
    """Begins the work of one thing, and keeps what outlives a stop: the part of a download that is there already."""

    __slots__ = ("_ca", "_clock", "_download", "_spec")

    def __init__(self, spec: ThingSpec, clock: Clock, ca: str = "") -> None:
        """`ca` is whom downloads trust beside what the system trusts."""
        self._ca = ca
        self._spec = spec
        self._clock = clock
        self._download: tuple[tuple[str, int, str], Any] | None = None

    def begin(
        self, work: Work, execution: JobExecution, document: Mapping[str, Any], on_news: Callable[[], None]
    ) -> Labour:
        """Start the work in a task; `on_news` is called when an update is due or it is over."""
        scale = self._clock.scale
        labour = Labour(work, scale, on_news)
        chance = Random(f"{self._spec.seed}/{execution.job_id}/{execution.execution_number}/{work.step}")
        if work.kind == DOWNLOAD:
            labour.start(self._fetch(labour, work, execution, chance), work.within)
        else:
            context = StepContext(
                thing_name=self._spec.name,
                job_id=execution.job_id,
                document=document,
                attributes=self._spec.attributes,
                parameters=work.parameters,
                random=chance,
                clock=self._clock,
                tell=labour.advance,
            )
            labour.start(_custom(work.kind, context), work.within / scale)
        return labour

    def forget(self) -> None:
        """Keep nothing: the work is done, or its execution has ended."""
        self._download = None

    async def _fetch(self, labour: Labour, work: Work, execution: JobExecution, chance: Random) -> None:
        from simulator.download import Download, DownloadError  # aiohttp: most things never download

        key = execution.job_id, execution.execution_number, work.step
        if self._download is None or self._download[0] != key:
            given = work.parameters
            try:
                size = int(str(given["size"])) if given.get("size") not in (None, "") else None
            except ValueError:
                raise DownloadError(f"the size {str(given['size'])[:40]} is no whole number") from None
            url, sha256 = str(given.get("url", "")), str(given.get("sha256", ""))
            self._download = key, Download(url, sha256=sha256, size=size, ca=self._ca)
        download: Download = self._download[1]
        await download.run(lambda: labour.advance(download.percent), chance)
        labour.advance(100)


async def _custom(kind: str, context: StepContext) -> None:
    doing = custom_step(kind)(context)
    if not inspect.isawaitable(doing):
        raise StepFailedError(f"the step {kind} is no async function: it returned {type(doing).__name__}")
    await doing
