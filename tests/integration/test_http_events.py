"""Job events over boto3: off at first, switched on by an operator. Numbers are those of checklist 13.8."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.endpoint import arns
from tests.support.http_endpoint import HttpEndpoint, http_endpoint

PREFIX = "$aws/events/"


@pytest.fixture
def endpoint() -> Iterator[HttpEndpoint]:
    with http_endpoint() as endpoint:
        yield endpoint


def switch(endpoint: HttpEndpoint, **types: bool) -> None:
    endpoint.iot.update_event_configurations(
        eventConfigurations={name: {"Enabled": enabled} for name, enabled in types.items()}  # type: ignore[misc]
    )


def events(endpoint: HttpEndpoint) -> list[tuple[str, dict[str, Any]]]:
    told = [(topic.removeprefix(PREFIX), body) for topic, body in endpoint.published if topic.startswith(PREFIX)]
    endpoint.published.clear()
    return told


def report(endpoint: HttpEndpoint, thing: str, job_id: str, status: str, **details: str) -> None:
    endpoint.jobs_data.update_job_execution(thingName=thing, jobId=job_id, status=status, statusDetails=details)


def test_event_configurations_are_off_until_they_are_changed(endpoint):
    before = endpoint.iot.describe_event_configurations()
    assert len(before["eventConfigurations"]) == 11
    assert not any(each["Enabled"] for each in before["eventConfigurations"].values())
    assert "creationDate" not in before
    switch(endpoint, JOB=True, THING=True)
    after = endpoint.iot.describe_event_configurations()
    on = {name for name, each in after["eventConfigurations"].items() if each["Enabled"]}
    assert on == {"JOB", "THING"}
    assert after["lastModifiedDate"].timestamp() == 1_750_000_000.25
    status, headers, body = endpoint.ask(
        "PATCH", "/event-configurations", b'{"eventConfigurations":{"NOISE":{"Enabled":true}}}', service="iot"
    )
    assert (status, headers["x-amzn-errortype"]) == (400, "InvalidRequestException")
    assert b"NOISE" in body


def test_100_no_event_is_told_before_events_are_switched_on(endpoint):
    endpoint.add_job("j1", "t")
    report(endpoint, "t", "j1", "SUCCEEDED")
    assert events(endpoint) == []
    switch(endpoint, JOB=True)
    endpoint.add_job("j2", "t")
    report(endpoint, "t", "j2", "SUCCEEDED")
    assert [topic for topic, _ in events(endpoint)] == ["job/j2/completed"]
    switch(endpoint, JOB=False)
    endpoint.add_job("j3", "t")
    report(endpoint, "t", "j3", "SUCCEEDED")
    assert events(endpoint) == []


def test_101_the_end_of_an_execution_is_told_with_thing_status_and_details(endpoint):
    switch(endpoint, JOB_EXECUTION=True)
    endpoint.add_job("j1", "t")
    report(endpoint, "t", "j1", "IN_PROGRESS")
    assert events(endpoint) == []
    report(endpoint, "t", "j1", "SUCCEEDED", progress="100")
    ((topic, body),) = events(endpoint)
    assert topic == "jobExecution/j1/succeeded"
    assert len(body.pop("eventId")) == 36
    assert body == {
        "eventType": "JOB_EXECUTION",
        "timestamp": 1_750_000_000,
        "operation": "succeeded",
        "jobId": "j1",
        "thingArn": arns.thing_arn("t"),
        "status": "SUCCEEDED",
        "statusDetails": {"progress": "100"},
    }


@pytest.mark.parametrize("status", ["FAILED", "REJECTED"])
def test_other_ends_are_told_too_and_without_details_there_are_none(endpoint, status):
    switch(endpoint, JOB_EXECUTION=True)
    endpoint.add_job("j1", "t")
    report(endpoint, "t", "j1", status)
    ((topic, body),) = events(endpoint)
    assert (topic, body["status"]) == (f"jobExecution/j1/{status.lower()}", status)
    assert "statusDetails" not in body


def test_removed_canceled_and_deleted_are_told(endpoint):
    switch(endpoint, JOB_EXECUTION=True)
    endpoint.add_job("j1", "t", "u")
    endpoint.iot.delete_thing(thingName="t")
    endpoint.iot.cancel_job_execution(jobId="j1", thingName="u")
    endpoint.iot.delete_job_execution(jobId="j1", thingName="u", executionNumber=1)
    assert [(topic, body["status"]) for topic, body in events(endpoint)] == [
        ("jobExecution/j1/removed", "REMOVED"),
        ("jobExecution/j1/canceled", "CANCELED"),
        ("jobExecution/j1/deleted", "CANCELED"),
    ]


def test_102_cancelling_is_told_before_cancelled_and_completion_with_its_counters(endpoint):
    switch(endpoint, JOB=True)
    endpoint.add_job("j1", "t", "u", description="First")
    endpoint.iot.cancel_job(jobId="j1", comment="enough")
    told = events(endpoint)
    assert [(topic, body["status"]) for topic, body in told] == [
        ("job/j1/cancellation_in_progress", "CANCELLATION_IN_PROGRESS"),
        ("job/j1/canceled", "CANCELED"),
    ]
    assert told[0][1]["comment"] == "enough"
    endpoint.add_job("j2", "t", description="Second")
    report(endpoint, "t", "j2", "SUCCEEDED")
    ((_, body),) = events(endpoint)
    del body["eventId"]
    assert body == {
        "eventType": "JOB",
        "timestamp": 1_750_000_000,
        "operation": "completed",
        "jobId": "j2",
        "status": "COMPLETED",
        "targetSelection": "SNAPSHOT",
        "targets": [arns.thing_arn("t")],
        "description": "Second",
        "completedAt": 1_750_000_000_250,
        "createdAt": 1_750_000_000_250,
        "lastUpdatedAt": 1_750_000_000_250,
        "jobProcessDetails": {
            "numberOfCanceledThings": 0,
            "numberOfRejectedThings": 0,
            "numberOfFailedThings": 0,
            "numberOfRemovedThings": 0,
            "numberOfSucceededThings": 1,
            "numberOfTimedOutThings": 0,
        },
    }


def test_deletion_is_told_when_it_begins_and_when_it_is_done(endpoint):
    switch(endpoint, JOB=True)
    endpoint.add_job("j1", "t")
    endpoint.iot.delete_job(jobId="j1", force=True)
    assert [(topic, body["status"]) for topic, body in events(endpoint)] == [
        ("job/j1/deletion_in_progress", "DELETION_IN_PROGRESS"),
        ("job/j1/deleted", "DELETED"),
    ]
