"""The data plane over HTTPS as boto3 sees it. Numbers are those of the conformance checklist (reference section 13)."""

import json
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from simulator.clock import ScaledClock
from tests.support.http_endpoint import HttpEndpoint, http_endpoint

DOCUMENT = '{"operation": "update", "steps": [1, 2.5, "drei ü"]}'


@pytest.fixture
def endpoint() -> Iterator[HttpEndpoint]:
    with http_endpoint() as endpoint:
        yield endpoint


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    """Return code and HTTP status of a ClientError."""
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def members(answer: dict) -> dict:
    """Return an answer without boto3's own member."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_25_pending_executions_come_in_two_lists_without_a_time_stamp(endpoint):
    endpoint.add_job("j1", "t")
    endpoint.add_job("j2", "t")
    endpoint.jobs_data.start_next_pending_job_execution(thingName="t")
    status, headers, body = endpoint.ask("GET", "/things/t/jobs", service="iot-jobs-data")
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert len(headers["x-amzn-requestid"]) == 36
    answer = json.loads(body)
    assert set(answer) == {"inProgressJobs", "queuedJobs"}
    summary = {"queuedAt": 1_750_000_000, "lastUpdatedAt": 1_750_000_000, "executionNumber": 1}
    assert answer["inProgressJobs"] == [{"jobId": "j1", "startedAt": 1_750_000_000, "versionNumber": 2, **summary}]
    assert answer["queuedJobs"] == [{"jobId": "j2", "versionNumber": 1, **summary}]
    assert members(endpoint.jobs_data.get_pending_job_executions(thingName="t")) == answer


def test_26_the_same_path_signed_for_iot_is_the_control_planes(endpoint):
    endpoint.add_job("j1", "t")
    _, _, body = endpoint.ask("GET", "/things/t/jobs", service="iot")
    assert set(json.loads(body)) == {"executionSummaries"}
    _, _, body = endpoint.ask("GET", "/things/t/jobs/j1", service="iot")
    assert "thingArn" in json.loads(body)["execution"]
    credential = "X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fiot%2Faws4_request"
    assert "thingArn" in endpoint.ask("GET", f"/things/t/jobs/j1?{credential}")[2].decode()


def test_26_an_unsigned_request_to_a_shared_path_is_a_things_unless_its_host_says_otherwise(endpoint):
    endpoint.add_job("j1", "t")
    assert set(json.loads(endpoint.ask("GET", "/things/t/jobs")[2])) == {"inProgressJobs", "queuedJobs"}
    by_host = endpoint.ask("GET", "/things/t/jobs", Host="iot.localhost")[2]
    assert set(json.loads(by_host)) == {"executionSummaries"}
    signed = endpoint.ask("GET", "/things/t/jobs", service="iot", Host="data.jobs.iot.localhost")[2]
    assert set(json.loads(signed)) == {"executionSummaries"}
    assert endpoint.ask("GET", "/jobs", Host="data.jobs.iot.localhost")[0] == 404


def test_27_start_next_with_nothing_pending_is_an_empty_object(endpoint):
    endpoint.add_things("t")
    assert endpoint.ask("PUT", "/things/t/jobs/$next", b"{}", service="iot-jobs-data")[::2] == (200, b"{}")
    assert members(endpoint.jobs_data.start_next_pending_job_execution(thingName="t")) == {}


def test_28_start_next_starts_the_first_with_its_details_and_its_document(endpoint):
    endpoint.add_job("j1", "t", document=DOCUMENT)
    execution = endpoint.jobs_data.start_next_pending_job_execution(thingName="t", statusDetails={"a": "b"})[
        "execution"
    ]
    assert execution == {
        "jobId": "j1",
        "thingName": "t",
        "status": "IN_PROGRESS",
        "statusDetails": {"a": "b"},
        "queuedAt": 1_750_000_000,
        "startedAt": 1_750_000_000,
        "lastUpdatedAt": 1_750_000_000,
        "versionNumber": 2,
        "executionNumber": 1,
        "jobDocument": DOCUMENT,
    }


@pytest.mark.parametrize("next_segment", ["$next", "%24next"])
def test_start_next_needs_no_body(endpoint, next_segment):
    endpoint.add_job("j1", "t")
    status, _, body = endpoint.ask("PUT", f"/things/t/jobs/{next_segment}", service="iot-jobs-data")
    assert status == 200
    assert json.loads(body)["execution"]["status"] == "IN_PROGRESS"


def test_32_and_34_a_step_timeout_counts_down_and_must_be_in_range(endpoint):
    endpoint.add_job("j1", "t")
    with pytest.raises(endpoint.jobs_data.exceptions.InvalidRequestException, match="stepTimeoutInMinutes"):
        endpoint.jobs_data.start_next_pending_job_execution(thingName="t", stepTimeoutInMinutes=10_081)
    started = endpoint.jobs_data.start_next_pending_job_execution(thingName="t", stepTimeoutInMinutes=10)
    assert started["execution"]["approximateSecondsBeforeTimedOut"] == 600


def test_37_and_39_describing_nothing_pending_and_an_unknown_execution_differ(endpoint):
    endpoint.add_things("t")
    assert members(endpoint.jobs_data.describe_job_execution(thingName="t", jobId="$next")) == {}
    with pytest.raises(endpoint.jobs_data.exceptions.ResourceNotFoundException) as error:
        endpoint.jobs_data.describe_job_execution(thingName="t", jobId="j1")
    assert refusal(error) == ("ResourceNotFoundException", 404)


def test_40_describing_a_terminal_execution_is_gone(endpoint):
    endpoint.add_job("j1", "t")
    endpoint.jobs_data.update_job_execution(thingName="t", jobId="j1", status="SUCCEEDED")
    with pytest.raises(endpoint.jobs_data.exceptions.TerminalStateException, match="SUCCEEDED") as error:
        endpoint.jobs_data.describe_job_execution(thingName="t", jobId="j1")
    assert refusal(error) == ("TerminalStateException", 410)


def test_42_next_may_be_percent_encoded_or_not(endpoint):
    endpoint.add_job("j1", "a:b_-1")
    plain, encoded = (
        endpoint.ask("GET", f"/things/{thing}/jobs/{next_segment}", service="iot-jobs-data")[2]
        for thing, next_segment in (("a:b_-1", "$next"), ("a%3Ab_-1", "%24next"))
    )
    assert plain == encoded
    assert json.loads(plain)["execution"]["thingName"] == "a:b_-1"
    assert endpoint.jobs_data.describe_job_execution(thingName="a:b_-1", jobId="$next")["execution"]["jobId"] == "j1"


def test_43_the_document_is_a_string_and_times_are_whole_seconds(endpoint):
    endpoint.add_job("j1", "t", document=DOCUMENT)
    execution = endpoint.jobs_data.describe_job_execution(thingName="t", jobId="j1")["execution"]
    assert execution["jobDocument"] == DOCUMENT
    assert json.loads(execution["jobDocument"])["steps"][2] == "drei ü"
    assert [type(execution[name]) for name in ("queuedAt", "lastUpdatedAt")] == [int, int]


def test_44_the_document_can_be_left_out(endpoint):
    endpoint.add_job("j1", "t")
    for job_id in ("j1", "$next"):
        answer = endpoint.jobs_data.describe_job_execution(thingName="t", jobId=job_id, includeJobDocument=False)
        assert "jobDocument" not in answer["execution"]
        answer = endpoint.jobs_data.describe_job_execution(thingName="t", jobId=job_id, includeJobDocument=True)
        assert "jobDocument" in answer["execution"]


def test_an_execution_number_is_looked_for_and_read_strictly(endpoint):
    endpoint.add_job("j1", "t")
    answer = endpoint.jobs_data.describe_job_execution(thingName="t", jobId="j1", executionNumber=1)
    assert answer["execution"]["executionNumber"] == 1
    with pytest.raises(endpoint.jobs_data.exceptions.ResourceNotFoundException):
        endpoint.jobs_data.describe_job_execution(thingName="t", jobId="j1", executionNumber=2)
    for query in ("executionNumber=one", "executionNumber=1e3", "executionNumber=" + "9" * 400, "includeJobDocument=x"):
        status, headers, body = endpoint.ask("GET", f"/things/t/jobs/j1?{query}", service="iot-jobs-data")
        assert (status, headers["x-amzn-errortype"]) == (400, "InvalidRequestException")
        assert query.partition("=")[0] in json.loads(body)["message"]


def test_46_an_update_without_flags_answers_an_empty_object(endpoint):
    endpoint.add_job("j1", "t")
    answer = endpoint.ask("POST", "/things/t/jobs/j1", b'{"status":"IN_PROGRESS"}', service="iot-jobs-data")
    assert answer[::2] == (200, b"{}")


def test_52_a_wrong_expected_version_is_a_conflict_that_shows_the_state_and_changes_nothing(endpoint):
    endpoint.add_job("j1", "t")
    with pytest.raises(endpoint.jobs_data.exceptions.InvalidStateTransitionException) as error:
        endpoint.jobs_data.update_job_execution(thingName="t", jobId="j1", status="FAILED", expectedVersion=99)
    assert refusal(error) == ("InvalidStateTransitionException", 409)
    assert error.value.response["Error"]["Message"] == "Expected version 99 but found version 1"
    _, _, body = endpoint.ask("POST", "/things/t/jobs/j1", b'{"status":"FAILED","expectedVersion":"99"}')
    assert json.loads(body)["executionState"] == {"status": "QUEUED", "versionNumber": 1}
    endpoint.jobs_data.update_job_execution(thingName="t", jobId="j1", status="IN_PROGRESS", expectedVersion=1)


def test_55_state_and_document_come_when_asked_for(endpoint):
    endpoint.add_job("j1", "t", document=DOCUMENT)
    answer = endpoint.jobs_data.update_job_execution(
        thingName="t",
        jobId="j1",
        status="IN_PROGRESS",
        statusDetails={"step": "1/2"},
        includeJobExecutionState=True,
        includeJobDocument=True,
    )
    assert members(answer) == {
        "executionState": {"status": "IN_PROGRESS", "statusDetails": {"step": "1/2"}, "versionNumber": 2},
        "jobDocument": DOCUMENT,
    }


def test_57_an_update_of_a_terminal_execution_is_a_conflict(endpoint):
    endpoint.add_job("j1", "t")
    endpoint.jobs_data.update_job_execution(thingName="t", jobId="j1", status="SUCCEEDED")
    with pytest.raises(endpoint.jobs_data.exceptions.InvalidStateTransitionException, match="SUCCEEDED") as error:
        endpoint.jobs_data.update_job_execution(thingName="t", jobId="j1", status="IN_PROGRESS")
    assert refusal(error) == ("InvalidStateTransitionException", 409)


def test_60_an_update_of_what_is_deleted_is_not_found(endpoint):
    endpoint.add_job("j1", "t")
    endpoint.iot.delete_job(jobId="j1", force=True)
    with pytest.raises(endpoint.jobs_data.exceptions.ResourceNotFoundException):
        endpoint.jobs_data.update_job_execution(thingName="t", jobId="j1", status="SUCCEEDED")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "status"),
        ({"status": "DONE"}, "status"),
        ({"status": "TIMED_OUT"}, "TIMED_OUT"),
        ({"status": 3}, "status"),
        ({"status": "FAILED", "statusDetails": {"a": "x" * 1025}}, "statusDetails"),
        ({"status": "FAILED", "statusDetails": {"a": 1}}, "statusDetails"),
        ({"status": "FAILED", "statusDetails": {"a b": "1"}}, "statusDetails"),
        ({"status": "FAILED", "statusDetails": {f"k{number}": "1" for number in range(11)}}, "statusDetails"),
        ({"status": "IN_PROGRESS", "stepTimeoutInMinutes": 0}, "stepTimeoutInMinutes"),
        ({"status": "FAILED", "expectedVersion": "two"}, "expectedVersion"),
        ({"status": "FAILED", "includeJobDocument": "yes"}, "includeJobDocument"),
    ],
)
def test_56_59_61_62_an_update_that_cannot_be_names_the_member_and_changes_nothing(endpoint, body, named):
    endpoint.add_job("j1", "t")
    text = json.dumps(body).encode()
    status, headers, answer = endpoint.ask("POST", "/things/t/jobs/j1", text, service="iot-jobs-data")
    assert (status, headers["x-amzn-errortype"]) == (400, "InvalidRequestException")
    assert named in json.loads(answer)["message"]
    assert endpoint.jobs_data.describe_job_execution(thingName="t", jobId="j1")["execution"]["versionNumber"] == 1


def test_what_only_mqtt_has_and_what_nobody_knows_is_read_past(endpoint):
    endpoint.add_job("j1", "t")
    text = b'{"status":"IN_PROGRESS","clientToken":7,"colour":"red","statusDetails":null}'
    assert endpoint.ask("POST", "/things/t/jobs/j1?namespaceId=x", text)[::2] == (200, b"{}")


def test_64_an_update_over_http_tells_the_things_mqtt_subscribers(endpoint):
    endpoint.add_job("j1", "t")
    endpoint.add_job("j2", "t")
    assert endpoint.topics_published() == ["t/notify", "t/notify-next", "t/notify"]
    endpoint.jobs_data.start_next_pending_job_execution(thingName="t")
    assert endpoint.topics_published() == []
    endpoint.jobs_data.update_job_execution(thingName="t", jobId="j1", status="SUCCEEDED")
    assert endpoint.published[-1][1]["execution"]["jobId"] == "j2"
    assert endpoint.topics_published() == ["t/notify", "t/notify-next"]


def test_70_an_execution_that_takes_too_long_times_out():
    with http_endpoint(clock=ScaledClock(600)) as endpoint:  # a minute is a tenth of a second
        endpoint.add_job("j1", "t", timeoutConfig={"inProgressTimeoutInMinutes": 1})
        started = endpoint.jobs_data.start_next_pending_job_execution(thingName="t")
        assert 0 < started["execution"]["approximateSecondsBeforeTimedOut"] <= 60
        deadline = time.monotonic() + 10
        while endpoint.iot.describe_job_execution(thingName="t", jobId="j1")["execution"]["status"] == "IN_PROGRESS":
            assert time.monotonic() < deadline
        with pytest.raises(endpoint.jobs_data.exceptions.TerminalStateException, match="TIMED_OUT"):
            endpoint.jobs_data.describe_job_execution(thingName="t", jobId="j1")


def test_an_unknown_thing_and_an_impossible_name_are_told_apart(endpoint):
    with pytest.raises(endpoint.jobs_data.exceptions.ResourceNotFoundException):
        endpoint.jobs_data.get_pending_job_executions(thingName="nobody")
    with pytest.raises(endpoint.jobs_data.exceptions.InvalidRequestException, match="thingName"):
        endpoint.jobs_data.get_pending_job_executions(thingName="no body")
    with pytest.raises(endpoint.jobs_data.exceptions.InvalidRequestException, match="jobId"):
        endpoint.jobs_data.update_job_execution(thingName="t", jobId="$next", status="FAILED")


def test_a_thing_named_jobs_is_a_thing(endpoint):
    endpoint.add_job("jobs", "jobs")
    assert endpoint.jobs_data.describe_job_execution(thingName="jobs", jobId="jobs")["execution"]["jobId"] == "jobs"
    assert endpoint.iot.describe_job_execution(thingName="jobs", jobId="jobs")["execution"]["jobId"] == "jobs"


def test_105_errors_name_their_exception_in_a_header_and_carry_a_request_id(endpoint):
    status, headers, body = endpoint.ask("GET", "/things/t/jobs/j1", service="iot-jobs-data")
    assert (status, headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")
    assert headers["content-type"] == "application/json"
    assert len(headers["x-amzn-requestid"]) == 36
    assert json.loads(body) == {"message": "Job Execution j1 for thing t does not exist."}


def test_an_operation_that_is_not_of_this_plane_is_unknown_to_it(endpoint):
    status, headers, _ = endpoint.ask("PUT", "/jobs/j1", b"{}", service="iot-jobs-data")
    assert (status, headers["x-amzn-errortype"]) == (404, "UnknownOperationException")
