"""Runs that are told to stop, at any moment: within three seconds, with a report, and with nothing left behind."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from simulator import run, run_file
from simulator.endpoint.process import LocalEndpoint
from simulator.report import Report
from simulator.run import HeadlessRun, Phase, RunProgress
from simulator.run_plan import Plan, RunOptions, plan
from tests.support.command import command, environment
from tests.support.lines import no_dialling_threads

CLEAN_STOP_SECONDS = 3.0
RUN = """\
fleet: {groups: [{prefix: t-, count: 100, scenario: success}]}
ramp: 100
time_scale: 20
jobs:
  - {name: first, document: reboot, count: 3}
  - {name: second, document: reboot, at: 10 s}
assertions: [{status: SUCCEEDED, at_least: 100 %}]
"""
SHORT = RUN.replace(", count: 3", "").replace("ramp: 100", "ramp: 0")

if sys.platform == "win32":
    pytest.skip("a console's Ctrl-C cannot be sent to one process there", allow_module_level=True)


# --- in this process: at moments that are known -----------------------------------------------------------------------


async def stopped(prepared: Plan, phase: Phase, done: int = 0) -> tuple[Report, float]:
    """Stop a run once it has come so far in a phase; return the report and the seconds that the stop took."""
    stop = asyncio.Event()
    asked_at: list[float] = []

    def on_progress(progress: RunProgress) -> None:
        if progress.phase is phase and progress.done >= done and not stop.is_set():
            asked_at.append(time.monotonic())
            stop.set()

    before = {thread.name for thread in threading.enumerate()}
    tasks = asyncio.all_tasks()
    report = await HeadlessRun(prepared, on_progress).go(stop)
    took = time.monotonic() - asked_at[0]
    assert asyncio.all_tasks() == tasks
    await no_dialling_threads()
    left = {thread.name for thread in threading.enumerate()} - before
    assert {name for name in left if not name.startswith(("asyncio_", "operator"))} == set()
    return report, took


@pytest.mark.parametrize(
    ("phase", "done"),
    [
        (Phase.STARTING, 0),
        (Phase.REGISTERING, 0),
        (Phase.REGISTERING, 48),
        (Phase.CONNECTING, 0),
        (Phase.CONNECTING, 50),
        (Phase.CREATING_JOBS, 0),
        (Phase.CREATING_JOBS, 2),
        (Phase.RUNNING, 50),
        (Phase.COMPARING, 0),
        (Phase.REMOVING, 0),
        (Phase.REMOVING, 64),
    ],
)
async def test_a_run_stops_cleanly_in_every_phase(phase: Phase, done: int) -> None:
    text, speed = (SHORT, 400.0) if phase in (Phase.COMPARING, Phase.REMOVING) else (RUN, 20.0)
    options = run_file.parse(text, "run.yaml").options({"seed": 1, "remove_things": True, "time_scale": speed})
    prepared = plan(options)
    report, took = await stopped(prepared, phase, done)
    assert (report.interrupted, report.exit_status) == (True, 130)
    assert [one.status.value for one in report.assertions] in (["undecided"], ["passed"], ["failed"])
    assert took < CLEAN_STOP_SECONDS


async def test_a_run_with_worker_processes_stops_cleanly_too() -> None:
    prepared = plan(run_file.parse(RUN, "run.yaml").options({"seed": 1, "workers": 2}))
    report, took = await stopped(prepared, Phase.RUNNING, 20)
    assert (report.interrupted, report.exit_status) == (True, 130)
    assert took < CLEAN_STOP_SECONDS


# --- as a person does it: another process, at moments drawn from a seed -----------------------------------------------


def interrupted(tmp_path: Path, after_seconds: float, number: signal.Signals) -> tuple[int, float, Path, str]:
    """Start the run, send the signal; return exit status, seconds until it had ended, report, and standard error."""
    written = tmp_path / "run.yaml"
    written.write_text(RUN, encoding="utf-8")
    report = tmp_path / "report.json"
    process = subprocess.Popen(
        command("run", str(written), "--report", str(report)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stderr is not None
    first = process.stderr.readline()  # it has begun
    time.sleep(after_seconds)
    sent_at = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    return process.returncode, time.monotonic() - sent_at, report, first + errors


CHANCE = random.Random(20)
MOMENTS = [round(CHANCE.uniform(0, 4), 2) for _ in range(4)]


@pytest.mark.parametrize(
    ("after_seconds", "number"),
    [(0.0, signal.SIGTERM), *((at, signal.SIGINT if n % 2 else signal.SIGTERM) for n, at in enumerate(MOMENTS))],
)
def test_a_signal_at_any_moment_is_a_clean_stop_with_a_report(
    tmp_path: Path, after_seconds: float, number: signal.Signals
) -> None:
    status, took, report, errors = interrupted(tmp_path, after_seconds, number)
    assert status == 130, errors
    assert "Traceback" not in errors
    assert took < CLEAN_STOP_SECONDS
    assert json.loads(report.read_bytes())["interrupted"] is True


def test_a_second_ctrl_c_while_it_stops_spoils_nothing_and_every_report_is_written(tmp_path: Path) -> None:
    written = tmp_path / "run.yaml"
    written.write_text(RUN, encoding="utf-8")
    reports = [tmp_path / f"report.{ending}" for ending in ("json", "html", "xml", "csv")]
    wanted = [word for report in reports for word in ("--report", str(report))]
    process = subprocess.Popen(
        command("run", str(written), *wanted),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stderr is not None
    told = ""
    while not told.startswith("running"):
        told = process.stderr.readline()
        assert told
    sent_at = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)  # a person who presses it again, while the first still stops everything
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in errors) == (130, False), errors
    assert time.monotonic() - sent_at < CLEAN_STOP_SECONDS
    assert "interrupted; everything has been stopped" in output
    assert all(report.stat().st_size > 0 for report in reports)
    assert json.loads(reports[0].read_bytes())["interrupted"] is True


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only there one can see which signals are caught")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_the_program_still_imports_is_status_130(number: signal.Signals) -> None:
    process = subprocess.Popen(
        command("run", "--things", "2"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )
    try:
        while not catches(process.pid, signal.SIGTERM):
            assert process.poll() is None
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, "Traceback" in errors) == (130, False), errors


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler of its own for a signal."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


# --- while something else is frozen -----------------------------------------------------------------------------------


async def test_a_frozen_endpoint_does_not_hold_up_the_stop() -> None:
    prepared = plan(run_file.parse(RUN, "run.yaml").options({"seed": 1}))
    stop = asyncio.Event()
    running = HeadlessRun(prepared)
    frozen_at: list[float] = []

    async def freeze() -> None:
        await running.watch.until(lambda: running.watch.ended > 5, 60)
        assert running.endpoint is not None
        assert running.endpoint.pid is not None
        os.kill(running.endpoint.pid, signal.SIGSTOP)
        await asyncio.sleep(1.5)  # by now a call of the control plane waits for its answer
        frozen_at.append(time.monotonic())
        stop.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(freeze())
        report = await running.go(stop)
    assert time.monotonic() - frozen_at[0] < CLEAN_STOP_SECONDS
    assert (report.interrupted, report.exit_status) == (True, 130)
    assert any("did not say how the executions stand" in notice for notice in report.notices)


# --- lines that do not come, or do not come back ----------------------------------------------------------------------


async def test_lost_lines_end_the_run_after_a_documented_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only MQTT is gone; the control plane answers all the while."""
    monkeypatch.setattr(run, "PATIENCE_SECONDS", 1.0)
    async with LocalEndpoint(time_scale=20) as endpoint:
        host, _, port = endpoint.mqtt_address.rpartition(":")
        server, cut = await proxy(host, int(port))
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        options = RunOptions(
            things=6, scenario="slow-success", job="reboot", mqtt=address, http=endpoint.http_url, time_scale=5.0
        )
        running = HeadlessRun(plan(options))

        async def cut_the_lines() -> None:
            await running.watch.until(lambda: running.jobs.made != [] and len(running.watch.beliefs) == 6, 30)
            cut()

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(cut_the_lines())
            report = await running.go(asyncio.Event())
    assert report.exit_status == 3
    assert report.endpoint_lost.startswith("no thing has had a connection for 1 s (")
    assert len(report.executions) == 6
    assert all(row.status_stored is not None for row in report.executions)  # the service was asked


async def test_a_thing_that_never_connects_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(run, "STRAGGLER_SECONDS", 0.5)
    async with LocalEndpoint(time_scale=50) as endpoint:
        host, _, port = endpoint.mqtt_address.rpartition(":")
        server, cut = await proxy(host, int(port), at_most=5)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        options = RunOptions(things=6, job="reboot", mqtt=address, http=endpoint.http_url, time_scale=50.0)
        async with asyncio.timeout(30):
            report = await HeadlessRun(plan(options)).go(asyncio.Event())
        cut()
    assert report.exit_status == 3
    assert report.endpoint_lost.startswith("1 of 6 things has had no connection for 1 s (")
    assert sum(row.as_expected for row in report.executions) == 5


async def proxy(host: str, port: int, at_most: int = 1000):  # type: ignore[no-untyped-def]
    """Return a server that hands connections on, and what cuts all of them and takes no more; the probe is free."""
    open_ones: set[asyncio.StreamWriter] = set()
    accepted = 0

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
        except OSError:
            pass
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal accepted
        first = await reader.read(65536)
        if not first or accepted >= at_most:
            writer.close()
            return
        accepted += 1
        there, out = await asyncio.open_connection(host, port)
        open_ones.update((writer, out))
        out.write(first)
        await asyncio.gather(pump(reader, out), pump(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)

    def cut() -> None:
        server.close()
        for writer in open_ones:
            writer.transport.abort()

    return server, cut
