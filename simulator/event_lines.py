"""A line of the event log: its members, how a payload is shown in it, and what of a payload is kept secret.

A payload that is JSON is a JSON value in the line; any other is a string. Values that look like credentials are
replaced, since job documents carry presigned URLs and passwords and logs are sent to other people.
"""

import re
from typing import Any, Final, NamedTuple

import msgspec

from simulator.feed import Direction
from simulator.jobs.model import JobStatus

MOST_PAYLOAD_BYTES: Final = 4096
MOST_NOTE_CHARACTERS: Final = 500
HIDDEN: Final = "(hidden)"

_NAMES_TO_HIDE: Final = (
    r"passw(?:or)?d|passphrase|secret|credential|authorization|signature|api[-_]?key|private[-_]?key|access[-_]?key|"
    r"(?<!client)(?<!client_)token|cookie"
)
_MARKS: Final = (b"pass", b"secret", b"credential", b"authorization", b"signature", b"key", b"cookie", b"@", b"\\u")
"""Where none of these is, nothing is hidden: looking for them takes a tenth of what the expressions take."""
_SECRET_NAME: Final = re.compile(_NAMES_TO_HIDE, re.IGNORECASE)
_IN_TEXT: Final = re.compile(
    rf"((?:{_NAMES_TO_HIDE})[\w-]*[\"']?\s*[=:]\s*[\"']?(?:(?:bearer|basic)\s+)?)[^\s&\"',;}}]+", re.IGNORECASE
)
_USER_IN_URL: Final = re.compile(r"(://)[^/@\s\"]+@")


class MessageEntry(NamedTuple):
    """A message as it waits to be written; members as in MessageLine."""

    at: float
    thing: str
    direction: Direction
    topic: str
    payload: bytes  # at most MOST_PAYLOAD_BYTES of it
    payload_bytes: int
    status: JobStatus | None
    version_before: int | None
    version_after: int | None
    expected_version: int | None
    latency_ms: float | None
    note: str
    fault: str


class TransitionEntry(NamedTuple):
    """A transition as it waits to be written; members as in TransitionLine."""

    at: float
    thing: str
    job_id: str
    execution_number: int
    status_before: JobStatus | None
    status: JobStatus
    version_before: int | None
    version_after: int
    step: str
    reason: str


class FaultEntry(NamedTuple):
    """A fault that is no message, as it waits to be written."""

    at: float
    thing: str
    fault: str
    note: str


Entry = MessageEntry | TransitionEntry | FaultEntry


class MessageLine(msgspec.Struct, tag_field="kind", tag="message", omit_defaults=True, frozen=True):
    """One message. `at` in real epoch seconds; `status` and versions are those of the thing's current execution."""

    at: float
    thing: str
    direction: Direction
    topic: str
    payload: Any = None  # a JSON value, or a string where it is no JSON
    payload_bytes: int | None = None  # how long it was, if it was cut off
    status: JobStatus | None = None  # as believed before this message
    version_before: int | None = None
    version_after: int | None = None
    expected_version: int | None = None  # of an update, as sent
    latency_ms: float | None = None  # of an answer: real milliseconds since its request was sent
    note: str = ""
    fault: str = ""  # the fault that made or changed it


class TransitionLine(msgspec.Struct, tag_field="kind", tag="transition", omit_defaults=True, frozen=True):
    """A thing came to believe something new of an execution."""

    at: float
    thing: str
    job_id: str
    execution_number: int
    status_before: JobStatus | None = None
    status: JobStatus | None = None
    version_before: int | None = None
    version_after: int | None = None
    step: str = ""
    reason: str = ""


class FaultLine(msgspec.Struct, tag_field="kind", tag="fault", omit_defaults=True, frozen=True):
    """A thing had a fault that is no message, such as a lost line."""

    at: float
    thing: str
    fault: str
    note: str = ""


Line = MessageLine | TransitionLine | FaultLine

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode


def line_of(entry: Entry) -> bytes:
    """Return the line that is written of `entry`, with its newline."""
    line: Line
    if isinstance(entry, MessageEntry):
        cut = entry.payload_bytes > len(entry.payload)
        line = MessageLine(
            at=round(entry.at, 6),
            thing=entry.thing,
            direction=entry.direction,
            topic=entry.topic,
            payload=_shown(entry.payload),
            payload_bytes=entry.payload_bytes if cut else None,
            status=entry.status,
            version_before=entry.version_before,
            version_after=entry.version_after,
            expected_version=entry.expected_version,
            latency_ms=None if entry.latency_ms is None else round(entry.latency_ms, 3),
            note=without_secrets(entry.note[:MOST_NOTE_CHARACTERS]),
            fault=entry.fault,
        )
    elif isinstance(entry, TransitionEntry):
        line = TransitionLine(round(entry.at, 6), *entry[1:9], without_secrets(entry.reason[:MOST_NOTE_CHARACTERS]))
    else:
        line = FaultLine(round(entry.at, 6), entry.thing, entry.fault, without_secrets(entry.note))
    return _encode(line) + b"\n"


def _shown(payload: bytes) -> Any:
    """Return the payload as it goes into a line: JSON as it is, anything else as text; secrets hidden."""
    try:
        value = _decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return without_secrets(payload.decode("utf-8", "replace"))
    return _hidden(value) if _may_hold_secrets(payload) else value


def _may_hold_secrets(payload: bytes) -> bool:
    lower = payload.lower()
    return any(mark in lower for mark in _MARKS) or lower.count(b"token") > lower.count(b"clienttoken")


def _hidden(value: Any) -> Any:
    match value:
        case dict():
            return {
                name: HIDDEN if _SECRET_NAME.search(name) and inner not in (None, "") else _hidden(inner)
                for name, inner in value.items()
            }
        case list():
            return [_hidden(inner) for inner in value]
        case str():
            return without_secrets(value)
    return value


def without_secrets(text: str) -> str:
    """Return `text` with the values hidden that follow a name such as `password=` or `X-Amz-Signature=`."""
    if not text:
        return text
    return _USER_IN_URL.sub(rf"\1{HIDDEN}@", _IN_TEXT.sub(rf"\1{HIDDEN}", text))
