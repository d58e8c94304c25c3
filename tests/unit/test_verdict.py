"""Verdicts: an execution is as expected only if the scenario allows its end and the thing believes what is stored."""

from dataclasses import replace

import pytest

from simulator.fleet import ThingSpec
from simulator.jobs.model import JobStatus as S
from simulator.operator_views import ExecutionView
from simulator.scenario import loader
from simulator.verdict import Wanted, believed_rows_of, judge, rows_of
from simulator.watch import Belief

SPEC = ThingSpec(name="pump-01", scenario="fail", seed=9)
FAIL = loader.builtin("fail")
STORED = ExecutionView(
    thing_name="pump-01",
    job_id="j1",
    status=S.FAILED,
    execution_number=1,
    queued_at=1.0,
    started_at=2.0,
    last_updated_at=5.0,
)


def note(stored: S = S.FAILED, belief: Belief | None = None, version: int | None = None) -> str:
    """Return what is said of an execution of a thing that was to fail."""
    row = judge(replace(STORED, status=stored), SPEC, FAIL, belief, version, 0.5)
    assert row.as_expected == (row.note == "")
    return row.note


def test_the_end_that_the_scenario_says_and_the_thing_believes_is_as_expected() -> None:
    row = judge(STORED, SPEC, FAIL, Belief(S.FAILED, 4), 4, 0.5)
    assert row.as_expected
    assert (row.status_believed, row.status_stored, row.version_believed, row.version_stored) == (
        S.FAILED,
        S.FAILED,
        4,
        4,
    )
    assert (row.expected, row.seed, row.scenario) == ([S.FAILED], 9, "fail")
    assert row.seconds == 3.0
    assert (row.queued_after_seconds, row.started_after_seconds, row.ended_after_seconds) == (0.5, 1.5, 4.5)


def test_another_end_is_told() -> None:
    assert note(S.SUCCEEDED, Belief(S.SUCCEEDED, 4)) == "it is SUCCEEDED; the scenario ends in FAILED"


def test_a_thing_that_believes_otherwise_is_told() -> None:
    assert note(belief=Belief(S.IN_PROGRESS, 3)) == "the thing believes IN_PROGRESS, the service has FAILED"


def test_a_version_that_differs_is_told() -> None:
    assert note(belief=Belief(S.FAILED, 3), version=4) == "the thing believes version 3, the service has 4"
    assert note(belief=Belief(S.FAILED, 3), version=None) == ""


def test_several_things_wrong_are_told_together() -> None:
    told = note(S.SUCCEEDED, Belief(S.FAILED, 3))
    assert told == "it is SUCCEEDED; the scenario ends in FAILED; the thing believes FAILED, the service has SUCCEEDED"


@pytest.mark.parametrize("status", [S.SUCCEEDED, S.FAILED, S.TIMED_OUT, S.IN_PROGRESS])
def test_a_thing_that_never_heard_of_what_it_must_have_begun_is_told(status: S) -> None:
    assert f"the thing never heard of it, the service has {status}" in note(status, None)


@pytest.mark.parametrize("status", [S.QUEUED, S.CANCELED, S.REMOVED])
def test_what_no_thing_need_have_heard_of_is_no_difference(status: S) -> None:
    assert "never heard" not in note(status, None)


def test_an_execution_that_has_not_ended_has_no_end() -> None:
    assert judge(replace(STORED, status=S.IN_PROGRESS), SPEC, FAIL, None, None, 0.5).ended_after_seconds is None


def test_an_execution_that_is_not_listed_is_a_row_of_its_own_and_other_fleets_are_none() -> None:
    specs = {"pump-01": SPEC, "pump-02": ThingSpec(name="pump-02", scenario="fail")}
    strange = replace(STORED, thing_name="someone-elses")
    beliefs = {("pump-01", "j1", 1): Belief(S.FAILED, 4)}
    rows = rows_of({"j1": [STORED, strange]}, specs, {"fail": FAIL}, beliefs, {("pump-01", "j1", 1): 4}, {"j1": 0.5})
    assert [(row.thing, row.as_expected) for row in rows] == [("pump-01", True), ("pump-02", False)]
    assert rows[1].status_stored is None
    assert rows[1].note == "the service has no execution of this job for the thing"


def test_where_the_service_cannot_be_asked_an_end_that_was_accepted_counts_and_nothing_else_does() -> None:
    specs = {name: ThingSpec(name=name, scenario="fail") for name in ("a", "b", "c", "d")}
    beliefs = {
        ("a", "j1", 1): Belief(S.FAILED, 4),
        ("b", "j1", 2): Belief(S.IN_PROGRESS, 3),
        ("c", "j1", 1): Belief(S.CANCELED, 3),
        ("a", "another", 1): Belief(S.FAILED, 4),
    }
    rows = believed_rows_of(["j1"], specs, {"fail": FAIL}, beliefs)
    assert [(row.thing, row.execution_number, row.status_stored, row.as_expected, row.note) for row in rows] == [
        ("a", 1, None, True, ""),
        ("b", 2, None, False, "the thing believes IN_PROGRESS, the service could not be asked"),
        ("c", 1, None, False, "the thing believes CANCELED, the service could not be asked"),
        ("d", 1, None, False, "the thing never heard of it, the service could not be asked"),
    ]


def test_a_job_for_some_things_is_missed_by_none_of_the_others() -> None:
    specs = {"pump-01": SPEC, "pump-02": ThingSpec(name="pump-02", scenario="fail")}
    beliefs = {("pump-01", "j1", 1): Belief(S.FAILED, 4)}
    wanted = {"j1": Wanted(frozenset({"pump-01"}))}
    (row,) = rows_of({"j1": [STORED]}, specs, {"fail": FAIL}, beliefs, {}, {"j1": 0.5}, wanted)
    assert (row.thing, row.as_expected) == ("pump-01", True)
    (believed,) = believed_rows_of(["j1"], specs, {"fail": FAIL}, {}, wanted)
    assert believed.thing == "pump-01"


def test_what_the_service_canceled_is_expected_of_a_job_that_may_abort_and_of_no_other() -> None:
    canceled = replace(STORED, status=S.CANCELED, started_at=None)
    specs = {"pump-01": SPEC, "pump-02": ThingSpec(name="pump-02", scenario="fail")}

    def rows(*, may_abort: bool) -> dict[str, bool]:
        wanted = {"j1": Wanted(frozenset(specs), may_abort)}
        found = rows_of({"j1": [canceled]}, specs, {"fail": FAIL}, {}, {}, {"j1": 0.5}, wanted)
        return {row.thing: row.as_expected for row in found}

    assert rows(may_abort=True) == {"pump-01": True}  # it was aborted before it came to the other one
    assert rows(may_abort=False) == {"pump-01": False, "pump-02": False}
