"""What a real run leaves behind: every form of report, an event log that tells all, the same twice with one seed."""

import json
import os
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from simulator import report_files
from simulator.compare import compare
from simulator.report import Report
from simulator.report_schema import schema
from tests.support.command import command, environment, ran

MIX = "success=3,fail=1,reject=1,timeout=1"


def run_of(directory: Path, name: str, *more: str) -> Report:
    """Carry out a small run in `directory`; return its report."""
    path = directory / f"{name}.json"
    done = ran(
        *("run", "-n", "24", "--scenario", MIX, "--job", "firmware-update", "--seed", "5", "--report", str(path)), *more
    )
    assert (done.status, done.errors.count("Traceback")) == (0, 0), done.errors
    return report_files.read(path)


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("workers", [0, 2])
def test_the_event_log_tells_every_message_and_transition_of_all_processes(tmp_path: Path, workers: int) -> None:
    log = tmp_path / "events.jsonl"
    came = run_of(
        tmp_path, "run", "--event-log", str(log), "--workers", str(workers), "--time-scale", "100",
    )  # fmt: skip
    lines = lines_of(log)
    kinds = Counter((line["kind"], line.get("direction")) for line in lines)
    assert kinds["message", "out"] == came.traffic.messages_out
    assert kinds["message", "in"] == came.traffic.messages_in
    assert came.health.event_log is not None
    assert (came.health.event_log.path, came.health.event_log.dropped) == (str(log), 0)
    assert came.health.event_log.written <= len(lines)
    assert {line["thing"] for line in lines} == {f"thing-{number:02d}" for number in range(1, 25)}
    last = {line["thing"]: line["status"] for line in lines if line["kind"] == "transition"}
    assert last == {row.thing: row.status_believed for row in came.executions}
    updates = [line for line in lines if line["kind"] == "message" and str(line["topic"]).endswith("/update")]
    assert all(line["expected_version"] == line["version_before"] for line in updates)
    answers = [line for line in lines if str(line.get("topic", "")).endswith("/update/accepted")]
    assert all(line["latency_ms"] > 0 for line in answers)  # type: ignore[operator]


def test_a_run_fills_series_timelines_health_and_every_form(tmp_path: Path) -> None:
    more = [word for form in ("html", "xml", "csv") for word in ("--report", str(tmp_path / f"run.{form}"))]
    came = run_of(tmp_path, "run", "--time-scale", "60", *more)
    plain = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema()).iter_errors(plain)) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.csv", "run.html", "run.json", "run.xml"]
    assert {status: sum(counts) for status, counts in came.series.ended.items()} == came.outcomes
    assert sum(came.series.updates) == came.latency.count == sum(count for _, count in came.latency.bars)
    assert sum(came.series.messages_out) == came.traffic.messages_out
    assert came.health.loop_lag_samples > 10
    assert came.series.rss_mib[-1] > 10
    failed = {row.thing for row in came.executions if row.status_stored != "SUCCEEDED"}
    told = {one.thing: one for one in came.timelines}
    assert failed <= told.keys()
    for row in came.executions:
        if row.thing in told:
            assert told[row.thing].entries[-1].status == row.status_stored
    assert came.command.startswith("thing-simulator run -n 24")
    assert came.libraries["msgspec"]


def test_the_same_seed_gives_the_same_run_at_another_speed_ramp_and_number_of_processes(tmp_path: Path) -> None:
    faulty = ("--scenario", "success=2,forgetful=1,duplicate-sender=1,fail=1")
    slow = run_of(tmp_path, "slow", *faulty, "--time-scale", "30")
    fast = run_of(tmp_path, "fast", *faulty, "--time-scale", "100", "--ramp", "50", "--workers", "2")
    made = compare(slow, fast)
    assert made.same, made.divergences
    assert set(slow.faults) >= {"stale-version", "duplicate-update"}
    assert slow.faults == fast.faults
    assert {one.name for one in made.settings} == {"time_scale", "ramp", "workers"}


def test_an_event_log_in_no_directory_is_told_before_anything_starts(tmp_path: Path) -> None:
    path = tmp_path / "no" / "events.jsonl"
    done = ran("run", "--job", "firmware-update", "--event-log", str(path))
    assert (done.status, done.output) == (2, "")
    assert done.errors == (f"thing-simulator: --event-log {path}: there is no directory {path.parent}; make it first\n")


@pytest.mark.skipif(os.name == "nt", reason="SIGINT cannot be sent to one process there")
def test_an_interrupted_run_writes_all_its_reports_and_its_event_log(tmp_path: Path) -> None:
    paths = [tmp_path / f"run.{form}" for form in ("json", "html", "xml", "csv")]
    log = tmp_path / "events.jsonl"
    more = [word for path in paths for word in ("--report", str(path))]
    process = subprocess.Popen(
        command(
            *("run", "-n", "5", "--scenario", "slow-success", "--job", "firmware-update", "--event-log", str(log)),
            *more,
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(),
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.strip() == "running":
            break
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert [path.name for path in paths if not path.is_file()] == []
    came = report_files.read(paths[0])
    assert came.interrupted
    assert "interrupted" in output
    assert "Interrupted" in paths[1].read_text(encoding="utf-8")
    assert '<error message="the run was interrupted' in paths[2].read_text(encoding="utf-8")
    assert len(lines_of(log)) >= 5
