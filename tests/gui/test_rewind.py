"""Rewind as a user has it: dragging shows the whole fleet as it was, the fleet goes on, L is now again."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QToolButton

from simulator.feed import Direction, MessageRecord, ThingDetail, TransitionRecord
from simulator.jobs.model import JobStatus as S
from simulator.transport.base import Link
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.chips import Chip
from ui.drop_kinds import Kind, look_at
from ui.rewind_bar import STEPS, RewindSlider
from ui.rewind_window import ClipWindow
from ui.segment_button import SegmentButton
from ui.status_style import CODE_OF

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def past(opened: Opened) -> Opened:
    """Ten seconds in which sim-1 and sim-2 go from queued to in progress to an end, a second apart."""
    fleet = opened.fleet
    for status, version in ((S.QUEUED, 1), (S.IN_PROGRESS, 2)):
        fleet.at += 5
        fleet.tell(snapshot(f"sim-{n}", status, version=version, progress=version * 10) for n in (1, 2))
    fleet.at += 5
    fleet.tell([snapshot("sim-1", S.SUCCEEDED, version=3), snapshot("sim-2", S.FAILED, version=3, details="checksum")])
    opened.window.page.tick()
    return opened


def seek(opened: Opened, seconds_ago: float) -> None:
    rewind = opened.window.page.rewind
    rewind.seek(rewind.ends - seconds_ago)
    opened.window.page.tick()


def statuses(opened: Opened) -> dict[str, str]:
    page = opened.window.page
    column = page.model.column("status")
    return {page.model.name(row): page.model.index(row, column).data(Qt.ItemDataRole.UserRole) for row in range(5)}


def test_a_moment_shows_table_chips_pulse_and_wall_as_they_were(past: Opened) -> None:
    seek(past, 4)
    assert statuses(past) | {"sim-1": "IN_PROGRESS", "sim-2": "IN_PROGRESS"} == statuses(past)
    assert past.find(Chip, "fleetChip_IN_PROGRESS").count == 2
    assert past.find(Chip, "fleetChip_FAILED").count == 0
    assert "In progress 2" in past.window.page.pulse.accessibleName()
    past.window.page.show_view("wall")
    wall = past.window.page.wall
    place = next(p for p in range(len(wall.rows)) if wall.name_at(p) == "sim-2")
    before = wall._image.pixels(place)
    past.window.page.rewind.live()
    past.window.page.tick()
    assert wall._image.pixels(place) != before
    assert statuses(past)["sim-2"] == "FAILED"


def test_the_fleet_goes_on_while_the_past_is_shown_and_nothing_is_lost(past: Opened, qtbot) -> None:
    seek(past, 9)
    past.fleet.tell([snapshot("sim-1", S.QUEUED, version=1, job_id="next"), snapshot("sim-9", S.QUEUED)])
    past.window.page.tick()
    assert statuses(past)["sim-1"] == "QUEUED"
    assert past.store.shown[past.store.row_of["sim-1"]].job_id == "fw-2.4.0"
    ribbon = past.find(QLabel, "fleetFrozenLabel")
    assert ribbon.isVisible()
    assert "L goes back to now" in ribbon.text()
    past.window.page._show_counts(0)
    assert "2 changes since" in ribbon.text()
    qtbot.keyClick(past.window.page.table, Qt.Key.Key_L)
    past.window.page.tick()
    assert not ribbon.isVisible()
    assert past.store.shown[past.store.row_of["sim-1"]].job_id == "next"
    assert "sim-9" in past.store.row_of


def test_freezing_and_rewinding_are_one_state(past: Opened, qtbot) -> None:
    action = past.window.actions_of["act.view.freeze"]
    table = past.window.page.table
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert (past.store.frozen, past.store.in_past) == (True, False)
    seek(past, 9)
    assert (past.store.frozen, past.store.in_past, action.isChecked()) == (True, True, True)
    qtbot.keyClick(table, Qt.Key.Key_Space)  # catch up: from the past, too
    past.window.page.tick()
    assert (past.store.frozen, past.store.in_past, action.isChecked()) == (False, False, False)
    assert past.window.page.rewind.is_live
    assert statuses(past)["sim-2"] == "FAILED"


def test_dragging_the_knob_seeks_and_the_clock_follows(past: Opened, qtbot) -> None:
    slider = past.find(RewindSlider, "fleetRewindSlider")
    assert slider.value() == STEPS
    qtbot.mousePress(slider, LEFT, pos=QPoint(slider.width() // 2, slider.height() // 2))
    qtbot.mouseMove(slider, QPoint(4, slider.height() // 2))
    past.window.page.tick()
    assert statuses(past)["sim-1"] == ""  # before it came
    assert past.find(QLabel, "fleetRewindClock").text() == "00:00:00.0"
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(4, slider.height() // 2))
    live = past.find(SegmentButton, "fleetRewindLiveButton")
    assert not live.isChecked()
    qtbot.mouseClick(live, LEFT)
    past.window.page.tick()
    assert live.isChecked()
    assert slider.value() == STEPS
    assert past.find(QLabel, "fleetRewindClock").text() == "00:00:15.1"


def test_steps_go_from_change_to_change(past: Opened, qtbot) -> None:
    back = past.find(QToolButton, "fleetRewindButton_back")
    seen = []
    for _ in range(2):
        qtbot.mouseClick(back, LEFT)
        past.window.page.tick()
        seen.append(statuses(past)["sim-2"])
    assert seen == ["IN_PROGRESS", "QUEUED"]
    qtbot.keyClick(past.window.page.table, Qt.Key.Key_Period)
    past.window.page.tick()
    assert statuses(past)["sim-2"] == "IN_PROGRESS"


def test_playing_goes_by_at_the_speed_chosen_and_ends_in_the_present(past: Opened, qtbot) -> None:
    rewind = past.window.page.rewind
    qtbot.mouseClick(past.find(SegmentButton, "fleetRewindSpeedButton"), LEFT)
    assert rewind.speed == 4
    rewind.play()
    rewind.tick(100.0)
    began = past.store.shown_at
    rewind.tick(101.0)
    assert past.store.shown_at - began == pytest.approx(4)
    rewind.tick(110.0)
    assert rewind.is_live
    assert not rewind.playing
    assert not past.store.in_past


def test_the_filter_and_its_order_are_of_the_moment(past: Opened) -> None:
    past.window.page.show_text("status:failed")
    assert past.window.page.model.shown_names() == ["sim-2"]
    seek(past, 4)
    assert past.window.page.model.shown_names() == []
    past.window.page.show_text("status:in_progress")
    assert past.window.page.model.shown_names() == ["sim-1", "sim-2"]


def test_commands_act_on_what_works_now_not_then(past: Opened) -> None:
    seek(past, 4)  # both were at work then, neither is now
    past.window.page.table.select_names(["sim-1", "sim-2"], "sim-1")
    assert past.window.page.targets.working() == []
    assert past.window.page.targets.working_count() == 0


def test_the_pane_shows_the_thing_as_it_was(past: Opened, qtbot) -> None:
    begins = past.window.page.rewind.ends
    thing = past.fleet.things["sim-2"]

    async def detail(name: str) -> ThingDetail:
        nodes = [
            TransitionRecord(at=begins - ago, job_id="fw-2.4.0", execution_number=1, status=status, version=version)
            for ago, status, version in ((10.1, S.QUEUED, 1), (5.05, S.IN_PROGRESS, 2), (0, S.FAILED, 3))
        ]
        messages = [
            MessageRecord(at=begins - ago, direction=Direction.OUT, topic="t", payload=b"{}") for ago in (9, 3.9, 0)
        ]
        return ThingDetail(snapshot=thing, messages=messages, messages_dropped=0, timeline=nodes)

    past.fleet.detail = detail  # type: ignore[method-assign]
    past.window.page.table.select_names(["sim-2"], "sim-2")
    pane = past.window.pane
    qtbot.waitUntil(lambda: len(pane.timeline.canvas.nodes) == 3)
    seek(past, 4)
    qtbot.waitUntil(lambda: len(pane.timeline.canvas.nodes) == 2)
    assert pane.header.findChild(QLabel, "detailFactsLabel").text().endswith("v2")
    assert pane.messages.table.model().rowCount() == 1
    past.window.page.rewind.live()
    qtbot.waitUntil(lambda: len(pane.timeline.canvas.nodes) == 3)


def test_a_thing_removed_meanwhile_is_gone_and_nothing_breaks(past: Opened) -> None:
    seek(past, 4)
    past.fleet.tell(removed=["sim-1"])
    past.window.page.tick()
    seek(past, 9)
    assert statuses_of(past) == {"sim-2": "QUEUED"}
    past.window.page.rewind.live()
    past.window.page.tick()
    assert statuses_of(past) == {"sim-2": "FAILED"}
    assert sum(past.store.status_counts) == len(past.store) == 4


def statuses_of(opened: Opened) -> dict[str, str]:
    store = opened.store
    return {
        name: next(s.value for s, code in CODE_OF.items() if code == store.status[row] and s is not None)
        for name, row in store.row_of.items()
        if store.status[row]
    }


def test_what_left_the_memory_is_said(past: Opened) -> None:
    label = past.find(QLabel, "fleetRewindKeptLabel")
    assert not label.isVisible()
    past.store.journal.dropped = 1234
    past.window.page.rewind_bar.refresh()
    assert label.isVisible()
    assert label.toolTip().startswith("1,234 older changes have left the memory; the newest 198,656 are kept.")


# --- clips ------------------------------------------------------------------------------------------------------


def test_a_clip_is_exported_and_opened_by_another_window(past: Opened, qtbot, tmp_path: Path) -> None:
    bar = past.window.page.rewind_bar
    menu = bar.export_menu()
    assert isinstance(menu, QMenu)
    menu.actions()[-1].trigger()
    dialog = past.find(QFileDialog, "clipDialog")
    path = tmp_path / "wave.jsonl"
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    qtbot.waitUntil(lambda: not past.tasks)
    assert path.exists()
    assert sorted(tmp_path.glob("wave*")) == [path]
    assert look_at(path).kind is Kind.CLIP
    past.window.opener.open_paths([path])
    clip = past.find(ClipWindow, "clipWindow")
    assert "wave.jsonl" in clip.windowTitle()
    assert "5 things" in clip.windowTitle()
    clip.page.rewind.seek(clip.page.rewind.ends - 4)
    clip.page.tick()
    counts = clip.store.status_counts
    assert counts[CODE_OF[S.IN_PROGRESS]] == 2
    clip.page.rewind.live()
    clip.page.tick()
    assert clip.store.status_counts[CODE_OF[S.FAILED]] == 1
    clip.page.table.select_names(["sim-2"], "sim-2")
    qtbot.waitUntil(lambda: len(clip.pane.timeline.canvas.nodes) == 3)
    assert statuses(past)["sim-2"] == "FAILED"  # the fleet's own window has not moved
    assert not past.store.frozen
    clip.close()


def test_links_are_in_the_journal_too(past: Opened) -> None:
    past.fleet.at += 5
    past.fleet.tell([snapshot("sim-1", S.SUCCEEDED, version=3, link=Link.OFFLINE)])
    past.window.page.tick()
    offline = past.store.link_counts[0]
    seek(past, 2)
    assert past.store.link_counts[0] == offline - 1
