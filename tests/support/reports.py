"""A small report of a run in which one of two executions was not as its scenario says."""

from simulator.jobs.model import JobStatus
from simulator.report import ExecutionRow, Health, Latency, Report, Settings, outcomes_of


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
