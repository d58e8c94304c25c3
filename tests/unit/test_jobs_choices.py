"""What AWS leaves open can be answered otherwise. Numbers are those of the questions of reference section 14."""

from dataclasses import fields
from typing import Any

import pytest

from simulator.errors import InputError
from simulator.jobs.choices import Choices, chosen
from simulator.jobs.configs import MaintenanceWindow, SchedulingConfig
from simulator.jobs.control import ControlError, NewJob
from simulator.jobs.stored import Job
from tests.support.jobs_desk import Desk
from tests.support.jobs_world import JobsWorld, jobs_world
from tests.support.virtual_time import in_virtual_time


@pytest.fixture
def desk() -> Desk:
    return Desk()


def assume(desk: Desk, **answers: str) -> None:
    desk.service.choices = Choices(**answers)


def test_answers_are_read_from_texts() -> None:
    assert chosen([]) == Choices()
    assert chosen(["unknown-thing=empty", "leaving=keep"]) == Choices(unknown_thing="empty", leaving="keep")


@pytest.mark.parametrize("text", ["colour=red", "unknown-thing=perhaps", "unknown-thing", ""])
def test_what_is_no_answer_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(InputError, match="--assume"):
        chosen([text])


def test_question_1_the_code_for_a_status_that_a_thing_may_not_set(desk: Desk) -> None:
    desk.create_job("j1")
    assert desk.rejected("j1/update", {"status": "CANCELED"})["code"] == "InvalidRequest"
    assume(desk, illegal_status="InvalidStateTransition")
    refused = desk.rejected("j1/update", {"status": "CANCELED"})
    assert (refused["code"], refused["executionState"]["status"]) == ("InvalidStateTransition", "QUEUED")


def test_question_2_whether_version_or_state_is_looked_at_first(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    wrong = {"status": "FAILED", "expectedVersion": 9}
    assert desk.rejected("j1/update", wrong)["code"] == "VersionMismatch"
    assume(desk, version_check="last")
    assert desk.rejected("j1/update", wrong)["code"] == "InvalidStateTransition"


def test_question_5_an_ended_execution_may_be_shown(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    assume(desk, describe_ended="show")
    assert desk.accepted("j1/get")["execution"]["status"] == "SUCCEEDED"


def test_question_4_the_code_for_an_update_of_an_ended_execution(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    assert desk.rejected("j1/update", {"status": "FAILED"})["code"] == "InvalidStateTransition"
    assume(desk, ended_update="TerminalStateReached")
    refused = desk.rejected("j1/update", {"status": "FAILED"})
    assert (refused["code"], refused["executionState"]["status"]) == ("TerminalStateReached", "SUCCEEDED")


def test_question_7_empty_status_details_may_be_none_at_all(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {"step": "one"}})
    assume(desk, empty_details="ignore")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {}})
    assert desk.execution("j1").status_details == {"step": "one"}
    assume(desk, empty_details="clear")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "statusDetails": {}})
    assert desk.execution("j1").status_details == {}


@pytest.mark.parametrize("tail", ["j1/update", "start-next"])
def test_question_8_line_breaks_in_status_details_may_be_refused(desk: Desk, tail: str) -> None:
    desk.create_job("j1")
    details = {"status": "IN_PROGRESS", "statusDetails": {"log": "one\ntwo"}}
    desk.accepted(tail, details)
    assume(desk, details_characters="strict")
    refused = desk.rejected(tail, details)
    assert (refused["code"], "statusDetails.log" in refused["message"]) == ("InvalidRequest", True)
    desk.accepted(tail, {"status": "IN_PROGRESS", "statusDetails": {"log": "one two"}})


def test_question_12_an_update_without_a_step_timeout_may_end_the_step_timer(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "stepTimeoutInMinutes": 5})
    desk.accepted("j1/update", {"status": "IN_PROGRESS"})
    assert desk.execution("j1").deadline == desk.now + 300
    assume(desk, step_timer="cancel")
    desk.accepted("j1/update", {"status": "IN_PROGRESS"})
    assert desk.execution("j1").deadline is None
    desk.accepted("j1/update", {"status": "IN_PROGRESS", "stepTimeoutInMinutes": 6})
    assert desk.execution("j1").deadline == desk.now + 360


def test_question_16_an_execution_number_with_next_may_be_refused(desk: Desk) -> None:
    desk.create_job("j1")
    assert desk.accepted("$next/get", {"executionNumber": 9})["execution"]["jobId"] == "j1"
    assume(desk, next_number="refuse")
    assert desk.rejected("$next/get", {"executionNumber": 9})["code"] == "InvalidRequest"
    assert desk.accepted("$next/get")["execution"]["jobId"] == "j1"
    assert desk.accepted("j1/get", {"executionNumber": 1})["execution"]["executionNumber"] == 1


def test_question_10_the_service_may_keep_the_version(desk: Desk) -> None:
    assume(desk, service_version="keep")
    desk.create_job("j1")
    desk.do(lambda control, now: control.cancel("j1", now))
    assert (desk.execution("j1").status, desk.execution("j1").version_number) == ("CANCELED", 1)


def test_question_11_start_next_may_set_the_step_timer_of_what_is_in_progress(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("start-next")
    step = {"stepTimeoutInMinutes": 5}
    assert "approximateSecondsBeforeTimedOut" not in desk.accepted("start-next", step)["execution"]
    assume(desk, start_next_timer="set")
    assert desk.accepted("start-next", step)["execution"]["approximateSecondsBeforeTimedOut"] == 300
    assert desk.execution("j1").deadline == desk.now + 300


def test_question_13_an_unknown_thing_may_have_empty_lists(desk: Desk) -> None:
    assert desk.rejected("get", thing="stranger")["code"] == "ResourceNotFound"
    assume(desk, unknown_thing="empty")
    assert desk.accepted("get", thing="stranger")["queuedJobs"] == []


def test_question_22_cancelling_an_ended_job_may_be_no_error(desk: Desk) -> None:
    desk.create_job("j1")
    desk.accepted("j1/update", {"status": "SUCCEEDED"})
    with pytest.raises(ControlError, match="InvalidRequestException"):
        desk.do(lambda control, now: control.cancel("j1", now))
    assume(desk, cancel_ended="accept")
    desk.do(lambda control, now: control.cancel("j1", now))
    assert desk.control.job("j1").status == "COMPLETED"


async def world_with(world: JobsWorld, **answers: str) -> JobsWorld:
    world.service.assume(Choices(**answers))
    return world


@in_virtual_time
async def test_question_18_a_thing_may_keep_what_is_in_progress_when_it_leaves() -> None:
    async with jobs_world() as world:
        await world_with(world, leaving="keep")
        await world.create_continuous("j1", await world.add_group("g", "a", "b"))
        await world.report("a", "j1", "IN_PROGRESS")
        for name in "ab":
            await world.leave(name, "g")
        assert world.executions("j1") == [("a", 1, "IN_PROGRESS"), ("b", 1, "REMOVED")]


@in_virtual_time
async def test_question_19_a_deleted_things_executions_may_be_deleted() -> None:
    async with jobs_world() as world:
        await world_with(world, deleted_thing="delete")
        await world.create("j1", "t")
        await world.service.delete_thing("t")
        assert (world.executions("j1"), world.job("j1").status) == ([], "COMPLETED")


@in_virtual_time
async def test_question_20_the_same_job_again_may_be_no_error() -> None:
    async with jobs_world() as world:
        await world_with(world, same_job="accept")
        await world.create("j1", "t")
        await world.create("j1", "t")
        with pytest.raises(ControlError, match="ResourceAlreadyExistsException"):
            await world.create("j1", "t", description="another")
        assert world.executions("j1") == [("t", 1, "QUEUED")]


@in_virtual_time
async def test_question_21_a_target_that_is_not_there_may_be_a_bad_request() -> None:
    async with jobs_world() as world:
        nobody = "arn:aws:iot:us-east-1:123456789012:thing/nobody"
        with pytest.raises(ControlError, match="ResourceNotFoundException"):
            await world.create("j1", targets=(nobody,))
        await world_with(world, unknown_target="invalid")
        with pytest.raises(ControlError, match="InvalidRequestException"):
            await world.create("j1", targets=(nobody,))


@in_virtual_time
async def test_question_23_a_snapshot_of_nobody_may_wait() -> None:
    async with jobs_world() as world:
        group = await world.add_group("g")
        await world.create("done", targets=(group,))
        await world_with(world, empty_job="wait")
        await world.create("waits", targets=(group,))
        assert (world.job("done").status, world.job("waits").status) == ("COMPLETED", "IN_PROGRESS")


@in_virtual_time
async def test_a_thing_with_a_scheduled_job_is_shown_fifteen_executions() -> None:
    async with jobs_world() as world:
        for number in range(16):
            await world.create(f"j{number}", "t")
        listed: Any = world.told[-1][1]["jobs"]["QUEUED"]
        assert len(listed) == 10
        always = SchedulingConfig(
            maintenance_windows=(MaintenanceWindow(start_time="* * * * ?", duration_in_minutes=9),)
        )
        await world.create("scheduled", "t", scheduling_config=always)
        listed = world.told[-1][1]["jobs"]["QUEUED"]
        assert len(listed) == 15


def test_a_new_job_is_compared_in_all_that_it_says() -> None:
    assert {each.name for each in fields(NewJob)} <= set(Job.__struct_fields__)
