"""Messages that a thing should not send, as faults and people at a keyboard want them sent all the same. Pure.

Each is made whole: the topic, the payload, and the client token by which its answer is known (if it has one).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from simulator.jobs.limits import PAYLOAD_BYTES, STATUS_DETAILS_VALUE_CHARACTERS
from simulator.jobs.model import JobStatus, UpdateRequest
from simulator.jobs.topics import NEXT, PREFIX, Operation, RequestTopic

NO_JOB: Final = "no-such-job"
"""The job that does not exist, and the one that a thing names which has none."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to publish. `token` is "" if no answer can name it."""

    topic: str
    payload: bytes
    token: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """The execution that the message is about, as its thing knows it, and the client token to use."""

    thing_name: str
    job_id: str
    execution_number: int
    version: int
    token: str

    @property
    def topic(self) -> str:
        return str(RequestTopic(self.thing_name, Operation.UPDATE, self.job_id or NO_JOB))


class UpdateByHand(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """An update as a person wants it sent, right or wrong. What is None is left out; `job_id` "" is the current job.

    `status` may be any word. Nothing here is checked but its size: that is the service's to refuse.
    """

    status: str = "IN_PROGRESS"
    status_details: dict[str, str] | None = None
    expected_version: int | None = None
    execution_number: int | None = None
    step_timeout_in_minutes: int | None = None
    include_job_execution_state: bool | None = None
    include_job_document: bool | None = None
    job_id: str = ""

    @property
    def problem(self) -> str:
        """Return what keeps it from being sent at all, "" if nothing does."""
        if any(character in "+#/" or not character.isprintable() for character in self.job_id):
            return f"{self.job_id!r} cannot be part of a topic"
        size = len(msgspec.json.encode(self))
        return f"{size:,} bytes are more than a message may have ({PAYLOAD_BYTES:,})" if size > PAYLOAD_BYTES else ""


def by_hand(about: About, update: UpdateByHand) -> Message:
    """Return the message for an update that a person made."""
    members = {
        "status": update.status,
        "statusDetails": update.status_details,
        "expectedVersion": update.expected_version,
        "executionNumber": update.execution_number,
        "stepTimeoutInMinutes": update.step_timeout_in_minutes,
        "includeJobExecutionState": update.include_job_execution_state,
        "includeJobDocument": update.include_job_document,
        "clientToken": about.token,
    }
    payload = msgspec.json.encode({name: value for name, value in members.items() if value is not None})
    job_id = update.job_id or about.job_id or NO_JOB
    return Message(f"{PREFIX}{about.thing_name}/jobs/{job_id}/update", payload, about.token)


def malformed_json(about: About) -> Message:
    """No JSON: the service cannot read the client token either, so its rejection has none."""
    return Message(about.topic, b'{"status": "IN_PROGRESS", "expectedVersion": ')


def wrong_topic(about: About) -> Message:
    """A good update on a topic that is one letter short of the API's."""
    return Message(about.topic[:-1], _update(about, JobStatus.IN_PROGRESS), about.token)


def oversize_details(about: About) -> Message:
    """A detail of one character more than AWS takes."""
    return Message(
        about.topic,
        _update(about, JobStatus.IN_PROGRESS, {"log": "x" * (STATUS_DETAILS_VALUE_CHARACTERS + 1)}),
        about.token,
    )


def unknown_job(about: About) -> Message:
    """An update of a job that does not exist."""
    nowhere = About(about.thing_name, NO_JOB, 1, 1, about.token)
    return Message(nowhere.topic, _update(nowhere, JobStatus.IN_PROGRESS), about.token)


def after_the_end(
    about: About, status: JobStatus = JobStatus.IN_PROGRESS, details: Mapping[str, str] | None = None
) -> Message:
    """An update of an execution that has ended, with the version it ended in."""
    return Message(about.topic, _update(about, status, details), about.token)


def before_it(about: About) -> Message:
    """What may have been sent before the first update of a walk: the same execution, one version ago."""
    earlier = About(about.thing_name, about.job_id, about.execution_number, max(0, about.version - 1), about.token)
    return after_the_end(earlier)


def ask_next(about: About) -> Message:
    """The question that answers a notification."""
    topic = str(RequestTopic(about.thing_name, Operation.DESCRIBE, NEXT))
    return Message(topic, msgspec.json.encode({"clientToken": about.token}), about.token)


def _update(about: About, status: JobStatus, details: Mapping[str, str] | None = None) -> bytes:
    absent: UnsetType = UNSET
    return msgspec.json.encode(
        UpdateRequest(
            status=status,
            status_details=absent if details is None else details,
            expected_version=about.version,
            execution_number=about.execution_number or absent,
            client_token=about.token,
        )
    )
