"""The control plane for job executions, `iot`: what an operator asks of one, and their lists.

Source: reference sections 8.8 to 8.11. Times are fractional seconds here, and details are nested in `detailsMap`.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET

from simulator.endpoint import arns
from simulator.endpoint.http_call import NOTHING, Call, Route, matching, whole_number
from simulator.endpoint.http_control_shapes import (
    ExecutionBody,
    ExecutionForJob,
    ExecutionForThing,
    ExecutionsForJob,
    ExecutionsForThing,
    execution_shown,
    execution_summary,
)
from simulator.endpoint.http_errors import Plane
from simulator.endpoint.http_paging import Order, Paging
from simulator.jobs import limits
from simulator.jobs.codec import BadRequestError, convert_request
from simulator.jobs.control import invalid_request, not_found
from simulator.jobs.model import JobStatus, UpdateRequest
from simulator.jobs.stored import Execution
from simulator.jobs.topics import Operation

_OLDEST_FIRST: Final[Order[Execution]] = Order(lambda execution: (execution.sequence,), (int,))


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
    call.matched("namespaceId", limits.NAMESPACE_ID)
    await call.service.control(
        lambda control, now: control.delete_execution(thing_name, job_id, number, now, force=force)
    )
    return NOTHING


async def list_executions_for_job(call: Call) -> ExecutionsForJob:
    job = call.service.jobs_control.job(call.name("jobId"))
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
    call.matched("namespaceId", limits.NAMESPACE_ID)
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


_EXECUTION: Final = "/things/{thingName}/jobs/{jobId}"
_C: Final = Plane.CONTROL

ROUTES: Final = (
    Route("ListJobExecutionsForJob", "GET", "/jobs/{jobId}/things", _C, list_executions_for_job),
    Route("ListJobExecutionsForThing", "GET", "/things/{thingName}/jobs", _C, list_executions_for_thing),
    Route("DescribeJobExecution", "GET", _EXECUTION, _C, describe_execution),
    Route("CancelJobExecution", "PUT", f"{_EXECUTION}/cancel", _C, cancel_execution),
    Route("DeleteJobExecution", "DELETE", f"{_EXECUTION}/executionNumber/{{executionNumber}}", _C, delete_execution),
)
