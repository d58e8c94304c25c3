"""Folding in the pretty view of a message: by click and by key, without a word of the text being lost."""

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from ui.json_fold import parts
from ui.json_view import JsonView

TEXT = json.dumps(
    {"status": "IN_PROGRESS", "statusDetails": {"step": "download", "deep": {"a": 1}}, "many": [1, 2]}, indent=2
)


@pytest.fixture
def view(qtbot) -> JsonView:
    made = JsonView()
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show_text(TEXT)
    made.show()
    return made


def shown(view: JsonView) -> list[str]:
    found, block = [], view.document().begin()
    while block.isValid():
        if block.isVisible():
            found.append(block.text().strip())
        block = block.next()
    return found


def click(view: JsonView, qtbot, line: int) -> None:
    place = view.folds.place_of(view.document().findBlockByNumber(line))
    qtbot.mouseClick(view.folds, Qt.MouseButton.LeftButton, pos=QPoint(4, int(place.center().y())))


def test_parts_are_found_by_their_brackets() -> None:
    assert parts(TEXT.split("\n")) == {0: 12, 2: 7, 4: 6, 8: 11}
    assert parts(['{"a": 1}', "plain {", "text"]) == {}
    assert parts(["}", "]"]) == {}


def test_a_click_folds_and_unfolds_a_part_and_what_is_below_moves_up(view: JsonView, qtbot) -> None:
    below = view.folds.place_of(view.document().findBlockByNumber(8)).top()
    click(view, qtbot, 2)
    assert shown(view) == ["{", '"status": "IN_PROGRESS",', '"statusDetails": {', '"many": [', "1,", "2", "]", "}"]
    assert view.folds.closing(2) == " … 4 lines … },"
    assert view.folds.place_of(view.document().findBlockByNumber(8)).top() < below
    click(view, qtbot, 8)  # where it is now
    assert len(shown(view)) == 5
    for line in (8, 2):
        click(view, qtbot, line)
    assert len(shown(view)) == 13


def test_keys_fold_all_and_unfold_all_and_a_part_within_stays_folded(view: JsonView, qtbot) -> None:
    click(view, qtbot, 4)
    click(view, qtbot, 2)
    click(view, qtbot, 2)
    assert '"a": 1' not in shown(view)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert len(shown(view)) == 5
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert len(shown(view)) == 13


def test_what_is_copied_is_whole_and_another_text_is_shown_whole(view: JsonView, qtbot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    view.show_text(TEXT)  # the same again: it stays as it is
    assert len(shown(view)) == 5
    view.selectAll()
    view.copy()
    assert QGuiApplication.clipboard().text() == TEXT
    view.show_text('{\n  "a": 1\n}')
    assert len(shown(view)) == 3
    assert view.folds.isVisible() is False  # one line is not worth it


def test_what_is_hidden_is_told_behind_the_line_that_hides_it(view: JsonView, qtbot) -> None:
    before = view.viewport().grab().toImage()
    click(view, qtbot, 2)
    after = view.viewport().grab().toImage()
    place = view.folds.place_of(view.document().findBlockByNumber(2)).toRect()
    behind = place.adjusted(view.fontMetrics().horizontalAdvance('  "statusDetails": {') + 12, 0, 0, 0)
    assert before.copy(behind) != after.copy(behind)
