"""Every statement of the conformance checklist (reference section 13, 1 to 110) has a test that names its number.

A test names numbers at the beginning of its name (`test_83_84_85_a_thing…`) or in its docstring ("Checklist 83.").
"""

import ast
import functools
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
STATEMENTS = set(range(1, 111))
NOT_YET: set[int] = set()
"""Statements without a test of their own so far. This may only shrink."""

_IN_NAME = re.compile(r"test_((?:\d{1,3}_(?:and_)?)+)(?!of_section)")
_IN_DOCSTRING = re.compile(r"Checklist ((?:\d{1,3}(?:, | and |\.|$))+)")


@functools.cache
def numbers_named() -> dict[int, list[str]]:
    """Return the tests by the numbers they name."""
    found: dict[int, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
                continue
            in_name = _IN_NAME.match(node.name)
            texts = [in_name[1]] if in_name else []
            texts += _IN_DOCSTRING.findall(ast.get_docstring(node) or "")
            for number in re.findall(r"\d+", " ".join(texts)):
                found.setdefault(int(number), []).append(f"{path.name}::{node.name}")
    return found


def test_every_statement_has_a_test_that_names_it() -> None:
    named = numbers_named()
    missing = sorted(STATEMENTS - set(named) - NOT_YET)
    assert missing == [], f"no test names {', '.join(map(str, missing))}"


def test_what_has_a_test_is_not_said_to_have_none() -> None:
    named = numbers_named()
    assert sorted(NOT_YET & set(named)) == [], "these have a test now: take them out of NOT_YET"
    assert NOT_YET <= STATEMENTS


def test_numbers_are_read_from_names_and_docstrings() -> None:
    assert _IN_NAME.match("test_83_84_85_a_thing")[1] == "83_84_85_"  # type: ignore[index]
    assert _IN_NAME.match("test_47_and_48_a_thing")[1] == "47_and_48_"  # type: ignore[index]
    assert _IN_NAME.match("test_a_thing_83_") is None
    assert _IN_NAME.match("test_18_of_section_14") is None
    assert _IN_DOCSTRING.findall("Checklist 5, 6 and 17.") == ["5, 6 and 17."]
