"""The charts of the HTML report, each in its card with its legend."""

from collections.abc import Sequence
from html import escape
from itertools import accumulate, pairwise

from simulator.jobs.model import JobStatus
from simulator.report import TRUSTED_LAG_MS, Report
from simulator.report_charts import Line, Mark, area_chart, distribution_chart, line_chart
from simulator.report_words import count, mib, ms, rate, seconds

STYLE_OF = {status: f"--{status.lower().replace('_', '-')}" for status in JobStatus}
"""The CSS variable with the colour of each status."""


def over_time(report: Report) -> str:
    """Return outcomes, throughput and latencies over time; "" if there is nothing to draw."""
    series = report.series
    xs = series.after_seconds
    if len(xs) < 3:
        return ""
    widths = [after - before for before, after in pairwise(xs)]

    def per_second(counts: Sequence[int]) -> list[float | None]:
        return [0.0, *(amount / max(width, 1e-6) for amount, width in zip(counts[1:], widths, strict=True))]

    outcomes = [
        Line(label=status, style=STYLE_OF[status], values=list(accumulate(counts)))
        for status, counts in series.ended.items()
    ]
    traffic = [
        Line(label="sent", style="--accent", values=per_second(series.messages_out)),
        Line(label="received", style="--second", values=per_second(series.messages_in)),
    ]
    latency = [
        Line(label="p99", style="--failed", values=series.p99_ms),
        Line(label="p90", style="--second", values=series.p90_ms),
        Line(label="p50", style="--accent", values=series.p50_ms),
    ]
    ended = [Line(label="executions", style="--third", values=per_second(series.finished))]
    cards = [
        _card(
            "Outcomes over time",
            outcomes,
            area_chart("Outcomes over time", xs, outcomes, seconds, count),
        )
        if outcomes
        else "",
        _card(
            "Executions ended per second",
            ended,
            line_chart("Executions ended per second", xs, ended, seconds, rate),
        ),
        _card("Messages per second", traffic, line_chart("Messages per second", xs, traffic, seconds, rate)),
        _card("Update latency over time", latency, line_chart("Update latency over time", xs, latency, seconds, ms))
        if any(series.updates)
        else "",
    ]
    return f'<section><h2>Over time</h2><div class="charts">{"".join(cards)}</div></section>'


def distribution(report: Report) -> str:
    """Return how the latencies of updates were distributed; "" if there were none."""
    latency = report.latency
    if not latency.bars:
        return ""
    marks = [
        Mark(at=latency.p50_ms, label=f"p50 {ms(latency.p50_ms)}"),
        Mark(at=latency.p90_ms, label=f"p90 {ms(latency.p90_ms)}"),
        Mark(at=latency.p99_ms, label=f"p99 {ms(latency.p99_ms)}"),
    ]
    told = [
        ("Updates", f"{latency.count:,}"),
        *(
            (name, ms(value))
            for name, value in (
                ("p50", latency.p50_ms),
                ("p90", latency.p90_ms),
                ("p99", latency.p99_ms),
                ("p99.9", latency.p999_ms),
                ("most", latency.max_ms),
            )
        ),
    ]
    rows = "".join(f'<tr><td>{name}</td><td class="n">{escape(value)}</td></tr>' for name, value in told)
    chart = distribution_chart("Distribution of update latencies", latency.bars, marks, ms, count)
    note = "From publishing an update to hearing that it was accepted, in real time; within 1 % of what was measured."
    return (
        '<section><h2>Update latency</h2><div class="charts wide">'
        f'<div class="card"><h3>Distribution</h3><div class="legend">updates, by how long they took</div>{chart}</div>'
        f'<div class="card"><h3>Percentiles</h3><table>{rows}</table>'
        f'<p class="quiet small" style="margin:8px 0">{note}</p></div></div></section>'
    )


def health_charts(report: Report) -> str:
    """Return loop lag and memory over time; "" if there is nothing to draw."""
    series = report.series
    xs = series.after_seconds
    if len(xs) < 3:
        return ""
    lag = [Line(label="worst of each piece of time", style="--accent", values=series.lag_ms)]
    memory = [Line(label="resident set, all processes that run things", style="--third", values=series.rss_mib)]
    limit = Mark(at=TRUSTED_LAG_MS, label=f"{TRUSTED_LAG_MS:.0f} ms: beyond this latencies are unreliable")
    cards = [
        _card("Loop lag", lag, line_chart("Loop lag over time", xs, lag, seconds, ms, limit)),
        _card("Memory", memory, line_chart("Memory over time", xs, memory, seconds, mib))
        if any(series.rss_mib)
        else "",
    ]
    return f'<div class="charts" style="margin-bottom:14px">{"".join(cards)}</div>'


def _card(title: str, lines: Sequence[Line], chart: str) -> str:
    legend = "".join(f'<span><i style="background:var({line.style})"></i>{escape(line.label)}</span>' for line in lines)
    return f'<div class="card"><h3>{escape(title)}</h3><div class="legend">{legend}</div>{chart}</div>'
