"""The report page: the session's report as it is now, the report of a run that was opened, and its export."""

import json
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTreeWidget

from simulator import report_files
from simulator.demo import SHOW_TIME_SCALE
from simulator.jobs.model import JobStatus
from simulator.operator_views import ExecutionView
from simulator.report_parts import Timeline, TimelineEntry
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.report_page import ReportPage


def show_report(opened: Opened, qtbot: Any) -> ReportPage:
    """Two things succeeded, one failed; the report page is in front and filled."""
    opened.fleet.tell(
        [
            snapshot("thing-00001", status=JobStatus.SUCCEEDED, job_id="fw-1", execution_number=1, version=9),
            snapshot("thing-00002", status=JobStatus.SUCCEEDED, job_id="fw-1", execution_number=1, version=9),
            snapshot(
                "thing-00003",
                status=JobStatus.FAILED,
                job_id="fw-1",
                execution_number=1,
                version=4,
                details="checksum mismatch",
            ),
        ]
    )
    opened.window.page.tick()
    opened.window.go_to("report")
    page = opened.find(ReportPage, "reportPage")
    qtbot.waitUntil(lambda: page.report is not None and not opened.tasks)
    return page


def test_it_says_how_many_executions_ended_and_why_some_failed(opened: Opened, qtbot: Any) -> None:
    page = show_report(opened, qtbot)
    assert page.report is not None
    assert page.report.outcomes == {JobStatus.SUCCEEDED: 2, JobStatus.FAILED: 1}
    assert "3 of 3 executions have ended" in opened.find(QLabel, "reportVerdictLabel").text()
    trouble = opened.find(QTreeWidget, "reportTroubleTable").topLevelItem(0)
    assert trouble is not None
    assert [trouble.text(place) for place in range(4)] == ["Failed", "1", "checksum mismatch", "thing-00003"]


def reasons_shown(opened: Opened) -> list[str]:
    table = opened.window.findChildren(QTreeWidget, "reportTroubleTable")[-1]  # those before it are on their way out
    items = [table.topLevelItem(place) for place in range(table.topLevelItemCount())]
    return [item.text(2) for item in items if item is not None]


def test_a_reason_is_told_also_while_the_view_stands_in_the_past(opened: Opened, qtbot: Any) -> None:
    opened.fleet.tell([snapshot("thing-00003", status=JobStatus.QUEUED, job_id="fw-1", execution_number=1)])
    opened.window.page.rewind.seek(opened.fleet.at)
    opened.window.page.tick()
    opened.fleet.at += 5
    show_report(opened, qtbot)
    assert opened.store.in_past
    assert reasons_shown(opened) == ["checksum mismatch"]


def test_a_report_of_a_file_takes_its_reasons_from_the_file_and_not_from_the_things_of_here(
    opened: Opened, qtbot: Any, tmp_path: Path
) -> None:
    page = show_report(opened, qtbot)
    assert page.report is not None
    entry = TimelineEntry(after_seconds=1.0, status=JobStatus.FAILED, version=4, reason="disk full")
    timeline = Timeline(thing="thing-00003", job_id="fw-1", execution_number=1, entries=[entry])
    for timelines, told in (([timeline], "disk full"), ([], "its reason is not in the report")):
        path = tmp_path / "run.json"
        report_files.write(replace(page.report, timelines=timelines), path)
        page.open_file(path)
        assert reasons_shown(opened) == [told]


def test_it_claims_no_agreement_with_a_service_that_did_not_say_how_executions_stand(
    opened: Opened, qtbot: Any
) -> None:
    page = show_report(opened, qtbot)
    verdict = opened.find(QLabel, "reportVerdictLabel")
    said = "3 of 3 executions have ended, as the things believe; the service did not say how 3 stand."
    assert verdict.text() == said
    ended = zip(
        ("thing-00001", "thing-00002", "thing-00003"), (JobStatus.SUCCEEDED,) * 2 + (JobStatus.FAILED,), strict=True
    )
    opened.engine.operator.stored += [
        ExecutionView(thing_name=name, job_id="fw-1", execution_number=1, status=status) for name, status in ended
    ]
    page.refresh()
    qtbot.waitUntil(lambda: verdict.text() == "3 of 3 executions have ended; things and service agree.")
    assert page.report is not None
    page.report = replace(page.report, notices=["the service did not say how the executions of fw-1 stand: gone"])
    page._show()
    facts = [label.text() for label in opened.window.findChildren(QLabel)]
    assert "the service did not say how the executions of fw-1 stand: gone" in facts


def test_the_pace_is_that_of_the_demo_when_it_began_in_an_open_window(opened: Opened, qtbot: Any) -> None:
    assert opened.session.connection.time_scale == 1
    opened.trigger("act.app.demo")
    qtbot.waitUntil(lambda: len(opened.engine.operator.jobs) == 1)
    page = show_report(opened, qtbot)
    assert page.report is not None
    assert page.report.settings.time_scale == opened.session.connection.time_scale == SHOW_TIME_SCALE


def test_a_double_click_on_a_reason_shows_its_things(opened: Opened, qtbot: Any) -> None:
    show_report(opened, qtbot)
    table = opened.find(QTreeWidget, "reportTroubleTable")
    table.setCurrentItem(table.topLevelItem(0))
    table.itemActivated.emit(table.topLevelItem(0), 0)
    assert opened.window.pages.current_id == "fleet"
    assert opened.window.page.filter_edit.text() == "status:failed"


def test_every_form_of_export_is_written_and_the_banner_says_where(opened: Opened, qtbot: Any, tmp_path: Path) -> None:
    page = show_report(opened, qtbot)
    for ending in (".html", ".json", ".xml", ".csv"):
        path = tmp_path / f"out{ending}"
        page.export(path)
        assert path.stat().st_size > 200
        assert opened.window.banners.kinds()[0] == "reportSaved"
    assert len(json.loads((tmp_path / "out.json").read_text())["executions"]) == 3


def test_an_export_that_cannot_be_written_is_a_sentence(opened: Opened, qtbot: Any, tmp_path: Path) -> None:
    page = show_report(opened, qtbot)
    page.export(tmp_path / "nowhere" / "out.json")
    assert opened.window.banners.kinds()[0] == "reportFile"


def test_a_report_that_was_opened_stays_until_the_session_is_asked_for(
    opened: Opened, qtbot: Any, tmp_path: Path
) -> None:
    page = show_report(opened, qtbot)
    assert page.report is not None
    path = tmp_path / "run.json"
    report_files.write(page.report, path)
    page.open_file(path)
    assert opened.find(QLabel, "reportSourceLabel").text() == str(path)
    opened.window.go_to("fleet")
    opened.window.go_to("report")
    assert opened.find(QLabel, "reportSourceLabel").text() == str(path)
    qtbot.mouseClick(opened.find(QPushButton, "reportRefreshButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not opened.tasks)
    assert opened.find(QLabel, "reportSourceLabel").text() == "This session"


def test_a_file_that_is_no_report_is_a_sentence_and_changes_nothing(opened: Opened, qtbot: Any, tmp_path: Path) -> None:
    page = show_report(opened, qtbot)
    before = page.report
    path = tmp_path / "other.json"
    path.write_text("{}")
    page.open_file(path)
    assert opened.window.banners.kinds()[0] == "reportFile"
    assert page.report is before


def test_an_execution_that_thing_and_service_see_differently_is_named(opened: Opened, qtbot: Any) -> None:
    operator = opened.engine.operator
    operator.stored.append(
        ExecutionView(
            thing_name="thing-00001",
            job_id="fw-1",
            execution_number=1,
            status=JobStatus.TIMED_OUT,
        )
    )
    page = show_report(opened, qtbot)
    assert page.report is not None
    assert page.report.unexpected == 1
    assert opened.find(QLabel, "reportVerdictLabel").text().startswith("1 of 3 executions is not as it should be")
