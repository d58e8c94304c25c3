"""Every mistake on the real service: what was predicted is what comes back."""

import pytest

from simulator.feed import Activity, ThingDetail
from simulator.fleet import StepAction
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus as S
from simulator.jobs.topics import Answer
from simulator.scenario.faults import FaultName
from tests.integration.test_faults import REJECTED, Scene, scene, with_fault
from ui.mistake_check import Check, checks
from ui.steps_rows import prediction, rows


def found(detail: ThingDetail) -> list[Check]:
    return list(checks(detail.messages, detail.timeline, "t").values())


async def answered(acting: Scene, rejects: int) -> list[Check]:
    """The checks, once the thing has been refused so often and everything it sent wrong has its answer."""
    await acting.watcher.until(lambda: acting.shown.rejects >= rejects)
    return found(await acting.detail())


@pytest.mark.parametrize("name", REJECTED)
async def test_the_service_answers_a_mistake_as_predicted(name: FaultName) -> None:
    async with scene("", with_fault(name)) as acting:
        await acting.make_job()
        await acting.until(S.SUCCEEDED)
        told = await answered(acting, 1)
        assert told, "nothing was predicted"
        assert [str(check) for check in told if not check.is_equal] == []
        if name is not FaultName.LOSE_REPLY:  # its mistake is to ask again, and that is sent as it should be
            assert any("rejected" in check.answer for check in told)


async def test_an_illegal_transition_by_hand_is_refused_as_predicted() -> None:
    async with scene("", "{name: faulty, steps: [{name: work, duration: 2}], end: SUCCEEDED}") as acting:
        await acting.make_job()
        await acting.until(S.SUCCEEDED)
        await acting.watcher.until(lambda: acting.shown.activity is Activity.IDLE)
        await acting.fleet.send(["t"], UpdateByHand(status="IN_PROGRESS"))
        assert [check.answer for check in await answered(acting, 1)] == ["rejected: InvalidStateTransition"]
        assert all(check.is_equal for check in found(await acting.detail()))


async def test_an_update_by_hand_that_is_fine_is_accepted_as_predicted() -> None:
    async with scene("", with_fault("drop-line").replace("  - {fault: drop-line}\n", "")) as acting:
        await acting.fleet.manual(["t"], on=True)
        await acting.make_job()
        await acting.watcher.until(lambda: acting.shown.activity is Activity.WAITING_FOR_STEP)
        await acting.fleet.send(["t"], UpdateByHand(status="SUCCEEDED", expected_version=acting.shown.version))
        await acting.until(S.SUCCEEDED)
        told = found(await acting.detail())
        assert len(told) == 1
        assert told[0].is_equal
        assert told[0].predicted == "accepted as v3"


async def test_the_steps_and_the_next_answer_of_a_thing_that_waits_come_true() -> None:
    async with scene("", with_fault("drop-line").replace("  - {fault: drop-line}\n", "")) as acting:
        await acting.fleet.manual(["t"], on=True)
        await acting.make_job()
        await acting.watcher.until(lambda: acting.shown.activity is Activity.WAITING_FOR_STEP)
        assert states(await acting.detail()) == ["download next", "install later", "end later"]
        await acting.fleet.act(["t"], StepAction.STEP)
        await acting.watcher.until(
            lambda: acting.shown.step == "install" and acting.shown.activity is Activity.WAITING_FOR_STEP
        )
        detail = await acting.detail()
        assert detail.next_update is not None
        told = prediction(detail.snapshot, detail.next_update)
        assert told.answer is Answer.ACCEPTED
        await acting.fleet.act(["t"], StepAction.UPDATE)
        await acting.watcher.until(lambda: acting.shown.version == told.version)
        await acting.fleet.manual(["t"], on=False)
        await acting.until(S.SUCCEEDED)
        assert states(await acting.detail()) == ["download done", "install done", "end done"]


def states(detail: ThingDetail) -> list[str]:
    return [f"{row.name} {row.state}" for row in rows(detail)]
