"""The chips keep to their row while a filter is typed, so that the table stays where it is under the pointer."""

from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit

from simulator.config import WindowOptions
from tests.gui.conftest import Opened
from ui.chips import Chip


@pytest.fixture
def options() -> WindowOptions:
    return WindowOptions(things=10, seed=42)


def row_of(opened: Opened) -> tuple[int, int]:
    """The height of the chips' row, and where the table begins."""
    opened.window.page._show_counts(0.0)
    opened.window.layout().activate()
    page = opened.window.page
    page.layout().activate()
    page.chips.layout().activate()
    return page.chips.height(), page.table.mapTo(page, page.table.rect().topLeft()).y()


def words_left_out(opened: Opened) -> list[int]:
    return [code for code, chip in opened.window.page.chips.chips.items() if chip.width() < chip.width_of(short=False)]


def test_a_filter_moves_no_table_at_1280(opened: Opened, qtbot: Any) -> None:
    opened.window.resize(1280, 720)
    qtbot.waitUntil(lambda: opened.window.page.width() > 1150)
    before = row_of(opened)
    assert words_left_out(opened) == []
    opened.find(QLineEdit, "fleetFilterEdit").setText("thing-00007")
    assert row_of(opened) == before
    assert 0 < len(words_left_out(opened)) < 8
    assert opened.find(Chip, "fleetChip_FAILED").accessibleName() == "Failed: 0 things"
    opened.find(QLineEdit, "fleetFilterEdit").clear()
    assert row_of(opened) == before
    assert words_left_out(opened) == []


def test_in_a_narrow_window_the_row_wraps_and_keeps_its_words(opened: Opened, qtbot: Any) -> None:
    opened.window.resize(900, 600)
    qtbot.waitUntil(lambda: opened.window.page.width() < 900)
    opened.find(QLineEdit, "fleetFilterEdit").setText("thing-00007")
    assert row_of(opened)[0] > Chip(0).sizeHint().height()
    assert words_left_out(opened) == []
