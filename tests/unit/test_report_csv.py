"""Reports as CSV: one line for each execution, and nothing in it that a spreadsheet would carry out."""

import csv
import io

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.jobs.model import JobStatus
from simulator.report import Report
from simulator.report_csv import to_csv
from tests.support.reports import report, rich_report, row


def lines_of(whole: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(whole).decode(), newline="")))


def test_there_is_a_line_for_each_execution() -> None:
    lines = lines_of(report())
    assert [line["thing"] for line in lines] == ["pump-01", "pump-02"]
    assert lines[0]["seconds"] == "2.5"
    assert lines[0]["expected"] == "SUCCEEDED"
    assert [line["as_expected"] for line in lines] == ["true", "false"]
    assert lines[1]["note"] == 'it was FAILED, not "SUCCEEDED"'


def test_what_is_not_known_is_left_empty() -> None:
    unheard = msgspec.structs.replace(row(), status_believed=None, started_after_seconds=None)
    (line,) = lines_of(report(unheard))
    assert (line["status_believed"], line["started_after_seconds"], line["seconds"]) == ("", "", "")


def test_faults_of_a_thing_stand_beside_its_executions() -> None:
    whole = msgspec.structs.replace(report(), faults_by_thing={"pump-02": {"drop-line": 2, "reboot": 1}})
    assert [line["faults_of_thing"] for line in lines_of(whole)] == ["", "drop-line=2 reboot=1"]


@pytest.mark.parametrize(
    "note", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("http://x")']
)
def test_what_a_spreadsheet_would_take_for_a_formula_is_text(note: str) -> None:
    (line,) = lines_of(report(row("pump-02", JobStatus.FAILED, note)))
    assert line["note"] == f"'{note}"


@settings(deadline=None)
@given(st.text(max_size=80))
def test_whatever_is_noted_comes_back_from_one_line_of_rfc_4180(note: str) -> None:
    whole = to_csv(report(row("pump-02", JobStatus.FAILED, note)))
    assert whole.endswith(b"\r\n")
    (line,) = lines_of(report(row("pump-02", JobStatus.FAILED, note)))
    assert line["note"].removeprefix("'") == note.encode("utf-8", "replace").decode().removeprefix("'")


def test_a_large_report_has_as_many_lines() -> None:
    assert len(lines_of(rich_report())) == 500
