"""Reports: what is in them, and that each form can be read by what it is for."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from simulator import report_files
from simulator.errors import InputError
from simulator.feed import Counters
from simulator.jobs.model import JobStatus
from simulator.metrics import Histogram, RunStatistics
from simulator.report import Report, health_of, latency_of, outcomes_of, parse, traffic_of
from tests.support.reports import report, row


def statistics(lag_ms: float = 1.0) -> RunStatistics:
    histogram = Histogram()
    for ms in range(1, 101):
        histogram.record(float(ms))
    counters = Counters(messages_in=30, messages_out=70, reconnects=2, rejects=3, dropped=4)
    return RunStatistics(counters=counters, latency=histogram.to_dict(), peak_rss_mib=51.26, worst_loop_lag_ms=lag_ms)


def test_percentiles_are_those_of_what_was_measured() -> None:
    latency = latency_of(statistics())
    assert latency.count == 100
    assert latency.p50_ms == pytest.approx(50, rel=0.01)
    assert latency.p90_ms == pytest.approx(90, rel=0.01)
    assert latency.p99_ms == pytest.approx(99, rel=0.01)
    assert latency.max_ms == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize(("lag_ms", "reliable"), [(0.0, True), (100.0, True), (100.1, False)])
def test_latencies_are_not_trusted_when_the_program_itself_was_late(lag_ms: float, reliable: bool) -> None:
    assert health_of(statistics(lag_ms)).latencies_reliable is reliable


def test_rates_are_per_real_second() -> None:
    traffic = traffic_of(statistics(), executions=5, real_seconds=10.0)
    assert (traffic.executions_per_second, traffic.messages_per_second) == (0.5, 10.0)
    assert (traffic.messages_in, traffic.messages_out, traffic.reconnects, traffic.rejects) == (30, 70, 2, 3)
    assert traffic_of(statistics(), 5, 0.0).executions_per_second == 0.0


def test_outcomes_are_counted_in_the_order_of_the_statuses() -> None:
    rows = [row("a", JobStatus.FAILED), row("b"), row("c", JobStatus.FAILED)]
    assert list(outcomes_of(rows).items()) == [(JobStatus.SUCCEEDED, 1), (JobStatus.FAILED, 2)]


def test_seconds_are_from_start_to_end() -> None:
    assert row().seconds == 2.5
    assert msgspec.structs.replace(row(), started_after_seconds=None).seconds is None
    assert msgspec.structs.replace(row(), ended_after_seconds=None).seconds is None


def test_json_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    report_files.write(report(), path)
    assert parse(path.read_bytes(), str(path)) == report()
    plain = json.loads(path.read_text(encoding="utf-8"))
    assert plain["schema"] == "thing-simulator/report"
    assert plain["schema_version"] == 3
    assert plain["executions"][1]["status_stored"] == "FAILED"
    assert plain["outcomes"] == {"SUCCEEDED": 1, "FAILED": 1}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"{", "run.json: is no report: Input data was truncated"),
        (b'{"schema": "other", "schema_version": 1}', "run.json: is no report: its schema is 'other'"),
        (
            b'{"schema": "thing-simulator/report", "schema_version": 4}',
            "run.json: was written by a later version of the program (schema 4, known is 3); update the program",
        ),
        (
            b'{"schema": "thing-simulator/report", "schema_version": 1}',
            "run.json: is a damaged report: Object missing required field `program_version`",
        ),
    ],
)
def test_what_is_no_report_is_told_so(text: bytes, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, "run.json")
    assert str(caught.value) == sentence


def test_csv_has_a_line_for_each_execution() -> None:
    lines = list(csv.DictReader(io.StringIO(report_files.to_csv(report()).decode(), newline="")))
    assert [line["thing"] for line in lines] == ["pump-01", "pump-02"]
    assert lines[0]["seconds"] == "2.5"
    assert lines[0]["expected"] == "SUCCEEDED"
    assert [line["as_expected"] for line in lines] == ["true", "false"]
    assert lines[1]["note"] == 'it was FAILED, not "SUCCEEDED"'


def test_csv_leaves_empty_what_is_not_known() -> None:
    unheard = msgspec.structs.replace(row(), status_believed=None, started_after_seconds=None)
    line = next(csv.DictReader(io.StringIO(report_files.to_csv(report(unheard)).decode(), newline="")))
    assert (line["status_believed"], line["started_after_seconds"], line["seconds"]) == ("", "", "")


def test_junit_has_a_case_for_each_execution_and_a_failure_for_the_unexpected() -> None:
    suite = ET.fromstring(report_files.to_junit(report())).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("time")) == ("2", "1", "10.500")
    assert suite.get("timestamp") == "2025-06-15T15:06:40"
    first, second = suite.findall("testcase")
    assert (first.get("classname"), first.get("name"), first.get("time")) == ("fw-1", "pump-01", "2.500")
    assert first.find("failure") is None
    failure = second.find("failure")
    assert failure is not None
    assert failure.get("type") == "FAILED"
    assert failure.get("message") == 'it was FAILED, not "SUCCEEDED"'
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert properties["seed"] == "42"


def test_junit_tells_the_time_of_a_case_in_real_seconds_as_that_of_the_suite() -> None:
    whole = report()
    fast = msgspec.structs.replace(whole, settings=msgspec.structs.replace(whole.settings, time_scale=20.0))
    suite = ET.fromstring(report_files.to_junit(fast)).find("testsuite")
    assert suite is not None
    assert suite.get("time") == "10.500"
    assert [case.get("time") for case in suite.findall("testcase")] == ["0.125", "0.125"]


def test_characters_that_xml_cannot_hold_do_not_spoil_the_file() -> None:
    note = "bell \a, null \0, lone \ud800, fine \N{GRINNING FACE}"
    failed = row("pump-02", JobStatus.FAILED, note)
    failure = ET.fromstring(report_files.to_junit(report(failed))).find(".//failure")
    assert failure is not None
    assert failure.get("message") == "bell \ufffd, null \ufffd, lone \ufffd, fine \N{GRINNING FACE}"


@pytest.mark.parametrize("ending", [".json", ".csv", ".xml", ".XML"])
def test_a_file_is_replaced_in_one_step_and_leaves_nothing_beside_it(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"run{ending}"
    path.write_text("the old one", encoding="utf-8")
    report_files.write(report(), path)
    assert b"pump-02" in path.read_bytes()
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_the_old_file_stays_when_the_new_one_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    path.write_text("the old one", encoding="utf-8")

    def fails(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(InputError, match=r"run\.json: cannot be written: no space left on device"):
        report_files.write(report(), path)
    assert path.read_text(encoding="utf-8") == "the old one"
    assert [found.name for found in tmp_path.iterdir()] == ["run.json"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("run.html", "not yet: reports as .html; end it in .json, .csv, .xml"),
        ("run", "has no ending that says what to write; end it in .json, .csv, .xml"),
        ("no/where/run.json", "there is no directory"),
        ("taken.csv", "is a directory; name a file in it"),
    ],
)
def test_paths_are_checked_before_a_run(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "taken.csv").mkdir()
    path = tmp_path / name
    with pytest.raises(InputError) as caught:
        report_files.check_paths([tmp_path / "fine.json", path])
    assert str(caught.value).startswith(f"--report {path}: {sentence}")


def test_fine_paths_are_fine_and_nothing_is_left_of_the_trial(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("the old one", encoding="utf-8")
    report_files.check_paths([tmp_path / "a.json", tmp_path / "b.xml", Path("c.csv")])
    assert [(found.name, found.read_text(encoding="utf-8")) for found in tmp_path.iterdir()] == [
        ("a.json", "the old one")
    ]


def test_a_place_where_nothing_can_be_written_is_told_before_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: object) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", fails)
    with pytest.raises(InputError) as caught:
        report_files.check_paths([tmp_path / "run.json"])
    sentence = "cannot be written: permission denied; name a file where you may write"
    assert str(caught.value) == f"--report {tmp_path / 'run.json'}: {sentence}"


def test_one_path_that_fails_does_not_keep_the_report_from_the_others(tmp_path: Path) -> None:
    gone, fine = tmp_path / "gone" / "run.json", tmp_path / "run.csv"
    errors = report_files.write_all(report(), [gone, fine])
    assert {path: str(error) for path, error in errors.items()} == {
        gone: f"--report {gone}: cannot be written: no such file or directory"
    }
    assert fine.is_file()


def test_a_report_says_how_long_the_run_took() -> None:
    whole: Report = report()
    assert whole.real_seconds == 10.5
