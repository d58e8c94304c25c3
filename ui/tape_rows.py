"""The tape as rows: what went between thing and service, and of each rejection the reason and the mend. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from simulator.feed import Direction, MessageRecord
from simulator.jobs.topics import NotifyTopic, Operation, ReplyTopic
from simulator.scenario.faults import FaultName
from ui import message_words as words
from ui import tape_why
from ui.fault_menu import fault_word
from ui.line_history import Outage
from ui.mistake_check import BY_HAND, UNHEARD, Check
from ui.tape_why import tr

PAUSE_SECONDS: Final = 2.0
"""Between messages so long apart the tape says how long nothing was said."""

_NO_CHECKS: Final[Mapping[int, Check]] = {}
_FAULT: Final = re.compile(r"fault ([a-z-]+): the thing ([^;]*)")


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
    fault: str = ""  # of a message that was sent or made wrong on purpose: a sentence
    check: Check | None = None  # of the same: what was to be expected, and what came
    unheard: bool = False  # an answer that was lost on purpose on its way to the thing
    wanted: bool = False  # a rejection that was asked for
    head: str = ""  # what is told before the arrow: time that went by, another execution


def rows(
    messages: Sequence[MessageRecord],
    current_job: str = "",
    checks: Mapping[int, Check] = _NO_CHECKS,
    outages: Sequence[Outage] = (),
) -> list[TapeRow]:
    """The messages as arrows, oldest first; `checks` by the place of their message."""
    asked = _Asked()
    result = []
    before: MessageRecord | None = None
    for place, message in enumerate(messages):
        content = words.payload_of(message)
        request = asked.hear(message, content)
        head = _head(before, message, content, outages)
        result.append(_row(message, content, request, current_job, checks.get(place), head))
        before = message
    return result


class _Asked:
    """Which request an answer belongs to: by the client token, and without one by the topic."""

    def __init__(self) -> None:
        self._by_token: dict[str, MessageRecord] = {}
        self._by_topic: dict[str, MessageRecord] = {}

    def hear(self, message: MessageRecord, content: Mapping[str, Any]) -> MessageRecord | None:
        """Remember a request; of an answer return its request, if that is known."""
        token = content.get("clientToken")
        if message.direction is Direction.OUT:
            if isinstance(token, str):
                self._by_token[f"{message.topic} {token}"] = message
            else:
                self._by_topic[message.topic] = message
            return None
        asked, _, tail = message.topic.rpartition("/")
        if tail not in ("accepted", "rejected"):
            return None
        return self._by_token.get(f"{asked} {token}") if isinstance(token, str) else self._by_topic.pop(asked, None)


def _row(
    message: MessageRecord,
    content: Mapping[str, Any],
    request: MessageRecord | None,
    current_job: str,
    check: Check | None,
    head: str,
) -> TapeRow:
    outward = message.direction is Direction.OUT
    rejected = words.is_rejected(message)
    unheard = not outward and message.note.startswith(UNHEARD)
    title = words.kind(message, current_job)
    why, mend = tape_why.explanation(content, request, message.note) if rejected else ("", "")
    return TapeRow(
        message=message,
        outward=outward,
        title=title,
        versions=_versions(message, content, unheard=unheard),
        said=_said(message, content, title, rejected=rejected),
        latency=words.latency(message) or _latency(message, request),
        rejected=rejected,
        why=why,
        mend=mend,
        fault=on_purpose(message.note) if outward else tr("Lost on purpose: the thing does not hear it.") * unheard,
        check=check,
        unheard=unheard,
        wanted=rejected and request is not None and tape_why.is_probe(request),
        head=head,
    )


def _latency(message: MessageRecord, request: MessageRecord | None) -> str:
    """Of an answer that the thing did not wait for: since its request."""
    return "" if request is None else words.milliseconds((message.at - request.at) * 1000)


def _said(message: MessageRecord, content: Mapping[str, Any], title: str, *, rejected: bool) -> str:
    """What the payload says beyond the title."""
    if rejected:
        return str(content.get("message", ""))
    said, status = words.said(message), str(content.get("status", ""))
    if status and title.endswith(status):
        said = said.removeprefix(status).removeprefix(" · ")
    return "" if said == QCoreApplication.translate("Messages", "accepted") else said


def _versions(message: MessageRecord, content: Mapping[str, Any], *, unheard: bool) -> str:
    """What the request expects, or what the answer says that it is; "" where neither is told."""
    if message.direction is Direction.OUT:
        expected = words.expected_version(message)
        return "" if expected is None else f"ev={expected}"
    if words.is_rejected(message):
        has = tape_why.version_of(content)
    else:
        has = _version_told(content)
        is_own = isinstance(words.meaning(message), ReplyTopic) and not unheard
        has = message.version_after if has is None and is_own else has
    return "" if has is None else f"v{has}"


def _version_told(content: Mapping[str, Any]) -> int | None:
    for member in ("executionState", "execution"):
        state = content.get(member)
        if isinstance(state, dict) and isinstance(state.get("versionNumber"), int):
            return int(state["versionNumber"])
    return None


def on_purpose(note: str) -> str:
    """What a note tells of a message that was sent wrong, or to be rejected: a sentence, "" for no note."""
    found = _FAULT.findall(note)
    if found:
        told = [f"{_word(name)} · {text.strip()}" for name, text in found]
        return tr("On purpose: %1.").replace("%1", "; ".join(told))
    if note == BY_HAND:
        return tr("Sent by hand.")
    return f"{note[:1].upper()}{note[1:]}." if note else ""


def _word(name: str) -> str:
    return fault_word(FaultName(name)) if name in set(FaultName) else name


# --- what is told between arrows --------------------------------------------------------------------------------------


def _head(
    before: MessageRecord | None, message: MessageRecord, content: Mapping[str, Any], outages: Sequence[Outage]
) -> str:
    begun = _begun(message, content)
    if begun:
        return begun
    if before is None:
        return ""
    lost = [end - start for start, end in outages if before.at <= start and end <= message.at]
    if lost:
        return tr("the line was down for %1").replace("%1", words.duration(sum(lost)))
    apart = message.at - before.at
    return tr("%1 later").replace("%1", words.duration(apart)) if apart >= PAUSE_SECONDS else ""


def _begun(message: MessageRecord, content: Mapping[str, Any]) -> str:
    """The execution that a message begins, "" for every other one."""
    meant, execution = words.meaning(message), content.get("execution")
    is_new = message.version_before is None and message.version_after is not None
    if not is_new or isinstance(meant, NotifyTopic) or not isinstance(execution, dict):
        return ""
    if not isinstance(meant, ReplyTopic) or meant.request.operation is Operation.UPDATE:
        return ""
    text = tr("%1 · execution #%2").replace("%2", str(execution.get("executionNumber", 1)))
    return text.replace("%1", str(execution.get("jobId", "")))


# --- for elsewhere ----------------------------------------------------------------------------------------------------


def mermaid(found: Sequence[TapeRow], thing: str) -> str:
    """The rows as a sequence diagram in Mermaid's language."""
    lines = ["sequenceDiagram", f"    participant T as {_safe(thing)}", "    participant S as jobs service"]
    for row in found:
        if row.head:
            lines.append(f"    Note over T,S: {_safe(row.head)}")
        arrow = "T->>S" if row.outward else "S--xT" if row.rejected or row.unheard else "S->>T"
        text = " ".join(part for part in (row.title, row.versions) if part)
        lines.append(f"    {arrow}: {_safe(text)}")
        if row.fault:
            lines.append(f"    Note over T,S: {_safe(row.fault)}")
        if row.rejected:
            lines.append(f"    Note over T,S: {_safe(row.why)} {_safe(row.mend)}")
    return "\n".join(lines) + "\n"


def _safe(text: str) -> str:
    """Without what ends a statement or begins an entity in Mermaid."""
    return " ".join(text.replace(";", ",").replace("#", "").split())
