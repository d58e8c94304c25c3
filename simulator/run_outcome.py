"""What came of a run: the service's own list beside what the things believe, and the report of it all."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

import simulator
from simulator import report as reports
from simulator.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_UNEXPECTED_OUTCOME, EXIT_UNREACHABLE
from simulator.local_fleet import LocalFleet
from simulator.metrics import RunStatistics
from simulator.operator import Operator
from simulator.operator_views import ExecutionView, JobView
from simulator.report import ExecutionRow, Report
from simulator.report_parts import Series, Timeline
from simulator.run_plan import Plan
from simulator.verdict import Wanted, agrees, believed_rows_of, rows_of
from simulator.versions import library_versions, platform_text
from simulator.watch import Watch
from simulator.worker import WorkerFleet

AGREE_SECONDS: Final = 2.0  # an answer may still be on its way to the thing when the service has counted it already
VERSIONS_COMPARED: Final = 500  # one call each


class End(StrEnum):
    """How a run came to its end."""

    DONE = "done"
    TIMED_OUT = "timed out"
    INTERRUPTED = "interrupted"
    LOST = "endpoint lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What `compare` found, and of how many executions the version numbers were compared."""

    rows: Sequence[ExecutionRow] = ()
    versions_compared: int = 0
    jobs: Mapping[str, JobView] = field(default_factory=dict)


async def compare(
    plan: Plan,
    job_ids: Sequence[str],
    operator: Operator,
    fleet: LocalFleet | WorkerFleet,
    watch: Watch,
    wanted: Mapping[str, Wanted] | None = None,
    *,
    in_haste: bool = False,
) -> Outcome:
    """Ask the service for all executions of these jobs, and hold against them what the things believe.

    `in_haste` waits for nothing that is still on its way, and asks for no version numbers: a person waits.
    """
    views = {job_id: await operator.executions(job_id) for job_id in job_ids}
    specs = {spec.name: spec for spec in plan.specs}
    listed = [view for found in views.values() for view in found if view.thing_name in specs]

    def differing() -> list[ExecutionView]:
        return [view for view in listed if not agrees(view, watch.beliefs.get(_key(view)))]

    if not in_haste:
        await watch.until(lambda: not differing() and watch.all_rest(), AGREE_SECONDS)
    watch.unsure.update(view.thing_name for view in differing())
    watch.unsure.update(watch.things_with_unknown_faults())
    await ask_unsure(fleet, watch)
    asked = [] if in_haste else _spread(listed, VERSIONS_COMPARED)
    versions = await operator.version_numbers(asked)
    jobs = {job_id: await operator.describe_job(job_id) for job_id in job_ids}
    created_at = {job_id: job.created_at for job_id, job in jobs.items()}
    rows = rows_of(views, specs, plan.scenarios, watch.beliefs, versions, created_at, wanted)
    return Outcome(rows=_with_faults(rows, watch), versions_compared=len(asked), jobs=jobs)


def believed(plan: Plan, job_ids: Sequence[str], watch: Watch, wanted: Mapping[str, Wanted] | None = None) -> Outcome:
    """Return what the things believe, where the service cannot be asked."""
    specs = {spec.name: spec for spec in plan.specs}
    return Outcome(rows=_with_faults(believed_rows_of(job_ids, specs, plan.scenarios, watch.beliefs, wanted), watch))


def _with_faults(rows: Sequence[ExecutionRow], watch: Watch) -> list[ExecutionRow]:
    """Return the rows with the faults that were had in each execution."""
    had = [watch.faults.get((row.thing, row.job_id, row.execution_number)) for row in rows]
    return [replace(row, faults=dict(sorted(one.items()))) if one else row for row, one in zip(rows, had, strict=True)]


async def ask_unsure(fleet: LocalFleet | WorkerFleet, watch: Watch) -> None:
    """Look into the timelines of things whose snapshots did not tell how an execution ended."""
    while watch.unsure:
        detail = await fleet.detail(watch.unsure.pop())
        if detail is not None:
            watch.take_in(detail)


def _key(view: ExecutionView) -> tuple[str, str, int]:
    return view.thing_name, view.job_id, view.execution_number


def _spread(views: Sequence[ExecutionView], most: int) -> list[ExecutionView]:
    """Return at most `most` of the executions, taken evenly from all of them."""
    if len(views) <= most:
        return list(views)
    return [views[number * len(views) // most] for number in range(most)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a run went. Moments in real epoch seconds; `jobs_seconds` real seconds from the first job to the last end."""

    mqtt: str
    http: str
    workers: int
    jobs_made: int
    began_at: float
    ended_at: float
    jobs_seconds: float
    end: End
    lost: str = ""  # which endpoint was lost, when and why, in a sentence
    assertions: Sequence[reports.AssertionResult] = ()
    job_ids: Sequence[str] = ()  # in the order in which they were made
    series: Series | None = None
    timelines: Sequence[Timeline] = ()


def report_of(plan: Plan, course: Course, outcome: Outcome, statistics: RunStatistics, watch: Watch) -> Report:
    """Return the report of a run."""
    rows = sorted(outcome.rows, key=lambda row: (row.thing, row.job_id, row.execution_number))
    unexpected = sum(not row.as_expected for row in rows)
    ended = sum(row.status_stored is not None and row.status_stored.is_terminal for row in rows)
    return Report(
        program_version=simulator.__version__,
        python_version=platform.python_version(),
        platform=platform_text(),
        libraries=library_versions(),
        began_at=course.began_at,
        ended_at=course.ended_at,
        interrupted=course.end is End.INTERRUPTED,
        timed_out=course.end is End.TIMED_OUT,
        endpoint_lost=course.lost,
        exit_status=_exit_status(
            course.end, unexpected, has_jobs=plan.document is not None, all_hold=_all_hold(course.assertions)
        ),
        assertions=list(course.assertions),
        settings=_settings_of(plan, course, outcome),
        connected=watch.most_connected,
        outcomes=reports.outcomes_of(rows),
        unexpected=unexpected,
        executions=rows,
        latency=reports.latency_of(statistics),
        traffic=reports.traffic_of(statistics, ended, course.jobs_seconds),
        health=reports.health_of(statistics, os.fspath(plan.options.event_log or ""), rows),
        job_ids=list(course.job_ids),
        notices=list(watch.notices),
        faults=dict(sorted(statistics.counters.faults.items())),
        faults_by_thing={
            name: dict(sorted(one.faults.items())) for name, one in sorted(watch.snapshots.items()) if one.faults
        },
        series=course.series or Series(),
        timelines=list(course.timelines),
    )


def _settings_of(plan: Plan, course: Course, outcome: Outcome) -> reports.Settings:
    options = plan.options
    return reports.Settings(
        things=len(plan.specs),
        seed=plan.seed,
        scenario=plan.scenario_text,
        time_scale=options.time_scale,
        mqtt=course.mqtt,
        http=course.http,
        job=options.job or ", ".join(dict.fromkeys(job.name for job in plan.jobs)),
        jobs=course.jobs_made,
        ramp=options.ramp or 0.0,
        workers=course.workers,
        timeout_seconds=options.timeout_seconds,
        fleet_file=os.fspath(options.fleet_file or ""),
        run_id=plan.run_id,
        run_file=options.run_file.read.file if options.run_file is not None else "",
        versions_compared=outcome.versions_compared,
        event_log=os.fspath(options.event_log or ""),
    )


def _all_hold(assertions: Sequence[reports.AssertionResult]) -> bool:
    return all(one.status is reports.AssertionStatus.PASSED for one in assertions)


def _exit_status(end: End, unexpected: int, *, has_jobs: bool, all_hold: bool) -> int:
    """Return the exit status; a run without jobs is over when its time is, so that is as asked for."""
    if end is End.INTERRUPTED:
        return EXIT_INTERRUPTED
    if end is End.LOST:
        return EXIT_UNREACHABLE
    if unexpected or not all_hold or (end is End.TIMED_OUT and has_jobs):
        return EXIT_UNEXPECTED_OUTCOME
    return EXIT_OK
