"""Mistakes on purpose: every fault of the scenario language can be had from the selection."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from simulator.feed import ThingDetail
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.scenario.faults import FaultName
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui import fault_menu


def test_every_fault_is_in_one_of_the_two_menus() -> None:
    offered = [*fault_menu.SENT_WRONG, *fault_menu.BROKEN_LINE]
    assert sorted(offered) == sorted(FaultName)
    assert len({fault_menu.fault_word(fault) for fault in FaultName}) == len(FaultName)


def test_the_row_menu_has_the_selected_things_send_it_wrong(opened: Opened, qtbot: Any) -> None:
    opened.window.page.table.select_names(["thing-00002"])
    menu = opened.window.row_menu.make()
    for name, fault in (("fleetWrongMenu", FaultName.STALE_VERSION), ("fleetBreakMenu", FaultName.REBOOT)):
        inner = menu.findChild(QMenu, name)
        assert inner is not None
        action = next(each for each in inner.actions() if each.objectName() == f"act.fault.{fault.value}")
        assert fault.value in action.toolTip()
        action.trigger()
        qtbot.waitUntil(lambda fault=fault: (["thing-00002"], fault, None) in opened.asked("misbehave"))
    menu.close()


def test_v_opens_the_menu_over_the_things(opened: Opened, qtbot: Any) -> None:
    table = opened.window.page.table
    table.select_names(["thing-00001"])
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_V)
    menu = opened.find(QMenu, "fleetWrongMenu")
    qtbot.waitUntil(menu.isVisible)
    menu.close()


def test_the_pane_looks_again_when_a_mistake_was_asked_for(
    opened: Opened, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet, detail = opened.fleet, opened.fleet.detail

    async def noted(name: str) -> ThingDetail | None:
        fleet.asked.append(("detail", name))
        return await detail(name)

    opened.window.page.table.select_names(["thing-00001"])
    qtbot.waitUntil(lambda: not opened.tasks)
    monkeypatch.setattr(fleet, "detail", noted)
    before = len(fleet.asked)
    opened.window.commands.misbehave(FaultName.STALE_VERSION)
    qtbot.waitUntil(lambda: [entry[0] for entry in fleet.asked[before:]] == ["misbehave", "detail"])


def test_an_illegal_transition_goes_on_with_what_has_ended_and_back_with_what_works(opened: Opened, qtbot: Any) -> None:
    opened.fleet.tell([snapshot("thing-00001", JobStatus.SUCCEEDED), snapshot("thing-00002", JobStatus.IN_PROGRESS)])
    opened.window._counted()
    opened.window.page.table.select_names(["thing-00001", "thing-00002"])
    menu = opened.window.row_menu.make()
    inner = menu.findChild(QMenu, "fleetWrongMenu")
    assert inner is not None
    next(each for each in inner.actions() if each.objectName() == "act.fault.illegal-transition").trigger()
    qtbot.waitUntil(lambda: len(opened.asked("send")) == 2)
    assert opened.asked("send") == [
        (["thing-00002"], UpdateByHand(status="QUEUED")),
        (["thing-00001"], UpdateByHand(status="IN_PROGRESS")),
    ]
    menu.close()
