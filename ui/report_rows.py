"""A report as rows of text for the report page. Pure: the report's value in, words and numbers out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from simulator.held_time import HELD
from simulator.jobs.model import JobStatus
from ui.numbers import counted, grouped

if TYPE_CHECKING:
    from simulator.feed import ThingSnapshot
    from simulator.report import ExecutionRow, Report

EXAMPLES: Final = 3
NOTICES: Final = 5  # shown; the exported report has them all
Key = tuple[str, str, int]  # thing, job id, execution number
BAD: Final = frozenset({JobStatus.FAILED, JobStatus.TIMED_OUT, JobStatus.REJECTED, JobStatus.CANCELED})


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Report", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRow:
    """How the executions of one scenario stand."""

    scenario: str
    total: int
    by_status: Mapping[JobStatus, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleRow:
    """Executions that ended badly for the same reason, with some of their things."""

    status: JobStatus
    reason: str
    count: int
    things: tuple[str, ...]


def status_of(row: "ExecutionRow") -> JobStatus | None:
    """What the service has stored, else what the thing believes."""
    return row.status_stored or row.status_believed


def by_scenario(report: "Report") -> list[ScenarioRow]:
    """One row for each scenario, the largest first."""
    counts: dict[str, Counter[JobStatus]] = {}
    for row in report.executions:
        status = status_of(row)
        if status is not None:
            counts.setdefault(row.scenario or tr("(unknown)"), Counter())[status] += 1
    rows = [ScenarioRow(scenario=name, total=sum(found.values()), by_status=found) for name, found in counts.items()]
    return sorted(rows, key=lambda row: (-row.total, row.scenario))


def reasons_of(report: "Report", newest: "Iterable[ThingSnapshot]" = ()) -> dict[Key, str]:
    """Why executions ended, "" for no reason: from the report's timelines, and from what its things are `newest` at.

    A report holds the timelines of some of its executions only; of the others nothing is known.
    """
    reasons = {
        (one.thing, one.job_id, one.execution_number): next((e.reason for e in reversed(one.entries) if e.reason), "")
        for one in report.timelines
    }
    reasons.update(((one.name, one.job_id, one.execution_number), one.details) for one in newest)
    return reasons


def troubles(report: "Report", reasons: Mapping[Key, str]) -> list[TroubleRow]:
    """Bad ends grouped by reason, of which `reasons` has what is known."""
    groups: dict[tuple[JobStatus, str], list[str]] = {}
    for row in report.executions:
        status = status_of(row)
        if status in BAD or row.note:
            known = reasons.get((row.thing, row.job_id, row.execution_number))
            unknown = tr("its reason is not in the report") if known is None else tr("no reason was given")
            reason = row.note or known or unknown
            groups.setdefault((status or JobStatus.FAILED, reason), []).append(row.thing)
    rows = [
        TroubleRow(status=status, reason=reason, count=len(things), things=tuple(things[:EXAMPLES]))
        for (status, reason), things in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row.count, row.reason))


def verdict(report: "Report") -> tuple[bool, str]:
    """Whether all is well, and the sentence that says so."""
    total = len(report.executions)
    if not total:
        return True, tr("No job execution has been seen yet.")
    if report.unexpected:
        one, many = (
            tr("1 of %1 executions is not as it should be."),
            tr("%n of %1 executions are not as they should be."),
        )
        return False, counted(report.unexpected, one, many).replace("%1", grouped(total))
    ended = sum(1 for row in report.executions if (status := status_of(row)) is not None and status.is_terminal)
    text = tr("%1 of %2 executions have ended; things and service agree.")
    if unsaid := sum(_is_unsaid(row) for row in report.executions):
        text = tr("%1 of %2 executions have ended, as the things believe; the service did not say how %3 stand.")
        text = text.replace("%3", grouped(unsaid))
    return True, text.replace("%1", grouped(ended)).replace("%2", grouped(total))


def _is_unsaid(row: "ExecutionRow") -> bool:
    """Whether the service did not say how an execution stands, though it should have it."""
    return row.status_stored is None and row.status_believed is not JobStatus.REMOVED


def facts(report: "Report") -> list[tuple[str, str]]:
    """What ran and how it went: a title and a text each."""
    latency, traffic, health, settings = report.latency, report.traffic, report.health, report.settings
    acks = (
        tr("p50 %1 · p90 %2 · p99 %3 · at most %4 ms")
        .replace("%1", f"{latency.p50_ms:.1f}")
        .replace("%2", f"{latency.p90_ms:.1f}")
        .replace("%3", f"{latency.p99_ms:.1f}")
        .replace("%4", f"{latency.max_ms:.1f}")
    )
    lag = tr("p99 %1 ms, worst %2 ms").replace("%1", f"{health.loop_lag_p99_ms:.0f}")
    lag = lag.replace("%2", f"{health.worst_loop_lag_ms:.0f}")
    if not health.latencies_reliable:
        lag += " · " + tr("the latencies are unreliable")
    if health.doubtful_timeouts:
        some = (
            tr("1 execution that ended TIMED_OUT may be this lateness"),
            tr("%n executions that ended TIMED_OUT may be this lateness"),
        )
        lag += " · " + counted(health.doubtful_timeouts, *some)
    rejections = ", ".join(f"{code} {grouped(count)}" for code, count in sorted(traffic.rejections.items()))
    faults = ", ".join(f"{name} {grouped(count)}" for name, count in report.faults.items())
    return [
        (
            tr("Things"),
            tr("%1, at most %2 connected")
            .replace("%1", grouped(settings.things))
            .replace("%2", grouped(report.connected)),
        ),
        (tr("Update to accepted"), acks if latency.count else tr("no update yet")),
        (tr("Updates accepted"), grouped(latency.count)),
        (
            tr("Messages"),
            tr("%1 out, %2 in")
            .replace("%1", grouped(traffic.messages_out))
            .replace("%2", grouped(traffic.messages_in)),
        ),
        (tr("Rejections"), rejections or tr("none")),
        (tr("Faults"), faults or tr("none")),
        (tr("Reconnects"), grouped(traffic.reconnects)),
        (tr("Loop lag"), lag),
        *(() if HELD.is_taken else ((tr("Memory"), tr("%1 MiB").replace("%1", f"{health.peak_rss_mib:.0f}")),)),
        (tr("Seed"), str(settings.seed)),
        (tr("Time scale"), f"{settings.time_scale:g}"),
        (tr("Endpoint"), settings.mqtt or tr("none")),
        *((tr("Notice"), notice) for notice in report.notices[:NOTICES]),
        (tr("Versions"), f"Thing Simulator {report.program_version} · Python {report.python_version}"),
    ]
