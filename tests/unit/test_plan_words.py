"""Durations, rates and axes in words and round numbers."""

import pytest

from simulator.jobs.configs import ExponentialRate, RateIncreaseCriteria, RolloutConfig
from simulator.plan_rollout import plan_rollout
from ui import plan_words
from ui.numbers import prepare_locale
from ui.plan_axes import nice_steps, time_steps


@pytest.fixture(autouse=True)
def locale() -> None:
    prepare_locale()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (0.4, "< 1 s"), (1, "1 s"), (2.44, "2.4 s"), (45, "45 s"), (89, "89 s"), (90, "1.5 min"),
     (371, "6.2 min"), (3600, "60 min"), (5400, "1.5 h"), (86_400, "24 h"), (200_000, "2.3 d")],
)  # fmt: skip
def test_a_duration_is_as_short_as_it_says_something(seconds: float, said: str) -> None:
    assert plan_words.span(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0"), (30, "30 s"), (60, "1 min"), (75, "1:15"), (3600, "1 h"), (9000, "2:30 h")]
)
def test_places_on_a_time_axis(seconds: float, said: str) -> None:
    assert plan_words.axis(seconds) == said


def test_an_estimate_says_so_and_what_it_is_on_a_scaled_clock() -> None:
    assert plan_words.about(360) == "≈ 6 min"
    assert plan_words.about(360, 8) == "≈ 6 min (≈ 45 s at 8×)"
    assert plan_words.about(120, 0.5) == "≈ 2 min (≈ 4 min at 0.5×)"


def test_rates_in_a_sentence_and_in_a_cell() -> None:
    rising = RolloutConfig(
        maximum_per_minute=500,
        exponential_rate=ExponentialRate(
            base_rate_per_minute=10,
            increment_factor=1.5,
            rate_increase_criteria=RateIncreaseCriteria(number_of_notified_things=20),
        ),
    )
    for config, long, short in (
        (None, "queued at once", "at once"),
        (RolloutConfig(maximum_per_minute=50), "50 a minute", "50/min"),
        (rising, "10 a minute, ×1.5 every 20 notified, up to 500", "10/min ×1.5"),
    ):
        assert plan_words.rate(config, plan_rollout(100, config)) == long
        assert plan_words.short_rate(config) == short
    assert plan_words.rate(None, plan_rollout(100, None, is_aws=True)) == "1,000 a minute"


@pytest.mark.parametrize(
    ("top", "at_most", "steps"),
    [(3, 5, [0, 1, 2, 3]), (10.6, 4, [0, 5, 10]), (212, 5, [0, 50, 100, 150, 200]), (10_600, 3, [0, 5000, 10_000])],
)
def test_counts_on_an_axis_are_round(top: float, at_most: int, steps: list[int]) -> None:
    assert nice_steps(top, at_most) == steps


@pytest.mark.parametrize("span", [0.3, 1, 7, 59, 61, 400, 5000, 86_000, 900_000, 40_000_000])
def test_a_time_axis_has_at_most_so_many_steps_and_at_least_two(span: float) -> None:
    steps = time_steps(span, 8)
    assert 2 <= len(steps) <= 9
    assert steps[-1] <= span
