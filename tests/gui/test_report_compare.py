"""Two runs side by side on the report page: counts, percentiles, what differs, and a shape at what is worse."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QTreeWidget, QWidget

from simulator import report_files
from simulator.compare import compare
from simulator.jobs.model import JobStatus as S
from simulator.report import Report
from tests.gui.conftest import Opened
from tests.support.reports import report, row
from ui import report_compare_rows
from ui.report_page import ReportPage

LEFT = Qt.MouseButton.LeftButton


def with_latency(made: Report, p50: float, p99: float) -> Report:
    return replace(made, latency=replace(made.latency, p50_ms=p50, p90_ms=p50, p99_ms=p99, p999_ms=p99, max_ms=p99))


BEFORE = with_latency(report(row("a"), row("b"), row("c", S.FAILED)), 4.0, 10.0)
NOW = with_latency(report(row("a"), row("b", S.TIMED_OUT), row("c")), 4.2, 15.0)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    before, now = tmp_path / "before.json", tmp_path / "now.json"
    for made, path in ((BEFORE, before), (NOW, now)):
        report_files.write(made, path, where=str(path))
    return before, now


def test_what_is_worse_in_the_second_run_is_marked_and_noise_is_not() -> None:
    compared = compare(BEFORE, NOW)
    assert [(line.name, line.a, line.b, line.is_worse) for line in report_compare_rows.outcomes(compared)] == [
        ("Succeeded", "2", "2", False),
        ("Failed", "1", "0", False),
        ("Timed out", "0", "1", True),
    ]
    worse = {line.name: line.is_worse for line in report_compare_rows.percentiles(compared)}
    assert worse == {"p50": False, "p90": False, "p99": True, "p999": True, "max": True}
    things = report_compare_rows.divergences(compared)
    assert [(line.name, line.a, line.b, line.is_worse) for line in things] == [
        ("b · job 1", "Succeeded", "Timed out", True),  # what is worse comes first
        ("c · job 1", "Failed", "Succeeded", False),
    ]
    assert report_compare_rows.verdict(compared) == (False, "2 things came out differently.")


def test_a_run_beside_itself_is_the_same() -> None:
    compared = compare(NOW, NOW)
    assert report_compare_rows.verdict(compared) == (True, "Both runs came out the same.")
    rows = [*report_compare_rows.outcomes(compared), *report_compare_rows.percentiles(compared)]
    assert not any(line.is_worse or line.change for line in rows)
    assert report_compare_rows.divergences(compared) == list(report_compare_rows.others(compared)) == []


def test_fewer_that_succeeded_are_worse_also_where_none_failed() -> None:
    compared = compare(report(row("a"), row("b")), report(row("a"), row("b", S.IN_PROGRESS)))
    assert {line.name for line in report_compare_rows.outcomes(compared) if line.is_worse} == {"Succeeded"}


def page_with(opened: Opened, path: Path) -> ReportPage:
    opened.window.go_to("report")
    page = opened.find(ReportPage, "reportPage")
    page.open_file(path)
    return page


def table(opened: Opened, name: str) -> QTreeWidget:
    return opened.window.findChildren(QTreeWidget, name)[-1]


def texts(found: QTreeWidget) -> list[list[str]]:
    items = [found.topLevelItem(place) for place in range(found.topLevelItemCount())]
    return [[item.text(place) for place in range(4)] for item in items]


def test_compare_with_another_run_is_chosen_in_a_dialog_and_left_again(
    opened: Opened, qtbot: Any, files: tuple[Path, Path]
) -> None:
    before, now = files
    page = page_with(opened, now)
    qtbot.mouseClick(opened.find(QPushButton, "reportCompareButton"), LEFT)
    dialog = opened.find(QFileDialog, "reportCompareDialog")
    dialog.fileSelected.emit(str(before))
    dialog.reject()
    assert opened.find(QLabel, "reportVerdictLabel").text() == "2 things came out differently."
    assert opened.find(QLabel, "reportSourceLabel").text() == f"A: {before}\nB: {now}"
    assert ["Timed out", "0", "1", "+1 · worse"] in texts(table(opened, "reportCompareOutcomes"))
    latency = table(opened, "reportCompareLatency")
    assert texts(latency)[2] == ["p99", "10.00 ms", "15.00 ms", "+5.00 ms (+50.0 %) · worse"]
    marks = [latency.topLevelItem(place).icon(3).pixmap(14).toImage() for place in range(5)]
    assert [mark != marks[0] for mark in marks] == [False, False, True, True, True]  # the shape, and none
    assert texts(table(opened, "reportCompareThings"))[0] == ["b · job 1", "Succeeded", "Timed out", "worse"]
    back = opened.find(QPushButton, "reportBackButton")
    qtbot.mouseClick(back, LEFT)
    assert not back.isVisible()
    assert opened.find(QLabel, "reportSourceLabel").text() == str(now)
    assert page.report is not None
    assert page.report.executions == NOW.executions


def test_a_file_that_is_no_report_leaves_the_page_as_it_is(
    opened: Opened, files: tuple[Path, Path], tmp_path: Path
) -> None:
    page = page_with(opened, files[1])
    other = tmp_path / "other.json"
    other.write_text("{}")
    page.compare_with(other)
    assert opened.find(QLabel, "reportSourceLabel").text() == str(files[1])
    assert opened.find(QWidget, "banner_reportFile").isVisible()


def drop(opened: Opened, path: Path) -> str:
    """Drop a file on the middle of the window; return what the outline said before."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at, action, none = QPoint(400, 300), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    window = opened.window
    window.dragEnterEvent(QDragEnterEvent(at, action, data, LEFT, none))
    window.dragMoveEvent(QDragMoveEvent(at, action, data, LEFT, none))
    said = window._outline.words
    window.dropEvent(QDropEvent(at.toPointF(), action, data, LEFT, none))
    return str(said)


def test_a_second_report_that_is_dropped_on_the_first_is_compared_with_it(
    opened: Opened, qtbot: Any, files: tuple[Path, Path]
) -> None:
    before, now = files
    opened.window.go_to("fleet")
    assert drop(opened, now) == "Open the report"  # nothing is shown yet that it could be compared with
    qtbot.waitUntil(lambda: opened.window.pages.current_id == "report")
    source = opened.find(QLabel, "reportSourceLabel")
    qtbot.waitUntil(lambda: source.text() == str(now))
    assert drop(opened, before) == "Compare with the report that is shown"
    qtbot.waitUntil(lambda: source.text() == f"A: {before}\nB: {now}")
