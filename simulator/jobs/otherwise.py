"""What a request meets where the service was asked to answer otherwise than by default (reference section 14).

Only looked at if somebody chose an answer: the usual request pays for none of it.
"""

from msgspec import UNSET, UnsetType

from simulator.jobs.choices import Choices
from simulator.jobs.model import DescribeRequest, ErrorCode, ErrorResponse, Request, StartNextRequest, UpdateRequest
from simulator.jobs.topics import NEXT, RequestTopic


def refusal(choices: Choices, topic: RequestTopic, request: Request, now: float) -> ErrorResponse | None:
    """Return the InvalidRequest that a request gets which is fine by default; None if it is fine this way too."""
    message = ""
    match request:
        case UpdateRequest() | StartNextRequest() if choices.details_characters == "strict":
            message = _control_character(request)
        case DescribeRequest() if choices.next_number == "refuse" and topic.job_id == NEXT:
            if request.execution_number is not UNSET:
                message = f"executionNumber cannot be given with {NEXT}."
    if not message:
        return None
    return ErrorResponse(
        code=ErrorCode.INVALID_REQUEST, message=message, timestamp=int(now), client_token=request.client_token
    )


def _control_character(request: UpdateRequest | StartNextRequest) -> str:
    """What is wrong with status details in which there is a line break or a tab; "" if there is none."""
    details = {} if request.status_details is UNSET else request.status_details
    for key, value in details.items():
        if not value.isprintable() and any(character in value for character in "\n\r\t"):
            return f"statusDetails.{key}: Member must satisfy regular expression pattern: [^\\p{{C}}]+"
    return ""


def details_given(choices: Choices, details: object) -> object:
    """Return the status details that count as given: an empty map may count as none."""
    return UNSET if choices.empty_details == "ignore" and not details else details


def step_timer_of(choices: Choices, minutes: int | UnsetType, deadline: float | None) -> float | None:
    """Return the step timer after an update that gave `minutes`: without any, it may end one that runs."""
    return None if choices.step_timer == "cancel" and minutes is UNSET else deadline
