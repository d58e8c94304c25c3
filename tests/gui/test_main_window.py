"""The window's commands: on the selection, else on what the filter shows, and they say so."""

from time import monotonic

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QMenu, QPushButton, QToolButton

from simulator.config import WindowOptions
from simulator.feed import Activity, Counters
from simulator.jobs.model import JobStatus as S
from simulator.transport.base import Link
from tests.gui.conftest import Opened
from tests.support.gui import FakeEngine, snapshot
from ui import theme
from ui.actions import ACTIONS
from ui.banner import Problem, Severity
from ui.chips import Chip
from ui.empty_state import EmptyState
from ui.fleet_store import FleetStore
from ui.fleet_table import FleetTable
from ui.heartbeat import Heartbeat
from ui.job_dialog import CreateJobDialog, JobRequest
from ui.main_window import MainWindow
from ui.reason_dialog import ReasonDialog
from ui.session import Session
from ui.status_bar import Cell
from ui.tasks import TaskOwner

LEFT = Qt.MouseButton.LeftButton
ALL = ["thing-00001", "thing-00002", "thing-00003"]


def put_to_work(opened: Opened, *names: str, **fields: object) -> None:
    opened.fleet.tell([snapshot(name, S.IN_PROGRESS, **fields) for name in names])
    opened.window._counted()


def select(opened: Opened, *names: str) -> FleetTable:
    table = opened.find(FleetTable, "fleetTable")
    table.select_names(list(names), names[0])
    table.setFocus()
    return table


def key(opened: Opened, qtbot, which: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    table = opened.find(FleetTable, "fleetTable")
    opened.window.activateWindow()
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    qtbot.keyClick(table, which, modifiers)


def test_the_start_button_starts_the_things_in_view(opened: Opened, qtbot) -> None:
    qtbot.keyClicks(opened.find(QLineEdit, "fleetFilterEdit"), "thing-00002")
    button = opened.find(QToolButton, "mainButton_fleet.start")
    assert button.text() == "Start 1 shown"
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: opened.asked("start") == [(["thing-00002"],)])


def test_commands_act_on_the_selection_and_say_so(opened: Opened, qtbot) -> None:
    select(opened, "thing-00001", "thing-00003")
    assert opened.find(QAction, "act.fleet.stop").text() == "Stop 2 selected"
    opened.trigger("act.fleet.stop")
    qtbot.waitUntil(lambda: opened.asked("stop") == [(["thing-00001", "thing-00003"],)])


def test_without_things_in_view_commands_are_off(opened: Opened, qtbot) -> None:
    qtbot.keyClicks(opened.find(QLineEdit, "fleetFilterEdit"), "nobody")
    for action_id in ("act.fleet.start", "act.fleet.disconnect", "act.job.new", "act.force.fail"):
        assert not opened.find(QAction, action_id).isEnabled()


def test_a_hidden_thing_is_never_acted_on(opened: Opened, qtbot) -> None:
    select(opened, *ALL)
    qtbot.keyClicks(opened.find(QLineEdit, "fleetFilterEdit"), "thing-00002")
    opened.trigger("act.fleet.start")
    qtbot.waitUntil(lambda: opened.asked("start") == [(["thing-00002"],)])


@pytest.mark.parametrize(
    ("action_id", "asked", "expected"),
    [
        ("act.fleet.connect", "connect", (ALL,)),
        ("act.fleet.disconnect", "disconnect", (ALL,)),
        ("act.fleet.step", "step", (ALL,)),
        ("act.force.succeed", "force", (ALL, S.SUCCEEDED, "")),
        ("act.force.stall", "force", (ALL, None, "")),
    ],
)
def test_each_command_asks_the_fleet(opened: Opened, qtbot, action_id: str, asked: str, expected: tuple) -> None:
    put_to_work(opened, *ALL)
    opened.trigger(action_id)
    qtbot.waitUntil(lambda: opened.asked(asked) == [expected])


@pytest.mark.parametrize(
    ("which", "asked"),
    [(Qt.Key.Key_F5, "start"), (Qt.Key.Key_F10, "step"), (Qt.Key.Key_N, "step"), (Qt.Key.Key_D, "disconnect"),
     (Qt.Key.Key_C, "connect"), (Qt.Key.Key_M, "manual"), (Qt.Key.Key_S, "force"), (Qt.Key.Key_X, "force")],
)  # fmt: skip
def test_keys_in_the_table_are_commands(opened: Opened, qtbot, which: Qt.Key, asked: str) -> None:
    put_to_work(opened, "thing-00002")
    select(opened, "thing-00002")
    key(opened, qtbot, which)
    qtbot.waitUntil(lambda: [entry[0] for entry in opened.asked(asked)] == [["thing-00002"]])


def test_letters_typed_into_the_filter_are_no_commands(opened: Opened, qtbot) -> None:
    edit = opened.find(QLineEdit, "fleetFilterEdit")
    edit.setFocus()
    qtbot.keyClicks(edit, "sxdmn")
    assert edit.text() == "sxdmn"
    assert [entry[0] for entry in opened.fleet.asked] == ["add"]


def test_manual_mode_is_switched_on_and_off(opened: Opened, qtbot) -> None:
    select(opened, "thing-00002")
    opened.trigger("act.fleet.manual")
    qtbot.waitUntil(lambda: opened.asked("manual") == [(["thing-00002"], True)])
    opened.trigger("act.fleet.manual")
    qtbot.waitUntil(lambda: opened.asked("manual")[1:] == [(["thing-00002"], False)])


def test_the_manual_button_shows_whether_the_things_are_in_manual_mode(opened: Opened, qtbot) -> None:
    action = opened.find(QAction, "act.fleet.manual")
    opened.fleet.tell([snapshot("thing-00002", manual=True)])
    select(opened, "thing-00002")
    assert action.isChecked()
    select(opened, "thing-00001", "thing-00002")
    assert not action.isChecked()


def test_failing_asks_for_the_reason_once_and_fails_exactly_those(opened: Opened, qtbot) -> None:
    put_to_work(opened, "thing-00001", "thing-00002")
    select(opened, *ALL)
    opened.trigger("act.force.fail")
    dialog = opened.find(QDialog, "fleetReasonDialog")
    assert dialog.windowTitle() == "Fail 2 things"
    assert dialog.isVisible()
    opened.find(FleetTable, "fleetTable").clearSelection()
    edit = dialog.findChild(QLineEdit, "fleetReasonEdit")
    edit.clear()
    qtbot.keyClicks(edit, "no space left")
    qtbot.mouseClick(dialog.findChild(QPushButton, "fleetReasonAcceptButton"), LEFT)
    qtbot.waitUntil(lambda: opened.asked("force") == [(["thing-00001", "thing-00002"], S.FAILED, "no space left")])


def test_what_needs_work_is_off_while_nothing_works_and_says_why(opened: Opened, qtbot) -> None:
    select(opened, *ALL)
    ids = ("act.fleet.step", "act.fleet.next", "act.force.succeed", "act.force.fail", "act.force.stall")
    for action_id in ids:
        action = opened.find(QAction, action_id)
        assert not action.isEnabled()
        assert "None of the 3 is working" in action.toolTip()
    buttons = list(opened.window.pane.controls.buttons.values())
    assert [button.isEnabled() for button in buttons] == [False] * 5
    assert {button.toolTip() for button in buttons} == {"None of the 3 is working"}
    put_to_work(opened, "thing-00002", manual=True)
    opened.window.pane.refresh()
    assert all(opened.find(QAction, action_id).isEnabled() for action_id in ids)
    assert all(button.isEnabled() for button in buttons)
    assert opened.find(QAction, "act.force.stall").text() == "Stall 1 selected"
    qtbot.mouseClick(opened.find(QPushButton, "detailNextButton"), LEFT)
    qtbot.waitUntil(lambda: opened.asked("step") == [(["thing-00002"],)])


def test_a_reason_that_is_not_given_fails_nobody(opened: Opened, qtbot) -> None:
    put_to_work(opened, *ALL)
    opened.trigger("act.force.reject")
    qtbot.keyClick(opened.find(QDialog, "fleetReasonDialog"), Qt.Key.Key_Escape)
    qtbot.wait(20)
    assert opened.asked("force") == []


def test_the_scenario_menu_gives_the_targets_another_scenario(opened: Opened, qtbot) -> None:
    select(opened, "thing-00003")
    menu = opened.find(QMenu, "scenarioMenu")
    menu.fill()
    assert "fail" in [action.text() for action in menu.actions()]
    opened.find(QAction, "act.scenario.fail").trigger()
    qtbot.waitUntil(lambda: opened.asked("assign") == [(["thing-00003"], "fail")])


def test_the_scenario_menu_marks_what_the_targets_have(opened: Opened) -> None:
    opened.fleet.tell([snapshot("thing-00003", scenario="fail")])
    menu = opened.find(QMenu, "scenarioMenu")
    for names, marked in ((["thing-00003"], ["fail"]), (["thing-00002"], ["mix"])):
        select(opened, *names)
        menu.aboutToShow.emit()
        assert [action.text() for action in menu.actions() if action.isChecked()] == marked


def test_both_dialogs_have_their_buttons_in_the_same_order(opened: Opened, qtbot) -> None:
    job = opened.window.commands.job_dialog
    job.open_for(ALL)
    reason = ReasonDialog("Fail 1 thing", "Fail 1 thing", "", opened.window)
    reason.open()

    def cancel_is_first(dialog: QDialog) -> bool:
        box = dialog.findChild(QDialogButtonBox)
        cancel = box.button(QDialogButtonBox.StandardButton.Cancel)
        other = next(button for button in box.buttons() if button is not cancel)
        return cancel.x() < other.x()

    assert cancel_is_first(job) is cancel_is_first(reason)


def test_the_row_menu_has_the_same_commands_and_force(opened: Opened) -> None:
    put_to_work(opened, "thing-00001")
    select(opened, "thing-00001")
    opened.window.row_menu.open(QPoint(10, 10))
    menu = opened.find(QMenu, "fleetRowMenu")
    ids = [action.objectName() for action in menu.actions()]
    assert {"act.fleet.start", "act.fleet.disconnect", "act.fleet.scenario", "act.job.new"} <= set(ids)
    force = menu.findChild(QMenu, "fleetForceMenu")
    assert [action.text() for action in force.actions()] == [
        "Succeed 1 selected", "Fail 1 selected…", "Reject 1 selected…", "Stall 1 selected",
    ]  # fmt: skip
    menu.close()


def test_a_row_under_the_pointer_is_selected_by_a_right_click(opened: Opened, qtbot) -> None:
    table = opened.find(FleetTable, "fleetTable")
    at = table.visualRect(table.model().index(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.RightButton, pos=at)
    assert table.selected_names() == ["thing-00002"]


def test_a_job_is_made_for_the_targets(opened: Opened, qtbot, monkeypatch) -> None:
    asked: list[list[str]] = []
    dialog = opened.find(CreateJobDialog, "jobDialog")
    monkeypatch.setattr(dialog, "open_for", lambda targets, selected: asked.append(list(targets)))
    select(opened, "thing-00001", "thing-00002")
    opened.trigger("act.job.new")
    assert asked == [["thing-00001", "thing-00002"]]
    dialog.createRequested.emit(JobRequest(job_id="fw-1", targets=("thing-00001",), document="{}"))
    qtbot.waitUntil(lambda: opened.engine.operator.jobs == [("fw-1", ["thing-00001"], "{}", None, "")])
    assert opened.window.banners.kinds() == ["jobCreated"]


def test_copied_rows_are_tab_separated_wire_words(opened: Opened) -> None:
    opened.fleet.tell([snapshot("thing-00002", S.TIMED_OUT, version=4, progress=40)])
    select(opened, "thing-00002")
    opened.trigger("act.view.copy")
    heads, row = QGuiApplication.clipboard().text().split("\n")
    cells = dict(zip(heads.split("\t"), row.split("\t"), strict=True))
    assert (cells["Thing"], cells["Status"], cells["v"], cells["Link"]) == ("thing-00002", "TIMED_OUT", "4", "online")


def test_escape_clears_the_filter_and_then_the_selection(opened: Opened, qtbot) -> None:
    table = select(opened, "thing-00001")
    opened.find(QLineEdit, "fleetFilterEdit").setText("thing")
    key(opened, qtbot, Qt.Key.Key_Escape)
    assert opened.find(QLineEdit, "fleetFilterEdit").text() == ""
    assert table.selected_names() == ["thing-00001"]
    key(opened, qtbot, Qt.Key.Key_Escape)
    assert table.selected_names() == []


def test_a_slash_leads_to_the_filter_and_enter_back(opened: Opened, qtbot) -> None:
    edit = opened.find(QLineEdit, "fleetFilterEdit")
    key(opened, qtbot, Qt.Key.Key_Slash)
    assert edit.hasFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert opened.find(FleetTable, "fleetTable").hasFocus()


def test_the_selection_can_be_inverted(opened: Opened) -> None:
    table = select(opened, "thing-00002")
    opened.trigger("act.view.invert")
    assert table.selected_names() == ["thing-00001", "thing-00003"]
    opened.trigger("act.view.all")
    assert table.selected_names() == ALL


def test_the_selected_thing_is_shown_in_the_pane(opened: Opened, monkeypatch) -> None:
    looked_at: list[str | None] = []
    monkeypatch.setattr(opened.window.pane, "show_thing", looked_at.append)
    select(opened, "thing-00002")
    select(opened, "thing-00003")
    opened.find(FleetTable, "fleetTable").clearSelection()
    assert looked_at == ["thing-00002", "thing-00003", None]


def test_the_theme_button_switches_every_colour(opened: Opened) -> None:
    dark = theme.current().dark
    before = opened.window.grab().toImage()
    opened.trigger("act.view.theme")
    assert theme.current().dark is not dark
    assert opened.window.grab().toImage() != before


def test_the_title_tells_how_many_things_and_where(opened: Opened) -> None:
    opened.window._counted()
    assert opened.window.windowTitle() == "new fleet[*] — 3 things — Local endpoint — Thing Simulator"


def test_the_status_bar_tells_connection_counts_and_seed(opened: Opened, qtbot) -> None:
    opened.window.resize(1600, 800)
    opened.trigger("act.fleet.start")
    qtbot.waitUntil(lambda: opened.store.counters.connected == 3)
    opened.window._counted()
    texts = {cell.objectName(): cell.text for cell in opened.window.findChildren(Cell)}
    assert texts["statusConnection"] == "127.0.0.1:41883"
    assert texts["statusHttp"] == "http://127.0.0.1:41884"
    assert texts["statusCounts"] == "requested 3 · connected 3 · working 0"
    assert texts["statusAck"] == "ack p50 4 · p99 31 ms"
    assert texts["statusSeed"] == "seed 42"
    assert texts["statusClock"] == "00:00:00"


def test_a_click_on_an_address_in_the_status_bar_leads_to_the_connection(opened: Opened, qtbot) -> None:
    qtbot.mouseClick(opened.find(Cell, "statusConnection"), Qt.MouseButton.LeftButton)
    assert opened.window.pages.current_id == "connection"


def test_a_late_window_says_so_in_amber(opened: Opened) -> None:
    opened.window.status_bar.show_window(120.0, 20.0, late=True, slowed=False)
    lag = opened.find(Cell, "statusLag")
    assert (lag.text, lag.is_amber) == ("lag 120 ms", True)
    assert "100 ms" in lag.toolTip()
    opened.window.status_bar.show_window(120.0, 20.0, late=False, slowed=False)
    assert not lag.is_amber


@pytest.mark.parametrize(
    ("lateness", "is_late"),
    [((), False), ((400,), False), ((3, 400, 5, 300, 2), False), ((2, 140, 120, 3), True), ((90, 95, 99), False)],
)
def test_only_a_window_that_stays_late_is_out_of_budget(lateness: tuple[float, ...], is_late: bool) -> None:
    heartbeat = Heartbeat()
    heartbeat._late.extend(lateness)
    assert heartbeat.is_late is is_late
    assert heartbeat.lag_ms == max(lateness, default=0)


def test_an_idle_fleet_has_no_acknowledge_time(opened: Opened) -> None:
    opened.window.status_bar.show_counters(Counters(requested=3, connected=3, ack_p50_ms=0.0, ack_p99_ms=0.0))
    assert opened.find(Cell, "statusAck").text == "ack —"


def test_the_status_bar_tells_a_pace_that_is_not_the_real_one(opened: Opened) -> None:
    scale = opened.find(Cell, "statusScale")
    assert not scale.isVisible()
    opened.session.connection.time_scale = 5.0
    opened.window._counted()
    assert (scale.text, scale.isVisible()) == ("×5", True)
    assert "timestamps" in scale.toolTip()


def test_the_first_things_come_with_their_numbers(opened: Opened) -> None:
    window, page = opened.window, opened.window.page
    opened.fleet.tell(removed=ALL)
    page.tick()
    page.stop()
    page._counted_at = monotonic() + 60  # the next numbers are far away
    offline = {"activity": Activity.STOPPED, "link": Link.OFFLINE}
    opened.fleet.tell([snapshot("a", **offline), snapshot("b", **offline)])
    page.tick()
    assert window.status_bar.counts.text == "requested 0 · connected 0 · working 0"
    page._counted_at = monotonic() + 60
    opened.fleet.tell([snapshot("a", activity=Activity.IDLE), snapshot("b", activity=Activity.IDLE)])
    page.tick()
    assert window.status_bar.counts.text == "requested 2 · connected 2 · working 0"


def test_until_the_engine_is_there_nothing_can_be_added(qtbot, tmp_path) -> None:
    store, tasks = FleetStore(), TaskOwner(lambda what, error: None)
    session = Session(WindowOptions(demo=True), store, tasks, FakeEngine().parts())
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(session, store, tasks, settings, animate=False)
    qtbot.addWidget(window)
    window.page._show_empty()
    empty = window.findChild(EmptyState)
    assert [label.text() for label in empty.findChildren(QLabel) if label.text()] == ["Starting the demo…"]
    assert empty.findChildren(QPushButton) == []
    session.is_opening = False  # it failed: there is still nothing to add to
    window.page._show_empty()
    assert empty.findChildren(QPushButton) == []


@pytest.mark.parametrize("width", [1024, 1280, 1920])
def test_the_status_bar_never_cuts_a_text(opened: Opened, qtbot, width: int) -> None:
    opened.window.resize(width, 640)
    qtbot.waitUntil(lambda: opened.window.width() == width)
    opened.window._counted()
    cells = [cell for cell in opened.window.findChildren(Cell) if cell.isVisible()]
    assert "statusConnection" in {cell.objectName() for cell in cells}
    qtbot.waitUntil(lambda: all(cell.width() >= cell.sizeHint().width() for cell in cells))
    assert max(cell.geometry().right() for cell in cells) <= opened.window.status_bar.width()


def test_the_window_can_be_as_small_as_promised(opened: Opened, qtbot) -> None:
    opened.window.resize(1024, 640)
    qtbot.waitUntil(lambda: opened.window.size().width() == 1024 and opened.window.size().height() == 640)
    for chip in opened.window.findChildren(Chip):
        assert chip.geometry().right() <= chip.parentWidget().width()


def test_every_action_and_button_has_a_name_for_those_who_cannot_see(opened: Opened) -> None:
    for spec in ACTIONS:
        assert opened.find(QAction, spec.id).text()
    for button in opened.window.findChildren(QToolButton) + opened.window.findChildren(QPushButton):
        if button.isVisible() and not button.objectName().startswith("qt_"):
            assert button.objectName(), button
            assert button.accessibleName() or button.text() or button.toolTip(), button.objectName()


def test_no_two_commands_share_a_key() -> None:
    keys = [key for spec in ACTIONS for key in spec.keys]
    assert len(keys) == len(set(keys))


def test_what_was_chosen_is_remembered(opened: Opened, qtbot) -> None:
    table = opened.find(FleetTable, "fleetTable")
    opened.find(QLineEdit, "fleetFilterEdit").setText("thing v<9")
    table.sortByColumn(table.model().column("progress"), Qt.SortOrder.DescendingOrder)
    table.show_column(table.model().column("seed"), True)
    opened.window.resize(780, 600)  # the screen without a screen is 800 wide
    qtbot.waitUntil(lambda: opened.window.width() == 780)
    opened.window.remember()
    again = MainWindow(opened.session, opened.store, opened.tasks, opened.settings, animate=False)
    qtbot.addWidget(again)
    again.recall()
    assert again.page.filter_edit.text() == "thing v<9"
    assert again.page.model.sorted_by == "progress"
    assert not again.page.table.isColumnHidden(table.model().column("seed"))
    assert (again.width(), again.height()) == (opened.window.width(), opened.window.height())


@pytest.mark.parametrize(
    ("setting", "value"),
    [("layout/version", 99), ("layout/version", "x"), ("layout/geometry", "?"), ("layout/columns", b"\x00garbage"),
     ("layout/widened", "1,zz,400"), ("fleet/sort", "nothing,7"), ("fleet/filter", "colour:red")],
)  # fmt: skip
def test_a_broken_layout_does_not_stop_the_start(opened: Opened, qtbot, setting: str, value: object) -> None:
    opened.window.remember()
    opened.settings.setValue(setting, value)
    again = MainWindow(opened.session, opened.store, opened.tasks, opened.settings, animate=False)
    qtbot.addWidget(again)
    again.recall()
    again.show()
    assert again.page.model.rowCount() == 0 or again.page.model.sorted_by
    again.page.stop()
    again.heartbeat.stop()


def test_closing_tells_once_and_lets_the_window_go(opened: Opened, qtbot) -> None:
    with qtbot.waitSignal(opened.window.closed):
        opened.trigger("act.app.quit")
    assert not opened.window.isVisible()
    assert opened.settings.value("layout/version") is not None


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 640)])
def test_nothing_moves_under_the_pointer_when_a_banner_comes_and_goes(
    opened: Opened, qtbot, width: int, height: int
) -> None:
    window = opened.window
    opened.fleet.tell([snapshot(f"sim-{number:03}") for number in range(60)])
    select(opened, "thing-00002")
    window.resize(width, height)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == (width, height))
    window.page.tick()
    table = opened.find(FleetTable, "fleetTable")
    table.scrollTo(table.model().index(30, 0))
    watched = [table, table.verticalScrollBar(), window.page.chips, window.page.filter_edit, window.status_bar]
    watched += [*window.pane.controls.buttons.values(), window.pane.tabs, opened.find(QLabel, "fleetFooterLabel")]

    def places() -> list[object]:
        corners = [widget.mapTo(window, QPoint(0, 0)) for widget in watched]
        return [*corners, table.visualRect(table.model().index(28, 0)).top(), table.verticalScrollBar().value()]

    qtbot.waitUntil(lambda: table.rowAt(0) > 0)
    before = places()
    for kind in ("one", "two", "three"):
        window.banners.tell(Problem(kind=kind, severity=Severity.ERROR, sentence="Something is wrong."))
    qtbot.waitUntil(lambda: window.banners.height() > 60)
    assert places() == before
    assert window.banners.mapTo(window, QPoint(0, 0)).y() > table.mapTo(window, QPoint(0, 0)).y()
    assert not window.banners.geometry().intersects(table.geometry())  # every row can still be scrolled to
    for kind in ("one", "two", "three"):
        window.banners.withdraw(kind)
    qtbot.waitUntil(lambda: not window.banners.isVisible())
    assert places() == before


def resize(opened: Opened, qtbot, width: int, height: int) -> None:
    opened.window.resize(width, height)
    qtbot.waitUntil(lambda: (opened.window.width(), opened.window.height()) == (width, height))


def test_the_pane_takes_its_share_of_a_wide_window(opened: Opened, qtbot) -> None:
    select(opened, "thing-00002")
    resize(opened, qtbot, 1280, 720)
    qtbot.waitUntil(lambda: 370 <= opened.window.pane.width() <= 400)
    opened.window.pane.tabs.setCurrentWidget(opened.window.pane.messages)
    messages = opened.window.pane.messages.table
    assert messages.columnWidth(messages.model().column("summary")) >= 90
    resize(opened, qtbot, 1920, 1080)
    qtbot.waitUntil(lambda: 725 <= opened.window.pane.width() <= 745)  # 0.4 of what the mode bar leaves


def test_a_pane_that_was_dragged_keeps_its_width(opened: Opened, qtbot) -> None:
    select(opened, "thing-00002")
    resize(opened, qtbot, 1920, 1080)
    splitter = opened.window.page.splitter
    splitter.moveSplitter(splitter.width() - 500, 1)  # as the mouse does
    width = opened.window.pane.width()
    resize(opened, qtbot, 1800, 1000)
    qtbot.waitUntil(lambda: splitter.width() < 1800)
    assert opened.window.pane.width() == width
