"""The data plane over HTTPS, `iot-jobs-data`: the same four operations as over MQTT in another dress.

Source: reference sections 6.2 to 6.4: no time stamp, no client token, the document as a string, the thing's name shown.
"""

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from simulator.endpoint.http_call import Call, Route
from simulator.endpoint.http_errors import Plane, ProblemError, of_reply
from simulator.endpoint.wire_json import Wire
from simulator.jobs.codec import BadRequestError, convert_request
from simulator.jobs.control import invalid_request
from simulator.jobs.model import (
    ErrorResponse,
    ExecutionAccepted,
    GetPendingAccepted,
    JobExecution,
    JobExecutionState,
    JobExecutionSummary,
    Reply,
    UpdateAccepted,
)
from simulator.jobs.topics import NEXT, Operation, RequestTopic

_MQTT_ONLY: Final = frozenset({"clientToken"})


class PendingBody(Wire, frozen=True, kw_only=True):
    """GetPendingJobExecutions; both lists are always there."""

    in_progress_jobs: list[JobExecutionSummary]
    queued_jobs: list[JobExecutionSummary]


class ExecutionBody(Wire, frozen=True, kw_only=True):
    """StartNextPendingJobExecution and DescribeJobExecution; nothing pending is `{}`."""

    execution: JobExecution | UnsetType = UNSET


class UpdateBody(Wire, frozen=True, kw_only=True):
    """UpdateJobExecution; `{}` unless state or document was asked for."""

    execution_state: JobExecutionState | UnsetType = UNSET
    job_document: msgspec.Raw | UnsetType = UNSET


async def get_pending(call: Call) -> msgspec.Struct:
    return await _ask(call, Operation.GET_PENDING, {})


async def start_next(call: Call) -> msgspec.Struct:
    return await _ask(call, Operation.START_NEXT, call.members())


async def describe(call: Call) -> msgspec.Struct:
    members: dict[str, object] = {"includeJobDocument": call.flag("includeJobDocument", default=True)}
    if (number := call.number("executionNumber")) is not None:
        members["executionNumber"] = number
    return await _ask(call, Operation.DESCRIBE, members)


async def update(call: Call) -> msgspec.Struct:
    return await _ask(call, Operation.UPDATE, call.members())


async def _ask(call: Call, operation: Operation, members: dict[str, object]) -> msgspec.Struct:
    """Put the request to the service and dress its answer.

    Raises:
        ControlError: InvalidRequestException; the request cannot be read.
        ProblemError: the service rejected it.
    """
    thing_name = call.name("thingName")
    job_id = ""
    if operation in (Operation.DESCRIBE, Operation.UPDATE):
        is_next = operation is Operation.DESCRIBE and call.path["jobId"] == NEXT
        job_id = NEXT if is_next else call.name("jobId")
    try:
        request = convert_request(operation, {name: members[name] for name in members.keys() - _MQTT_ONLY})
    except BadRequestError as exc:
        raise invalid_request(exc.message) from None
    reply = await call.service.request(RequestTopic(thing_name, operation, job_id), request)
    return _dressed(reply, thing_name)


def _dressed(reply: Reply, thing_name: str) -> msgspec.Struct:
    match reply:
        case ErrorResponse():
            raise ProblemError(of_reply(reply))
        case GetPendingAccepted():
            return PendingBody(in_progress_jobs=reply.in_progress_jobs, queued_jobs=reply.queued_jobs)
        case ExecutionAccepted():
            if reply.execution is UNSET:
                return ExecutionBody()
            shown = msgspec.structs.replace(
                reply.execution, thing_name=thing_name, job_document=_as_string(reply.execution.job_document)
            )
            return ExecutionBody(execution=shown)
        case UpdateAccepted():
            return UpdateBody(execution_state=reply.execution_state, job_document=_as_string(reply.job_document))


def _as_string(document: msgspec.Raw | UnsetType) -> msgspec.Raw | UnsetType:
    """Return a document as the JSON string that holds its text."""
    return UNSET if document is UNSET else msgspec.Raw(msgspec.json.encode(str(bytes(document), "utf-8")))


_THING: Final = "/things/{thingName}/jobs"

ROUTES: Final = (
    Route("GetPendingJobExecutions", "GET", _THING, Plane.DATA, get_pending),
    Route("StartNextPendingJobExecution", "PUT", f"{_THING}/$next", Plane.DATA, start_next),
    Route("DescribeJobExecution", "GET", f"{_THING}/{{jobId}}", Plane.DATA, describe),
    Route("UpdateJobExecution", "POST", f"{_THING}/{{jobId}}", Plane.DATA, update),
)
