"""The transition table says what AWS's page says."""

import itertools

from simulator.jobs.model import JobStatus
from simulator.jobs.transitions import BY_SERVICE, PENDING, TERMINAL, thing_may


def test_a_thing_moves_pending_executions_to_the_four_statuses_it_may_set_and_nothing_else() -> None:
    allowed = {(a, b) for a, b in itertools.product(JobStatus, JobStatus) if thing_may(a, b)}
    assert allowed == {
        (before, after)
        for before in ("QUEUED", "IN_PROGRESS")
        for after in ("IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED")
    }


def test_every_status_is_pending_or_terminal() -> None:
    assert set(JobStatus) == PENDING | TERMINAL
    assert {status for status in JobStatus if status.is_terminal} == TERMINAL


def test_the_service_never_times_out_a_queued_execution_nor_leaves_a_terminal_one() -> None:
    assert JobStatus.TIMED_OUT not in BY_SERVICE[JobStatus.QUEUED]
    assert set(BY_SERVICE) == PENDING
