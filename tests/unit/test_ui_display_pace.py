"""How often the fleet is painted, decided from what each tick took."""

import pytest

from ui import display_pace
from ui.display_pace import DisplayPace

SLOW, QUICK = 0.030, 0.005


def test_two_slow_ticks_in_a_row_halve_the_pace_and_it_recovers_after_five_seconds() -> None:
    pace = DisplayPace()
    pace.took(SLOW, now=100.0)
    assert (pace.interval_ms, pace.slowed) == (50, False)
    pace.took(SLOW, now=100.1)
    assert (pace.interval_ms, pace.slowed) == (100, True)
    pace.took(QUICK, now=105.0)
    assert pace.slowed
    pace.took(QUICK, now=105.2)
    assert (pace.interval_ms, pace.slowed) == (50, False)


def test_a_slow_tick_between_quick_ones_changes_nothing() -> None:
    pace = DisplayPace()
    for seconds in (SLOW, QUICK, SLOW, QUICK):
        pace.took(seconds, now=1.0)
    assert (pace.interval_ms, pace.slowed) == (50, False)


def test_it_is_never_slower_than_five_times_a_second() -> None:
    pace = DisplayPace()
    for _ in range(20):
        pace.took(SLOW, now=1.0)
    assert pace.interval_ms == 200


def test_a_cap_is_a_persons_own_wish_and_not_a_slow_display() -> None:
    pace = DisplayPace()
    pace.cap(5)
    for now in (10.0, 20.0, 30.0):
        pace.took(QUICK, now=now)
    assert (pace.interval_ms, pace.slowed) == (200, False)


def test_it_measures_how_often_it_ticked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display_pace, "monotonic", lambda: 10.0)
    pace = DisplayPace()
    for _ in range(30):
        pace.took(QUICK, now=0.0)
    monkeypatch.setattr(display_pace, "monotonic", lambda: 12.0)
    pace.measure()
    assert pace.display_hz == 15.0
    monkeypatch.setattr(display_pace, "monotonic", lambda: 13.0)
    pace.measure()
    assert pace.display_hz == 0.0
