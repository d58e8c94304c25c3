"""Undo: what was done to the fleet and its view is taken back, and done again."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.composer_draft import JobRequest
from ui.fleet_columns import COLUMNS

CONTROL = Qt.KeyboardModifier.ControlModifier
JOB = JobRequest(job_id="fw-1", targets=("thing-00001",), document="{}")


def press_undo(opened: Opened, qtbot) -> None:
    qtbot.keyClick(opened.window.page.things_view, Qt.Key.Key_Z, CONTROL)


def press_redo(opened: Opened, qtbot) -> None:
    qtbot.keyClick(opened.window.page.things_view, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)


def scenarios(opened: Opened) -> list[str]:
    return [thing.scenario for thing in opened.fleet.things.values()]


def test_an_assignment_gives_each_thing_its_own_scenario_back(opened: Opened, qtbot) -> None:
    opened.fleet.tell([snapshot("thing-00002", scenario="fail")])
    before = scenarios(opened)
    opened.window.commands.assign("reject")
    qtbot.waitUntil(lambda: scenarios(opened) == ["reject"] * 3)
    assert opened.window.actions_of["act.app.undo"].text() == "Undo scenario reject for 3 things"
    press_undo(opened, qtbot)
    qtbot.waitUntil(lambda: scenarios(opened) == before)
    press_redo(opened, qtbot)
    qtbot.waitUntil(lambda: scenarios(opened) == ["reject"] * 3)


def test_removed_things_come_back_stopped_with_their_scenario_and_seed(opened: Opened, qtbot) -> None:
    opened.trigger("act.fleet.start")
    qtbot.waitUntil(lambda: len(opened.asked("start")) == 1)
    before = dict(opened.fleet.things)
    opened.window.page.table.select_names(["thing-00001", "thing-00003"])
    qtbot.keyClick(opened.window.page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: list(opened.fleet.things) == ["thing-00002"])
    opened.window.page.tick()
    press_undo(opened, qtbot)
    qtbot.waitUntil(lambda: len(opened.fleet.things) == 3)
    back = opened.fleet.things["thing-00003"]
    was = before["thing-00003"]
    assert (back.scenario, back.seed, back.firmware) == (was.scenario, was.seed, was.firmware)
    assert len(opened.asked("start")) == 1


def test_a_column_that_was_hidden_is_shown_again(opened: Opened, qtbot) -> None:
    table = opened.window.page.table
    number = opened.window.page.model.column("job")
    table.show_column(number, False)
    press_undo(opened, qtbot)
    assert not table.isColumnHidden(number)
    press_redo(opened, qtbot)
    assert table.isColumnHidden(number)


def order(opened: Opened) -> list[str]:
    header = opened.window.page.table.horizontalHeader()
    return [COLUMNS[header.logicalIndex(place)].key for place in range(header.count())]


def test_a_column_that_was_moved_goes_back_to_its_place(opened: Opened, qtbot) -> None:
    before = order(opened)
    opened.window.page.table.horizontalHeader().moveSection(5, 2)
    moved = order(opened)
    assert moved != before
    assert opened.window.actions_of["act.app.undo"].text() == f"Undo moving column {before[5]}"
    press_undo(opened, qtbot)
    assert order(opened) == before
    press_redo(opened, qtbot)
    assert order(opened) == moved


def test_the_columns_one_had_come_back_after_the_default_ones(opened: Opened, qtbot) -> None:
    table = opened.window.page.table
    table.horizontalHeader().moveSection(5, 2)
    table.show_column(opened.window.page.model.column("job"), False)
    mine, steps = order(opened), opened.window.commands.undo.stack.count()
    menu = table.columns_menu()
    menu.findChild(QAction, "act.column.reset").trigger()
    assert order(opened) == [column.key for column in COLUMNS]
    assert opened.window.commands.undo.stack.count() == steps + 1  # one step, however many columns it moved
    press_undo(opened, qtbot)
    assert order(opened) == mine
    assert table.isColumnHidden(opened.window.page.model.column("job"))


def test_things_that_were_added_go_again_and_come_back(opened: Opened, qtbot) -> None:
    opened.window.page.addWanted.emit(50)
    qtbot.waitUntil(lambda: len(opened.fleet.things) == 53)
    assert opened.window.actions_of["act.app.undo"].text() == "Undo adding 50 things"
    names = list(opened.fleet.things)
    press_undo(opened, qtbot)
    qtbot.waitUntil(lambda: len(opened.fleet.things) == 3)
    press_redo(opened, qtbot)
    qtbot.waitUntil(lambda: list(opened.fleet.things) == names)


def test_firmware_that_was_set_is_what_it_was(opened: Opened, qtbot) -> None:
    opened.window.commands.renewal.set_firmware(["thing-00002"], "9.9.9")
    thing = "thing-00002"
    before = opened.store.shown[opened.store.row_of[thing]].firmware
    qtbot.waitUntil(lambda: opened.fleet.things[thing].firmware == "9.9.9")
    press_undo(opened, qtbot)
    qtbot.waitUntil(lambda: thing in opened.fleet.things and opened.fleet.things[thing].firmware == before)


def test_a_saved_filter_that_was_forgotten_comes_back(opened: Opened, qtbot) -> None:
    saved = opened.window.page.filter_edit.saved
    saved.save("mine", "status:failed")
    saved.delete("mine")
    assert opened.window.actions_of["act.app.undo"].text() == "Undo forgetting the filter “mine”"
    press_undo(opened, qtbot)
    assert saved.texts == {"mine": "status:failed"}
    press_redo(opened, qtbot)
    assert saved.texts == {}


def test_filters_come_back_and_what_is_typed_in_one_go_is_one_step(opened: Opened, qtbot) -> None:
    edit = opened.window.page.filter_edit
    edit.setFocus()
    qtbot.keyClicks(edit, "thing")
    assert opened.window.commands.undo.stack.count() == 1
    opened.window.page.things_view.setFocus()
    press_undo(opened, qtbot)
    assert edit.text() == ""
    press_redo(opened, qtbot)
    assert edit.text() == "thing"


class TestOfAJob:
    @pytest.fixture
    def made(self, opened: Opened, qtbot) -> Opened:
        deleted: list[str] = []

        async def delete_job(job_id: str, force: bool = False) -> None:
            deleted.append(job_id)

        opened.engine.operator.delete_job = delete_job  # type: ignore[attr-defined]
        opened.engine.operator.deleted = deleted  # type: ignore[attr-defined]
        opened.window.commands.job_dialog.createRequested.emit(JOB)
        qtbot.waitUntil(lambda: opened.window.commands.undo.stack.canUndo())
        return opened

    def test_it_is_taken_back_while_nothing_has_started_it(self, made: Opened, qtbot) -> None:
        made.fleet.tell([snapshot("thing-00001", S.QUEUED, job_id="fw-1", version=1)])
        press_undo(made, qtbot)
        qtbot.waitUntil(lambda: made.engine.operator.deleted == ["fw-1"])  # type: ignore[attr-defined]

    def test_it_stays_once_a_thing_has_started_it_and_that_is_said(self, made: Opened, qtbot) -> None:
        made.fleet.tell([snapshot("thing-00001", S.IN_PROGRESS, job_id="fw-1", version=2)])
        press_undo(made, qtbot)
        assert "undo" in made.window.banners.kinds()
        assert made.engine.operator.deleted == []  # type: ignore[attr-defined]


def test_the_palette_says_why_there_is_nothing_to_undo(opened: Opened) -> None:
    entries = {entry.id: entry for entry in opened.window.lists.palette_entries()}
    assert entries["act.app.undo"].why_not == "There is nothing to undo"
    opened.window.page.show_text("thing")
    opened.window.page.tick()
    entries = {entry.id: entry for entry in opened.window.lists.palette_entries()}
    assert (entries["act.app.undo"].text, entries["act.app.undo"].why_not) == ("Undo filter “thing”", "")
    assert not opened.window.isWindowModified()
    opened.window.commands.assign("fail")
    assert opened.window.isWindowModified()
    opened.trigger("act.app.undo")
    assert not opened.window.isWindowModified()


def test_no_more_than_a_hundred_steps_are_kept(opened: Opened) -> None:
    number = opened.window.page.model.column("job")
    for turn in range(130):
        opened.window.page.table.show_column(number, turn % 2 == 0)
    assert opened.window.commands.undo.stack.count() == 100
