"""What one message says in a table: the end of its topic, its versions, and a summary read from its payload."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from simulator.feed import Direction, MessageRecord
from simulator.jobs import limits
from simulator.jobs.topics import (
    NotifyTopic,
    Operation,
    ReplyTopic,
    RequestTopic,
    is_reserved_jobs_topic,
    parse_from_service,
    parse_request,
)
from ui.json_text import is_text

Meaning = RequestTopic | ReplyTopic | NotifyTopic | None
SUMMARY_CHARACTERS: Final = 300
REMEMBERED_BYTES: Final = 4096  # payloads no longer than this are read once


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Messages", text)


def meaning(message: MessageRecord) -> Meaning:
    """What the topic stands for in the Jobs API; None if it is none of it."""
    return parse_request(message.topic) or parse_from_service(message.topic)


def is_rejected(message: MessageRecord) -> bool:
    """Whether the service refused a request."""
    return message.topic.endswith("/rejected")


def topic_tail(topic: str, current_job: str = "") -> str:
    """The part of a topic that tells it apart: without the thing, and without the id of its current job.

    `update` has no other meaning than for a job; `…/get` asks for one execution, `get` for those that are pending.
    """
    if not is_reserved_jobs_topic(topic):
        return topic
    levels = topic.split("/")[4:]
    if len(levels) > 1 and levels[0] == current_job:
        levels = levels[1:] if levels[1] == "update" else ["…", *levels[1:]]
    return "/".join(levels)


def kind(message: MessageRecord, current_job: str = "") -> str:
    """What tells a message's kind apart: the end of its topic, with an update's status or a rejection's code."""
    content, tail = payload_of(message), topic_tail(message.topic, current_job)
    told = content.get("code" if is_rejected(message) else "status")
    is_told = is_rejected(message) or message.direction is Direction.OUT
    return f"{tail} {told}" if is_told and isinstance(told, str | int) else tail


def clock_time(at: float) -> str:
    """Epoch seconds as 14:03:22.591, local."""
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S.%f")[:-3]


def date_time(at: float) -> str:
    """Epoch seconds as date and time with its zone, local."""
    return datetime.fromtimestamp(at).astimezone().isoformat(sep=" ", timespec="milliseconds")


def versions(message: MessageRecord) -> str:
    """What the thing believed before and after: v4 → v5, or v4 if nothing changed."""
    before, after = message.version_before, message.version_after
    if after is None and before is None:
        return ""
    if before is None or after is None or before == after:
        only = after if after is not None else before
        return f"v{only}" if only else ""
    return f"v{before} → v{after}" if before else f"v{after}"


def expected_version(message: MessageRecord) -> int | None:
    """The expectedVersion of an update; that of one sent wrong on purpose stands in its payload only."""
    if message.expected_version is not None or message.direction is Direction.IN:
        return message.expected_version
    found = payload_of(message).get("expectedVersion")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def expects(message: MessageRecord) -> str:
    """The expectedVersion of an update, in words."""
    return "" if message.expected_version is None else tr("expects v%1").replace("%1", str(message.expected_version))


def latency(message: MessageRecord) -> str:
    """Milliseconds from the request to this answer, real time."""
    return "" if message.latency_ms is None else milliseconds(message.latency_ms)


def milliseconds(count: float) -> str:
    """A number of milliseconds, with a decimal where it is small."""
    return f"{count:.1f}" if count < 10 else f"{count:,.0f}"


def duration(seconds: float) -> str:
    """How long something took, as people read it: 350 ms, 2.4 s, 12 s, 3:25, 1:02:03."""
    if seconds < 0.9995:
        return tr("%1 ms").replace("%1", f"{seconds * 1000:.0f}")
    if seconds < 59.5:
        return tr("%1 s").replace("%1", f"{seconds:.1f}" if seconds < 9.95 else f"{seconds:.0f}")
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def size_text(count: int) -> str:
    """A number of bytes as people read it."""
    if count < 1024:
        return tr("%1 B").replace("%1", str(count))
    if count < 1024 * 1024:
        return tr("%1 KiB").replace("%1", f"{count / 1024:.1f}")
    return tr("%1 MiB").replace("%1", f"{count / 1024 / 1024:.1f}")


def summary(message: MessageRecord) -> str:
    """One line: the note if there is one, else what the payload says. Never raises, whatever the payload is."""
    return message.note or said(message)


def said(message: MessageRecord) -> str:
    """What the payload says, in one line, whatever was noted. Never raises."""
    content = payload_of(message)
    if is_rejected(message):
        text = " · ".join(str(content[key]) for key in ("code", "message") if key in content)
    else:
        text = _said(message, content)
    return " ".join(text[:SUMMARY_CHARACTERS].split())


def payload_of(message: MessageRecord) -> Mapping[str, Any]:
    """The payload as a mapping; an empty one if it is none. Never raises."""
    if len(message.payload) <= REMEMBERED_BYTES:
        return _remembered(message.payload)
    return _read(message.payload) if len(message.payload) <= limits.PAYLOAD_BYTES else {}


def _read(payload: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


_remembered = lru_cache(maxsize=1024)(_read)  # a tape is read anew at every change, and most of it has not changed


def _said(message: MessageRecord, content: Mapping[str, object]) -> str:
    match meaning(message):
        case RequestTopic(operation=Operation.UPDATE):
            return _state(content)
        case RequestTopic(operation=Operation.START_NEXT):
            return tr("asks for the next job")
        case RequestTopic(operation=Operation.GET_PENDING):
            return tr("asks what is pending")
        case RequestTopic(operation=Operation.DESCRIBE):
            return tr("asks about an execution")
        case ReplyTopic(request=RequestTopic(operation=Operation.UPDATE)):
            return _state(_mapping(content.get("executionState"))) or tr("accepted")
        case ReplyTopic(request=RequestTopic(operation=Operation.GET_PENDING)):
            return _pending(content)
        case ReplyTopic() | NotifyTopic(is_next=True):
            return _execution(_mapping(content.get("execution")))
        case NotifyTopic():
            jobs = _mapping(content.get("jobs"))
            counts = [f"{status} {len(listed)}" for status, listed in jobs.items() if isinstance(listed, list)]
            return " · ".join(counts) or tr("nothing is pending")
    return message.payload[:SUMMARY_CHARACTERS].decode(errors="replace") if is_text(message.payload) else ""


def _state(content: Mapping[str, object]) -> str:
    details = _mapping(content.get("statusDetails"))
    parts = [f"{key} {value}" for key, value in details.items()]
    return " · ".join([str(content["status"]), *parts] if "status" in content else parts)


def _execution(content: Mapping[str, object]) -> str:
    if not content:
        return tr("nothing is pending")
    return " · ".join(str(content[key]) for key in ("jobId", "status") if key in content)


def _pending(content: Mapping[str, object]) -> str:
    running, queued = content.get("inProgressJobs"), content.get("queuedJobs")
    text = tr("%1 in progress · %2 queued")
    text = text.replace("%1", str(len(running) if isinstance(running, list) else 0))
    return text.replace("%2", str(len(queued) if isinstance(queued, list) else 0))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def direction_word(message: MessageRecord) -> str:
    """Which way it went, seen from the thing."""
    return tr("sent") if message.direction is Direction.OUT else tr("received")
