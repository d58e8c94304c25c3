"""What AWS leaves open, and what this service takes for it: each can be chosen otherwise (reference section 14).

A test that holds against both answers holds against AWS, whichever it gives.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from simulator.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The answers; the defaults are the likelier ones. Numbers are those of the questions in section 14."""

    illegal_status: str = "InvalidRequest"  # 1: the code for a status that a thing may not set
    version_check: str = "first"  # 2: or "last", after the check of the state
    ended_update: str = "InvalidStateTransition"  # 4: the code for an update of a terminal execution
    describe_ended: str = "refuse"  # 5: or "show", a terminal execution by its job id
    empty_details: str = "clear"  # 7: or "ignore", status details {} in an update
    details_characters: str = "lenient"  # 8: or "strict", line breaks and tabs in status details
    service_version: str = "raise"  # 10: or "keep", the version number when the service ends an execution
    start_next_timer: str = "ignore"  # 11: or "set", the step timeout in start-next of one IN_PROGRESS already
    step_timer: str = "keep"  # 12: or "cancel", the step timer at an update without stepTimeoutInMinutes
    unknown_thing: str = "refuse"  # 13: or "empty", the lists of jobs/get
    next_number: str = "ignore"  # 16: or "refuse", an execution number with $next
    leaving: str = "remove"  # 18: or "keep", an execution IN_PROGRESS whose thing leaves the group
    deleted_thing: str = "remove"  # 19: or "delete", the pending executions of a thing that is deleted
    same_job: str = "refuse"  # 20: or "accept", CreateJob again with the same job
    unknown_target: str = "missing"  # 21: or "invalid", CreateJob for a target that does not exist
    cancel_ended: str = "refuse"  # 22: or "accept", CancelJob of a job that has ended
    empty_job: str = "complete"  # 23: or "wait", a snapshot job without executions


DEFAULT_CHOICES: Final = Choices()
_MAY_BE: Final[Mapping[str, tuple[str, ...]]] = {
    "illegal_status": ("InvalidRequest", "InvalidStateTransition"),
    "version_check": ("first", "last"),
    "ended_update": ("InvalidStateTransition", "TerminalStateReached"),
    "describe_ended": ("refuse", "show"),
    "empty_details": ("clear", "ignore"),
    "details_characters": ("lenient", "strict"),
    "service_version": ("raise", "keep"),
    "start_next_timer": ("ignore", "set"),
    "step_timer": ("keep", "cancel"),
    "unknown_thing": ("refuse", "empty"),
    "next_number": ("ignore", "refuse"),
    "leaving": ("remove", "keep"),
    "deleted_thing": ("remove", "delete"),
    "same_job": ("refuse", "accept"),
    "unknown_target": ("missing", "invalid"),
    "cancel_ended": ("refuse", "accept"),
    "empty_job": ("complete", "wait"),
}
assert set(_MAY_BE) == {field.name for field in fields(Choices)}


def chosen(texts: Iterable[str]) -> Choices:
    """Return the choices that `NAME=VALUE` texts make, `-` for `_` in names.

    Raises:
        InputError: there is no such question or answer.
    """
    given: dict[str, str] = {}
    for text in texts:
        name, _, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if name not in _MAY_BE:
            known = ", ".join(each.replace("_", "-") for each in _MAY_BE)
            raise InputError("--assume", f"there is no question '{name[:80]}'", f"choose among {known}")
        if value not in _MAY_BE[name]:
            answers = " or ".join(_MAY_BE[name])
            raise InputError(f"--assume {text[:80]}", "is no answer to that question", f"write {answers}")
        given[name] = value
    return Choices(**given) if given else DEFAULT_CHOICES
