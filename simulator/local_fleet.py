"""A fleet in the caller's own loop: for a library, for tests, for a headless run, and inside each worker process."""

import asyncio
import functools
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from simulator.clock import Clock, ScaledClock
from simulator.coalescer import Feed
from simulator.errors import InputError
from simulator.event_log import AppendedFile, EventLog
from simulator.feed import BatchHandler, Counters, ThingDetail, ThingSnapshot
from simulator.fleet import FleetSettings, LineAction, StepAction, ThingSpec
from simulator.health import LoopLag, rss_mib
from simulator.histogram import Histogram, WindowedHistogram
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.member import Member, ThingFactory
from simulator.metrics import EventLogTotals, RunStatistics, peak_rss_mib
from simulator.owner import Owner
from simulator.ramp import Ramp
from simulator.resources_check import ensure_descriptors
from simulator.scenario.faults import SECONDS, Fault, FaultName
from simulator.scenario.plan import Scenario
from simulator.tally import Tally
from simulator.traffic import Traffic, TransportFactory
from simulator.transport.base import LinkHandler, MessageHandler, Transport

logger = logging.getLogger(__name__)

GOODBYE_SECONDS: Final = 3.0
PERCENTILES_EVERY_SECONDS: Final = 0.5


class LocalFleet:
    """Implements `Fleet`. Everything in it belongs to the loop that `open` was awaited on."""

    def __init__(
        self,
        settings: FleetSettings,
        *,
        clock: Clock | None = None,
        transport_factory: TransportFactory | None = None,
        thing_factory: ThingFactory | None = None,
        tells_outages: bool = True,
    ) -> None:
        """Make a fleet that is not open yet; `clock` is what things go by, `transport_factory` gives them their lines.

        Without `tells_outages` the feed leaves it to whoever puts several fleets together to see an outage.

        Raises:
            InputError: the address or the time scale in `settings` cannot be used.
        """
        self._settings = settings
        self._tells_outages = tells_outages
        self._clock = clock or ScaledClock(settings.time_scale)
        self._needs_sockets = transport_factory is None
        self._traffic = Traffic(transport_factory or _over_mqtt(settings))
        self._make_thing = _thing_factory() if thing_factory is None else thing_factory
        self._scenarios: dict[str, Scenario] = {}
        self._members: dict[str, Member] = {}
        self._queue: OrderedDict[str, Member] = OrderedDict()  # asked to run, waiting for their turn at the ramp
        self._requested = 0
        self._finished = 0
        self._is_queue_filled = asyncio.Event()
        self._ramp = Ramp(settings.ramp)
        self._owner = Owner()
        self._feed: Feed | None = None
        self._lag = LoopLag()
        self._event_file: AppendedFile | None = None
        self._events: EventLog | None = None
        self._tally = Tally(settings.log_entries)
        self._latencies = WindowedHistogram()
        self._percentiles = (0.0, 0.0)
        self._percentiles_until = 0.0

    # --- opening and closing ----------------------------------------------------------------------------------------

    async def open(self, on_batch: BatchHandler) -> None:
        if self._settings.event_log:
            self._event_file = _opened(self._settings.event_log)
            self._events = EventLog(self._event_file.append)
        self._feed = Feed(self._refresh, self._counters, on_batch, tells_outages=self._tells_outages)
        self._owner.start(self._connect_in_turn(), name="ramp")

    async def close(self, grace_seconds: float = GOODBYE_SECONDS) -> None:
        for member in self._members.values():
            self._stop(member)
        left = await self._owner.close(grace_seconds)
        if left:
            logger.warning("%d tasks did not stop within %g s: %s", len(left), grace_seconds, ", ".join(left[:10]))
        if self._feed is not None:
            self._feed.stop()
            self._feed = None
        self._lag.stop()
        if self._events is not None and self._event_file is not None:
            await asyncio.to_thread(self._events.close)
            self._event_file.close()

    def hold_feed(self) -> None:
        """Let changes wait until `release_feed`, because the last batch is still on its way to whoever watches."""
        if self._feed is not None:
            self._feed.hold()

    def release_feed(self) -> None:
        """Let batches go out again."""
        if self._feed is not None:
            self._feed.release()

    # --- commands ---------------------------------------------------------------------------------------------------

    async def define(self, name: str, yaml_text: str) -> None:
        from simulator.scenario import (
            loader,
        )  # parsing needs pydantic and a YAML reader: 0.3 s that a start can do without

        self._scenarios[name] = loader.parse(yaml_text, name, self._scenario)

    async def add(self, things: Sequence[ThingSpec]) -> None:
        names = {spec.name for spec in things}
        if len(names) < len(things) or not self._members.keys().isdisjoint(names):
            raise InputError(
                _twice(things, self._members), "there is a thing of this name already", "choose another name"
            )
        if self._needs_sockets:
            ensure_descriptors(len(self._members) + len(things))
        scenarios = {name: self._scenario(name) for name in {spec.scenario for spec in things}}
        for spec in things:
            member = Member(spec.name, self._traffic)
            member.thing = self._make_thing(
                spec,
                scenarios[spec.scenario],
                member.line,
                self._clock,
                self._settings,
                functools.partial(self._has_changed, member),
                on_ack=self._record_ack,
            )
            if self._events is not None:
                member.thing.tell_events(self._events.of(spec.name))
            self._members[spec.name] = member
            self._mark(member)

    async def remove(self, names: Sequence[str]) -> None:
        for member in self._known(names):
            self._stop(member)
            del self._members[member.name]
            self._tally.replace(member.shown, None)
            self._mark(member)

    async def start(self, names: Sequence[str]) -> None:
        self._lag.start()  # only now: reading scenarios holds the loop up for a while, which no latency tells of
        for member in self._known(names):
            self._requested += not member.is_wanted
            member.is_wanted = True
            if member.task is None:
                self._enqueue(member)

    async def set_ramp(self, ramp: float) -> None:
        self._ramp = Ramp(ramp)

    async def stop(self, names: Sequence[str]) -> None:
        for member in self._known(names):
            self._stop(member)

    async def line(self, names: Sequence[str], action: LineAction) -> None:
        for member in self._known(names):
            if action is LineAction.CONNECT:
                member.thing.restore_line()
            else:
                member.thing.cut_line()

    async def assign(self, names: Sequence[str], scenario: str, *, now: bool = False) -> None:
        resolved = self._scenario(scenario)
        for member in self._known(names):
            member.thing.assign(resolved, now=now)

    async def manual(self, names: Sequence[str], on: bool) -> None:
        for member in self._known(names):
            member.thing.set_manual(on)

    async def act(self, names: Sequence[str], action: StepAction) -> None:
        for member in self._known(names):
            member.thing.act(action)

    async def step(self, names: Sequence[str]) -> None:
        await self.act(names, StepAction.STEP)

    async def misbehave(self, names: Sequence[str], fault: FaultName, seconds: float | None = None) -> None:
        made = Fault(fault, SECONDS.get(fault, 0.0) if seconds is None else seconds)
        for member in self._known(names):
            member.thing.misbehave(made)

    async def send(self, names: Sequence[str], update: UpdateByHand) -> None:
        if update.problem:
            raise InputError("the update", update.problem, "write a shorter one, or another job id")
        for member in self._known(names):
            member.thing.send(update)

    async def force(self, names: Sequence[str], status: JobStatus | None, reason: str = "") -> None:
        for member in self._known(names):
            member.thing.force(status, reason)

    async def detail(self, name: str) -> ThingDetail | None:
        member = self._members.get(name)
        if member is None:
            return None
        return msgspec.structs.replace(member.thing.detail(), snapshot=member.snapshot())

    async def statistics(self) -> RunStatistics:
        return RunStatistics(
            counters=self._counters(),
            latency=self._latencies.whole.to_dict(),
            peak_rss_mib=peak_rss_mib(),
            worst_loop_lag_ms=self._lag.worst_ms,
            loop_lag=self._lag.histogram.to_dict(),
            rss_mib=rss_mib(),
            events=EventLogTotals() if self._events is None else self._events.totals,
        )

    def _known(self, names: Sequence[str]) -> Iterator[Member]:
        return (self._members[name] for name in names if name in self._members)

    def _scenario(self, name: str) -> Scenario:
        if name not in self._scenarios:
            from simulator.scenario import loader

            self._scenarios[name] = loader.resolve(name)
        return self._scenarios[name]

    # --- running ----------------------------------------------------------------------------------------------------

    def _enqueue(self, member: Member) -> None:
        member.broken = ""
        member.is_queued = True
        self._queue[member.name] = member
        self._is_queue_filled.set()
        self._mark(member)

    def _stop(self, member: Member) -> None:
        self._requested -= member.is_wanted
        member.is_wanted = False
        if member.is_queued:
            member.is_queued = False
            del self._queue[member.name]
            self._mark(member)
        elif member.task is not None and not member.is_stopping:
            member.is_stopping = True
            member.task.cancel()

    async def _connect_in_turn(self) -> None:
        """Start things at the ramp. How many may dial at once is the transport's to say: it knows about sockets."""
        while True:
            while not self._queue:
                self._is_queue_filled.clear()
                await self._is_queue_filled.wait()
            await asyncio.sleep(self._ramp.wait_before_next(time.monotonic()))
            if self._queue:
                self._run(self._queue.popitem(last=False)[1])

    def _run(self, member: Member) -> None:
        member.is_queued = False
        member.task = self._owner.start(member.run(), name=f"thing {member.name}")
        member.task.add_done_callback(lambda _: self._has_ended(member))

    def _has_ended(self, member: Member) -> None:
        member.task = None
        member.is_stopping = False
        if member.is_wanted and not member.broken:  # stopped and started again before it had said goodbye
            self._enqueue(member)
        self._mark(member)

    # --- what is shown ----------------------------------------------------------------------------------------------

    def _has_changed(self, member: Member, _thing: object) -> None:
        self._finished += member.has_ended_another()
        self._mark(member)

    def _mark(self, member: Member) -> None:
        if self._feed is not None:
            self._feed.mark(member.name)

    def _refresh(self, name: str) -> ThingSnapshot | None:
        member = self._members.get(name)
        if member is None:
            return None
        snapshot = member.snapshot()
        self._tally.replace(member.shown, snapshot)
        member.shown = snapshot
        return snapshot

    def _record_ack(self, ms: float) -> None:
        self._latencies.record(ms, time.monotonic())

    def recent_latencies(self) -> Histogram:
        """Return the latencies of the last 10 s, to be merged with those of other fleets."""
        self._latencies.expire(time.monotonic())
        return self._latencies.total

    def _counters(self) -> Counters:
        now = time.monotonic()
        if now >= self._percentiles_until:
            recent = self.recent_latencies()
            self._percentiles = (recent.percentile(50), recent.percentile(99))
            self._percentiles_until = now + PERCENTILES_EVERY_SECONDS
        return msgspec.structs.replace(
            self._tally.counters(),
            requested=self._requested,
            messages_in=self._traffic.messages_in,
            messages_out=self._traffic.messages_out,
            reconnects=self._traffic.reconnects,
            finished=self._finished,
            rejections=dict(self._traffic.rejections),
            ack_p50_ms=self._percentiles[0],
            ack_p99_ms=self._percentiles[1],
            loop_lag_ms=float(round(self._feed.lag.recent_ms(now))) if self._feed else 0.0,
        )


def _twice(things: Sequence[ThingSpec], members: dict[str, Member]) -> str:
    seen = set(members)
    for spec in things:
        if spec.name in seen:
            return spec.name
        seen.add(spec.name)
    return ""


def _opened(path: str) -> AppendedFile:
    try:
        return AppendedFile(path)
    except OSError as exc:
        words = (exc.strerror or str(exc)).lower()
        raise InputError(
            f"--event-log {path}", f"cannot be written: {words}", "name a file where you may write"
        ) from exc


def _thing_factory() -> ThingFactory:
    from simulator.thing import Thing

    return Thing


def _over_mqtt(settings: FleetSettings) -> TransportFactory:
    from simulator.transport.address import parse_address
    from simulator.transport.paho import PahoTransport
    from simulator.transport.secure import Wardrobe

    endpoint = parse_address(settings.address)
    wardrobe = Wardrobe(settings.credentials, endpoint) if endpoint.tls and settings.credentials.has_files else None

    def line(client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        return PahoTransport(
            endpoint,
            client_id,
            on_message,
            on_link,
            keep_alive_seconds=settings.keep_alive_seconds,
            random=random.Random(client_id),
            tls_context=wardrobe.secure_for(client_id) if wardrobe is not None else None,
            login=settings.credentials.login_of(client_id),
        )

    return line
