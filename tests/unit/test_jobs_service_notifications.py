"""Who is told what, and when: checklist 1 to 19 of the reference."""

import json

import pytest

from simulator.jobs.control import NewJob
from tests.support.jobs_desk import DOCUMENT, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def jobs_in(notify: dict) -> dict[str, list[str]]:
    return {status: [entry["jobId"] for entry in entries] for status, entries in notify["jobs"].items()}


def create_and_listen(desk: Desk, job_id: str) -> list[tuple[str, dict]]:
    """Create a job and return what its queueing made the service tell."""
    desk.do(lambda control, now: control.create(NewJob(job_id=job_id, targets=("arn",), document=DOCUMENT), now))
    desk.do(lambda control, now: control.queue(job_id, ["t"], now))
    return list(desk.told)


def test_1_the_first_execution_is_told_on_both_topics(desk: Desk) -> None:
    told = create_and_listen(desk, "j1")
    assert sorted(tail for tail, _ in told) == ["notify", "notify-next"]
    (notify,), (notify_next,) = desk.notified("notify"), desk.notified("notify-next")
    assert jobs_in(notify) == {"QUEUED": ["j1"]}
    assert notify_next["execution"]["jobId"] == "j1"
    assert notify_next["execution"]["status"] == "QUEUED"


def test_2_a_new_execution_has_version_1_and_number_1_and_has_not_started(desk: Desk) -> None:
    create_and_listen(desk, "j1")
    execution = desk.notified("notify-next")[0]["execution"]
    assert execution["versionNumber"] == 1
    assert execution["executionNumber"] == 1
    assert execution["queuedAt"] == execution["lastUpdatedAt"] == 1_750_000_000
    assert "startedAt" not in execution


def test_3_notify_next_carries_the_document_as_an_object_and_notify_carries_neither_document_nor_status(
    desk: Desk,
) -> None:
    create_and_listen(desk, "j1")
    assert desk.notified("notify-next")[0]["execution"]["jobDocument"] == json.loads(DOCUMENT)
    (entry,) = desk.notified("notify")[0]["jobs"]["QUEUED"]
    assert set(entry) == {"jobId", "queuedAt", "lastUpdatedAt", "executionNumber", "versionNumber"}


def test_4_a_second_execution_is_told_on_notify_only(desk: Desk) -> None:
    desk.create_job("j1")
    told = create_and_listen(desk, "j2")
    assert [tail for tail, _ in told] == ["notify"]
    assert jobs_in(told[0][1]) == {"QUEUED": ["j1", "j2"]}


def test_5_starting_the_first_execution_tells_nobody(desk: Desk) -> None:
    desk.create_job("j1")
    desk.create_job("j2")
    desk.accepted("start-next")
    assert desk.told == []


def test_6_a_job_made_while_another_is_in_progress_lists_both_by_status(desk: Desk) -> None:
    desk.create_job("j1")
    desk.create_job("j2")
    desk.accepted("start-next")
    told = create_and_listen(desk, "j3")
    assert [tail for tail, _ in told] == ["notify"]
    assert jobs_in(told[0][1]) == {"IN_PROGRESS": ["j1"], "QUEUED": ["j2", "j3"]}


def test_7_the_end_of_the_first_tells_the_list_and_the_new_first(desk: Desk) -> None:
    desk.create_job("j1")
    desk.create_job("j2")
    desk.accepted("start-next")
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    assert jobs_in(desk.notified("notify")[0]) == {"QUEUED": ["j2"]}
    execution = desk.notified("notify-next")[0]["execution"]
    assert (execution["jobId"], execution["status"]) == ("j2", "QUEUED")


def test_8_the_end_of_the_last_tells_an_empty_list_and_a_bare_timestamp(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("start-next")
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    assert desk.notified("notify") == [{"timestamp": 1_750_000_000, "jobs": {}}]
    assert desk.notified("notify-next") == [{"timestamp": 1_750_000_000}]


def test_9_starting_another_than_the_first_tells_that_it_is_first_now(desk: Desk) -> None:
    desk.create_job("j2")
    desk.create_job("j3")
    desk.accepted("j3/update", {"status": "IN_PROGRESS"})
    assert [tail for tail, _ in desk.told] == ["notify-next"]
    execution = desk.notified("notify-next")[0]["execution"]
    assert (execution["jobId"], execution["status"]) == ("j3", "IN_PROGRESS")


def test_10_rejecting_another_than_the_first_tells_the_list_only(desk: Desk) -> None:
    desk.create_job("j2")
    desk.create_job("j3")
    desk.accepted("j3/update", {"status": "IN_PROGRESS"})
    desk.accepted("j2/update", {"status": "REJECTED"})
    assert [tail for tail, _ in desk.told] == ["notify"]
    assert jobs_in(desk.notified("notify")[0]) == {"IN_PROGRESS": ["j3"]}


def test_11_deleting_the_only_job_by_force_tells_that_nothing_is_left(desk: Desk) -> None:
    desk.create_job("j3")
    desk.accepted("start-next")
    desk.do(lambda control, now: control.delete("j3", now, force=True))
    assert desk.notified("notify")[0]["jobs"] == {}
    assert desk.notified("notify-next") == [{"timestamp": 1_750_000_000}]


def test_12_starting_a_later_one_beside_an_earlier_one_tells_nobody(desk: Desk) -> None:
    desk.create_job("j1")
    desk.create_job("j2")
    desk.accepted("start-next")
    desk.accepted("j2/update", {"status": "IN_PROGRESS"})
    assert desk.told == []


def test_13_progress_tells_nobody(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("start-next")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {"progress": "50"}})
    assert desk.told == []


def test_14_the_list_holds_ten_in_progress_first_each_by_queue_time(desk: Desk) -> None:
    for number in range(10):
        desk.create_job(f"j{number:02}")
        desk.now += 1
    desk.accepted("j09/update", {"status": "IN_PROGRESS"})
    desk.accepted("j07/update", {"status": "IN_PROGRESS"})
    told = create_and_listen(desk, "j10")
    listed = jobs_in(told[0][1])
    assert listed["IN_PROGRESS"] == ["j07", "j09"]
    assert listed["QUEUED"] == [f"j{number:02}" for number in (0, 1, 2, 3, 4, 5, 6, 8)]
    assert list(told[0][1]["jobs"]) == ["IN_PROGRESS", "QUEUED"]


def test_15_a_status_without_entries_has_no_key(desk: Desk) -> None:
    desk.create_job("j1")
    desk.create_job("j2")
    desk.accepted("start-next")
    desk.accepted("j1/update", {"status": "FAILED"})
    assert list(desk.notified("notify")[0]["jobs"]) == ["QUEUED"]


def test_17_notifications_carry_whole_seconds_and_no_client_token(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "SUCCEEDED", "clientToken": "mine"})
    assert len(desk.told) == 2
    for _, body in desk.told:
        assert body["timestamp"] == 1_750_000_000
        assert len(str(body["timestamp"])) == 10
        assert "clientToken" not in body


def test_a_forced_cancel_of_the_first_tells_both(desk: Desk) -> None:
    desk.create_job("j1")
    desk.create_job("j2")
    desk.accepted("start-next")
    desk.do(lambda control, now: control.cancel("j1", now, force=True))
    assert jobs_in(desk.notified("notify")[0]) == {"QUEUED": ["j2"]}
    assert desk.notified("notify-next")[0]["execution"]["jobId"] == "j2"


def test_a_time_out_tells_both(desk: Desk) -> None:
    desk.create_job("j1", timeout=1)
    desk.accepted("start-next")
    desk.now += 60
    desk.expire("j1")
    assert desk.execution("j1").status == "TIMED_OUT"
    assert desk.notified("notify")[0]["jobs"] == {}
    assert desk.notified("notify-next") == [{"timestamp": 1_750_000_060}]
