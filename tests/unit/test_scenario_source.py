"""Reading YAML with lines and bounds: what a text means, and that no text does harm."""

import contextlib
import json
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.problems import ScenarioError
from simulator.scenario.source import read, resolve


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(text, "f.yaml")
    return str(caught.value)


def test_each_value_has_its_line():
    source = read("a: 1\nsteps:\n  - name: x\n    duration: 2\n  -\n    name: y\n", "f.yaml")
    assert source.data == {"a": 1, "steps": [{"name": "x", "duration": 2}, {"name": "y"}]}
    assert source.lines["a",] == 1
    assert source.lines["steps",] == 2
    assert source.lines["steps", 0] == 3
    assert source.lines["steps", 0, "duration"] == 4
    assert source.lines["steps", 1, "name"] == 6


def test_a_place_that_is_not_there_has_the_line_of_what_holds_it():
    source = read("a: 1\nb:\n  c: 1\n", "f.yaml")
    assert source.problem(("b", "missing"), "is missing", "").line == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("2024-01-01", "2024-01-01"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("12", 12),
        ("-12", -12),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", -math.inf),
        ("+.INF", math.inf),
        ("1" * 33, "1" * 33),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text, value):
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


def test_not_a_number_is_read_as_such():
    assert math.isnan(resolve(".nan"))


def test_quoted_scalars_are_texts():
    assert read("[\"1\", 'true', ~]", "f").data == ["1", "true", None]


@settings(deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**20), 10**20)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=50), inner, max_size=4),
        max_leaves=12,
    ),
    st.sampled_from([None, 2, "\t"]),
    st.booleans(),
)
def test_json_means_in_yaml_what_it_means_in_json(value, indent, ascii_only):
    text = json.dumps({"value": value}, indent=indent, ensure_ascii=ascii_only)
    if any(ord(character) == 0x7F or 0x80 <= ord(character) < 0xA0 for character in text):
        return  # JSON may hold these bare, YAML may not
    try:
        source = read(text, "f.json")
    except ScenarioError as exc:
        assert "not allowed in YAML" in str(exc) or "nested" in str(exc)
    else:
        assert source.data == {"value": value}


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        read(text, "f.yaml")
    except ScenarioError as exc:
        assert str(exc).startswith("f.yaml: ")


@settings(deadline=None)
@given(st.lists(st.sampled_from([*"[]{}:,-&*!|>%@`#?'\"\\ \n\tab01.~", "---", "...", "%YAML ", "<<", "&a ", "*a"])))
def test_any_heap_of_yaml_signs_is_read_or_refused(signs):
    try:
        read("".join(signs), "f.yaml")
    except ScenarioError as exc:
        assert str(exc).startswith("f.yaml: ")


def test_aliases_repeat_what_their_anchor_holds():
    assert read("a: &x {b: 1}\nc: *x\n", "f").data == {"a": {"b": 1}, "c": {"b": 1}}


def test_aliases_of_aliases_do_not_grow_without_end():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    started = time.perf_counter()
    assert "the file holds too many values; stay within 20,000 values, those that aliases repeat included" in refusal(
        bomb
    )
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "text",
    ["[" * 500_000, "{" * 500_000, "- " * 20_000, "- x\n" * 250_000, "a: &a [*a]", "? " * 20_000],
    ids=["brackets", "braces", "dashes", "items", "an alias of itself", "questions"],
)
def test_a_text_made_to_harm_is_answered_within_seconds(text):
    started = time.perf_counter()
    with contextlib.suppress(ScenarioError):
        read(text, "f.yaml")
    assert time.perf_counter() - started < 5


def test_a_text_of_more_than_a_mebibyte_is_not_read():
    assert refusal("x" * (1024 * 1024 + 1)) == "f.yaml: is larger than 1 MiB; split it, and include the parts"
    assert refusal("é" * (600 * 1024)).startswith("f.yaml: is larger than 1 MiB")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "a: b: c",
            (
                "f.yaml: line 1: a second colon in one line (column 5); "
                'put the text in "quotes", or indent the line as its neighbours are'
            ),
        ),
        ("a:\n\t- b", "f.yaml: line 2: a tab where YAML wants spaces (column 1); indent with spaces"),
        ("a: \x01", "f.yaml: line 1: the character U+0001 is not allowed in YAML; save the file as plain UTF-8 text"),
        ("a: 1\n---\nb: 2", "f.yaml: line 2: a second document begins here; keep one scenario in a file"),
        ("? [1]\n: 2", 'f.yaml: line 1: a key must be a word; write "name: value"'),
        ("[" * 20 + "]" * 20, "f.yaml: line 1, [0][0]: is nested too deeply; stay within 16 levels"),
    ],
)
def test_a_text_that_is_no_yaml_is_refused_with_its_place(text, sentence):
    assert refusal(text) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: 2\na: 3", "f.yaml: line 3, a: is written twice; keep one of the two"),
        ("a: *x", "f.yaml: line 1, a: *x stands for nothing; write &x before it"),
        ("a: !env HOME", "f.yaml: line 1, a: the tag !env means nothing here; take it out"),
    ],
)
def test_a_slip_is_told_while_the_rest_is_read(text, sentence):
    assert [str(problem) for problem in read(text, "f.yaml").problems] == [sentence]
