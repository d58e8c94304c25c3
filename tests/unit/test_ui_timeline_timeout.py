"""The countdown: which deadline an execution has, by nothing but what its thing sent and heard."""

import json
from typing import Any

import pytest

from simulator.feed import Direction, MessageRecord, ThingSnapshot
from simulator.jobs.model import JobStatus as S
from ui.timeline_timeout import Deadline, TimeoutWatch

ROOT = "$aws/things/pump-07/jobs"


def message(at: float, direction: Direction, tail: str, **body: Any) -> MessageRecord:
    return MessageRecord(at=at, direction=direction, topic=f"{ROOT}/{tail}", payload=json.dumps(body).encode())


def began(at: float, seconds: int | None = None, number: int = 1) -> list[MessageRecord]:
    execution: dict[str, Any] = {"jobId": "fw-1", "status": "IN_PROGRESS", "executionNumber": number}
    if seconds is not None:
        execution["approximateSecondsBeforeTimedOut"] = seconds
    return [message(at, Direction.IN, "start-next/accepted", execution=execution, clientToken="a")]


def step(at: float, minutes: int, token: str, answer: str = "accepted") -> list[MessageRecord]:
    return [
        message(
            at, Direction.OUT, "fw-1/update", status="IN_PROGRESS", stepTimeoutInMinutes=minutes, clientToken=token
        ),
        message(at + 1, Direction.IN, f"fw-1/update/{answer}", clientToken=token),
    ]


def thing(status: S = S.IN_PROGRESS, number: int = 1) -> ThingSnapshot:
    return ThingSnapshot(name="pump-07", status=status, job_id="fw-1", execution_number=number)


def test_without_a_timer_there_is_no_deadline() -> None:
    assert TimeoutWatch().deadline(began(100), thing()) is None


def test_the_jobs_timeout_is_what_the_answer_said() -> None:
    assert TimeoutWatch().deadline(began(100, 600), thing()) == Deadline(100, 700, is_step=False)


def test_a_clock_that_is_faster_is_up_sooner() -> None:
    watch = TimeoutWatch()
    watch.time_scale = 8.0
    assert watch.deadline(began(100, 600), thing()) == Deadline(100, 175, is_step=False)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (5, Deadline(111, 411, is_step=True)),
        (9, Deadline(111, 651, is_step=True)),
        (20, Deadline(100, 700, is_step=False)),
    ],
)
def test_the_earlier_of_both_deadlines_counts(minutes: int, expected: Deadline) -> None:
    assert TimeoutWatch().deadline([*began(100, 600), *step(110, minutes, "b")], thing()) == expected


def test_a_step_timer_is_replaced_and_cleared_by_updates_that_were_accepted() -> None:
    watch = TimeoutWatch()
    log = [*began(100), *step(110, 5, "b")]
    assert watch.deadline(log, thing()) == Deadline(111, 411, is_step=True)
    log += step(200, 1, "c", answer="rejected")
    assert watch.deadline(log, thing()) == Deadline(111, 411, is_step=True)
    log += step(300, 7, "d")
    assert watch.deadline(log, thing()) == Deadline(301, 721, is_step=True)
    log += step(400, -1, "e")
    assert watch.deadline(log, thing()) is None


def test_what_the_ring_has_dropped_is_remembered_for_its_execution_alone() -> None:
    watch = TimeoutWatch()
    assert watch.deadline(began(100, 600), thing()) is not None
    assert watch.deadline([], thing()) == Deadline(100, 700, is_step=False)
    assert watch.deadline([], thing(S.FAILED)) is None
    assert watch.deadline([], thing(number=2)) is None
    assert watch.deadline(began(900, 60, number=2), thing(number=2)) == Deadline(900, 960, is_step=False)


@pytest.mark.parametrize(
    "payload", [b"", b"stepTimeoutInMinutes", b'{"execution": 7, "approximateSecondsBeforeTimedOut": 1}']
)
def test_no_payload_is_too_strange(payload: bytes) -> None:
    told = MessageRecord(at=1, direction=Direction.IN, topic=f"{ROOT}/start-next/accepted", payload=payload)
    assert TimeoutWatch().deadline([told], thing()) is None


def test_the_share_that_is_left_goes_from_one_to_nothing() -> None:
    deadline = Deadline(100, 200, is_step=True)
    assert [deadline.share_left(now) for now in (90, 100, 150, 200, 300)] == [1, 1, 0.5, 0, 0]
    assert Deadline(100, 100, is_step=True).share_left(100) == 0
