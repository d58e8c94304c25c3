"""Reports: a small one in which one of two executions was not as its scenario says, and a rich one."""

import math
from collections import Counter
from random import Random

from simulator.feed import Counters
from simulator.histogram import Histogram
from simulator.jobs.model import JobStatus
from simulator.metrics import EventLogTotals, RunStatistics
from simulator.report import (
    AssertionResult,
    AssertionStatus,
    ExecutionRow,
    Health,
    Latency,
    Report,
    Settings,
    health_of,
    latency_of,
    outcomes_of,
    traffic_of,
)
from simulator.report_parts import Timeline, TimelineEntry
from simulator.report_series import SeriesRecorder


def row(thing: str = "pump-01", status: JobStatus = JobStatus.SUCCEEDED, note: str = "") -> ExecutionRow:
    """Return an execution that was to succeed."""
    return ExecutionRow(
        thing=thing,
        scenario="success",
        seed=7,
        job_id="fw-1",
        execution_number=1,
        status_believed=status,
        status_stored=status,
        version_believed=5,
        version_stored=5,
        expected=[JobStatus.SUCCEEDED],
        as_expected=status is JobStatus.SUCCEEDED,
        note=note,
        queued_after_seconds=0.0,
        started_after_seconds=1.0,
        ended_after_seconds=3.5,
    )


def report(*rows: ExecutionRow) -> Report:
    """Return a report with these executions, or with one that succeeded and one that failed."""
    executions = list(rows) or [row(), row("pump-02", JobStatus.FAILED, 'it was FAILED, not "SUCCEEDED"')]
    return Report(
        program_version="0.1.0",
        python_version="3.11.7",
        platform="linux",
        began_at=1_750_000_000.0,
        ended_at=1_750_000_010.5,
        settings=Settings(
            things=2, seed=42, scenario="success", time_scale=1.0, mqtt="127.0.0.1:1883", http="http://127.0.0.1:8000"
        ),
        outcomes=outcomes_of(executions),
        unexpected=sum(not one.as_expected for one in executions),
        executions=executions,
        latency=Latency(count=9, p50_ms=1.5, p90_ms=3.0, p99_ms=4.5, max_ms=5.0),
        health=Health(worst_loop_lag_ms=12.0),
        notices=["the line was down for 3 s"],
    )


SCENARIOS = (
    (JobStatus.SUCCEEDED, "success", 0.79),
    (JobStatus.SUCCEEDED, "slow-success", 0.11),
    (JobStatus.FAILED, "fail", 0.05),
    (JobStatus.TIMED_OUT, "timeout", 0.03),
    (JobStatus.REJECTED, "reject", 0.02),
)


def rich_report(things: int = 500, seed: int = 7) -> Report:
    """Return the report of a made-up run with something in every part: a busy morning of 90 real seconds."""
    chance = Random(seed)
    began_at, time_scale, bins = 1_795_509_099.0, 10.0, 180
    rows, timelines = [], []
    for number in range(1, things + 1):
        thing = f"pump-{number:03d}"
        ((status, scenario, _),) = chance.choices(SCENARIOS, [share for *_, share in SCENARIOS])
        start = 20 + 500 * number / things + chance.random() * 20
        took = chance.lognormvariate(5.2 if scenario == "slow-success" else 4.4, 0.35)
        is_odd = number % 167 == 0
        stored = JobStatus.TIMED_OUT if is_odd else status
        rows.append(
            ExecutionRow(
                thing=thing,
                scenario=scenario,
                seed=chance.randrange(2**53),
                job_id="firmware-2.1-7c1e",
                execution_number=1,
                status_believed=stored,
                status_stored=stored,
                version_believed=9,
                version_stored=9,
                expected=[status],
                as_expected=stored is status,
                note="" if stored is status else f"it was TIMED_OUT, and {scenario} ends in {status}",
                queued_after_seconds=round(chance.random(), 3),
                started_after_seconds=round(start, 3),
                ended_after_seconds=round(start + took, 3),
            )
        )
        if stored is not JobStatus.SUCCEEDED or number % 5 == 0:
            timelines.append(_timeline(rows[-1], start / time_scale, took / time_scale))
    latency, lag = Histogram(), Histogram()
    recorder = SeriesRecorder()
    for number in range(bins):
        at = 2.0 + number * 0.5
        load = math.sin(math.pi * number / bins) ** 0.6
        for _ in range(int(3 + 60 * load)):
            latency.record(chance.lognormvariate(0.9 + load * 0.7, 0.55))
            if chance.random() < 0.01:
                latency.record(chance.gauss(60, 12))
        lag.record(abs(chance.gauss(1.0 + 5 * load, 2)) + (131.0 if number == 120 else 0.0))
        ended = Counter(
            row.status_stored
            for row in rows
            if (row.ended_after_seconds or 0) <= (at - 2.0) * time_scale and row.status_stored
        )
        recorder.take(
            at,
            RunStatistics(
                counters=Counters(
                    messages_in=int(90 * number * (0.4 + load / 3)),
                    messages_out=int(62 * number * (0.4 + load / 3)),
                    finished=ended.total(),
                    connected=min(things, number * 25),
                ),
                latency=latency.to_dict(),
                loop_lag=lag.to_dict(),
                rss_mib=96 + 22 * (1 - math.exp(-number / 30)) + chance.random(),
            ),
            ended,
        )
    statistics = RunStatistics(
        counters=Counters(
            messages_in=16_412,
            messages_out=11_904,
            rejects=41,
            rejections={"VersionMismatch": 30, "InvalidStateTransition": 11},
            reconnects=23,
            dropped=310,
        ),
        latency=latency.to_dict(),
        loop_lag=lag.to_dict(),
        worst_loop_lag_ms=lag.percentile(100),
        peak_rss_mib=121.4,
        rss_mib=118.0,
        events=EventLogTotals(written=29_774),
    )
    faults_by_thing = {
        f"pump-{number:03d}": {name: chance.randint(1, 4)}
        for number in range(1, things + 1, 9)
        for name in [chance.choice(["drop-line", "lose-reply", "duplicate-update", "stale-version", "reboot"])]
    }
    faults: Counter[str] = Counter()
    for one in faults_by_thing.values():
        faults.update(one)
    return Report(
        program_version="0.1.0",
        python_version="3.11.7",
        platform="Linux-6.12-x86_64",
        began_at=began_at,
        ended_at=began_at + 2.0 + bins * 0.5,
        exit_status=1,
        settings=Settings(
            things=things,
            seed=seed,
            scenario="success=79,slow-success=11,fail=5,timeout=3,reject=2",
            time_scale=time_scale,
            mqtt="127.0.0.1:1883",
            http="http://127.0.0.1:8000",
            job="jobs/firmware-2.1.json",
            jobs=1,
            ramp=50.0,
            workers=2,
            timeout_seconds=300.0,
            versions_compared=things,
            event_log="events.jsonl",
        ),
        connected=things,
        outcomes=outcomes_of(rows),
        unexpected=sum(not row.as_expected for row in rows),
        executions=rows,
        latency=latency_of(statistics),
        traffic=traffic_of(statistics, things, 88.0),
        health=health_of(statistics, "events.jsonl"),
        notices=["50 of 500 things lost their line at 08:32:10; they are back after 6 s"],
        assertions=[
            AssertionResult(
                name="outcome",
                sentence="at least 85 % of the executions are SUCCEEDED within 90 s",
                status=AssertionStatus.PASSED,
                observed="89.4 % after 78.2 s",
                at_seconds=78.2,
            ),
            AssertionResult(
                name="latency",
                sentence="p99 of the update latency is at most 20 ms",
                status=AssertionStatus.FAILED,
                observed="p99 was 23.1 ms over 7,911 updates",
                at_seconds=92.0,
            ),
            AssertionResult(
                name="abort",
                sentence="the job is aborted after 10 % failures",
                status=AssertionStatus.UNDECIDED,
                observed="8 % had failed when the run ended",
            ),
        ],
        faults=dict(sorted(faults.items())),
        faults_by_thing=faults_by_thing,
        series=recorder.series(),
        timelines=timelines,
        command="thing-simulator run --fleet fleet.yaml --job jobs/firmware-2.1.json --seed 7 --report run.html",
        libraries={"paho-mqtt": "2.2.0", "msgspec": "0.22.0", "boto3": "1.44.5", "uvloop": "0.23.0"},
    )


def _timeline(one: ExecutionRow, begin: float, took: float) -> Timeline:
    steps = ("", "download", "download", "verify", "install", "restart")
    entries = [
        TimelineEntry(
            after_seconds=round(begin + took * number / 6, 3),
            status=JobStatus.IN_PROGRESS if number else JobStatus.QUEUED,
            version=number + 1,
            step=step,
        )
        for number, step in enumerate(steps)
    ]
    assert one.status_stored is not None
    last = TimelineEntry(
        after_seconds=round(begin + took, 3), status=one.status_stored, version=7, step="restart", reason=one.note
    )
    return Timeline(thing=one.thing, job_id=one.job_id, execution_number=1, entries=[*entries, last])
