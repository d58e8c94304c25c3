"""Two reports side by side: what counts as different, and what does not."""

import io
import re

import msgspec
import pytest
from msgspec.structs import replace
from rich.console import Console

from simulator.compare import Comparison, compare
from simulator.compare_text import print_comparison, verdict
from simulator.jobs.model import JobStatus as S
from simulator.report import AssertionStatus, Latency, Report
from tests.support.reports import report, rich_report, row


def again(whole: Report, job_id: str = "fw-2") -> Report:
    """Return the report of the same run had again: another job id, other ports, other dates."""
    return replace(
        whole,
        began_at=whole.began_at + 60,
        ended_at=whole.ended_at + 61,
        job_ids=[job_id],
        executions=[replace(one, job_id=job_id) for one in whole.executions],
        settings=replace(whole.settings, mqtt="127.0.0.1:40001", http="http://127.0.0.1:40002"),
    )


def test_the_same_run_had_again_is_the_same() -> None:
    made = compare(rich_report(), again(rich_report()))
    assert made.same
    assert (made.divergences, made.settings, made.versions, made.assertions) == ([], [], [], [])
    assert next((one.status, one.a, one.b) for one in made.outcomes) == (S.SUCCEEDED, 452, 452)


def test_a_thing_with_another_outcome_is_told() -> None:
    made = compare(report(), again(report(row(), row("pump-02"))))
    assert not made.same
    (one,) = made.divergences
    assert (one.thing, one.job, one.execution_number, one.what) == ("pump-02", 1, 1, "FAILED in A, SUCCEEDED in B")
    assert (one.outcome_a, one.outcome_b) == (S.FAILED, S.SUCCEEDED)
    assert {one.status: (one.a, one.b) for one in made.outcomes} == {S.SUCCEEDED: (1, 2), S.FAILED: (1, 0)}


def test_outcomes_that_are_swapped_between_things_differ_although_their_counts_do_not() -> None:
    a = report(row("a"), row("b", S.FAILED))
    b = report(row("a", S.FAILED), row("b"))
    made = compare(a, b)
    assert all(one.a == one.b for one in made.outcomes)
    assert [one.thing for one in made.divergences] == ["a", "b"]
    assert not made.same


def test_a_thing_that_is_in_one_only_is_told() -> None:
    made = compare(report(row("a"), row("b")), report(row("b"), row("c")))
    assert [(one.thing, one.what) for one in made.divergences] == [("a", "is in A only"), ("c", "is in B only")]


def test_faults_are_compared_thing_by_thing() -> None:
    a = replace(report(), faults_by_thing={"pump-01": {"reboot": 1}, "pump-02": {"drop-line": 2}})
    b = replace(report(), faults_by_thing={"pump-01": {"drop-line": 2}, "pump-02": {"drop-line": 2}})
    made = compare(a, b)
    assert [(one.thing, one.what) for one in made.divergences] == [
        ("pump-01", "faults: 1 reboot in A, 2 drop-line in B")
    ]
    assert not made.same


def test_jobs_are_matched_by_their_order_not_by_their_ids() -> None:
    def two_jobs(first: str, second: str) -> Report:
        executions = [replace(row("a"), job_id=first), replace(row("a", S.FAILED), job_id=second)]
        return replace(report(), job_ids=[first, second], executions=sorted(executions, key=lambda one: one.job_id))

    assert compare(two_jobs("fw-a", "fw-b"), two_jobs("fw-z", "fw-y")).same


def test_percentiles_stand_side_by_side_with_their_difference() -> None:
    slower = replace(report(), latency=Latency(count=9, p50_ms=3.0, p90_ms=3.0, p99_ms=4.5, max_ms=5.0))
    made = compare(report(), slower)
    p50 = made.percentiles[0]
    assert (p50.name, p50.a, p50.b, p50.change, p50.change_percent) == ("p50", 1.5, 3.0, 1.5, 100.0)
    assert made.same, "latencies are never quite the same"


@pytest.mark.parametrize(("tolerance", "same"), [(100.0, True), (99.0, False)])
def test_latencies_count_where_a_tolerance_is_given(tolerance: float, same: bool) -> None:
    slower = replace(report(), latency=Latency(count=9, p50_ms=3.0, p90_ms=3.0, p99_ms=4.5, max_ms=5.0))
    assert compare(report(), slower, latency_tolerance_percent=tolerance).same is same
    assert compare(slower, report(), latency_tolerance_percent=tolerance).same, "faster is fine"


def test_settings_and_versions_that_differ_are_listed_and_do_not_count() -> None:
    whole = report()
    other = replace(
        whole, settings=replace(whole.settings, seed=43, ramp=5.0, event_log="x"), libraries={"msgspec": "1"}
    )
    made = compare(whole, other)
    assert made.same
    assert [(one.name, one.a, one.b) for one in made.settings] == [("seed", "42", "43"), ("ramp", "0.0", "5.0")]
    assert [(one.name, one.a, one.b) for one in made.versions] == [("msgspec", "none", "1")]


def test_addresses_count_as_settings_unless_both_are_local() -> None:
    whole = report()
    far = replace(whole, settings=replace(whole.settings, mqtt="mqtts://host:8883"))
    assert [one.name for one in compare(whole, far).settings] == ["mqtt"]


def test_an_assertion_with_another_result_makes_a_difference() -> None:
    whole = rich_report(things=10)
    other = replace(
        whole,
        assertions=[msgspec.convert(replaced(one), type(one)) for one in whole.assertions],
    )
    made = compare(whole, other)
    assert [(one.a, one.b) for one in made.assertions] == [("failed", "passed")]
    assert not made.same


def replaced(one: object) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(one)
    if plain["status"] == AssertionStatus.FAILED:
        plain["status"] = "passed"
    return plain


def test_a_run_whose_latencies_cannot_be_trusted_is_told_of() -> None:
    assert [one[:30] for one in compare(report(), rich_report()).warnings] == ["B: Latencies are unreliable: t"]


def printed(made: Comparison) -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    print_comparison(console, made, "a.json", "b.json")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_it_is_printed_with_outcomes_percentiles_and_things() -> None:
    text = printed(compare(report(), again(report(row(), row("pump-02")))))
    assert "A a.json" in text
    assert re.search(r"SUCCEEDED +1 +2 +\+1 *\n", text)
    assert re.search(r"FAILED +1 +0 +-1 *\n", text)
    assert "pump-02 job 1: FAILED in A, SUCCEEDED in B" in text
    assert text.rstrip().endswith("different: 1 thing differs in outcome or faults")


def test_the_verdict_says_why() -> None:
    same = compare(report(), report())
    assert verdict(same) == "same: every thing had the same outcomes and the same faults"
    slow = replace(same, same=False, latencies_within_tolerance=False)
    assert verdict(slow) == "different: latencies rose by more than the tolerance"


def test_of_very_many_differences_the_first_are_printed_and_the_rest_counted() -> None:
    a = report(*(row(f"t-{number:03d}") for number in range(120)))
    b = report(*(row(f"t-{number:03d}", S.FAILED) for number in range(120)))
    text = printed(compare(a, b))
    assert "t-049" in text
    assert "t-050" not in text
    assert "and 70 more; --json has all of them" in text
