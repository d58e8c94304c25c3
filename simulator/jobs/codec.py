"""JSON text to typed values and back. The only place where a payload is bytes; past it everything has a type.

A request is read strictly first (one pass, the hot path). Only what that refuses is looked at again with AWS's
tolerance: numbers that arrive as strings, members that are null, zero bytes for `{}`; and what is wrong is named.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from simulator.jobs import limits
from simulator.jobs.model import (
    Accepted,
    DescribeRequest,
    ErrorCode,
    ErrorResponse,
    ExecutionAccepted,
    GetPendingAccepted,
    GetPendingRequest,
    JobExecutionsChanged,
    JobStatus,
    NextJobExecutionChanged,
    Notification,
    Reply,
    Request,
    StartNextRequest,
    UpdateAccepted,
    UpdateRequest,
)
from simulator.jobs.topics import Answer, NotifyTopic, Operation, ReplyTopic

_encoder: Final = msgspec.json.Encoder()
_any: Final = msgspec.json.Decoder()

_REQUEST_TYPES: Final[Mapping[Operation, type[Request]]] = {
    Operation.GET_PENDING: GetPendingRequest,
    Operation.START_NEXT: StartNextRequest,
    Operation.DESCRIBE: DescribeRequest,
    Operation.UPDATE: UpdateRequest,
}
_request_decoders: Final = {operation: msgspec.json.Decoder(type_) for operation, type_ in _REQUEST_TYPES.items()}
_accepted_decoders: Final[Mapping[Operation, msgspec.json.Decoder[Any]]] = {
    Operation.GET_PENDING: msgspec.json.Decoder(GetPendingAccepted),
    Operation.START_NEXT: msgspec.json.Decoder(ExecutionAccepted),
    Operation.DESCRIBE: msgspec.json.Decoder(ExecutionAccepted),
    Operation.UPDATE: msgspec.json.Decoder(UpdateAccepted),
}
_rejected_decoder: Final = msgspec.json.Decoder(ErrorResponse)
_notify_decoder: Final = msgspec.json.Decoder(JobExecutionsChanged)
_notify_next_decoder: Final = msgspec.json.Decoder(NextJobExecutionChanged)

_NUMBERS: Final = ("expectedVersion", "executionNumber", "stepTimeoutInMinutes")
_FLAGS: Final = ("includeJobDocument", "includeJobExecutionState")
_MEMBERS: Final[Mapping[Operation, frozenset[str]]] = {
    operation: frozenset(type_.__struct_encode_fields__) for operation, type_ in _REQUEST_TYPES.items()
}
# Allowed in a status details value although they are control characters: AWS's own Device Client stores them.
_LENIENT_CONTROLS: Final = frozenset("\n\r\t")


class BadRequestError(Exception):
    """A request that cannot be read. `client_token` as far as it could be read; nothing was changed."""

    def __init__(self, code: ErrorCode, message: str, client_token: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.client_token = client_token


class UnreadableError(Exception):
    """A message from a service that is not what the Jobs API says. Its text is one sentence."""


def encode(message: Request | Reply | Notification) -> bytes:
    """Return the JSON text of a request, a reply or a notification; absent members have no key."""
    return _encoder.encode(message)


def decode_request(operation: Operation, payload: bytes) -> Request:
    """Read and check a request as the service does, steps 2 and 3 of its processing order (reference section 4.2).

    Raises:
        BadRequestError: with InvalidJson if the payload is no JSON object, else with InvalidRequest, naming the member.
    """
    try:
        request: Request = _request_decoders[operation].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        request = _decode_tolerantly(operation, payload)
    check_request(request)
    return request


def client_token_of(payload: bytes) -> str | msgspec.UnsetType:
    """Return the client token of a request that no operation is known for, as far as it can be read."""
    try:
        return decode_request(Operation.GET_PENDING, payload).client_token
    except BadRequestError:
        return msgspec.UNSET


def check_request(request: Request) -> None:
    """Check the ranges that types do not hold (reference section 4.3).

    Raises:
        BadRequestError: InvalidRequest; the message names the member.
    """
    if isinstance(request, UpdateRequest | StartNextRequest):
        if request.status_details is not msgspec.UNSET:
            _check_status_details(request.status_details, request)
        minutes = request.step_timeout_in_minutes
        if minutes is not msgspec.UNSET:
            low, high = limits.TIMEOUT_MINUTES
            cancels = minutes == limits.STEP_TIMEOUT_CANCEL and isinstance(request, UpdateRequest)
            if not low <= minutes <= high and not cancels:
                also = " or -1" if isinstance(request, UpdateRequest) else ""
                raise _invalid(
                    request, minutes, "stepTimeoutInMinutes", f"Member must be between {low} and {high}{also}"
                )


def decode_reply(topic: ReplyTopic, payload: bytes) -> Reply:
    """Read an answer of the service.

    Raises:
        UnreadableError: the payload is not such an answer.
    """
    try:
        if topic.answer is Answer.REJECTED:
            return _rejected_decoder.decode(payload)
        accepted: Accepted = _accepted_decoders[topic.request.operation].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise UnreadableError(f"the answer on {topic} cannot be read: {exc}") from exc
    return accepted


def decode_notification(topic: NotifyTopic, payload: bytes) -> Notification:
    """Read a notify or notify-next message.

    Raises:
        UnreadableError: the payload is not such a notification.
    """
    decoder: msgspec.json.Decoder[Any] = _notify_next_decoder if topic.is_next else _notify_decoder
    try:
        notification: Notification = decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise UnreadableError(f"the notification on {topic} cannot be read: {exc}") from exc
    return notification


def convert_request(operation: Operation, members: Mapping[str, object]) -> Request:
    """Build a request from members that are parsed already (an HTTP body or query).

    Raises:
        BadRequestError: InvalidRequest; the message names the member.
    """
    request = _convert(operation, members, None)
    check_request(request)
    return request


def _decode_tolerantly(operation: Operation, payload: bytes) -> Request:
    if not payload:
        members: object = {}
    else:
        try:
            members = _any.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise BadRequestError(ErrorCode.INVALID_JSON, f"Payload is not valid JSON: {exc}") from None
    if not isinstance(members, dict):
        raise BadRequestError(ErrorCode.INVALID_JSON, "Payload is not a JSON object")
    token = members.get("clientToken")
    if token is not None and not isinstance(token, str):
        raise BadRequestError(ErrorCode.INVALID_REQUEST, _violation(token, "clientToken", "Member must be a string"))
    return _convert(operation, members, token)


def _convert(operation: Operation, members: Mapping[str, object], token: str | None) -> Request:
    """Turn parsed members into the operation's request, bending what AWS bends and naming what it does not."""
    known = _MEMBERS[operation]
    given = {name: value for name, value in members.items() if name in known and value is not None}
    for name in _NUMBERS:
        if name in given:
            given[name] = _whole_number(given[name], name, token)
    for name in _FLAGS:
        if name in given and not isinstance(given[name], bool):
            raise BadRequestError(
                ErrorCode.INVALID_REQUEST, _violation(given[name], name, "Member must be true or false"), token
            )
    if operation is Operation.UPDATE:
        _check_status(given.get("status"), token)
    details = given.get("statusDetails")
    if details is not None and not (
        isinstance(details, dict) and all(isinstance(value, str) for value in details.values())
    ):
        raise BadRequestError(
            ErrorCode.INVALID_REQUEST,
            _violation(details, "statusDetails", "Member must be an object of strings"),
            token,
        )
    try:
        return msgspec.convert(given, _REQUEST_TYPES[operation])
    except msgspec.ValidationError as exc:
        raise BadRequestError(ErrorCode.INVALID_REQUEST, f"1 validation error detected: {exc}", token) from None


def _check_status(status: object, token: str | None) -> None:
    if status is None:
        message = _violation(None, "status", "Member must not be null")
    elif not isinstance(status, str) or status not in JobStatus.__members__:
        message = _violation(status, "status", f"Member must satisfy enum value set: [{', '.join(JobStatus)}]")
    else:
        return
    raise BadRequestError(ErrorCode.INVALID_REQUEST, message, token)


def _whole_number(value: object, name: str, token: str | None) -> int:
    """Accept 2 and "2": AWS's embedded Jobs library always quotes expectedVersion (reference section 3.2)."""
    if isinstance(value, str) and len(value) <= 20:
        digits = value.removeprefix("-")
        if digits.isascii() and digits.isdigit():
            value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    raise BadRequestError(ErrorCode.INVALID_REQUEST, _violation(value, name, "Member must be a whole number"), token)


def _check_status_details(details: Mapping[str, str], request: UpdateRequest | StartNextRequest) -> None:
    if len(details) > limits.STATUS_DETAILS_PAIRS:
        raise _invalid(
            request,
            f"{len(details)} pairs",
            "statusDetails",
            f"Map must have at most {limits.STATUS_DETAILS_PAIRS} entries",
        )
    for key, value in details.items():
        if not limits.STATUS_DETAILS_KEY.fullmatch(key):
            raise _invalid(
                request,
                key,
                "statusDetails",
                f"Map keys must satisfy regular expression pattern: {limits.STATUS_DETAILS_KEY.pattern}",
            )
        if not 1 <= len(value) <= limits.STATUS_DETAILS_VALUE_CHARACTERS:
            raise _invalid(
                request,
                value,
                f"statusDetails.{key}",
                f"Member must have length between 1 and {limits.STATUS_DETAILS_VALUE_CHARACTERS}",
            )
        if not value.isprintable() and any(_is_refused(character) for character in value):
            raise _invalid(
                request, value, f"statusDetails.{key}", r"Member must satisfy regular expression pattern: [^\p{C}]+"
            )


def _is_refused(character: str) -> bool:
    return character not in _LENIENT_CONTROLS and unicodedata.category(character).startswith("C")


def _invalid(request: UpdateRequest | StartNextRequest, value: object, member: str, constraint: str) -> BadRequestError:
    token = None if request.client_token is msgspec.UNSET else request.client_token
    return BadRequestError(ErrorCode.INVALID_REQUEST, _violation(value, member, constraint), token)


def _violation(value: object, member: str, constraint: str) -> str:
    """AWS's wording for a value that breaks a constraint; long values are cut, since the answer must fit a packet."""
    if value is None:
        shown = "null"
    else:
        text = str(value)
        shown = f"'{text if len(text) <= 80 else text[:77] + '...'}'"
    return f"1 validation error detected: Value {shown} at '{member}' failed to satisfy constraint: {constraint}"
