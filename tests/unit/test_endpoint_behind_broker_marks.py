"""Another endpoint's mark is told of once, and anew when it went and came back."""

from simulator.endpoint.behind_broker_marks import MOST_TOLD, Marks, mark_of


def test_only_marks_are_taken_and_ones_own_is_nothing_to_tell() -> None:
    told: list[str] = []
    marks = Marks("me", "mqtt://h:1883", told.append)
    assert not marks.take("$aws/things/t/jobs/get", b"{}")
    assert not marks.take("$aws/things/endpoint/jobs/endpoint/get", b"{}")
    assert marks.take(mark_of("me"), b"x")
    assert told == []


def test_one_that_goes_and_comes_back_is_told_of_again_and_one_that_stays_is_not() -> None:
    told: list[str] = []
    marks = Marks("me", "mqtt://h:1883", told.append)
    for payload in (b"x", b"x", b"", b"y"):
        assert marks.take(mark_of("other"), payload)
    assert len(told) == 2
    assert "another endpoint serves this broker too, as other, and" in told[0]


def test_of_many_only_some_are_told() -> None:
    told: list[str] = []
    marks = Marks("me", "mqtt://h:1883", told.append)
    for number in range(100):
        marks.take(mark_of(f"other-{number}"), b"x")
    assert len(told) == MOST_TOLD
