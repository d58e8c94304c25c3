"""Reports as a page: well-formed, self-contained, safe whatever things are called, and saying what is to be said."""

import dataclasses
import re
from html.parser import HTMLParser

import msgspec
import pytest

from simulator.jobs.model import JobStatus
from simulator.metrics import RunStatistics
from simulator.report import Report, health_of
from simulator.report_html import to_html
from simulator.report_parts import EventLogPart
from tests.support.reports import report, rich_report, row

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Reads a page; fails where tags do not match. `tags`, `texts` and `loads` hold what was found."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.loads: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attributes if name in ("src", "href", "xlink:href", "data")]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def page_of(whole: Report) -> Page:
    return Page(to_html(whole).decode())


@pytest.mark.parametrize("made", [report(), rich_report(), msgspec.structs.replace(report(), executions=[])])
def test_a_page_is_well_formed_and_needs_nothing_else(made: Report) -> None:
    html = to_html(made).decode()
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "embed"} & set(page.tags)
    assert page.loads == []
    assert "@import" not in html
    assert "url(" not in html
    assert "default-src 'none'" in html
    assert "prefers-color-scheme:dark" in html
    assert "@media print" in html


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style></title>"])
def test_nothing_from_outside_becomes_markup(evil: str) -> None:
    bad = msgspec.structs.replace(row("pump-02", JobStatus.FAILED, evil), thing=evil, scenario=evil, job_id=evil)
    made = rich_report(things=20)
    made = msgspec.structs.replace(
        made,
        executions=[bad, *made.executions],
        settings=msgspec.structs.replace(made.settings, job=evil, scenario=evil, fleet_file=evil, mqtt=evil),
        notices=[evil],
        endpoint_lost=evil,
        faults={evil: 1},
        faults_by_thing={evil: {evil: 1}},
        command=evil,
        libraries={evil: evil},
        platform=evil,
        assertions=[dataclasses.replace(one, sentence=evil, observed=evil) for one in made.assertions],
        timelines=[
            msgspec.structs.replace(
                one,
                thing=evil,
                job_id=evil,
                entries=[msgspec.structs.replace(entry, step=evil, reason=evil) for entry in one.entries],
            )
            for one in made.timelines
        ],
    )
    page = page_of(made)
    assert not {"script", "img"} & set(page.tags)
    assert page.tags.count("style") == 1
    assert evil in " ".join(page.texts)


def test_the_rich_run_is_all_there() -> None:
    text = page_of(rich_report()).text
    for told in (
        "firmware-2.1.json on 500 things",
        "2 unexpected, 1 assertion failed",
        "seed 7",
        "Latencies are unreliable: the program's own loop was up to",
        "50 of 500 things lost their line",
        "p99 of the update latency is at most 20 ms",
        "p99 was 23.1 ms over 7,911 updates",
        "Outcomes over time",
        "Messages per second",
        "Update latency over time",
        "Distribution",
        "pump-167",
        "it was TIMED_OUT, and success ends in SUCCEEDED",
        "Slowest executions",
        "drop-line",
        "Loop lag",
        "Memory",
        "events.jsonl: 29,774 lines written, 0 dropped",
        "thing-simulator run --fleet fleet.yaml",
        "paho-mqtt",
        "2.2.0",
        "3.11.7",
    ):
        assert told in text, told


def test_a_run_in_time_says_nothing_of_unreliable_latencies() -> None:
    assert "unreliable" not in page_of(report()).text


def test_a_run_that_was_late_says_so_in_page_json_and_health() -> None:
    late = msgspec.structs.replace(report(), health=health_of(late_statistics()))
    assert "Latencies are unreliable: the program's own loop was up to 250 ms late" in page_of(late).text
    assert late.health.latencies_reliable is False


def late_statistics() -> RunStatistics:
    from simulator.feed import Counters

    return RunStatistics(counters=Counters(), latency={}, worst_loop_lag_ms=250.0)


def test_an_event_log_that_lost_lines_is_told_at_the_top() -> None:
    whole = report()
    log = EventLogPart(path="e.jsonl", written=10, dropped=3, error="no space left on device")
    made = msgspec.structs.replace(whole, health=msgspec.structs.replace(whole.health, event_log=log))
    assert "Event log incomplete 3 lines are missing in it: no space left on device" in page_of(made).text


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "All as expected"),
        ({"interrupted": True, "exit_status": 130}, "Interrupted"),
        ({"endpoint_lost": "it was lost", "exit_status": 3}, "Endpoint lost"),
        ({"timed_out": True, "exit_status": 1}, "Did not end in time"),
        ({"executions": []}, "Nothing to wait for"),
    ],
)
def test_the_verdict_is_one_look_away(changes: dict[str, object], verdict: str) -> None:
    html = to_html(msgspec.structs.replace(report(row()), **changes)).decode()
    found = re.search(r'<div class="verdict [a-z]+">.*?</svg>(.*?)</div>', html)
    assert found is not None
    assert found[1] == verdict


def test_the_page_of_a_large_run_stays_small() -> None:
    assert len(to_html(rich_report(things=3000))) < 600_000
