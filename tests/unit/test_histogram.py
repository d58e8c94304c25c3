"""Latencies: percentiles are true within 1 %, memory is bounded, a window forgets."""

import random
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.histogram import MOST_BUCKETS, Histogram, WindowedHistogram
from tests.support.histograms import histogram_of

MILLISECONDS = st.floats(0, 4_000_000)


def exact_percentile(values: list[float], percent: float) -> float:
    """Return the smallest of `values` that `percent` of them do not exceed, with whole numbers throughout."""
    rank = -(-len(values) * Fraction(str(percent)) // 100)
    return sorted(values)[max(1, int(rank)) - 1]


@settings(deadline=None)
@given(
    st.lists(MILLISECONDS, min_size=1, max_size=200),
    st.decimals(0, 100, places=2).map(float),
)
def test_a_percentile_is_within_one_percent_of_the_exact_one(values, percent):
    told = histogram_of(*values).percentile(percent)
    assert told == pytest.approx(exact_percentile(values, percent), rel=0.01, abs=0.001)


@pytest.mark.parametrize("shape", ["even", "long tail", "two humps"])
def test_percentiles_of_a_hundred_thousand_values_are_within_one_percent(shape):
    chance = random.Random(7)
    draw = {
        "even": lambda: chance.uniform(0, 500),
        "long tail": lambda: chance.lognormvariate(1, 2),
        "two humps": lambda: chance.gauss(5, 1) if chance.random() < 0.9 else chance.gauss(900, 50),
    }[shape]
    values = [max(0.0, draw()) for _ in range(100_000)]
    histogram = histogram_of(*values)
    for percent in (1, 50, 90, 99, 99.9, 99.99, 100):
        assert histogram.percentile(percent) == pytest.approx(exact_percentile(values, percent), rel=0.01, abs=0.001)


@given(MILLISECONDS)
def test_one_value_is_every_percentile(ms):
    histogram = histogram_of(ms)
    assert histogram.percentile(0) == histogram.percentile(100) == pytest.approx(ms, rel=0.008, abs=0.001)


def test_a_rank_is_exact_where_floating_point_is_a_hair_off():
    assert 375 * 43.2 / 100 > 162
    histogram = histogram_of(*[0.001] * 162, *[0.1] * 213)
    assert histogram.percentile(43.2) == 0.001


@pytest.mark.parametrize(("percent", "rank"), [(99, 990), (50, 500), (99.9, 999), (0.1, 1), (100, 1000)])
def test_ranks_of_one_to_a_thousand_are_those_values(percent, rank):
    assert histogram_of(*range(1, 1001)).percentile(percent) == pytest.approx(rank, rel=0.008)


def test_without_values_percentiles_are_zero():
    assert Histogram().percentile(99) == 0.0


def test_negative_and_endless_values_are_counted_at_the_ends():
    histogram = histogram_of(-5.0, 1e12)
    assert histogram.percentile(1) == 0.0
    assert histogram.percentile(100) == pytest.approx(2**32 / 1000, rel=0.008)


def test_memory_is_bounded_whatever_is_recorded():
    chance = random.Random(1)
    histogram = histogram_of(*(10 ** chance.uniform(-4, 7) for _ in range(50_000)))
    assert len(histogram.to_dict()) <= MOST_BUCKETS
    assert histogram.count == 50_000


@given(st.lists(MILLISECONDS), st.lists(MILLISECONDS))
def test_merging_is_the_same_as_recording_both(ours, theirs):
    merged = histogram_of(*ours)
    merged.merge(histogram_of(*theirs))
    assert merged.to_dict() == histogram_of(*ours, *theirs).to_dict()
    assert merged.count == len(ours) + len(theirs)


@given(st.lists(MILLISECONDS))
def test_a_histogram_comes_back_from_msgpack_as_it_went(values):
    histogram = histogram_of(*values)
    travelled = msgspec.msgpack.decode(msgspec.msgpack.encode(histogram.to_dict()), type=dict[int, int])
    assert Histogram.from_dict(travelled).bars() == histogram.bars()
    assert Histogram.from_dict(travelled).count == histogram.count


def test_bars_rise_and_count_everything():
    bars = histogram_of(1, 1, 5, 100).bars()
    assert [count for _, count in bars] == [2, 1, 1]
    assert [ms for ms, _ in bars] == pytest.approx([1, 5, 100], rel=0.008)


def test_a_window_forgets_after_its_seconds():
    window = WindowedHistogram(10)
    window.record(1000, now=100.5)
    window.record(1, now=105.0)
    assert (window.total.count, window.total.percentile(100)) == (2, pytest.approx(1000, rel=0.01))
    window.expire(109.9)
    assert window.total.count == 2
    window.expire(110.0)
    assert (window.total.count, window.total.percentile(100)) == (1, pytest.approx(1, rel=0.01))
    window.expire(1e9)
    assert window.total.count == 0
    assert window.whole.count == 2


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 100))))
def test_a_window_holds_exactly_what_came_in_its_last_ten_whole_seconds(events):
    window = WindowedHistogram(10)
    events.sort(key=lambda event: event[0])
    for at, ms in events:
        window.record(ms, now=at)
    expected = histogram_of(*(ms for at, ms in events if int(at) > int(events[-1][0]) - 10))
    assert window.total.to_dict() == expected.to_dict()
    assert window.whole.to_dict() == histogram_of(*(ms for _, ms in events)).to_dict()
