"""A thing that is made anew after its process was lost: it goes on counting, and goes on where the service says."""

from simulator.feed import Activity
from simulator.jobs.model import JobStatus
from tests.support.stage import Stage
from tests.support.virtual_time import in_virtual_time, until

S = JobStatus
FAILS_TWICE = """
name: fails-twice
steps:
  - {name: download, duration: 10, progress: {to: 50, every: 1}}
  - {name: apply, duration: 10, progress: {to: 90, every: 1}}
  - choose:
      - when: {attempt: {at_most: 2}}
        end: {status: FAILED, reason: "attempt {attempt}"}
end: {status: SUCCEEDED, reason: "attempt {attempt}"}
"""


async def ends(stage: Stage, job_id: str) -> tuple[JobStatus, str]:
    await stage.ended(job_id)
    details = stage.service.execution("t", job_id).status_details
    return stage.status(job_id)[0], details["reason"]


@in_virtual_time
async def test_the_execution_that_was_left_is_the_same_attempt_and_goes_on_with_its_step() -> None:
    stage = Stage(FAILS_TWICE)
    async with stage.running():
        stage.service.create_job("j1", "t")
        assert await ends(stage, "j1") == (S.FAILED, "attempt 1")
        stage.service.create_job("j2", "t")
        await until(lambda: (stage.shown.job_id, stage.shown.step) == ("j2", "apply"))
        await stage.progressed(70)
    sent = len(stage.service.updates())
    stage.make_anew()
    assert stage.shown.attempt == 2
    async with stage.running():
        assert await ends(stage, "j2") == (S.FAILED, "attempt 2")
        after = [update["statusDetails"] for update in stage.service.updates()[sent:]]
        assert {each["step"] for each in after if "step" in each} == {"apply"}
        percents = [int(each["progress"]) for each in after if "progress" in each]
        assert percents == sorted(percents)
        assert percents[0] >= 70
        stage.service.create_job("j3", "t")
        assert await ends(stage, "j3") == (S.SUCCEEDED, "attempt 3")


@in_virtual_time
async def test_an_execution_that_came_meanwhile_is_the_next_attempt() -> None:
    stage = Stage(FAILS_TWICE)
    for number in (1, 2, 3):
        async with stage.running():
            stage.service.create_job(f"j{number}", "t")
            end = S.SUCCEEDED if number == 3 else S.FAILED
            assert await ends(stage, f"j{number}") == (end, f"attempt {number}")
        stage.make_anew()
    assert stage.shown.attempt == 3


@in_virtual_time
async def test_an_execution_that_was_not_begun_begins_with_its_first_step() -> None:
    stage = Stage("{name: late, start: describe, steps: [{name: think, duration: 9, report: false}], end: SUCCEEDED}")
    async with stage.running():
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.activity is Activity.WORKING)
    stage.make_anew()
    async with stage.running():
        began = stage.clock.now()
        await stage.ended()
        assert (stage.clock.now() - began >= 9, stage.shown.attempt) == (True, 1)


@in_virtual_time
async def test_a_condition_that_held_before_holds_again() -> None:
    text = FAILS_TWICE.replace("name: fails-twice", "name: skewed\nfaults: {clock-skew: {rate: 1, seconds: 600}}")
    stage = Stage(text)
    async with stage.running():
        stage.service.create_job("j1", "t")
        await until(lambda: stage.shown.step == "apply")
    stage.make_anew()
    sent = len(stage.service.updates())
    async with stage.running():
        await stage.ended()
    assert all("clock" in update["statusDetails"] for update in stage.service.updates()[sent:])
