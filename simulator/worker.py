"""A fleet whose things run in processes of their own; this side only keeps the newest snapshot of each."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from simulator import worker_protocol as say
from simulator.coalescer import Feed
from simulator.errors import InputError
from simulator.feed import Activity, BatchHandler, Counters, FeedBatch, ThingDetail, ThingSnapshot
from simulator.fleet import FleetSettings, LineAction, Past, StepAction, ThingSpec
from simulator.histogram import Buckets, Histogram
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.metrics import RunStatistics, summed_statistics
from simulator.scenario.faults import FaultName
from simulator.tally import Tally, summed
from simulator.transport.base import Link
from simulator.worker_process import GRACE_SECONDS, WorkerGoneError, WorkerProcess

logger = logging.getLogger(__name__)

MOST_WORKERS: Final = 64


class _Station:
    """One place for a worker process: which things live there, and what the process last said of itself."""

    def __init__(self) -> None:
        self.process: WorkerProcess | None = None  # None: it ended by itself, and its things are lost
        self.names: set[str] = set()
        self.counters = Counters()
        self.recent: Buckets = {}
        self.said: RunStatistics | None = None  # when it was last asked
        self.owes_receipt = False


class WorkerFleet:
    """Implements `Fleet` with `workers` child processes. It works on any asyncio loop, Qt's among them.

    The feed of all workers is one feed: newest snapshots, counters summed, percentiles of the merged latencies, the
    worst lag. What a worker that died had counted stays counted, its latencies as when it was last asked for them.
    """

    def __init__(self, settings: FleetSettings, workers: int = 1, *, grace_seconds: float = GRACE_SECONDS) -> None:
        """Make a fleet that is not open yet. `grace_seconds` is what `close` gives the processes to leave.

        Raises:
            InputError: `workers` is not from 1 to MOST_WORKERS.
        """
        if not 1 <= workers <= MOST_WORKERS:
            raise InputError("--workers", f"{workers} is not from 1 to {MOST_WORKERS}", "write about one for each core")
        self._grace_seconds = grace_seconds
        self._settings = replace(settings, ramp=settings.ramp / workers)
        self._stations = [_Station() for _ in range(workers)]
        self._home: dict[str, _Station] = {}
        self._specs: dict[str, ThingSpec] = {}
        self._newest: dict[str, ThingSnapshot] = {}
        self._defined: dict[str, str] = {}
        self._wanted: set[str] = set()
        self._manual: set[str] = set()
        self._past = Counters()  # what was counted by workers that are gone
        self._past_statistics: list[RunStatistics] = []  # what they said last; at most one, of all of them
        self._lost = Tally()
        self._feed: Feed | None = None
        self._watcher: BatchHandler | None = None

    # --- opening, closing, and what lies between --------------------------------------------------------------------

    async def open(self, on_batch: BatchHandler) -> None:
        """Start the worker processes.

        Raises:
            InputError: the settings cannot be used.
            WorkerError: a worker process cannot be started.
        """
        self._watcher = on_batch
        self._feed = Feed(self._newest.get, self._counters, self._deliver)
        try:
            for station in self._stations:
                self._employ(station)
            await asyncio.gather(*(self._prepare(station) for station in self._stations))
        except BaseException:
            await self.close()
            raise

    async def close(self, grace_seconds: float | None = None) -> None:
        """End the worker processes, all at the same time; within 7 s even if none of them listens.

        One that has not left by itself after `grace_seconds` is made to.
        """
        grace = self._grace_seconds if grace_seconds is None else grace_seconds
        processes = [station.process for station in self._stations if station.process is not None]
        await asyncio.gather(*(process.close(grace) for process in processes))
        if self._feed is not None:
            self._feed.stop()
            self._feed = None

    async def restart_lost(self) -> None:
        """Start new processes for those that ended by themselves, with the things they had; what ran runs again."""
        for station in [station for station in self._stations if station.process is None]:
            process = self._employ(station)
            try:
                await self._prepare(station)
            except BaseException:
                await process.close()
                station.process = None
                raise
            names = list(station.names)
            self._count_lost()
            self._specs.update((name, self._as_it_was(name)) for name in names)
            await self._ask(station, say.Add([self._specs[name] for name in names]))
            await self._ask(station, say.Manual([name for name in names if name in self._manual], on=True))
            await self._ask(station, say.Start([name for name in names if name in self._wanted]))

    def _as_it_was(self, name: str) -> ThingSpec:
        """Return what to make a thing of that was lost: it has the firmware and the executions that it had last."""
        spec, shown = self._specs[name], self._newest.get(name)
        if shown is None:
            return spec
        past = spec.past
        if shown.job_id and shown.attempt:
            past = Past(attempt=shown.attempt, job_id=shown.job_id, execution_number=shown.execution_number)
        return replace(spec, firmware=shown.firmware or spec.firmware, past=past)

    @property
    def lost(self) -> int:
        """How many things are lost with their worker processes."""
        return sum(len(station.names) for station in self._stations if station.process is None)

    def _employ(self, station: _Station) -> WorkerProcess:
        station.counters = Counters()
        station.recent = {}
        station.owes_receipt = False
        station.process = WorkerProcess(
            lambda batch: self._take_in(station, batch), lambda how: self._has_died(station, how)
        )
        return station.process

    async def _prepare(self, station: _Station) -> None:
        process = station.process
        assert process is not None
        try:
            await process.ask(say.Open(self._settings))
            for name, yaml_text in self._defined.items():
                await process.ask(say.Define(name, yaml_text))
        except WorkerGoneError as error:
            last_words = process.log[-1] if process.log else "it said nothing"
            raise say.WorkerError(f"a worker process could not begin: {error}; its last words: {last_words}") from error

    def _has_died(self, station: _Station, how: str) -> None:
        station.process = None
        counted = station.counters
        self._past = summed(
            [
                self._past,
                replace(
                    counted,
                    requested=0,
                    connected=0,
                    cut_off=0,
                    working=0,
                    total=0,
                    no_execution=0,
                    by_status={},
                    loop_lag_ms=0.0,
                ),
            ]
        )
        if station.said is not None:
            said = [*self._past_statistics, replace(station.said, rss_mib=0.0)]
            self._past_statistics = [summed_statistics(said, Counters())]
        station.said = None
        station.counters = Counters()
        station.recent = {}
        reason = f"its worker process ended ({how})"
        for name in station.names:
            last = self._newest.get(name) or ThingSnapshot(name=name, scenario=self._specs[name].scenario)
            self._newest[name] = replace(last, activity=Activity.LOST, link=Link.OFFLINE, link_reason=reason)
            self._mark(name)
        self._count_lost()
        if self._feed is not None:
            number = len(station.names)
            lost = f"its {number:,} things are lost" if number != 1 else "its one thing is lost"
            self._feed.tell(f"A worker process ended ({how}); {lost}; restart them with “Restart lost things”")

    def _count_lost(self) -> None:
        self._lost = Tally()
        for station in self._stations:
            for name in station.names if station.process is None else ():
                self._lost.replace(None, self._newest[name])

    # --- commands ---------------------------------------------------------------------------------------------------

    async def define(self, name: str, yaml_text: str) -> None:
        await self._ask_all(say.Define(name, yaml_text))
        self._defined[name] = yaml_text

    async def add(self, things: Sequence[ThingSpec]) -> None:
        for name, times in Counter(spec.name for spec in things).items():
            if times > 1 or name in self._home:
                raise InputError(name, "there is a thing of this name already", "choose another name")
        stations = [station for station in self._stations if station.process is not None]
        if not stations:
            raise say.WorkerError("all worker processes have ended; restart the lost things first")
        shares: dict[_Station, list[ThingSpec]] = defaultdict(list)
        for spec in things:  # each goes where there are fewest
            station = min(stations, key=lambda each: len(each.names))
            shares[station].append(spec)
            station.names.add(spec.name)
            self._home[spec.name] = station
            self._specs[spec.name] = spec
        try:
            await self._ask_each((station, say.Add(share)) for station, share in shares.items())
        except BaseException:
            await self.remove([spec.name for spec in things])
            raise

    async def remove(self, names: Sequence[str]) -> None:
        shares = self._shares(names, also_lost=True)
        for station, share in shares.items():
            for name in share:
                self._newest.pop(name, None)
                station.names.discard(name)
                del self._home[name], self._specs[name]
                self._wanted.discard(name)
                self._manual.discard(name)
                self._mark(name)
        self._count_lost()
        await self._ask_each((station, say.Remove(share)) for station, share in shares.items())

    async def start(self, names: Sequence[str]) -> None:
        await self._ask_owners(names, say.Start)
        self._wanted.update(name for name in names if name in self._home)

    async def set_ramp(self, ramp: float) -> None:
        share = ramp / len(self._stations)
        self._settings = replace(self._settings, ramp=share)  # also for a worker that takes a lost one's place
        await self._ask_all(say.SetRamp(share))

    async def stop(self, names: Sequence[str]) -> None:
        self._wanted.difference_update(names)
        await self._ask_owners(names, say.Stop)

    async def line(self, names: Sequence[str], action: LineAction) -> None:
        await self._ask_owners(names, lambda share: say.Line(share, action))

    async def assign(self, names: Sequence[str], scenario: str, *, now: bool = False) -> None:
        await self._ask_owners(names, lambda share: say.Assign(share, scenario, now))
        for name in names:
            if name in self._specs:
                self._specs[name] = replace(self._specs[name], scenario=scenario)

    async def manual(self, names: Sequence[str], on: bool) -> None:
        await self._ask_owners(names, lambda share: say.Manual(share, on))
        known = {name for name in names if name in self._home}
        self._manual = self._manual | known if on else self._manual - known

    async def act(self, names: Sequence[str], action: StepAction) -> None:
        await self._ask_owners(names, lambda share: say.Act(share, action))

    async def step(self, names: Sequence[str]) -> None:
        await self.act(names, StepAction.STEP)

    async def misbehave(self, names: Sequence[str], fault: FaultName, seconds: float | None = None) -> None:
        await self._ask_owners(names, lambda share: say.Misbehave(share, fault, seconds))

    async def send(self, names: Sequence[str], update: UpdateByHand) -> None:
        await self._ask_owners(names, lambda share: say.Send(share, update))

    async def force(self, names: Sequence[str], status: JobStatus | None, reason: str = "") -> None:
        await self._ask_owners(names, lambda share: say.Force(share, status, reason))

    async def detail(self, name: str) -> ThingDetail | None:
        station = self._home.get(name)
        reply = await self._ask(station, say.Detail(name)) if station is not None else None
        return reply.detail if reply is not None else None

    async def statistics(self) -> RunStatistics:
        replies = await self._ask_all(say.Statistics())
        for station, reply in zip(self._stations, replies, strict=True):
            if reply is not None and station.process is not None:
                station.said = reply.statistics
        living = [station.said for station in self._stations if station.said is not None]
        return summed_statistics([*self._past_statistics, *living], self._counters())

    # --- asking -----------------------------------------------------------------------------------------------------

    async def _ask(self, station: _Station, command: say.Command) -> say.Reply | None:
        """Return the answer; None if the process is gone, of which the feed tells."""
        if station.process is None:
            return None
        try:
            return await station.process.ask(command)
        except WorkerGoneError:
            return None

    async def _ask_each(self, commands: Iterable[tuple[_Station, say.Command]]) -> list[say.Reply | None]:
        """Ask several workers at once, wait for all of them, and raise the first error."""
        answers = await asyncio.gather(*(self._ask(*command) for command in commands), return_exceptions=True)
        replies = []
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
            replies.append(answer)
        return replies

    async def _ask_all(self, command: say.Command) -> list[say.Reply | None]:
        return await self._ask_each((station, command) for station in self._stations)

    async def _ask_owners(self, names: Sequence[str], command: Callable[[list[str]], say.Command]) -> None:
        await self._ask_each((station, command(share)) for station, share in self._shares(names).items())

    def _shares(self, names: Sequence[str], *, also_lost: bool = False) -> dict[_Station, list[str]]:
        shares: dict[_Station, list[str]] = defaultdict(list)
        for name in names:
            station = self._home.get(name)
            if station is not None and (also_lost or station.process is not None):
                shares[station].append(name)
        return shares

    # --- what is shown ----------------------------------------------------------------------------------------------

    def _mark(self, name: str) -> None:
        if self._feed is not None:
            self._feed.mark(name)

    def _take_in(self, station: _Station, message: say.Batch) -> None:
        station.counters = message.batch.counters
        station.recent = message.recent
        station.owes_receipt = True
        for snapshot in message.batch.snapshots:
            if snapshot.name in station.names:  # it may have been removed meanwhile
                self._newest[snapshot.name] = snapshot
                self._mark(snapshot.name)
        if self._feed is not None:
            for notice in message.batch.notices:
                self._feed.tell(notice)
            self._feed.nudge()

    def _deliver(self, batch: FeedBatch) -> None:
        try:
            if self._watcher is not None:
                self._watcher(batch)
        finally:
            for station in self._stations:
                if station.owes_receipt and station.process is not None:
                    station.owes_receipt = False
                    station.process.acknowledge()

    def _counters(self) -> Counters:
        lost = replace(self._lost.counters(), rejects=0, dropped=0, faults={})
        counters = summed([self._past, lost, *(station.counters for station in self._stations)])
        recent = Histogram()
        for station in self._stations:
            recent.merge(Histogram.from_dict(station.recent))
        return replace(counters, ack_p50_ms=recent.percentile(50), ack_p99_ms=recent.percentile(99))
