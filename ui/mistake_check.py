"""Whether the service answered a mistake as was to be expected: the prediction beside the real answer. Pure.

The prediction is made by the service's own rules from what the thing believed when it sent the message.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication

from simulator.feed import Direction, MessageRecord, TransitionRecord
from simulator.jobs.model import JobStatus
from simulator.jobs.predict import Believed, Prediction, predict
from simulator.jobs.topics import Answer, Operation, RequestTopic, parse_request
from ui.message_words import payload_of

UNHEARD = "fault lose-reply"
"""Notes of answers that the thing was made not to hear begin with this."""

BY_HAND = "an update by hand"
"""The note of an update that a person made."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Mistakes", text)


@dataclass(frozen=True, slots=True)
class Check:
    """What was to be expected, and what came: "" while there is no answer."""

    predicted: str
    answer: str = ""

    @property
    def is_equal(self) -> bool:
        """Whether the answer is the predicted one."""
        return self.answer == self.predicted

    def __str__(self) -> str:
        if not self.answer:
            return tr("Predicted: %1. No answer yet.").replace("%1", self.predicted)
        if self.is_equal:
            return tr("Predicted: %1. The answer is equal.").replace("%1", self.predicted)
        text = tr("Predicted: %1. The answer is different: %2.")
        return text.replace("%2", self.answer).replace("%1", self.predicted)


def in_words(prediction: Prediction) -> str:
    """What the service will say: "accepted as v5" or "rejected: VersionMismatch"."""
    if prediction.answer is Answer.ACCEPTED:
        return _accepted(prediction.version)
    return tr("rejected: %1").replace("%1", prediction.code)


def _accepted(version: int | None) -> str:
    return tr("accepted") if version is None else tr("accepted as v%1").replace("%1", str(version))


@dataclass(slots=True)
class _Sent:
    """A message that is not answered yet."""

    place: int
    message: MessageRecord
    token: str
    is_checked: bool
    is_unheard: bool = False  # the service has answered, but the thing does not know


def checks(messages: Sequence[MessageRecord], timeline: Sequence[TransitionRecord], thing: str) -> dict[int, Check]:
    """Return a check for each message, by its place, that was sent or made wrong on purpose.

    Messages of which too little is known, because the rings have dropped what was before them, have none.
    """
    if not any(is_on_purpose(message) for message in messages):
        return {}
    found: dict[int, Check] = {}
    open_: deque[_Sent] = deque(maxlen=64)
    records = deque(timeline)
    now: TransitionRecord | None = None
    for place, message in enumerate(messages):
        while records and records[0].at <= message.at:
            now = records.popleft()
        if message.direction is Direction.IN:
            _answered(message, open_, found)
            continue
        if not _is_update(message):
            if is_on_purpose(message):  # the service answers any other request of a thing about its own jobs
                found[place] = Check(_accepted(None))
                open_.append(_Sent(place, message, str(payload_of(message).get("clientToken", "")), is_checked=True))
            continue
        checked = is_on_purpose(message)
        if checked and (believed := _believed(message, now, thing)) is not None:
            for earlier in open_:
                if _is_update(earlier.message):
                    believed = _after(earlier.message, believed)
            found[place] = Check(in_words(predict(message.topic, message.payload, believed)))
        else:
            checked = False
        open_.append(_Sent(place, message, str(payload_of(message).get("clientToken", "")), checked))
    return found


def is_on_purpose(message: MessageRecord) -> bool:
    """Whether a message was sent wrong, or by hand; other notes tell what the thing does by itself."""
    note = message.note
    return message.direction is Direction.OUT and ("fault " in note or note == BY_HAND)


def _is_update(message: MessageRecord) -> bool:
    """Whether it is an update, or was to be one: what becomes of it depends on where the execution stands."""
    asked = parse_request(message.topic)
    return asked is None or asked.operation is Operation.UPDATE


def _believed(message: MessageRecord, now: TransitionRecord | None, thing: str) -> Believed | None:
    if now is not None:
        return Believed(
            thing_name=thing,
            job_id=now.job_id,
            execution_number=now.execution_number,
            status=now.status,
            version=now.version,
        )
    asked = parse_request(message.topic)
    if message.version_before is None or not isinstance(asked, RequestTopic):
        return None
    return Believed(
        thing_name=thing,
        job_id=asked.job_id or "",
        execution_number=1,
        status=JobStatus.IN_PROGRESS,
        version=message.version_before,
    )


def _after(message: MessageRecord, believed: Believed) -> Believed:
    """What will be once a message is answered that is still on its way."""
    told = predict(message.topic, message.payload, believed)
    return Believed(
        thing_name=believed.thing_name,
        job_id=believed.job_id,
        execution_number=believed.execution_number,
        status=told.status,
        version=told.version,
    )


def _answered(message: MessageRecord, open_: deque[_Sent], found: dict[int, Check]) -> None:
    asked, _, tail = message.topic.rpartition("/")
    if tail not in (Answer.ACCEPTED, Answer.REJECTED):
        return
    content = payload_of(message)
    token = content.get("clientToken")
    is_its = (one for one in open_ if one.message.topic == asked and _is_its(one, token, tail))
    sent = next((one for one in is_its if not one.is_unheard), None)
    if sent is None:
        return
    if sent.is_checked:
        found[sent.place] = Check(found[sent.place].predicted, _answer(message, content, tail, found[sent.place]))
    if message.note.startswith(UNHEARD):
        sent.is_unheard = True
        return
    open_.remove(sent)
    for one in [one for one in open_ if one.is_unheard]:  # now the thing knows where the service stands
        open_.remove(one)


def _is_its(sent: _Sent, token: object, tail: str) -> bool:
    return sent.token == token if token else tail == Answer.REJECTED and (not sent.token or sent.is_checked)


def _answer(message: MessageRecord, content: Mapping[str, Any], tail: str, check: Check) -> str:
    if tail == Answer.REJECTED:
        return tr("rejected: %1").replace("%1", str(content.get("code", "")))
    state = content.get("executionState")
    version = state.get("versionNumber") if isinstance(state, dict) else None
    moved = message.version_after if message.version_after != message.version_before else None
    version = version if isinstance(version, int) else moved
    if version is None and check.predicted.startswith(tr("accepted")):
        return check.predicted  # the answer does not say which version it is now
    return _accepted(version)
