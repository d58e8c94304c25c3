"""The figures of a whole run, as they travel between processes, and how late a loop is."""

import sys
from collections import deque
from collections.abc import Sequence

import msgspec

from simulator.feed import Counters
from simulator.histogram import Buckets, Histogram


class LagMeter:
    """How late a loop's timers were, in milliseconds: the worst of the last second and of the whole run."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque(maxlen=32)  # a feed ticks at most 20 times a second
        self.worst_ms = 0.0

    def record(self, ms: float, now: float) -> None:
        """Note that a timer came `ms` late, `now` in seconds of a clock that does not go back."""
        self._recent.append((now, ms))
        self.worst_ms = max(self.worst_ms, ms)

    def recent_ms(self, now: float) -> float:
        """Return the worst of the second before `now`; 0.0 when nothing was measured in it."""
        return max((ms for at, ms in self._recent if at >= now - 1), default=0.0)


class EventLogTotals(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What became of the event log: lines in the file, lines that no one waited for, and why it ended early, if so."""

    written: int = 0
    dropped: int = 0
    error: str = ""


class RunStatistics(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A run so far, for a report. `latency` holds every publish-to-accepted latency: `Histogram.from_dict(latency)`."""

    counters: Counters
    latency: Buckets
    peak_rss_mib: float = 0.0  # summed over the processes that run things; 0.0 where the system does not say
    worst_loop_lag_ms: float = 0.0
    loop_lag: Buckets = {}  # every sample of every loop that runs things, as `latency`
    rss_mib: float = 0.0  # now, summed over the same processes; 0.0 where the system does not say
    events: EventLogTotals = EventLogTotals()


def summed_statistics(parts: Sequence[RunStatistics], counters: Counters) -> RunStatistics:
    """Add what several processes measured; `counters` are those of all of them."""
    latency, lag = Histogram(), Histogram()
    for part in parts:
        latency.merge(Histogram.from_dict(part.latency))
        lag.merge(Histogram.from_dict(part.loop_lag))
    return RunStatistics(
        counters=counters,
        latency=latency.to_dict(),
        peak_rss_mib=sum(part.peak_rss_mib for part in parts),
        worst_loop_lag_ms=max((part.worst_loop_lag_ms for part in parts), default=0.0),
        loop_lag=lag.to_dict(),
        rss_mib=sum(part.rss_mib for part in parts),
        events=EventLogTotals(
            written=sum(part.events.written for part in parts),
            dropped=sum(part.events.dropped for part in parts),
            error=next((part.events.error for part in parts if part.events.error), ""),
        ),
    )


def peak_rss_mib() -> float:
    """Return the largest resident set this process ever had, in MiB; 0.0 where the system does not say."""
    if (
        sys.platform == "win32"
    ):  # the resource module is absent; asking needs a foreign call, which a figure is not worth
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)  # bytes on macOS, KiB elsewhere (getrusage(2))
