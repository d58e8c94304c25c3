"""A few typed letters find the text that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.fuzzy import score


@pytest.mark.parametrize(
    ("typed", "meant", "others"),
    [
        ("cj", "Create job for 12 shown…", ["Clear filter, then selection", "Reject 3 selected…"]),
        ("fail", "Fail 14 selected…", ["Clear filter, then selection", "Details beside or below"]),
        ("wall", "Things as a wall", ["Manual for 3 shown"]),
        ("disc", "Disconnect 3 shown", ["Details beside or below"]),
        ("dark", "Light or dark", ["Disconnect 3 shown"]),
    ],
)
def test_the_meant_text_scores_best(typed: str, meant: str, others: list[str]) -> None:
    best = score(typed, meant)
    assert best is not None
    for other in others:
        found = score(typed, other)
        assert found is None or found < best


def test_letters_out_of_order_do_not_fit() -> None:
    assert score("ba", "ab") is None


@given(st.text(min_size=1, max_size=20))
def test_every_text_fits_itself_and_nothing_fits_everything(text: str) -> None:
    assert score(text, text) is not None
    assert score("", text) == 0


@given(st.text(alphabet="abc ", max_size=12), st.text(alphabet="abcd ", max_size=25))
def test_what_fits_has_the_letters_in_order(typed: str, text: str) -> None:
    letters = iter(text)
    in_order = all(any(letter == other for other in letters) for letter in typed if letter != " ")
    assert (score(typed, text) is not None) == in_order
