"""The tape as rows: what went between thing and service, and of each rejection the reason and the mend. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from simulator.feed import Direction, MessageRecord
from simulator.jobs.model import ErrorCode
from ui import message_words as words
from ui.mistake_check import Check


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Tape", text)


_NO_CHECKS: Final[Mapping[int, Check]] = {}


@dataclass(frozen=True, slots=True)
class TapeRow:
    """One arrow. `why` and `mend` are sentences, for a rejection only."""

    message: MessageRecord
    outward: bool
    title: str  # the end of the topic and the status: "update IN_PROGRESS"
    versions: str  # "ev=2", "v3" or ""
    said: str  # what the payload says, in a line
    latency: str
    rejected: bool = False
    why: str = ""
    mend: str = ""
    fault: str = ""  # of a message that was sent or made wrong on purpose
    check: Check | None = None  # of the same: what was to be expected, and what came


def rows(
    messages: Sequence[MessageRecord], current_job: str = "", checks: Mapping[int, Check] = _NO_CHECKS
) -> list[TapeRow]:
    """The messages as arrows, oldest first; `checks` by the place of their message."""
    asked: dict[str, MessageRecord] = {}
    result = []
    for place, message in enumerate(messages):
        content = words.payload_of(message)
        token = str(content.get("clientToken", ""))
        if message.direction is Direction.OUT and token:
            asked[token] = message
        result.append(_row(message, content, asked.get(token), current_job, checks.get(place)))
    return result


def _row(
    message: MessageRecord,
    content: Mapping[str, Any],
    request: MessageRecord | None,
    current_job: str,
    check: Check | None,
) -> TapeRow:
    outward = message.direction is Direction.OUT
    rejected = words.is_rejected(message)
    title = words.topic_tail(message.topic, current_job)
    status = content.get("status")
    if outward and isinstance(status, str):
        title = f"{title} {status}"
    why, mend = explanation(content, request) if rejected else ("", "")
    if rejected:
        title = f"{title} {content.get('code', '')}".rstrip()
    return TapeRow(
        message=message,
        outward=outward,
        title=title,
        versions=_versions(message, outward=outward),
        said=_said(message, content, title, rejected=rejected),
        latency=words.latency(message),
        rejected=rejected,
        why=why,
        mend=mend,
        fault=message.note if outward else "",
        check=check,
    )


def _said(message: MessageRecord, content: Mapping[str, Any], title: str, *, rejected: bool) -> str:
    """What the payload says beyond the title."""
    if rejected:
        return str(content.get("message", ""))
    said, status = words.summary(message), str(content.get("status", ""))
    if status and title.endswith(status):
        said = said.removeprefix(status).removeprefix(" · ")
    return "" if said == tr("accepted") else said


def _versions(message: MessageRecord, *, outward: bool) -> str:
    if outward:
        return "" if message.expected_version is None else f"ev={message.expected_version}"
    after = message.version_after
    return "" if after is None else f"v{after}"


# --- rejections in sentences ------------------------------------------------------------------------------------------


def explanation(rejection: Mapping[str, Any], request: MessageRecord | None) -> tuple[str, str]:
    """Why the service refused a request, and what mends it: a sentence each.

    `request` is the message it answers, if that is still known.
    """
    code = str(rejection.get("code", ""))
    state = rejection.get("executionState")
    state = state if isinstance(state, dict) else {}
    has = state.get("versionNumber")
    status = str(state.get("status", ""))
    sent = None if request is None else request.expected_version
    if code == ErrorCode.VERSION_MISMATCH:
        return _mismatch(sent, has, rejection)
    if code == ErrorCode.INVALID_STATE_TRANSITION:
        wanted = str(words.payload_of(request).get("status", "")) if request is not None else ""
        why = tr("The execution is %1, and from there it cannot become %2.") if wanted else tr("The execution is %1.")
        why = why.replace("%1", status or tr("in another state")).replace("%2", wanted)
        return why, tr("Report nothing more for it; ask for the next job.")
    plain = _PLAIN.get(code)
    if plain is None:
        return str(rejection.get("message", "")) or tr("The service gave no reason."), tr(
            "Look at the message it sent."
        )
    return tr(plain[0]), tr(plain[1])


def _mismatch(sent: int | None, has: object, rejection: Mapping[str, Any]) -> tuple[str, str]:
    if not isinstance(has, int):
        return str(rejection.get("message", "")), tr("Ask for the execution, and send again with its version.")
    if sent is None:
        why = tr("The service is at version %1, the update expected another.").replace("%1", str(has))
    elif sent < has:
        why = tr("The update expected version %1, but the service is already at %2: someone updated it in between.")
        why = why.replace("%1", str(sent)).replace("%2", str(has))
    else:
        why = tr("The update expected version %1, which the service (at %2) has not reached.")
        why = why.replace("%1", str(sent)).replace("%2", str(has))
    return why, tr("Take the state that came with this answer, and send again with ev=%1.").replace("%1", str(has))


_PLAIN: Final[dict[str, tuple[str, str]]] = {
    ErrorCode.RESOURCE_NOT_FOUND: (
        "There is no such job execution for this thing.",
        "See whether the job id is right and the job not deleted; describe $next shows what is there.",
    ),
    ErrorCode.INVALID_REQUEST: (
        "A field of the request is not as the service takes it.",
        "The message names the field; mend it and send again.",
    ),
    ErrorCode.INVALID_JSON: ("The payload is no JSON that the service can read.", "Send an object in UTF-8."),
    ErrorCode.INVALID_TOPIC: ("The topic names no operation of the Jobs API.", "Mend the end of the topic."),
    ErrorCode.REQUEST_THROTTLED: (
        "The service was asked too often.",
        "Wait a little, longer each time, and send it again with the same client token.",
    ),
    ErrorCode.INTERNAL_ERROR: (
        "Something went wrong in the service, not in the request.",
        "Send it again after a while.",
    ),
    ErrorCode.TERMINAL_STATE_REACHED: (
        "The execution has ended, so it is no longer described by its job id.",
        "Ask for the next job.",
    ),
}


# --- for elsewhere ----------------------------------------------------------------------------------------------------


def mermaid(found: Sequence[TapeRow], thing: str) -> str:
    """The rows as a sequence diagram in Mermaid's language."""
    lines = ["sequenceDiagram", f"    participant T as {_safe(thing)}", "    participant S as jobs service"]
    for row in found:
        arrow = ("T->>S" if row.outward else "S->>T") if not row.rejected else "S--xT"
        text = " ".join(part for part in (row.title, row.versions) if part)
        lines.append(f"    {arrow}: {_safe(text)}")
        if row.rejected:
            lines.append(f"    Note over T,S: {_safe(row.why)} {_safe(row.mend)}")
    return "\n".join(lines) + "\n"


def _safe(text: str) -> str:
    """Without what ends a statement or begins an entity in Mermaid."""
    return " ".join(text.replace(";", ",").replace("#", "").split())
