"""A walk in short: one line for each of its steps, for people who want to know what is still to come. Pure."""

from collections.abc import Iterable
from typing import Final

import msgspec

from simulator.jobs.model import JobStatus
from simulator.scenario.actions import Action, AskOperator, FallSilent, Misbehave, Report, Wait, Work

MOST_STEPS: Final = 400
MOST_ACTIONS: Final = 20_000
"""What lies beyond is left out: nobody reads so far ahead."""


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One step as it will be walked if nothing else happens. `updates` are those it sends, `seconds` are simulated.

    `end` is how the walk ends with it: a status, "silence", "hang" or "manual"; "" for all but the last.
    """

    name: str
    seconds: float = 0.0
    updates: int = 0
    first_progress: int = 0
    last_progress: int = 0
    details: dict[str, str] = {}  # of the first update
    step_timeout_in_minutes: int | None = None
    work: str = ""  # the kind of real work: how many updates it sends depends on it
    faults: list[str] = []
    end: str = ""


class _Row:
    """A step that is being put together."""

    def __init__(self, name: str, end: str) -> None:
        self.name, self.end = name, end
        self.seconds = 0.0
        self.work = ""
        self.reports: list[Report] = []
        self.reaches = 0  # percent, if no update of its own tells how far it gets
        self.faults: list[str] = []

    def add(self, action: Action) -> None:
        match action:
            case Wait():
                self.seconds += action.seconds
            case Report():
                self.reports.append(action)
                self.faults += [fault.name.value for fault in action.faults]
            case Misbehave():
                self.faults.append(action.fault.name.value)
            case Work():
                self.work = action.kind

    def planned(self) -> PlannedStep:
        first = self.reports[0] if self.reports else None
        return PlannedStep(
            name=self.name,
            seconds=self.seconds,
            updates=len(self.reports),
            first_progress=first.progress if first is not None else 0,
            last_progress=max(self.reaches, self.reports[-1].progress if self.reports else 0),
            details={} if first is None else first.status_details,
            step_timeout_in_minutes=None if first is None else first.step_timeout_in_minutes,
            work=self.work,
            faults=self.faults,
            end=self.end,
        )


def outline(actions: Iterable[Action]) -> list[PlannedStep]:
    """Return the steps of a walk, the end as the last one unless the walk is longer than anyone would read."""
    rows: list[_Row] = []
    for number, action in enumerate(actions):
        end = _end(action)
        if not rows or end or rows[-1].name != action.step:
            if len(rows) == MOST_STEPS:
                break
            rows.append(_Row(action.step, end))
            if isinstance(action, Report) and action.instead_of is not None and len(rows) > 1:
                rows[-2].reaches = action.instead_of.progress
        rows[-1].add(action)
        if number == MOST_ACTIONS:
            break
    return [row.planned() for row in rows if row.name or row.end or row.faults]


def _end(action: Action) -> str:
    match action:
        case Report(status=status) if status is not JobStatus.IN_PROGRESS:
            return status.value
        case FallSilent(hangs=hangs):
            return "hang" if hangs else "silence"
        case AskOperator():
            return "manual"
    return ""
