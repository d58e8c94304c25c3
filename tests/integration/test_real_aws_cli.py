"""The AWS CLI, as a user has it, makes, reads, walks and cancels jobs.

Each call is a process of one to two seconds of processor time, so the things are made with boto3, and each test makes
the calls that do not depend on each other at once.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator.endpoint.serving import Endpoint
from tests.support.real_clients import AwsCli, Operator, program

AWS = program("aws")
pytestmark = pytest.mark.skipif(AWS is None, reason="the AWS CLI is not installed")

UPDATE = ("iot-jobs-data", "update-job-execution", "--job-id", "j1", "--thing-name", "pump-1")


@pytest.fixture
async def operator(endpoint: Endpoint) -> AsyncIterator[Operator]:
    operator = await asyncio.to_thread(Operator, endpoint.http_url)
    yield operator
    operator.close()


@pytest.fixture
def aws(endpoint: Endpoint, tmp_path: Path) -> AwsCli:
    assert AWS is not None
    return AwsCli(AWS, endpoint.http_url, tmp_path)


async def test_a_job_is_made_read_and_walked_to_its_end_by_the_cli(aws: AwsCli, operator: Operator) -> None:
    target = (await operator("create_thing", thingName="pump-1"))["thingArn"]
    made = await aws.answer(
        "iot", "create-job", "--job-id", "j1", "--targets", target, "--document", '{"operation": "install"}',
        "--timeout-config", "inProgressTimeoutInMinutes=5",
    )  # fmt: skip
    described, listed, started = await asyncio.gather(
        aws.answer("iot", "describe-job", "--job-id", "j1"),
        aws.answer("iot", "list-job-executions-for-job", "--job-id", "j1"),
        aws.answer(*UPDATE, "--status", "IN_PROGRESS", "--status-details", "step=one", "--include-job-execution-state"),
    )
    job = described["job"]
    assert (job["jobId"], job["jobArn"], job["status"]) == ("j1", made["jobArn"], "IN_PROGRESS")
    assert job["timeoutConfig"] == {"inProgressTimeoutInMinutes": 5}
    (summary,) = listed["executionSummaries"]
    assert (summary["thingArn"], summary["jobExecutionSummary"]["executionNumber"]) == (target, 1)
    state = started["executionState"]
    assert (state["status"], state["versionNumber"], state["statusDetails"]) == ("IN_PROGRESS", 2, {"step": "one"})

    assert not await aws.answer(*UPDATE, "--status", "SUCCEEDED", "--expected-version", "2")
    assert (await operator("describe_job", jobId="j1"))["job"]["status"] == "COMPLETED"


async def test_a_job_is_cancelled_and_refusals_have_their_modelled_names_in_the_cli(
    aws: AwsCli, operator: Operator
) -> None:
    """Without the error's type in the answer the CLI would say "An error occurred (Unknown)" or (404)."""
    target = (await operator("create_thing", thingName="pump-1"))["thingArn"]
    await operator("create_job", jobId="j1", targets=[target], document="{}")
    missing, mismatch, twice = await asyncio.gather(
        aws.run("iot", "describe-job", "--job-id", "nobody"),
        aws.run(*UPDATE, "--status", "IN_PROGRESS", "--expected-version", "7"),
        aws.run("iot", "create-job", "--job-id", "j1", "--targets", target, "--document", '{"another": 1}'),
    )
    assert "(ResourceNotFoundException) when calling the DescribeJob operation" in missing.err
    assert "(InvalidStateTransitionException) when calling the UpdateJobExecution operation" in mismatch.err
    assert "(ResourceAlreadyExistsException) when calling the CreateJob operation" in twice.err
    assert {missing.status, mismatch.status, twice.status} <= {254, 255}  # which of them depends on the CLI's version

    cancelled = await aws.answer("iot", "cancel-job", "--job-id", "j1", "--comment", "not today")
    assert cancelled["jobId"] == "j1"
    job = (await operator("describe_job", jobId="j1"))["job"]
    assert (job["status"], job["comment"]) == ("CANCELED", "not today")
    assert job["jobProcessDetails"]["numberOfCanceledThings"] == 1
