"""What an operator's calls do to jobs and executions: checklist 80 to 91 as far as they need no HTTP."""

import pytest

from simulator.jobs.control import ControlError, NewJob
from simulator.jobs.stored import JobState
from tests.support.jobs_desk import DOCUMENT, Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.known_things = {"t", "u"}
    return desk


def new_job(**changes: object) -> NewJob:
    members: dict = {"job_id": "j1", "targets": ("arn",), "document": DOCUMENT} | changes
    return NewJob(**members)


def error_of(desk: Desk, operation: object) -> ControlError:
    with pytest.raises(ControlError) as caught:
        desk.do(operation)  # type: ignore[arg-type]
    return caught.value


def test_80_a_job_id_can_be_taken_once(desk: Desk) -> None:
    desk.create_job("j1")
    error = error_of(desk, lambda control, now: control.create(new_job(), now))
    assert (error.name, error.http_status) == ("ResourceAlreadyExistsException", 409)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"document": None}, "document"),
        ({"document": ""}, "document"),
        ({"document": "{not json"}, "document"),
        ({"document": '"' + "x" * 32_767 + '"'}, "document"),
        ({"job_id": "has space"}, "jobId"),
        ({"job_id": "x" * 65}, "jobId"),
        ({"targets": ()}, "targets"),
        ({"targets": tuple("arn" for _ in range(101))}, "targets"),
        ({"description": "x" * 2029}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"in_progress_timeout_minutes": 0}, "inProgressTimeoutInMinutes"),
        ({"in_progress_timeout_minutes": 10_081}, "inProgressTimeoutInMinutes"),
    ],
)
def test_81_a_job_out_of_limits_is_refused_naming_the_member(desk: Desk, changes: dict, named: str) -> None:
    error = error_of(desk, lambda control, now: control.create(new_job(**changes), now))
    assert (error.name, error.http_status) == ("InvalidRequestException", 400)
    assert named in error.message
    assert desk.book.jobs == {}


def test_a_document_of_exactly_the_limit_is_taken(desk: Desk) -> None:
    desk.do(lambda control, now: control.create(new_job(document='"' + "x" * 32_766 + '"'), now))
    assert "j1" in desk.book.jobs


@pytest.mark.parametrize(
    "changes",
    [
        {"job_id": "x" * 64},
        {"targets": ("arn",) * 100},
        {"description": "x"},
        {"description": "x" * 2028},
        {"in_progress_timeout_minutes": 1},
        {"in_progress_timeout_minutes": 10_080},
        {"destination_package_versions": ("arn:p",) * 25},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_job_at_the_limits_is_made(desk: Desk, changes: dict) -> None:
    desk.do(lambda control, now: control.create(new_job(**changes), now))
    (job,) = desk.book.jobs.values()
    assert {name: getattr(job, name) for name in changes} == changes


def test_a_job_rolls_out_until_it_is_said_to_be_done(desk: Desk) -> None:
    desk.do(lambda control, now: control.create(new_job(), now))
    desk.do(lambda control, now: control.queue("j1", ["t"], now))
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    assert desk.control.job("j1").status is JobState.IN_PROGRESS
    desk.do(lambda control, now: control.finish_rollout("j1", now))
    assert desk.control.job("j1").status is JobState.COMPLETED


def test_a_snapshot_job_of_nobody_completes(desk: Desk) -> None:
    desk.do(lambda control, now: control.create(new_job(), now))
    desk.do(lambda control, now: control.finish_rollout("j1", now))
    assert desk.control.job("j1").status is JobState.COMPLETED


def test_86_cancel_ends_what_is_queued_and_leaves_what_is_in_progress(desk: Desk) -> None:
    desk.create_job("j1", "t", "u")
    desk.accepted("start-next", thing="t")
    desk.do(lambda control, now: control.cancel("j1", now, reason_code="WRONG_BUILD", comment="Sorry."))
    job = desk.control.job("j1")
    assert (job.status, job.reason_code, job.comment) == ("CANCELED", "WRONG_BUILD", "Sorry.")
    assert desk.execution("j1", "u").status == "CANCELED"
    assert desk.execution("j1", "u").started_at is None
    assert desk.execution("j1", "u").version_number == 2
    desk.accepted("j1/update", {"status": "SUCCEEDED"}, thing="t")
    assert desk.control.job("j1").status is JobState.CANCELED


def test_87_a_forced_cancel_ends_both(desk: Desk) -> None:
    desk.create_job("j1", "t", "u")
    desk.accepted("start-next", thing="t")
    desk.do(lambda control, now: control.cancel("j1", now, force=True))
    assert desk.control.job("j1").force_canceled
    assert {desk.execution("j1", name).status for name in ("t", "u")} == {"CANCELED"}
    assert desk.execution("j1", "t").force_canceled
    assert not desk.execution("j1", "u").force_canceled


def test_a_job_that_has_ended_cannot_be_cancelled(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    assert error_of(desk, lambda control, now: control.cancel("j1", now)).name == "InvalidRequestException"


def test_a_bad_reason_code_is_refused_and_nothing_is_cancelled(desk: Desk) -> None:
    desk.create_job("j1")
    error = error_of(desk, lambda control, now: control.cancel("j1", now, reason_code="lower case"))
    assert error.name == "InvalidRequestException"
    assert desk.execution("j1").status == "QUEUED"


def test_88_cancelling_an_execution_in_progress_takes_force(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("start-next")
    error = error_of(desk, lambda control, now: control.cancel_execution("t", "j1", now))
    assert (error.name, error.http_status) == ("InvalidStateTransitionException", 409)
    desk.do(lambda control, now: control.cancel_execution("t", "j1", now, force=True, status_details={"why": "x"}))
    stored = desk.execution("j1")
    assert (stored.status, stored.force_canceled, stored.status_details) == ("CANCELED", True, {"why": "x"})


def test_88_cancelling_with_another_version_is_a_conflict(desk: Desk) -> None:
    desk.create_job("j1")
    error = error_of(desk, lambda control, now: control.cancel_execution("t", "j1", now, expected_version=5))
    assert (error.name, error.http_status) == ("VersionConflictException", 409)
    desk.do(lambda control, now: control.cancel_execution("t", "j1", now, expected_version=1))
    assert desk.execution("j1").status == "CANCELED"


def test_cancelling_the_last_execution_completes_the_job(desk: Desk) -> None:
    desk.create_job("j1")
    desk.do(lambda control, now: control.cancel_execution("t", "j1", now))
    assert desk.control.job("j1").status is JobState.COMPLETED


def test_89_deleting_a_live_job_takes_force_and_leaves_nothing(desk: Desk) -> None:
    desk.create_job("j1", "t", "u")
    error = error_of(desk, lambda control, now: control.delete("j1", now))
    assert (error.name, error.http_status) == ("InvalidStateTransitionException", 409)
    effects = desk.do(lambda control, now: control.delete("j1", now, force=True))
    assert effects.deleted_jobs == ["j1"]
    assert len(effects.deleted) == 2
    assert list(desk.book.executions()) == []
    assert error_of(desk, lambda control, now: control.delete("j1", now)).name == "ResourceNotFoundException"


def test_90_deleting_an_execution_in_progress_takes_force(desk: Desk) -> None:
    desk.create_job("j1", "t", "u")
    desk.accepted("start-next", thing="t")
    error = error_of(desk, lambda control, now: control.delete_execution("t", "j1", 1, now))
    assert (error.name, error.http_status) == ("InvalidStateTransitionException", 409)
    desk.do(lambda control, now: control.delete_execution("t", "j1", 1, now, force=True))
    assert desk.book.find("t", "j1") is None
    desk.do(lambda control, now: control.delete_execution("u", "j1", 1, now))
    assert desk.control.job("j1").status is JobState.COMPLETED


def test_91_the_counters_sum_to_the_number_of_executions(desk: Desk) -> None:
    desk.create_job("j1", "t", "u")
    assert {status: count for status, count in desk.book.counts("j1").items() if count} == {"QUEUED": 2}
    desk.accepted("start-next", thing="t")
    desk.accepted("j1/update", {"status": "FAILED"}, thing="u")
    assert {status: count for status, count in desk.book.counts("j1").items() if count} == {
        "IN_PROGRESS": 1,
        "FAILED": 1,
    }


def test_a_job_queued_again_for_the_same_thing_counts_its_executions_up(desk: Desk) -> None:
    desk.create_job("j1", "t", "u")
    desk.accepted("j1/update", {"status": "FAILED"}, thing="t")
    desk.do(lambda control, now: control.queue("j1", ["t"], now))
    assert desk.execution("j1").execution_number == 2
    assert desk.rejected("j1/update", {"status": "SUCCEEDED", "executionNumber": 1})["code"] == "InvalidStateTransition"
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    assert [each.status for each in desk.book.of_thing("t")] == ["FAILED", "SUCCEEDED"]


def test_a_thing_that_leaves_the_registry_has_its_pending_executions_removed(desk: Desk) -> None:
    desk.create_job("j1")
    desk.create_job("j2")
    desk.accepted("start-next")
    desk.do(lambda control, now: control.remove_thing("t", now))
    assert {desk.execution("j1").status, desk.execution("j2").status} == {"REMOVED"}
    assert desk.notified("notify")[0]["jobs"] == {}
    assert desk.control.job("j1").status is JobState.COMPLETED


def test_queueing_for_a_job_that_was_cancelled_meanwhile_does_nothing(desk: Desk) -> None:
    desk.do(lambda control, now: control.create(new_job(), now))
    desk.do(lambda control, now: control.cancel("j1", now))
    effects = desk.do(lambda control, now: control.queue("j1", ["t"], now))
    assert not effects.changes_something
