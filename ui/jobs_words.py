"""What the jobs page says of jobs: their states with a shape each, moments, rates, and what a command will do."""

from typing import Final

from PySide6.QtCore import QCoreApplication, QDateTime

from simulator.jobs.model import JobStatus
from ui import plan_words, status_style
from ui.jobs_store import JobEntry
from ui.numbers import counted, grouped

NOTHING: Final = "—"
STATE_STATUS: Final = {  # whose shape and colour a job's state has
    "SCHEDULED": JobStatus.QUEUED,
    "IN_PROGRESS": JobStatus.IN_PROGRESS,
    "COMPLETED": JobStatus.SUCCEEDED,
    "CANCELED": JobStatus.CANCELED,
    "DELETION_IN_PROGRESS": JobStatus.REMOVED,
}


def _tr(text: str) -> str:
    return QCoreApplication.translate("Jobs", text)


def state_word(state: str) -> str:
    """The word people read for a job's state; the wire's own for one that is not known."""
    return {
        "SCHEDULED": _tr("Scheduled"),
        "IN_PROGRESS": _tr("In progress"),
        "COMPLETED": _tr("Completed"),
        "CANCELED": _tr("Canceled"),
        "DELETION_IN_PROGRESS": _tr("Being deleted"),
    }.get(state, state)


def moment(epoch: float | None) -> str:
    """A time of day, local."""
    return NOTHING if not epoch else QDateTime.fromSecsSinceEpoch(int(epoch)).toString("HH:mm:ss")


def whole_moment(epoch: float | None) -> str:
    """Date and time as ISO 8601, UTC."""
    if not epoch:
        return ""
    at = QDateTime.fromMSecsSinceEpoch(round(epoch * 1000)).toUTC()
    return str(at.toString("yyyy-MM-dd HH:mm:ss.zzz")) + " UTC"


def rollout_words(entry: JobEntry) -> str:
    """How it is rolled out, and whether that is still going on."""
    if entry.settings is None:
        return ""
    words = plan_words.short_rate(entry.settings.rollout)
    if entry.settings.target_selection == "CONTINUOUS":
        words += " · " + _tr("continuous")
    return words


def counts_words(entry: JobEntry) -> str:
    """Succeeded 12, Failed 2."""
    parts = [
        f"{status_style.status_word(status)} {grouped(count)}"
        for status in status_style.STATUSES
        if (count := entry.view.counters.get(status, 0))
    ]
    return ", ".join(parts)


def share_done(entry: JobEntry) -> int | None:
    """Percent of the things whose execution has ended; None while nothing is known."""
    count = entry.target_count()
    return None if not count or not entry.view.counters else min(100, entry.view.ended * 100 // count)


def summary(entry: JobEntry) -> str:
    """One line on a job: how far it is, and why it ended if it did not by itself."""
    view = entry.view
    if view.status == "SCHEDULED":
        begins = whole_moment(entry.begins_at())[:16]
        return _tr("begins %1 UTC").replace("%1", begins)
    parts = []
    if view.counters:
        done = _tr("%1 of %2 ended").replace("%1", grouped(view.ended))
        parts.append(done.replace("%2", grouped(entry.target_count())))
        if words := counts_words(entry):
            parts.append(words)
    if view.reason_code or view.comment:
        parts.append(view.comment or view.reason_code)
    return " · ".join(parts)


def cancel_sentence(entry: JobEntry) -> str:
    """What Cancel does, and what devices will see of it."""
    waiting = counted(entry.waiting, _tr("1 waiting execution becomes"), _tr("%n waiting executions become"))
    working = counted(entry.working, _tr("1 in progress goes on"), _tr("%n in progress go on"))
    text = _tr("%1 CANCELED: those devices are notified and never see the job again. %2 to the end.")
    return text.replace("%1", waiting).replace("%2", working)


def force_sentence(entry: JobEntry) -> str:
    """What Force cancel does, and what devices will see of it."""
    count = entry.waiting + entry.working
    all_of_them = counted(count, _tr("1 execution becomes"), _tr("%n executions become"))
    working = counted(entry.working, _tr("1 that is"), _tr("%n that are"))
    text = _tr(
        "%1 CANCELED, also the %2 in progress: a device at work is told only by notify-next, and its next update is "
        "rejected (InvalidStateTransition)."
    )
    return text.replace("%1", all_of_them).replace("%2", working)


def delete_sentence(entry: JobEntry) -> str:
    """What Delete does, and what devices will see of it."""
    count = entry.view.executions
    executions = counted(count, _tr("its 1 execution goes"), _tr("its %n executions go"))
    if not entry.is_live:
        text = _tr("The job and %1 from the service for ever; devices see nothing of it.")
        return text.replace("%1", executions)
    text = _tr("The job is still live. It and %1 for ever; a device at work gets ResourceNotFound for its next update.")
    return text.replace("%1", executions)
