"""The jobs that the control plane told of, and what of the chosen one: executions, curves, plan. No widget in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from simulator.jobs.configs import AbortCriteria
from simulator.jobs.model import JobStatus
from simulator.operator_jobs import DescribedJob, ExecutionState, JobSettings
from simulator.operator_views import ExecutionView, JobView
from simulator.plan_rollout import AbortPlan, RolloutPlan, plan_abort, plan_rollout
from ui.jobs_curves import Curves, curves

LIVE_STATES: Final = ("SCHEDULED", "IN_PROGRESS", "DELETION_IN_PROGRESS")


@dataclass(slots=True, kw_only=True)
class JobEntry:
    """What is known of a job. `settings` is None until it was described; `things` is for how many it is, if known."""

    view: JobView
    settings: JobSettings | None = None
    things: int | None = None
    executions: list[ExecutionView] = field(default_factory=list)
    states: dict[tuple[str, int], ExecutionState] = field(default_factory=dict)
    has_executions: bool = False  # they have been asked for at least once
    curves: Curves = field(default_factory=Curves)
    first_executions: int = 0  # those with the number 1
    plan: tuple[object, RolloutPlan] | None = None  # what it was made of, and the plan
    told_at: float = 0.0  # the endpoint's time when the executions were asked for
    executions_version: int = 0  # one more with each list of executions
    described: tuple[str, float | None] | None = None  # state and change that the counters go with

    @property
    def job_id(self) -> str:
        return self.view.job_id

    @property
    def is_live(self) -> bool:
        """Whether it can still change."""
        return self.view.status in LIVE_STATES

    @property
    def is_aborted(self) -> bool:
        """Whether the service itself cancelled it, for its failures."""
        has_criteria = self.settings is not None and self.settings.abort is not None
        return self.view.status == "CANCELED" and has_criteria and bool(self.view.reason_code)

    @property
    def is_stale(self) -> bool:
        """Whether it should be described (again)."""
        return self.is_live or self.described != (self.view.status, self.view.last_updated_at)

    @property
    def waiting(self) -> int:
        """How many executions are queued."""
        return self.view.counters.get(JobStatus.QUEUED, 0)

    @property
    def working(self) -> int:
        """How many executions are in progress."""
        return self.view.counters.get(JobStatus.IN_PROGRESS, 0)

    @property
    def criteria(self) -> AbortCriteria | None:
        """The abort criterion that would be met first."""
        plan = self.abort_plan()
        if plan is not None:
            return plan.criteria
        config = None if self.settings is None else self.settings.abort
        return None if config is None else config.criteria_list[0]

    def target_count(self) -> int:
        """For how many things it is, as far as is known."""
        return max(self.things or 0, self.first_executions or self.view.executions)

    def begins_at(self) -> float | None:
        """When its rollout begins or began, in epoch seconds."""
        scheduling = None if self.settings is None else self.settings.scheduling
        if scheduling is not None and scheduling.start_time:
            try:
                return datetime.strptime(scheduling.start_time, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()
            except ValueError:
                return self.view.created_at
        return self.view.created_at

    def rollout_plan(self, *, is_aws: bool) -> RolloutPlan | None:
        """The plan of the rollout; None until it is known how it was asked for and for how many."""
        count = self.target_count()
        if self.settings is None or not count:
            return None
        made_of = (count, self.settings.rollout, is_aws)
        if self.plan is None or self.plan[0] != made_of:  # walking ten thousand things takes some milliseconds
            self.plan = made_of, plan_rollout(count, self.settings.rollout, is_aws=is_aws)
        return self.plan[1]

    def abort_plan(self) -> AbortPlan | None:
        """What would abort it."""
        return None if self.settings is None else plan_abort(self.target_count(), self.settings.abort)


class JobsStore:
    """Jobs by id, newest first."""

    def __init__(self) -> None:
        self.entries: dict[str, JobEntry] = {}
        self.version = 0  # one more with each change
        self.chosen: str | None = None
        self.is_known = False  # the control plane has answered once
        self._planned: dict[str, int] = {}  # of jobs made here: for how many things

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def in_progress(self) -> int:
        """How many jobs are in progress."""
        return sum(entry.view.status == "IN_PROGRESS" for entry in self.entries.values())

    def chosen_entry(self) -> JobEntry | None:
        """The job that is looked at."""
        return self.entries.get(self.chosen or "")

    def planned(self, job_id: str, things: int | None) -> None:
        """A job was made here for so many things."""
        if things is not None:
            self._planned[job_id] = things

    def clear(self) -> None:
        """Forget everything: another control plane answers from now on."""
        self.entries, self.is_known, self.chosen = {}, False, None
        self._planned.clear()
        self.version += 1

    def take_list(self, views: Sequence[JobView]) -> None:
        """What ListJobs told; counters stay as they were last told."""
        before, self.entries = self.entries, {}
        for view in views:
            entry = before.get(view.job_id)
            if entry is None or entry.view.created_at != view.created_at:
                entry = JobEntry(view=view, things=self._planned.get(view.job_id))
            elif not view.counters:
                known = entry.view
                entry.view = _listed(view, known)
            self.entries[view.job_id] = entry
        self._planned = {job_id: count for job_id, count in self._planned.items() if job_id in self.entries}
        self.is_known = True
        self.version += 1

    def take_described(self, jobs: Sequence[DescribedJob]) -> None:
        """What DescribeJob told."""
        for job in jobs:
            entry = self.entries.get(job.view.job_id)
            if entry is None:
                continue
            entry.view, entry.settings = job.view, job.settings
            entry.described = (job.view.status, job.view.last_updated_at)
            targets = job.view.targets
            if entry.things is None and targets and all(":thing/" in target for target in targets):
                entry.things = len(targets)
        self.version += 1

    def take_executions(self, job_id: str, executions: list[ExecutionView], told_at: float) -> None:
        """What ListJobExecutionsForJob told of that moment of the endpoint's time."""
        if (entry := self.entries.get(job_id)) is None:
            return
        entry.executions = executions
        entry.first_executions = sum(view.execution_number == 1 for view in executions)
        entry.curves = curves(executions, entry.criteria)
        entry.has_executions = True
        entry.told_at = told_at
        entry.executions_version += 1
        self.version += 1

    def take_states(self, job_id: str, states: dict[tuple[str, int], ExecutionState]) -> None:
        """What DescribeJobExecution told of some."""
        if (entry := self.entries.get(job_id)) is not None:
            entry.states.update(states)
            entry.executions_version += 1
            self.version += 1


def _listed(view: JobView, known: JobView) -> JobView:
    """A view from ListJobs, with what only DescribeJob tells as it was last told."""
    return JobView(
        job_id=view.job_id,
        status=view.status,
        description=known.description,
        targets=known.targets,
        counters=known.counters,
        is_rolling_out=known.is_rolling_out and view.status == "IN_PROGRESS",
        created_at=view.created_at,
        last_updated_at=view.last_updated_at,
        completed_at=view.completed_at,
        comment=known.comment,
        reason_code=known.reason_code,
        in_progress_timeout_minutes=known.in_progress_timeout_minutes,
    )
