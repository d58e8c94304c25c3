"""Things that are only numbered."""

import pytest

from simulator.errors import InputError
from simulator.thing_names import numbered, template


def test_the_names_are_equally_long_and_sort_as_they_are_numbered() -> None:
    assert numbered("pump-", 3) == ["pump-01", "pump-02", "pump-03"]
    assert (numbered("p", 100)[0], numbered("p", 100)[-1]) == ("p001", "p100")


@pytest.mark.parametrize("prefix", ["a b", "x" * 127])
def test_a_prefix_that_makes_no_thing_names_is_told(prefix: str) -> None:
    with pytest.raises(InputError, match="is no thing name; use letters, digits, colons"):
        numbered(prefix, 5)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sim-{n:05}", ["sim-00001", "sim-123456"]),
        ("{n}", ["1", "123456"]),
        ("pump:{n:02}_north", ["pump:01_north", "pump:123456_north"]),
    ],
)
def test_a_template_makes_names_and_finds_their_numbers_again(text: str, names: list[str]) -> None:
    made = template(text)
    assert [made.name(1), made.name(123456)] == names
    assert made.numbers_of(["other-1", *names, f"{names[0]}x", f"0{names[0]}"]) == [1, 123456]


def test_a_number_written_otherwise_is_another_name() -> None:
    assert template("a{n:03}").numbers_of(["a1", "a0001", "a001", "a1000", "a٣٣٣"]) == [1, 1000]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sim", "has no {n} for the number; write {n} once, or {n:05} for five digits"),
        ("", "has no {n} for the number"),
        ("{n}-{n:02}", "has more than one {n}; write {n} once"),
        ("sim-{n:5}", "has braces other than {n}; write {n}, or {n:05}"),
        ("sim-{i}", "has braces other than {n}"),
        ("{x}-{n}", "is no thing name; use letters"),
        ("pump {n}", "is no thing name; use letters, digits, colons, hyphens and underscores beside {n}"),
        ("é{n}", "is no thing name"),
        ("x" * 121 + "{n}", "is too long for a thing name; use at most 120 characters beside {n}"),
    ],
)
def test_what_is_no_template_is_told(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        template(text)
    assert sentence in str(caught.value)
