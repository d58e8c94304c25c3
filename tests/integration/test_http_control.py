"""The control plane for jobs as boto3 sees it. Numbers are those of the conformance checklist (reference 13)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from simulator.endpoint import arns
from tests.support.http_endpoint import HttpEndpoint, http_endpoint

DOCUMENT = '{"operation": "update"}'
NOW = datetime.fromtimestamp(1_750_000_000.25, UTC)


@pytest.fixture
def endpoint() -> Iterator[HttpEndpoint]:
    with http_endpoint() as endpoint:
        yield endpoint


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    """Return code and HTTP status of a ClientError."""
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def status_of(endpoint: HttpEndpoint, job_id: str, thing_name: str) -> str:
    return endpoint.iot.describe_job_execution(jobId=job_id, thingName=thing_name)["execution"]["status"]


def start(endpoint: HttpEndpoint, thing_name: str) -> None:
    endpoint.jobs_data.start_next_pending_job_execution(thingName=thing_name)


def counters(endpoint: HttpEndpoint, job_id: str) -> dict[str, int]:
    """Return the counters that are not 0, and check that there are eight."""
    details = endpoint.iot.describe_job(jobId=job_id)["job"]["jobProcessDetails"]
    assert len(details) == 8
    return {name.removeprefix("numberOf").removesuffix("Things"): count for name, count in details.items() if count}


# --- making jobs ----------------------------------------------------------------------------------------------------


def test_a_job_is_named_in_the_answer_and_shown_as_it_was_made(endpoint):
    targets = endpoint.add_things("t")
    made = endpoint.iot.create_job(
        jobId="j1",
        targets=targets,
        document=DOCUMENT,
        description="First",
        targetSelection="SNAPSHOT",
        timeoutConfig={"inProgressTimeoutInMinutes": 10},
        presignedUrlConfig={},
        tags=[{"Key": "team", "Value": "a"}],
    )
    assert (made["jobId"], made["jobArn"], made["description"]) == ("j1", arns.job_arn("j1"), "First")
    endpoint.settle()
    described = endpoint.iot.describe_job(jobId="j1")
    assert "documentSource" not in described
    job = described["job"]
    del job["jobProcessDetails"]
    assert job == {
        "jobArn": arns.job_arn("j1"),
        "jobId": "j1",
        "description": "First",
        "targetSelection": "SNAPSHOT",
        "status": "IN_PROGRESS",
        "targets": targets,
        "createdAt": NOW,
        "lastUpdatedAt": NOW,
        "isConcurrent": False,
        "timeoutConfig": {"inProgressTimeoutInMinutes": 10},
        "presignedUrlConfig": {},
        "jobExecutionsRolloutConfig": {},
    }


def test_80_an_id_that_is_taken_is_a_conflict(endpoint):
    endpoint.add_job("j1", "t")
    with pytest.raises(endpoint.iot.exceptions.ResourceAlreadyExistsException, match="j1") as error:
        endpoint.iot.create_job(jobId="j1", targets=[arns.thing_arn("t")], document=DOCUMENT)
    assert refusal(error) == ("ResourceAlreadyExistsException", 409)


def test_81_a_job_without_a_document_is_refused(endpoint):
    targets = endpoint.add_things("t")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="document") as error:
        endpoint.iot.create_job(jobId="j1", targets=targets)
    assert refusal(error) == ("InvalidRequestException", 400)


def test_a_namespace_is_not_offered_and_no_job_is_made(endpoint):
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="namespaceId is not offered"):
        endpoint.iot.create_job(jobId="j1", targets=endpoint.add_things("t"), document=DOCUMENT, namespaceId="n")
    assert endpoint.iot.list_jobs()["jobs"] == []


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"document": "{no json"}, "document"),
        ({"document": '"' + "x" * 32_768 + '"'}, "32768"),
        ({"document": {"a": 1}}, r"document"),
        ({"targets": []}, "targets"),
        ({"targets": ["t"]}, "'t' is not the ARN"),
        ({"targets": "t"}, "targets"),
        ({"targets": [arns.thing_arn("t")] * 101}, "targets"),
        ({"targets": [arns.job_arn("t")]}, "target"),
        ({"description": "a\nb"}, "description"),
        ({"timeoutConfig": {"inProgressTimeoutInMinutes": 0}}, "inProgressTimeoutInMinutes"),
        ({"timeoutConfig": {"inProgressTimeoutInMinutes": "soon"}}, "inProgressTimeoutInMinutes"),
        ({"targetSelection": "SOME"}, "targetSelection"),
    ],
)
def test_a_member_out_of_range_is_named_and_no_job_is_made(endpoint, members, named):
    targets = endpoint.add_things("t")
    body = json.dumps({"targets": targets, "document": DOCUMENT, **members}).encode()
    status, _, answer = endpoint.ask("PUT", "/jobs/j1", body, service="iot")
    assert status == 400
    assert named in json.loads(answer)["message"]
    assert endpoint.iot.list_jobs()["jobs"] == []


def test_a_target_that_is_not_there_is_not_found(endpoint):
    for arn in (arns.thing_arn("nobody"), arns.group_arn("nowhere")):
        with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException) as error:
            endpoint.iot.create_job(jobId="j1", targets=[arn], document=DOCUMENT)
        assert refusal(error) == ("ResourceNotFoundException", 404)
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.describe_job(jobId="j1")


def test_82_a_group_is_resolved_once_also_through_child_groups(endpoint):
    endpoint.add_things("t1", "t2", "t3")
    group = endpoint.iot.create_thing_group(thingGroupName="fleet")["thingGroupArn"]
    endpoint.iot.create_thing_group(thingGroupName="north", parentGroupName="fleet")
    endpoint.iot.add_thing_to_thing_group(thingGroupName="fleet", thingName="t1")
    endpoint.iot.add_thing_to_thing_group(thingGroupName="north", thingName="t2")
    endpoint.iot.add_thing_to_thing_group(thingGroupName="north", thingName="t1")
    endpoint.iot.create_job(jobId="j1", targets=[group, arns.thing_arn("t1")], document=DOCUMENT)
    endpoint.settle()
    assert counters(endpoint, "j1") == {"Queued": 2}
    endpoint.iot.add_thing_to_thing_group(thingGroupName="north", thingName="t3")
    assert endpoint.jobs_data.get_pending_job_executions(thingName="t3")["queuedJobs"] == []


def test_a_job_for_an_empty_group_is_done_at_once(endpoint):
    group = endpoint.iot.create_thing_group(thingGroupName="fleet")["thingGroupArn"]
    endpoint.iot.create_job(jobId="j1", targets=[group], document=DOCUMENT)
    endpoint.settle()
    assert endpoint.iot.describe_job(jobId="j1")["job"]["status"] == "COMPLETED"


def test_the_document_comes_back_letter_by_letter(endpoint):
    document = '{ "b":1,\n "a": "ü" , "n": 1.50 }'
    endpoint.add_job("j1", "t", document=document)
    assert endpoint.iot.get_job_document(jobId="j1")["document"] == document
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.get_job_document(jobId="j2")


# --- looking at jobs ------------------------------------------------------------------------------------------------


def test_91_all_eight_counters_are_there_and_sum_to_the_executions(endpoint):
    endpoint.add_job("j1", *(f"t{number}" for number in range(6)))
    for thing, status in (("t0", "SUCCEEDED"), ("t1", "FAILED"), ("t2", "REJECTED"), ("t3", "IN_PROGRESS")):
        endpoint.jobs_data.update_job_execution(thingName=thing, jobId="j1", status=status)
    endpoint.iot.cancel_job_execution(thingName="t4", jobId="j1")
    endpoint.iot.delete_thing(thingName="t5")
    expected = {"Succeeded": 1, "Failed": 1, "Rejected": 1, "InProgress": 1, "Canceled": 1, "Removed": 1}
    assert counters(endpoint, "j1") == expected


def test_69_and_93_a_job_whose_executions_have_ended_is_completed_and_times_are_dates(endpoint):
    endpoint.add_job("j1", "t")
    assert "completedAt" not in endpoint.iot.describe_job(jobId="j1")["job"]
    endpoint.run(endpoint.clock.advance(2.5))
    endpoint.jobs_data.update_job_execution(thingName="t", jobId="j1", status="SUCCEEDED")
    job = endpoint.iot.describe_job(jobId="j1")["job"]
    assert job["status"] == "COMPLETED"
    assert job["createdAt"] == NOW
    assert job["completedAt"] == datetime.fromtimestamp(1_750_000_002.75, UTC)
    assert endpoint.iot.list_jobs()["jobs"][0]["completedAt"] == job["completedAt"]


def test_97_jobs_come_in_pages(endpoint):
    for number in range(3):
        endpoint.add_job(f"j{number}", "t")
        endpoint.run(endpoint.clock.advance(1))
    page = endpoint.iot.list_jobs(maxResults=1)
    assert [job["jobId"] for job in page["jobs"]] == ["j2"]
    page = endpoint.iot.list_jobs(maxResults=2, nextToken=page["nextToken"])
    assert [job["jobId"] for job in page["jobs"]] == ["j1", "j0"]
    assert "nextToken" not in page
    pages = endpoint.iot.get_paginator("list_jobs").paginate(PaginationConfig={"PageSize": 1})
    assert [job["jobId"] for page in pages for job in page["jobs"]] == ["j2", "j1", "j0"]


def test_jobs_are_filtered_by_state_selection_and_group(endpoint):
    endpoint.add_job("j1", "t")
    endpoint.add_job("j2", "t")
    endpoint.iot.cancel_job(jobId="j2")
    group = endpoint.iot.create_thing_group(thingGroupName="g")
    endpoint.iot.create_job(jobId="j3", targets=[group["thingGroupArn"]], document=DOCUMENT)
    endpoint.settle()

    def listed(**choice: str) -> list[str]:
        return [job["jobId"] for job in endpoint.iot.list_jobs(**choice)["jobs"]]

    assert listed() == ["j1", "j3", "j2"]
    assert listed(status="CANCELED") == ["j2"]
    assert listed(targetSelection="CONTINUOUS") == []
    assert listed(thingGroupName="g", status="COMPLETED") == ["j3"]
    assert listed(thingGroupId=group["thingGroupId"]) == ["j3"]
    assert listed(thingGroupId="0") == []
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="status"):
        listed(status="DONE")


@pytest.mark.parametrize("query", ["maxResults=0", "maxResults=251", "maxResults=x", "nextToken=x", "nextToken=W10%3D"])
def test_paging_members_out_of_range_are_refused(endpoint, query):
    status, headers, body = endpoint.ask("GET", f"/jobs?{query}", service="iot")
    assert (status, headers["x-amzn-errortype"]) == (400, "InvalidRequestException")
    assert query.partition("=")[0] in json.loads(body)["message"]


def test_a_token_of_another_list_is_refused(endpoint):
    endpoint.add_job("j1", "t1", "t2")
    token = endpoint.iot.list_job_executions_for_job(jobId="j1", maxResults=1)["nextToken"]
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="nextToken"):
        endpoint.iot.list_jobs(nextToken=token)


# --- cancelling and deleting jobs -----------------------------------------------------------------------------------


def test_86_cancelling_leaves_what_is_in_progress(endpoint):
    endpoint.add_job("j1", "t1", "t2")
    start(endpoint, "t1")
    answer = endpoint.iot.cancel_job(jobId="j1", reasonCode="BAD_BUILD", comment="Checksum is wrong")
    assert (answer["jobId"], answer["jobArn"]) == ("j1", arns.job_arn("j1"))
    job = endpoint.iot.describe_job(jobId="j1")["job"]
    assert (job["status"], job["reasonCode"], job["comment"]) == ("CANCELED", "BAD_BUILD", "Checksum is wrong")
    assert job["forceCanceled"] is False
    assert [status_of(endpoint, "j1", thing) for thing in ("t1", "t2")] == ["IN_PROGRESS", "CANCELED"]
    endpoint.jobs_data.update_job_execution(thingName="t1", jobId="j1", status="SUCCEEDED")
    assert counters(endpoint, "j1") == {"Succeeded": 1, "Canceled": 1}


def test_87_cancelling_with_force_ends_both(endpoint):
    endpoint.add_job("j1", "t1", "t2")
    start(endpoint, "t1")
    endpoint.iot.cancel_job(jobId="j1", force=True)
    assert endpoint.iot.describe_job(jobId="j1")["job"]["forceCanceled"] is True
    assert [status_of(endpoint, "j1", thing) for thing in ("t1", "t2")] == ["CANCELED", "CANCELED"]
    execution = endpoint.iot.describe_job_execution(jobId="j1", thingName="t1")["execution"]
    assert execution["forceCanceled"] is True
    with pytest.raises(endpoint.jobs_data.exceptions.InvalidStateTransitionException):
        endpoint.jobs_data.update_job_execution(thingName="t1", jobId="j1", status="SUCCEEDED")


def test_a_job_that_has_ended_cannot_be_cancelled(endpoint):
    endpoint.add_job("j1", "t")
    endpoint.iot.cancel_job(jobId="j1")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="CANCELED"):
        endpoint.iot.cancel_job(jobId="j1")
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.cancel_job(jobId="j2")
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="reasonCode"):
        endpoint.iot.cancel_job(jobId="j1", reasonCode="lower case")


def test_89_a_live_job_is_deleted_only_with_force_and_then_gone(endpoint):
    endpoint.add_job("j1", "t")
    with pytest.raises(endpoint.iot.exceptions.InvalidStateTransitionException, match="force") as error:
        endpoint.iot.delete_job(jobId="j1")
    assert refusal(error) == ("InvalidStateTransitionException", 409)
    endpoint.iot.delete_job(jobId="j1", force=True)
    for call in (endpoint.iot.describe_job, endpoint.iot.delete_job, endpoint.iot.list_job_executions_for_job):
        with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
            call(jobId="j1")
    assert endpoint.topics_published()[-2:] == ["t/notify", "t/notify-next"]
    endpoint.add_job("j1", "t")


# --- executions -----------------------------------------------------------------------------------------------------


def test_88_cancelling_an_execution_wants_force_in_progress_and_the_right_version(endpoint):
    endpoint.add_job("j1", "t1", "t2")
    start(endpoint, "t1")
    asked = {"jobId": "j1", "thingName": "t1"}
    with pytest.raises(endpoint.iot.exceptions.InvalidStateTransitionException) as error:
        endpoint.iot.cancel_job_execution(**asked)
    assert refusal(error) == ("InvalidStateTransitionException", 409)
    with pytest.raises(endpoint.iot.exceptions.VersionConflictException, match="found version 2") as error:
        endpoint.iot.cancel_job_execution(**asked, force=True, expectedVersion=1)
    assert refusal(error) == ("VersionConflictException", 409)
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="statusDetails"):
        endpoint.iot.cancel_job_execution(**asked, force=True, statusDetails={"a b": "1"})
    endpoint.iot.cancel_job_execution(**asked, force=True, expectedVersion=2, statusDetails={"why": "recall"})
    execution = endpoint.iot.describe_job_execution(**asked)["execution"]
    assert (execution["status"], execution["forceCanceled"]) == ("CANCELED", True)
    assert execution["statusDetails"] == {"detailsMap": {"why": "recall"}}
    assert endpoint.ask("PUT", "/things/t2/jobs/j1/cancel", service="iot")[::2] == (200, b"{}")
    assert status_of(endpoint, "j1", "t2") == "CANCELED"
    assert endpoint.iot.describe_job(jobId="j1")["job"]["status"] == "COMPLETED"


def test_90_deleting_an_execution_wants_force_in_progress(endpoint):
    endpoint.add_job("j1", "t1", "t2")
    start(endpoint, "t1")
    asked = {"jobId": "j1", "thingName": "t1", "executionNumber": 1}
    with pytest.raises(endpoint.iot.exceptions.InvalidStateTransitionException) as error:
        endpoint.iot.delete_job_execution(**asked)
    assert refusal(error) == ("InvalidStateTransitionException", 409)
    endpoint.iot.delete_job_execution(**asked, force=True)
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.describe_job_execution(jobId="j1", thingName="t1")
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.delete_job_execution(**asked)
    assert counters(endpoint, "j1") == {"Queued": 1}
    status, headers, _ = endpoint.ask("DELETE", "/things/t2/jobs/j1/executionNumber/one", service="iot")
    assert (status, headers["x-amzn-errortype"]) == (400, "InvalidRequestException")


def test_92_an_execution_is_shown_with_nested_details_and_dates(endpoint):
    endpoint.add_job("j1", "t", timeoutConfig={"inProgressTimeoutInMinutes": 10})
    asked = {"jobId": "j1", "thingName": "t"}
    queued = endpoint.iot.describe_job_execution(**asked)["execution"]
    assert queued["statusDetails"] == {}
    assert "startedAt" not in queued
    endpoint.run(endpoint.clock.advance(1.5))
    start(endpoint, "t")
    assert endpoint.iot.describe_job_execution(**asked)["execution"]["approximateSecondsBeforeTimedOut"] == 600
    endpoint.jobs_data.update_job_execution(**asked, status="FAILED", statusDetails={"reason": "exit 1"})
    moment = datetime.fromtimestamp(1_750_000_001.75, UTC)
    expected = {
        "jobId": "j1",
        "status": "FAILED",
        "statusDetails": {"detailsMap": {"reason": "exit 1"}},
        "thingArn": arns.thing_arn("t"),
        "queuedAt": NOW,
        "startedAt": moment,
        "lastUpdatedAt": moment,
        "executionNumber": 1,
        "versionNumber": 3,
    }
    assert endpoint.iot.describe_job_execution(**asked)["execution"] == expected
    assert endpoint.iot.describe_job_execution(**asked, executionNumber=1)["execution"] == expected
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.describe_job_execution(**asked, executionNumber=2)


def test_the_executions_of_a_job_come_in_pages_and_by_status(endpoint):
    things = [f"t{number}" for number in range(5)]
    endpoint.add_job("j1", *things)
    endpoint.jobs_data.update_job_execution(thingName="t3", jobId="j1", status="SUCCEEDED")
    pages = endpoint.iot.get_paginator("list_job_executions_for_job").paginate(
        jobId="j1", PaginationConfig={"PageSize": 2}
    )
    summaries = [summary for page in pages for summary in page["executionSummaries"]]
    assert [summary["thingArn"] for summary in summaries] == [arns.thing_arn(thing) for thing in things]
    assert summaries[3]["jobExecutionSummary"] == {
        "status": "SUCCEEDED",
        "queuedAt": NOW,
        "startedAt": NOW,
        "lastUpdatedAt": NOW,
        "executionNumber": 1,
    }
    succeeded = endpoint.iot.list_job_executions_for_job(jobId="j1", status="SUCCEEDED")["executionSummaries"]
    assert succeeded == [summaries[3]]


def test_the_executions_of_a_thing_come_in_pages_by_status_and_by_job(endpoint):
    for number in range(3):
        endpoint.add_job(f"j{number}", "t")
    start(endpoint, "t")
    pages = endpoint.iot.get_paginator("list_job_executions_for_thing").paginate(
        thingName="t", PaginationConfig={"PageSize": 2}
    )
    assert [each["jobId"] for page in pages for each in page["executionSummaries"]] == ["j0", "j1", "j2"]

    def listed(**choice: str) -> list[str]:
        answer = endpoint.iot.list_job_executions_for_thing(thingName="t", **choice)
        return [summary["jobId"] for summary in answer["executionSummaries"]]

    assert listed(status="IN_PROGRESS") == ["j0"]
    assert listed(status="QUEUED") == ["j1", "j2"]
    assert listed(jobId="j1") == ["j1"]
    with pytest.raises(endpoint.iot.exceptions.InvalidRequestException, match="jobId"):
        listed(jobId="j 1")
    with pytest.raises(endpoint.iot.exceptions.ResourceNotFoundException):
        endpoint.iot.list_job_executions_for_thing(thingName="nobody")


def test_a_page_goes_on_where_the_last_ended_though_entries_went_meanwhile(endpoint):
    endpoint.add_job("j1", "t0", "t1", "t2")
    token = endpoint.iot.list_job_executions_for_job(jobId="j1", maxResults=2)["nextToken"]
    endpoint.iot.delete_job_execution(jobId="j1", thingName="t1", executionNumber=1)
    rest = endpoint.iot.list_job_executions_for_job(jobId="j1", nextToken=token)["executionSummaries"]
    assert [summary["thingArn"] for summary in rest] == [arns.thing_arn("t2")]


# --- what is not here yet -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("create_policy", {"policyName": "p", "policyDocument": "{}"}),
        ("create_keys_and_certificate", {}),
    ],
)
def test_an_operation_that_is_not_offered_says_so_in_a_sentence(endpoint, operation, members):
    with pytest.raises(ClientError, match="is not offered by this local endpoint yet") as error:
        getattr(endpoint.iot, operation)(**members)
    assert refusal(error) == ("NotImplementedException", 501)
