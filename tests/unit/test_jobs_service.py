"""The rules of the four data-plane operations: checklist 21 to 69 of the reference, as far as they need no wire."""

import json

import pytest

from tests.support.jobs_desk import DOCUMENT, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- GetPendingJobExecutions --------------------------------------------------------------------


def test_21_nothing_pending_is_two_empty_lists(desk: Desk) -> None:
    assert desk.accepted("get", {}) == {"timestamp": 1_750_000_000, "inProgressJobs": [], "queuedJobs": []}


def test_22_pending_executions_are_listed_by_status_as_summaries(desk: Desk) -> None:
    desk.create_job("j1")
    desk.create_job("j2")
    desk.now += 10
    desk.accepted("start-next", {"statusDetails": {"a": "b"}})
    assert desk.accepted("get") == {
        "timestamp": 1_750_000_010,
        "inProgressJobs": [
            {
                "jobId": "j1",
                "queuedAt": 1_750_000_000,
                "startedAt": 1_750_000_010,
                "lastUpdatedAt": 1_750_000_010,
                "executionNumber": 1,
                "versionNumber": 2,
            }
        ],
        "queuedJobs": [
            {
                "jobId": "j2",
                "queuedAt": 1_750_000_000,
                "lastUpdatedAt": 1_750_000_000,
                "executionNumber": 1,
                "versionNumber": 1,
            }
        ],
    }


@pytest.mark.parametrize("tail", ["get", "start-next", "$next/get", "nojob/update"])
def test_23_the_client_token_is_echoed_and_absent_if_none_was_given(desk: Desk, tail: str) -> None:
    assert desk.ask(tail, {"status": "IN_PROGRESS", "clientToken": "x"})[1]["clientToken"] == "x"
    assert "clientToken" not in desk.ask(tail, {"status": "IN_PROGRESS"})[1]


def test_24_terminal_executions_are_not_pending(desk: Desk) -> None:
    for number, status in enumerate(("FAILED", "SUCCEEDED", "REJECTED")):
        desk.create_job(f"j{number}")
        desk.accepted(f"j{number}/update", {"status": status})
    desk.create_job("late", timeout=1)
    desk.accepted("start-next")
    desk.now += 60
    desk.expire("late")
    desk.create_job("cancelled")
    desk.do(lambda control, now: control.cancel("cancelled", now))
    ends = ["FAILED", "SUCCEEDED", "REJECTED", "TIMED_OUT", "CANCELED"]
    assert [each.status for each in desk.book.of_thing("t")] == ends
    body = desk.accepted("get")
    assert body["inProgressJobs"] == body["queuedJobs"] == []
    desk.create_job("left")
    desk.do(lambda control, now: control.remove_thing("t", now))
    assert desk.execution("left").status == "REMOVED"
    body = desk.accepted("get")
    assert body["inProgressJobs"] == body["queuedJobs"] == []


def test_get_lists_the_first_ten_of_the_pending_order(desk: Desk) -> None:
    for number in range(11):
        desk.create_job(f"j{number}")
    desk.accepted("j10/update", {"status": "IN_PROGRESS"})
    body = desk.accepted("get")
    assert [entry["jobId"] for entry in body["inProgressJobs"]] == ["j10"]
    assert [entry["jobId"] for entry in body["queuedJobs"]] == [f"j{number}" for number in range(9)]


def test_get_for_a_thing_that_is_not_in_the_registry_is_resource_not_found(desk: Desk) -> None:
    assert desk.rejected("get", thing="stranger")["code"] == "ResourceNotFound"


# --- StartNextPendingJobExecution --------------------------------------------------------------------


def test_27_start_next_with_nothing_pending_is_accepted_without_execution(desk: Desk) -> None:
    assert desk.accepted("start-next", {"clientToken": "x"}) == {"timestamp": 1_750_000_000, "clientToken": "x"}


def test_28_start_next_starts_the_first_with_the_given_details(desk: Desk) -> None:
    desk.create_job("j1")
    desk.now += 5
    execution = desk.accepted("start-next", {"statusDetails": {"a": "b"}})["execution"]
    assert execution == {
        "jobId": "j1",
        "status": "IN_PROGRESS",
        "statusDetails": {"a": "b"},
        "queuedAt": 1_750_000_000,
        "startedAt": 1_750_000_005,
        "lastUpdatedAt": 1_750_000_005,
        "versionNumber": 2,
        "executionNumber": 1,
        "jobDocument": json.loads(DOCUMENT),
    }


def test_29_without_details_the_member_is_absent(desk: Desk) -> None:
    desk.create_job("j1")
    assert "statusDetails" not in desk.accepted("start-next")["execution"]


def test_30_an_execution_in_progress_is_returned_unchanged(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("start-next")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {"a": "b"}})
    stored = desk.execution("j1")
    desk.now += 5
    answer = desk.accepted("start-next", {"statusDetails": {"c": "d"}, "stepTimeoutInMinutes": 5})["execution"]
    assert (answer["statusDetails"], answer["versionNumber"]) == ({"a": "b"}, 3)
    assert desk.execution("j1") == stored


def test_31_in_progress_comes_before_an_earlier_queued_one(desk: Desk) -> None:
    desk.create_job("j1")
    desk.now += 1
    desk.create_job("j2")
    desk.accepted("j2/update", {"status": "IN_PROGRESS"})
    assert desk.accepted("start-next")["execution"]["jobId"] == "j2"


def test_32_a_timer_shows_the_seconds_left(desk: Desk) -> None:
    desk.create_job("j1", timeout=10)
    assert 595 <= desk.accepted("start-next")["execution"]["approximateSecondsBeforeTimedOut"] <= 600
    desk.now += 100
    assert desk.accepted("j1/get")["execution"]["approximateSecondsBeforeTimedOut"] == 500


def test_33_without_a_timer_there_are_no_seconds_left_to_show(desk: Desk) -> None:
    desk.create_job("j1")
    assert "approximateSecondsBeforeTimedOut" not in desk.accepted("start-next")["execution"]


@pytest.mark.parametrize("minutes", [0, -1, 10_081])
def test_34_start_next_refuses_step_timeouts_out_of_range(desk: Desk, minutes: int) -> None:
    desk.create_job("j1")
    body = desk.rejected("start-next", {"stepTimeoutInMinutes": minutes})
    assert body["code"] == "InvalidRequest"
    assert "stepTimeoutInMinutes" in body["message"]
    assert desk.execution("j1").status == "QUEUED"


def test_35_the_thing_name_is_absent_over_mqtt(desk: Desk) -> None:
    desk.create_job("j1")
    assert "thingName" not in desk.accepted("$next/get")["execution"]
    assert "thingName" not in desk.accepted("start-next")["execution"]
    assert "thingName" not in desk.accepted("j1/get")["execution"]
    assert all("thingName" not in entry for entry in desk.accepted("get")["inProgressJobs"])
    desk.create_job("j2")
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    assert "thingName" not in desk.notified("notify-next")[0]["execution"]


# --- DescribeJobExecution --------------------------------------------------------------------


def test_36_next_describes_the_first_with_its_document(desk: Desk) -> None:
    desk.create_job("j1")
    desk.create_job("j2")
    execution = desk.accepted("$next/get")["execution"]
    assert (execution["jobId"], execution["jobDocument"]) == ("j1", json.loads(DOCUMENT))


def test_37_next_with_nothing_pending_has_no_execution(desk: Desk) -> None:
    assert desk.accepted("$next/get") == {"timestamp": 1_750_000_000}


def test_38_the_document_can_be_left_out(desk: Desk) -> None:
    desk.create_job("j1")
    assert "jobDocument" not in desk.accepted("j1/get", {"includeJobDocument": False})["execution"]
    assert "jobDocument" in desk.accepted("j1/get", {"includeJobDocument": True})["execution"]


def test_39_an_unknown_job_is_resource_not_found(desk: Desk) -> None:
    assert desk.rejected("nojob/get")["code"] == "ResourceNotFound"


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "REJECTED"])
def test_40_a_terminal_execution_cannot_be_described_by_id(desk: Desk, status: str) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": status})
    body = desk.rejected("j1/get")
    assert body["code"] == "TerminalStateReached"
    assert "executionState" not in body


def test_41_describing_changes_nothing(desk: Desk) -> None:
    desk.create_job("j1")
    stored = desk.execution("j1")
    desk.now += 9
    for tail in ("j1/get", "$next/get", "get"):
        desk.accepted(tail)
        assert desk.execution("j1") == stored
        assert desk.told == []


@pytest.mark.parametrize("tail", ["$next/get", "get", "start-next"])
def test_45_zero_bytes_are_an_empty_request(desk: Desk, tail: str) -> None:
    body = desk.accepted(tail, b"")
    assert "clientToken" not in body


def test_next_ignores_the_execution_number(desk: Desk) -> None:
    desk.create_job("j1")
    assert desk.accepted("$next/get", {"executionNumber": 77})["execution"]["jobId"] == "j1"


def test_describing_an_unknown_execution_number_is_resource_not_found(desk: Desk) -> None:
    desk.create_job("j1")
    assert desk.rejected("j1/get", {"executionNumber": 2})["code"] == "ResourceNotFound"
    assert desk.accepted("j1/get", {"executionNumber": 1})["execution"]["jobId"] == "j1"


# --- UpdateJobExecution --------------------------------------------------------------------


def test_46_an_accepted_update_says_nothing_but_the_time(desk: Desk) -> None:
    desk.create_job("j1")
    assert desk.accepted("j1/update", {"status": "IN_PROGRESS"}) == {"timestamp": 1_750_000_000}
    assert (desk.execution("j1").status, desk.execution("j1").version_number) == ("IN_PROGRESS", 2)


@pytest.mark.parametrize("status", ["FAILED", "REJECTED", "SUCCEEDED"])
def test_47_and_48_a_queued_execution_may_end_at_once(desk: Desk, status: str) -> None:
    desk.create_job("j1")
    desk.now += 7
    desk.accepted("j1/update", {"status": status})
    stored = desk.execution("j1")
    assert (stored.status, stored.version_number) == (status, 2)
    assert stored.started_at == stored.last_updated_at == desk.now


def test_49_each_accepted_update_raises_the_version_by_one(desk: Desk) -> None:
    desk.create_job("j1")
    for _ in range(3):
        desk.accepted("j1/update", {"status": "IN_PROGRESS"})
    assert desk.execution("j1").version_number == 4


def test_50_details_are_replaced_as_a_whole(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {"receive": "1/321"}})
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {"self_test": "ready"}})
    assert desk.execution("j1").status_details == {"self_test": "ready"}


def test_51_details_that_are_omitted_stay(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {"a": "b"}})
    desk.accepted("j1/update", {"status": "IN_PROGRESS"})
    assert desk.execution("j1").status_details == {"a": "b"}


def test_empty_details_clear(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {"a": "b"}})
    body = desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {}, "includeJobExecutionState": True})
    assert body["executionState"] == {"status": "IN_PROGRESS", "versionNumber": 3}


def test_52_another_version_than_expected_is_refused_with_the_stored_state(desk: Desk) -> None:
    desk.create_job("j1")
    stored = desk.execution("j1")
    body = desk.rejected("j1/update", {"status": "IN_PROGRESS", "expectedVersion": 99, "clientToken": "abc"})
    assert body == {
        "clientToken": "abc",
        "timestamp": 1_750_000_000,
        "code": "VersionMismatch",
        "message": "Expected version 99 but found version 1",
        "executionState": {"status": "QUEUED", "versionNumber": 1},
    }
    assert desk.execution("j1") == stored
    assert desk.told == []


@pytest.mark.parametrize("expected", [2, "2"])
def test_53_the_expected_version_may_be_quoted(desk: Desk, expected: object) -> None:
    desk.create_job("j1")
    desk.accepted("start-next")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "expectedVersion": expected})
    assert desk.execution("j1").version_number == 3


def test_54_the_state_is_that_after_the_update(desk: Desk) -> None:
    desk.create_job("j1")
    body = desk.accepted(
        "j1/update", {"status": "IN_PROGRESS", "statusDetails": {"p": "1"}, "includeJobExecutionState": True}
    )
    assert body["executionState"] == {"status": "IN_PROGRESS", "statusDetails": {"p": "1"}, "versionNumber": 2}
    assert "jobDocument" not in body


def test_55_the_document_is_an_object_over_mqtt(desk: Desk) -> None:
    desk.create_job("j1")
    body = desk.accepted("j1/update", {"status": "IN_PROGRESS", "includeJobDocument": True})
    assert body["jobDocument"] == json.loads(DOCUMENT)
    assert "executionState" not in body


@pytest.mark.parametrize("payload", [{}, {"statusDetails": {"a": "b"}}, {"status": None}, b""])
def test_56_a_missing_status_is_an_invalid_request(desk: Desk, payload: dict | bytes) -> None:
    desk.create_job("j1")
    body = desk.rejected("j1/update", payload)
    assert body["code"] == "InvalidRequest"
    assert "Value null at 'status' failed to satisfy constraint: Member must not be null" in body["message"]
    assert desk.execution("j1").version_number == 1


@pytest.mark.parametrize("again", ["IN_PROGRESS", "SUCCEEDED", "FAILED"])
def test_57_a_terminal_execution_takes_no_update(desk: Desk, again: str) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "SUCCEEDED", "statusDetails": {"k": "v"}})
    body = desk.rejected("j1/update", {"status": again})
    assert body["code"] == "InvalidStateTransition"
    assert body["executionState"] == {"status": "SUCCEEDED", "statusDetails": {"k": "v"}, "versionNumber": 2}


def test_58_a_thing_learns_of_a_forced_cancel_by_its_next_update(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("start-next")
    desk.do(lambda control, now: control.cancel("j1", now, force=True))
    body = desk.rejected("j1/update", {"status": "IN_PROGRESS"})
    assert body["code"] == "InvalidStateTransition"
    assert body["executionState"] == {"status": "CANCELED", "versionNumber": 3}


@pytest.mark.parametrize("status", ["QUEUED", "CANCELED", "REMOVED", "TIMED_OUT", "SUCCESS", "in_progress", 1])
def test_59_a_thing_cannot_set_the_other_statuses(desk: Desk, status: object) -> None:
    desk.create_job("j1")
    stored = desk.execution("j1")
    assert desk.rejected("j1/update", {"status": status})["code"] == "InvalidRequest"
    assert desk.execution("j1") == stored


def test_60_a_deleted_execution_is_not_found(desk: Desk) -> None:
    desk.create_job("j1")
    desk.do(lambda control, now: control.delete("j1", now, force=True))
    assert desk.rejected("j1/update", {"status": "SUCCEEDED"})["code"] == "ResourceNotFound"
    desk.known_things = {"t", "u"}
    desk.create_job("j2", "t", "u")
    desk.do(lambda control, now: control.delete_execution("t", "j2", 1, now))
    assert desk.rejected("j2/update", {"status": "SUCCEEDED"})["code"] == "ResourceNotFound"
    desk.accepted("j2/update", {"status": "SUCCEEDED"}, thing="u")


@pytest.mark.parametrize(
    "details",
    [
        {"a": "x" * 1025},
        {f"k{number}": "v" for number in range(11)},
        {"a key": "v"},
        {"": "v"},
        {"k" * 129: "v"},
        {"a": ""},
        {"a": 5},
        {"a": None},
        {"a": "bell\x07"},
        {"a": "zero width\u200b"},
        ["a"],
        "a",
    ],
)
def test_61_bad_details_are_an_invalid_request_naming_the_member(desk: Desk, details: object) -> None:
    desk.create_job("j1")
    body = desk.rejected("j1/update", {"status": "IN_PROGRESS", "statusDetails": details, "clientToken": "x"})
    assert body["code"] == "InvalidRequest"
    assert "statusDetails" in body["message"]
    assert body["clientToken"] == "x"
    assert desk.execution("j1").version_number == 1


@pytest.mark.parametrize(
    "details", [{"a": "x" * 1024}, {f"k{number}": "v" for number in range(10)}, {"a:b_c-d": "line\n"}, {"k" * 128: "é"}]
)
def test_details_at_the_limits_are_accepted(desk: Desk, details: dict[str, str]) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": details})
    assert desk.execution("j1").status_details == details


@pytest.mark.parametrize("minutes", [0, -2, 10_081, "soon", 1.5, True])
def test_62_a_step_timeout_out_of_range_is_an_invalid_request(desk: Desk, minutes: object) -> None:
    desk.create_job("j1")
    body = desk.rejected("j1/update", {"status": "IN_PROGRESS", "stepTimeoutInMinutes": minutes})
    assert body["code"] == "InvalidRequest"
    assert "stepTimeoutInMinutes" in body["message"]


@pytest.mark.parametrize("minutes", [-1, 1, 10_080, "5"])
def test_62_a_step_timeout_within_range_or_minus_one_is_accepted(desk: Desk, minutes: object) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "stepTimeoutInMinutes": minutes})


def test_63_an_unknown_execution_number_is_not_found(desk: Desk) -> None:
    desk.create_job("j1")
    body = desk.rejected("j1/update", {"status": "IN_PROGRESS", "executionNumber": 2})
    assert body["code"] == "ResourceNotFound"
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "executionNumber": "1"})


@pytest.mark.parametrize("payload", [b"{", b"not json", b"\xff\xfe", b"[]", b'"x"', b"[" * 5000, b"null"])
def test_65_a_payload_that_is_no_json_object_is_invalid_json(desk: Desk, payload: bytes) -> None:
    desk.create_job("j1")
    body = desk.rejected("j1/update", payload)
    assert body["code"] == "InvalidJson"
    assert "clientToken" not in body


def test_66_the_state_is_only_in_the_two_rejections_that_need_it(desk: Desk) -> None:
    desk.create_job("j1")
    for tail, payload, code in [
        ("nojob/update", {"status": "FAILED"}, "ResourceNotFound"),
        ("j1/update", {"status": "QUEUED"}, "InvalidRequest"),
        ("j1/update", b"{", "InvalidJson"),
    ]:
        body = desk.rejected(tail, payload)
        assert body["code"] == code
        assert body["message"]
        assert body["timestamp"] == 1_750_000_000
        assert "executionState" not in body
    assert "executionState" in desk.rejected("j1/update", {"status": "FAILED", "expectedVersion": 9})


def test_69_the_last_terminal_update_completes_a_snapshot_job(desk: Desk) -> None:
    desk.known_things = {"t", "u"}
    desk.create_job("j1", "t", "u")
    desk.accepted("j1/update", {"status": "SUCCEEDED"}, thing="t")
    assert desk.control.job("j1").status == "IN_PROGRESS"
    desk.now += 3
    desk.accepted("j1/update", {"status": "REJECTED"}, thing="u")
    job = desk.control.job("j1")
    assert (job.status, job.completed_at) == ("COMPLETED", desk.now)


def test_unknown_members_and_nulls_are_ignored(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "mood": 1, "expectedVersion": None, "statusDetails": None})
    assert desk.execution("j1").version_number == 2


@pytest.mark.parametrize("member", ["includeJobDocument", "includeJobExecutionState"])
def test_a_flag_that_is_no_boolean_is_an_invalid_request(desk: Desk, member: str) -> None:
    desk.create_job("j1")
    body = desk.rejected("j1/update", {"status": "IN_PROGRESS", member: "yes"})
    assert body["code"] == "InvalidRequest"
    assert member in body["message"]


def test_a_long_value_is_cut_in_the_message(desk: Desk) -> None:
    desk.create_job("j1")
    body = desk.rejected("j1/update", {"status": "x" * 100_000})
    assert len(body["message"]) < 500


# --- timers (checklist 70 to 76) --------------------------------------------------------------------


def test_70_an_execution_in_progress_times_out_at_its_deadline_and_not_before(desk: Desk) -> None:
    desk.create_job("j1", timeout=1)
    desk.accepted("start-next")
    desk.now += 59.9
    desk.expire("j1")
    assert desk.execution("j1").status == "IN_PROGRESS"
    desk.now += 0.1
    desk.expire("j1")
    assert (desk.execution("j1").status, desk.execution("j1").version_number) == ("TIMED_OUT", 3)


def test_71_a_queued_execution_never_times_out(desk: Desk) -> None:
    desk.create_job("j1", timeout=1)
    desk.now += 10_000
    assert desk.execution("j1").deadline is None
    desk.expire("j1")
    assert desk.execution("j1").status == "QUEUED"


def test_72_a_step_timer_is_replaced_by_each_new_one_and_bounded_by_the_job(desk: Desk) -> None:
    desk.create_job("j1", timeout=20)
    start = desk.now
    desk.accepted("start-next")
    deadlines = []
    for minute, step in [(5, 7), (10, 5), (13, 9)]:
        desk.now = start + minute * 60
        desk.accepted("j1/update", {"status": "IN_PROGRESS", "stepTimeoutInMinutes": step})
        deadline = desk.execution("j1").deadline
        assert deadline is not None
        deadlines.append((deadline - start) / 60)
    assert deadlines == [12, 15, 20]


def test_73_minus_one_takes_only_the_step_timer_away(desk: Desk) -> None:
    desk.create_job("j1", timeout=20)
    start = desk.now
    desk.accepted("start-next", {"stepTimeoutInMinutes": 3})
    assert desk.execution("j1").deadline == start + 180
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "stepTimeoutInMinutes": -1})
    assert desk.execution("j1").deadline == start + 1200


def test_74_progress_moves_neither_deadline(desk: Desk) -> None:
    desk.create_job("j1", timeout=20)
    start = desk.now
    desk.accepted("start-next", {"stepTimeoutInMinutes": 3})
    desk.now += 60
    desk.accepted("j1/update", {"status": "IN_PROGRESS"})
    assert desk.execution("j1").deadline == start + 180
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "stepTimeoutInMinutes": -1})
    desk.now += 60
    desk.accepted("j1/update", {"status": "IN_PROGRESS"})
    assert desk.execution("j1").deadline == start + 1200


def test_75_and_76_an_end_stops_the_timers_and_a_time_out_is_an_end(desk: Desk) -> None:
    desk.create_job("j1", timeout=1)
    desk.create_job("j2", timeout=1)
    desk.accepted("j1/update", {"status": "IN_PROGRESS"})
    desk.accepted("j1/update", {"status": "SUCCEEDED", "stepTimeoutInMinutes": 5})
    assert desk.execution("j1").deadline is None
    desk.accepted("j2/update", {"status": "IN_PROGRESS"})
    desk.now += 60
    desk.expire("j1")
    desk.expire("j2")
    assert desk.execution("j1").status == "SUCCEEDED"
    body = desk.rejected("j2/update", {"status": "SUCCEEDED"})
    assert (body["code"], body["executionState"]["status"]) == ("InvalidStateTransition", "TIMED_OUT")


def test_what_the_service_ends_never_times_out_either(desk: Desk) -> None:
    desk.create_job("j1", timeout=20)
    desk.accepted("start-next", {"stepTimeoutInMinutes": 3})
    desk.do(lambda control, now: control.cancel("j1", now, force=True))
    assert desk.execution("j1").deadline is None
    ended = desk.execution("j1")
    desk.now += 1200
    desk.expire("j1")
    assert desk.execution("j1") == ended
    assert desk.told == []


def test_a_time_out_happens_once(desk: Desk) -> None:
    desk.create_job("j1", timeout=20)
    desk.accepted("start-next", {"stepTimeoutInMinutes": 3})
    desk.now += 180
    desk.expire("j1")
    timed_out = desk.execution("j1")
    assert (timed_out.status, timed_out.deadline) == ("TIMED_OUT", None)
    desk.now += 1200
    desk.expire("j1")
    assert desk.execution("j1") == timed_out
