"""What is dragged within the window: scenarios onto things, rows onto a job's targets, text onto its document."""

import json
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QWidget

from tests.gui.conftest import Opened
from ui import taken_along
from ui.composer_targets import ComposerTargets, TargetKind
from ui.document_edit import DocumentEdit
from ui.fleet_table import FleetTable
from ui.mode_bar import ModeBar
from ui.scenario_list import NOT_SAVED, ScenarioList
from ui.table_drag import RowDrag

LEFT, COPY = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
NONE = Qt.KeyboardModifier.NoModifier


def hold(widget: QWidget, data: QMimeData, at: QPoint) -> bool:
    """Hold something over a widget; return whether it takes it."""
    enter = QDragEnterEvent(at, COPY, data, LEFT, NONE)
    enter.ignore()
    widget.dragEnterEvent(enter)
    if enter.isAccepted():
        widget.dragMoveEvent(QDragMoveEvent(at, COPY, data, LEFT, NONE))
    return enter.isAccepted()


def let_go(widget: QWidget, data: QMimeData, at: QPoint) -> None:
    widget.dropEvent(QDropEvent(at.toPointF(), COPY, data, LEFT, NONE))


def taken(opened: Opened, name: str) -> QMimeData:
    """What the list of scenarios lets go along when this line is dragged."""
    opened.window.go_to("scenarios")
    view = opened.find(ScenarioList, "scenarioList")
    place = next(place for place, row in enumerate(view.rows) if row.name and row.text.removeprefix(NOT_SAVED) == name)
    item = view.item(place)
    assert item.flags() & Qt.ItemFlag.ItemIsDragEnabled
    return view.mimeData([item])


def row_of(opened: Opened, name: str) -> QPoint:
    """Where a thing's row is in the window."""
    table, model = opened.window.page.table, opened.window.page.model
    index = model.index(model.shown_names().index(name), model.column("thing"))
    return opened.window.mapFromGlobal(table.viewport().mapToGlobal(table.visualRect(index).center()))


def square_of(opened: Opened, name: str) -> QPoint:
    wall = opened.window.page.wall
    left, top = wall.geometry_of_wall.place(wall.place_of(name))
    half = wall.geometry_of_wall.cell // 2
    return opened.window.mapFromGlobal(wall.viewport().mapToGlobal(QPoint(left + half, top + half)))


def test_a_heading_of_the_list_is_not_dragged(opened: Opened) -> None:
    opened.window.go_to("scenarios")
    view = opened.find(ScenarioList, "scenarioList")
    heading = next(place for place, row in enumerate(view.rows) if not row.name)
    assert not view.item(heading).flags() & Qt.ItemFlag.ItemIsDragEnabled


def test_held_over_the_button_of_the_fleet_page_it_brings_that_page_to_the_front(opened: Opened, qtbot) -> None:
    data = taken(opened, "success")
    bar = opened.find(ModeBar, "mainModeBar")
    button = opened.find(QWidget, "modeButton_fleet")
    assert hold(bar, data, button.geometry().center())
    assert opened.window.pages.current_id == "scenarios"  # not at once: it may only pass by
    qtbot.waitUntil(lambda: opened.window.pages.current_id == "fleet")
    bar.dragLeaveEvent(QDragLeaveEvent())
    assert not hold(bar, QMimeData(), button.geometry().center())  # other things are for the window


def test_what_only_passes_by_a_button_opens_nothing(opened: Opened, qtbot) -> None:
    data = taken(opened, "success")
    bar = opened.find(ModeBar, "mainModeBar")
    hold(bar, data, opened.find(QWidget, "modeButton_jobs").geometry().center())
    bar.dragLeaveEvent(QDragLeaveEvent())
    qtbot.wait(bar._opening.interval() + 100)
    assert opened.window.pages.current_id == "scenarios"


def test_a_scenario_of_the_list_is_dropped_on_a_row(opened: Opened, qtbot) -> None:
    data, before = taken(opened, "fail"), opened.store.scenario[opened.store.row_of["thing-00002"]]
    window = opened.window
    window.go_to("fleet")
    at = row_of(opened, "thing-00002")
    assert hold(window, data, at)
    assert window._outline.words == "Give fail to thing-00002"
    let_go(window, data, at)
    qtbot.waitUntil(lambda: opened.asked("assign") == [(["thing-00002"], "fail")])
    assert not window._outline.isVisible()
    window.commands.undo.undo()
    qtbot.waitUntil(lambda: opened.asked("assign")[1:] == [(["thing-00002"], before)])


def test_it_is_dropped_on_a_square_of_the_wall_and_a_selection_takes_it_whole(opened: Opened, qtbot) -> None:
    data = taken(opened, "fail")
    window = opened.window
    window.go_to("fleet")
    window.page.show_view("wall")
    qtbot.waitUntil(window.page.wall.isVisible)
    window.page.tick()
    names = ["thing-00001", "thing-00003"]
    window.page.table.select_names(names)
    assert hold(window, data, square_of(opened, "thing-00002"))
    assert window._outline.words == "Give fail to thing-00002"
    at = square_of(opened, "thing-00003")
    window.dragMoveEvent(QDragMoveEvent(at, COPY, data, LEFT, NONE))
    assert window._outline.words == "Give fail to 2 things"
    let_go(window, data, at)
    qtbot.waitUntil(lambda: opened.asked("assign") == [(names, "fail")])


def test_a_scenario_file_is_dropped_on_the_squares_of_a_lasso(opened: Opened, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nsteps: [{name: work, duration: 1}]\nend: SUCCEEDED\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window, page = opened.window, opened.window.page
    page.show_view("wall")
    qtbot.waitUntil(page.wall.isVisible)
    page.tick()
    first, last = (
        page.wall.viewport().mapFromGlobal(window.mapToGlobal(square_of(opened, f"thing-0000{n}"))) for n in (2, 3)
    )
    qtbot.mousePress(page.wall.viewport(), LEFT, pos=first)
    for number in range(1, 6):
        qtbot.mouseMove(page.wall.viewport(), pos=first + (last - first) * number / 5)
    qtbot.mouseRelease(page.wall.viewport(), LEFT, pos=last)
    caught = page.table.selected_names()
    assert caught == ["thing-00002", "thing-00003"]
    at = square_of(opened, "thing-00003")
    assert hold(window, data, at)
    assert window._outline.words == "Give mine to 2 things"
    let_go(window, data, at)
    qtbot.waitUntil(lambda: opened.asked("assign") == [(caught, "mine")])


def test_beside_all_things_it_says_where_it_belongs_and_nothing_happens(opened: Opened, qtbot) -> None:
    data = taken(opened, "fail")
    at = QPoint(5, 5)
    assert hold(opened.window, data, at)
    assert opened.window._outline.words == "Drop fail on the things that are to have it"
    let_go(opened.window, data, at)
    qtbot.wait(10)
    assert opened.asked("assign") == []


def test_one_that_was_never_applied_is_not_given_and_says_why(opened: Opened, qtbot) -> None:
    opened.window.go_to("scenarios")
    opened.window.scenarios.new("name: mine\nend: SUCCEEDED\n", "mine")
    data = taken(opened, "mine")
    opened.window.go_to("fleet")
    at = row_of(opened, "thing-00002")
    hold(opened.window, data, at)
    let_go(opened.window, data, at)
    qtbot.waitUntil(lambda: opened.window.banners.findChild(QWidget, "banner_opened") is not None)
    assert opened.asked("assign") == []


# --- rows onto a job's targets ----------------------------------------------------------------------------------------


def press_and_move(opened: Opened, qtbot, monkeypatch, start: str, end: str) -> list[list[str]]:
    """Drag from one row to another; return what was taken along each time."""
    carried: list[list[str]] = []
    monkeypatch.setattr(RowDrag, "carry", lambda _self, data, _count: carried.append(taken_along.things_in(data)))
    table = opened.find(FleetTable, "fleetTable")
    points = [table.viewport().mapFromGlobal(opened.window.mapToGlobal(row_of(opened, name))) for name in (start, end)]
    qtbot.mousePress(table.viewport(), LEFT, pos=points[0])
    for number in range(1, 6):
        qtbot.mouseMove(table.viewport(), pos=points[0] + (points[1] - points[0]) * number / 5)
    qtbot.mouseRelease(table.viewport(), LEFT, pos=points[1])
    return carried


def test_selected_rows_are_dragged_and_others_are_selected_by_dragging(opened: Opened, qtbot, monkeypatch) -> None:
    table = opened.window.page.table
    table.select_names(["thing-00001", "thing-00002"])
    carried = press_and_move(opened, qtbot, monkeypatch, "thing-00002", "thing-00003")
    assert carried == [["thing-00001", "thing-00002"]]
    table.select_names(["thing-00003"])
    assert press_and_move(opened, qtbot, monkeypatch, "thing-00001", "thing-00002") == []
    assert table.selected_names() == ["thing-00001", "thing-00002"]


def test_rows_that_are_dropped_on_the_targets_are_what_the_job_is_for(opened: Opened, qtbot) -> None:
    opened.window.go_to("jobs")
    targets = opened.window.findChild(ComposerTargets)
    assert targets is not None
    data = taken_along.of_things(["thing-00002", "thing-00003"])
    assert hold(targets, data, QPoint(5, 5))
    here = targets.findChild(QWidget, "dropHere")
    assert here is not None
    assert here.accessibleName() == "Make the job for 2 things"
    assert here.isVisible()
    let_go(targets, data, QPoint(5, 5))
    assert not here.isVisible()
    assert (targets.kind, targets.names) == (TargetKind.LIST, ("thing-00002", "thing-00003"))
    assert opened.find(QComboBox, "composerTargetCombo").currentText() == "2 things named"
    assert not hold(targets, taken_along.of_scenario("success"), QPoint(5, 5))


# --- onto the document ------------------------------------------------------------------------------------------------


def document(opened: Opened) -> DocumentEdit:
    opened.window.go_to("jobs")
    return opened.find(DocumentEdit, "composerDocumentEdit")


def test_json_text_is_dropped_into_the_document_where_it_is_let_go_and_can_be_undone(opened: Opened) -> None:
    edit = document(opened)
    edit.setPlainText("")
    data = QMimeData()
    data.setText('{"operation": "reboot"}')
    at = edit.viewport().rect().center()
    assert edit.canInsertFromMimeData(data)
    edit.dropEvent(QDropEvent(at.toPointF(), COPY, data, LEFT, NONE))
    assert json.loads(edit.toPlainText()) == {"operation": "reboot"}
    edit.undo()
    assert edit.toPlainText() == ""


def test_things_and_scenarios_are_no_text_for_the_document(opened: Opened) -> None:
    edit = document(opened)
    for data in (taken_along.of_things(["a"]), taken_along.of_scenario("success")):
        assert data.text()
        assert not edit.canInsertFromMimeData(data)
