"""Why the service refused a request, and what mends it: a sentence each. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from simulator.feed import MessageRecord
from simulator.jobs.model import ErrorCode
from simulator.scenario.faults import FaultName
from ui import message_words as words

PROBE: Final = "a probe"
"""Notes of requests that a thing sends to have them rejected, for the state that comes back, begin with this."""

APPLIED_EARLIER: Final = "an earlier copy of it was applied"
"""Part of the note of a rejection behind which the update was a success."""

IGNORED: Final = "it is ignored"
"""The end of the note of an answer that nobody waits for."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Tape", text)


def explanation(rejection: Mapping[str, Any], request: MessageRecord | None, note: str = "") -> tuple[str, str]:
    """Return why a request was refused and what mends it; `request` is what it answers, if that is still known.

    `note` is the rejection's own: what the thing made of it.
    """
    code = str(rejection.get("code", ""))
    if request is not None and is_probe(request):
        return tr("It was asked for: a rejection tells where the execution stands."), tr("Nothing is to be mended.")
    if code == ErrorCode.VERSION_MISMATCH:
        return _mismatch(rejection, request, note)
    if code == ErrorCode.INVALID_STATE_TRANSITION:
        return _transition(rejection, request)
    plain = _PLAIN.get(code)
    if plain is None:
        said = str(rejection.get("message", "")) or tr("The service gave no reason.")
        return said, tr("Look at the message it sent.")
    return tr(plain[0]), tr(plain[1])


def is_probe(request: MessageRecord) -> bool:
    """Whether a request was sent to be rejected."""
    return request.note.startswith(PROBE)


def version_of(rejection: Mapping[str, Any]) -> int | None:
    """The version the service has, if the rejection says so."""
    version = _state(rejection).get("versionNumber")
    return version if isinstance(version, int) and not isinstance(version, bool) else None


def _state(rejection: Mapping[str, Any]) -> Mapping[str, Any]:
    state = rejection.get("executionState")
    return state if isinstance(state, dict) else {}


def _transition(rejection: Mapping[str, Any], request: MessageRecord | None) -> tuple[str, str]:
    wanted = str(words.payload_of(request).get("status", "")) if request is not None else ""
    why = tr("The execution is %1, and from there it cannot become %2.") if wanted else tr("The execution is %1.")
    status = str(_state(rejection).get("status", "")) or tr("in another state")
    return why.replace("%1", status).replace("%2", wanted), tr("Report nothing more for it; ask for the next job.")


def _mismatch(rejection: Mapping[str, Any], request: MessageRecord | None, note: str) -> tuple[str, str]:
    has, sent = version_of(rejection), _expected(request)
    if has is None:
        return str(rejection.get("message", "")), tr("Ask for the execution, and send again with its version.")
    if APPLIED_EARLIER in note:
        why = tr("An earlier copy of this update was applied and made it version %1; its answer was lost.")
        return _with(why, has), _with(tr("Nothing is to be sent again; go on with v%1."), has)
    if note.endswith(IGNORED) and _is(request, FaultName.DUPLICATE_UPDATE):
        why = tr("The same update was sent twice, and the first copy of it made it version %1.")
        return _with(why, has), tr("Nothing: a copy changes nothing, and its answer is not waited for.")
    if sent is None:
        why = _with(tr("The service is at version %1, the update expected another."), has)
    elif sent > has:
        why = _with(tr("The update expected version %2, which the service (at %1) has not reached."), has, sent)
    elif _is(request, FaultName.OUT_OF_ORDER):
        why = _with(tr("The update expected version %2, but the one sent before it made it version %1."), has, sent)
    elif _is(request, FaultName.STALE_VERSION):
        why = _with(tr("The update expected version %2, which is old: the service is at %1."), has, sent)
    else:
        why = _with(
            tr("The update expected version %2, but the service is already at %1: someone updated it in between."),
            has,
            sent,
        )
    return why, _with(tr("Take the state that came with this answer, and send again with ev=%1."), has)


def _with(text: str, has: int, sent: int | None = None) -> str:
    return text.replace("%1", str(has)).replace("%2", str(sent))


def _expected(request: MessageRecord | None) -> int | None:
    return None if request is None else words.expected_version(request)


def _is(request: MessageRecord | None, fault: FaultName) -> bool:
    return request is not None and f"fault {fault.value}:" in request.note


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
