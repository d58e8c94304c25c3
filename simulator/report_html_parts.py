"""The tables and lists of the HTML report."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from statistics import median
from typing import Final

from simulator.jobs.model import JobStatus
from simulator.report import AssertionStatus, ExecutionRow, Report
from simulator.report_charts import strip
from simulator.report_html_charts import STYLE_OF
from simulator.report_parts import Timeline
from simulator.report_timelines import failed, key_of, slowest
from simulator.report_words import number_of, seconds, share, whole

_UNKNOWN: Final = "not known"
_MOST_SCENARIOS: Final = 60
_MOST_FAULTY_THINGS: Final = 12


def outcome_of(row: ExecutionRow) -> JobStatus | None:
    """Return how an execution stands: as stored, or as believed where the service could not be asked."""
    return row.status_stored or row.status_believed


def pill(status: JobStatus | None) -> str:
    """Return a status as a word in its colour."""
    style = "--none" if status is None else STYLE_OF[status]
    return f'<span class="pill" style="color:var({style})">{status or _UNKNOWN}</span>'


def bar(counts: Counter[JobStatus | None], kind: str = "bar") -> str:
    """Return counts of statuses as one bar in pieces."""
    pieces = "".join(
        f'<i style="flex:{counts[status]};background:var({"--none" if status is None else STYLE_OF[status]})" '
        f'title="{status or _UNKNOWN}: {counts[status]:,}"></i>'
        for status in (*JobStatus, None)
        if counts[status]
    )
    return f'<div class="{kind}">{pieces}</div>'


def outcome_legend(report: Report) -> str:
    """Return all outcomes as a tall bar with what its pieces mean."""
    counts = Counter(outcome_of(row) for row in report.executions)
    total = len(report.executions)
    told = "".join(
        f'<span><i style="background:var({"--none" if status is None else STYLE_OF[status]})"></i>'
        f"{status or _UNKNOWN} <b>{counts[status]:,}</b> {share(counts[status], total)}</span>"
        for status in (*JobStatus, None)
        if counts[status]
    )
    return f'{bar(counts, "bar tall")}<div class="legend" style="margin-bottom:14px">{told}</div>'


def scenario_table(report: Report) -> str:
    """Return a line for each scenario: how its executions ended and how long they took."""
    by_scenario: dict[str, list[ExecutionRow]] = defaultdict(list)
    for row in report.executions:
        by_scenario[row.scenario].append(row)
    statuses = [status for status in JobStatus if any(outcome_of(row) is status for row in report.executions)]
    head = "".join(f'<th class="n">{status}</th>' for status in statuses)
    lines = []
    for scenario, rows in sorted(by_scenario.items(), key=lambda item: (-len(item[1]), item[0]))[:_MOST_SCENARIOS]:
        counts = Counter(outcome_of(row) for row in rows)
        unexpected = sum(not row.as_expected for row in rows)
        times = [row.seconds for row in rows if row.seconds is not None]
        lines.append(
            f"<tr><td><b>{escape(scenario)}</b></td>{_numbers([len(rows)])}"
            f'<td style="width:22%">{bar(counts)}</td>{_numbers([counts[status] for status in statuses])}'
            f'{_numbers([unexpected], bad=True)}<td class="n">{seconds(median(times)) if times else "–"}</td></tr>'
        )
    more = len(by_scenario) - _MOST_SCENARIOS
    return (
        f'<div class="scroll"><table><thead><tr><th>Scenario</th><th class="n">Executions</th><th></th>{head}'
        f'<th class="n">Unexpected</th><th class="n">Median time</th></tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>{_more(more, 'scenarios')}"
    )


def _numbers(numbers: Sequence[int], *, bad: bool = False) -> str:
    styles = (
        ' zero"' if not number else '" style="color:var(--failed);font-weight:650"' if bad else '"'
        for number in numbers
    )
    return "".join(f'<td class="n{style}>{number:,}</td>' for number, style in zip(numbers, styles, strict=True))


def _more(number: int, what: str) -> str:
    told = f"and {number:,} more {what}; the report as .json or .csv has all of them"
    return f'<p class="quiet small" style="margin-top:8px">{told}</p>' if number > 0 else ""


def assertions_table(report: Report) -> str:
    """Return a line for each assertion."""
    styles = {
        AssertionStatus.PASSED: "--succeeded",
        AssertionStatus.FAILED: "--failed",
        AssertionStatus.UNDECIDED: "--none",
    }
    lines = "".join(
        f'<tr><td><span class="pill" style="color:var({styles[one.status]})">{one.status}</span></td>'
        f"<td>{escape(one.sentence or one.name)}</td><td>{escape(one.observed)}</td>"
        f'<td class="n">{"–" if one.at_seconds is None else seconds(one.at_seconds)}</td></tr>'
        for one in report.assertions
    )
    return (
        '<div class="scroll"><table><thead><tr><th></th><th>Asserted</th><th>Observed</th>'
        f'<th class="n">Decided after</th></tr></thead><tbody>{lines}</tbody></table></div>'
    )


def faults_table(report: Report) -> str:
    """Return a line for each fault that was had, and which things had most of them."""
    most = max(report.faults.values())
    things = Counter(name for faults in report.faults_by_thing.values() for name in faults)
    lines = "".join(
        f'<tr><td class="mono">{escape(name)}</td><td class="n">{count:,}</td>{_numbers([things[name]])}'
        f'<td style="width:45%">{_length(count, most, "--second")}</td></tr>'
        for name, count in sorted(report.faults.items(), key=lambda item: (-item[1], item[0]))
    )
    totals = Counter({thing: sum(faults.values()) for thing, faults in report.faults_by_thing.items()})
    worst = ", ".join(f"{thing} ({count:,})" for thing, count in totals.most_common(_MOST_FAULTY_THINGS))
    under = f'<p class="quiet small" style="margin-top:8px">Most faults: {escape(worst)}</p>' if worst else ""
    return (
        '<table><thead><tr><th>Fault</th><th class="n">Had</th><th class="n">Things</th><th></th></tr></thead>'
        f"<tbody>{lines}</tbody></table>{under}"
    )


def executions_part(report: Report) -> str:
    """Return what failed and what took longest, each with its timeline to be opened."""
    timelines = {(one.thing, one.job_id, one.execution_number): one for one in report.timelines}
    unlucky, slow = failed(report.executions), slowest(report.executions)
    all_unlucky = len(failed(report.executions, len(report.executions)))
    longest = max((row.seconds or 0.0 for row in slow), default=0.0)
    parts = []
    if unlucky:
        listed = "".join(
            _execution(row, one, _why(row, one)) for row in unlucky for one in [timelines.get(key_of(row))]
        )
        more = _more(all_unlucky - len(unlucky), "executions")
        parts.append(
            f'<section><h2>Failed and unexpected executions</h2><div class="card">{listed}{more}</div></section>'
        )
    if longest > 0:
        listed = "".join(
            _execution(row, timelines.get(key_of(row)), _length(row.seconds or 0.0, longest)) for row in slow
        )
        parts.append(f'<section><h2>Slowest executions</h2><div class="card">{listed}</div></section>')
    return "".join(parts)


def _why(row: ExecutionRow, timeline: Timeline | None) -> str:
    reason = next((one.reason for one in reversed(timeline.entries) if one.reason), "") if timeline else ""
    if row.note:
        return escape(row.note)
    as_said = f'<span class="quiet">as {escape(row.scenario)} says</span>'
    return f"{as_said} · {escape(reason)}" if reason else as_said


def _length(value: float, longest: float, style: str = "--accent") -> str:
    percent = 100 * value / longest
    return f'<div class="bar"><i style="width:{percent:.1f}%;background:var({style});border-radius:7px"></i></div>'


def _execution(row: ExecutionRow, timeline: Timeline | None, note: str) -> str:
    took = "" if row.seconds is None else seconds(row.seconds)
    number = "" if row.execution_number == 1 else f" #{row.execution_number}"
    inside = "<p class='quiet small'>Its timeline is not known.</p>" if timeline is None else _timeline(timeline)
    expected = ", ".join(row.expected)
    facts = f"{row.job_id}{number} · scenario {row.scenario}, which ends in {expected} · seed {row.seed}"
    return (
        f'<details><summary><span class="name">{escape(row.thing)}</span><span>{pill(outcome_of(row))}</span>'
        f'<span class="quiet">{took}</span><span class="note">{note}</span></summary>'
        f'<div class="inside"><p class="quiet small" style="margin-bottom:8px">{escape(facts)}</p>{inside}</div>'
        "</details>"
    )


def _timeline(timeline: Timeline) -> str:
    entries = timeline.entries
    first, last = entries[0].after_seconds, entries[-1].after_seconds
    pieces = [
        (one.after_seconds, other.after_seconds, STYLE_OF[one.status], f"{one.status} v{one.version} {one.step}")
        for one, other in pairwise(entries)
    ]
    pieces.append((last, last, STYLE_OF[entries[-1].status], f"{entries[-1].status} v{entries[-1].version}"))
    rows = "".join(
        f'<tr><td class="n">{one.after_seconds:,.3f} s</td><td>{pill(one.status)}</td><td class="n">v{one.version}</td>'
        f"<td>{escape(one.step)}</td><td>{escape(one.reason)}</td></tr>"
        for one in entries
    )
    return (
        f"{strip(f'Timeline of {timeline.thing}', pieces, first, last)}"
        '<table style="margin-top:8px"><thead><tr><th class="n">After</th><th>Status</th><th class="n">Version</th>'
        f"<th>Step</th><th>Reason</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def settings_list(report: Report) -> str:
    """Return what was asked for."""
    settings = report.settings
    listed = [
        ("Seed", str(settings.seed)),
        ("Scenarios", settings.scenario),
        ("Things", f"{whole(settings.things)}, {whole(report.connected)} of them connected"),
        ("Fleet file", settings.fleet_file),
        ("Run file", settings.run_file),
        ("Job document", settings.job),
        ("Jobs", whole(settings.jobs)),
        ("Time scale", f"{settings.time_scale:g}"),
        (
            "Ramp",
            f"{settings.ramp:g} {'connection' if settings.ramp == 1 else 'connections'} a second"
            if settings.ramp
            else "no limit",
        ),
        ("Processes", "in this one" if not settings.workers else whole(settings.workers)),
        ("Timeout", seconds(settings.timeout_seconds) if settings.timeout_seconds else ""),
        ("MQTT", settings.mqtt),
        ("Control plane", settings.http),
        ("Versions compared", f"of {number_of(settings.versions_compared, 'execution')}"),
        ("Event log", settings.event_log),
        ("Exit status", str(report.exit_status)),
    ]
    return _listed(listed)


def versions_list(report: Report) -> str:
    """Return what the run stood on."""
    return _listed(
        [
            ("Thing Simulator", report.program_version),
            ("Python", report.python_version),
            ("Platform", report.platform),
            *sorted(report.libraries.items()),
        ]
    )


def _listed(pairs: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(told)}</dd>" for name, told in pairs if told) + "</dl>"
