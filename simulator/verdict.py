"""Was an execution as its scenario says, and does the thing believe what the service has stored? One row each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from simulator.fleet import ThingSpec
from simulator.jobs.model import JobStatus
from simulator.operator_views import ExecutionView
from simulator.report import ExecutionRow
from simulator.scenario.plan import Scenario
from simulator.watch import Belief

UNHEARD_OF: Final = frozenset({JobStatus.QUEUED, JobStatus.CANCELED, JobStatus.REMOVED})
"""Statuses that an execution may have without its thing ever having heard of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to have an execution of a job, and how executions may end beside what scenarios say."""

    names: frozenset[str]
    may_abort: bool = False

    @property
    def also(self) -> frozenset[JobStatus]:
        """The service cancels what is queued when it aborts a job; that is no thing's doing."""
        return frozenset({JobStatus.CANCELED}) if self.may_abort else frozenset()


def judge(
    view: ExecutionView,
    spec: ThingSpec,
    scenario: Scenario,
    belief: Belief | None,
    version_stored: int | None,
    created_at: float | None,
    also: frozenset[JobStatus] = frozenset(),
) -> ExecutionRow:
    """Return the row of an execution as the service lists it; `version_stored` None if it was not asked for.

    `created_at` is when its job was created, by the service's clock; `also` are ends that the job allows.
    """
    expected = sorted(scenario.possible_ends | also, key=list(JobStatus).index)
    notes = []
    if view.status not in expected:
        notes.append(f"it is {view.status}; the scenario ends in {' or '.join(expected)}")
    notes.extend(_differences(view, belief, version_stored))
    return ExecutionRow(
        thing=view.thing_name,
        scenario=spec.scenario,
        seed=spec.seed,
        job_id=view.job_id,
        execution_number=view.execution_number,
        status_believed=belief.status if belief else None,
        status_stored=view.status,
        version_believed=belief.version if belief else 0,
        version_stored=version_stored,
        expected=expected,
        as_expected=not notes,
        note="; ".join(notes),
        queued_after_seconds=_since(created_at, view.queued_at),
        started_after_seconds=_since(created_at, view.started_at),
        ended_after_seconds=_since(created_at, view.last_updated_at) if view.status.is_terminal else None,
    )


def _since(created_at: float | None, at: float | None) -> float | None:
    """Return the seconds between; not below 0, since AWS rounds dates to seconds."""
    return None if created_at is None or at is None else round(max(0.0, at - created_at), 3)


def agrees(view: ExecutionView, belief: Belief | None) -> bool:
    """Whether the thing believes the status that is stored."""
    return view.status in UNHEARD_OF if belief is None else belief.status is view.status


def _differences(view: ExecutionView, belief: Belief | None, version_stored: int | None) -> list[str]:
    if not agrees(view, belief):
        believed = f"believes {belief.status}" if belief else "never heard of it"
        return [f"the thing {believed}, the service has {view.status}"]
    if belief is not None and version_stored is not None and belief.version != version_stored:
        return [f"the thing believes version {belief.version}, the service has {version_stored}"]
    return []


def missing(spec: ThingSpec, scenario: Scenario, job_id: str, belief: Belief | None) -> ExecutionRow:
    """Return the row of an execution that should be there and is not in the service's list."""
    return ExecutionRow(
        thing=spec.name,
        scenario=spec.scenario,
        seed=spec.seed,
        job_id=job_id,
        execution_number=0,
        status_believed=belief.status if belief else None,
        status_stored=None,
        version_believed=belief.version if belief else 0,
        version_stored=None,
        expected=sorted(scenario.possible_ends, key=list(JobStatus).index),
        as_expected=False,
        note="the service has no execution of this job for the thing",
    )


def rows_of(
    views: Mapping[str, list[ExecutionView]],
    specs: Mapping[str, ThingSpec],
    scenarios: Mapping[str, Scenario],
    beliefs: Mapping[tuple[str, str, int], Belief],
    versions: Mapping[tuple[str, str, int], int],
    created_at: Mapping[str, float | None],
    wanted: Mapping[str, Wanted] | None = None,
) -> list[ExecutionRow]:
    """Return the rows of all jobs. Things of other fleets are left out.

    `views` maps a job id to the service's list, `created_at` to when the job was created, by the service's clock,
    `wanted` to who is to have an execution (None: everybody). A job that was aborted may not have come to all of them.
    """
    everybody = Wanted(frozenset(specs))
    rows: list[ExecutionRow] = []
    for job_id, listed in views.items():
        seen = set()
        job = everybody if wanted is None else wanted[job_id]
        for view in listed:
            spec = specs.get(view.thing_name)
            if spec is None:
                continue
            seen.add(spec.name)
            key = view.thing_name, job_id, view.execution_number
            belief, version = beliefs.get(key), versions.get(key)
            rows.append(judge(view, spec, scenarios[spec.scenario], belief, version, created_at[job_id], job.also))
        rows.extend(
            missing(spec, scenarios[spec.scenario], job_id, beliefs.get((name, job_id, 1)))
            for name, spec in specs.items()
            if name not in seen and name in job.names and not job.may_abort
        )
    return rows


def believed_rows_of(
    job_ids: Iterable[str],
    specs: Mapping[str, ThingSpec],
    scenarios: Mapping[str, Scenario],
    beliefs: Mapping[tuple[str, str, int], Belief],
    targets: Mapping[str, Wanted] | None = None,
) -> list[ExecutionRow]:
    """Return the rows of all jobs from what things believe alone, where the service cannot be asked.

    A thing believes an end only after the service accepted it, so one that the scenario allows is as expected.
    """
    wanted = set(job_ids)
    found: dict[tuple[str, str, int], Belief | None] = {key: one for key, one in beliefs.items() if key[1] in wanted}
    heard_of = {key[:2] for key in found}
    found |= {
        (name, job_id, 1): None
        for job_id in wanted
        for name in (specs if targets is None else targets[job_id].names)
        if (name, job_id) not in heard_of
    }
    return [_believed(specs[key[0]], scenarios[specs[key[0]].scenario], key, belief) for key, belief in found.items()]


def _believed(spec: ThingSpec, scenario: Scenario, key: tuple[str, str, int], belief: Belief | None) -> ExecutionRow:
    has_ended = belief is not None and belief.status.is_terminal and belief.status in scenario.possible_ends
    what = f"the thing believes {belief.status}" if belief else "the thing never heard of it"
    return ExecutionRow(
        thing=spec.name,
        scenario=spec.scenario,
        seed=spec.seed,
        job_id=key[1],
        execution_number=key[2],
        status_believed=belief.status if belief else None,
        status_stored=None,
        version_believed=belief.version if belief else 0,
        version_stored=None,
        expected=sorted(scenario.possible_ends, key=list(JobStatus).index),
        as_expected=has_ended,
        note="" if has_ended else f"{what}, the service could not be asked",
    )
