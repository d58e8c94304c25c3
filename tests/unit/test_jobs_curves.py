"""Curves of a job's reality, made of its executions' times."""

from simulator.jobs.configs import AbortAction, AbortCriteria, FailureType
from simulator.jobs.model import JobStatus as S
from simulator.operator_views import ExecutionView
from ui.jobs_curves import MOST_POINTS, Curve, curve, curves


def view(thing: str, status: S, queued: float, *, number: int = 1, started: bool = True) -> ExecutionView:
    return ExecutionView(
        thing_name=thing,
        job_id="j",
        status=status,
        execution_number=number,
        queued_at=queued,
        started_at=queued + 1 if started else None,
        last_updated_at=queued + 5,
    )


CRITERIA = AbortCriteria(
    failure_type=FailureType.FAILED, action=AbortAction.CANCEL, threshold_percentage=50, min_number_of_executed_things=2
)


def test_a_curve_steps_up_at_each_moment_in_order() -> None:
    made = curve([3.0, 1.0, 2.0])
    assert made == Curve((1.0, 2.0, 3.0), (1.0, 2.0, 3.0))
    assert [made.at(moment) for moment in (0.5, 1.0, 2.5, 99.0)] == [0.0, 1.0, 2.0, 3.0]
    assert Curve().last == 0.0


def test_a_curve_of_ten_thousand_has_few_points_and_the_last_count() -> None:
    made = curve(float(number) for number in range(10_000))
    assert len(made.times) <= MOST_POINTS + 1
    assert (made.times[-1], made.last) == (9999.0, 10_000.0)


def test_things_count_once_as_notified_and_started_and_every_end_counts() -> None:
    made = curves(
        [
            view("a", S.FAILED, 10.0),
            view("a", S.SUCCEEDED, 20.0, number=2),
            view("b", S.QUEUED, 11.0, started=False),
            view("c", S.CANCELED, 12.0),
        ]
    )
    assert (made.notified.last, made.started.last, made.succeeded.last, made.failed.last) == (3, 2, 1, 1)
    assert made.newest == 25.0


def test_the_limit_rises_with_what_was_executed_and_only_the_criterions_failures_count() -> None:
    made = curves(
        [
            view("a", S.FAILED, 0.0),
            view("b", S.REJECTED, 1.0),
            view("c", S.SUCCEEDED, 2.0),
            view("d", S.TIMED_OUT, 3.0),
            view("e", S.CANCELED, 4.0),
        ],
        CRITERIA,
    )
    assert made.failed.last == 1
    assert made.limit.counts == (1.0, 1.0, 2.0, 2.0)  # of at least two, of 2, 3 and 4 executed
    assert curves([view("b", S.REJECTED, 1.0)]).failed.last == 1
