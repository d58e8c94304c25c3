"""Every fault of a thing in virtual time: what goes over the line, what is counted, and what the thing believes."""

import asyncio
import json

import pytest

from simulator.feed import Activity, Direction
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.scenario.faults import SECONDS, SENTENCES, Fault, FaultName
from simulator.transport.base import Link
from tests.support.stage import Stage, on_stage
from tests.support.virtual_time import in_virtual_time, until

S = JobStatus
MOMENTS = (
    FaultName.DROP_LINE,
    FaultName.REBOOT,
    FaultName.MALFORMED_JSON,
    FaultName.WRONG_TOPIC,
    FaultName.OVERSIZE_DETAILS,
    FaultName.UNKNOWN_JOB,
    FaultName.SECOND_CONNECTION,
    FaultName.SUBSCRIBE_LATE,
    FaultName.SLOW_LINK,
    FaultName.CLOCK_SKEW,
    FaultName.DOUBLE_NOTIFY,
    FaultName.UPDATE_AFTER_END,
)


def with_fault(name: str, seconds: float | None = None, end: str = "SUCCEEDED") -> str:
    """A scenario of two steps with a fault between them."""
    length = "" if seconds is None else f", seconds: {seconds}"
    return f"""
name: faulty
steps:
  - {{name: download, duration: 10, progress: {{from: 0, to: 50, every: 5}}}}
  - {{fault: {name}{length}}}
  - {{name: install, duration: 10, progress: {{to: 90}}}}
end: {end}
"""


def counted(stage: Stage) -> dict[str, int]:
    return stage.thing.snapshot().faults


@pytest.mark.parametrize("name", [name for name in FaultName if name is not FaultName.IGNORE_CANCEL])
@in_virtual_time
async def test_each_fault_acts_once_is_counted_and_ends_in_what_is_stored(name: FaultName) -> None:
    async with on_stage(with_fault(name)) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        await until(lambda: counted(stage))
        await asyncio.sleep(30)
        assert stage.status()[0] is S.SUCCEEDED
        assert stage.believes_what_is_stored()
        assert stage.shown.faults == stage.shown.execution_faults == {name: 1}
        assert [(each.job_id, each.faults) for each in stage.thing.detail().faults] == [("j1", {name: 1})]
        assert any(f"fault {name}: the thing {SENTENCES[name]}" in note for note in stage.notes()), stage.notes()
        stage.service.create_job("j2", "t")
        await stage.ended("j2")
        await until(lambda: counted(stage) == {name: 2})
        assert [(each.job_id, each.faults) for each in stage.thing.detail().faults] == [
            ("j1", {name: 1}),
            ("j2", {name: 1}),
        ]


@in_virtual_time
async def test_a_dropped_line_comes_back_after_its_time_and_the_step_goes_on_meanwhile() -> None:
    async with on_stage(with_fault("drop-line", 4)) as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.link is not Link.ONLINE)
        left = stage.clock.now()
        await until(lambda: stage.shown.link is Link.ONLINE)
        assert stage.clock.now() - left == pytest.approx(4, abs=0.2)
        await stage.ended()


@in_virtual_time
async def test_after_a_reboot_nothing_is_known_until_the_service_says_it_and_the_step_is_begun_again() -> None:
    text = """
name: reboots
steps:
  - {name: download, duration: 10}
  - {name: install, duration: 10}
  - {fault: reboot, seconds: 30}
  - {name: verify, duration: 10}
end: SUCCEEDED
"""
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.activity is Activity.STARTING)
        assert (stage.shown.version, stage.shown.link) == (0, Link.OFFLINE)
        await stage.ended()
        steps = [update["statusDetails"]["step"] for update in stage.service.updates()]
        assert steps == ["download", "install", "install", "verify", "verify"]
        assert stage.shown.rejects == 0


@in_virtual_time
async def test_a_thing_whose_execution_timed_out_while_it_rebooted_finds_out() -> None:
    async with on_stage(with_fault("reboot", 600)) as stage:
        stage.service.create_job("j1", "t", timeout_minutes=1)
        await until(lambda: stage.shown.activity is Activity.STARTING)
        await asyncio.sleep(60)
        stage.service.expire("t", "j1")
        await stage.told(S.TIMED_OUT)
        assert stage.believes_what_is_stored()


@in_virtual_time
async def test_a_lost_reply_is_asked_for_again_with_the_same_client_token() -> None:
    async with on_stage(with_fault("lose-reply")) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        tokens = [update["clientToken"] for update in stage.service.updates()]
        assert len(tokens) - len(set(tokens)) == 1
        assert stage.shown.rejects == 1
        assert any("an earlier copy of it was applied" in note for note in stage.notes())


@in_virtual_time
async def test_a_duplicate_has_the_same_token_and_is_rejected_without_harm() -> None:
    async with on_stage(with_fault("duplicate-update")) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        updates = stage.service.updates()
        twice = [update for update in updates if updates.count(update) == 2]
        assert len(twice) == 2
        assert twice[0]["statusDetails"]["step"] == "install"
        assert stage.shown.rejects == 1


@pytest.mark.parametrize("name", [FaultName.DUPLICATE_UPDATE, FaultName.OUT_OF_ORDER, FaultName.LOSE_REPLY])
@in_virtual_time
async def test_a_copy_without_expected_version_is_applied_and_the_thing_asks_for_the_version_it_led_to(
    name: FaultName,
) -> None:
    text = with_fault(name).replace("name: faulty", "name: faulty\nexpected_version: omitted")
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        sent = len(stage.service.updates())
        assert not any("expectedVersion" in update for update in stage.service.updates())
        assert stage.status() == (S.SUCCEEDED, 2 + sent)


@in_virtual_time
async def test_a_version_that_was_found_out_is_in_the_timeline_too() -> None:
    text = "{name: a, expected_version: omitted, steps: [{fault: lose-reply}, {name: w, duration: 1}], end: hang}"
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.activity is Activity.SILENT)
        assert [node.version for node in stage.thing.detail().timeline] == [2, 3, 4]
        assert stage.believes_what_is_stored()


@in_virtual_time
async def test_a_last_update_that_is_lost_and_repeated_without_expected_version_is_known_to_have_counted() -> None:
    text = "{name: a, expected_version: omitted, steps: [{fault: lose-reply}], end: SUCCEEDED}"
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert [update["status"] for update in stage.service.updates()] == ["SUCCEEDED", "SUCCEEDED"]
        assert stage.shown.progress == 100


@in_virtual_time
async def test_a_late_update_is_sent_later_by_its_seconds() -> None:
    ends = []
    late = with_fault("late-update", 7)
    for text in (late, late.replace("  - {fault: late-update, seconds: 7}\n", "")):
        async with on_stage(text) as stage:
            stage.service.create_job("j1", "t")
            began = stage.clock.now()
            await stage.ended()
            ends.append(stage.clock.now() - began)
    assert ends[0] - ends[1] == pytest.approx(7, abs=0.3)


@in_virtual_time
async def test_an_update_out_of_order_is_followed_by_the_one_before_it_word_for_word() -> None:
    async with on_stage(with_fault("out-of-order")) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        updates = stage.service.updates()
        at = next(i for i, update in enumerate(updates) if update["statusDetails"]["step"] == "install")
        assert updates[at + 1] == updates[at - 1]
        assert updates[at + 1]["expectedVersion"] < updates[at]["expectedVersion"]
        assert stage.shown.rejects == 1


@pytest.mark.parametrize(("name", "offset"), [("stale-version", -1), ("version-ahead", 1)])
@in_virtual_time
async def test_a_wrong_version_is_refused_and_the_next_one_is_the_one_that_the_rejection_told(
    name: str, offset: int
) -> None:
    async with on_stage(with_fault(name)) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        versions = [update["expectedVersion"] for update in stage.service.updates()]
        assert versions == [2, 3, 4 + offset, 4, 5]
        assert stage.shown.rejects == 1


@in_virtual_time
async def test_a_wrong_version_that_the_scenario_writes_as_such_is_counted_as_a_fault_too() -> None:
    text = "{name: a, steps: [{name: w, duration: 1, expected_version: stale}], end: SUCCEEDED}"
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert stage.shown.faults == {"stale-version": 1}


@pytest.mark.parametrize("end", ["SUCCEEDED", "silence"])
@in_virtual_time
async def test_an_update_after_the_end_comes_after_whatever_end_and_is_refused(end: str) -> None:
    async with on_stage(with_fault("update-after-end", end=end)) as stage:
        stage.service.create_job("j1", "t", timeout_minutes=1)
        if end == "silence":
            await until(lambda: stage.shown.activity is Activity.SILENT)
            assert not counted(stage)
            await asyncio.sleep(60)
            stage.service.expire("t", "j1")
        await until(lambda: counted(stage) == {"update-after-end": 1})
        await until(lambda: stage.shown.rejects and stage.shown.activity is Activity.IDLE)
        last = stage.service.updates()[-1]
        assert (last["status"], last["expectedVersion"]) == ("IN_PROGRESS", stage.status()[1])
        assert stage.believes_what_is_stored()
        assert json.loads(stage.received()[-1].payload)["code"] == "InvalidStateTransition"


@pytest.mark.parametrize(
    ("name", "tail", "code"),
    [
        (FaultName.MALFORMED_JSON, "j1/update", "InvalidJson"),
        (FaultName.OVERSIZE_DETAILS, "j1/update", "InvalidRequest"),
        (FaultName.UNKNOWN_JOB, "no-such-job/update", "ResourceNotFound"),
        (FaultName.WRONG_TOPIC, "j1/updat", "InvalidTopic"),
    ],
)
@in_virtual_time
async def test_what_should_not_be_said_is_refused_and_changes_nothing(name: FaultName, tail: str, code: str) -> None:
    async with on_stage(with_fault(name)) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert stage.status() == (S.SUCCEEDED, 7)
        assert tail in stage.service.tails()
        answers = [json.loads(each.payload) for each in stage.received() if each.topic.endswith("rejected")]
        assert [answer["code"] for answer in answers] == [code]


@in_virtual_time
async def test_a_second_connection_throws_the_first_one_out_which_comes_back() -> None:
    async with on_stage(with_fault("second-connection")) as stage:
        stage.service.create_job("j1", "t")
        lost = []
        stage.on_change = lambda: lost.append(stage.shown.link_reason)
        await stage.ended()
        assert "another client took this client id" in lost
        assert stage.shown.link is Link.ONLINE


@in_virtual_time
async def test_a_thing_that_subscribes_late_hears_no_notification_until_then() -> None:
    async with on_stage(with_fault("subscribe-late", 20)) as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: counted(stage))
        await asyncio.sleep(5)
        stage.service.cancel("j1")
        await asyncio.sleep(5)
        assert stage.shown.status is S.IN_PROGRESS
        await stage.told(S.CANCELED)
        assert stage.believes_what_is_stored()


@in_virtual_time
async def test_a_thing_that_is_stopped_before_it_subscribed_subscribes_when_it_runs_again() -> None:
    async with on_stage(with_fault("subscribe-late", 20)) as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: counted(stage))
        await asyncio.sleep(5)
    async with stage.running():
        await until(lambda: stage.shown.activity is Activity.WORKING)
        stage.service.cancel("j1")
        await stage.told(S.CANCELED)


@in_virtual_time
async def test_a_canceled_execution_is_reported_on_to_the_end_of_the_walk_and_believed_canceled() -> None:
    text = with_fault("ignore-cancel")
    text = text.replace("duration: 10, progress: {to: 90}", "duration: 20, progress: {to: 90, every: 5}")
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.step == "install")
        assert not counted(stage)
        stage.service.cancel("j1")
        await until(lambda: counted(stage) == {"ignore-cancel": 1})
        assert (stage.shown.status, stage.believes_what_is_stored()) == (S.CANCELED, True)
        await until(lambda: stage.shown.activity is Activity.IDLE)
        version = stage.status()[1]
        after = [update["status"] for update in stage.service.updates() if update["expectedVersion"] == version]
        assert after == ["IN_PROGRESS"] * 3 + ["SUCCEEDED"]
        assert stage.believes_what_is_stored()
        stage.service.create_job("j2", "t")
        await stage.ended("j2")
        assert counted(stage) == {"ignore-cancel": 1}


@in_virtual_time
async def test_a_message_that_tells_of_two_faults_names_both() -> None:
    text = with_fault("slow-link").replace(
        "  - {fault: slow-link}", "  - {fault: slow-link}\n  - {fault: stale-version}"
    )
    async with on_stage(text) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert any("fault slow-link" in note and "fault stale-version" in note for note in stage.notes())


@in_virtual_time
async def test_without_that_fault_a_cancel_is_obeyed() -> None:
    async with on_stage(with_fault("drop-line", 0)) as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.step == "install")
        stage.service.cancel("j1")
        await stage.told(S.CANCELED)
        sent = len(stage.service.updates())
        await asyncio.sleep(100)
        assert len(stage.service.updates()) == sent


@in_virtual_time
async def test_a_skewed_clock_shows_in_details_and_tokens_until_the_execution_ends() -> None:
    async with on_stage(with_fault("clock-skew", 86400)) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        shown = [update["statusDetails"].get("clock") for update in stage.service.updates()]
        assert shown[:3] == [None] * 3
        assert all(text.startswith("2025-06-16T") for text in shown[3:])  # the simulated day is the 15th
        stage.service.create_job("j2", "t")
        await until(lambda: stage.service.updates()[-1]["statusDetails"]["step"] == "download")
        assert "clock" not in stage.service.updates()[-1]["statusDetails"]


@in_virtual_time
async def test_a_slow_link_delays_both_ways_and_only_until_the_execution_ends() -> None:
    async with on_stage(with_fault("slow-link", 2)) as stage:
        stage.service.create_job("j1", "t")
        began = stage.clock.now()
        await stage.ended()
        assert stage.clock.now() - began == pytest.approx(20 + 2 * 4, abs=0.5)
        await asyncio.sleep(60)
        stage.service.create_job("j2", "t")
        began = stage.clock.now()
        await until(lambda: stage.shown.job_id == "j2")
        assert stage.clock.now() - began < 0.5


@in_virtual_time
async def test_a_doubled_notification_is_answered_twice() -> None:
    async with on_stage(with_fault("double-notify")) as stage:
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert stage.service.tails().count("$next/get") == 2
        notified = [record for record in stage.received() if record.topic.endswith("notify-next")]
        assert notified[0].payload == next(r.payload for r in notified if r.note.startswith("fault double-notify"))


# --- by hand ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MOMENTS)
@in_virtual_time
async def test_a_fault_can_be_had_by_hand_at_any_moment(name: FaultName) -> None:
    async with on_stage() as stage:
        stage.thing.misbehave(Fault(name, SECONDS.get(name, 0.0)))  # without an execution
        await asyncio.sleep(30)
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.misbehave(Fault(name, SECONDS.get(name, 0.0)))
        await stage.ended()
        await asyncio.sleep(30)
        assert counted(stage) == {name: 2}
        assert stage.believes_what_is_stored()


@in_virtual_time
async def test_a_fault_of_an_update_by_hand_is_had_on_the_next_one() -> None:
    async with on_stage() as stage:
        stage.thing.misbehave(Fault(FaultName.STALE_VERSION))
        stage.service.create_job("j1", "t")
        await stage.ended()
        assert [update["expectedVersion"] for update in stage.service.updates()][:3] == [1, 2, 3]
        assert counted(stage) == {"stale-version": 1}


@in_virtual_time
async def test_an_update_by_hand_is_sent_as_it_is_and_what_it_did_is_believed() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.send(UpdateByHand(status="DONE", status_details={"a": "b"}, expected_version=99))
        await until(lambda: stage.shown.rejects == 1)
        sent = next(update for update in stage.service.updates() if update["status"] == "DONE")
        assert (sent["statusDetails"], sent["expectedVersion"]) == ({"a": "b"}, 99)
        stage.thing.send(UpdateByHand(status="FAILED"))
        await stage.told(S.FAILED)
        assert stage.believes_what_is_stored()
        assert stage.shown.execution_faults == {}


@in_virtual_time
async def test_an_update_by_hand_that_raises_the_version_costs_no_rejection() -> None:
    async with on_stage() as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.send(UpdateByHand(status_details={"by": "hand"}))
        await stage.ended()
        assert stage.shown.rejects == 0
        by_hand = [each for each in stage.thing.detail().messages if each.note == "an update by hand"]
        assert [each.direction for each in by_hand] == [Direction.OUT]
