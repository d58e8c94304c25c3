"""The fleet on disk: Ctrl+S, what the title says of it, and what is told when it cannot be written."""

import errno
import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from simulator import fleet_file
from tests.gui.conftest import Opened

LEFT = Qt.MouseButton.LeftButton
SCENARIO = "name: mine\nsteps:\n  - {name: work, duration: 1}\nend: SUCCEEDED\n"


def save_to(opened: Opened, qtbot, path: Path) -> None:
    """Press Ctrl+S and choose a file."""
    opened.trigger("act.app.save")
    dialog = opened.find(QFileDialog, "saveFleetDialog")
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    qtbot.waitUntil(lambda: not opened.tasks)


def test_what_is_saved_is_read_by_the_command_line_with_the_scenarios_as_they_were_given(
    opened: Opened, qtbot, qt_loop, tmp_path: Path
) -> None:
    opened.window.page.show_text("thing-00002")
    opened.window.commands.assign("fail")
    qtbot.waitUntil(lambda: opened.session.things.assigned == {"thing-00002": "fail"})
    save_to(opened, qtbot, tmp_path / "three.yaml")
    plan = fleet_file.read(tmp_path / "three.yaml", "").plan(opened.session.seed)
    assert {spec.name: spec.scenario for spec in plan.specs} == {
        "thing-00001": "mix", "thing-00002": "fail", "thing-00003": "mix",
    }  # fmt: skip
    assert [spec.seed for spec in plan.specs] == [spec.seed for spec in opened.session.things.specs()]
    assert opened.window.banners.kinds() == ["saved"]


def test_types_groups_and_the_rate_of_a_file_are_those_of_the_window_and_of_what_it_saves(
    opened: Opened, qtbot, tmp_path: Path
) -> None:
    path = tmp_path / "hand.yaml"
    path.write_text("ramp: 5\ngroups: [{prefix: p, count: 2, thing_type: pump, thing_groups: [north]}]\n")
    opened.window.opener.open_paths([path])
    qtbot.waitUntil(lambda: not opened.tasks and "p02" in opened.fleet.things)
    assert opened.engine.operator.groups == {"north": ["p01", "p02"]}
    assert ("ramp", 5.0) in opened.fleet.asked
    save_to(opened, qtbot, tmp_path / "saved.yaml")
    seed = opened.session.seed
    read, saved = (fleet_file.read(each, "").plan(seed) for each in (path, tmp_path / "saved.yaml"))
    assert (saved.registrations, saved.ramp) == (read.registrations, 5)


def test_the_title_says_that_there_is_something_to_save_until_it_is(opened: Opened, qtbot, tmp_path: Path) -> None:
    window = opened.window
    assert window.windowTitle() == "new fleet[*] — 3 things — Local endpoint — Thing Simulator"
    assert not window.isWindowModified()
    window.commands.assign("fail")
    assert window.isWindowModified()
    save_to(opened, qtbot, tmp_path / "three.yaml")
    assert window.windowTitle().startswith("three[*] — 3 things")
    assert not window.isWindowModified()
    opened.trigger("act.app.undo")  # away from what was saved
    assert window.isWindowModified()
    opened.trigger("act.app.redo")
    assert not window.isWindowModified()
    window.page.addWanted.emit(2)
    assert window.isWindowModified()


def test_the_second_time_it_is_written_without_a_question(opened: Opened, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "three.yaml"
    save_to(opened, qtbot, path)
    path.unlink()
    opened.trigger("act.app.save")
    qtbot.waitUntil(lambda: not opened.tasks)
    assert path.is_file()


def test_on_a_full_disk_the_old_file_stays_and_another_place_is_offered(
    opened: Opened, qtbot, tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "three.yaml"
    save_to(opened, qtbot, path)
    before = path.read_text()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    opened.window.commands.assign("fail")
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        opened.trigger("act.app.save")
        qtbot.waitUntil(lambda: opened.window.banners.kinds()[0] == "save")
    assert opened.find(QLabel, "banner_save_label").text() == (
        f"The fleet was not saved to {path}: no space left on device. It is still here, and the file is as it was."
    )
    assert path.read_text() == before
    assert opened.window.isWindowModified()
    button = opened.find(QPushButton, "banner_save_fix")
    assert button.text() == "Save elsewhere…"
    qtbot.mouseClick(button, LEFT)
    dialogs = opened.window.findChildren(QFileDialog, "saveFleetDialog")
    dialogs[-1].fileSelected.emit(str(tmp_path / "elsewhere.yaml"))
    qtbot.waitUntil(lambda: not opened.window.isWindowModified())
    assert "fail" in (tmp_path / "elsewhere.yaml").read_text()
    assert "save" not in opened.window.banners.kinds()
    dialogs[-1].reject()


def test_a_fleet_written_by_hand_is_not_written_over(opened: Opened, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "hand.yaml"
    path.write_text("# my pumps\ngroups:\n  - {prefix: pump-, count: 2}\n")
    opened.window.opener.open_paths([path])
    qtbot.waitUntil(lambda: opened.window.open_fleet.name == "hand")
    save_to(opened, qtbot, path)
    assert path.read_text().startswith("# my pumps")
    assert "written by hand" in opened.find(QLabel, "banner_save_label").text()


def test_a_scenario_of_the_window_goes_with_the_fleet(opened: Opened, qtbot, qt_loop, tmp_path: Path) -> None:
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(SCENARIO)
    opened.window.opener.open_paths([scenario])
    qtbot.waitUntil(lambda: opened.session.process.scenarios == {"mine": SCENARIO})
    opened.window.commands.assign("mine")
    qtbot.waitUntil(lambda: len(opened.session.things.assigned) == 3)
    save_to(opened, qtbot, tmp_path / "three.yaml")
    assert (tmp_path / "three.mine.yaml").read_text() == SCENARIO


def test_a_file_that_happens_to_be_there_is_not_written_over(opened: Opened, qtbot, tmp_path: Path) -> None:
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(SCENARIO)
    opened.window.opener.open_paths([scenario])
    qtbot.waitUntil(lambda: "mine" in opened.session.process.scenarios)
    opened.window.commands.assign("mine")
    (tmp_path / "three.mine.yaml").write_text("# somebody else's")
    save_to(opened, qtbot, tmp_path / "three.yaml")
    assert "three.mine.yaml is there already" in opened.find(QLabel, "banner_save_label").text()
    assert (tmp_path / "three.mine.yaml").read_text() == "# somebody else's"
    assert not (tmp_path / "three.yaml").exists()
