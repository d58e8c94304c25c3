"""Lengths of time: their shapes, their bounds, and one number of chance for each."""

from random import Random
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario import loader
from simulator.scenario.spans import Exponential, Normal, Span


class Counted(Random):
    """Chance that counts how often it is asked."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.asked = 0

    def random(self) -> float:
        self.asked += 1
        return super().random()


def drawn(length, count: int = 4000) -> list[float]:
    random = Random(7)
    return [length.draw(random) for _ in range(count)]


def duration_of(text: str):
    (step,) = loader.parse(f"{{name: x, end: FAILED, steps: [{{name: a, duration: {text}}}]}}", "f").steps
    return step.duration


@pytest.mark.parametrize("length", [Span(1, 2), Normal(0, 9, 4, 2), Exponential(0, 50, 5)])
def test_a_length_asks_chance_once(length):
    random = Counted(1)
    for _ in range(10):
        length.draw(random)
    assert random.asked == 10


def test_a_fixed_length_asks_no_chance():
    random = Counted(1)
    assert Span(3, 3).draw(random) == 3
    assert random.asked == 0


def test_normal_lengths_lie_around_their_mean():
    seconds = drawn(duration_of("{normal: {mean: 20, deviation: 4}}"))
    assert 8 <= min(seconds) < 12
    assert 28 < max(seconds) <= 32
    assert fmean(seconds) == pytest.approx(20, abs=0.3)
    assert pstdev(seconds) == pytest.approx(3.95, abs=0.2)  # three deviations to either side are kept


def test_exponential_lengths_are_mostly_short():
    seconds = drawn(duration_of("{exponential: {mean: 5}}"))
    assert max(seconds) <= 50
    assert fmean(seconds) == pytest.approx(5, abs=0.3)
    assert sum(each < 5 for each in seconds) / len(seconds) == pytest.approx(0.632, abs=0.03)


@given(st.floats(0, 1e5), st.floats(1e-3, 1e5), st.floats(0, 1e5), st.floats(1e-3, 1e5), st.integers(), st.booleans())
def test_bounds_hold_wherever_they_lie(mean, deviation, least, width, seed, is_normal):
    low, high = least, least + width
    length = Normal(low, high, mean, deviation) if is_normal else Exponential(low, high, mean + deviation)
    random = Random(seed)
    assert all(low <= length.draw(random) <= high for _ in range(20))


def test_bounds_that_are_left_out_keep_three_deviations_or_ten_means():
    assert duration_of("{normal: {mean: 2, deviation: 1}}") == Normal(0, 5, 2, 1)
    assert duration_of("{exponential: {mean: 2}}") == Exponential(0, 20, 2)
    assert duration_of("{exponential: {mean: 2, least: 1, most: 3}}") == Exponential(1, 3, 2)
