"""A report as JUnit XML, which CI systems show: a case for each execution, a case for each assertion.

What happened to the run as a whole (interrupted, endpoint lost, out of time) is an error of a case of its own, so that
a run that was cut short is never green.
"""

import io
import re
from datetime import UTC, datetime
from typing import Final

from junitparser import Error, Failure, JUnitXml, Skipped, SystemOut, TestCase, TestSuite

from simulator.report import AssertionResult, AssertionStatus, ExecutionRow, Report, troubles_of, unreliable

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> bytes:
    """Return JUnit XML with a suite of executions, one of assertions if there are any, and one of trouble likewise."""
    root = JUnitXml("thing-simulator")
    executions = _suite(report, "executions", [_case(row, report.settings.time_scale) for row in report.executions])
    for name, value in _properties(report):
        executions.add_property(name, _for_xml(value))
    if told := [sentence for sentence in (unreliable(report.health), *report.notices) if sentence]:
        executions.append(SystemOut(_for_xml("\n".join(told))))
    root.append(executions)
    if report.assertions:
        root.append(_suite(report, "assertions", [_assertion(one) for one in report.assertions]))
    if troubles := troubles_of(report):
        root.append(_suite(report, "run", [_trouble(name, sentence) for name, sentence in troubles]))
    root.update_statistics()
    root.time = executions.time = round(report.real_seconds, 3)  # not sums: executions go on beside each other
    file = io.BytesIO()
    root.write(file, pretty=True)
    return file.getvalue()


def _suite(report: Report, name: str, cases: list[TestCase]) -> TestSuite:
    suite = TestSuite(name)
    suite.timestamp = datetime.fromtimestamp(report.began_at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    suite.add_testcases(cases)  # all at once: it counts anew each time
    return suite


def _properties(report: Report) -> list[tuple[str, str]]:
    latency = report.latency
    return [
        ("seed", str(report.settings.seed)),
        ("scenario", report.settings.scenario),
        ("things", str(report.settings.things)),
        ("time_scale", f"{report.settings.time_scale:g}"),
        ("mqtt", report.settings.mqtt),
        ("program_version", report.program_version),
        ("ack_p50_ms", str(latency.p50_ms)),
        ("ack_p99_ms", str(latency.p99_ms)),
        ("latencies_reliable", str(report.health.latencies_reliable).lower()),
        ("doubtful_timeouts", str(report.health.doubtful_timeouts)),
        *((f"fault.{name}", str(count)) for name, count in report.faults.items()),
    ]


def _case(row: ExecutionRow, time_scale: float) -> TestCase:
    """Return a case; its time is in real seconds, as the suite's."""
    name = row.thing if row.execution_number == 1 else f"{row.thing} #{row.execution_number}"
    case = TestCase(_for_xml(name), _for_xml(row.job_id), round((row.seconds or 0) / time_scale, 3))
    if not row.as_expected:
        failure = Failure(_for_xml(row.note), row.status_stored or "MISSING")
        failure.text = _for_xml(f"scenario {row.scenario}, seed {row.seed}")
        case.result = failure
    return case


def _assertion(one: AssertionResult) -> TestCase:
    name = f"{one.name}: {one.sentence}" if one.name else one.sentence  # a list of cases is all that many CI pages show
    case = TestCase(_for_xml(name), "assertions", round(one.at_seconds or 0.0, 3))
    if one.status is AssertionStatus.FAILED:
        failure = Failure(_for_xml(f"{one.sentence}: {one.observed}"), "assertion")
        case.result = failure
    elif one.status is AssertionStatus.UNDECIDED:
        case.result = Skipped(_for_xml(f"undecided: {one.sentence}: {one.observed}"))
    return case


def _trouble(name: str, sentence: str) -> TestCase:
    case = TestCase(name, "run", 0.0)
    case.result = Error(_for_xml(sentence), name)
    return case


def _for_xml(text: str) -> str:
    """Return `text` without the characters that XML 1.0 cannot hold."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
