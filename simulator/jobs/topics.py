"""Topic strings of the Jobs API and what they mean, both ways. Source: reference section 3.1."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from simulator.jobs import limits

NEXT: Final = "$next"
PREFIX: Final = "$aws/things/"


class Operation(StrEnum):
    """The four data-plane operations, by the last level of the topic that asks for them."""

    GET_PENDING = "get-pending"
    START_NEXT = "start-next"
    DESCRIBE = "describe"
    UPDATE = "update"

    __hash__ = str.__hash__  # Enum's own is a Python function; this one is looked up for each message


class Answer(StrEnum):
    """How a service message relates to a request."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class RequestTopic:
    """A request a thing publishes. `job_id` is "" for thing-level operations and may be `$next` for describe."""

    thing_name: str
    operation: Operation
    job_id: str = ""

    def __str__(self) -> str:
        match self.operation:
            case Operation.GET_PENDING:
                return f"{PREFIX}{self.thing_name}/jobs/get"
            case Operation.START_NEXT:
                return f"{PREFIX}{self.thing_name}/jobs/start-next"
            case Operation.DESCRIBE:
                return f"{PREFIX}{self.thing_name}/jobs/{self.job_id}/get"
            case Operation.UPDATE:
                return f"{PREFIX}{self.thing_name}/jobs/{self.job_id}/update"


@dataclass(frozen=True, slots=True)
class ReplyTopic:
    """An answer the service sends."""

    request: RequestTopic
    answer: Answer

    def __str__(self) -> str:
        return f"{self.request}/{self.answer}"


@dataclass(frozen=True, slots=True)
class NotifyTopic:
    """`notify` (`is_next` false) or `notify-next` (true)."""

    thing_name: str
    is_next: bool

    def __str__(self) -> str:
        return f"{PREFIX}{self.thing_name}/jobs/{'notify-next' if self.is_next else 'notify'}"


def is_reserved_jobs_topic(topic: str) -> bool:
    """Whether `topic` lies in the Jobs namespace of some thing, right or wrong."""
    levels = topic.split("/", 4)
    return len(levels) >= 4 and levels[0] == "$aws" and levels[1] == "things" and levels[3] == "jobs"


def parse_request(topic: str) -> RequestTopic | None:
    """Return the request that `topic` names, or None if it is no API of the service (InvalidTopic)."""
    levels = topic.split("/")
    if len(levels) not in (5, 6) or levels[0] != "$aws" or levels[1] != "things" or levels[3] != "jobs":
        return None
    thing_name = levels[2]
    if not limits.THING_NAME.fullmatch(thing_name):
        return None
    if len(levels) == 5:
        match levels[4]:
            case "get":
                return RequestTopic(thing_name, Operation.GET_PENDING)
            case "start-next":
                return RequestTopic(thing_name, Operation.START_NEXT)
        return None
    job_id, verb = levels[4], levels[5]
    if verb == "get" and (job_id == NEXT or limits.JOB_ID.fullmatch(job_id)):
        return RequestTopic(thing_name, Operation.DESCRIBE, job_id)
    if verb == "update" and limits.JOB_ID.fullmatch(job_id):
        return RequestTopic(thing_name, Operation.UPDATE, job_id)
    return None


def parse_from_service(topic: str) -> ReplyTopic | NotifyTopic | None:
    """Return what a message from the service is, or None if it is not one of the Jobs API."""
    head, _, tail = topic.rpartition("/")
    if tail in (Answer.ACCEPTED, Answer.REJECTED):
        request = parse_request(head)
        return ReplyTopic(request, Answer(tail)) if request else None
    levels = topic.split("/")
    if len(levels) == 5 and is_reserved_jobs_topic(topic) and tail in ("notify", "notify-next"):
        return NotifyTopic(levels[2], is_next=tail == "notify-next")
    return None


def thing_filters(thing_name: str) -> tuple[str, ...]:
    """What a thing subscribes to: notifications, and its own answers (within AWS's 8 filters per SUBSCRIBE)."""
    root = f"{PREFIX}{thing_name}/jobs"
    return (
        f"{root}/notify-next",
        f"{root}/notify",
        f"{root}/get/+",
        f"{root}/start-next/+",
        f"{root}/+/get/+",
        f"{root}/+/update/+",
    )
