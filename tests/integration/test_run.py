"""Headless runs from end to end: a real endpoint process, real sockets, boto3, and what they leave behind."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from simulator import report, report_files
from simulator.demo import demo_plan
from simulator.endpoint.process import LocalEndpoint
from simulator.errors import UnreachableError
from simulator.jobs.model import JobStatus as S
from simulator.operator import Operator
from simulator.report import Report
from simulator.run import HeadlessRun, Phase, RunProgress
from simulator.run_plan import Plan, RunOptions, plan
from tests.support.command import command, environment
from tests.support.lines import no_dialling_threads

FAST = 200.0  # a minute in 0.3 s


@pytest.fixture
async def endpoint() -> AsyncIterator[LocalEndpoint]:
    async with LocalEndpoint(time_scale=FAST) as started:
        yield started


async def carried_out(prepared: Plan, stop: asyncio.Event | None = None) -> Report:
    """Run a plan, and see that nothing of it is left."""
    before = {thread.name for thread in threading.enumerate()}
    tasks = asyncio.all_tasks()
    came = await HeadlessRun(prepared).go(stop or asyncio.Event())
    assert asyncio.all_tasks() == tasks
    await no_dialling_threads()
    left = {thread.name for thread in threading.enumerate()} - before
    assert {name for name in left if not name.startswith("asyncio_")} == set()  # the loop's own pool, ended with it
    return came


async def test_every_kind_of_end_is_as_expected_and_reported(tmp_path: Path) -> None:
    reports = (tmp_path / "run.json", tmp_path / "run.xml", tmp_path / "run.csv")
    scenario = "success=3,fail=2,reject=2,timeout=2"
    came = await carried_out(
        plan(RunOptions(things=25, scenario=scenario, job="firmware-update", seed=5, time_scale=FAST))
    )
    assert came.exit_status == 0
    assert report_files.write_all(came, reports) == {}
    assert [row.note for row in came.executions if not row.as_expected] == []
    assert set(came.outcomes) == {S.SUCCEEDED, S.FAILED, S.REJECTED, S.TIMED_OUT}
    assert sum(came.outcomes.values()) == 25
    assert all(row.version_believed == row.version_stored for row in came.executions)
    assert came.settings.versions_compared == 25
    assert came.latency.count > 25
    assert came.connected == 25
    simulated = came.real_seconds * FAST
    for row in came.executions:
        assert 0 <= (row.queued_after_seconds or 0) <= (row.ended_after_seconds or 0) <= simulated
        assert row.seconds is None or row.seconds / FAST <= came.real_seconds
    assert report.parse(reports[0].read_bytes(), "run.json") == came
    suite = ET.fromstring(reports[1].read_bytes()).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("25", "0")
    assert len(reports[2].read_text(encoding="utf-8").splitlines()) == 26


async def test_the_same_seed_gives_the_same_outcome_to_the_same_thing(tmp_path: Path) -> None:
    flaky = tmp_path / "flaky.yaml"
    flaky.write_text(
        "name: flaky\nsteps:\n  - {name: work, duration: 1, fail_chance: 0.5, reason: bad luck}\nend: SUCCEEDED\n",
        encoding="utf-8",
    )

    async def outcomes(seed: int) -> dict[str, S | None]:
        options = RunOptions(things=30, scenario=str(flaky), job="reboot", seed=seed, time_scale=FAST)
        came = await carried_out(plan(options))
        assert came.exit_status == 0
        return {row.thing: row.status_stored for row in came.executions}

    first = await outcomes(11)
    assert set(first.values()) == {S.SUCCEEDED, S.FAILED}
    assert await outcomes(11) == first
    assert await outcomes(12) != first


async def test_several_jobs_and_worker_processes_lose_no_execution() -> None:
    options = RunOptions(things=8, jobs=6, job="config-change", workers=2, seed=1, time_scale=FAST)
    came = await carried_out(plan(options))
    assert [row.note for row in came.executions if not row.as_expected] == []
    assert (came.exit_status, came.outcomes, came.settings.workers) == (0, {S.SUCCEEDED: 48}, 2)
    order = [(row.thing, row.job_id, row.execution_number) for row in came.executions]
    assert order == sorted(order)


async def test_silence_without_a_timeout_of_its_own_ends_by_the_timeout_of_the_job(tmp_path: Path) -> None:
    silent = tmp_path / "silent.yaml"
    silent.write_text("name: silent\nsteps:\n  - {name: work, duration: 5}\nend: silence\n", encoding="utf-8")
    came = await carried_out(plan(RunOptions(things=2, scenario=str(silent), job="reboot", time_scale=FAST)))
    assert (came.exit_status, came.outcomes) == (0, {S.TIMED_OUT: 2})


async def test_things_that_leave_their_execution_queued_do_not_hold_up_the_run(tmp_path: Path) -> None:
    idle = tmp_path / "idle.yaml"
    idle.write_text("name: idle\nstart: none\nsteps: []\nend: silence\n", encoding="utf-8")
    options = RunOptions(things=12, scenario=f"{idle},success", job="reboot", seed=2, time_scale=FAST)
    came = await carried_out(plan(options))
    assert came.exit_status == 0
    assert set(came.outcomes) == {S.SUCCEEDED, S.QUEUED}


async def test_an_endpoint_that_runs_already_is_used_and_left_running(endpoint: LocalEndpoint) -> None:
    options = RunOptions(
        things=120, job="reboot", mqtt=f"mqtt://{endpoint.mqtt_address}", http=endpoint.http_url, time_scale=FAST
    )
    came = await carried_out(plan(options))
    assert (came.exit_status, came.outcomes) == (0, {S.SUCCEEDED: 120})
    async with Operator(endpoint.http_url) as operator:
        (job,) = await operator.list_jobs()
        assert job.status == "COMPLETED"
        described = await operator.describe_job(job.job_id)
        assert [target.rpartition(":")[2] for target in described.targets] == [f"thinggroup/{job.job_id}-things"]


async def test_an_end_that_no_scenario_says_is_told_and_is_status_1(endpoint: LocalEndpoint) -> None:
    """Somebody cancels the job by force while the things are at work."""
    options = RunOptions(
        things=3, scenario="slow-success", job="reboot", mqtt=endpoint.mqtt_address, http=endpoint.http_url
    )
    run = HeadlessRun(plan(options))
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        going = group.create_task(run.go(stop))
        await run.watch.until(lambda: run.watch.counters.by_status.get(S.IN_PROGRESS) == 3, 30)
        async with Operator(endpoint.http_url) as operator:
            await operator.cancel_job(run.job_ids[0], force=True)
    came = going.result()
    assert (came.exit_status, came.outcomes, came.unexpected) == (1, {S.CANCELED: 3}, 3)
    assert came.executions[0].note == "it is CANCELED; the scenario ends in SUCCEEDED"
    assert came.executions[0].status_believed is S.CANCELED


async def test_the_time_being_over_is_status_1_and_the_report_says_how_things_stood() -> None:
    options = RunOptions(things=2, scenario="slow-success", job="reboot", timeout_seconds=8.0)
    came = await carried_out(plan(options))
    assert (came.exit_status, came.timed_out, came.unexpected) == (1, True, 2)
    assert came.outcomes == {S.IN_PROGRESS: 2}


async def test_without_a_job_it_serves_until_it_is_told_to_stop() -> None:
    stop = asyncio.Event()
    phases: list[Phase] = []

    def told(progress: RunProgress) -> None:
        phases.append(progress.phase)
        if progress.phase is Phase.SERVING:
            stop.set()

    came = await HeadlessRun(plan(RunOptions(things=3)), told).go(stop)
    assert (came.exit_status, came.interrupted, came.connected, came.executions) == (130, True, 3, [])
    assert phases[-1] is Phase.SERVING


async def test_without_a_job_the_time_being_over_is_as_asked_for() -> None:
    came = await carried_out(plan(RunOptions(things=1, timeout_seconds=4.0)))
    assert (came.exit_status, came.timed_out, came.connected) == (0, True, 1)


async def test_an_endpoint_that_dies_midway_is_told() -> None:
    killed: list[int] = []

    def told(progress: RunProgress) -> None:
        if progress.phase is Phase.RUNNING and not killed:
            assert run.endpoint is not None
            assert run.endpoint.pid is not None
            killed.append(run.endpoint.pid)
            os.kill(run.endpoint.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

    run = HeadlessRun(plan(RunOptions(things=2, scenario="slow-success", job="reboot")), told)
    came = await run.go(asyncio.Event())
    assert came.exit_status == 3
    assert re.match(r"the local endpoint was lost after \d+ s: its process ended with status", came.endpoint_lost)
    assert [row.thing for row in came.executions] == ["thing-01", "thing-02"]


async def test_a_foreign_endpoint_that_is_lost_midway_leaves_a_report_of_what_the_things_believe(
    endpoint: LocalEndpoint,
) -> None:
    options = RunOptions(
        things=3, scenario="slow-success", job="reboot", mqtt=endpoint.mqtt_address, http=endpoint.http_url
    )
    run = HeadlessRun(plan(options))
    async with asyncio.TaskGroup() as group:
        going = group.create_task(run.go(asyncio.Event()))
        await run.watch.until(lambda: run.watch.counters.by_status.get(S.IN_PROGRESS) == 3, 30)
        await endpoint.close()
    came = going.result()
    assert (came.exit_status, came.unexpected) == (3, 3)
    assert re.match(rf"{endpoint.http_url} was lost after \d+ s: connection refused$", came.endpoint_lost)
    assert [row.note for row in came.executions] == [
        "the thing believes IN_PROGRESS, the service could not be asked"
    ] * 3


async def test_a_control_plane_that_is_not_there_is_told(endpoint: LocalEndpoint, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    options = RunOptions(job="reboot", mqtt=endpoint.mqtt_address, http=url)
    with pytest.raises(UnreachableError, match=f"{url} cannot be reached: connection refused"):
        await carried_out(plan(options))


async def test_the_demo_ends_by_itself_and_well() -> None:
    came = await carried_out(demo_plan(3, time_scale=100.0))
    assert (came.exit_status, came.unexpected) == (0, 0)
    assert came.outcomes == {S.SUCCEEDED: 17, S.FAILED: 1, S.TIMED_OUT: 1, S.REJECTED: 1}


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_demo_without_a_display_is_shown_in_the_terminal() -> None:
    done = subprocess.run(
        command("demo", "--seed", "1", "--time-scale", "100"),
        capture_output=True, text=True, encoding="utf-8", env=environment(), timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.startswith("thing-simulator: there is no display here, so the demo is shown in the terminal\n")
    assert "SUCCEEDED 17  FAILED 1  TIMED_OUT 1  REJECTED 1" in done.stdout
    assert "every execution ended as its scenario says" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", ["0", "1"])
def test_an_interrupted_run_stops_cleanly_and_writes_its_report(
    tmp_path: Path, number: signal.Signals, workers: str
) -> None:
    """The signal comes to the process and to its whole group, as from `timeout`: that is one interruption."""
    path = tmp_path / "run.json"
    process = subprocess.Popen(
        command(
            "run", "--things", "3", "--scenario", "slow-success", "--job", "reboot", "--workers", workers,
            "--report", str(path),
        ),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True,
    )  # fmt: skip
    with process:
        assert process.stderr is not None
        assert process.stdout is not None
        for line in process.stderr:
            if line.strip() == Phase.RUNNING:
                break
        process.send_signal(number)
        os.killpg(process.pid, number)
        for line in process.stderr:
            if line.strip() == Phase.COMPARING:
                break
        os.killpg(process.pid, number)  # in the middle of the clean stop
        assert process.wait(15) == 130
        assert process.stderr.read() == ""
        assert "interrupted; everything has been stopped" in process.stdout.read()
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["interrupted"] is True
    assert len(told["executions"]) == 3
    assert told["notices"] == []
