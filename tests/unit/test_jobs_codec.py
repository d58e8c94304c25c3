"""Messages survive the trip to JSON and back; what cannot be read is named."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from simulator.jobs import codec
from simulator.jobs.model import (
    ErrorResponse,
    ExecutionAccepted,
    JobExecutionsChanged,
    JobStatus,
    NextJobExecutionChanged,
    StartNextRequest,
    UpdateRequest,
)
from simulator.jobs.topics import Answer, NotifyTopic, Operation, ReplyTopic, RequestTopic

DESCRIBE = RequestTopic("t", Operation.DESCRIBE, "j1")
details = st.dictionaries(
    st.from_regex(r"[a-zA-Z0-9:_-]{1,128}", fullmatch=True),
    st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=1024),
    max_size=10,
)
updates = st.builds(
    UpdateRequest,
    status=st.sampled_from(JobStatus),
    status_details=details | st.just(UNSET),
    expected_version=st.integers(0, 2**62) | st.just(UNSET),
    execution_number=st.integers(0, 2**62) | st.just(UNSET),
    include_job_execution_state=st.booleans() | st.just(UNSET),
    include_job_document=st.booleans() | st.just(UNSET),
    step_timeout_in_minutes=st.integers(1, 10_080) | st.just(-1) | st.just(UNSET),
    client_token=st.text(st.characters(exclude_categories=["Cs"]), max_size=64) | st.just(UNSET),
)


@given(updates)
def test_an_update_reads_back_as_it_was_written(request: UpdateRequest) -> None:
    assert codec.decode_request(Operation.UPDATE, codec.encode(request)) == request


@given(updates)
def test_absent_members_have_no_key_and_none_is_null(request: UpdateRequest) -> None:
    members = json.loads(codec.encode(request))
    assert None not in members.values()
    assert ("expectedVersion" in members) == (request.expected_version is not UNSET)


@given(st.sampled_from(Operation), st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_a_request(operation: Operation, payload: bytes) -> None:
    try:
        codec.decode_request(operation, payload)
    except codec.BadRequestError as exc:
        assert exc.code in ("InvalidJson", "InvalidRequest")
        assert exc.message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)
members = st.sampled_from(
    ["status", "statusDetails", "expectedVersion", "executionNumber", "stepTimeoutInMinutes", "clientToken", "other"]
)


@given(st.sampled_from(Operation), st.dictionaries(members, json_values))
def test_no_json_object_breaks_the_reading_of_a_request(operation: Operation, given_members: dict) -> None:
    try:
        codec.decode_request(operation, json.dumps(given_members).encode())
    except codec.BadRequestError as exc:
        assert exc.code == "InvalidRequest"


def test_names_on_the_wire_are_camel_case() -> None:
    request = StartNextRequest(status_details={"a": "b"}, step_timeout_in_minutes=5, client_token="x")
    assert json.loads(codec.encode(request)) == {
        "statusDetails": {"a": "b"},
        "stepTimeoutInMinutes": 5,
        "clientToken": "x",
    }


def test_a_document_goes_through_byte_for_byte() -> None:
    payload = (
        b'{"timestamp":1,"execution":{"jobId":"j","status":"QUEUED","queuedAt":1,"lastUpdatedAt":1,"versionNumber":1,'
        b'"executionNumber":1,"jobDocument":{"z": 1.50, "a":[ ]}}}'
    )
    reply = codec.decode_reply(ReplyTopic(DESCRIBE, Answer.ACCEPTED), payload)
    assert isinstance(reply, ExecutionAccepted)
    assert isinstance(reply.execution, msgspec.Struct)
    assert bytes(reply.execution.job_document) == b'{"z": 1.50, "a":[ ]}'  # type: ignore[arg-type]
    assert json.loads(codec.encode(reply)) == json.loads(payload)


def test_a_code_of_tomorrow_is_kept() -> None:
    reply = codec.decode_reply(ReplyTopic(DESCRIBE, Answer.REJECTED), b'{"code":"Novel","message":"m","extra":1}')
    assert isinstance(reply, ErrorResponse)
    assert reply.code == "Novel"


def test_notifications_read_back() -> None:
    bare = codec.decode_notification(NotifyTopic("t", is_next=True), b'{"timestamp":5}')
    assert bare == NextJobExecutionChanged(timestamp=5)
    empty = codec.decode_notification(NotifyTopic("t", is_next=False), b'{"timestamp":5,"jobs":{}}')
    assert empty == JobExecutionsChanged(timestamp=5, jobs={})


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"timestamp":"x"}', b"\xff"])
def test_an_unreadable_answer_says_on_which_topic_it_came(payload: bytes) -> None:
    with pytest.raises(codec.UnreadableError, match=r"\$aws/things/t/jobs/j1/get/accepted cannot be read"):
        codec.decode_reply(ReplyTopic(DESCRIBE, Answer.ACCEPTED), payload)
    with pytest.raises(codec.UnreadableError, match="notify-next cannot be read"):
        codec.decode_notification(NotifyTopic("t", is_next=True), payload)


def test_converted_members_are_checked_like_read_ones() -> None:
    with pytest.raises(codec.BadRequestError, match="stepTimeoutInMinutes"):
        codec.convert_request(Operation.UPDATE, {"status": "FAILED", "stepTimeoutInMinutes": 0})
    request = codec.convert_request(Operation.UPDATE, {"status": "FAILED", "expectedVersion": "3"})
    assert request == UpdateRequest(status=JobStatus.FAILED, expected_version=3)
