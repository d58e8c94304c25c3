"""Run again from a report: everything, or exactly what failed, with the same seeds; and a dropped run folder."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton

from simulator import report_files
from simulator.jobs.model import JobStatus as S
from simulator.report import ExecutionRow, Report, Settings
from tests.gui.conftest import Opened
from tests.gui.test_real_engine import live as live
from tests.gui.test_welcome_and_drop import drop, held
from ui.report_again import rows_of
from ui.report_page import ReportPage
from ui.status_style import CODE_OF

PATIENCE = 40_000


def row(thing: str, status: S, seed: int, number: int = 1, scenario: str = "mix") -> ExecutionRow:
    return ExecutionRow(
        thing=thing, scenario=scenario, seed=seed, job_id="fw-1", execution_number=number, status_believed=status,
        status_stored=status, version_believed=3, version_stored=None, expected=[], as_expected=True,
    )  # fmt: skip


def report_of(*rows: ExecutionRow, job: str = "firmware-update") -> Report:
    return Report(
        program_version="1", python_version="3", platform="x", began_at=0.0, ended_at=1.0, executions=list(rows),
        settings=Settings(things=len(rows), seed=7, scenario="mix", time_scale=1.0, mqtt="", http="", job=job),
        outcomes={S.SUCCEEDED: 1, S.FAILED: 2},
    )  # fmt: skip


RUN = report_of(
    row("pump-1", S.SUCCEEDED, 11), row("pump-2", S.FAILED, 22), row("pump-3", S.FAILED, 33, 1),
    row("pump-3", S.SUCCEEDED, 33, 2), row("pump-4", S.TIMED_OUT, 44),
)  # fmt: skip


def test_failed_is_what_the_newest_execution_of_a_thing_says() -> None:
    assert [each.thing for each in rows_of(RUN, only_failed=True)] == ["pump-2", "pump-4"]
    assert [each.thing for each in rows_of(RUN, only_failed=False)] == ["pump-1", "pump-2", "pump-3", "pump-4"]


def test_of_two_jobs_each_is_run_again_for_the_things_it_failed_on(opened: Opened, qtbot, tmp_path: Path) -> None:
    first = [row("pump-1", S.FAILED, 1), row("pump-2", S.SUCCEEDED, 2), row("pump-3", S.FAILED, 3)]
    second = [row("pump-1", S.SUCCEEDED, 1), row("pump-2", S.REJECTED, 2), row("pump-3", S.FAILED, 3)]
    report_files.write(report_of(*first, *(replace(each, job_id="re-1") for each in second)), tmp_path / "r.json")
    opened.window.opener.open_paths([tmp_path / "r.json"])
    action = opened.find(QAction, "act.report.againFailed")
    assert action.text() == "Only failed: 3 things"
    action.trigger()
    qtbot.waitUntil(lambda: len(opened.engine.operator.jobs) == 2)
    assert [job[1] for job in opened.engine.operator.jobs] == [["pump-1", "pump-3"], ["pump-2", "pump-3"]]
    assert opened.asked("start") == [(["pump-1", "pump-3", "pump-2"],)]


@pytest.fixture
def dropped(opened: Opened, qtbot, tmp_path: Path) -> Opened:
    """The folder of a headless run, dropped on the window."""
    folder = tmp_path / "run-7"
    folder.mkdir()
    report_files.write(RUN, folder / "report.json")
    report_files.write(RUN, folder / "report.html")
    assert drop(opened, held(folder)) == "Open the report"
    qtbot.waitUntil(lambda: opened.window.pages.current_id == "report")
    return opened


def test_a_run_folder_that_is_dropped_opens_as_a_report(dropped: Opened, qtbot) -> None:
    page = dropped.find(ReportPage, "reportPage")
    qtbot.waitUntil(lambda: page.report == RUN)
    assert dropped.find(QLabel, "reportSourceLabel").text().endswith("report.json")
    assert dropped.find(QAction, "act.report.againAll").text() == "Everything: 4 things"
    assert dropped.find(QAction, "act.report.againFailed").text() == "Only failed: 2 things"


def test_only_failed_runs_exactly_those_with_their_seeds(dropped: Opened, qtbot) -> None:
    dropped.find(QAction, "act.report.againFailed").trigger()
    qtbot.waitUntil(lambda: len(dropped.engine.operator.jobs) == 1)
    assert {spec.name: (spec.scenario, spec.seed) for spec in dropped.session.things.specs()} == {
        "pump-2": ("mix", 22), "pump-4": ("mix", 44),
    }  # fmt: skip
    assert dropped.asked("start") == [(["pump-2", "pump-4"],)]
    ((_, targets, document, *_),) = dropped.engine.operator.jobs
    assert targets == ["pump-2", "pump-4"]
    assert '"operation"' in document
    qtbot.waitUntil(lambda: dropped.window.pages.current_id == "fleet")
    qtbot.waitUntil(lambda: dropped.window.windowTitle().startswith("report[*] — 2 things"))
    assert dropped.window.isWindowModified()  # these two are in no file


def test_a_run_files_jobs_come_with_their_configurations(opened: Opened, qtbot, tmp_path: Path) -> None:
    (tmp_path / "LOAD.yaml").write_text(
        "fleet: {groups: [{prefix: pump-, count: 4}]}\njobs:\n"
        "  - {name: fw, document: firmware-update, timeoutConfig: {inProgressTimeoutInMinutes: 3}}\n"
        "  - {name: other, document: {operation: reboot}}\n"
    )
    run = report_of(row("pump-2", S.FAILED, 22), job="fw, other")
    run = replace(
        run, settings=replace(run.settings, run_file="elsewhere/LOAD.yaml"),
        executions=[replace(run.executions[0], job_id="fw-0a1b2c3d")],
    )  # fmt: skip
    report_files.write(run, tmp_path / "r.json")
    opened.window.opener.open_paths([tmp_path / "r.json"])
    opened.find(QAction, "act.report.againAll").trigger()
    qtbot.waitUntil(lambda: len(opened.engine.operator.jobs) == 1)
    assert opened.engine.operator.members == [{"timeoutConfig": {"inProgressTimeoutInMinutes": 3}}]
    assert "firmware" in str(opened.engine.operator.jobs[0][2])


def test_a_report_whose_scenario_is_not_here_changes_nothing(opened: Opened, qtbot, tmp_path: Path) -> None:
    report_files.write(report_of(row("pump-2", S.FAILED, 22, scenario="mine.yaml")), tmp_path / "r.json")
    opened.window.opener.open_paths([tmp_path / "r.json"])
    opened.find(QAction, "act.report.againFailed").trigger()
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["runAgain"])
    assert "scenario mine.yaml: is not here" in opened.find(QLabel, "banner_runAgain_label").text()
    assert len(opened.store) == 3


def test_a_report_whose_document_is_not_here_changes_nothing(opened: Opened, qtbot, tmp_path: Path) -> None:
    report_files.write(report_of(row("pump-2", S.FAILED, 22), job="gone.json"), tmp_path / "r.json")
    opened.window.opener.open_paths([tmp_path / "r.json"])
    opened.find(QAction, "act.report.againFailed").trigger()
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["runAgain"])
    assert "gone.json" in opened.find(QLabel, "banner_runAgain_label").text()
    assert len(opened.store) == 3


def test_a_report_with_a_name_that_no_thing_has_is_a_sentence(opened: Opened, qtbot, tmp_path: Path) -> None:
    report_files.write(report_of(row("a/#\u202e", S.FAILED, 1)), tmp_path / "r.json")
    opened.window.opener.open_paths([tmp_path / "r.json"])
    opened.find(QAction, "act.report.againFailed").trigger()
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["runAgain"])
    assert "is no name of a thing" in opened.find(QLabel, "banner_runAgain_label").text()
    assert len(opened.store) == 3


def test_with_nothing_to_run_there_is_nothing_to_click(opened: Opened, qtbot) -> None:
    opened.window.go_to("report")
    qtbot.waitUntil(lambda: not opened.tasks)
    assert not opened.find(QPushButton, "reportAgainButton").isEnabled()
    qtbot.mouseClick(opened.find(QPushButton, "reportDemoButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(opened.engine.operator.jobs) == 1)  # the demo's


def test_what_failed_in_this_session_fails_again_with_the_same_seeds(live: Opened, qtbot) -> None:
    """On the real engine: the demo of twenty things at twenty times real speed."""
    counts = live.store.status_counts
    ended = [CODE_OF[status] for status in (S.SUCCEEDED, S.FAILED, S.REJECTED, S.TIMED_OUT)]
    qtbot.waitUntil(lambda: sum(counts[code] for code in ended) == 20, timeout=PATIENCE)
    first_job = live.store.job[0]
    live.window.go_to("report")
    page = live.find(ReportPage, "reportPage")
    qtbot.waitUntil(lambda: page.report is not None and len(page.report.executions) == 20, timeout=PATIENCE)
    failed = {each.thing: (each.status_stored, each.seed) for each in rows_of(page.report, only_failed=True)}
    assert 0 < len(failed) < 20
    live.find(QAction, "act.report.againFailed").trigger()

    def is_over() -> bool:
        return all(
            (row := live.store.row_of.get(name)) is not None
            and live.store.job[row] not in ("", first_job)
            and live.store.status[row] in ended
            for name in failed
        )

    qtbot.waitUntil(is_over, timeout=PATIENCE)
    again = {name: live.store.row_of[name] for name in failed}
    assert {name: live.store.seed[row] for name, row in again.items()} == {n: seed for n, (_, seed) in failed.items()}
    assert {name: live.store.status[row] for name, row in again.items()} == {
        name: CODE_OF[status] for name, (status, _) in failed.items()
    }
    others = [row for name, row in live.store.row_of.items() if name not in failed]
    assert {live.store.job[row] for row in others} == {first_job}
