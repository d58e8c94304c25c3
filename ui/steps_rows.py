"""The steps of a thing's scenario as rows: which are done, under way, next or skipped, and what each sends. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QCoreApplication

from simulator.feed import Activity, NextUpdate, ThingDetail, ThingSnapshot, TransitionRecord
from simulator.jobs.model import JobStatus
from simulator.jobs.predict import Believed, Prediction, predict
from simulator.scenario.outline import PlannedStep

FULL_TIMELINE: Final = 64
"""A timeline of so many transitions may have dropped the first ones."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("Steps", text)


class StepState(StrEnum):
    """How far a step is."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"
    LATER = "later"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step. `since` is when it began, `seconds` how long it took; None where nobody knows."""

    name: str
    state: StepState
    sends: str
    since: float | None = None
    seconds: float | None = None
    status: JobStatus | None = None  # that it reports last, or did report


def state_word(state: StepState) -> str:
    """What people call it."""
    return {
        StepState.DONE: tr("done"),
        StepState.NOW: tr("now"),
        StepState.NEXT: tr("next"),
        StepState.LATER: tr("later"),
        StepState.SKIPPED: tr("skipped"),
    }[state]


def rows(detail: ThingDetail) -> list[StepRow]:
    """The steps of the newest execution, in the order of the scenario."""
    plan, snapshot = detail.outline, detail.snapshot
    if not plan or snapshot.status is None:
        return []
    records = [
        record
        for record in detail.timeline
        if (record.job_id, record.execution_number) == (snapshot.job_id, snapshot.execution_number)
    ]
    begun, place = _walked(plan, records)
    is_cut = len(detail.timeline) >= FULL_TIMELINE
    now, following = _under_way(plan, snapshot, detail.next_update, place)
    end = records[-1] if records and records[-1].status.is_terminal else None
    result = []
    for number, step in enumerate(plan):
        if end is not None and number == len(plan) - 1:
            result.append(_ended(step, end))
            continue
        state = _state(number, step, begun, now, following, is_cut=is_cut, has_ended=end is not None, place=place)
        since = begun.get(number)
        result.append(
            StepRow(
                name=tr("end") if step.end else step.name,
                state=state,
                sends=sends(step),
                since=since,
                seconds=_took(number, since, begun, end) if state is StepState.DONE else None,
                status=_status(step),
            )
        )
    return result


def _walked(plan: Sequence[PlannedStep], records: Sequence[TransitionRecord]) -> tuple[dict[int, float], int]:
    """When each step was first reported, and which one is the newest of those; -1 for none."""
    begun: dict[int, float] = {}
    place = -1
    for record in records:
        if record.status.is_terminal or not record.step:
            continue
        ahead = [n for n in range(max(place, 0), len(plan)) if plan[n].name == record.step and not plan[n].end]
        back = [n for n in range(max(place, 0)) if plan[n].name == record.step and not plan[n].end]
        if not ahead and not back:
            continue
        found = ahead[0] if ahead else back[-1]
        if not ahead:  # it went back: after a reboot, or as it was told
            begun = {n: at for n, at in begun.items() if n < found}
        begun.setdefault(found, record.at)
        place = found
    return begun, place


def _under_way(
    plan: Sequence[PlannedStep], snapshot: ThingSnapshot, coming: NextUpdate | None, place: int
) -> tuple[int, int]:
    """Which step is under way, and which one follows; -1 for none."""
    if snapshot.status is None or snapshot.status.is_terminal:
        return -1, -1
    if snapshot.activity is not Activity.WAITING_FOR_STEP:
        now = max(place, 0)
        return now, now + 1
    following = place + 1
    if coming is not None:
        ends = [n for n in range(len(plan)) if plan[n].end]
        same = [n for n in range(max(place, 0), len(plan)) if plan[n].name == coming.step and not plan[n].end]
        is_end = _status_sent(coming) is not JobStatus.IN_PROGRESS
        silent = [n for n in range(max(place, 0), len(plan)) if plan[n].name == snapshot.step != coming.step]
        found = [n for n in silent if not plan[n].updates and not plan[n].end] or (ends if is_end else same)
        following = found[0] if found else following
    if following == place:
        return place, place + 1
    return -1, following


def _status_sent(coming: NextUpdate) -> JobStatus | None:
    """The status in a payload that the engine made."""
    word = coming.payload.partition(b'"status":"')[2].partition(b'"')[0].decode(errors="replace")
    return JobStatus(word) if word in set(JobStatus) else None


def _state(
    number: int,
    step: PlannedStep,
    begun: dict[int, float],
    now: int,
    following: int,
    *,
    is_cut: bool,
    has_ended: bool,
    place: int,
) -> StepState:
    if number == now:
        return StepState.NOW
    if number == following and not has_ended:
        return StepState.NEXT
    if number > max(place, now) and not has_ended and (following < 0 or number > following):
        return StepState.LATER
    if number in begun or (not step.updates and number < max(place, now, following)):
        return StepState.DONE
    if is_cut and begun and number < min(begun):
        return StepState.DONE
    return StepState.SKIPPED


def _took(number: int, since: float | None, begun: dict[int, float], end: TransitionRecord | None) -> float | None:
    if since is None:
        return None
    after = [at for later, at in begun.items() if later > number]
    if after:
        return min(after) - since
    return None if end is None else end.at - since


def _ended(step: PlannedStep, end: TransitionRecord) -> StepRow:
    """How it really ended, whatever the scenario had in mind."""
    text = f"{end.status.value} · {end.reason}" if end.reason else end.status.value
    if step.end in set(JobStatus) and step.end != end.status:
        text = tr("%1 (the scenario ends with %2)").replace("%2", step.end).replace("%1", text)
    return StepRow(name=tr("end"), state=StepState.DONE, sends=text, since=end.at, status=end.status)


def _status(step: PlannedStep) -> JobStatus | None:
    if step.end:
        return JobStatus(step.end) if step.end in set(JobStatus) else None
    return JobStatus.IN_PROGRESS


def sends(step: PlannedStep) -> str:
    """What a step sends, in a line; wire words stay as they are."""
    if step.end:
        silent = {
            "silence": tr("nothing more: the service times it out"),
            "hang": tr("nothing more, and stays as it is"),
            "manual": tr("waits until you choose the end"),
        }
        said = silent.get(step.end, step.end)
        reason = step.details.get("reason", "")
        return f"{said} · {reason}" if reason else said
    parts = []
    if step.work:
        parts.append(tr("IN_PROGRESS as the work goes on (%1)").replace("%1", step.work))
    elif step.updates:
        parts.append(_updates(step))
    else:
        parts.append(tr("nothing"))
    if step.seconds:
        parts.append(tr("%1 s").replace("%1", f"{step.seconds:.3g}"))
    if step.step_timeout_in_minutes is not None and step.step_timeout_in_minutes > 0:
        parts.append(tr("step timer %1 min").replace("%1", str(step.step_timeout_in_minutes)))
    parts += step.faults
    return " · ".join(parts)


def _updates(step: PlannedStep) -> str:
    if step.updates == 1:
        return tr("1 update · %1 %").replace("%1", str(step.last_progress))
    text = tr("%1 updates · %2 to %3 %").replace("%1", str(step.updates))
    return text.replace("%2", str(step.first_progress)).replace("%3", str(step.last_progress))


def elapsed(seconds: float | None) -> str:
    """Real seconds as people read them; "" if unknown."""
    if seconds is None or seconds < 0:
        return ""
    if seconds < 10:
        return tr("%1 s").replace("%1", f"{seconds:.1f}")
    if seconds < 60:
        return tr("%1 s").replace("%1", f"{seconds:.0f}")
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def prediction(snapshot: ThingSnapshot, coming: NextUpdate) -> Prediction:
    """What the service will answer to the next update, if the thing is right about its execution."""
    believed = Believed(
        thing_name=snapshot.name,
        job_id=snapshot.job_id,
        execution_number=snapshot.execution_number,
        status=snapshot.status,
        version=snapshot.version,
    )
    return predict(coming.topic, coming.payload, believed)
