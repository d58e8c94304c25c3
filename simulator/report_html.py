"""A report as one HTML page that needs nothing else: no script, no picture, no font, no connection.

Everything from outside goes through `escape`, and the page's own policy forbids to load or to run anything.
"""

from html import escape
from typing import Final

from simulator.report import Report, troubles_of, unreliable
from simulator.report_html_charts import distribution, health_charts, over_time
from simulator.report_html_parts import (
    assertions_table,
    executions_part,
    faults_table,
    outcome_legend,
    scenario_table,
    settings_list,
    versions_list,
)
from simulator.report_style import STYLE
from simulator.report_words import count, date, mib, ms, number_of, rate, seconds, share, whole

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_CHECK: Final = '<path d="m8 12.3 2.8 2.8L16.2 9"/>'
_CROSS: Final = '<path d="m9 9 6 6m0-6-6 6"/>'
_PAUSE: Final = '<path d="M12 7.5v5.5m0 3v.2"/>'


def to_html(report: Report) -> bytes:
    """Return the page, in UTF-8."""
    title = f"{_name(report)}: {_verdict(report)[1]}"
    body = "".join(
        (
            _head(report),
            _banners(report),
            _tiles(report),
            _section("Outcomes", outcome_legend(report), scenario_table(report)) if report.executions else "",
            _section("Assertions", assertions_table(report)) if report.assertions else "",
            over_time(report),
            distribution(report),
            executions_part(report),
            _section("Faults", faults_table(report)) if report.faults else "",
            _health(report),
            _about(report),
        )
    )
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{body}"
        f"<footer>Made by Thing Simulator {escape(report.program_version)}; report schema version "
        f"{report.schema_version}. The same run as .json holds every execution.</footer></main></body></html>\n"
    )
    return page.encode("utf-8", "replace")


def _name(report: Report) -> str:
    settings = report.settings
    things = number_of(settings.things, "thing")
    job = settings.job.replace("\\", "/").rpartition("/")[2]
    return f"{job} on {things}" if job else f"A fleet of {things}"


def _verdict(report: Report) -> tuple[str, str, str]:
    """Return style, words and sign of how the run ended."""
    failed = sum(one.status == "failed" for one in report.assertions)
    if report.interrupted:
        return "warn", "Interrupted", _PAUSE
    if report.endpoint_lost:
        return "bad", "Endpoint lost", _CROSS
    if report.unexpected or failed:
        parts = [f"{whole(report.unexpected)} unexpected"] if report.unexpected else []
        parts += [f"{number_of(failed, 'assertion')} failed"] if failed else []
        return "bad", ", ".join(parts), _CROSS
    if report.exit_status:
        return "bad", "Did not end in time" if report.timed_out else "Failed", _CROSS
    if not report.executions:
        return "info", "Nothing to wait for", _CHECK
    return "good", "All as expected", _CHECK


def _icon(path: str) -> str:
    return (
        '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
        f'stroke-linejoin="round" aria-hidden="true"><circle cx="12" cy="12" r="9"/>{path}</svg>'
    )


def _head(report: Report) -> str:
    style, words, sign = _verdict(report)
    settings = report.settings
    under = f"{date(report.began_at)} · {seconds(report.real_seconds)} · seed {settings.seed}"
    brand = (
        '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" '
        'stroke-linejoin="round" aria-hidden="true"><rect x="3.5" y="3.5" width="17" height="17" rx="4"/>'
        f"{_CHECK}</svg>"
    )
    return (
        f'<header><div><div class="brand">{brand}Thing Simulator · run report</div><h1>{escape(_name(report))}</h1>'
        f'<p class="quiet">{escape(under)}</p></div>'
        f'<div class="verdict {style}">{_icon(sign)}{escape(words)}</div></header>'
    )


def _banners(report: Report) -> str:
    told = [("bad" if name == "endpoint lost" else "warn", name, sentence) for name, sentence in troubles_of(report)]
    if sentence := unreliable(report.health):
        told.append(("warn", "warning", sentence))
    log = report.health.event_log
    if log is not None and (log.dropped or log.error):
        why = f": {log.error}" if log.error else ""
        told.append(
            (
                "warn",
                "event log incomplete",
                f"{number_of(log.dropped, 'line')} {'is' if log.dropped == 1 else 'are'} missing in it{why}",
            )
        )
    told += [("info", "notice", sentence) for sentence in report.notices]
    return "".join(
        f'<div class="banner {style}" role="note"><b>{escape(name.capitalize())}</b>'
        f"<span>{escape(sentence)}</span></div>"
        for style, name, sentence in told
    )


def _tiles(report: Report) -> str:
    executions = len(report.executions)
    succeeded = sum(count for status, count in report.outcomes.items() if status == "SUCCEEDED")
    traffic, latency = report.traffic, report.latency
    trust = "" if report.health.latencies_reliable else " (unreliable)"
    tiles = [
        (
            "Executions",
            whole(executions),
            f"{whole(executions - report.unexpected)} as expected"
            if executions
            else f"{number_of(report.connected, 'thing')} connected",
        ),
        ("Succeeded", share(succeeded, executions), f"{whole(succeeded)} of {whole(executions)}"),
        ("Took", seconds(report.real_seconds), f"time scale {report.settings.time_scale:g}"),
        (
            "Throughput",
            f"{rate(traffic.executions_per_second)}/s",
            f"executions; {rate(traffic.messages_per_second)} messages/s",
        ),
        (
            "Update latency p50",
            ms(latency.p50_ms),
            f"{count(latency.count)} {'update' if latency.count == 1 else 'updates'}{trust}",
        ),
        ("Update latency p99", ms(latency.p99_ms), f"at most {ms(latency.max_ms)}{trust}"),
    ]
    return (
        '<div class="tiles">'
        + "".join(
            f'<div class="card tile"><div class="label">{escape(label)}</div><div class="value">{escape(value)}</div>'
            f'<div class="more">{escape(more)}</div></div>'
            for label, value, more in tiles
        )
        + "</div>"
    )


def _section(title: str, *parts: str) -> str:
    return f'<section><h2>{escape(title)}</h2><div class="card">{"".join(parts)}</div></section>'


def _health(report: Report) -> str:
    health, series, traffic = report.health, report.series, report.traffic
    log = health.event_log
    facts = [
        (
            "Loop lag",
            (
                f"p50 {ms(health.loop_lag_p50_ms)}, p99 {ms(health.loop_lag_p99_ms)}, "
                f"at most {ms(health.worst_loop_lag_ms)} ({number_of(health.loop_lag_samples, 'sample')})"
            ),
        ),
        ("Latencies", "reliable" if health.latencies_reliable else unreliable(health)),
        ("Memory", _memory(health.peak_rss_mib, series.rss_mib)),
        (
            "Messages",
            (
                f"{whole(traffic.messages_out)} sent, {whole(traffic.messages_in)} received, "
                f"{number_of(traffic.rejects, 'rejection')}, {number_of(traffic.reconnects, 'reconnection')}"
            ),
        ),
        ("Rejections", ", ".join(f"{code} {whole(count)}" for code, count in traffic.rejections.items()) or "none"),
        ("No longer kept", f"{number_of(health.log_entries_dropped, 'message')} of the things' own short logs"),
    ]
    if log is not None:
        facts.append(
            ("Event log", f"{log.path}: {number_of(log.written, 'line')} written, {whole(log.dropped)} dropped")
        )
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(told)}</dd>" for name, told in facts)
    intro = "How well the simulator itself kept up; what is late here is late in every latency."
    return (
        f"<section><h2>Health of the run itself</h2>{health_charts(report)}"
        f'<div class="card"><p class="quiet small" style="margin-bottom:10px">{intro}</p><dl>{listed}</dl></div>'
        "</section>"
    )


def _memory(peak: float, sizes: list[float]) -> str:
    if not peak:
        return "the system does not say"
    if len(sizes) < 2 or not sizes[0]:
        return f"at most {mib(peak)}"
    return f"{mib(sizes[0])} when things began to connect, {mib(sizes[-1])} at the end, at most {mib(peak)}"


def _about(report: Report) -> str:
    command = f'<code class="command">{escape(report.command)}</code>' if report.command else ""
    return (
        '<section><h2>To have this run again</h2><div class="two">'
        f'<div class="card"><h3>Settings</h3>{settings_list(report)}{command}</div>'
        f'<div class="card"><h3>Versions</h3>{versions_list(report)}</div></div></section>'
    )
