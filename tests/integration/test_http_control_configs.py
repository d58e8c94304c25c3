"""Rollouts, retries, aborts, targets, updates and deletions as boto3 sees them. Numbers are those of checklist 13."""

import json
from collections.abc import Iterator

import msgspec
import pytest
from botocore.exceptions import ClientError

from simulator.clock import ScaledClock
from simulator.endpoint import arns
from simulator.jobs.stored import JobState
from tests.support.http_endpoint import HttpEndpoint, http_endpoint

DOCUMENT = '{"operation": "update"}'
RETRIES = {"criteriaList": [{"failureType": "FAILED", "numberOfRetries": 2}]}
ABORT = {
    "criteriaList": [
        {"failureType": "FAILED", "action": "CANCEL", "thresholdPercentage": 50.0, "minNumberOfExecutedThings": 2}
    ]
}
ROLLOUT = {
    "maximumPerMinute": 100,
    "exponentialRate": {
        "baseRatePerMinute": 50,
        "incrementFactor": 2.0,
        "rateIncreaseCriteria": {"numberOfNotifiedThings": 1000},
    },
}


@pytest.fixture
def endpoint() -> Iterator[HttpEndpoint]:
    with http_endpoint() as endpoint:
        yield endpoint


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def report(endpoint: HttpEndpoint, thing: str, job_id: str, status: str) -> None:
    endpoint.jobs_data.update_job_execution(thingName=thing, jobId=job_id, status=status)
    endpoint.settle_looks()


def job(endpoint: HttpEndpoint, job_id: str) -> dict:
    return endpoint.iot.describe_job(jobId=job_id)["job"]


def group(endpoint: HttpEndpoint, name: str, *members: str) -> str:
    arn = endpoint.iot.create_thing_group(thingGroupName=name)["thingGroupArn"]
    endpoint.add_things(*members)
    for member in members:
        endpoint.iot.add_thing_to_thing_group(thingGroupName=name, thingName=member)
    return arn


def test_all_configurations_are_shown_as_they_were_given(endpoint):
    members = {
        "presignedUrlConfig": {"roleArn": "arn:aws:iam::123456789012:role/r", "expiresInSec": 600},
        "jobExecutionsRolloutConfig": ROLLOUT,
        "abortConfig": ABORT,
        "timeoutConfig": {"inProgressTimeoutInMinutes": 5},
        "jobExecutionsRetryConfig": RETRIES,
        "destinationPackageVersions": ["arn:aws:iot:us-east-1:123456789012:package/p/version/1"],
    }
    endpoint.add_job("j1", "t", targetSelection="CONTINUOUS", **members)
    shown = job(endpoint, "j1")
    assert {name: shown[name] for name in members} == members
    assert shown["targetSelection"] == "CONTINUOUS"


def test_77_retries_are_listed_with_their_numbers_and_attempts(endpoint):
    endpoint.add_job("j1", "t", jobExecutionsRetryConfig=RETRIES)
    for _ in range(3):
        report(endpoint, "t", "j1", "FAILED")
    listed = endpoint.iot.list_job_executions_for_thing(thingName="t")["executionSummaries"]
    summaries = [each["jobExecutionSummary"] for each in listed]
    assert [(each["executionNumber"], each.get("retryAttempt")) for each in summaries] == [(1, None), (2, 1), (3, 2)]
    assert job(endpoint, "j1")["jobProcessDetails"]["numberOfFailedThings"] == 3
    assert job(endpoint, "j1")["status"] == "COMPLETED"


def test_98_an_aborted_job_shows_reason_and_comment(endpoint):
    endpoint.add_job("j1", "a", "b", "c", abortConfig=ABORT)
    report(endpoint, "a", "j1", "FAILED")
    report(endpoint, "b", "j1", "FAILED")
    shown = job(endpoint, "j1")
    assert shown["status"] == "CANCELED"
    assert shown["reasonCode"] == "ABORT_CRITERIA_MET"
    assert "2 of 2 executions ended FAILED" in shown["comment"]
    assert shown["jobProcessDetails"]["numberOfCanceledThings"] == 1
    assert not shown["isConcurrent"]


def test_99_while_a_job_rolls_out_it_is_concurrent_and_shows_its_targets():
    with http_endpoint(ScaledClock(200)) as endpoint:
        targets = endpoint.add_things("a", "b")
        endpoint.iot.create_job(
            jobId="j1", targets=targets, document=DOCUMENT, jobExecutionsRolloutConfig={"maximumPerMinute": 1}
        )
        endpoint.wait_for(lambda: endpoint.service.book.find("a", "j1"))
        shown = job(endpoint, "j1")
        assert shown["isConcurrent"]
        assert shown["jobProcessDetails"]["processingTargets"] == targets
        endpoint.settle()
        shown = job(endpoint, "j1")
        assert not shown["isConcurrent"]
        assert "processingTargets" not in shown["jobProcessDetails"]
        first, second = (
            each["jobExecutionSummary"]["queuedAt"]
            for each in endpoint.iot.list_job_executions_for_job(jobId="j1")["executionSummaries"]
        )
        assert 59 < (second - first).total_seconds() < 70


def test_83_84_85_a_thing_joins_leaves_and_rejoins(endpoint):
    arn = group(endpoint, "g")
    endpoint.iot.create_job(jobId="j1", targets=[arn], document=DOCUMENT, targetSelection="CONTINUOUS")
    endpoint.settle()
    endpoint.add_things("t")
    endpoint.published.clear()
    endpoint.iot.add_thing_to_thing_group(thingGroupName="g", thingName="t")
    assert endpoint.topics_published() == ["t/notify", "t/notify-next"]
    endpoint.iot.remove_thing_from_thing_group(thingGroupName="g", thingName="t")
    assert endpoint.published[0][1]["jobs"] == {}
    assert endpoint.topics_published() == ["t/notify", "t/notify-next"]
    assert job(endpoint, "j1")["jobProcessDetails"]["numberOfRemovedThings"] == 1
    endpoint.iot.update_thing_groups_for_thing(thingName="t", thingGroupsToAdd=["g"])
    execution = endpoint.iot.describe_job_execution(jobId="j1", thingName="t")["execution"]
    assert (execution["executionNumber"], execution["status"]) == (2, "QUEUED")


def test_deleting_a_group_removes_what_its_things_have_of_continuous_jobs(endpoint):
    arn = group(endpoint, "g", "t")
    endpoint.iot.create_job(jobId="j1", targets=[arn], document=DOCUMENT, targetSelection="CONTINUOUS")
    endpoint.settle()
    endpoint.iot.delete_thing_group(thingGroupName="g")
    assert endpoint.iot.describe_job_execution(jobId="j1", thingName="t")["execution"]["status"] == "REMOVED"


def test_96_targets_can_be_added_to_a_continuous_job_only(endpoint):
    endpoint.add_job("snap", "s")
    first, second = group(endpoint, "g", "t"), group(endpoint, "h", "u")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="CONTINUOUS") as error:
        endpoint.iot.associate_targets_with_job(jobId="snap", targets=[first])
    assert refusal(error) == ("InvalidRequestException", 400)
    endpoint.iot.create_job(jobId="j1", targets=[first], document=DOCUMENT, targetSelection="CONTINUOUS")
    endpoint.settle()
    named = endpoint.iot.associate_targets_with_job(jobId="j1", targets=[second], comment="more")
    assert (named["jobId"], named["jobArn"]) == ("j1", arns.job_arn("j1"))
    endpoint.settle_looks()
    assert endpoint.iot.describe_job_execution(jobId="j1", thingName="u")["execution"]["status"] == "QUEUED"
    assert job(endpoint, "j1")["targets"] == [first, second]
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.associate_targets_with_job(jobId="j1", targets=[arns.group_arn("nobody")])
    many = [group(endpoint, f"g{number}") for number in range(99)]
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="100"):
        endpoint.iot.associate_targets_with_job(jobId="j1", targets=many)


def test_what_update_job_changes_and_what_it_does_not(endpoint):
    endpoint.add_job("j1", "t", jobExecutionsRetryConfig=RETRIES)
    endpoint.iot.update_job(
        jobId="j1",
        description="Second",
        abortConfig=ABORT,
        jobExecutionsRolloutConfig=ROLLOUT,
        timeoutConfig={"inProgressTimeoutInMinutes": 7},
        presignedUrlConfig={"expiresInSec": 60},
    )
    shown = job(endpoint, "j1")
    assert (shown["description"], shown["abortConfig"]) == ("Second", ABORT)
    assert shown["timeoutConfig"] == {"inProgressTimeoutInMinutes": 7}
    assert shown["presignedUrlConfig"] == {"expiresInSec": 60}
    assert shown["jobExecutionsRetryConfig"] == RETRIES
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="numberOfRetries"):
        endpoint.iot.update_job(
            jobId="j1",
            jobExecutionsRetryConfig={"criteriaList": [{"failureType": "FAILED", "numberOfRetries": 1}]},
        )
    none = {"criteriaList": [{"failureType": "FAILED", "numberOfRetries": 0}]}
    endpoint.iot.update_job(jobId="j1", jobExecutionsRetryConfig=none)
    report(endpoint, "t", "j1", "FAILED")
    assert job(endpoint, "j1")["status"] == "COMPLETED"
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="COMPLETED"):
        endpoint.iot.update_job(jobId="j1", description="Third")
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.update_job(jobId="nobody", description="x")


def test_a_schedule_is_shown_with_its_next_windows(endpoint):
    window = {"startTime": "cron(0 3 * * ? *)", "durationInMinutes": 60}
    config = {"endTime": "2025-06-20 00:00", "endBehavior": "CANCEL", "maintenanceWindows": [window]}
    targets = endpoint.add_things("t")
    endpoint.iot.create_job(
        jobId="j1", targets=targets, document=DOCUMENT, targetSelection="CONTINUOUS", schedulingConfig=config
    )
    shown = job(endpoint, "j1")
    assert shown["status"] == "SCHEDULED"
    assert shown["schedulingConfig"] == config
    assert shown["scheduledJobRollouts"][:2] == [{"startTime": "2025-06-16 03:00"}, {"startTime": "2025-06-17 03:00"}]
    assert [each["jobId"] for each in endpoint.iot.list_jobs(status="SCHEDULED")["jobs"]] == ["j1"]
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match=r"schedulingConfig\.startTime"):
        endpoint.iot.create_job(
            jobId="j2", targets=targets, document=DOCUMENT, schedulingConfig={"startTime": "2025-06-15 15:10"}
        )


def test_at_most_ten_jobs_are_in_deletion(endpoint):
    for number in range(12):
        endpoint.add_job(f"j{number}", "t")
    for number in range(10):  # as if each had ten thousand executions
        stored = endpoint.service.book.jobs[f"j{number}"]
        endpoint.service.book.jobs[f"j{number}"] = msgspec.structs.replace(stored, status=JobState.DELETION_IN_PROGRESS)
    with pytest.raises(endpoint.iot.exceptions.LimitExceededException) as error:
        endpoint.iot.delete_job(jobId="j10", force=True)
    assert refusal(error) == ("LimitExceededException", 410)
    with pytest.raises(endpoint.iot.exceptions.InvalidStateTransitionException, match="already"):
        endpoint.iot.delete_job(jobId="j0", force=True)


def test_a_group_s_jobs_are_listed_with_its_id(endpoint):
    arn = group(endpoint, "g", "t")
    endpoint.iot.create_job(jobId="j1", targets=[arn], document=DOCUMENT)
    endpoint.add_job("j2", "t")
    group_id = endpoint.iot.describe_thing_group(thingGroupName="g")["thingGroupId"]
    for choice in ({"thingGroupName": "g"}, {"thingGroupId": group_id}):
        (listed,) = endpoint.iot.list_jobs(**choice)["jobs"]
        assert (listed["jobId"], listed["thingGroupId"]) == ("j1", group_id)


def with_rate(**members: object) -> dict:
    rate = {**ROLLOUT["exponentialRate"], **members}  # type: ignore[dict-item]
    return {"jobExecutionsRolloutConfig": {"exponentialRate": rate}}


def with_retries(*criteria: tuple[str, int]) -> dict:
    listed = [{"failureType": kind, "numberOfRetries": number} for kind, number in criteria]
    return {"jobExecutionsRetryConfig": {"criteriaList": listed}}


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"jobExecutionsRolloutConfig": {"maximumPerMinute": 1001}}, "maximumPerMinute"),
        (with_rate(incrementFactor=1.25), "incrementFactor"),
        (with_rate(rateIncreaseCriteria={}), "numberOfNotifiedThings"),
        (
            with_rate(rateIncreaseCriteria={"numberOfNotifiedThings": 1, "numberOfSucceededThings": 1}),
            "numberOfSucceededThings",
        ),
        ({"abortConfig": {"criteriaList": [{**ABORT["criteriaList"][0], "thresholdPercentage": 10.999}]}}, "decimals"),
        (with_retries(("FAILED", 6), ("TIMED_OUT", 5)), "numberOfRetries"),
        (with_retries(("FAILED", 1), ("FAILED", 1)), "failureType"),
        ({"timeoutConfig": {"inProgressTimeoutInMinutes": 10_081}}, "inProgressTimeoutInMinutes"),
        ({"timeoutConfig": {"inProgressTimeoutInMinutes": 0}}, "inProgressTimeoutInMinutes"),
        ({"targets": []}, "targets"),
        ({"targets": [arns.thing_arn("t")] * 101}, "targets"),
        ({"targets": ["t"]}, "targets: 't'"),
        ({"destinationPackageVersions": ["arn:aws:iot:r:1:package/p"] * 26}, "destinationPackageVersions"),
        ({"documentSource": "https://s3.amazonaws.com/b/k"}, "documentSource"),
        ({"document": '"' + "x" * 32_767 + '"'}, "document"),
        ({"document": "no json"}, "document"),
        ({"description": "a\u200bb"}, "description"),
        ({"description": "two\nlines"}, "description"),
        ({"schedulingConfig": {"endBehavior": "CANCEL"}}, "endBehavior"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_limits_that_only_aws_s_prose_states_are_kept_too(endpoint, members, named):
    endpoint.add_things("t")
    given = {"targets": [arns.thing_arn("t")], "document": DOCUMENT, **members}
    status, headers, answer = endpoint.ask("PUT", "/jobs/j1", json.dumps(given).encode(), service="iot")
    assert (status, headers["x-amzn-errortype"]) == (400, "InvalidRequestException")
    assert named in json.loads(answer)["message"]
    assert endpoint.iot.list_jobs()["jobs"] == []
