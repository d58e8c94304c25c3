"""While a dialog, a menu or a file chooser is open, the things go on, and the table behind it shows it."""

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget

from simulator import fleet_draft_check
from simulator.fleet_draft import Around
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.fleet_builder import FleetBuilder

ACTIONS = ("act.app.open", "act.app.saveAs", "act.job.new", "act.force.fail", "act.force.reject", "act.fleet.firmware",
           "act.fleet.wrong", "act.app.palette", "act.app.keys")  # fmt: skip
OTHERS: dict[str, Callable[[Opened], object]] = {
    "row menu": lambda opened: opened.window.row_menu.open(opened.window.mapToGlobal(QPoint(200, 200))),
    "scenario menu": lambda opened: opened.window.scenario_menu.popup(opened.window.mapToGlobal(QPoint(200, 60))),
    "report to open": lambda opened: report_page(opened)._ask_open(),
    "report to export": lambda opened: report_page(opened)._ask_export(".html"),
    "fleet to save": lambda opened: fleet_builder(opened).save(),
    "certificates to choose": lambda opened: fleet_builder(opened)._ask_for_folder(),
    "filter to save": lambda opened: opened.window.page.filter_edit.ask_to_save(),
}


def report_page(opened: Opened):  # type: ignore[no-untyped-def]
    opened.window.go_to("report")
    return opened.window.pages.page("report")


def fleet_builder(opened: Opened) -> FleetBuilder:
    opened.trigger("act.fleet.add")
    builder = opened.find(FleetBuilder, "fleetBuilder")
    builder.show_findings(fleet_draft_check.check(builder.draft(), Around()))
    return builder


def shown_over(window: QWidget, before: set[QWidget]) -> list[QWidget]:
    """What has appeared: windows of their own, or sheets over the pages."""
    tops = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each not in before]
    sheets = [window.palette_sheet, window.shortcut_sheet]  # type: ignore[attr-defined]
    return tops + [sheet for sheet in sheets if sheet.isVisible()]


@pytest.mark.parametrize("what", [*ACTIONS, *OTHERS])
def test_the_fleet_keeps_moving_behind_it(opened: Opened, qtbot, qt_loop: asyncio.AbstractEventLoop, what: str) -> None:
    opened.fleet.tell([snapshot(f"thing-0000{n}", S.IN_PROGRESS, version=2) for n in (1, 2, 3)])
    opened.window.page.tick()
    opened.window.page.show_text("thing")  # there is a filter that could be saved
    before = {each for each in QApplication.topLevelWidgets() if each.isVisible()}
    if what in ACTIONS:
        opened.trigger(what)
    else:
        OTHERS[what](opened)
    over = shown_over(opened.window, before)
    assert over, f"{what} opened nothing"
    for version in range(3, 8):  # the engine speaks while it is open, as often as it likes
        qt_loop.call_later(0.01 * version, opened.fleet.tell, [snapshot("thing-00002", S.IN_PROGRESS, version=version)])
    row = opened.store.row_of["thing-00002"]
    qtbot.waitUntil(lambda: opened.store.version[row] == 7, timeout=10_000)
    model = opened.window.page.model
    if opened.window.pages.current_id == "fleet":
        cell = model.index(model.shown_names().index("thing-00002"), model.column("ver"))
        qtbot.waitUntil(lambda: model.data(cell) == "v7", timeout=10_000)
    assert all(each.isVisible() for each in over)
    for each in over:
        each.close()
