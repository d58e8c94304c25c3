"""Changes to a scenario's text: what is meant changes, and every comment, order and spelling else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario import loader, source
from simulator.scenario.problems import Path
from ui import scenario_edits as edits
from ui import scenario_items as items

TEXT = """\
# Ours, made for the pump room.
name: flaky   # keep this name
description: "Fails: sometimes"
steps:
  # first the image
  - name: download
    duration: {mean: 8, jitter: 2}   # seconds
    fail_chance: 0.2

  - {name: verify, duration: 3}   # short
  # then apply
  - name: apply
    duration: 4
    reason: |
      two
      lines
end:
  status: SUCCEEDED   # at last
"""


def data(text: str) -> object:
    return source.read(text, "x").data


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("name",), "steady", "name: flaky   #", "name: steady   #"),
        (("description",), "All well", '"Fails: sometimes"', '"All well"'),
        (("steps", 0, "duration"), 5, "{mean: 8, jitter: 2}   #", "5   #"),
        (("steps", 0, "duration", "mean"), 9.5, "mean: 8", "mean: 9.5"),
        (("steps", 1, "duration"), {"between": [1, 2]}, "duration: 3}", "duration: {between: [1, 2]}}"),
        (("steps", 1, "fail_chance"), 0.1, "duration: 3}", "duration: 3, fail_chance: 0.1}"),
        (("steps", 0, "progress", "to"), 60, "# seconds\n", "# seconds\n    progress: {to: 60}\n"),
        (("steps", 2, "reason"), "one: line", "|\n      two\n      lines\n", '"one: line"\n'),
        (("start",), "describe", 'sometimes"\n', 'sometimes"\nstart: describe\n'),
        (("end", "reason"), "no", "# at last\n", "# at last\n  reason: \"no\"\n"),
        (("end",), "FAILED", "end:\n  status: SUCCEEDED   # at last", "end: FAILED   # at last"),
    ],
)  # fmt: skip
def test_a_value_is_set_and_nothing_else_is_touched(path: Path, value: object, before: str, after: str) -> None:
    assert edits.set_value(TEXT, path, value) == TEXT.replace(before, after)


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        (("description",), 'description: "Fails: sometimes"\n'),
        (("steps", 0, "fail_chance"), "    fail_chance: 0.2\n"),
        (("steps", 1, "duration"), ", duration: 3"),
        (("steps", 0, "duration", "mean"), "mean: 8, "),
        (("steps", 2, "reason"), "    reason: |\n      two\n      lines\n"),
        (("steps", 2, "name"), "name: apply\n    "),
    ],
)
def test_a_key_is_taken_out(path: Path, gone: str) -> None:
    assert edits.delete_key(TEXT, path) == TEXT.replace(gone, "")


def test_the_last_key_of_a_mapping_goes_with_it() -> None:
    assert edits.delete_key("a: {b: 1}\nc: 2\n", ("a", "b")) == "c: 2\n"


def test_a_key_is_renamed_in_its_place() -> None:
    assert edits.rename_key(TEXT, ("steps", 0, "fail_chance"), "failchance") == TEXT.replace("fail_c", "failc")


def test_a_step_moves_with_the_comment_above_it() -> None:
    moved = items.move_item(TEXT, ("steps",), 2, 0)
    assert [step["name"] for step in data(moved)["steps"]] == ["apply", "download", "verify"]  # type: ignore[index]
    assert moved.index("# then apply") < moved.index("name: apply") < moved.index("# first the image")
    assert items.move_item(moved, ("steps",), 0, 2) == TEXT


def test_a_new_step_is_written_like_its_neighbours() -> None:
    added = items.add_item(TEXT, ("steps",), 1, {"name": "wait", "duration": 2})
    new = "\n  - name: wait\n    duration: 2\n  - {name: verify"
    assert added == TEXT.replace("\n  - {name: verify", new)
    last = items.add_item(TEXT, ("steps",), 3, {"fault": "reboot"})
    assert last == TEXT.replace("end:\n", "  - fault: reboot\nend:\n")


def test_the_first_step_begins_the_list_before_the_end() -> None:
    for text in (
        "name: a\nend: SUCCEEDED\n",
        "name: a\nsteps: []\nend: SUCCEEDED\n",
        "name: a\nsteps:\nend: SUCCEEDED\n",
    ):
        added = items.add_item(text, ("steps",), 0, {"name": "w", "duration": 1})
        assert added == "name: a\nsteps:\n  - name: w\n    duration: 1\nend: SUCCEEDED\n"


def test_a_step_is_taken_out_with_its_comment() -> None:
    assert items.delete_item(TEXT, ("steps",), 0) == TEXT.replace(
        "  # first the image\n  - name: download\n    duration: {mean: 8, jitter: 2}   # seconds\n"
        "    fail_chance: 0.2\n", "",
    )  # fmt: skip


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_step_that_is_switched_off_is_a_comment_and_comes_back_as_it_was(at: int) -> None:
    off = items.switch_off(TEXT, ("steps",), at)
    names = ["download", "verify", "apply"]
    assert [step["name"] for step in data(off)["steps"]] == names[:at] + names[at + 1 :]  # type: ignore[index]
    (found,) = items.off_steps(off)
    assert (found.before, names[at] in found.text) == (at, True)
    assert items.switch_on(off, found) == TEXT


def test_two_neighbours_that_are_off_are_told_apart() -> None:
    off = items.switch_off(items.switch_off(TEXT, ("steps",), 1), ("steps",), 1)
    assert [("verify" in each.text, "apply" in each.text) for each in items.off_steps(off)] == [
        (True, False),
        (False, True),
    ]
    for each in reversed(items.off_steps(off)):
        off = items.switch_on(off, each)
    assert off == TEXT


def test_the_only_step_cannot_be_switched_off() -> None:
    text = "steps:\n  - name: a\n"
    assert not items.can_switch(text, ("steps",))
    assert items.switch_off(text, ("steps",), 0) == text


def test_json_stays_json() -> None:
    text = '{"name": "a", "steps": [{"name": "x", "duration": 1}, {"name": "y", "duration": 2}], "end": "FAILED"}'
    moved = items.move_item(text, ("steps",), 0, 1)
    assert moved == text.replace('{"name": "x", "duration": 1}, {"name": "y", "duration": 2}',
                                 '{"name": "y", "duration": 2}, {"name": "x", "duration": 1}')  # fmt: skip
    assert edits.set_value(text, ("start",), "describe").startswith('{"name": "a", "start": "describe", "steps"')
    assert edits.set_value(text, ("name",), "b").startswith('{"name": "b"')


def test_a_text_that_cannot_be_read_is_left_alone() -> None:
    for text in ("a: [1,", "just words", "- 1\n- 2\n"):
        assert edits.set_value(text, ("name",), "x") == text
        assert edits.delete_key(text, ("name",)) == text
        assert items.add_item(text, ("steps",), 0, {"fault": "reboot"}) == text


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-9999, 9999), st.floats(0, 1e6, allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
)  # fmt: skip


@given(SCALARS)
def test_what_is_written_reads_back_as_the_same(value: object) -> None:
    assert data(f"a: {edits.written(value)}") == {"a": value}
    assert data(f"a: {{b: {edits.written([value])}}}") == {"a": {"b": [value]}}


@given(st.sampled_from(loader.builtin_names()), st.data())
def test_in_every_scenario_that_ships_any_value_can_be_set_alone(name: str, draw: st.DataObject) -> None:
    text = loader.builtin_text(name)
    found = source.read(text, name)
    leaves = [path for path in found.lines if path and not isinstance(_at(found.data, path), dict | list)]
    path = draw.draw(st.sampled_from(leaves))
    changed = edits.set_value(text, path, "another: one")
    wanted = source.read(text, name).data
    _put(wanted, path, "another: one")
    assert data(changed) == wanted
    assert [line.partition("#")[2] for line in changed.splitlines() if line.startswith("#")] == [
        line.partition("#")[2] for line in text.splitlines() if line.startswith("#")
    ]


@given(st.sampled_from(loader.builtin_names()), st.data())
def test_in_every_scenario_that_ships_any_two_steps_can_change_places(name: str, draw: st.DataObject) -> None:
    text = loader.builtin_text(name)
    steps = data(text).get("steps") or []  # type: ignore[attr-defined]
    if len(steps) < 2:
        return
    here, there = (draw.draw(st.integers(0, len(steps) - 1)) for _ in range(2))
    moved = items.move_item(text, ("steps",), here, there)
    steps.insert(there, steps.pop(here))
    assert data(moved)["steps"] == steps  # type: ignore[index]
    assert sorted(moved.splitlines()) == sorted(text.splitlines())


def _at(value: object, path: Path) -> object:
    for part in path:
        value = value[part]  # type: ignore[index]
    return value


def _put(value: object, path: Path, new: object) -> None:
    _at(value, path[:-1])[path[-1]] = new  # type: ignore[index]
