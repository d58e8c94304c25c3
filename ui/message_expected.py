"""What a message was to be: what the scenario's step says of an update, what the service should have answered. Pure.

What nobody can know beforehand (client tokens, timestamps, a document) is taken from the message itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from simulator.feed import Direction, MessageRecord, TransitionRecord
from simulator.jobs.model import JobStatus
from simulator.jobs.predict import Believed, predict_answer
from simulator.jobs.topics import Answer, Operation, RequestTopic, parse_request
from simulator.scenario.outline import PlannedStep
from ui.message_words import payload_of

TOKEN: Final = "clientToken"  # noqa: S105  the name of a member
DETAILS: Final = "statusDetails"
UNKNOWABLE: Final = ("timestamp", "jobDocument")


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Expected", text)


@dataclass(frozen=True, slots=True)
class Expected:
    """A payload, and in words what says so."""

    payload: bytes
    said_by: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a thing's detail tells, as far as it says what was to come."""

    thing: str = ""
    job_id: str = ""  # of its newest execution, of which `outline` is
    messages: Sequence[MessageRecord] = ()
    timeline: Sequence[TransitionRecord] = ()
    outline: Sequence[PlannedStep] = ()


def expected(message: MessageRecord, known: Known) -> Expected | None:
    """Return what `message` was to be; None where nothing said so."""
    if message.direction is Direction.IN:
        return _answer(message, known)
    asked = parse_request(message.topic)
    is_other = asked is not None and (asked.operation is not Operation.UPDATE or asked.job_id != known.job_id)
    return None if is_other or not known.outline else _update(message, known)


# --- answers ----------------------------------------------------------------------------------------------------------


def _answer(message: MessageRecord, known: Known) -> Expected | None:
    topic, _, tail = message.topic.rpartition("/")
    content = payload_of(message)
    if tail not in (Answer.ACCEPTED, Answer.REJECTED):
        return None
    request, details = _request_of(message, topic, content.get(TOKEN), known.messages)
    if request is None:
        return None
    believed = _believed(request, details, known)
    if believed is None:
        return None
    kind, payload = predict_answer(request.topic, request.payload, believed)
    told = json.loads(payload)
    for name in UNKNOWABLE:
        if name in content:
            told[name] = content[name]
        else:
            told.pop(name, None)
    said = tr("the service's rules: %1").replace("%1", kind.value)
    return Expected(_like(told, content), said)


def _request_of(
    answer: MessageRecord, topic: str, token: object, messages: Sequence[MessageRecord]
) -> tuple[MessageRecord | None, Mapping[str, str]]:
    """Return the update that is answered, and the status details that were stored when it was sent."""
    sent: dict[object, Mapping[str, str]] = {}
    details: Mapping[str, str] = {}
    found: MessageRecord | None = None
    for message in messages:
        if message is answer or message == answer:
            break
        content = payload_of(message)
        if message.direction is Direction.OUT:
            asked = parse_request(message.topic)
            if asked is None or asked.operation is not Operation.UPDATE:
                continue
            if message.topic == topic and (not token or content.get(TOKEN) == token):
                found = message
            elif isinstance(stored := content.get(DETAILS), dict):
                sent[content.get(TOKEN)] = stored
        elif message.topic.endswith(f"/{Answer.ACCEPTED}"):
            details = sent.pop(content.get(TOKEN), details)
    return found, details


def _believed(request: MessageRecord, details: Mapping[str, str], known: Known) -> Believed | None:
    asked = parse_request(request.topic)
    before = [record for record in known.timeline if record.at <= request.at]
    if not before or not isinstance(asked, RequestTopic) or asked.operation is not Operation.UPDATE:
        return None
    now = before[-1]
    version = request.version_before if request.version_before is not None else now.version
    return Believed(
        thing_name=known.thing,
        job_id=now.job_id,
        execution_number=now.execution_number,
        status=now.status,
        version=version,
        status_details=details,
    )


# --- updates ----------------------------------------------------------------------------------------------------------


def _update(message: MessageRecord, known: Known) -> Expected | None:
    content = payload_of(message)
    details = content.get(DETAILS)
    details = details if isinstance(details, dict) else {}
    step = _step(message, content, details, known)
    if step is None:
        return None
    told: dict[str, Any] = {name: content[name] for name in content if name not in ("status", DETAILS)}
    told["status"] = step.end or JobStatus.IN_PROGRESS.value
    planned = dict(step.details)
    if "progress" in planned:
        planned["progress"] = str(_percent(details.get("progress"), step))
    if planned:
        told[DETAILS] = planned
    if message.version_before is not None and ("expectedVersion" in content or message.note):
        told["expectedVersion"] = message.version_before
    said = tr("the end that the scenario has") if step.end else tr("the scenario's step “%1”").replace("%1", step.name)
    return Expected(_like(told, content), said)


def _step(
    message: MessageRecord, content: Mapping[str, Any], details: Mapping[str, Any], known: Known
) -> PlannedStep | None:
    """The step that a message is of: the end if it ends the execution, else the one it names or the thing was in."""
    end = known.outline[-1]
    if content.get("status") in set(JobStatus) - {JobStatus.IN_PROGRESS} and end.end in set(JobStatus):
        return end
    before = [record.step for record in known.timeline if record.at <= message.at and record.step]
    name = details.get("step") or (before[-1] if before else "")
    named = [step for step in known.outline if step.name == name and not step.end]
    near = [step for step in named if _percent(details.get("progress"), step) == details.get("progress")]
    return next(iter(near or named), None)


def _percent(progress: object, step: PlannedStep) -> object:
    """The progress that was told if the step may tell it, else the nearest that it may."""
    if not isinstance(progress, str) or not progress.isdecimal():
        return step.first_progress
    number = int(progress)
    kept = min(max(number, step.first_progress), max(step.first_progress, step.last_progress))
    return progress if kept == number else kept


def _like(told: dict[str, Any], content: Mapping[str, Any]) -> bytes:
    """JSON with its members in the order of the message, so that only what differs looks different."""
    return json.dumps(_ordered(told, content)).encode()


def _ordered(told: object, content: object) -> object:
    if not isinstance(told, dict) or not isinstance(content, Mapping):
        return told
    names = [*(name for name in content if name in told), *(name for name in told if name not in content)]
    return {name: _ordered(told[name], content.get(name)) for name in names}
