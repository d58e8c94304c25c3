"""While a menu is open its letters are the menu's: no command behind it is carried out."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from simulator.jobs.model import JobStatus
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.letter_menu import LetterMenu


def menus_of(opened: Opened) -> dict[str, QMenu]:
    """Every menu that opens over the table, by its name."""
    rows = opened.window.row_menu.make()
    inner = {each.objectName(): each for each in rows.findChildren(QMenu) if each.objectName().startswith("fleet")}
    assert {"fleetForceMenu", "fleetWrongMenu", "fleetBreakMenu"} <= set(inner)
    page = opened.window.page
    return {"fleetRowMenu": rows, "scenarioMenu": opened.window.scenario_menu, **inner} | {
        "fleetColumnsMenu": page.table.columns_menu(),
        "fleetClipMenu": page.rewind_bar.export_menu(),
    }


@pytest.mark.parametrize("name", ["scenarioMenu", "fleetRowMenu", "fleetForceMenu", "fleetWrongMenu", "fleetBreakMenu"])
def test_s_in_an_open_menu_ends_no_execution(opened: Opened, qtbot: Any, name: str) -> None:
    opened.fleet.tell([snapshot("thing-00001", JobStatus.IN_PROGRESS)])
    opened.window._counted()
    table = opened.window.page.table
    table.select_names(["thing-00001"])
    table.setFocus()
    menu = menus_of(opened)[name]
    menu.popup(table.mapToGlobal(table.rect().center()))
    qtbot.waitUntil(menu.isVisible)
    for key in (Qt.Key.Key_S, Qt.Key.Key_X):
        qtbot.keyClick(menu, key)
    menu.close()
    qtbot.keyClick(table, Qt.Key.Key_M)  # a key of the table, after which whatever was asked before has been asked
    qtbot.waitUntil(lambda: bool(opened.asked("manual")))
    assert not opened.asked("force")


def test_every_menu_over_the_table_keeps_its_letters(opened: Opened) -> None:
    for name, menu in menus_of(opened).items():
        assert isinstance(menu, LetterMenu), name
        menu.close()


def test_a_letter_goes_from_one_scenario_that_begins_with_it_to_the_next(opened: Opened, qtbot: Any) -> None:
    menu = opened.window.scenario_menu
    menu.popup(opened.window.mapToGlobal(opened.window.rect().center()))
    qtbot.waitUntil(menu.isVisible)
    reached = []
    for key in (Qt.Key.Key_F, Qt.Key.Key_F, Qt.Key.Key_Z, Qt.Key.Key_F):
        qtbot.keyClick(menu, key)
        reached.append(menu.activeAction().text())
    assert reached == ["fail", "fails-twice", "zombie", "fail"]
    assert not opened.asked("assign")
    menu.close()
