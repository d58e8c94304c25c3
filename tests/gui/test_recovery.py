"""Unsaved work: kept while the window runs, offered after a crash, and never fought over by two windows."""

import errno
import os
from pathlib import Path
from time import perf_counter

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QToolButton

from simulator.errors import InputError
from simulator.fleet import ThingSpec
from tests.gui.conftest import Opened
from ui import recovery_file
from ui.banner import Banner
from ui.jobs_page import JobsPage
from ui.recovery_file import Kept, Slot, left_behind, own_slot

LEFT = Qt.MouseButton.LeftButton
DOCUMENT = '{"operation": "my own"}'
SCENARIO = "name: mine\nsteps:\n  - {name: work, duration: 1}\nend: SUCCEEDED\n"
LOST = Kept(
    at=1_750_000_000.0,
    fleet_name="valves",
    is_fleet_changed=True,
    things=[ThingSpec(name="valve-1", scenario="success", seed=5), ThingSpec(name="valve-2", scenario="success")],
    assigned={"valve-2": "mine"},
    scenarios={"mine": SCENARIO},
    filter="valve-*",
)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def keep(opened: Opened, qtbot) -> Kept | None:
    """Let the window keep what is unsaved now; return what is in the file."""
    opened.window.recovery.keep()
    qtbot.waitUntil(lambda: not opened.tasks)
    found = files(opened.window.recovery._folder)
    return msgspec.json.decode(found[0].read_bytes(), type=Kept) if found else None


def leave_behind(folder: Path, kept: Kept) -> Path:
    """What a window that was killed leaves: its file, and a lock that nobody holds."""
    slot = own_slot(folder)
    slot.write(kept)
    slot.let_go()
    return slot.path


def write_in_composer(opened: Opened) -> JobsPage:
    opened.window.go_to("jobs")
    page = opened.window.pages.page("jobs")
    assert isinstance(page, JobsPage)
    page.composer.findChild(QPlainTextEdit).setPlainText(DOCUMENT)
    page.composer.description_edit.setText("for the pumps")
    page.composer.timeout_spin.setValue(7)
    return page


def test_with_nothing_unsaved_nothing_is_written(opened: Opened, qtbot, tmp_path: Path) -> None:
    opened.window.recovery.begin(tmp_path / "kept", offers=True)
    assert keep(opened, qtbot) is None
    opened.window.recovery.close()
    assert files(tmp_path / "kept") == []


def test_fleet_scenarios_filter_and_draft_are_kept(opened: Opened, qtbot, tmp_path: Path) -> None:
    opened.window.recovery.begin(tmp_path / "kept", offers=True)
    opened.window.page.show_text("thing-00001")
    opened.window.commands.assign("fail")
    qtbot.waitUntil(lambda: opened.session.things.assigned != {})
    write_in_composer(opened)
    kept = keep(opened, qtbot)
    assert kept is not None
    assert [spec.name for spec in kept.things] == ["thing-00001", "thing-00002", "thing-00003"]
    assert (kept.assigned, kept.filter) == ({"thing-00001": "fail"}, "thing-00001")
    assert list(kept.drafts) == ["jobs"]
    assert msgspec.json.decode(kept.drafts["jobs"]["draft"])["document"] == DOCUMENT
    (path,) = files(tmp_path / "kept")
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


def test_it_is_written_again_only_when_something_changed(opened: Opened, qtbot, tmp_path: Path, monkeypatch) -> None:
    opened.window.recovery.begin(tmp_path / "kept", offers=True)
    writes: list[Kept] = []
    monkeypatch.setattr(Slot, "write", lambda slot, kept: writes.append(kept))
    opened.window.commands.assign("fail")
    qtbot.waitUntil(lambda: not opened.tasks)
    for _ in range(3):
        opened.window.recovery.keep()
        qtbot.waitUntil(lambda: not opened.tasks)
    assert len(writes) == 1


def test_where_it_is_switched_off_nothing_is_kept(opened: Opened, qtbot, tmp_path: Path) -> None:
    opened.window.recovery.begin(tmp_path / "kept", offers=True)
    opened.window.commands.assign("fail")
    assert keep(opened, qtbot) is not None
    opened.window.preferences.change("autosave", False)
    qtbot.waitUntil(lambda: files(tmp_path / "kept") == [])
    assert keep(opened, qtbot) is None
    opened.window.preferences.change("autosave", True)
    qtbot.waitUntil(lambda: len(files(tmp_path / "kept")) == 1)


def test_saving_the_fleet_takes_the_file_away(opened: Opened, qtbot, tmp_path: Path) -> None:
    opened.window.recovery.begin(tmp_path / "kept", offers=True)
    opened.window.commands.assign("fail")
    assert keep(opened, qtbot) is not None
    opened.window.fleet_save.save_to(tmp_path / "three.yaml")
    qtbot.waitUntil(lambda: not opened.window.isWindowModified() and not opened.tasks)
    assert keep(opened, qtbot) is None


def test_what_a_lost_window_left_comes_back_by_a_click(opened: Opened, qtbot, tmp_path: Path) -> None:
    old = leave_behind(tmp_path, LOST)
    opened.window.recovery.begin(tmp_path, offers=True)
    words = opened.find(QLabel, "banner_recovery_label").text()
    assert "was not saved and was kept: “valves”, a fleet of 2 things." in words
    button = opened.find(QPushButton, "banner_recovery_fix")
    assert button.text() == "Bring it back"
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: not opened.tasks)
    assert {name: thing.scenario for name, thing in opened.fleet.things.items()} == {
        "valve-1": "success", "valve-2": "mine",
    }  # fmt: skip
    assert opened.asked("define") == [("mine",)]
    assert opened.window.page.filter_edit.text() == "valve-*"
    assert opened.window.windowTitle().startswith("valves[*] — 2 things")
    assert opened.window.isWindowModified()
    assert not old.exists()
    assert len(files(tmp_path)) == 1  # it is in this window's own file now
    assert "recovery" not in opened.window.banners.kinds()


def test_a_scenario_that_is_known_here_stays_as_it_is(opened: Opened, qtbot, tmp_path: Path) -> None:
    leave_behind(tmp_path, LOST)
    opened.session.process.scenarios["mine"] = "name: mine\nend: FAILED\n"
    opened.window.recovery.begin(tmp_path, offers=True)
    qtbot.mouseClick(opened.find(QPushButton, "banner_recovery_fix"), LEFT)
    qtbot.waitUntil(lambda: set(opened.fleet.things) == {"valve-1", "valve-2"} and not opened.tasks)
    assert opened.asked("define") == []
    assert opened.fleet.things["valve-2"].scenario == "mine"


def test_a_draft_comes_back_into_the_composer(opened: Opened, qtbot, tmp_path: Path) -> None:
    page = write_in_composer(opened)
    leave_behind(tmp_path, Kept(at=1.0, drafts={"jobs": page.unsaved()}))
    page.composer.document.show_text("{}")
    page.composer.description_edit.clear()
    page.composer.timeout_spin.setValue(0)
    opened.window.go_to("fleet")
    opened.window.recovery.begin(tmp_path, offers=True)
    assert "a draft on the page Jobs" in opened.find(QLabel, "banner_recovery_label").text()
    qtbot.mouseClick(opened.find(QPushButton, "banner_recovery_fix"), LEFT)
    qtbot.waitUntil(lambda: opened.window.pages.current_id == "jobs")
    assert page.composer.document.text == DOCUMENT
    assert page.composer.description_edit.text() == "for the pumps"
    assert page.composer.timeout_spin.value() == 7
    assert len(opened.fleet.things) == 3  # a draft alone leaves the fleet as it is


def test_what_is_dismissed_is_not_offered_again(opened: Opened, qtbot, tmp_path: Path) -> None:
    leave_behind(tmp_path, LOST)
    opened.window.recovery.begin(tmp_path, offers=True)
    qtbot.mouseClick(opened.find(QToolButton, "banner_recovery_dismiss"), LEFT)
    assert files(tmp_path) == []
    assert len(opened.fleet.things) == 3


def test_what_is_neither_taken_nor_dismissed_is_offered_again(opened: Opened, tmp_path: Path) -> None:
    old = leave_behind(tmp_path, LOST)
    opened.window.recovery.begin(tmp_path, offers=True)
    opened.window.recovery.close()
    assert [slot.path for slot in left_behind(tmp_path)] == [old]


def test_a_file_that_another_window_still_writes_is_left_alone(opened: Opened, tmp_path: Path) -> None:
    other = own_slot(tmp_path)
    other.write(LOST)
    opened.window.recovery.begin(tmp_path, offers=True)
    assert opened.window.banners.kinds() == []
    opened.window.recovery.close()
    assert other.path.exists()
    other.let_go()


@pytest.mark.parametrize("content", [b"", b"\x00\xff garbage", b"[1, 2]", b'{"form": 1, "things": "no"}'])
def test_a_damaged_file_is_set_aside_and_said(opened: Opened, tmp_path: Path, content: bytes) -> None:
    path = leave_behind(tmp_path, LOST)
    path.write_bytes(content)
    opened.window.recovery.begin(tmp_path, offers=True)
    assert opened.window.banners.kinds() == ["recoveryFile"]
    aside = path.with_name(path.name + ".unreadable")
    assert aside.read_bytes() == content
    assert str(aside) in opened.find(QLabel, "banner_recoveryFile_label").text()


def test_on_a_full_disk_it_is_said_once_and_goes_on_when_there_is_room(
    opened: Opened, qtbot, tmp_path: Path, monkeypatch
) -> None:
    opened.window.recovery.begin(tmp_path, offers=True)
    opened.window.commands.assign("fail")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        for _ in range(2):
            opened.window.recovery.keep()
            qtbot.waitUntil(lambda: not opened.tasks)
        assert opened.window.banners.kinds() == ["autosave"]
        assert opened.find(Banner, "banner_autosave").times == 1
        assert "no space left on device" in opened.find(QLabel, "banner_autosave_label").text()
    qtbot.mouseClick(opened.find(QPushButton, "banner_autosave_fix"), LEFT)
    qtbot.waitUntil(lambda: not opened.tasks)
    assert opened.window.banners.kinds() == []
    assert len(files(tmp_path)) == 1


def test_a_place_that_cannot_be_used_is_said_and_the_window_goes_on(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    opened.window.recovery.begin(tmp_path / "file" / "kept", offers=True)
    assert opened.window.banners.kinds() == ["autosave"]
    opened.window.recovery.keep()
    assert opened.find(Banner, "banner_autosave").times == 1
    opened.window.recovery.close()


def test_a_fleet_that_cannot_be_brought_back_stays_offered(opened: Opened, qtbot, tmp_path: Path, monkeypatch) -> None:
    old = leave_behind(tmp_path, LOST)
    opened.window.recovery.begin(tmp_path, offers=True)

    async def refuse(name: str, text: str) -> None:
        raise InputError("mine", "has no end", "add one")

    with monkeypatch.context() as broken:
        broken.setattr(opened.fleet, "define", refuse)
        qtbot.mouseClick(opened.find(QPushButton, "banner_recovery_fix"), LEFT)
        qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["recovery"])
    assert "was not brought back: mine: has no end; add one" in opened.find(QLabel, "banner_recovery_label").text()
    assert old.exists()
    qtbot.mouseClick(opened.find(QPushButton, "banner_recovery_fix"), LEFT)
    qtbot.waitUntil(lambda: set(opened.fleet.things) == {"valve-1", "valve-2"})
    qtbot.waitUntil(lambda: not opened.tasks)


def test_ten_thousand_things_are_gathered_in_a_moment(opened: Opened) -> None:
    opened.session.things._specs = {f"t-{n}": ThingSpec(name=f"t-{n}") for n in range(10_000)}
    first = opened.window.recovery.gathered()
    took = []
    for _ in range(5):
        began = perf_counter()
        assert opened.window.recovery.gathered() == first
        took.append(perf_counter() - began)
    assert min(took) < 0.05  # some 2 ms on a quiet machine
    opened.session.things._specs = {}
    assert 20 * len(msgspec.json.encode(first)) < recovery_file.MOST_BYTES
