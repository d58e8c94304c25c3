"""The fleet page as a user has it: typing filters, clicking chips and headers, freezing, reading."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QPushButton, QToolButton

from simulator.config import WindowOptions
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import LivelyFleet, snapshot
from ui.chips import Chip
from ui.filter_edit import FilterEdit
from ui.fleet_columns import COLUMNS
from ui.fleet_page import MINIMISED_MS
from ui.fleet_table import FleetTable

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def fleet(opened: Opened) -> Opened:
    """Six things with jobs, beside the three that have none."""
    statuses = (S.FAILED, S.FAILED, S.IN_PROGRESS, S.QUEUED, S.SUCCEEDED, S.TIMED_OUT)
    opened.fleet.tell(snapshot(f"sim-{n}", status, version=n, progress=n * 10) for n, status in enumerate(statuses, 1))
    opened.window.page.tick()
    return opened


def shown(opened: Opened) -> list[str]:
    return opened.window.page.model.shown_names()


def type_filter(opened: Opened, qtbot, text: str) -> FilterEdit:
    edit = opened.find(FilterEdit, "fleetFilterEdit")
    edit.clear()
    qtbot.keyClicks(edit, text)
    return edit


def test_typing_a_filter_leaves_the_things_that_match(fleet: Opened, qtbot) -> None:
    type_filter(fleet, qtbot, "status:failed,timed_out v>1")
    assert shown(fleet) == ["sim-2", "sim-6"]


def test_a_bad_filter_keeps_the_rows_and_names_the_token(fleet: Opened, qtbot) -> None:
    type_filter(fleet, qtbot, "status:failed")
    edit = fleet.find(FilterEdit, "fleetFilterEdit")
    edit.setText("status:failed colour:red")
    assert shown(fleet) == ["sim-1", "sim-2"]
    assert "colour:red" in edit.toolTip()
    assert "there is no column colour" in edit.accessibleDescription()
    calm = edit.grab().toImage()
    edit.setText("status:failed colours")
    assert edit.problem is None
    assert edit.grab().toImage() != calm
    assert "colour:red" not in edit.toolTip()


def test_clicking_a_chip_writes_the_filter(fleet: Opened, qtbot) -> None:
    chip = fleet.find(Chip, "fleetChip_FAILED")
    qtbot.mouseClick(chip, LEFT)
    assert fleet.find(FilterEdit, "fleetFilterEdit").text() == "status:failed"
    assert shown(fleet) == ["sim-1", "sim-2"]
    assert chip.isChecked()
    assert not fleet.find(Chip, "fleetChip_ALL").isChecked()
    qtbot.mouseClick(chip, LEFT)
    assert fleet.find(FilterEdit, "fleetFilterEdit").text() == ""
    assert fleet.find(Chip, "fleetChip_ALL").isChecked()


def test_control_click_adds_and_takes_away_chips(fleet: Opened, qtbot) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    type_filter(fleet, qtbot, "sim")
    qtbot.mouseClick(fleet.find(Chip, "fleetChip_FAILED"), LEFT)
    qtbot.mouseClick(fleet.find(Chip, "fleetChip_QUEUED"), LEFT, control)
    assert fleet.find(FilterEdit, "fleetFilterEdit").text() == "status:queued,failed sim"
    assert shown(fleet) == ["sim-1", "sim-2", "sim-4"]
    qtbot.mouseClick(fleet.find(Chip, "fleetChip_FAILED"), LEFT, control)
    assert fleet.find(FilterEdit, "fleetFilterEdit").text() == "status:queued sim"


def test_typed_status_words_check_the_chips(fleet: Opened, qtbot) -> None:
    type_filter(fleet, qtbot, "status:queued,none")
    checked = {chip.objectName() for chip in fleet.window.findChildren(Chip) if chip.isChecked()}
    assert checked == {"fleetChip_QUEUED", "fleetChip_NONE"}


def test_alt_and_a_number_are_the_chips(fleet: Opened, qtbot) -> None:
    fleet.window.activateWindow()
    qtbot.waitUntil(fleet.window.isActiveWindow)
    qtbot.keyClick(fleet.window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    assert fleet.find(FilterEdit, "fleetFilterEdit").text() == "status:failed"


def test_chip_counts_sum_to_the_fleet(fleet: Opened) -> None:
    fleet.window.page._show_counts(0.0)
    chips = {chip.objectName(): chip.count for chip in fleet.window.findChildren(Chip)}
    assert chips.pop("fleetChip_ALL") == sum(chips.values()) == 9
    assert chips["fleetChip_FAILED"] == 2
    assert chips["fleetChip_NONE"] == 3
    assert fleet.find(Chip, "fleetChip_FAILED").accessibleName() == "Failed: 2 things"


def test_chips_tell_what_the_rest_of_the_filter_lets_through(fleet: Opened, qtbot) -> None:
    type_filter(fleet, qtbot, "sim-1")
    assert fleet.find(Chip, "fleetChip_FAILED")._numbers() == "2 (1)"


def header_click(table: FleetTable, qtbot, key: str) -> None:
    header = table.horizontalHeader()
    at = header.sectionViewportPosition(table.model().column(key)) + 20
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(at, header.height() // 2))


def test_clicking_a_header_sorts_by_it(fleet: Opened, qtbot) -> None:
    table = fleet.find(FleetTable, "fleetTable")
    type_filter(fleet, qtbot, "sim")
    header_click(table, qtbot, "progress")
    assert shown(fleet) == [f"sim-{n}" for n in range(1, 7)]
    header_click(table, qtbot, "progress")
    assert shown(fleet) == [f"sim-{n}" for n in range(6, 0, -1)]
    assert "sorted by Progress" in fleet.find(QLabel, "fleetFooterLabel").text()


def sorted_and_overtaken(fleet: Opened, qtbot) -> None:
    """Sorted by progress, and then the first thing overtakes the others."""
    type_filter(fleet, qtbot, "sim")
    header_click(fleet.find(FleetTable, "fleetTable"), qtbot, "progress")
    fleet.fleet.tell([snapshot("sim-1", S.IN_PROGRESS, progress=99)])
    fleet.window.page._timer.stop()
    fleet.window.page._ordered_at = 0.0


def test_a_live_order_is_brought_up_to_date_within_a_second(fleet: Opened, qtbot, monkeypatch) -> None:
    sorted_and_overtaken(fleet, qtbot)
    monkeypatch.setattr(fleet.window.page.table, "is_being_read", lambda: False)
    fleet.window.page.tick()
    assert shown(fleet)[-1] == "sim-1"


def test_rows_do_not_move_under_the_pointer_until_they_are_told_to(fleet: Opened, qtbot, monkeypatch) -> None:
    sorted_and_overtaken(fleet, qtbot)
    monkeypatch.setattr(fleet.window.page.table, "is_being_read", lambda: True)
    fleet.window.page.tick()
    fleet.window.page._show_footer()
    assert shown(fleet)[0] == "sim-1"
    assert "order held" in fleet.find(QLabel, "fleetFooterLabel").text()
    button = fleet.find(QPushButton, "fleetResortButton")
    assert button.isVisible()
    qtbot.mouseClick(button, LEFT)
    assert shown(fleet)[-1] == "sim-1"
    assert not button.isVisible()


def test_the_order_is_held_while_a_menu_is_open(fleet: Opened, qtbot, monkeypatch) -> None:
    sorted_and_overtaken(fleet, qtbot)
    monkeypatch.setattr(fleet.window.page.table, "is_being_read", lambda: False)
    fleet.window.row_menu.open(QPoint(5, 5))
    fleet.window.page.tick()
    assert shown(fleet)[0] == "sim-1"
    fleet.find(QMenu, "fleetRowMenu").close()
    fleet.window.page._ordered_at = 0.0
    fleet.window.page.tick()
    assert shown(fleet)[-1] == "sim-1"


def test_the_selected_thing_stays_selected_when_the_order_changes(fleet: Opened, qtbot) -> None:
    table = fleet.find(FleetTable, "fleetTable")
    table.select_names(["sim-3"], "sim-3")
    header_click(table, qtbot, "status")
    header_click(table, qtbot, "status")
    assert table.selected_names() == ["sim-3"]
    assert table.current_name() == "sim-3"


def test_the_selection_survives_that_other_things_are_removed(fleet: Opened) -> None:
    table = fleet.find(FleetTable, "fleetTable")
    table.select_names(["sim-3"], "sim-3")
    fleet.fleet.tell(removed=["sim-1", "thing-00001"])
    fleet.window.page.tick()
    assert table.selected_names() == ["sim-3"]
    assert table.current_name() == "sim-3"


def test_space_freezes_the_view_and_lets_it_catch_up(fleet: Opened, qtbot) -> None:
    table = fleet.find(FleetTable, "fleetTable")
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    fleet.fleet.tell([snapshot("sim-3", S.SUCCEEDED, version=9)])
    fleet.window.page._show_counts(0.0)
    ribbon = fleet.find(QLabel, "fleetFrozenLabel")
    assert ribbon.isVisible()
    assert "1 change waiting" in ribbon.text()
    assert fleet.store.version[fleet.store.row_of["sim-3"]] == 3
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert not ribbon.isVisible()
    assert fleet.store.version[fleet.store.row_of["sim-3"]] == 9


def test_a_filter_that_matches_nothing_offers_to_be_cleared(fleet: Opened, qtbot) -> None:
    type_filter(fleet, qtbot, "nobody")
    assert shown(fleet) == []
    assert fleet.find(QLabel, "fleetEmptyLabel").text() == "No thing matches “nobody”."
    qtbot.mouseClick(fleet.find(QPushButton, "fleetClearFilterButton"), LEFT)
    assert len(shown(fleet)) == 9
    assert not fleet.find(QLabel, "fleetEmptyLabel").isVisible()


def test_a_filter_that_makes_no_sense_is_not_said_to_match_nothing(fleet: Opened, qtbot) -> None:
    type_filter(fleet, qtbot, "v>x")  # on the way to it: the word v, which no name has
    fleet.window.page.tick()
    fleet.window.page._show_counts(0.0)
    assert shown(fleet) == []
    assert fleet.find(QLabel, "fleetEmptyLabel").text() == "v>x: x is not a number"


class TestWithoutThings:
    @pytest.fixture
    def options(self) -> WindowOptions:
        return WindowOptions(things=0, seed=42)

    def test_an_empty_fleet_offers_to_add_things(self, opened: Opened, qtbot) -> None:
        opened.window.page._show_counts(0.0)
        qtbot.mouseClick(opened.find(QPushButton, "fleetAddButton"), LEFT)
        qtbot.waitUntil(lambda: len(opened.store) == 50)
        opened.window.page.tick()
        assert shown(opened)[0] == "thing-00001"
        assert len(opened.engine.operator.things) == 50

    def test_an_empty_fleet_offers_to_open_one(self, opened: Opened, qtbot) -> None:
        opened.window.page._show_counts(0.0)
        qtbot.mouseClick(opened.find(QPushButton, "fleetOpenButton"), LEFT)
        dialog = opened.window.findChild(QFileDialog)
        assert dialog is not None
        assert dialog.isVisible()
        dialog.reject()


def test_the_default_columns_are_shown_in_their_order(opened: Opened) -> None:
    table = opened.find(FleetTable, "fleetTable")
    header = table.horizontalHeader()
    visible = [
        table.model().key(n) for v in range(header.count()) if not table.isColumnHidden(n := header.logicalIndex(v))
    ]
    assert visible == ["thing", "link", "status", "ver", "progress", "step", "fw", "job", "scenario", "details"]


@pytest.mark.parametrize("size", [(1024, 640), (1280, 720), (1920, 1080)])
def test_the_columns_fill_the_table_and_do_not_overflow_it(fleet: Opened, qtbot, size: tuple[int, int]) -> None:
    fleet.window.resize(*size)
    qtbot.waitUntil(lambda: fleet.window.width() == size[0])
    table = fleet.find(FleetTable, "fleetTable")
    qtbot.waitUntil(lambda: table.horizontalHeader().length() == table.viewport().width())
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)


def test_headers_and_texts_of_fixed_length_are_never_cut(fleet: Opened, qtbot) -> None:
    table = fleet.find(FleetTable, "fleetTable")
    table.select_names(["sim-1"], "sim-1")  # which opens the pane: the narrowest the table gets
    fleet.window.resize(1280, 720)
    metrics = table.fontMetrics()
    longest = {"status": "In progress", "fw": "2.3.1 → 2.4.0", "ver": "v99", "step": "download", "thing": "sim-00001"}
    for number, column in enumerate(COLUMNS):
        if column.default:
            room = table.columnWidth(number) - 16
            title = str(table.model().headerData(number, Qt.Orientation.Horizontal))
            extra = 24 if column.key == "status" else 0  # the shape in the pill
            assert metrics.horizontalAdvance(longest.get(column.key, title)) + extra <= room + 1, column.key


def test_columns_can_be_shown_and_hidden_from_the_menu(opened: Opened, qtbot) -> None:
    table = opened.find(FleetTable, "fleetTable")
    qtbot.mouseClick(opened.find(QToolButton, "fleetColumnsButton"), LEFT)
    menu = opened.find(QMenu, "fleetColumnsMenu")
    seed = menu.findChild(QAction, "act.column.seed")
    seed.trigger()
    assert not table.isColumnHidden(table.model().column("seed"))
    assert not menu.findChild(QAction, "act.column.thing").isEnabled()
    menu.findChild(QAction, "act.column.reset").trigger()
    assert table.isColumnHidden(table.model().column("seed"))
    menu.close()


def test_a_dragged_column_keeps_its_width(opened: Opened, qtbot) -> None:
    table = opened.find(FleetTable, "fleetTable")
    job = table.model().column("job")
    table.setColumnWidth(job, 300)
    opened.window.resize(1100, 700)
    qtbot.waitUntil(lambda: opened.window.width() == 1100)
    assert table.columnWidth(job) == 300


def test_the_pane_is_there_while_a_thing_is_selected(fleet: Opened) -> None:
    page = fleet.window.page
    assert not page.pane.isVisible()
    page.table.select_names(["sim-1"], "sim-1")
    assert page.pane.isVisible()
    page.table.clearSelection()
    assert not page.pane.isVisible()


def test_a_pane_that_was_asked_for_stays(fleet: Opened, qtbot) -> None:
    fleet.trigger("act.view.detail")
    assert fleet.window.page.pane.isVisible()
    fleet.trigger("act.view.detail")
    fleet.window.page.table.select_names(["sim-1"], "sim-1")
    assert not fleet.window.page.pane.isVisible()


def test_the_pane_lies_under_the_table_of_a_narrow_window(fleet: Opened, qtbot) -> None:
    page = fleet.window.page
    assert page.splitter.orientation() == Qt.Orientation.Horizontal
    fleet.window.resize(1024, 640)
    qtbot.waitUntil(lambda: page.splitter.orientation() == Qt.Orientation.Vertical)
    fleet.trigger("act.view.side")
    assert page.splitter.orientation() == Qt.Orientation.Horizontal


def test_the_display_slows_down_when_ticks_take_long_and_recovers(opened: Opened) -> None:
    page = opened.window.page
    page._timer.stop()
    for _ in range(2):
        page._keep_pace(0.030, now=100.0)
    assert page.pace.slowed
    assert page._timer.interval() == 100
    page._keep_pace(0.005, now=103.0)
    assert page.pace.slowed
    page._keep_pace(0.005, now=106.0)
    assert not page.pace.slowed
    assert page._timer.interval() == 50


def test_with_very_many_changes_page_and_window_count_in_turns(fleet: Opened) -> None:
    page = fleet.window.page
    page._timer.stop()
    page.tick()
    told = QSignalSpy(page.counted)
    fleet.fleet.tell(snapshot(f"zz-{n:04}", S.QUEUED) for n in range(1200))
    page._counted_at = 0.0
    page.tick()
    assert fleet.find(Chip, "fleetChip_QUEUED").count == 1201
    assert told.count() == 0
    page.tick()
    assert told.count() == 1
    page.tick()
    assert told.count() == 1


def test_a_minimised_window_announces_no_rows(fleet: Opened, qtbot) -> None:
    page = fleet.window.page
    page._timer.stop()
    spy = QSignalSpy(page.model.dataChanged)
    fleet.window.showMinimized()
    qtbot.waitUntil(fleet.window.isMinimized)
    fleet.fleet.tell([snapshot("sim-3", S.SUCCEEDED)])
    page.tick()
    assert spy.count() == 0
    fleet.window.showNormal()
    qtbot.waitUntil(lambda: not fleet.window.isMinimized())
    page.tick()
    assert spy.count() == 1


def test_a_minimised_window_is_looked_at_once_a_second_and_at_full_pace_when_it_is_back(fleet: Opened, qtbot) -> None:
    page = fleet.window.page
    fleet.window.showMinimized()
    qtbot.waitUntil(lambda: page._timer.interval() == MINIMISED_MS)
    with qtbot.waitSignal(page.counted, timeout=2 * MINIMISED_MS):
        fleet.fleet.tell([snapshot("sim-3", S.SUCCEEDED)])
    assert fleet.find(Chip, "fleetChip_SUCCEEDED").count == 2
    fleet.window.showNormal()
    qtbot.waitUntil(lambda: not fleet.window.isMinimized())
    assert page._timer.interval() == page.pace.interval_ms


def test_a_minimised_window_counts_and_leaves_pane_and_commands_for_later(fleet: Opened, qtbot, monkeypatch) -> None:
    page = fleet.window.page
    page._timer.stop()
    page.splitter.show_pane(True)
    refreshed: list[int] = []
    monkeypatch.setattr(fleet.window.pane, "refresh", lambda: refreshed.append(1))
    fleet.window.showMinimized()
    qtbot.waitUntil(fleet.window.isMinimized)
    fleet.fleet.tell([snapshot("sim-3", S.SUCCEEDED)])
    page.tick()
    assert fleet.find(Chip, "fleetChip_SUCCEEDED").count == 2
    assert refreshed == []
    fleet.window.showNormal()
    qtbot.waitUntil(lambda: not fleet.window.isMinimized())
    page._counted_at = 0.0
    page.tick()
    assert refreshed == [1]


def test_a_lively_fleet_is_painted_without_an_error(opened: Opened, qtbot) -> None:
    lively = LivelyFleet()
    lively._on_batch = opened.store.apply
    lively.fill(500)
    opened.window.page.model.flashes = True
    for _ in range(5):
        lively.move(100)
        opened.window.page.tick()
        assert not opened.window.page.table.grab().isNull()
