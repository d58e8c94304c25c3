"""Reports: what is in them, and that each form can be read by what it is for."""

import json
import logging
from pathlib import Path

import msgspec
import pytest

from simulator import report_files
from simulator.errors import InputError
from simulator.feed import Counters
from simulator.histogram import Histogram
from simulator.jobs.model import JobStatus
from simulator.metrics import EventLogTotals, RunStatistics
from simulator.report import Report, health_of, latency_of, outcomes_of, parse, traffic_of, unreliable
from simulator.report_parts import EventLogPart
from tests.support.reports import report, rich_report, row


def statistics(lag_ms: float = 1.0) -> RunStatistics:
    histogram = Histogram()
    for ms in range(1, 101):
        histogram.record(float(ms))
    counters = Counters(
        messages_in=30, messages_out=70, reconnects=2, rejects=3, dropped=4, rejections={"VersionMismatch": 3}
    )
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
    assert traffic.rejections == {"VersionMismatch": 3}
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
        (b"{", "run.json: is no JSON report: it is damaged, or something else; give the .json that --report wrote"),
        (
            b'"""text',
            "run.json: is no JSON report: it is damaged, or something else; give the .json that --report wrote",
        ),
        (b"", "run.json: is no JSON report: it is empty; give the .json that --report wrote"),
        (b"<?xml version='1.0'?>", "run.json: is no JSON report: it is XML; give the .json that --report wrote"),
        (b"\n<!DOCTYPE html>", "run.json: is no JSON report: it is an HTML page; give the .json that --report wrote"),
        (
            b"[]",
            (
                "run.json: is no report, though it is JSON: Expected `object`, got `array`; "
                "give the .json that --report wrote"
            ),
        ),
        (
            b'{"schema": "other", "schema_version": 1}',
            "run.json: is no report: its schema is 'other'; give the .json that --report wrote",
        ),
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


@pytest.mark.parametrize("ending", [".json", ".csv", ".xml", ".XML", ".html"])
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
        ("run.pdf", "is no kind of report: .pdf; end it in .json, .html, .csv, .xml"),
        ("run", "has no ending that says what to write; end it in .json, .html, .csv, .xml"),
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


def test_a_full_disk_for_one_report_is_a_sentence_and_the_others_still_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, table, xml = tmp_path / "run.html", tmp_path / "run.csv", tmp_path / "run.xml"
    replace = Path.replace

    def fails_for_the_page(self: Path, target: Path) -> Path:
        if target == page:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails_for_the_page)
    errors = report_files.write_all(report(), [page, table, xml])
    assert {path: str(error) for path, error in errors.items()} == {
        page: f"--report {page}: cannot be written: no space left on device"
    }
    assert sorted(found.name for found in tmp_path.iterdir()) == ["run.csv", "run.xml"]


def test_a_mistake_in_one_form_is_logged_and_the_others_still_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_: Report) -> bytes:
        raise TypeError("no")

    monkeypatch.setitem(report_files.WRITERS, ".csv", breaks)
    with caplog.at_level(logging.ERROR):
        errors = report_files.write_all(report(), [tmp_path / "run.csv", tmp_path / "run.json"])
    assert [path.name for path in errors] == ["run.csv"]
    assert "could not be made (TypeError: no)" in str(errors[tmp_path / "run.csv"])
    assert [found.name for found in tmp_path.iterdir()] == ["run.json"]


def test_a_report_is_read_again_and_what_cannot_be_is_told(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    report_files.write(rich_report(), path)
    assert report_files.read(path) == rich_report()
    with pytest.raises(InputError) as caught:
        report_files.read(tmp_path / "none.json")
    assert str(caught.value) == f"{tmp_path / 'none.json'}: cannot be read: no such file or directory"


def test_a_report_of_schema_2_is_read_with_defaults_for_what_it_lacks() -> None:
    plain = json.loads(report_files.to_json(report()))
    added = ("assertions", "series", "timelines", "faults", "faults_by_thing", "libraries", "command", "job_ids")
    for name in added:
        del plain[name]
    for part, names in (
        ("latency", ("p999_ms", "bars")),
        ("traffic", ("rejections",)),
        ("health", ("loop_lag_p50_ms", "loop_lag_p99_ms", "loop_lag_samples", "event_log")),
        ("settings", ("event_log", "run_file", "run_id")),
    ):
        for name in names:
            del plain[part][name]
    plain["schema_version"] = 2
    old = parse(json.dumps(plain).encode(), "old.json")
    assert old == msgspec.structs.replace(report(), schema_version=2)


def test_lag_and_what_became_of_the_event_log_are_part_of_health() -> None:
    lag = Histogram()
    for ms in (1.0,) * 98 + (40.0, 140.0):
        lag.record(ms)
    health = health_of(
        msgspec.structs.replace(
            statistics(140.0), loop_lag=lag.to_dict(), events=EventLogTotals(written=5, dropped=2, error="disk full")
        ),
        "events.jsonl",
    )
    assert health.loop_lag_p50_ms == pytest.approx(1.0, rel=0.01)
    assert health.loop_lag_p99_ms == pytest.approx(40.0, rel=0.01)
    assert (health.loop_lag_samples, health.latencies_reliable) == (100, False)
    assert health.event_log == EventLogPart(path="events.jsonl", written=5, dropped=2, error="disk full")
    assert unreliable(health) == (
        "Latencies are unreliable: the program's own loop was up to 140 ms late (p99 40 ms); "
        "they are trusted up to 100 ms"
    )


def test_of_a_late_run_those_timeouts_are_doubted_that_need_not_have_been() -> None:
    ends = [
        (JobStatus.TIMED_OUT, JobStatus.TIMED_OUT, [JobStatus.SUCCEEDED]),
        (JobStatus.TIMED_OUT, JobStatus.TIMED_OUT, [JobStatus.SUCCEEDED, JobStatus.TIMED_OUT]),
        (JobStatus.TIMED_OUT, JobStatus.TIMED_OUT, [JobStatus.TIMED_OUT]),  # its scenario can do nothing else
        (None, JobStatus.TIMED_OUT, [JobStatus.FAILED]),  # the service could not be asked
        (JobStatus.FAILED, JobStatus.FAILED, [JobStatus.SUCCEEDED]),
    ]
    rows = [
        msgspec.structs.replace(report().executions[0], status_stored=stored, status_believed=believed, expected=can)
        for stored, believed, can in ends
    ]
    late = health_of(statistics(140.0), rows=rows)
    assert late.doubtful_timeouts == 3
    assert unreliable(late).endswith(
        "trusted up to 100 ms; 3 executions ended TIMED_OUT, which may be this lateness too"
    )
    assert "1 execution ended TIMED_OUT" in unreliable(health_of(statistics(140.0), rows=rows[:1]))
    assert health_of(statistics(99.0), rows=rows).doubtful_timeouts == 0


def test_a_report_says_how_long_the_run_took() -> None:
    whole: Report = report()
    assert whole.real_seconds == 10.5
