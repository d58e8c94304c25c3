"""How an error looks over HTTP: the names, statuses and bodies that AWS's SDKs turn into their exceptions.

Source: reference section 6.5. A name travels in the header `x-amzn-ErrorType`, everything else in a JSON body.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from simulator.jobs.control import ControlError
from simulator.jobs.model import ErrorCode, ErrorResponse, JobExecutionState


class Plane(StrEnum):
    """The two services behind the one port, by the name that SigV4 signs (reference section 6.6)."""

    DATA = "iot-jobs-data"
    CONTROL = "iot"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error on its way out. `name` is the exception's name in the service model."""

    name: str
    http_status: int
    message: str
    execution_state: JobExecutionState | UnsetType = UNSET

    @property
    def body(self) -> bytes:
        """The JSON text of the response. A message may quote bytes of a header or path that are no UTF-8."""
        message = self.message.encode("utf-8", "backslashreplace").decode("utf-8")
        return msgspec.json.encode(_Body(message=message, execution_state=self.execution_state))


class ProblemError(Exception):
    """Ends the handling of a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    message: str
    execution_state: JobExecutionState | UnsetType = UNSET


_OF_CODE: Final[Mapping[str, tuple[str, int]]] = {
    ErrorCode.INVALID_TOPIC: ("ResourceNotFoundException", 404),
    ErrorCode.INVALID_JSON: ("InvalidRequestException", 400),
    ErrorCode.INVALID_REQUEST: ("InvalidRequestException", 400),
    ErrorCode.INVALID_STATE_TRANSITION: ("InvalidStateTransitionException", 409),
    ErrorCode.RESOURCE_NOT_FOUND: ("ResourceNotFoundException", 404),
    # UpdateJobExecution has no exception of its own for this over HTTPS (reference section 4.5).
    ErrorCode.VERSION_MISMATCH: ("InvalidStateTransitionException", 409),
    ErrorCode.INTERNAL_ERROR: ("ServiceUnavailableException", 503),
    ErrorCode.REQUEST_THROTTLED: ("ThrottlingException", 429),
    ErrorCode.TERMINAL_STATE_REACHED: ("TerminalStateException", 410),
}


_MANAGED: Final = frozenset(("DescribeManagedJobTemplate", "ListManagedJobTemplates"))
_UNAVAILABLE_ONLY: Final = frozenset(
    (
        "AssociateTargetsWithJob", "CancelJob", "CancelJobExecution", "CreateJob", "DeleteJob", "DeleteJobExecution",
        "DescribeJob", "DescribeJobExecution", "GetJobDocument", "ListJobExecutionsForJob", "ListJobExecutionsForThing",
        "ListJobs", "UpdateJob",
    )
)  # fmt: skip
"""The operations of the control plane whose model has no InternalFailureException."""


def of_reply(reply: ErrorResponse) -> Problem:
    """Return what a rejection of the data plane is over HTTPS (reference section 5.2)."""
    name, http_status = _OF_CODE[reply.code]
    return Problem(name=name, http_status=http_status, message=reply.message, execution_state=reply.execution_state)


def of_control(error: ControlError) -> Problem:
    return Problem(name=error.name, http_status=error.http_status, message=error.message)


def invalid(message: str) -> Problem:
    return Problem(name="InvalidRequestException", http_status=400, message=message)


def forbidden(message: str) -> Problem:
    return Problem(name="ForbiddenException", http_status=403, message=message)


def too_large(limit: int) -> Problem:
    return Problem(
        name="RequestEntityTooLargeException", http_status=413, message=f"The body is larger than {limit} bytes."
    )


def too_slow(seconds: float) -> Problem:
    return Problem(
        name="RequestTimeoutException", http_status=408, message=f"The body did not arrive within {seconds:g} s."
    )


def not_offered(what: str) -> Problem:
    """Return the answer to what AWS has and this endpoint has not. SDKs do not try again after a 501."""
    return Problem(
        name="NotImplementedException", http_status=501, message=f"{what} is not offered by this local endpoint yet."
    )


def unknown_operation(what: str) -> Problem:
    return Problem(
        name="UnknownOperationException", http_status=404, message=f"{what} is no operation of {Plane.DATA}."
    )


def internal(plane: Plane | None, operation: str = "") -> Problem:
    """Return the answer when it is our own fault; the log says what happened, the caller is not told.

    Its name is the one that the service models list for the operation.
    """
    if plane is Plane.CONTROL and operation not in _UNAVAILABLE_ONLY:
        name = "InternalServerException" if operation in _MANAGED else "InternalFailureException"
        return Problem(name=name, http_status=500, message="An unexpected error has occurred.")
    return Problem(
        name="ServiceUnavailableException", http_status=503, message="The service is temporarily unavailable."
    )
