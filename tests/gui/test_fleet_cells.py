"""What is done from cells and chips: filters made of them, blocks copied, filters saved, things started anew."""

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLineEdit, QMenu, QPushButton

from simulator.feed import Activity
from simulator.jobs.model import JobStatus as S
from simulator.transport.base import Link
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.ack_window import AckWindow
from ui.chips import Chip
from ui.filter_edit import FilterEdit
from ui.filter_saved import SavedFilters
from ui.fleet_filter import FilterError, parse
from ui.fleet_table import FleetTable
from ui.segment_button import SegmentButton

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def fleet(opened: Opened) -> Opened:
    """Four things with jobs, beside the three that have none."""
    opened.fleet.tell(
        [
            snapshot("sim-1", S.FAILED, progress=10, details="checksum mismatch", firmware="2.3.1"),
            snapshot("sim-2", S.FAILED, progress=20, details="disk full, 3 %", firmware="2.10.0"),
            snapshot("sim-3", S.IN_PROGRESS, progress=30, link=Link.ERROR, firmware="2.4.0", target_firmware="3.0"),
            snapshot("sim-4", S.SUCCEEDED, progress=100, firmware_warning=True, firmware="2.4.0"),
        ]
    )
    opened.window.page.tick()
    return opened


def shown(opened: Opened) -> list[str]:
    return opened.window.page.model.shown_names()


def cell_menu(opened: Opened, name: str, key: str) -> QMenu:
    """The menu that a right click on a cell opens."""
    table, model = opened.window.page.table, opened.window.page.model
    index = model.index(model.row_of(name), model.column(key))
    table.scrollTo(index)
    opened.window.page._note_cell(table.visualRect(index).center())
    return opened.window.row_menu.make()


def choose(menu: QMenu, name: str) -> None:
    action = next(each for each in menu.actions() if each.objectName() == name)
    action.trigger()
    menu.deleteLater()


@pytest.mark.parametrize(
    ("name", "key", "word", "left"),
    [
        ("sim-1", "status", "status:failed", ["sim-1", "sim-2"]),
        ("sim-2", "details", 'details:"disk full, 3 %"', ["sim-2"]),
        ("sim-3", "fw", "fw:2.4.0", ["sim-3", "sim-4"]),
        ("sim-3", "link", "link:error", ["sim-3"]),
        ("sim-4", "progress", "progress:100", ["sim-4"]),
        ("thing-00001", "status", "status:none", ["thing-00001", "thing-00002", "thing-00003"]),
    ],
)
def test_a_cell_makes_a_filter(fleet: Opened, name: str, key: str, word: str, left: list[str]) -> None:
    choose(cell_menu(fleet, name, key), "act.filter.only")
    assert fleet.find(FilterEdit, "fleetFilterEdit").text() == word
    assert shown(fleet) == left


def test_a_cell_says_what_its_filter_will_be_and_the_menu_still_has_its_commands(fleet: Opened) -> None:
    menu = cell_menu(fleet, "sim-1", "status")
    assert [action.text() for action in menu.actions()[:3]] == ["Filter: Status = FAILED", "…not this", "Copy cell"]
    assert fleet.window.actions_of["act.fleet.start"] in menu.actions()
    menu.deleteLater()


def test_not_this_keeps_the_rest_of_the_filter(fleet: Opened) -> None:
    fleet.window.page.show_text("sim")
    choose(cell_menu(fleet, "sim-1", "status"), "act.filter.not")
    assert fleet.find(FilterEdit, "fleetFilterEdit").text() == "sim -status:failed"
    assert shown(fleet) == ["sim-3", "sim-4"]
    choose(cell_menu(fleet, "sim-3", "status"), "act.filter.only")
    assert fleet.find(FilterEdit, "fleetFilterEdit").text() == "sim -status:failed status:in_progress"


def test_versions_compare_as_versions(fleet: Opened) -> None:
    fleet.window.page.show_text("fw>2.4.0")
    assert shown(fleet) == ["sim-2"]
    fleet.window.page.show_text("fw<2.10 sim")
    assert shown(fleet) == ["sim-1", "sim-3", "sim-4"]


def test_copying_three_cells_gives_tab_separated_wire_words(fleet: Opened, qtbot) -> None:
    table, model = fleet.find(FleetTable, "fleetTable"), fleet.window.page.model

    def middle(name: str, key: str) -> QPoint:
        return table.visualRect(model.index(model.row_of(name), model.column(key))).center()

    alt = Qt.KeyboardModifier.AltModifier
    qtbot.mousePress(table.viewport(), LEFT, alt, middle("sim-1", "thing"))
    qtbot.mouseMove(table.viewport(), middle("sim-1", "status"))
    qtbot.mouseRelease(table.viewport(), LEFT, alt, middle("sim-1", "status"))
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "sim-1\tonline\tFAILED"
    table.sortByColumn(model.column("progress"), Qt.SortOrder.DescendingOrder)
    fleet.trigger("act.view.copy")
    assert QGuiApplication.clipboard().text() == "sim-1\tonline\tFAILED"  # the block goes with its thing
    before = table.viewport().grab().toImage()
    fleet.trigger("act.view.escape")
    assert table.viewport().grab().toImage() != before
    table.select_names(["sim-3"], "sim-3")
    fleet.trigger("act.view.copy")
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("sim-3\terror\tIN_PROGRESS")


def test_a_block_of_cells_can_be_chosen_by_keys(fleet: Opened, qtbot) -> None:
    table = fleet.find(FleetTable, "fleetTable")
    table.select_names(["sim-1"], "sim-1")
    block = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(table, key, block)
    assert table.range.text() == "sim-1\tonline\tFAILED\nsim-2\tonline\tFAILED"
    assert table.selected_names() == ["sim-1"]


# --- saved filters ----------------------------------------------------------------------------------------------


def test_a_filter_is_saved_under_a_name_and_comes_back_from_the_drop_down(fleet: Opened, qtbot) -> None:
    edit = fleet.find(FilterEdit, "fleetFilterEdit")
    edit.setText("status:failed v>1")
    fleet.trigger("act.view.saveFilter")
    dialog = fleet.find(QDialog, "fleetSaveFilterDialog")
    button = fleet.find(QPushButton, "fleetSaveFilterButton")
    assert not button.isEnabled()
    qtbot.keyClicks(fleet.find(QLineEdit, "fleetSaveFilterEdit"), "the bad ones")
    qtbot.mouseClick(button, LEFT)
    assert not dialog.isVisible()
    edit.clear()
    menu = edit.saved_menu()
    assert menu.actions()[0].text() == "the bad ones\tstatus:failed v>1"
    menu.actions()[0].trigger()
    menu.deleteLater()
    assert shown(fleet) == ["sim-1", "sim-2"]
    again = SavedFilters()
    again.use(fleet.settings)
    assert again.texts == {"the bad ones": "status:failed v>1"}


def test_a_saved_filter_is_forgotten_and_that_can_be_heard(tmp_path, qtbot) -> None:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    saved = SavedFilters()
    saved.use(settings)
    assert saved.save("b", "sim")
    assert saved.save("A", "v>1")
    assert list(saved.texts) == ["A", "b"]
    assert not saved.save("  ", "sim")
    with qtbot.waitSignal(saved.deleted) as heard:
        saved.delete("A")
    assert heard.args == ["A", "v>1"]
    again = SavedFilters()
    again.use(settings)
    assert again.texts == {"b": "sim"}


def test_forgetting_a_saved_filter_can_be_taken_back(fleet: Opened) -> None:
    saved = fleet.find(FilterEdit, "fleetFilterEdit").saved
    saved.save("bad", "status:failed")
    saved.delete("bad")
    assert saved.texts == {}
    fleet.window.commands.undo.undo()
    assert saved.texts == {"bad": "status:failed"}
    fleet.window.commands.undo.redo()
    assert saved.texts == {}


# --- chips ------------------------------------------------------------------------------------------------------


def test_the_second_row_of_chips_filters_by_line_and_warning(fleet: Opened, qtbot) -> None:
    error = fleet.find(Chip, "fleetChip_error")
    assert not error.isVisible()
    qtbot.mouseClick(fleet.find(SegmentButton, "fleetMoreChipsButton"), LEFT)
    assert error.isVisible()
    assert error.count == 1
    warning = fleet.find(Chip, "fleetChip_warning")
    assert warning.count == 2
    assert "Has warning" in warning.accessibleName()
    qtbot.mouseClick(error, LEFT)
    assert fleet.find(FilterEdit, "fleetFilterEdit").text() == "link:error"
    assert error.isChecked()
    qtbot.mouseClick(fleet.find(Chip, "fleetChip_online"), LEFT, Qt.KeyboardModifier.ControlModifier)
    assert shown(fleet) == ["sim-1", "sim-2", "sim-3", "sim-4"]
    qtbot.mouseClick(warning, LEFT)
    assert shown(fleet) == ["sim-3", "sim-4"]
    assert warning.isChecked()
    qtbot.mouseClick(warning, LEFT)
    assert "warning" not in fleet.find(FilterEdit, "fleetFilterEdit").text()


def test_broken_and_lost_things_have_a_warning(fleet: Opened) -> None:
    fleet.fleet.tell([snapshot("sim-5", activity=Activity.BROKEN), snapshot("sim-6", activity=Activity.LOST)])
    fleet.window.page.tick()
    fleet.window.page.show_text("-warning:no")
    assert shown(fleet) == ["sim-3", "sim-4", "sim-5", "sim-6"]
    with pytest.raises(FilterError, match="warning:yes or warning:no"):
        parse("warning:maybe")


def test_a_chip_offers_only_this_this_too_and_not_this(fleet: Opened) -> None:
    edit = fleet.find(FilterEdit, "fleetFilterEdit")
    failed, done = fleet.find(Chip, "fleetChip_FAILED"), fleet.find(Chip, "fleetChip_SUCCEEDED")
    menu = failed.menu()
    assert [action.text() for action in menu.actions()] == ["Only Failed", "Failed too", "Not Failed"]
    choose(menu, "act.chip.only")
    assert edit.text() == "status:failed"
    choose(done.menu(), "act.chip.too")
    assert edit.text() == "status:succeeded,failed"
    edit.clear()
    choose(failed.menu(), "act.chip.not")
    assert edit.text() == "-status:failed"
    assert "sim-1" not in shown(fleet)


# --- starting anew ------------------------------------------------------------------------------------------------


def test_setting_the_firmware_counts_the_things_and_can_be_taken_back(opened: Opened, qtbot) -> None:
    opened.trigger("act.fleet.start")
    qtbot.waitUntil(lambda: not opened.tasks)
    opened.window.page.tick()
    opened.window.page.table.select_names(["thing-00001", "thing-00002"], "thing-00001")
    assert opened.window.actions_of["act.fleet.firmware"].text() == "Set firmware of 2 selected…"
    opened.trigger("act.fleet.firmware")
    edit, button = opened.find(QLineEdit, "fleetFirmwareEdit"), opened.find(QPushButton, "fleetFirmwareButton")
    assert button.text() == "Set firmware of 2 things"
    edit.setText("2 3")
    assert not button.isEnabled()
    edit.setText("9.9.9")
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: not opened.tasks)
    opened.window.page.tick()
    fw = opened.store.firmware
    assert [fw[opened.store.row_of[f"thing-0000{n}"]] for n in (1, 2, 3)] == ["9.9.9", "9.9.9", "1.0.0"]
    assert opened.asked("start")[-1] == (["thing-00001", "thing-00002"],)  # they ran, so they run again
    opened.window.commands.undo.undo()
    qtbot.waitUntil(lambda: not opened.tasks)
    opened.window.page.tick()
    assert set(opened.store.firmware) == {"1.0.0"}


def test_resetting_starts_things_as_they_came_and_stopped_ones_stay_stopped(opened: Opened, qtbot) -> None:
    opened.fleet.tell([snapshot("thing-00001", S.FAILED, messages=40, firmware="7")])
    opened.window.page.tick()
    opened.window.page.table.select_names(["thing-00001"], "thing-00001")
    opened.trigger("act.fleet.reset")
    qtbot.waitUntil(lambda: not opened.tasks)
    opened.window.page.tick()
    row = opened.store.row_of["thing-00001"]
    assert (opened.store.status[row], opened.store.messages[row], opened.store.firmware[row]) == (0, 0, "1.0.0")
    assert opened.asked("start") == []
    assert opened.window.page.table.selected_names() == ["thing-00001"]  # selection follows the thing


def test_the_p95_ack_is_of_the_last_minute() -> None:
    acks = AckWindow()
    for n in range(20):
        acks.take([snapshot("a", ack_ms=float(n + 1))], at=100.0 + n)
    assert acks.p95("a", 120.0) == 20.0
    acks.take([snapshot("a", ack_ms=500.0)], at=121.0)
    assert acks.p95("a", 121.0) == 20.0
    assert acks.p95("a", 170.5) == 500.0  # of those since 110.5, ten and this one
    assert acks.p95("a", 200.0) == 0.0
    assert acks.p95("b", 120.0) == 0.0


def test_ack_and_faults_columns_sort_filter_and_say_estimates(fleet: Opened) -> None:
    fleet.fleet.tell([snapshot("sim-1", S.FAILED, ack_ms=120.0, faults={"stale version": 2, "silent": 1})])
    page = fleet.window.page
    page.tick()
    row = fleet.store.row_of["sim-1"]
    assert page.model.cells.text("ack", row) == "≈ 120 ms"
    assert page.model.cells.text("faults", row) == "3"
    assert page.model.cells.tip("faults", row) == "silent 1, stale version 2"
    page.show_text("ack>100 faults>=3")
    assert shown(fleet) == ["sim-1"]
