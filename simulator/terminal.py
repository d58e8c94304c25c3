"""The fleet as a live table in a terminal, and what came of a run in a few lines."""

from collections.abc import Mapping
from typing import Final

from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from simulator.feed import Activity, ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.report import AssertionStatus, ExecutionRow, Report, beliefs_of, unreliable
from simulator.report_words import number_of
from simulator.run import Phase, RunProgress
from simulator.transport.base import Link
from simulator.watch import Watch

REFRESHES_PER_SECOND: Final = 10
MOST_ROWS: Final = 40  # of a larger fleet those that changed last are shown
MOST_UNEXPECTED: Final = 20
BAR_CELLS: Final = 12

STYLES: Final[Mapping[JobStatus | None, str]] = {
    None: "dim",
    JobStatus.QUEUED: "white",
    JobStatus.IN_PROGRESS: "bright_blue",
    JobStatus.SUCCEEDED: "green",
    JobStatus.FAILED: "bright_red",
    JobStatus.TIMED_OUT: "yellow",
    JobStatus.REJECTED: "magenta",
    JobStatus.CANCELED: "bright_black",
    JobStatus.REMOVED: "bright_black",
}
_LINKS: Final = {
    Link.ONLINE: Text("online", "green"),
    Link.CONNECTING: Text("connecting", "blue"),
    Link.OFFLINE: Text("offline", "dim"),
    Link.ERROR: Text("error", "bright_red"),
}


_ASSERTION_STYLES: Final = {
    AssertionStatus.PASSED: "green",
    AssertionStatus.FAILED: "bright_red",
    AssertionStatus.UNDECIDED: "yellow",
}


def live_view(watch: Watch, progress: RunProgress, title: str, *, height: int = 50) -> RenderableType:
    """Return the table as it is now, under a line that counts and over a line that says what goes on."""
    table = Table(box=None, padding=(0, 1), header_style="bold", expand=False)
    for name, justify, width in _COLUMNS:
        table.add_column(name, justify=justify, min_width=width, no_wrap=True, overflow="ellipsis")
    for snapshot in _shown(watch.snapshots, max(1, min(MOST_ROWS, height - 4))):
        table.add_row(*_cells(snapshot))
    return Group(Text(title, "bold"), table, _counts(watch), Text(_doing(progress), "dim"))


_COLUMNS: Final[tuple[tuple[str, JustifyMethod, int], ...]] = (
    ("Thing", "left", 8),
    ("Link", "left", 7),
    ("Status", "left", 11),
    ("v", "right", 3),
    ("Progress", "left", BAR_CELLS + 5),
    ("Step", "left", 8),
    ("Firmware", "left", 14),
    ("Details", "left", 16),
)


def _shown(snapshots: Mapping[str, ThingSnapshot], rows: int) -> list[ThingSnapshot]:
    """Return all things by name, or of too many those that changed last."""
    if len(snapshots) <= rows:
        return sorted(snapshots.values(), key=lambda one: one.name)
    newest = sorted(snapshots.values(), key=lambda one: one.updated_at, reverse=True)[:rows]
    return sorted(newest, key=lambda one: one.name)


def _cells(one: ThingSnapshot) -> tuple[RenderableType, ...]:
    style = STYLES[one.status]
    return (
        Text(one.name),
        _LINKS[one.link],
        Text(one.status or "-", style),
        Text(f"v{one.version}" if one.version else ""),
        _bar(one, style),
        Text(one.step or ("silent" if one.activity is Activity.SILENT else "")),
        _firmware(one),
        Text(one.details, "dim"),
    )


def _bar(one: ThingSnapshot, style: str) -> Text:
    if one.status is None:
        return Text("")
    full = round(BAR_CELLS * one.progress / 100)
    return Text.assemble(("#" * full, style), ("." * (BAR_CELLS - full), "dim"), f" {one.progress:3d}%")


def _firmware(one: ThingSnapshot) -> Text:
    if one.target_firmware:
        return Text(f"{one.firmware} > {one.target_firmware}")
    return Text(
        f"{one.firmware} (not the job's)" if one.firmware_warning else one.firmware,
        "yellow" if one.firmware_warning else "",
    )


def _counts(watch: Watch) -> Text:
    counters = watch.counters
    line = Text.assemble((f"{counters.connected}/{counters.total} online", "green"))
    for status in JobStatus:
        if count := counters.by_status.get(status, 0):
            line.append("  ")
            line.append(f"{status} {count}", STYLES[status])
    line.append(f"  ack p50 {counters.ack_p50_ms:.1f} p99 {counters.ack_p99_ms:.1f} ms", "dim")
    return line


def _doing(progress: RunProgress) -> str:
    if not progress.total:
        return str(progress.phase)
    what = "executions ended" if progress.phase is Phase.RUNNING else str(progress.phase)
    return f"{what}: {progress.done:,} of {progress.total:,}"


def phase_line(progress: RunProgress) -> str:
    """Return what goes on, in one line without colours."""
    return _doing(progress)


def print_summary(console: Console, report: Report) -> None:
    """Print what came of a run: outcomes, what was not as expected, latencies, and how to have it again."""
    settings = report.settings
    counted = f"{number_of(settings.things, 'thing')}, {number_of(settings.jobs, 'job')}"
    _print(console, f"{counted}, {report.real_seconds:.1f} s, seed {settings.seed}")
    outcomes = beliefs_of(report.executions) if report.endpoint_lost else report.outcomes
    if outcomes:
        line = Text("as the things believe: " if report.endpoint_lost else "")
        for status, count in outcomes.items():
            line.append(f"{status} {count:,}  ", STYLES[status])
        console.print(line, soft_wrap=True)
    latency = report.latency
    if latency.count:
        _print(
            console,
            f"{number_of(latency.count, 'update')} accepted after p50 {latency.p50_ms:.1f}, p90 {latency.p90_ms:.1f}, "
            f"p99 {latency.p99_ms:.1f}, at most {latency.max_ms:.1f} ms",
        )
    if sentence := unreliable(report.health):
        _print(console, sentence, "yellow")
    if report.faults:
        told = ", ".join(f"{name} {count:,}" for name, count in report.faults.items())
        _print(console, f"faults: {told}")
    log = report.health.event_log
    if log is not None:
        lost = f", {number_of(log.dropped, 'line')} dropped" if log.dropped else ""
        why = f": {log.error}" if log.error else ""
        _print(
            console, f"event log: {number_of(log.written, 'line')} in {log.path}{lost}{why}", "yellow" if lost else ""
        )
    for notice in report.notices:
        _print(console, notice, "yellow")
    for one in report.assertions:
        _print(console, f"assertion {one.status}: {one.sentence}: {one.observed}", _ASSERTION_STYLES[one.status])
    _print(console, _verdict(report), "bright_red" if report.exit_status else "green")
    unexpected = [row for row in report.executions if not row.as_expected]
    if report.interrupted or report.endpoint_lost:  # what has not ended yet is no alarm then
        ended = [row for row in unexpected if _has_ended(row)]
        if len(ended) < len(unexpected):
            _print(console, f"{number_of(len(unexpected) - len(ended), 'execution')} had not ended")
        unexpected = ended
    for row in unexpected[:MOST_UNEXPECTED]:
        _print(console, f"  {row.thing} {row.job_id} ({row.scenario}): {row.note}")
    if len(unexpected) > MOST_UNEXPECTED:
        _print(console, f"  and {len(unexpected) - MOST_UNEXPECTED:,} more; --report FILE.json has all of them")


def _has_ended(row: ExecutionRow) -> bool:
    status = row.status_stored or row.status_believed
    return status is not None and status.is_terminal


def _verdict(report: Report) -> str:
    if report.interrupted:
        return "interrupted; everything has been stopped"
    if report.endpoint_lost:
        return report.endpoint_lost
    if report.unexpected:
        of = f"{report.unexpected:,} of {number_of(len(report.executions), 'execution')}"
        how = (
            "had not ended as their scenarios say when the time was over"
            if report.timed_out
            else "did not end as their scenarios say"
        )
        return f"{of} {how}"
    broken = sum(one.status is not AssertionStatus.PASSED for one in report.assertions)
    if broken:
        return f"{broken:,} of {number_of(len(report.assertions), 'assertion')} did not hold"
    if report.timed_out:
        return "the time was over" if not report.executions else "the time was over before the last word of the service"
    if not report.executions:
        return "there was nothing to wait for"
    return "every execution ended as its scenario says, and every thing believes what the service stores"


def _print(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style), soft_wrap=True, highlight=False)
