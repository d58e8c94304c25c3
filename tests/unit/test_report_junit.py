"""Reports as JUnit XML: read back by junitparser, as a CI system would."""

import msgspec
import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite

from simulator.jobs.model import JobStatus
from simulator.report import AssertionResult, AssertionStatus, Health, Report
from simulator.report_junit import to_junit
from tests.support.reports import report, rich_report, row


def suites_of(whole: Report) -> dict[str, TestSuite]:
    return {suite.name: suite for suite in JUnitXml.fromstring(to_junit(whole))}


def test_there_is_a_case_for_each_execution_and_a_failure_for_the_unexpected() -> None:
    suites = suites_of(report())
    assert list(suites) == ["executions"]
    suite = suites["executions"]
    assert (suite.tests, suite.failures, suite.errors, suite.skipped, suite.time) == (2, 1, 0, 0, 10.5)
    assert suite.timestamp == "2025-06-15T15:06:40"
    first, second = suite
    assert (first.classname, first.name, first.time) == ("fw-1", "pump-01", 2.5)
    assert first.result == []
    (failure,) = second.result
    assert isinstance(failure, Failure)
    assert (failure.type, failure.message) == ("FAILED", 'it was FAILED, not "SUCCEEDED"')
    assert {one.name: one.value for one in suite.properties()}["seed"] == "42"
    assert suite._elem.findtext("system-out") == "the line was down for 3 s"


def test_that_timeouts_may_be_the_programs_own_lateness_stands_in_the_suites_output() -> None:
    late = Health(latencies_reliable=False, worst_loop_lag_ms=250.0, doubtful_timeouts=2)
    suite = suites_of(msgspec.structs.replace(report(), health=late, notices=["a notice"]))["executions"]
    told = suite._elem.findtext("system-out").splitlines()
    assert told[0].endswith("2 executions ended TIMED_OUT, which may be this lateness too")
    assert told[1:] == ["a notice"]
    assert {one.name: one.value for one in suite.properties()}["doubtful_timeouts"] == "2"


def test_the_time_of_a_case_is_in_real_seconds_as_that_of_the_suite() -> None:
    whole = report()
    fast = msgspec.structs.replace(whole, settings=msgspec.structs.replace(whole.settings, time_scale=20.0))
    suite = suites_of(fast)["executions"]
    assert suite.time == 10.5
    assert [case.time for case in suite] == [0.125, 0.125]


def test_characters_that_xml_cannot_hold_do_not_spoil_the_file() -> None:
    note = "bell \a, null \0, lone \ud800, fine \N{GRINNING FACE} & <tag>"
    (case,) = suites_of(report(row("pump-02", JobStatus.FAILED, note)))["executions"]
    assert case.result[0].message == "bell \ufffd, null \ufffd, lone \ufffd, fine \N{GRINNING FACE} & <tag>"


def test_each_assertion_is_a_case() -> None:
    results = [
        AssertionResult(name="a", sentence="p99 ≤ 200 ms", status=AssertionStatus.PASSED, at_seconds=3.0),
        AssertionResult(name="b", sentence="none IN_PROGRESS", status=AssertionStatus.FAILED, observed="3 were"),
        AssertionResult(name="c", sentence="aborted", status=AssertionStatus.UNDECIDED, observed="it was interrupted"),
    ]
    suite = suites_of(msgspec.structs.replace(report(), assertions=results))["assertions"]
    assert (suite.tests, suite.failures, suite.skipped) == (3, 1, 1)
    passed, failed, undecided = suite
    assert (passed.name, passed.result, passed.time) == ("a: p99 ≤ 200 ms", [], 3.0)
    assert isinstance(failed.result[0], Failure)
    assert failed.result[0].message == "none IN_PROGRESS: 3 were"
    assert isinstance(undecided.result[0], Skipped)
    assert undecided.result[0].message == "undecided: aborted: it was interrupted"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"interrupted": True}, "interrupted"),
        ({"endpoint_lost": "127.0.0.1:1883 was lost after 3 s"}, "endpoint lost"),
    ],
)
def test_a_run_that_was_cut_short_is_never_green(changes: dict[str, object], name: str) -> None:
    suite = suites_of(msgspec.structs.replace(report(row()), **changes))["run"]
    (case,) = suite
    assert (suite.errors, case.name) == (1, name)
    assert isinstance(case.result[0], Error)


def test_sums_over_all_suites_stand_at_the_top() -> None:
    whole = rich_report()
    root = JUnitXml.fromstring(to_junit(whole))
    assert (root.tests, root.failures, root.skipped) == (503, whole.unexpected + 1, 1)
    assert root.time == whole.real_seconds
