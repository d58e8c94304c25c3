"""What came of a session stays when its window closes, and the next one can look at it."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from simulator import report_files
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from tests.support.reports import report
from ui import kept_runs
from ui.kept_runs import UNASKED, KeptRuns


def at_work(opened: Opened) -> None:
    """Two things are at work, and nothing has ended yet."""
    opened.fleet.tell(
        [
            snapshot("thing-00001", status=S.IN_PROGRESS, job_id="fw-1", execution_number=1, version=9),
            snapshot("thing-00002", status=S.IN_PROGRESS, job_id="fw-1", execution_number=1, version=3),
        ]
    )
    opened.window.page.tick()


def keep(opened: Opened, loop: asyncio.AbstractEventLoop, qtbot: Any) -> Path | None:
    task = loop.create_task(opened.session.kept_runs.keep(opened.session))
    qtbot.waitUntil(task.done)
    return task.result()


@pytest.fixture
def folder(opened: Opened, tmp_path: Path) -> Path:
    made = tmp_path / "runs"
    opened.session.kept_runs.begin(made)
    return made


def test_the_run_is_a_report_that_opens_and_says_that_the_service_was_not_asked(
    opened: Opened, qt_loop: asyncio.AbstractEventLoop, qtbot: Any, folder: Path
) -> None:
    at_work(opened)
    path = keep(opened, qt_loop, qtbot)
    assert path is not None
    assert path.parent == folder
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
    kept = report_files.read(path)
    assert {row.thing: row.status_believed for row in kept.executions} == {
        "thing-00001": S.IN_PROGRESS,
        "thing-00002": S.IN_PROGRESS,
    }
    assert UNASKED in kept.notices
    assert opened.session.kept_runs.newest() == path


def test_a_session_in_which_nothing_ran_leaves_nothing(
    opened: Opened, qt_loop: asyncio.AbstractEventLoop, qtbot: Any, folder: Path
) -> None:
    opened.fleet.tell([snapshot("thing-00001")])
    opened.window.page.tick()
    assert keep(opened, qt_loop, qtbot) is None
    assert not folder.exists()


def test_a_fleet_that_hangs_is_not_waited_for_and_the_run_is_kept_all_the_same(
    opened: Opened, qt_loop: asyncio.AbstractEventLoop, qtbot: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work(opened)

    async def hangs() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(opened.fleet, "statistics", hangs)
    monkeypatch.setattr(kept_runs, "FLEET_SECONDS", 0.01)
    path = keep(opened, qt_loop, qtbot)
    assert path is not None
    assert len(report_files.read(path).executions) == 2


def test_a_folder_that_cannot_be_made_is_logged_and_the_closing_goes_on(
    opened: Opened, qt_loop: asyncio.AbstractEventLoop, qtbot: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    at_work(opened)
    (tmp_path / "file").write_text("")
    opened.session.kept_runs.begin(tmp_path / "file" / "runs")
    assert keep(opened, qt_loop, qtbot) is None
    assert "the run could not be kept" in caplog.text
    caplog.clear()


def test_ten_runs_are_kept_the_oldest_go(tmp_path: Path) -> None:
    runs = KeptRuns()
    runs.begin(tmp_path)
    for number in range(13):
        runs._write(tmp_path / f"run-202601{number:02}T000000Z-1.json", b"{}")
    (tmp_path / "mine.json").write_text("{}")  # of no concern here
    names = sorted(path.name for path in tmp_path.glob("run-*"))
    assert names == [f"run-202601{number:02}T000000Z-1.json" for number in range(3, 13)]
    assert (tmp_path / "mine.json").exists()


def test_large_ones_make_room_but_the_newest_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_runs, "MOST_BYTES", 100)
    runs = KeptRuns()
    runs.begin(tmp_path)
    for number in range(3):
        runs._write(tmp_path / f"run-{number}.json", b"x" * 60)
    assert [path.name for path in tmp_path.iterdir()] == ["run-2.json"]
    runs._write(tmp_path / "run-3.json", b"x" * 200)
    assert [path.name for path in tmp_path.iterdir()] == ["run-3.json"]


def test_the_next_window_offers_the_last_run_where_it_has_none_of_its_own(
    opened: Opened, qtbot: Any, folder: Path
) -> None:
    opened.window.go_to("report")
    qtbot.waitUntil(lambda: not opened.tasks)
    button = opened.find(QPushButton, "reportLastButton")
    assert not button.isVisible()
    folder.mkdir()
    path = folder / "run-20260101T000000Z-1.json"
    report_files.write(report(), path)
    opened.window.go_to("fleet")
    opened.window.go_to("report")
    qtbot.waitUntil(button.isVisible)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert opened.find(QLabel, "reportSourceLabel").text() == str(path)
    assert not button.isVisible()
