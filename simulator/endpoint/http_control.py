"""The control plane for jobs, `iot`: what an operator asks of jobs and job executions.

Source: reference sections 8.1 to 8.12. Times are fractional seconds here, and details are nested in `detailsMap`.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET

from simulator.endpoint import arns
from simulator.endpoint.http_call import NOTHING, Call, Handler, Route, matching, whole_number
from simulator.endpoint.http_control_shapes import (
    CancelJobBody,
    CreateJobBody,
    ExecutionBody,
    ExecutionForJob,
    ExecutionForThing,
    ExecutionsForJob,
    ExecutionsForThing,
    JobBody,
    JobDocument,
    JobNamed,
    JobsListed,
    execution_shown,
    execution_summary,
    job_named,
    job_shown,
    job_summary,
)
from simulator.endpoint.http_errors import Plane, ProblemError, not_offered
from simulator.endpoint.http_paging import Order, Paging
from simulator.jobs.codec import BadRequestError, convert_request
from simulator.jobs.control import NewJob, invalid_request, not_found
from simulator.jobs.model import JobStatus, UpdateRequest
from simulator.jobs.stored import Execution, Job, JobState, TargetSelection
from simulator.jobs.topics import Operation

_NOT_OFFERED: Final = (
    "abortConfig",
    "destinationPackageVersions",
    "documentParameters",
    "documentSource",
    "jobExecutionsRetryConfig",
    "jobExecutionsRolloutConfig",
    "jobTemplateArn",
    "namespaceId",
    "presignedUrlConfig",
    "schedulingConfig",
)
_ORDER_OF_STATES: Final[Mapping[JobState, int]] = {state: place for place, state in enumerate(JobState)}
_BY_STATE_NEWEST_FIRST: Final[Order[Job]] = Order(
    lambda job: (_ORDER_OF_STATES[job.status], -float(job.created_at), job.job_id), (int, float, str)
)
_OLDEST_FIRST: Final[Order[Execution]] = Order(lambda execution: (execution.sequence,), (int,))


async def create_job(call: Call) -> JobNamed:
    members = call.members()
    for name in _NOT_OFFERED:
        if members.get(name):
            raise invalid_request(f"{name} is not offered by this local endpoint yet; leave it out.")
    body = call.body_as(CreateJobBody)
    if body.target_selection is TargetSelection.CONTINUOUS:
        raise invalid_request("targetSelection CONTINUOUS is not offered by this local endpoint yet; use SNAPSHOT.")
    timeout = body.timeout_config
    new = NewJob(
        job_id=call.name("jobId"),
        targets=body.targets,
        document=body.document,
        description=body.description,
        in_progress_timeout_minutes=None if timeout is None else timeout.in_progress_timeout_in_minutes,
    )
    return job_named(await call.service.create_job(new))


async def describe_job(call: Call) -> JobBody:
    job = _job(call)
    return JobBody(job=job_shown(job, call.service.book.counts(job.job_id)))


async def list_jobs(call: Call) -> JobsListed:
    status = call.choice("status", JobState)
    selection = call.choice("targetSelection", TargetSelection)
    group_name = _group_asked_for(call)
    paging = Paging(call, "jobs", _BY_STATE_NEWEST_FIRST)
    jobs, token = paging.page(
        job
        for job in call.service.book.jobs.values()
        if status in (None, job.status)
        and selection in (None, job.target_selection)
        and (group_name is None or _targets_group(job, group_name))
    )
    return JobsListed(jobs=[job_summary(job) for job in jobs], next_token=token or UNSET)


async def get_job_document(call: Call) -> JobDocument:
    return JobDocument(document=_job(call).document)


async def cancel_job(call: Call) -> JobNamed:
    job_id, force, body = call.name("jobId"), call.flag("force"), call.body_as(CancelJobBody)
    await call.service.control(
        lambda control, now: control.cancel(
            job_id, now, force=force, reason_code=body.reason_code, comment=body.comment
        )
    )
    return job_named(_job(call))


async def delete_job(call: Call) -> msgspec.Struct:
    job_id, force = call.name("jobId"), call.flag("force")
    await call.service.control(lambda control, now: control.delete(job_id, now, force=force))
    return NOTHING


async def describe_execution(call: Call) -> ExecutionBody:
    execution = call.service.jobs_control.execution(
        call.name("thingName"), call.name("jobId"), call.number("executionNumber")
    )
    return ExecutionBody(execution=execution_shown(execution, call.service.clock.epoch()))


async def cancel_execution(call: Call) -> msgspec.Struct:
    thing_name, job_id, force = call.name("thingName"), call.name("jobId"), call.flag("force")
    members = call.members()
    details, version = _details_and_version(members)
    await call.service.control(
        lambda control, now: control.cancel_execution(
            thing_name, job_id, now, force=force, expected_version=version, status_details=details
        )
    )
    return NOTHING


async def delete_execution(call: Call) -> msgspec.Struct:
    thing_name, job_id, force = call.name("thingName"), call.name("jobId"), call.flag("force")
    number = whole_number(call.path["executionNumber"], "executionNumber")
    await call.service.control(
        lambda control, now: control.delete_execution(thing_name, job_id, number, now, force=force)
    )
    return NOTHING


async def list_executions_for_job(call: Call) -> ExecutionsForJob:
    job = _job(call)
    status = call.choice("status", JobStatus)
    paging = Paging(call, f"executions of job {job.job_id}", _OLDEST_FIRST)
    executions, token = paging.page(
        each for each in call.service.book.of_job(job.job_id) if status in (None, each.status)
    )
    summaries = [
        ExecutionForJob(thing_arn=arns.thing_arn(each.thing_name), job_execution_summary=execution_summary(each))
        for each in executions
    ]
    return ExecutionsForJob(execution_summaries=summaries, next_token=token or UNSET)


async def list_executions_for_thing(call: Call) -> ExecutionsForThing:
    thing_name, job_id = call.name("thingName"), call.text("jobId")
    if job_id is not None:
        matching(job_id, "jobId")
    status = call.choice("status", JobStatus)
    paging = Paging(call, f"executions of thing {thing_name}", _OLDEST_FIRST)
    everything = list(call.service.book.of_thing(thing_name))
    if not everything and not call.service.registry.knows_thing(thing_name):
        raise not_found(f"Thing {thing_name} not found.")
    executions, token = paging.page(
        each for each in everything if status in (None, each.status) and job_id in (None, each.job_id)
    )
    summaries = [
        ExecutionForThing(job_id=each.job_id, job_execution_summary=execution_summary(each)) for each in executions
    ]
    return ExecutionsForThing(execution_summaries=summaries, next_token=token or UNSET)


def _job(call: Call) -> Job:
    return call.service.jobs_control.job(call.name("jobId"))


def _group_asked_for(call: Call) -> str | None:
    """Return the name of the group that ListJobs is restricted to; an unknown id matches no job's target."""
    if (group_id := call.text("thingGroupId")) is not None:
        groups = call.service.registry.groups.listed()
        return next((group.group_name for group in groups if group.group_id == group_id), "")
    return call.text("thingGroupName")


def _targets_group(job: Job, group_name: str) -> bool:
    return any(arns.parse(target) == (arns.Kind.GROUP, group_name) for target in job.targets)


def _details_and_version(members: Mapping[str, object]) -> tuple[Mapping[str, str] | None, int | None]:
    """Read CancelJobExecution's body by the rules of the data plane's update, which are the same.

    Raises:
        ControlError: InvalidRequestException naming the member.
    """
    asked = {name: members[name] for name in ("statusDetails", "expectedVersion") if name in members}
    try:
        request = convert_request(Operation.UPDATE, {"status": JobStatus.CANCELED.value, **asked})
    except BadRequestError as exc:
        raise invalid_request(exc.message) from None
    assert isinstance(request, UpdateRequest)
    details = None if request.status_details is UNSET else request.status_details
    return details, None if request.expected_version is UNSET else request.expected_version


def _later(operation: str) -> Handler:
    async def refuse(_: Call) -> msgspec.Struct:
        raise ProblemError(not_offered(operation))

    return refuse


_JOB: Final = "/jobs/{jobId}"
_EXECUTION: Final = "/things/{thingName}/jobs/{jobId}"
_C: Final = Plane.CONTROL

ROUTES: Final = (
    Route("ListJobs", "GET", "/jobs", _C, list_jobs),
    Route("CreateJob", "PUT", _JOB, _C, create_job),
    Route("DescribeJob", "GET", _JOB, _C, describe_job),
    Route("UpdateJob", "PATCH", _JOB, _C, _later("UpdateJob")),
    Route("DeleteJob", "DELETE", _JOB, _C, delete_job),
    Route("CancelJob", "PUT", f"{_JOB}/cancel", _C, cancel_job),
    Route("AssociateTargetsWithJob", "POST", f"{_JOB}/targets", _C, _later("AssociateTargetsWithJob")),
    Route("GetJobDocument", "GET", f"{_JOB}/job-document", _C, get_job_document),
    Route("ListJobExecutionsForJob", "GET", f"{_JOB}/things", _C, list_executions_for_job),
    Route("ListJobExecutionsForThing", "GET", "/things/{thingName}/jobs", _C, list_executions_for_thing),
    Route("DescribeJobExecution", "GET", _EXECUTION, _C, describe_execution),
    Route("CancelJobExecution", "PUT", f"{_EXECUTION}/cancel", _C, cancel_execution),
    Route("DeleteJobExecution", "DELETE", f"{_EXECUTION}/executionNumber/{{executionNumber}}", _C, delete_execution),
)
