"""A thing between its scenario and an honest jobs service, in virtual time."""

import asyncio
import itertools
import json
from collections.abc import Callable

import pytest

from simulator.feed import Activity, Direction
from simulator.fleet import StepAction
from simulator.jobs.model import ErrorCode, JobStatus
from simulator.transport.base import Link
from tests.support.stage import SUCCESS, Stage, on_stage, scenario
from tests.support.virtual_time import in_virtual_time, until

AT_ONCE = "{name: at-once, steps: [{name: work, duration: 0}], end: SUCCEEDED}"
REJECTS = """
name: rejects
start: describe
end: {status: REJECTED, reason: battery low}
"""
SILENT = "{name: silent, steps: [{name: work, duration: 5}], end: silence}"


# --- all goes well ----------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_job_is_taken_walked_and_succeeds_with_the_version_sent_each_time() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 7)
        updates = stage.service.updates()
        assert [update["expectedVersion"] for update in updates] == list(range(2, 7))
        assert [update["status"] for update in updates] == ["IN_PROGRESS"] * 4 + ["SUCCEEDED"]
        assert not any("executionNumber" in update for update in updates)  # only where the scenario says so
        assert stage.service.tails()[:2] == ["start-next", "start-next"]
        assert stage.shown.rejects == 0


@in_virtual_time
async def test_the_snapshot_tells_step_progress_and_firmware_while_and_after_working() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t", document='{"version": "2.4.0"}')
        await stage.progressed(25)
        shown = stage.shown
        assert (shown.step, shown.progress, shown.activity) == ("download", 25, Activity.WORKING)
        assert (shown.firmware, shown.target_firmware, shown.status) == ("1.0.0", "2.4.0", JobStatus.IN_PROGRESS)
        assert (shown.job_id, shown.execution_number, shown.pending) == ("j1", 1, 1)
        await stage.ended()
        await until(lambda: stage.shown.pending == 0)
        shown = stage.shown
        assert (shown.firmware, shown.target_firmware, shown.firmware_warning) == ("2.4.0", "", False)
        assert (shown.progress, shown.link, shown.scenario) == (100, Link.ONLINE, "success")
        assert stage.acks
        assert shown.ack_ms == stage.acks[-1] >= 0
        assert shown.updated_at > 1_600_000_000


@in_virtual_time
async def test_a_success_with_another_firmware_than_the_target_warns() -> None:
    text = '{name: liar, end: {status: SUCCEEDED, status_details: {firmware: "1.9.9"}}}'
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t", document='{"version": "2.4.0"}')
        await stage.ended()
        assert (stage.shown.firmware, stage.shown.firmware_warning) == ("1.9.9", True)
        stage.thing.assign(scenario(AT_ONCE))
        stage.service.create_job("j2", "t", document='{"version": "2.4.0"}')
        await stage.ended("j2")
        assert (stage.shown.firmware, stage.shown.firmware_warning) == ("2.4.0", False)


@in_virtual_time
async def test_a_failure_leaves_the_firmware_as_it_was() -> None:
    async with on_stage("{name: fails, end: {status: FAILED, reason: checksum}}") as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        shown = stage.shown
        assert (shown.status, shown.details, shown.firmware) == (JobStatus.FAILED, "checksum", "1.0.0")
        assert (shown.target_firmware, shown.firmware_warning) == ("", False)


@in_virtual_time
async def test_a_queued_execution_is_rejected_without_being_started() -> None:
    async with on_stage(REJECTS) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert stage.status() == (JobStatus.REJECTED, 2)
        assert stage.shown.details == "battery low"
        assert stage.service.tails() == ["$next/get", "$next/get", "get", "j1/update"]


@in_virtual_time
async def test_the_first_report_of_the_describe_flow_starts_the_execution() -> None:
    async with on_stage("{name: d, start: describe, steps: [{name: w, duration: 5}], end: SUCCEEDED}") as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert stage.statuses() == ["IN_PROGRESS", "SUCCEEDED"]
        assert stage.status() == (JobStatus.SUCCEEDED, 3)
        nodes = [(node.status, node.version) for node in stage.thing.detail().timeline]
        assert nodes == [(JobStatus.QUEUED, 1), (JobStatus.IN_PROGRESS, 2), (JobStatus.SUCCEEDED, 3)]


@in_virtual_time
async def test_jobs_are_taken_one_after_the_other_in_the_order_they_were_queued() -> None:
    async with on_stage() as stage:
        for number in (1, 2, 3):
            stage.service.create_job(f"j{number}", "t")
        await until(lambda: stage.shown.pending == 3)
        await stage.ended("j3")
        nodes = [node.job_id for node in stage.thing.detail().timeline if node.status is JobStatus.SUCCEEDED]
        assert nodes == ["j1", "j2", "j3"]
        assert stage.shown.rejects == 0
        starts = [tail for tail in stage.service.tails() if tail == "start-next"]
        assert len(starts) == 4, "one when it came, then one for each job that notify-next told of"


@in_virtual_time
async def test_a_job_that_waited_before_the_thing_came_is_taken_and_the_others_are_counted() -> None:
    stage = Stage(SUCCESS)
    stage.service.create_job("j1", "t")
    stage.service.create_job("j2", "t")
    async with stage.running():
        await until(lambda: stage.shown.pending == 2)
        await stage.ended("j2")


@in_virtual_time
async def test_the_next_job_is_asked_for_if_no_notification_tells_of_it() -> None:
    async with on_stage(request_timeout_seconds=10.0) as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(0)
        await until(lambda: stage.shown.status is JobStatus.IN_PROGRESS)
        stage.service.keeps_notifications = True
        stage.service.create_job("j2", "t")
        await stage.ended("j2")


@in_virtual_time
async def test_an_announced_job_that_is_not_there_yet_is_asked_for_again() -> None:
    async with on_stage(AT_ONCE) as stage:
        stage.service.create_job("j1", "other")
        topic = "$aws/things/t/jobs/notify-next"
        execution = {"jobId": "j2", "status": "QUEUED", "queuedAt": 1, "lastUpdatedAt": 1, "versionNumber": 1}
        told = {"timestamp": 2_000_000_000, "execution": {**execution, "executionNumber": 1}}
        stage.service.broker.publish(topic, json.dumps(told).encode())
        await until(lambda: stage.service.tails().count("start-next") == 2)
        stage.service.keeps_notifications = True
        stage.service.create_job("j2", "t")
        await stage.ended("j2")


@in_virtual_time
async def test_waits_take_simulated_time() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        before = stage.clock.now()
        await stage.ended()
        assert stage.clock.now() - before == pytest.approx(25.0, abs=0.2)


@in_virtual_time
async def test_an_execution_left_waiting_on_purpose_stays_queued_until_another_scenario_takes_it() -> None:
    async with on_stage("{name: idle, start: none, end: silence}") as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.status is JobStatus.QUEUED)
        await asyncio.sleep(3600)
        assert stage.status() == (JobStatus.QUEUED, 1)
        assert stage.service.updates() == []
        stage.thing.assign(scenario(AT_ONCE))
        await until(lambda: stage.status()[0] is JobStatus.SUCCEEDED)


@pytest.mark.parametrize("asks", ["$next/get", "j1/get"])
@in_virtual_time
async def test_a_scenario_assigned_while_the_thing_asks_where_it_stands_takes_the_waiting_execution(asks: str) -> None:
    async with on_stage("{name: idle, start: none, end: silence}") as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.status is JobStatus.QUEUED)
        await until(lambda: stage.service.tails()[-1] == "get")
        stage.service.before_next = lambda: stage.thing.assign(scenario(AT_ONCE))
        if asks == "$next/get":
            stage.service.broker.take_down()
            stage.service.broker.bring_up()
        else:  # a false alarm
            stage.service.broker.publish("$aws/things/t/jobs/notify", b'{"timestamp": 9000000000, "jobs": {}}')
        await until(lambda: stage.service.tails().count(asks) == 1 + (asks == "$next/get"))
        await until(lambda: stage.shown.status is JobStatus.SUCCEEDED)
        assert stage.shown.firmware == "2.4.0"


@in_virtual_time
async def test_an_assigned_scenario_counts_from_the_next_execution_on() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.assign(scenario("{name: fails, end: FAILED}"))
        assert (stage.shown.scenario, stage.shown.scenario_overridden) == ("fails", True)
        stage.thing.assign(scenario(SUCCESS))  # its own again, as an undo gives it
        assert not stage.shown.scenario_overridden
        stage.thing.assign(scenario("{name: fails, end: FAILED}"))
        stage.service.create_job("j2", "t")
        await stage.ended("j2")
        assert stage.status("j1")[0] is JobStatus.SUCCEEDED
        assert stage.status("j2")[0] is JobStatus.FAILED


@in_virtual_time
async def test_a_mix_is_chosen_for_each_execution_by_the_seed_alone() -> None:
    async def ends() -> list[JobStatus]:
        mix = scenario("{name: m, mix: {success: 1, reject: 1}}")
        async with on_stage(AT_ONCE) as stage:
            stage.thing.assign(mix)
            for number in range(12):
                stage.service.create_job(f"j{number}", "t")
            await stage.ended("j11")
            return [stage.status(f"j{number}")[0] for number in range(12)]

    first = await ends()
    assert set(first) == {JobStatus.SUCCEEDED, JobStatus.REJECTED}
    assert await ends() == first


# --- silence, force, manual mode --------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_silent_thing_learns_that_its_execution_timed_out_and_takes_the_next() -> None:
    async with on_stage(SILENT) as stage:
        stage.service.create_job("j1", "t", timeout_minutes=1)
        await until(lambda: stage.shown.activity is Activity.SILENT)
        await asyncio.sleep(60)
        stage.thing.assign(scenario(AT_ONCE))
        stage.service.expire("t", "j1")
        await stage.told(JobStatus.TIMED_OUT)
        assert stage.believes_what_is_stored()
        assert "timed out" in stage.shown.details
        assert [note for note in stage.notes() if note.startswith("a probe")]
        assert stage.shown.rejects == 1  # describe, which says only that it has ended; the probe asked to be rejected
        stage.service.create_job("j2", "t")
        await stage.ended("j2")


@in_virtual_time
@pytest.mark.parametrize("status", [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.REJECTED])
async def test_a_forced_end_is_reported_at_once_and_drops_the_rest(status: JobStatus) -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        before = stage.clock.now()
        stage.thing.force(status, "because\nI say so")
        await stage.ended()
        assert stage.status()[0] is status
        assert stage.clock.now() - before < 1
        assert stage.shown.details == "because I say so"


@in_virtual_time
async def test_a_forced_end_follows_a_report_that_is_on_its_way_and_needs_no_step() -> None:
    async with on_stage() as stage:
        stage.thing.set_manual(True)
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.activity is Activity.WAITING_FOR_STEP)
        stage.service.broker.delay_next_reply(5)
        stage.thing.act(StepAction.UPDATE)
        await until(stage.service.updates)
        stage.thing.force(JobStatus.FAILED, "stop")
        await stage.ended()
        assert stage.statuses() == ["IN_PROGRESS", "FAILED"]
        assert stage.shown.rejects == 0


@in_virtual_time
async def test_a_forced_stall_falls_silent_and_another_force_ends_it() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.force(None, "")
        await until(lambda: stage.shown.activity is Activity.SILENT)
        version = stage.status()[1]
        await asyncio.sleep(3600)
        assert stage.status() == (JobStatus.IN_PROGRESS, version)
        stage.thing.force(JobStatus.FAILED)
        await stage.ended()
        assert stage.shown.details == "forced by hand"


@in_virtual_time
async def test_force_without_an_execution_or_with_a_status_of_the_service_does_nothing() -> None:
    async with on_stage() as stage:
        stage.thing.force(JobStatus.FAILED)
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.force(JobStatus.CANCELED)
        await stage.ended()
        assert stage.status()[0] is JobStatus.SUCCEEDED


@in_virtual_time
async def test_in_manual_mode_each_report_waits_for_a_step_and_no_time_passes() -> None:
    async with on_stage() as stage:
        stage.thing.set_manual(True)
        stage.thing.act(StepAction.UPDATE)  # without an execution: not remembered
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.activity is Activity.WAITING_FOR_STEP)
        await asyncio.sleep(3600)
        for reports in range(1, 7):
            assert len(stage.service.updates()) == reports - 1
            stage.thing.act(StepAction.UPDATE)
            await until(lambda: len(stage.service.updates()) == reports)  # noqa: B023
            await asyncio.sleep(1)
        await stage.ended()
        assert stage.shown.manual


@in_virtual_time
async def test_leaving_manual_mode_goes_on_by_itself_and_entering_it_ends_a_wait() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.set_manual(True)
        await until(lambda: stage.shown.activity is Activity.WAITING_FOR_STEP)
        stage.thing.force(JobStatus.FAILED)  # needs no step
        await stage.ended()
        stage.service.create_job("j2", "t")
        await until(lambda: stage.shown.activity is Activity.WAITING_FOR_STEP)
        stage.thing.set_manual(False)
        await stage.ended("j2")


# --- versions and rejections ------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_version_that_another_client_raised_is_taken_over_and_the_report_sent_again() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.service.update("t", "j1", status="IN_PROGRESS", statusDetails={"who": "another"})
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 8)
        assert stage.shown.rejects == 1
        conflict = next(record for record in stage.received() if record.topic.endswith("rejected"))
        assert conflict.note.startswith("VersionMismatch")
        assert "takes over version 5" in conflict.note
        assert (conflict.version_before, conflict.version_after) == (4, 5)


@in_virtual_time
async def test_a_report_that_always_meets_another_version_is_left_after_some_tries() -> None:
    async with on_stage("{name: q, steps: [{name: w, duration: 1}], end: SUCCEEDED}") as stage:

        def meddle() -> None:
            if stage.status()[0] is JobStatus.IN_PROGRESS:
                stage.service.update("t", "j1", status="IN_PROGRESS", statusDetails={"who": "another"})
            stage.service.before_next = meddle

        stage.service.before_next = meddle
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.activity is Activity.SILENT)
        assert len(stage.service.updates()) == 33, "each of three reports, once and ten times again"
        assert "VersionMismatch" in stage.shown.details
        stage.service.before_next = None


@in_virtual_time
@pytest.mark.parametrize("code", [ErrorCode.REQUEST_THROTTLED, ErrorCode.INTERNAL_ERROR])
async def test_a_refusal_for_now_is_retried_after_growing_waits(code: ErrorCode) -> None:
    async with on_stage(AT_ONCE) as stage:
        stage.service.refusals.extend([code] * 4)
        stage.service.create_job("j1", "t")
        before = stage.clock.now()
        await stage.ended()
        assert stage.clock.now() - before > 1
        assert stage.shown.rejects == 4
        tokens = [body["clientToken"] for _, body in stage.service.asked]
        assert len(set(tokens)) == len(tokens), "an answered question is asked again under a new token"


@in_virtual_time
async def test_details_that_the_service_refuses_are_left_out_of_the_last_report() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.force(JobStatus.FAILED, "")
        stage.service.refusals.append(ErrorCode.INVALID_REQUEST)
        await stage.ended()
        assert stage.status()[0] is JobStatus.FAILED
        assert [body.get("statusDetails") for body in stage.service.updates()[-2:]] == [
            {"reason": "forced by hand"},
            {},
        ]


@in_virtual_time
async def test_a_progress_report_that_is_refused_is_left_and_a_last_one_twice_refused_ends_in_silence() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.service.refusals.append(ErrorCode.INVALID_REQUEST)
        await stage.progressed(90)
        assert stage.shown.rejects == 1
        stage.service.refusals.extend([ErrorCode.INVALID_REQUEST] * 2)
        await until(lambda: stage.shown.activity is Activity.SILENT)
        assert stage.shown.details.startswith("InvalidRequest")


@in_virtual_time
async def test_a_thing_that_is_not_registered_waits_and_says_why() -> None:
    stage = Stage(AT_ONCE)
    stage.service.refusals.append(ErrorCode.RESOURCE_NOT_FOUND)
    async with stage.running():
        await until(lambda: stage.shown.activity is Activity.IDLE)
        assert stage.shown.details.startswith("ResourceNotFound")
        stage.service.create_job("j1", "t")
        await stage.ended()


# --- ended behind its back --------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_cancellation_while_working_stops_the_work() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        updates = len(stage.service.updates())
        stage.service.cancel("j1")
        await stage.told(JobStatus.CANCELED)
        assert stage.believes_what_is_stored()
        assert stage.shown.details == "canceled by the operator"
        assert (stage.shown.target_firmware, stage.shown.firmware) == ("", "1.0.0")
        await asyncio.sleep(100)
        assert len(stage.service.updates()) == updates + 1, "nothing but the probe"
        assert stage.shown.activity is Activity.IDLE


@in_virtual_time
async def test_a_cancellation_that_was_not_announced_is_met_at_the_next_report() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.service.keeps_notifications = True
        stage.service.cancel("j1")
        await stage.told(JobStatus.CANCELED)
        assert stage.believes_what_is_stored()
        assert any("canceled by the operator" in note for note in stage.notes())


@in_virtual_time
async def test_a_deleted_execution_is_shown_as_removed_and_the_thing_takes_the_next() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.service.delete("j1")
        await stage.told(JobStatus.REMOVED)
        assert stage.shown.details == "deleted by the operator"
        stage.service.create_job("j2", "t")
        await stage.ended("j2")


@in_virtual_time
async def test_a_queued_execution_that_is_cancelled_just_before_the_report_is_given_up() -> None:
    async with on_stage(REJECTS) as stage:

        def when_updated() -> None:
            if stage.service.tails()[-1].endswith("update"):
                stage.service.keeps_notifications = True
                stage.service.cancel("j1")
            else:
                stage.service.before_next = when_updated

        stage.service.before_next = when_updated
        stage.service.create_job("j1", "t")
        await stage.told(JobStatus.CANCELED)
        assert stage.believes_what_is_stored()


@in_virtual_time
async def test_a_false_alarm_is_verified_and_the_work_goes_on() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.service.broker.publish("$aws/things/t/jobs/notify-next", b'{"timestamp": 2000000000}')
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 7)
        assert stage.shown.rejects == 0
        assert "j1/get" in stage.service.tails()


# --- a bad line -------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_lost_reply_is_asked_for_again_with_the_same_token_and_nothing_is_done_twice() -> None:
    async with on_stage(request_timeout_seconds=10.0) as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.service.broker.drop_next_reply()
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 7)
        updates = stage.service.updates()
        again = [pair for pair in itertools.pairwise(updates) if pair[0] == pair[1]]
        assert len(again) == 1, "one update twice, word for word"
        assert any("an earlier copy of it was applied" in note for note in stage.notes())


@in_virtual_time
async def test_a_lost_reply_to_the_last_report_is_understood() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(90)
        stage.service.broker.drop_next_reply()
        await stage.ended()
        assert stage.shown.status is JobStatus.SUCCEEDED
        assert stage.shown.firmware == "2.4.0"


@in_virtual_time
async def test_a_lost_request_is_sent_again() -> None:
    async with on_stage() as stage:
        stage.service.lost_requests = 2
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 7)
        assert stage.shown.rejects == 0


@in_virtual_time
async def test_after_some_repeats_the_thing_asks_anew_where_it_stands() -> None:
    async with on_stage(request_timeout_seconds=10.0) as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.service.lost_requests = 4
        asked = len(stage.service.asked)
        await until(lambda: len(stage.service.asked) > asked + 4)
        assert stage.service.tails()[asked : asked + 5] == ["j1/update"] * 4 + ["$next/get"]
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 7)


@in_virtual_time
async def test_a_late_answer_and_a_double_one_change_nothing() -> None:
    async with on_stage(request_timeout_seconds=10.0) as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.service.broker.delay_next_reply(15.0)
        stage.service.broker.duplicate_next_reply()
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 7)
        ignored = [note for note in stage.notes() if note.endswith("it is ignored")]
        assert len(ignored) == 2


@in_virtual_time
async def test_after_a_reconnection_the_walk_goes_on_from_where_it_was() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        before = stage.clock.now()
        stage.thing.cut_line()
        await until(lambda: stage.shown.link is Link.OFFLINE)
        await asyncio.sleep(3)
        stage.thing.restore_line()
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 7), "no report was lost or sent twice"
        assert "$next/get" in stage.service.tails()
        assert stage.clock.now() - before < 21


@in_virtual_time
async def test_time_goes_on_while_the_line_is_down_but_reports_wait_for_it() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.cut_line()
        await asyncio.sleep(1000)
        assert stage.shown.progress == 25
        before = stage.clock.now()
        stage.thing.restore_line()
        await stage.ended()
        assert stage.clock.now() - before < 16, "only the other steps were left"


@in_virtual_time
@pytest.mark.parametrize("is_applied", [True, False])
async def test_a_report_whose_answer_the_cut_took_counts_once(is_applied: bool) -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        updates = len(stage.service.updates())
        if is_applied:
            stage.service.broker.drop_next_reply()
        else:
            stage.service.lost_requests = 1
        await until(lambda: len(stage.service.updates()) == updates + 1)
        stage.thing.cut_line()
        await asyncio.sleep(5)
        stage.thing.restore_line()
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 7)
        assert stage.shown.rejects == 0


@in_virtual_time
async def test_a_last_report_whose_answer_the_cut_took_is_settled_by_sending_it_again() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(90)
        stage.service.broker.drop_next_reply()
        await until(lambda: stage.status()[0] is JobStatus.SUCCEEDED)
        stage.thing.cut_line()
        await asyncio.sleep(5)
        stage.thing.restore_line()
        await stage.ended()
        assert stage.shown.firmware == "2.4.0"
        assert stage.service.updates()[-1] == stage.service.updates()[-2]


@in_virtual_time
async def test_an_execution_cancelled_while_the_line_was_down_is_dropped_for_the_next() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.cut_line()
        await until(lambda: stage.shown.link is Link.OFFLINE)
        stage.service.cancel("j1")
        stage.service.create_job("j2", "t")
        stage.thing.restore_line()
        await stage.ended("j2")
        timeline = [(node.job_id, node.status) for node in stage.thing.detail().timeline]
        assert ("j1", JobStatus.CANCELED) in timeline
        assert timeline[-1] == ("j2", JobStatus.SUCCEEDED)


@in_virtual_time
async def test_a_job_created_while_an_idle_thing_was_away_is_found_on_return() -> None:
    async with on_stage(AT_ONCE) as stage:
        stage.thing.cut_line()
        await until(lambda: stage.shown.link is Link.OFFLINE)
        stage.service.create_job("j1", "t")
        await asyncio.sleep(100)
        assert stage.status() == (JobStatus.QUEUED, 1)
        stage.thing.restore_line()
        await stage.ended()


@in_virtual_time
async def test_a_service_that_comes_back_with_its_clock_a_minute_behind_is_listened_to() -> None:
    async with on_stage(AT_ONCE) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        stage.service.broker.take_down()
        stage.service._now = lambda: stage.clock.epoch() - 60
        asked = len(stage.service.asked)
        stage.service.broker.bring_up()
        await until(lambda: len(stage.service.asked) > asked and stage.shown.activity is Activity.IDLE)
        stage.service.create_job("j2", "t")
        await stage.ended("j2")


@in_virtual_time
async def test_the_endpoint_going_away_and_coming_back_is_survived() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        for _ in range(3):
            stage.service.broker.take_down()
            await until(lambda: stage.shown.link is Link.ERROR)
            assert stage.shown.link_reason
            await asyncio.sleep(1)
            stage.service.broker.bring_up()
            await until(lambda: stage.shown.link is Link.ONLINE)
        await stage.ended()
        assert stage.status() == (JobStatus.SUCCEEDED, 7)


@in_virtual_time
async def test_messages_that_are_not_of_the_jobs_api_are_noted_and_ignored() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        transport_message: Callable[[str, bytes], None] = stage.thing._line._on_message
        transport_message("$aws/things/t/jobs/notify-next", b"{")
        transport_message("$aws/things/t/jobs/j1/update/accepted", b"\xff")
        transport_message("somewhere/else", b"")
        assert sum("ignored" in note or "cannot be read" in note for note in stage.notes()) == 3
        await stage.ended()


# --- stopping and starting --------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_stopped_thing_goes_on_with_its_execution_when_it_is_started_again() -> None:
    stage = Stage(SUCCESS)
    stage.service.create_job("j1", "t")
    async with stage.running():
        await stage.progressed(25)
    assert stage.status()[0] is JobStatus.IN_PROGRESS
    await asyncio.sleep(100)
    async with stage.running():
        await stage.ended()
    assert stage.status() == (JobStatus.SUCCEEDED, 7)


@in_virtual_time
async def test_a_thing_can_be_stopped_in_each_situation() -> None:
    for text, reaches in (
        (SUCCESS, Activity.WORKING),
        (SILENT, Activity.SILENT),
        (AT_ONCE, Activity.IDLE),
    ):
        stage = Stage(text)
        stage.service.create_job("j1", "t")
        async with stage.running():
            await until(lambda: stage.shown.activity is reaches)  # noqa: B023


@pytest.mark.parametrize("text", [AT_ONCE, REJECTS])
@in_virtual_time
async def test_a_thing_stopped_at_any_turn_of_the_loop_shows_what_it_knows_and_goes_on_when_it_is_started(
    text: str,
) -> None:
    for turns in range(30):  # of which it needs about 15
        stage = Stage(text)
        async with stage.running():
            await until(lambda: stage.shown.activity is Activity.IDLE)  # noqa: B023
            stage.service.create_job("j1", "t")
            for _ in range(turns):
                await asyncio.sleep(0)
        ran = "2.4.0" if stage.shown.status is JobStatus.SUCCEEDED else "1.0.0"
        assert stage.shown.firmware == ran, turns
        async with stage.running():
            await stage.ended()
        assert stage.shown.firmware == ("2.4.0" if text == AT_ONCE else "1.0.0")


@in_virtual_time
async def test_no_snapshot_shows_a_success_with_the_firmware_from_before() -> None:
    stage = Stage(AT_ONCE)
    shown: list[tuple[JobStatus | None, str]] = []
    stage.on_change = lambda: shown.append((stage.shown.status, stage.shown.firmware))
    async with stage.running():
        stage.service.create_job("j1", "t")
        await stage.ended()
    assert (JobStatus.SUCCEEDED, "2.4.0") in shown
    assert (JobStatus.SUCCEEDED, "1.0.0") not in shown


@in_virtual_time
async def test_a_thing_whose_endpoint_is_down_from_the_start_can_be_stopped() -> None:
    stage = Stage(SUCCESS)
    stage.service.broker.take_down()
    async with stage.running():
        await until(lambda: stage.shown.link is Link.ERROR)
        assert stage.shown.activity is Activity.STARTING


# --- what is recorded -------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_versions_of_two_executions_are_never_compared() -> None:
    async with on_stage(AT_ONCE) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        first = len(stage.thing.detail().messages)
        stage.service.create_job("j2", "t")
        await until(lambda: (stage.shown.job_id, stage.shown.status) == ("j2", JobStatus.SUCCEEDED))
        records = stage.thing.detail().messages[first:]
        began = next(record for record in records if record.topic.endswith("start-next/accepted"))
        assert (began.version_before, began.version_after) == (None, 2)
        before_it = records[: records.index(began)]
        assert before_it
        assert {(record.version_before, record.version_after) for record in before_it} == {(None, None)}
        end = [record for record in records if record.topic.endswith("update/accepted")][-1]
        assert (end.version_before, end.version_after) == (stage.shown.version - 1, stage.shown.version)


@in_virtual_time
async def test_each_message_is_recorded_with_versions_and_latency() -> None:
    async with on_stage(AT_ONCE) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        detail = stage.thing.detail()
        messages = detail.messages
        sent = next(record for record in messages if record.topic.endswith("j1/update"))
        answer = next(record for record in messages if record.topic.endswith("j1/update/accepted"))
        assert (sent.direction, sent.expected_version, sent.version_before) == (Direction.OUT, 2, 2)
        assert (answer.direction, answer.version_before, answer.version_after) == (Direction.IN, 2, 3)
        assert answer.latency_ms is not None
        assert answer.latency_ms >= 0
        assert json.loads(sent.payload)["status"] == "IN_PROGRESS"
        assert [record.at for record in messages] == sorted(record.at for record in messages)
        assert stage.shown.messages == len(messages) == detail.messages_dropped + len(messages)
        assert json.loads(detail.job_document)["version"] == "2.4.0"
        assert detail.snapshot == stage.shown


@in_virtual_time
async def test_the_log_keeps_the_newest_messages_and_counts_the_others() -> None:
    async with on_stage(log_entries=8) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        detail = stage.thing.detail()
        assert len(detail.messages) == 8
        assert detail.messages_dropped == stage.shown.messages - 8 > 0
        assert detail.messages[-1].topic.endswith(("notify", "notify-next"))


@in_virtual_time
async def test_every_difference_of_the_snapshot_is_announced() -> None:
    """Read the snapshot at each announcement; in between nothing may have changed."""
    stage = Stage(SUCCESS)
    seen = stage.shown
    async with stage.running():
        announced = stage.changes
        stage.service.create_job("j1", "t")
        while stage.shown.status is not JobStatus.SUCCEEDED:
            await asyncio.sleep(0)
            if stage.changes == announced:
                assert stage.shown == seen
                await asyncio.sleep(0.5)
            announced, seen = stage.changes, stage.shown


@in_virtual_time
async def test_an_idle_thing_leaves_no_timer_running() -> None:
    async with on_stage(AT_ONCE) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        await asyncio.sleep(11)
        loop = asyncio.get_running_loop()
        assert [timer for timer in loop._scheduled if not timer.cancelled()] == []  # type: ignore[attr-defined]
