"""A run over time, in bounded memory: pieces of time that become longer as the run goes on."""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from simulator.feed import Counters
from simulator.histogram import Buckets, Histogram
from simulator.jobs.model import JobStatus
from simulator.metrics import RunStatistics
from simulator.report_parts import Series

MOST_BINS: Final = 240  # more than a chart has room for
FIRST_BIN_SECONDS: Final = 0.25

Key = TypeVar("Key")

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Buckets).decode


class _Bin(NamedTuple):
    """What happened in a piece of time. Histograms are kept packed: a twentieth of what a dict takes."""

    after_seconds: float
    ended: dict[JobStatus, int]
    finished: int
    messages_in: int
    messages_out: int
    latency: bytes
    connected: int
    lag_ms: float
    rss_mib: float


class SeriesRecorder:
    """Takes totals now and then, keeps their differences. Ask `bin_seconds` when to tell it the next ones."""

    def __init__(self, most_bins: int = MOST_BINS, bin_seconds: float = FIRST_BIN_SECONDS) -> None:
        self.bin_seconds = bin_seconds
        self._most = most_bins
        self._bins: list[_Bin] = []
        self._ended: dict[JobStatus, int] = {}
        self._last = RunStatistics(counters=Counters(), latency={})

    def take(self, after_seconds: float, statistics: RunStatistics, ended: Mapping[JobStatus, int]) -> None:
        """Take the totals as they are `after_seconds` real seconds after the run began.

        A total that went down (its worker process is gone) counts as nothing new.
        """
        now, last = statistics.counters, self._last.counters
        self._bins.append(
            _Bin(
                after_seconds=after_seconds,
                ended=_risen(ended, self._ended),
                finished=max(0, now.finished - last.finished),
                messages_in=max(0, now.messages_in - last.messages_in),
                messages_out=max(0, now.messages_out - last.messages_out),
                latency=_encode(_risen(statistics.latency, self._last.latency)),
                connected=now.connected,
                lag_ms=Histogram.from_dict(_risen(statistics.loop_lag, self._last.loop_lag)).percentile(100),
                rss_mib=statistics.rss_mib,
            )
        )
        self._last = statistics
        self._ended = dict(ended)
        if len(self._bins) >= self._most:
            self._merge()

    def _merge(self) -> None:
        """Make one piece of each two; the last of an odd number stays as it is."""
        pairs = [self._bins[number : number + 2] for number in range(0, len(self._bins), 2)]
        self._bins = [_merged(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
        self.bin_seconds *= 2

    def completed(self, statistics: RunStatistics) -> RunStatistics:
        """Return what a fleet told, or, if it did not answer, what it told last with its newest counters."""
        if statistics.loop_lag or not self._last.loop_lag:
            return statistics
        return replace(self._last, counters=statistics.counters)

    def series(self) -> Series:
        """Return what was taken so far."""
        bins = self._bins
        latencies = [Histogram.from_dict(_decode(one.latency)) for one in bins]
        seen = {status for one in bins for status in one.ended}

        def percentiles(percent: float) -> list[float | None]:
            return [round(one.percentile(percent), 3) if one.count else None for one in latencies]

        return Series(
            after_seconds=[round(one.after_seconds, 3) for one in bins],
            ended={status: [one.ended.get(status, 0) for one in bins] for status in JobStatus if status in seen},
            finished=[one.finished for one in bins],
            messages_in=[one.messages_in for one in bins],
            messages_out=[one.messages_out for one in bins],
            updates=[one.count for one in latencies],
            p50_ms=percentiles(50),
            p90_ms=percentiles(90),
            p99_ms=percentiles(99),
            connected=[one.connected for one in bins],
            lag_ms=[round(one.lag_ms, 2) for one in bins],
            rss_mib=[round(one.rss_mib, 2) for one in bins],
        )


def _merged(one: _Bin, other: _Bin) -> _Bin:
    latency = Histogram.from_dict(_decode(one.latency))
    latency.merge(Histogram.from_dict(_decode(other.latency)))
    statuses = one.ended.keys() | other.ended.keys()
    return _Bin(
        after_seconds=other.after_seconds,
        ended={status: one.ended.get(status, 0) + other.ended.get(status, 0) for status in statuses},
        finished=one.finished + other.finished,
        messages_in=one.messages_in + other.messages_in,
        messages_out=one.messages_out + other.messages_out,
        latency=_encode(latency.to_dict()),
        connected=other.connected,
        lag_ms=max(one.lag_ms, other.lag_ms),
        rss_mib=other.rss_mib,
    )


def _risen(now: Mapping[Key, int], before: Mapping[Key, int]) -> dict[Key, int]:
    """Return by how much each count rose; those that did not are left out."""
    return {key: count - before.get(key, 0) for key, count in now.items() if count > before.get(key, 0)}
