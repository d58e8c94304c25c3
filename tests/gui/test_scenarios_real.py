"""Scenarios on the real engine: what is applied is what things do, also those that are at work, and after a restart."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from simulator.config import WindowOptions
from simulator.feed import Activity
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.real_window import PATIENCE, opening_real_window
from ui.composer_draft import JobRequest
from ui.scenarios_page import ScenariosPage
from ui.status_style import CODE_OF

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="as the other tests of the window on the real engine")
WAITS = "name: mine\nsteps:\n  - {name: wait, duration: 6000}\n  - {name: end, duration: 1}\nend: SUCCEEDED\n"
FAILS = WAITS.replace("6000", "1").replace("end: SUCCEEDED", "end: {status: FAILED, reason: as asked}")
BROKEN = "name: broken\nsteps: []\nend: QUEUED\n"


@pytest.fixture
def live(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path) -> Iterator[Opened]:
    """Three things that run, and a folder with one scenario that is well and one that is not."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "mine.yaml").write_text(WAITS, encoding="utf-8")
    (folder / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    options = WindowOptions(things=3, seed=3, time_scale=20.0)
    with opening_real_window(qt_loop, qtbot, tmp_path, options, size=(1024, 640)) as opened:
        qtbot.waitUntil(lambda: not opened.tasks and len(opened.store) == 3, timeout=PATIENCE)
        opened.window.page.tick()
        yield opened


def page_of(live: Opened) -> ScenariosPage:
    live.window.go_to("scenarios")
    page = live.window.pages.page("scenarios")
    assert isinstance(page, ScenariosPage)
    return page


def test_what_is_applied_is_what_things_at_work_do_from_their_next_step(live: Opened, qtbot) -> None:
    live.trigger("act.view.all")
    page = page_of(live)
    draft = page.shelf.draft("mine")
    assert draft is not None
    page.choose(draft)
    qtbot.mouseClick(live.find(QAbstractButton, "scenarioGiveButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: live.store.scenario == ["mine"] * 3, timeout=PATIENCE)
    live.trigger("act.fleet.start")
    live.tasks.start(live.session.jobs.make(JobRequest(job_id="one", targets=tuple(live.store.names), document="{}")))
    qtbot.waitUntil(lambda: live.store.status_counts[CODE_OF[S.IN_PROGRESS]] == 3, timeout=PATIENCE)
    draft.write(WAITS.replace("end: SUCCEEDED", "end: {status: FAILED, reason: as asked}"))
    page.commands.do("apply")
    qtbot.waitUntil(lambda: not draft.is_dirty and not live.tasks, timeout=PATIENCE)
    assert live.store.status_counts[CODE_OF[S.IN_PROGRESS]] == 3
    live.tasks.start(live.session.things.manual(live.store.names, True))  # which hurries the wait that would take hours
    qtbot.waitUntil(lambda: live.store.activity == [Activity.WAITING_FOR_STEP] * 3, timeout=PATIENCE)
    live.tasks.start(live.session.things.manual(live.store.names, False))
    qtbot.waitUntil(lambda: live.store.status_counts[CODE_OF[S.FAILED]] == 3, timeout=PATIENCE)
    assert set(live.store.details) == {"as asked"}


def test_the_next_execution_goes_by_what_was_applied(live: Opened, qtbot) -> None:
    live.trigger("act.view.all")
    page = page_of(live)
    draft = page.shelf.draft("mine")
    assert draft is not None
    page.choose(draft)
    draft.write(FAILS)
    page.commands.do("apply")
    qtbot.waitUntil(lambda: not draft.is_dirty and not live.tasks, timeout=PATIENCE)
    page.commands.do("give")
    qtbot.waitUntil(lambda: live.store.scenario == ["mine"] * 3, timeout=PATIENCE)
    live.trigger("act.fleet.start")
    live.tasks.start(live.session.jobs.make(JobRequest(job_id="two", targets=tuple(live.store.names), document="{}")))
    qtbot.waitUntil(lambda: live.store.status_counts[CODE_OF[S.FAILED]] == 3, timeout=PATIENCE)


def test_a_broken_file_is_a_banner_that_leads_to_its_line(live: Opened, qtbot) -> None:
    assert "scenarioFile" in live.window.banners.kinds()
    qtbot.mouseClick(live.find(QAbstractButton, "banner_scenarioFile_fix"), Qt.MouseButton.LeftButton)
    page = page_of(live)
    assert page.editor.is_text
    assert page.editor.text.textCursor().blockNumber() == 2
    qtbot.waitUntil(lambda: bool(page.problems), timeout=PATIENCE)
    assert "mine" in [action.text() for action in live.window.scenario_menu.actions()]


def test_the_things_have_their_scenario_again_after_everything_was_opened_anew(live: Opened, qtbot) -> None:
    live.trigger("act.view.all")
    page = page_of(live)
    draft = page.shelf.draft("mine")
    assert draft is not None
    page.choose(draft)
    page.commands.do("give")
    qtbot.waitUntil(lambda: live.store.scenario == ["mine"] * 3, timeout=PATIENCE)
    live.tasks.start(live.session.reopen(), "reopen")
    qtbot.waitUntil(lambda: not live.tasks, timeout=PATIENCE)
    qtbot.waitUntil(lambda: live.store.scenario == ["mine"] * 3, timeout=PATIENCE)
    assert "command" not in live.window.banners.kinds()
