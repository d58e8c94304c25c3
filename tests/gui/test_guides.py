"""The user guides, walked on the real engine: what they say to do is done, and what they say is seen."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QMenu, QPushButton

from simulator import fleet_file, report_files
from simulator.config import WindowOptions
from simulator.jobs.model import JobStatus as S
from simulator.transport.base import Link
from tests.gui.conftest import Opened
from tests.support.real_window import PATIENCE, opening_real_window
from ui.status_style import CODE_OF, LINK_CODE

DOCS = Path(__file__).parents[2] / "docs"


def file_of(guide: str, name: str) -> str:
    """The text of a file that a guide tells to save."""
    found = re.search(rf"```yaml\n(# {re.escape(name)}\n.*?)```", (DOCS / guide).read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None, f"{guide} has no file {name}"
    return found[1]


@pytest.fixture
def options() -> WindowOptions:
    return WindowOptions(seed=7, time_scale=10.0)


@pytest.fixture
def live(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path, options: WindowOptions) -> Iterator[Opened]:
    """A window on the real engine."""
    with opening_real_window(qt_loop, qtbot, tmp_path, options) as opened:
        qtbot.waitUntil(lambda: opened.session.process.is_ready and not opened.session.is_opening, timeout=PATIENCE)
        yield opened


class Walk:
    """Hands on the window: keys, clicks, and looking until something is so."""

    def __init__(self, live: Opened, qtbot) -> None:
        self.live, self.window, self.store, self._qtbot = live, live.window, live.store, qtbot

    def see(self, what) -> None:
        self._qtbot.waitUntil(what, timeout=PATIENCE)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.window.activateWindow()  # after a dialog a window manager does that
        view = self.window.page.things_view
        view.setFocus()
        self.see(view.hasFocus)
        self._qtbot.keyClick(view, key, modifier)

    def select(self, name: str) -> None:
        table = self.window.page.table
        row = self.window.page.model.shown_names().index(name)
        index = table.model().index(row, 0)
        table.scrollTo(index)
        self._qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center())
        self.see(lambda: table.selected_names() == [name])

    def click(self, name: str) -> None:
        self._qtbot.mouseClick(self.live.find(QPushButton, name), Qt.MouseButton.LeftButton)

    def status(self, name: str) -> S | None:
        code = self.store.status[self.store.row_of[name]]
        return next((status for status, each in CODE_OF.items() if each == code), None)

    def version(self, name: str) -> int:
        return self.store.version[self.store.row_of[name]]


@pytest.fixture
def walk(live: Opened, qtbot) -> Walk:
    return Walk(live, qtbot)


def test_the_guide_for_testers_is_so(walk: Walk, tmp_path: Path) -> None:
    window, store = walk.window, walk.store
    pumps = tmp_path / "PUMPS.yaml"
    pumps.write_text(file_of("guide-qa.md", "PUMPS.yaml"))
    # 1. a fleet of your own
    window.opener.open_paths([pumps])
    walk.see(lambda: window.windowTitle() == "PUMPS[*] — 10 things — Local endpoint — Thing Simulator")
    walk.see(lambda: window.page.targets.count() == (10, False))
    walk.key(Qt.Key.Key_F5)
    walk.see(lambda: store.link_counts[LINK_CODE[Link.ONLINE]] == 10)
    # 2. one thing, step by step
    walk.live.find(QLineEdit, "fleetFilterEdit").setText("pump-07")
    walk.select("pump-07")
    assert window.actions_of["act.fleet.start"].text() == "Start 1 selected"
    walk.key(Qt.Key.Key_M)
    walk.see(lambda: store.shown[store.row_of["pump-07"]].manual)
    walk.key(Qt.Key.Key_Escape)
    walk.key(Qt.Key.Key_Escape)
    assert window.page.targets.count() == (10, False)
    walk.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert "10 things" in walk.live.find(QLabel, "jobSentenceLabel").text()
    walk.click("jobCreateButton")
    walk.see(lambda: walk.version("pump-01") > 2 and walk.version("pump-07") == 2)
    walk.select("pump-07")
    walk.see(lambda: window.page.targets.working() == ["pump-07"])
    tabs = window.pane.tabs
    tabs.setCurrentIndex(next(n for n in range(tabs.count()) if tabs.tabText(n) == "Steps"))
    next_message = walk.live.find(QLabel, "stepsPredictionLabel")
    walk.see(lambda: next_message.text() == "will be accepted as v3")
    walk.click("stepsUpdateButton")
    walk.see(lambda: (walk.status("pump-07"), walk.version("pump-07")) == (S.IN_PROGRESS, 3))
    walk.see(lambda: next_message.text() == "will be accepted as v4")
    # 3. send it wrong
    walk.key(Qt.Key.Key_V)
    menu = next(each for each in QApplication.topLevelWidgets() if isinstance(each, QMenu) and each.isVisible())
    assert len(menu.actions()) == 13
    stale = menu.findChild(QAction, "act.fault.stale-version")
    assert stale.text() == "Stale expected version"
    stale.trigger()
    menu.close()
    walk.see(lambda: next_message.text() == "will be rejected: VersionMismatch · on purpose: Stale expected version")
    walk.click("stepsUpdateButton")
    walk.see(lambda: "rejections" in window.banners.kinds())
    assert (
        walk.live.find(QLabel, "banner_rejections_label").text().startswith("1 update was rejected: VersionMismatch.")
    )
    walk.click("banner_rejections_fix")
    walk.see(lambda: window.page.model.shown_names() == ["pump-07"])
    # 4. make it fail
    walk.select("pump-07")
    walk.key(Qt.Key.Key_F)
    dialog = walk.live.find(QDialog, "fleetReasonDialog")
    assert dialog.windowTitle() == "Fail 1 thing"
    walk.live.find(QLineEdit, "fleetReasonEdit").setText("verify: checksum mismatch")
    dialog.accept()
    walk.see(lambda: walk.status("pump-07") is S.FAILED)
    walk.see(lambda: "verify: checksum mismatch" in store.details[store.row_of["pump-07"]])
    window.page.show_text("status:failed")
    assert window.page.model.shown_names() == ["pump-07"]
    # 5. keep the case
    walk.select("pump-07")
    window.commands.assign("fail")
    assert window.isWindowModified()
    window.fleet_save.save_to(tmp_path / "CASE.yaml")
    walk.see(lambda: not window.isWindowModified())
    plan = fleet_file.read(tmp_path / "CASE.yaml").plan(7)
    assert {spec.name for spec in plan.specs if spec.scenario == "fail"} == {"pump-07"}
    assert len(plan.specs) == 10


def test_the_guide_for_load_testers_is_so(walk: Walk, tmp_path: Path) -> None:
    """With twenty things, and at sixty times real speed: what is done is the same, only sooner."""
    fleet = file_of("guide-load-tester.md", "FLEET.yaml").replace("count: 300", "count: 20")
    (tmp_path / "FLEET.yaml").write_text(fleet)
    load = file_of("guide-load-tester.md", "LOAD.yaml").replace("time_scale: 30", "time_scale: 60")
    (tmp_path / "LOAD.yaml").write_text(load.replace("at_least: 70 %", "at_least: 50 %"))
    program = [sys.executable, "-m", "simulator"]
    checked = subprocess.run([*program, "check", "LOAD.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert checked.stdout == "LOAD.yaml: fine; 20 things, 1 job, 3 assertions\n"
    (tmp_path / "run").mkdir()
    ran = subprocess.run(
        [*program, "run", "LOAD.yaml", "--report", "run/before.json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (tmp_path / "run" / "LOAD.yaml").write_text((tmp_path / "LOAD.yaml").read_text())
    (tmp_path / "run" / "FLEET.yaml").write_text(fleet)
    walk.window.opener.open_paths([tmp_path / "run"])
    report = report_files.read(tmp_path / "run" / "before.json")
    failed = {row.thing: (row.scenario, row.seed) for row in report.executions if row.status_stored is not S.SUCCEEDED}
    assert 0 < len(failed) < 20
    again = walk.live.find(QAction, "act.report.againFailed")
    assert again.text() == f"Only failed: {len(failed)} things"
    again.trigger()
    walk.see(lambda: walk.window.pages.current_id == "fleet" and len(walk.store) == len(failed))
    specs = walk.live.session.things.specs()
    assert {spec.name: (spec.scenario, spec.seed) for spec in specs} == failed
    walk.see(lambda: all(walk.store.job))
    assert len(set(walk.store.job)) == 1  # one job again, for exactly them


class TestOfTheDemo:
    @pytest.fixture
    def options(self) -> WindowOptions:
        return WindowOptions(demo=True, demo_things=60, seed=42)

    def test_the_guide_for_presenters_is_so(self, walk: Walk, qtbot) -> None:
        """With sixty things."""
        window, story = walk.window, walk.window.story
        window.show_demo()
        titles = re.findall(r"^\| \d \| ([^|]+) \|", (DOCS / "guide-presenter.md").read_text(), re.MULTILINE)
        assert len(titles) == 6
        walk.see(lambda: walk.store.counters.working >= 12)
        for number, title in enumerate(titles, 1):
            assert story.script.caption().title == title
            if number == 4:
                assert window.page.table.selected_count() == 1
            if number == 5:
                walk.click("storyButton_fail")
                walk.see(lambda: walk.store.status_counts[CODE_OF[S.FAILED]] >= 10)
                walk.click("storyButton_unplug")
                walk.see(lambda: walk.live.find(QPushButton, "storyButton_unplug").text() == "Plug 20 in again")
                walk.see(lambda: walk.store.link_counts[LINK_CODE[Link.ONLINE]] == 40)
                walk.click("storyButton_unplug")
                walk.see(lambda: walk.store.link_counts[LINK_CODE[Link.ONLINE]] == 60)
            if number < 6:
                walk.click("storyNextButton")
        walk.click("storyButton_report")
        assert window.pages.current_id == "report"
        window.go_to("fleet")
        walk.key(Qt.Key.Key_F11)
        assert window.presenter.is_on
        walk.key(Qt.Key.Key_Space)
        assert walk.store.frozen
        walk.key(Qt.Key.Key_Space)
        assert not walk.store.frozen
        walk.key(Qt.Key.Key_F11)
        assert not window.presenter.is_on
