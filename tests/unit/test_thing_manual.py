"""Manual mode and other scenarios midway: what a person decides while an execution is under way."""

import asyncio
import json

import pytest

from simulator.feed import Activity
from simulator.fleet import StepAction
from simulator.jobs.model import JobStatus
from simulator.jobs.predict import Believed, predict
from simulator.scenario.faults import Fault, FaultName
from tests.support.stage import Stage, on_stage, scenario
from tests.support.virtual_time import in_virtual_time, until

S = JobStatus
THREE = """
name: three
steps:
  - {name: download, duration: 10, progress: {from: 0, to: 50, every: 5}}
  - {name: install, duration: 10, report: false}
  - {name: verify, duration: 10, progress: {to: 90}}
end: SUCCEEDED
"""


TWO = """
name: two
steps:
  - {name: download, duration: 10, progress: {to: 50}}
  - {name: install, duration: 10, progress: {to: 90}}
end: SUCCEEDED
"""


async def holds(stage: Stage, step: str) -> None:
    """Wait until the thing holds before a step, and see that it goes on holding."""
    await until(lambda: stage.shown.activity is Activity.WAITING_FOR_STEP and stage.shown.step == step)
    sent = len(stage.service.updates())
    await asyncio.sleep(100)
    assert (stage.shown.activity, len(stage.service.updates())) == (Activity.WAITING_FOR_STEP, sent)


async def begun_by_hand(stage: Stage) -> None:
    stage.thing.set_manual(True)
    stage.service.create_job("j1", "t")
    await holds(stage, "download")


def steps_sent(stage: Stage) -> list[str]:
    return [update["statusDetails"]["step"] for update in stage.service.updates()]


@in_virtual_time
async def test_a_step_goes_by_in_its_own_time_and_then_the_thing_holds_again_also_before_its_end() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        began = stage.clock.now()
        stage.thing.act(StepAction.STEP)
        await until(lambda: stage.shown.activity is Activity.WORKING)
        await until(lambda: stage.shown.activity is Activity.WAITING_FOR_STEP)
        assert 10 <= stage.clock.now() - began < 10.5
        assert steps_sent(stage) == ["download"] * 3
        await holds(stage, "install")  # also a step that sends nothing
        stage.thing.act(StepAction.STEP)
        await holds(stage, "verify")
        stage.thing.act(StepAction.STEP)
        await until(lambda: len(stage.service.updates()) == 5)
        await until(lambda: stage.shown.activity is Activity.WAITING_FOR_STEP)
        assert stage.status()[0] is S.IN_PROGRESS
        stage.thing.act(StepAction.STEP)
        await stage.ended()
        assert stage.status()[0] is S.SUCCEEDED


@in_virtual_time
async def test_another_step_while_one_goes_by_hurries_it_and_grants_no_more() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        began = stage.clock.now()
        stage.thing.act(StepAction.STEP)
        await until(lambda: stage.shown.activity is Activity.WORKING)
        stage.thing.act(StepAction.STEP)
        await until(lambda: stage.shown.activity is Activity.WAITING_FOR_STEP)
        assert stage.clock.now() - began < 1
        assert steps_sent(stage) == ["download"] * 3
        await holds(stage, "install")


@in_virtual_time
async def test_nothing_is_granted_in_advance_neither_steps_nor_updates() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        for _ in range(3):
            stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 1)
        await holds(stage, "download")
        stage.service.broker.delay_next_reply(5)
        stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 2)
        stage.thing.act(StepAction.UPDATE)  # while the one before has no answer yet
        await holds(stage, "download")
        for _ in range(3):
            stage.thing.act(StepAction.STEP)
        await holds(stage, "install")
        assert steps_sent(stage) == ["download"] * 3


@in_virtual_time
async def test_a_step_after_a_single_update_is_what_is_left_of_that_step() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 1)
        await holds(stage, "download")
        began = stage.clock.now()
        stage.thing.act(StepAction.STEP)
        await until(lambda: stage.shown.step == "install")
        assert 5 <= stage.clock.now() - began < 5.5  # of ten seconds, those before the second update have gone by
        await holds(stage, "install")
        assert [update["statusDetails"]["progress"] for update in stage.service.updates()] == ["0", "25", "50"]


@in_virtual_time
async def test_a_step_that_is_granted_while_the_last_update_before_it_has_no_answer_is_not_done() -> None:
    async with on_stage(TWO) as stage:
        await begun_by_hand(stage)
        stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 1)
        await holds(stage, "download")
        stage.service.broker.delay_next_reply(5)
        stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 2)
        stage.thing.act(StepAction.STEP)  # nobody can have seen what the next step sends
        await holds(stage, "install")


@in_virtual_time
async def test_an_update_in_the_middle_of_a_step_is_brought_forward_and_the_rest_takes_its_time() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        began = stage.clock.now()
        stage.thing.act(StepAction.STEP)
        await until(lambda: stage.shown.activity is Activity.WORKING and len(stage.service.updates()) == 1)
        stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 2)
        assert stage.clock.now() - began < 1
        await until(lambda: stage.shown.step == "install")
        assert 5 <= stage.clock.now() - began < 6
        await holds(stage, "install")  # and nothing of it is left for the step behind


@in_virtual_time
async def test_an_update_that_a_step_under_way_has_none_of_is_not_taken_from_the_step_behind() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        stage.thing.act(StepAction.STEP)
        await holds(stage, "install")
        stage.thing.act(StepAction.STEP)
        await until(lambda: stage.shown.activity is Activity.WORKING)
        stage.thing.act(StepAction.UPDATE)  # of a step that sends none
        await holds(stage, "verify")
        assert steps_sent(stage) == ["download"] * 3


@in_virtual_time
async def test_a_single_update_goes_past_a_step_that_sends_nothing() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        stage.thing.act(StepAction.STEP)
        await holds(stage, "install")
        stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 4)
        await holds(stage, "verify")
        assert steps_sent(stage) == ["download"] * 3 + ["verify"]


@in_virtual_time
async def test_the_step_done_last_can_be_repeated_as_often_as_one_likes() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        stage.thing.act(StepAction.REPEAT)  # nothing was done yet
        await holds(stage, "download")
        stage.thing.act(StepAction.STEP)
        await holds(stage, "install")
        for times in (2, 3):
            stage.thing.act(StepAction.REPEAT)
            await until(lambda: len(stage.service.updates()) == 3 * times)  # noqa: B023
            await holds(stage, "install")
        assert steps_sent(stage) == ["download"] * 9
        assert [update["statusDetails"]["progress"] for update in stage.service.updates()][:4] == ["0", "25", "50", "0"]
        assert stage.shown.rejects == 0


@in_virtual_time
async def test_a_step_can_be_skipped_wholly_or_what_is_left_of_it_but_never_the_end() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 1)
        shown: list[str] = []
        stage.on_change = lambda: shown.append(stage.shown.step)
        stage.thing.act(StepAction.SKIP)
        await holds(stage, "install")
        assert shown[-1] == "install"  # whoever watches was told, too
        stage.thing.act(StepAction.SKIP)
        stage.thing.act(StepAction.SKIP)
        stage.thing.act(StepAction.SKIP)
        await holds(stage, "verify")
        assert steps_sent(stage) == ["download"]
        stage.thing.act(StepAction.STEP)
        await stage.ended()
        assert stage.status() == (S.SUCCEEDED, 4)


@in_virtual_time
async def test_any_end_can_be_chosen_while_the_thing_holds() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        stage.thing.force(S.REJECTED, "no")
        await stage.ended()
        assert stage.status()[0] is S.REJECTED


@in_virtual_time
async def test_what_is_sent_next_can_be_seen_and_is_what_the_prediction_says() -> None:
    async with on_stage(THREE) as stage:
        assert stage.thing.detail().next_update is None
        await begun_by_hand(stage)
        for _ in range(5):
            coming = stage.thing.detail().next_update
            assert coming is not None
            shown = stage.shown
            believed = Believed(
                thing_name="t",
                job_id=shown.job_id,
                execution_number=shown.execution_number,
                status=shown.status,
                version=shown.version,
            )
            told = predict(coming.topic, coming.payload, believed)
            sent = len(stage.service.updates())
            stage.thing.act(StepAction.UPDATE)
            await until(lambda: len(stage.service.updates()) > sent)  # noqa: B023
            body, told_before = stage.service.updates()[-1], json.loads(coming.payload)
            assert body == {**told_before, "clientToken": body["clientToken"]}
            await until(lambda: stage.shown.version == told.version)  # noqa: B023
            assert stage.status() == (told.status, told.version)
            await until(lambda: stage.shown.activity is Activity.WAITING_FOR_STEP)


# --- another scenario midway ------------------------------------------------------------------------------------------

FAILS = """
name: fails
steps:
  - {name: download, duration: 10}
  - {name: check, duration: 5}
end: {status: FAILED, reason: bad image}
"""


@in_virtual_time
async def test_with_now_the_step_is_finished_and_the_new_scenario_goes_on_behind_the_step_of_that_name() -> None:
    async with on_stage(THREE) as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.assign(scenario(FAILS), now=True)
        await stage.ended()
        assert steps_sent(stage) == ["download"] * 3 + ["check"] * 2
        assert (stage.status()[0], stage.shown.details) == (S.FAILED, "bad image")


@in_virtual_time
async def test_the_new_scenario_does_not_fall_behind_the_progress_of_the_one_it_takes_over_from() -> None:
    high = "{name: high, steps: [{name: download, duration: 10, progress: {to: 80}}], end: SUCCEEDED}"
    low = "{name: low, steps: [{name: other, duration: 5, progress: {from: 10, to: 30, every: 1}}], end: SUCCEEDED}"
    async with on_stage(high) as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: stage.service.updates())
        stage.thing.assign(scenario(low), now=True)
        await stage.ended()
        assert steps_sent(stage).count("other") > 1
        percents = [update["statusDetails"].get("progress") for update in stage.service.updates()]
        assert [percent for percent in percents if percent is not None][-2:] == ["80", "100"]


@in_virtual_time
async def test_without_now_the_execution_under_way_goes_on_as_it_was() -> None:
    async with on_stage(THREE) as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.assign(scenario(FAILS))
        await stage.ended()
        assert stage.status()[0] is S.SUCCEEDED
        stage.service.create_job("j2", "t")
        await stage.ended("j2")
        assert stage.status("j2")[0] is S.FAILED


@in_virtual_time
async def test_a_scenario_without_such_a_step_is_walked_from_its_beginning() -> None:
    async with on_stage(THREE) as stage:
        stage.service.create_job("j1", "t")
        await stage.progressed(25)
        stage.thing.assign(scenario("{name: other, steps: [{name: a, duration: 1}], end: SUCCEEDED}"), now=True)
        await stage.ended()
        assert steps_sent(stage) == ["download"] * 3 + ["a"] * 2


@in_virtual_time
async def test_a_silent_thing_goes_on_at_once_with_another_scenario() -> None:
    async with on_stage("{name: silent, steps: [{name: download, duration: 5}], end: silence}") as stage:
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.activity is Activity.SILENT)
        stage.thing.assign(scenario(FAILS), now=True)
        await stage.ended()
        assert stage.status()[0] is S.FAILED
        assert "check" in steps_sent(stage)


@in_virtual_time
async def test_a_scenario_given_before_the_first_step_is_done_replaces_all_of_it_but_the_step_under_way() -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        stage.thing.assign(scenario("{name: other, steps: [{name: a, duration: 1}], end: REJECTED}"), now=True)
        stage.thing.set_manual(False)
        await stage.ended()
        assert stage.status()[0] is S.REJECTED


@pytest.mark.parametrize(("fault", "expected"), [(FaultName.STALE_VERSION, 1), (FaultName.VERSION_AHEAD, 3)])
@in_virtual_time
async def test_a_mistake_that_was_asked_for_is_in_the_message_that_is_shown_before_it_is_sent(
    fault: FaultName, expected: int
) -> None:
    async with on_stage(THREE) as stage:
        await begun_by_hand(stage)
        stage.thing.misbehave(Fault(fault))
        coming = stage.thing.detail().next_update
        assert coming is not None
        assert coming.faults == (fault.value,)
        told = json.loads(coming.payload)
        assert told["expectedVersion"] == expected
        stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 2)
        wrong, mended = stage.service.updates()
        assert wrong == {**told, "clientToken": wrong["clientToken"]}
        assert mended["expectedVersion"] == 2
        await holds(stage, stage.shown.step)
        following = stage.thing.detail().next_update
        assert following is not None
        assert following.faults == ()
        assert json.loads(following.payload)["expectedVersion"] == 3


@in_virtual_time
async def test_what_a_scenario_does_to_an_update_is_shown_before_it_is_sent_too() -> None:
    sends = "expected_version: omitted, include_job_document: true, execution_number: true"
    async with on_stage(f"{{name: blind, {sends}, steps: [{{name: download, duration: 1}}], end: FAILED}}") as stage:
        await begun_by_hand(stage)
        coming = stage.thing.detail().next_update
        assert coming is not None
        stage.thing.act(StepAction.UPDATE)
        await until(lambda: len(stage.service.updates()) == 1)
        sent = stage.service.updates()[0]
        assert "expectedVersion" not in sent
        assert sent == {**json.loads(coming.payload), "clientToken": sent["clientToken"]}


@in_virtual_time
async def test_the_last_update_of_a_step_is_sent_before_the_thing_holds_and_left_out_when_it_goes_on_by_itself() -> (
    None
):
    async with on_stage(TWO) as stage:
        await begun_by_hand(stage)
        stage.thing.act(StepAction.STEP)
        await until(lambda: len(stage.service.updates()) == 2)
        await holds(stage, "install")
        assert stage.shown.progress == 50
        next_update = stage.thing.detail().next_update
        assert next_update is not None
        assert (next_update.step, next_update.progress) == ("install", 50)
        stage.thing.set_manual(False)
        await stage.ended()
        assert steps_sent(stage) == ["download", "download", "install", "install"]
