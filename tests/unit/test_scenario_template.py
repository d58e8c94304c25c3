"""Templates of status details: what they show, and what AWS would refuse."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.template import Details, TemplateError, cleaned, parse
from simulator.scenario.walk import WalkContext
from tests.support.scenarios import CONTEXT


def rendered(text: str, percent: int = 42, context: WalkContext = CONTEXT) -> str | None:
    return Details({"key": text}, step="download", scenario="slow").bind(context).render(percent).get("key")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{percent}", "42"),
        ("{percent} % of {step}, {percent}", "42 % of download, 42"),
        ("{scenario}/{thing}/{job_id}/{execution_number}/{attempt}", "slow/thing-1/job-1/2/3"),
        ("{ percent }", "42"),
        ("{{percent}} is {percent}", "{percent} is 42"),
        ("to {firmware}", "to 2.4.0"),
        ("{document.firmware.version}", "2.4.0"),
        ("{document.firmware}", '{"version":"2.4.0"}'),
        ("{document.nothing.here} stays", " stays"),
        ("plain", "plain"),
    ],
)
def test_placeholders_are_replaced(text, value):
    assert rendered(text) == value


@pytest.mark.parametrize(
    ("value", "shown"), [(True, "true"), (3, "3"), (2.5, "2.5"), ([1, "a"], '[1,"a"]'), ("é\n\tx", "é  x")]
)
def test_values_of_the_document_are_shown_as_json_in_one_line(value, shown):
    assert rendered("{document.x}", context=WalkContext("t", "j", document={"x": value})) == shown


def test_a_value_that_comes_out_empty_is_left_out():
    assert rendered("{document.missing}") is None
    assert rendered("{document.x}", context=WalkContext("t", "j", document={"x": None})) is None


def test_values_are_cut_where_aws_ends():
    long = WalkContext("t", "j", document={"x": "é" * 5000})
    assert rendered("{document.x}", context=long) == "é" * 1024
    assert rendered("{percent}{document.x}", context=long) == "42" + "é" * 1022
    assert rendered("{document.x}{percent}", context=long) == "é" * 1024


def test_pairs_keep_the_order_of_the_file():
    texts = {"b": "{percent}", "a": "{thing}", "c": "x"}
    assert list(Details(texts, "s", "n").bind(CONTEXT).render(1)) == ["b", "a", "c"]


def test_details_that_need_no_execution_are_bound_once_for_all_things():
    details = Details({"step": "{step}", "progress": "{percent}"}, "s", "n")
    assert details.bind(CONTEXT) is details.bind(WalkContext("other", "job"))


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("{percnt}", "{percnt} is no placeholder", "did you mean {percent}? There are {percent}, {step}, "),
        ("{zzz}", "{zzz} is no placeholder", "there are {percent}, {step}, "),
        ("{}", "{} is no placeholder", "there are {percent}, "),
        ("{document.}", "{document.} is no placeholder", "did you mean {document.version}?"),
        ("50 {", '"{" has no other half', 'write "{{" to show a brace'),
        ("}", '"}" has no other half', 'write "}}" to show a brace'),
        ("", "AWS takes no empty value", "write at least one character, or leave the pair out"),
        ("x" * 1025, "1,025 characters are more than AWS takes", "write 1,024 at most"),
        ("a\nb", "a line break or another control character is not allowed here", "write it in one line"),
    ],
)
def test_a_template_that_cannot_be_sent_is_refused(text, what, mend):
    with pytest.raises(TemplateError) as caught:
        parse(text)
    assert caught.value.what == what
    assert caught.value.mend.startswith(mend)


def test_a_literal_of_1024_characters_is_taken():
    assert rendered("x" * 1024) == "x" * 1024


@settings(deadline=None)
@given(st.text(max_size=50))
def test_any_text_is_a_template_or_refused(text):
    try:
        parse(text)
    except TemplateError as refused:
        assert refused.what
        assert refused.mend
    else:
        value = rendered(text)
        assert value is None or 1 <= len(value) <= 1024


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("C",))))
def test_what_aws_takes_is_not_changed(text):
    assert cleaned(text) == text
