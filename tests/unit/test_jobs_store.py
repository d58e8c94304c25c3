"""What the jobs page keeps: lists that do not lose counters, plans, and whom to ask next."""

from simulator.jobs.configs import RolloutConfig
from simulator.jobs.model import JobStatus as S
from simulator.operator_jobs import DescribedJob, JobSettings
from simulator.operator_views import JobView
from ui.jobs_store import JobsStore

SETTINGS = JobSettings(rollout=RolloutConfig(maximum_per_minute=60))


def listed(job_id: str, status: str = "IN_PROGRESS", changed: float = 1.0) -> JobView:
    return JobView(job_id=job_id, status=status, created_at=1.0, last_updated_at=changed)


def described(job_id: str, status: str = "IN_PROGRESS", changed: float = 1.0, targets: int = 3) -> DescribedJob:
    view = JobView(
        job_id=job_id,
        status=status,
        created_at=1.0,
        last_updated_at=changed,
        targets=tuple(f"arn:aws:iot:r:1:thing/{number}" for number in range(targets)),
        counters={S.QUEUED: 1, S.SUCCEEDED: 1},
    )
    return DescribedJob(view=view, settings=SETTINGS)


def test_a_list_without_counters_leaves_those_that_were_described() -> None:
    store = JobsStore()
    store.take_list([listed("a")])
    assert store.entries["a"].is_stale
    store.take_described([described("a"), described("gone")])
    store.take_list([listed("a", "COMPLETED", 2.0)])
    entry = store.entries["a"]
    assert (entry.view.status, entry.view.counters[S.SUCCEEDED], entry.waiting) == ("COMPLETED", 1, 1)
    assert entry.is_stale  # it has changed since
    store.take_described([described("a", "COMPLETED", 2.0)])
    assert not store.entries["a"].is_stale
    store.take_list([])
    assert len(store) == 0


def test_a_job_made_again_under_its_id_starts_anew() -> None:
    store = JobsStore()
    store.take_list([listed("a")])
    store.take_described([described("a")])
    again = JobView(job_id="a", status="IN_PROGRESS", created_at=9.0, last_updated_at=9.0)
    store.take_list([again])
    assert store.entries["a"].settings is None
    assert store.entries["a"].view.counters == {}


def test_the_plan_is_for_the_targets_or_for_those_it_was_made_for() -> None:
    store = JobsStore()
    store.planned("b", 310)
    store.take_list([listed("a"), listed("b")])
    store.take_described([described("a"), described("b", targets=0)])
    plans = [store.entries[job_id].rollout_plan(is_aws=False) for job_id in ("a", "b")]
    assert [plan.things if plan else None for plan in plans] == [3, 310]


def test_executions_of_a_job_that_is_gone_are_dropped() -> None:
    store = JobsStore()
    store.take_executions("gone", [], 1.0)
    store.take_states("gone", {})
    assert store.entries == {}


def test_a_scheduled_start_is_where_the_plan_begins() -> None:
    import dataclasses

    from simulator.jobs.configs import SchedulingConfig

    store = JobsStore()
    store.take_list([listed("a", "SCHEDULED")])
    settings = dataclasses.replace(SETTINGS, scheduling=SchedulingConfig(start_time="1970-01-02 00:00"))
    store.take_described([dataclasses.replace(described("a", "SCHEDULED"), settings=settings)])
    assert store.entries["a"].begins_at() == 86_400.0
