"""How long to stay away: within a ceiling that doubles, and the same again for the same seed."""

from itertools import islice
from random import Random

from simulator.transport.backoff import BackOff


class Highest(Random):
    """Chance that always gives the most."""

    def uniform(self, a: float, b: float) -> float:
        assert a == 0
        return b


def test_the_ceiling_doubles_from_a_second_to_a_minute() -> None:
    assert list(islice(BackOff().delays(Highest()), 8)) == [1, 2, 4, 8, 16, 32, 60, 60]


def test_base_and_cap_can_be_chosen() -> None:
    assert list(islice(BackOff(base_seconds=3, cap_seconds=5).delays(Highest()), 3)) == [3, 5, 5]
    assert list(islice(BackOff(base_seconds=9, cap_seconds=5).delays(Highest()), 2)) == [5, 5]


def test_the_same_seed_gives_the_same_delays_and_another_gives_others() -> None:
    first, again, other = (list(islice(BackOff().delays(Random(seed)), 6)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_a_crowd_is_spread_over_the_whole_range() -> None:
    fourth = [next(islice(BackOff().delays(Random(seed)), 3, None)) for seed in range(400)]
    assert all(0 <= delay <= 8 for delay in fourth)
    for quarter in range(4):
        assert 60 < sum(quarter * 2 <= delay < quarter * 2 + 2 for delay in fourth) < 140


def test_it_goes_on_without_end() -> None:
    assert next(islice(BackOff().delays(Highest()), 5000, None)) == 60
