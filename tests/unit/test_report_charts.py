"""Charts: round numbers on the axes, and nothing outside the picture."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.report_charts import (
    HEIGHT,
    WIDTH,
    Line,
    Mark,
    area_chart,
    distribution_chart,
    line_chart,
    strip,
    ticks,
    time_ticks,
)

FIGURES = st.floats(0, 1e7)


@given(st.floats(1e-6, 1e12))
def test_ticks_begin_at_zero_reach_the_highest_and_are_few(highest: float) -> None:
    made = ticks(highest)
    assert made[0] == 0
    assert made[-1] >= highest * (1 - 1e-6)
    assert 2 <= len(made) <= 7


@pytest.mark.parametrize(
    ("highest", "expected"),
    [(0, [0, 1]), (10, [0, 2.5, 5, 7.5, 10]), (87, [0, 25, 50, 75, 100]), (500, [0, 200, 400, 600])],
)
def test_ticks_are_round(highest: float, expected: list[float]) -> None:
    assert ticks(highest) == expected


@given(st.floats(0, 1e5), st.floats(0.01, 1e6))
def test_ticks_of_time_lie_between_its_ends_and_are_few(first: float, length: float) -> None:
    made = time_ticks(first, first + length)
    assert len(made) <= 8
    assert all(first <= tick <= first + length for tick in made)


def coordinates(svg: str) -> list[tuple[float, float]]:
    points = " ".join(re.findall(r'points="([^"]*)"', svg)).split()
    return [(float(x), float(y)) for x, y in (point.split(",") for point in points)]


@settings(deadline=None)
@given(st.lists(st.tuples(FIGURES, st.one_of(st.none(), FIGURES)), min_size=3, max_size=40))
def test_whatever_the_values_are_the_picture_holds_them(values: list[tuple[float, float | None]]) -> None:
    xs = [float(number) for number in range(len(values))]
    lines = [
        Line(label="one", style="--accent", values=[one for one, _ in values]),
        Line(label="other", style="--failed", values=[other for _, other in values]),
    ]
    for svg in (
        line_chart("lines", xs, lines, str, str, Mark(at=100.0, label="here")),
        area_chart("areas", xs, lines, str, str),
    ):
        assert "nan" not in svg
        assert "inf" not in svg
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in coordinates(svg))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 4e6), st.integers(1, 10**9)), min_size=1, max_size=200))
def test_a_distribution_shows_every_value_once(bars: list[tuple[float, int]]) -> None:
    svg = distribution_chart("latencies", bars, [Mark(at=bars[0][0], label="p50")], str, str)
    shown = [int(count.replace(",", "")) for count in re.findall(r": ([0-9,]+) \(", svg)]
    assert sum(shown) == sum(count for _, count in bars)
    assert all(0 <= float(x) <= WIDTH for x in re.findall(r'<rect x="([^"]+)"', svg))


def test_a_gap_in_the_values_is_a_gap_in_the_line() -> None:
    line = Line(label="p99", style="--failed", values=[1.0, 2.0, None, 3.0, 4.0, None, 5.0])
    svg = line_chart("gaps", [float(x) for x in range(7)], [line], str, str)
    assert svg.count("<polyline") == 2
    assert svg.count("<circle") == 1


def test_a_strip_of_no_length_is_still_to_be_seen() -> None:
    svg = strip("at once", [(5.0, 5.0, "--rejected", "REJECTED")], 5.0, 5.0)
    assert 'width="2.0"' in svg
