"""The jobs of a run under way: created when their time has come, and asked about until nothing of them will change."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from simulator.assertions_watch import JobTimes
from simulator.clock import Clock
from simulator.fleet_registry import FleetRegistry
from simulator.jobs.model import JobStatus
from simulator.marker import marked
from simulator.operator import Operator
from simulator.operator_views import JobView
from simulator.run_jobs import JobPlan
from simulator.run_plan import Plan, never_starts
from simulator.verdict import Wanted

OVER: Final = ("COMPLETED", "CANCELED", "DELETION_IN_PROGRESS")


class JobsOfRun:
    """The jobs of one run, under the ids `job_ids`, in the order of `plan.jobs`. `clock` is a real one."""

    def __init__(self, plan: Plan, job_ids: Sequence[str], clock: Clock) -> None:
        self._plan = plan
        self._jobs: dict[str, JobPlan] = dict(zip(job_ids, plan.jobs, strict=True))
        self._clock = clock
        self._began: float | None = None
        self._left = dict.fromkeys(self._jobs)
        self._in_vain: dict[str, int] | None = None
        self.made: list[str] = []
        self.made_at: dict[str, float] = {}
        self.views: dict[str, JobView] = {}

    # --- time -------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Let second 0 be now."""
        self._began = self._clock.now()

    @property
    def began(self) -> float | None:
        """When second 0 was, by the clock; None before it."""
        return self._began

    @property
    def seconds(self) -> float:
        """Simulated seconds since second 0, 0 before it."""
        return 0.0 if self._began is None else (self._clock.now() - self._began) * self._plan.options.time_scale

    def times(self, views: Mapping[str, JobView] | None = None) -> dict[str, JobTimes]:
        """Return when the jobs were created and aborted, as far as that is known.

        With `views` by the service's dates: second 0 is when its first job was created, less the `at` of that job.
        """
        if views:
            created = {job_id: view.created_at for job_id, view in views.items() if view.created_at is not None}
            if len(created) == len(views):
                first = min(at - self._jobs[job_id].at for job_id, at in created.items())
                return {
                    job_id: JobTimes(created=at - first, aborted=_aborted(views[job_id], first))
                    for job_id, at in created.items()
                }
        return {
            job_id: JobTimes(
                created=at, aborted=self.seconds if job_id in self.views and _is_aborted(self.views[job_id]) else None
            )
            for job_id, at in self.made_at.items()
        }

    # --- making -----------------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many executions there are to be."""
        return sum(len(self._plan.targets_of(job)) for job in self._jobs.values())

    @property
    def wanted(self) -> dict[str, Wanted]:
        """Who is to have an execution of which job."""
        return {
            job_id: Wanted(frozenset(self._plan.targets_of(job)), job.may_abort) for job_id, job in self._jobs.items()
        }

    async def create(self, operator: Operator, registry: FleetRegistry, on_made: Callable[[int, int], None]) -> None:
        """Create each job when its time has come."""
        scale = self._plan.options.time_scale
        for number, (job_id, job) in enumerate(self._jobs.items()):
            on_made(number, len(self._jobs))
            await asyncio.sleep((job.at - self.seconds) / scale if job.at > self.seconds else 0)
            targets = [registry.group_arn(job.target_group)] if job.target_group else self._plan.targets_of(job)
            at = self.seconds
            await operator.create_job(
                job_id,
                targets,
                job.document,
                in_progress_timeout_minutes=job.in_progress_timeout_minutes,
                description=job.description or "made by thing-simulator",
                members=job.wire,
                group_attributes=marked({}, self._plan.run_id),
            )
            self.made_at[job_id] = at
            self.made.append(job_id)
        on_made(len(self._jobs), len(self._jobs))

    # --- settling ---------------------------------------------------------------------------------------------------

    @property
    def is_settled(self) -> bool:
        """Whether nothing of any job will change any more, as far as the service was asked."""
        return not self._left

    async def ask(self, operator: Operator) -> None:
        """Ask the service how the jobs stand that were made and are not over."""
        for job_id in [job_id for job_id in self._left if job_id in self.made_at]:
            view = self.views[job_id] = await operator.describe_job(job_id)
            if _is_settled(view, len(self._plan.targets_of(self._jobs[job_id])), self._waits_in_vain(job_id)):
                del self._left[job_id]

    def unfinished(self, has_ended: Callable[[str, str], bool]) -> set[str]:
        """Return the things with an execution left in the jobs that were made; `has_ended(thing, job)` tells."""
        return {
            name
            for job_id in self._left
            if job_id in self.made_at
            for name in self._plan.targets_of(self._jobs[job_id])
            if not has_ended(name, job_id)
        }

    def _waits_in_vain(self, job_id: str) -> int:
        """Return how many executions of a job no thing will ever take up, as their scenarios say."""
        if self._in_vain is None:
            self._in_vain = {}
            attempts: dict[str, int] = {}
            for each, job in self._jobs.items():
                names = set(self._plan.targets_of(job))
                specs = [spec for spec in self._plan.specs if spec.name in names]
                for spec in specs:
                    attempts[spec.name] = attempts.get(spec.name, 0) + 1
                self._in_vain[each] = sum(
                    never_starts(self._plan.scenarios[spec.scenario], spec, attempts[spec.name], job.document)
                    for spec in specs
                )
        return self._in_vain[job_id]


def _is_settled(job: JobView, things: int, waits_in_vain: int) -> bool:
    """Whether nothing will change any more: all ended, or only what no thing will ever take up is left."""
    if job.status in OVER:
        return job.counters.get(JobStatus.IN_PROGRESS, 0) == 0
    return not job.is_rolling_out and job.executions >= things and job.executions - job.ended <= waits_in_vain


def _is_aborted(view: JobView) -> bool:
    return view.status == "CANCELED"


def _aborted(view: JobView, first: float) -> float | None:
    if not _is_aborted(view):
        return None
    at = view.completed_at or view.last_updated_at
    return None if at is None else at - first
