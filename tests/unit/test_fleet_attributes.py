"""Attributes drawn by seed, and how they travel to the things."""

import msgspec
import pytest

from simulator import worker_protocol as say
from simulator.fleet import ThingSpec
from simulator.fleet_attributes import Between, Choice, Place, Text, draw, filled, unknown_placeholder

PLACE = Place("pump-07", 7, "pump-")


def test_placeholders_are_filled_and_braces_written_twice_are_braces() -> None:
    assert filled("{group}{index}/{thing} {{x}}", PLACE) == "pump-7/pump-07 {x}"


@pytest.mark.parametrize(
    ("template", "unknown"),
    [("{index}", None), ("{{index}}", None), ("{indx}", "{indx}"), ("{", "{"), ("a}b", "}"), ("{}", "{}")],
)
def test_what_stands_for_nothing_is_found(template: str, unknown: str | None) -> None:
    assert unknown_placeholder(template) == unknown


def test_every_value_of_a_range_and_a_choice_comes_up_both_ends_included() -> None:
    drawn = [draw({"n": Between(1, 3), "c": Choice({"a": 9.0, "{index}": 1.0})}, PLACE, seed) for seed in range(300)]
    assert {one["n"] for one in drawn} == {"1", "2", "3"}
    counted = [one["c"] for one in drawn]
    assert set(counted) == {"a", "7"}
    assert 10 < counted.count("7") < 60


def test_the_same_seed_draws_the_same_whatever_else_there_is() -> None:
    one, more = {"n": Between(0, 9999)}, {"m": Between(0, 9999), "t": Text("x"), "n": Between(0, 9999)}
    assert draw(one, PLACE, 5)["n"] == draw(more, PLACE, 5)["n"]
    assert draw(one, PLACE, 5) != draw(one, PLACE, 6)
    assert draw(more, PLACE, 5)["m"] != draw(more, PLACE, 5)["n"]


def test_attributes_and_index_travel_to_worker_processes() -> None:
    spec = ThingSpec(name="pump-07", attributes={"site": "oslo"}, index=7)
    frame = msgspec.msgpack.encode(say.Request(1, say.Add([spec])))
    assert msgspec.msgpack.decode(frame, type=say.ToWorker) == say.Request(1, say.Add([spec]))
