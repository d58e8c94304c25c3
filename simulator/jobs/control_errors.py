"""The errors of the control plane, named as in the service model of `iot`, with their HTTP status."""

from dataclasses import dataclass


@dataclass
class ControlError(Exception):
    """A modelled error of the control plane: `name` as in the service model of `iot`, with its HTTP status."""

    name: str
    http_status: int
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


def invalid_request(message: str) -> ControlError:
    return ControlError("InvalidRequestException", 400, message)


def not_found(message: str) -> ControlError:
    return ControlError("ResourceNotFoundException", 404, message)


def already_exists(message: str) -> ControlError:
    return ControlError("ResourceAlreadyExistsException", 409, message)


def conflict(message: str) -> ControlError:
    return ControlError("ConflictException", 409, message)


def invalid_transition(message: str) -> ControlError:
    return ControlError("InvalidStateTransitionException", 409, message)


def version_conflict(message: str) -> ControlError:
    return ControlError("VersionConflictException", 409, message)


def limit_exceeded(message: str) -> ControlError:
    return ControlError("LimitExceededException", 410, message)
