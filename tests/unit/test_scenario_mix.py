"""Weights as they are written on a command line, and which thing gets which scenario."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import EXIT_BAD_INPUT, InputError
from simulator.scenario.mix import assign, parse_weights

FORM = "write NAME=WEIGHT,NAME=WEIGHT, such as success=8,fail=1"


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_weights(text)
    assert caught.value.exit_status == EXIT_BAD_INPUT
    return str(caught.value)


def test_weights_are_read_in_their_order():
    assert parse_weights("success=8,fail=1, timeout = .5 ") == [("success", 8), ("fail", 1), ("timeout", 0.5)]


def test_a_name_alone_weighs_one():
    assert parse_weights("success") == [("success", 1)]
    assert parse_weights("success,fail=2") == [("success", 1), ("fail", 2)]


def test_a_path_may_hold_an_equals_sign():
    assert parse_weights(r"C:\a=b\x.yaml=3") == [(r"C:\a=b\x.yaml", 3)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "success=8,,fail=1",
            f", part 2: there is no scenario here; {FORM}",
        ),
        (
            "",
            f": there is no scenario here; {FORM}",
        ),
        (
            "=3",
            f": there is no name before the =; {FORM}",
        ),
        (
            "success=8,fail=many",
            ', part 2: the weight of fail is "many", which is no number above 0; write fail=1, or another number',
        ),
        (
            "fail=-1",
            ': the weight of fail is "-1", which is no number above 0; write fail=1, or another number',
        ),
        (
            "fail=nan",
            ': the weight of fail is "nan", which is no number above 0; write fail=1, or another number',
        ),
        ("fail=", ": fail has no weight; write fail=1, or another number"),
        (
            "fail=0",
            (
                ": the weight of fail is 0, which is not above 0 and at most 1e+09; "
                "leave the scenario out, or give it a weight such as 1"
            ),
        ),
        (
            "=3,fail",
            f", part 1: there is no name before the =; {FORM}",
        ),
        (
            "a=1,b=1,a=2",
            ", part 3: a is written twice; write it once, with the sum of its weights",
        ),
    ],
)
def test_weights_that_cannot_be_read_are_refused_in_a_sentence(text, sentence):
    assert refusal(text) == f"--scenario{sentence}"


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        weights = parse_weights(text)
    except InputError:
        return
    assert weights
    assert all(name and weight > 0 for name, weight in weights)


def test_things_are_shared_out_by_the_weights():
    names = [f"thing-{number}" for number in range(10_000)]
    shares = Counter(assign(names, [("success", 8), ("fail", 1), ("timeout", 1)], run_seed=7).values())
    assert abs(shares["success"] - 8000) < 160  # four standard deviations
    assert abs(shares["fail"] - 1000) < 120
    assert abs(shares["timeout"] - 1000) < 120


def test_a_thing_keeps_its_scenario_when_others_come_and_go():
    weights = [("success", 1.0), ("fail", 1.0)]
    few = assign([f"thing-{number}" for number in range(10)], weights, run_seed=1)
    many = assign([f"thing-{number}" for number in reversed(range(1000))], weights, run_seed=1)
    assert few == {name: many[name] for name in few}


def test_another_seed_shares_out_otherwise():
    names = [f"thing-{number}" for number in range(100)]
    weights = [("success", 1.0), ("fail", 1.0)]
    assert assign(names, weights, run_seed=1) == assign(names, weights, run_seed=1)
    assert assign(names, weights, run_seed=1) != assign(names, weights, run_seed=2)


def test_without_weights_there_is_nothing_to_assign():
    with pytest.raises(ValueError, match="no scenario"):
        assign(["a"], [], run_seed=1)
