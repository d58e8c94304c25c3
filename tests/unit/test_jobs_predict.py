"""What a person is told that the service will answer is what it answers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.jobs.predict import Believed, predict, predict_by_hand
from simulator.jobs.topics import Answer
from tests.support.fake_jobs_service import FakeJobsService

S = JobStatus
AT_WORK = Believed(thing_name="t", job_id="j1", execution_number=1, status=S.IN_PROGRESS, version=3)
TOPIC = "$aws/things/t/jobs/j1/update"


def test_an_update_with_the_right_version_is_accepted_and_raises_it():
    told = predict(TOPIC, b'{"status": "IN_PROGRESS", "expectedVersion": 3, "statusDetails": {"a": "b"}}', AT_WORK)
    assert (told.answer, told.status, told.version, told.status_details) == (
        Answer.ACCEPTED,
        S.IN_PROGRESS,
        4,
        {"a": "b"},
    )
    assert str(told) == "accepted: IN_PROGRESS, version 4"


@pytest.mark.parametrize(
    ("topic", "payload", "sentence"),
    [
        (
            TOPIC,
            b'{"status": "FAILED", "expectedVersion": 2}',
            "VersionMismatch: Expected version 2 but found version 3",
        ),
        (TOPIC, b'{"status": "DONE"}', "rejected, InvalidRequest: 1 validation error detected: Value 'DONE'"),
        (TOPIC, b"{", "rejected, InvalidJson: Payload is not valid JSON"),
        (TOPIC[:-1], b"{}", "rejected, InvalidTopic: $aws/things/t/jobs/j1/updat is no topic of an update"),
        (
            TOPIC.replace("j1", "j2"),
            b'{"status": "FAILED"}',
            "rejected, ResourceNotFound: Job Execution j2 for thing t",
        ),
    ],
)
def test_a_refusal_is_told_with_its_code_and_that_nothing_changes(topic: str, payload: bytes, sentence: str):
    told = predict(topic, payload, AT_WORK)
    assert sentence in str(told)
    assert str(told).endswith("; it stays as it is (IN_PROGRESS, version 3)")


def test_a_thing_without_an_execution_is_told_that_there_is_none():
    told = predict_by_hand(UpdateByHand(), Believed(thing_name="t"))
    assert str(told) == (
        "rejected, ResourceNotFound: Job Execution no-such-job for thing t does not exist; "
        "it stays as it is (there is no execution)"
    )


updates = st.builds(
    UpdateByHand,
    status=st.sampled_from([*S, "DONE", ""]),
    status_details=st.none() | st.dictionaries(st.sampled_from(["a", "b c"]), st.sampled_from(["", "x", "y" * 1025])),
    expected_version=st.none() | st.integers(-1, 4),
    execution_number=st.none() | st.integers(0, 2),
    step_timeout_in_minutes=st.none() | st.sampled_from([-1, 0, 1, 10_081]),
    include_job_document=st.none() | st.booleans(),
    job_id=st.sampled_from(["", "j1", "j2", "$next"]),
)


@given(first=st.sampled_from(["", "IN_PROGRESS", "SUCCEEDED"]), update=updates)
def test_the_prediction_is_what_the_service_does(first: str, update: UpdateByHand):
    service = FakeJobsService(lambda: 1.0)
    service.create_job("j1", "t")
    if first:
        service.update("t", "j1", status=first)
    stored = service.execution("t", "j1")
    believed = Believed(
        thing_name="t",
        job_id="j1",
        execution_number=1,
        status=stored.status,
        version=stored.version_number,
        status_details=stored.status_details,
    )
    told = predict_by_hand(update, believed)
    answers: list[tuple[str, bytes]] = []

    class Requester:
        asked = None

        def send(self, topic: str, payload: bytes) -> None:
            answers.append((topic, payload))

    members = {
        "status": update.status,
        "statusDetails": update.status_details,
        "expectedVersion": update.expected_version,
        "executionNumber": update.execution_number,
        "stepTimeoutInMinutes": update.step_timeout_in_minutes,
        "includeJobDocument": update.include_job_document,
    }
    payload = json.dumps({name: value for name, value in members.items() if value is not None}).encode()
    service._on_request(Requester(), f"$aws/things/t/jobs/{update.job_id or 'j1'}/update", payload)
    ((topic, answer),) = answers
    assert topic.endswith(told.answer)
    assert json.loads(answer).get("code", "") == told.code
    after = service.execution("t", "j1")
    assert (after.status, after.version_number) == (told.status, told.version)
    assert dict(after.status_details) == dict(told.status_details)
