"""What the buttons of a list of steps do to a scenario's text."""

from typing import Any

import pytest

from simulator.scenario import source
from ui import scenario_step_edits as edits
from ui.scenario_steps import Line

TEXT = """\
name: mine
steps:
  - name: download  # the image
    duration: 2
    progress: {to: 50}
  - name: install
    duration: 3
end: SUCCEEDED
"""


def steps_of(text: str) -> list[Any]:
    found = source.read(text, "").data
    assert isinstance(found, dict)
    return list(found["steps"])


def names(text: str) -> list[str]:
    return [str(step.get("name", next(iter(step)))) for step in steps_of(text)]


def done(what: str, place: int, text: str = TEXT) -> tuple[str, int]:
    """The text after it, and the place that is chosen then."""
    found = edits.change_of(what, steps_of(text), place)
    assert found is not None
    change, chosen = found
    return change(text), chosen


@pytest.mark.parametrize(
    ("what", "place", "after", "chosen"),
    [
        ("down", 0, ["install", "download"], 1),
        ("up", 1, ["install", "download"], 0),
        ("copy", 0, ["download", "download", "install"], 1),
        ("delete", 0, ["install"], 0),
        ("delete", 1, ["download"], 0),
        ("work", 0, ["download", "step-3", "install"], 1),
        ("fault", 1, ["download", "install", "fault"], 2),
    ],
)
def test_a_button_changes_the_steps_and_chooses_one(what: str, place: int, after: list[str], chosen: int) -> None:
    text, place_chosen = done(what, place)
    assert (names(text), place_chosen) == (after, chosen)


def test_what_a_person_wrote_beside_a_step_stays_with_it() -> None:
    assert "name: download  # the image" in done("down", 0)[0]


def test_new_work_leads_to_all_of_it_unless_a_step_before_it_does() -> None:
    text, place = done("work", 1)
    assert steps_of(text)[place]["progress"] == {"to": 100}
    again, place = done("work", 2, text)
    assert "progress" not in steps_of(again)[place]


def test_a_word_that_no_button_says_changes_nothing() -> None:
    assert edits.change_of("off", steps_of(TEXT), 0) is None


def test_a_step_that_is_switched_off_keeps_its_row_and_comes_back() -> None:
    off = edits.switch(TEXT, edits.lines_of(steps_of(TEXT), TEXT)[0])
    lines = edits.lines_of(steps_of(off), off)
    assert [(line.name, line.is_off, line.place) for line in lines] == [("download", True, 0), ("install", False, 0)]
    assert edits.row_of(lines, 0) == 1
    assert names(edits.switch(off, lines[0])) == ["download", "install"]


def test_a_step_is_dropped_among_the_steps_that_are_on() -> None:
    lines = [
        Line(place=0, name="a", does=""),
        Line(place=0, name="b", does="", is_off=True),
        Line(place=1, name="c", does=""),
        Line(place=2, name="d", does=""),
    ]
    assert edits.place_of_drop(lines, 0, 3) == 2
    assert edits.place_of_drop(lines, 3, 0) == 0
    assert edits.place_of_drop(lines, 0, 1) == 0
    assert edits.place_of_drop(lines, 1, 3) is None
    assert edits.place_of_drop(lines, 0, 4) is None
