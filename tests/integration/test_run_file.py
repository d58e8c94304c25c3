"""Run files carried out from end to end: the examples, jobs in time, assertions, and the same outcomes every time."""

import asyncio
import json
from pathlib import Path

from simulator import run_file
from simulator.jobs.model import JobStatus as S
from simulator.report import AssertionStatus, Report
from simulator.run import HeadlessRun, RunProgress
from simulator.run_plan import plan
from tests.support.command import ran

EXAMPLES = Path(__file__).parents[2] / "examples" / "fleet"


async def carried_out(text: str, folder: Path = Path(), **switches: object) -> tuple[Report, list[str]]:
    """Run a run file; return the report, and the sentences that were told meanwhile."""
    told: list[str] = []

    def on_progress(progress: RunProgress) -> None:
        if progress.told:
            told.append(progress.told)

    prepared = plan(run_file.parse(text, "run.yaml", folder).options(switches))
    report = await HeadlessRun(prepared, on_progress).go(asyncio.Event())
    return report, told


def test_the_example_runs_from_the_command_line_and_says_what_held(tmp_path: Path) -> None:
    report = tmp_path / "run.json"
    done = ran("run", str(EXAMPLES / "RUN.yaml"), "--report", str(report), "--seed", "7")
    assert (done.status, "Traceback" in done.errors) == (0, False), done.errors + done.output
    assert "assertion “≥ 60 % SUCCEEDED within 300 s of job firmware” holds:" in done.errors
    assert done.output.count("assertion passed") == 6
    written = json.loads(report.read_bytes())
    assert [one["status"] for one in written["assertions"]] == ["passed"] * 6
    assert len(written["executions"]) == 67
    assert {row["thing"] for row in written["executions"] if row["job_id"].startswith("reboot")} == {
        "meter-a1",
        "meter-a2",
        "meter-b1",
    }


def test_the_examples_are_checked_without_starting_anything() -> None:
    done = ran("check", str(EXAMPLES / "RUN.yaml"), str(EXAMPLES / "FLEET.yaml"))
    assert done.status == 0, done.errors
    assert done.output.splitlines() == [
        f"{EXAMPLES / 'RUN.yaml'}: fine; 64 things, 2 jobs, 6 assertions",
        f"{EXAMPLES / 'FLEET.yaml'}: fine; 64 things, types pump, groups plant-north, the last begin after 5 s",
    ]


async def test_assertions_that_do_not_hold_are_status_1_and_in_the_report() -> None:
    text = """\
fleet: {groups: [{prefix: a-, count: 10, scenario: {success: 1, fail: 1}}]}
jobs: [{document: reboot}]
time_scale: 100
seed: 1
assertions:
  - {name: all well, status: SUCCEEDED, at_least: 100 %}
  - {name: some failed, status: FAILED, at_least: 1}
  - {name: at once, status: SUCCEEDED, at_least: 1, within: 0.001 s}
  - {name: never idle, latency: max, at_most: 0 ms}
  - {name: cancelled, aborted: true}
"""
    report, told = await carried_out(text)
    assert {one.name: one.status.value for one in report.assertions} == {
        "all well": "failed",
        "some failed": "passed",
        "at once": "failed",
        "never idle": "failed",
        "cancelled": "failed",
    }
    assert report.unexpected == 0
    assert report.exit_status == 1
    assert sum("≥ 1 FAILED" in sentence and "holds" in sentence for sentence in told) == 1
    failed = next(one for one in report.assertions if one.name == "some failed")
    assert failed.at_seconds is not None
    assert 0 < failed.at_seconds < report.real_seconds


async def test_the_verdict_that_counts_is_made_from_the_services_own_times() -> None:
    """At this speed a tenth of a real second is ten simulated ones; the service knows milliseconds."""
    text = """\
fleet: {groups: [{prefix: a-, count: 20, scenario: steady-success}]}
jobs: [{document: reboot}]
time_scale: 100
seed: 3
assertions: []
"""
    report, _ = await carried_out(text)
    ends = sorted(row.ended_after_seconds for row in report.executions if row.ended_after_seconds is not None)
    again = text.replace("assertions: []", "assertions: [{status: SUCCEEDED, at_least: 1, within: 3600 s}]")
    report, _ = await carried_out(again)
    first = min(row.ended_after_seconds or 1e9 for row in report.executions)
    (assertion,) = report.assertions
    assert assertion.observed == f"1 of 20 (5 %) SUCCEEDED after {first:g} s"
    assert len(ends) == 20


async def test_jobs_are_created_at_their_time_for_their_things_only() -> None:
    text = """\
fleet: {groups: [{prefix: a-, count: 6, thing_groups: [even]}, {prefix: b-, count: 4, start_after: 30 s}]}
time_scale: 100
seed: 1
jobs:
  - {name: late, document: reboot, at: 60 s, things: [b-*]}
  - {name: early, document: reboot, target_group: even}
"""
    report, _ = await carried_out(text)
    assert report.exit_status == 0
    by_job = {name: [row for row in report.executions if row.job_id.startswith(name)] for name in ("early", "late")}
    assert {row.thing[:2] for row in by_job["early"]} == {"a-"}
    assert {row.thing[:2] for row in by_job["late"]} == {"b-"}
    assert (len(by_job["early"]), len(by_job["late"])) == (6, 4)
    assert report.real_seconds > 0.6


async def test_a_job_that_its_abort_criteria_cancel_is_as_expected_and_asserted(tmp_path: Path) -> None:
    text = """\
fleet:
  groups:
    - {prefix: bad-, count: 4, scenario: fail}
    - {prefix: slow-, count: 16, scenario: idle.yaml}
time_scale: 100
seed: 1
jobs:
  - name: fw
    document: reboot
    abortConfig:
      criteriaList: [{failureType: FAILED, thresholdPercentage: 50, minNumberOfExecutedThings: 2}]
assertions:
  - {aborted: true, at_least: 50 %, status: FAILED, job: fw}
  - {aborted: true, within: 10 min}
  - {status: CANCELED, exactly: 16}
"""
    idle = "name: idle\nstart: none\nsteps: []\nend: silence\n"
    (tmp_path / "idle.yaml").write_text(idle, encoding="utf-8")
    report, _ = await carried_out(text, tmp_path)
    assert [one.note for one in report.executions if not one.as_expected] == []
    assert report.outcomes == {S.FAILED: 4, S.CANCELED: 16}
    assert [one.status for one in report.assertions] == [AssertionStatus.PASSED] * 3, report.assertions
    assert report.exit_status == 0


FIVE_HUNDRED = """\
fleet:
  groups:
    - prefix: t-
      count: 500
      scenario: {flaky.yaml: 8, fail: 1, reject: 1}
      attributes: {site: {choices: [oslo, bergen]}}
seed: 42
jobs: [{document: firmware-update}]
assertions: [{status: FAILED, at_least: 5 %}]
"""
FLAKY = """\
name: flaky
steps:
  - {name: download, duration: {between: [1, 20]}, progress: {to: 60}, fail_chance: 0.3, reason: connection lost}
  - {name: apply, duration: {between: [1, 5]}, progress: {to: 100}, fail_chance: 0.2}
end: SUCCEEDED
"""


async def test_500_things_end_the_same_way_at_any_ramp_and_speed(tmp_path: Path) -> None:
    (tmp_path / "flaky.yaml").write_text(FLAKY, encoding="utf-8")

    async def outcomes(**switches: object) -> dict[str, tuple[S | None, int]]:
        report, _ = await carried_out(FIVE_HUNDRED, tmp_path, **switches)
        assert report.exit_status == 0, report.assertions
        assert report.faults == {}
        return {row.thing: (row.status_stored, row.version_believed) for row in report.executions}

    first = await outcomes(time_scale=50.0)
    assert len(first) == 500
    assert {status for status, _ in first.values()} == {S.SUCCEEDED, S.FAILED, S.REJECTED}
    assert await outcomes(time_scale=100.0, ramp=500.0) == first
    assert await outcomes(time_scale=25.0, workers=2) == first
