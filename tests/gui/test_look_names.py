"""What those hear who do not see the window, and that every character it shows is in the plainest font there is."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QFont, QFontDatabase, QRawFont
from PySide6.QtWidgets import QApplication

import ui
from simulator.config import WindowOptions
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support import look
from tests.support.full_window import PAGES, fill, full_engine, show
from tests.support.gui import FakeEngine, snapshot

PLAINEST = "DejaVu Sans"


@pytest.fixture
def options() -> WindowOptions:
    return WindowOptions(things=0, seed=42)


@pytest.fixture
def engine() -> FakeEngine:
    return full_engine()


def children(interface: QAccessibleInterface) -> list[QAccessibleInterface]:
    return [interface.child(place) for place in range(interface.childCount())]


@pytest.mark.parametrize("page", PAGES)
def test_every_control_says_what_it_is(opened: Opened, qtbot: Any, page: str) -> None:
    fill(opened)
    show(opened, qtbot, page)
    assert "\n".join(look.unnamed(opened.window)) == ""


@pytest.mark.parametrize("sheet", ["act.app.palette", "act.app.keys", "act.app.activity"])
def test_sheets_say_what_they_are(opened: Opened, sheet: str) -> None:
    opened.trigger(sheet)
    assert "\n".join(look.unnamed(opened.window)) == ""


def test_a_row_is_read_as_its_status_progress_and_thing(opened: Opened, qtbot: Any) -> None:
    opened.fleet.tell([snapshot("sim-00007", S.FAILED, progress=73, version=5)])
    opened.window.page.tick()
    opened.window.page.table.setFocus()
    table = QAccessible.queryAccessibleInterface(opened.window.page.table)
    heard = [cell.text(QAccessible.Text.Name) for cell in children(table)]
    assert "Failed, 73 percent, sim-00007" in heard  # the first cell, which is the one that has the focus in a row
    assert {"Failed", "73 percent"} <= set(heard)


def test_a_chip_says_its_count_and_the_wall_its_square(opened: Opened, qtbot: Any) -> None:
    fill(opened, 20)
    show(opened, qtbot, "wall")
    page = opened.window.page
    count = page.store.status_counts[4]
    chip = QAccessible.queryAccessibleInterface(page.chips.chips[4])
    assert chip.text(QAccessible.Text.Name) == f"Failed: {count} things"
    assert chip.state().checkable
    page.wall.setFocus()
    page.table.select_names(["sim-00003"], "sim-00003")
    wall = QAccessible.queryAccessibleInterface(page.wall)
    qtbot.keyClick(page.wall, Qt.Key.Key_Right)
    assert wall.text(QAccessible.Text.Description).endswith("sim-00001")


def shown_characters() -> Iterator[tuple[str, str]]:
    """Every character beyond ASCII in a text of the window's source, with its file."""
    for path in sorted(Path(ui.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from ((each, path.name) for each in node.value if ord(each) > 126)


def test_every_character_is_in_the_plainest_font(qapp: QApplication) -> None:
    if PLAINEST not in QFontDatabase.families():
        pytest.skip(f"{PLAINEST} is not installed")
    face = QRawFont.fromFont(QFont(PLAINEST))
    found = sorted(set(shown_characters()))
    assert {"…", "→", "≈", "·"} <= {each for each, _ in found}
    assert [(each, name) for each, name in found if not face.supportsCharacter(ord(each))] == []
    assert not face.supportsCharacter(0x4E2D)  # what is not in it would be a box


def test_no_picture_is_a_character(qapp: QApplication) -> None:
    pictographs = [
        (each, name) for each, name in shown_characters() if ord(each) >= 0x1F000 or 0x2600 <= ord(each) < 0x27C0
    ]
    assert pictographs == []
