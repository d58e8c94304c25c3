"""What the chart of plan against reality shows, as values: its series, and what each of them says at a moment."""

from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QCoreApplication

from simulator.jobs.configs import FailureType
from simulator.jobs.model import JobStatus
from simulator.plan_rollout import AbortPlan, RolloutPlan
from ui import plan_words
from ui.jobs_curves import Curve, Curves
from ui.numbers import grouped
from ui.status_style import status_word

ABORT: Final = "abort"
PLAN: Final = "plan"
FAILURE_STATUS: Final = {  # whose shape and colour the curve of failures has
    FailureType.ALL: JobStatus.FAILED,
    FailureType.FAILED: JobStatus.FAILED,
    FailureType.REJECTED: JobStatus.REJECTED,
    FailureType.TIMED_OUT: JobStatus.TIMED_OUT,
}


def _tr(text: str) -> str:
    return QCoreApplication.translate("PlanChart", text)


def _failures_word(kind: FailureType) -> str:
    """What ends the failures are that a job's abort criterion looks at; without one, all that are no success."""
    return _tr("Ended badly") if kind is FailureType.ALL else status_word(FAILURE_STATUS[kind])


@dataclass(frozen=True, slots=True)
class Series:
    """A curve with its name and status, by which it is painted."""

    key: str
    name: str
    status: JobStatus
    curve: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartData:
    """What the chart shows. Times in epoch seconds of the endpoint's clock; `now` ends the curves of a live job."""

    begins_at: float
    now: float
    things: int
    is_live: bool
    plan: RolloutPlan | None = None
    curves: Curves = field(default_factory=Curves)
    abort: AbortPlan | None = None
    aborted: str = ""  # why the service aborted it
    ended_at: float | None = None
    scale: float = 1.0

    @property
    def end(self) -> float:
        """Where the real curves end."""
        if self.is_live:
            return max(self.now, self.curves.newest)
        return max(self.curves.newest, self.ended_at or 0.0)

    def limit_at(self, moment: float) -> float | None:
        """How many failures abort the job at that moment; None if nothing does."""
        if self.abort is None:
            return None
        return max(float(self.abort.earliest), self.curves.limit.at(moment))

    def series(self) -> tuple[Series, ...]:
        """The real curves, in the order in which a thing goes through them."""
        curves = self.curves
        return (
            Series("notified", _tr("Notified"), JobStatus.QUEUED, curves.notified),
            Series("started", _tr("Started"), JobStatus.IN_PROGRESS, curves.started),
            Series("succeeded", _tr("Succeeded"), JobStatus.SUCCEEDED, curves.succeeded),
            Series("failed", _failures_word(curves.failures), FAILURE_STATUS[curves.failures], curves.failed),
        )

    def readings(self, moment: float) -> list[str]:
        """All series at a moment, as the box by the pointer has them."""
        after = moment - self.begins_at
        lines = [self._moment_words(after)]
        if self.plan is not None:
            lines.append(f"{_tr('Plan')} {grouped(round(self.plan.notified_at(after)))}")
        if moment <= self.end + 1e-6:
            lines += [f"{series.name} {grouped(int(series.curve.at(moment)))}" for series in self.series()]
        if (limit := self.limit_at(moment)) is not None:
            lines.append(_tr("Aborts at %1").replace("%1", grouped(int(limit))))
        return lines

    def legend(self) -> list[tuple[str, str]]:
        """Key and text of every entry, with the newest count."""
        entries = []
        if self.plan is not None:
            entries.append((PLAN, _tr("Plan %1").replace("%1", grouped(self.plan.things))))
        entries += [(series.key, f"{series.name} {grouped(int(series.curve.last))}") for series in self.series()]
        if self.abort is not None:
            limit = int(self.limit_at(self.end) or self.abort.failures)
            text = _tr("Aborts at %1") if self.is_live else _tr("Abort limit %1")
            entries.append((ABORT, text.replace("%1", grouped(limit))))
        return entries

    def csv(self) -> str:
        """Every moment at which a curve steps, in seconds after the start, with the plan and all curves."""
        moments = sorted({at for series in self.series() for at in series.curve.times})
        names = [series.key for series in self.series()]
        lines = [",".join(["seconds", PLAN, *names, ABORT])]
        for at in moments:
            after = at - self.begins_at
            plan = "" if self.plan is None else f"{self.plan.notified_at(after):.1f}"
            limit = self.limit_at(at)
            counts = [f"{series.curve.at(at):.0f}" for series in self.series()]
            lines.append(",".join([f"{after:.3f}", plan, *counts, "" if limit is None else f"{limit:.0f}"]))
        return "\n".join(lines) + "\n"

    def _moment_words(self, after: float) -> str:
        text = "+" + plan_words.span(max(0.0, after))
        if self.scale != 1.0 and after >= 1:
            real = _tr("%1 real").replace("%1", plan_words.span(after / self.scale))
            text += f" ({real})"
        return text
