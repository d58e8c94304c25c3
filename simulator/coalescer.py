"""The feed at work: changes wait here, the newest of each thing, until the next batch may go out."""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from simulator.clock import ScaledClock
from simulator.feed import BATCHES_PER_SECOND, BatchHandler, Counters, FeedBatch, ThingSnapshot
from simulator.metrics import LagMeter
from simulator.outage import Outage

logger = logging.getLogger(__name__)

BUSY_SECONDS: Final = 1 / BATCHES_PER_SECOND
IDLE_SECONDS: Final = 0.5  # counters move without a thing changing: windows run out, messages pass
SNAPSHOTS_PER_BATCH: Final = 5_000  # a batch this large decodes in about 10 ms and stays far below the largest frame
NOTICES_KEPT: Final = 64


class Timer(Protocol):
    """What can be thought better of: asyncio.TimerHandle."""

    def cancel(self) -> None: ...


class CallLater(Protocol):
    """Like AbstractEventLoop.call_later: has `callback` called in so many real seconds."""

    def __call__(self, delay: float, callback: Callable[[], None], /) -> Timer: ...


class Coalescer:
    """What changed and was not told yet. It holds names, never snapshots, so it is bounded by the number of things."""

    def __init__(self, refresh: Callable[[str], ThingSnapshot | None]) -> None:
        """`refresh` returns a thing's newest snapshot, None for a thing that is no longer there."""
        self._refresh = refresh
        self._changed: dict[str, None] = {}
        self._notices: deque[str] = deque(maxlen=NOTICES_KEPT)

    @property
    def is_waiting(self) -> bool:
        """Whether there is something to tell."""
        return bool(self._changed or self._notices)

    def mark(self, name: str) -> None:
        """Note that a thing changed, came or went."""
        self._changed[name] = None

    def tell(self, notice: str) -> None:
        """Add a sentence for the banner; of more than NOTICES_KEPT the oldest are lost."""
        self._notices.append(notice)

    def take(self) -> tuple[list[ThingSnapshot], list[str], list[str]]:
        """Return snapshots, removed names and notices; what has waited longest goes first when there are too many."""
        if len(self._changed) <= SNAPSHOTS_PER_BATCH:
            names, self._changed = list(self._changed), {}
        else:
            everything = list(self._changed)
            names, self._changed = everything[:SNAPSHOTS_PER_BATCH], dict.fromkeys(everything[SNAPSHOTS_PER_BATCH:])
        snapshots, removed = [], []
        for name in names:
            snapshot = self._refresh(name)
            if snapshot is None:
                removed.append(name)
            else:
                snapshots.append(snapshot)
        notices = list(self._notices)
        self._notices.clear()
        return snapshots, removed, notices


class Feed:
    """Calls a handler on the running loop within BUSY_SECONDS of a change, never more often, and else not at all.

    Its one timer is the heartbeat as well: how late it comes is the loop's lag. It belongs to the loop it was made on.
    """

    def __init__(
        self,
        refresh: Callable[[str], ThingSnapshot | None],
        counters: Callable[[], Counters],
        on_batch: BatchHandler,
        *,
        tells_outages: bool = True,
        call_later: CallLater | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`call_later` is the running loop's and `monotonic` the system's, unless a test holds the time."""
        self.lag = LagMeter()
        self._coalescer = Coalescer(refresh)
        self._outage = Outage() if tells_outages else None
        self._counters = counters
        self._on_batch = on_batch
        self._call_later = call_later or asyncio.get_running_loop().call_later
        self._monotonic = monotonic
        self._epoch = ScaledClock().epoch
        self._last_counters = Counters()
        self._last_batch_at = -math.inf
        self._timer: Timer | None = None
        self._due = 0.0
        self._is_hurried = False
        self._is_nudged = False
        self._is_held = False
        self._is_stopped = False
        self._handler_failed = False
        self._arm(IDLE_SECONDS)

    def mark(self, name: str) -> None:
        """Note that a thing changed, came or went."""
        self._coalescer.mark(name)
        self._hurry()

    def tell(self, notice: str) -> None:
        """Add a sentence for the banner."""
        self._coalescer.tell(notice)
        self._hurry()

    def nudge(self) -> None:
        """Have a batch go out soon even if nothing changed."""
        self._is_nudged = True
        self._hurry()

    def hold(self) -> None:
        """Let changes wait until `release`; a thing's newer snapshot goes in the place of its older one."""
        self._is_held = True

    def release(self) -> None:
        """Go on after `hold`."""
        self._is_held = False
        if self._coalescer.is_waiting or self._is_nudged:
            self._hurry()

    def stop(self) -> None:
        """Tell what still waits, and stop for good."""
        if self._timer is not None:
            self._timer.cancel()
        while self._coalescer.is_waiting and not (self._is_held or self._is_stopped):
            self._send()
        self._is_stopped = True

    def _hurry(self) -> None:
        if not (self._is_hurried or self._is_held or self._is_stopped):
            self._is_hurried = True
            self._arm(max(0.0, self._last_batch_at + BUSY_SECONDS - self._monotonic()))

    def _arm(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = self._monotonic() + seconds
        self._timer = self._call_later(seconds, self._tick)

    def _tick(self) -> None:
        now = self._monotonic()
        self.lag.record(max(0.0, now - self._due) * 1000, now)
        if not self._is_held and self._has_news():
            self._send()
        self._is_hurried = False
        if self._is_stopped:  # by the handler
            return
        self._arm(IDLE_SECONDS)
        if self._coalescer.is_waiting or self._is_nudged:
            self._hurry()

    def _has_news(self) -> bool:
        return self._coalescer.is_waiting or self._is_nudged or self._counters() != self._last_counters

    def _send(self) -> None:
        self._is_nudged = False
        snapshots, removed, notices = self._coalescer.take()
        self._last_counters = self._counters()
        at = self._epoch()
        if self._outage is not None and (sentence := self._outage.notice(self._last_counters, snapshots, at)):
            notices.append(sentence)
        batch = FeedBatch(at=at, snapshots=snapshots, counters=self._last_counters, removed=removed, notices=notices)
        try:
            self._on_batch(batch)
        except Exception:  # a watcher's mistake must not stop the fleet; told once, for it would come 20 times a second
            if not self._handler_failed:
                logger.exception("the feed's handler failed; the fleet goes on")
            self._handler_failed = True
        self._last_batch_at = self._monotonic()
