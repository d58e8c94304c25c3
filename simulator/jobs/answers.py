"""The parts of the service's answers: executions as lists and states show them, and the rejections.

Source: reference sections 3.4 and 5.
"""

from msgspec import UNSET, UnsetType

from simulator.jobs.codec import BadRequestError
from simulator.jobs.model import ErrorCode, ErrorResponse, JobExecutionState, JobExecutionSummary, Request
from simulator.jobs.stored import Execution
from simulator.jobs.topics import RequestTopic


def summary(execution: Execution) -> JobExecutionSummary:
    """Return an execution as get/accepted and notify list it."""
    return JobExecutionSummary(
        job_id=execution.job_id,
        queued_at=int(execution.queued_at),
        started_at=seconds(execution.started_at),
        last_updated_at=int(execution.last_updated_at),
        execution_number=execution.execution_number,
        version_number=execution.version_number,
    )


def state(execution: Execution) -> JobExecutionState:
    """Return the state as update/accepted and the two rejections carry it."""
    return JobExecutionState(
        status=execution.status,
        version_number=execution.version_number,
        status_details=execution.status_details or UNSET,
    )


def rejected(error: BadRequestError, now: float) -> ErrorResponse:
    """Return the answer to a request that could not be read."""
    token = UNSET if error.client_token is None else error.client_token
    return ErrorResponse(code=error.code, message=error.message, timestamp=int(now), client_token=token)


def refused(code: ErrorCode, message: str, stored: Execution, request: Request, now: float) -> ErrorResponse:
    """Return a rejection that shows the stored state."""
    return ErrorResponse(
        code=code,
        message=message,
        timestamp=int(now),
        execution_state=state(stored),
        client_token=request.client_token,
    )


def not_found(message: str, request: Request, now: float) -> ErrorResponse:
    """Return a ResourceNotFound."""
    return ErrorResponse(
        code=ErrorCode.RESOURCE_NOT_FOUND, message=message, timestamp=int(now), client_token=request.client_token
    )


def no_execution(topic: RequestTopic, request: Request, now: float) -> ErrorResponse:
    """Return a ResourceNotFound for an execution."""
    return not_found(f"Job Execution {topic.job_id} for thing {topic.thing_name} does not exist.", request, now)


def seconds(moment: float | None) -> int | UnsetType:
    """Return whole epoch seconds, or that there is no such moment."""
    return UNSET if moment is None else int(moment)
