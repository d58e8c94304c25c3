"""Walks taken up again: after a reboot where the service says, and with another scenario midway."""

from dataclasses import replace

from simulator.scenario import loader
from simulator.scenario.actions import Action, Misbehave, Report, Wait
from simulator.scenario.context import WalkContext
from simulator.scenario.faults import FaultName
from simulator.scenario.resume import Resume, resume_at, step_names
from simulator.scenario.walk import faults_for, random_for, walk

CONTEXT = WalkContext("pump-1", "job-1")


def walked(scenario, resume: Resume | None = None, seed: int = 5) -> list[Action]:
    return list(walk(scenario, CONTEXT, random_for(seed, 1), faults_for(seed, 1), resume))


def is_reboot(action: Action) -> bool:
    return isinstance(action, Misbehave) and action.fault.name is FaultName.REBOOT


def steps_told(actions: list[Action]) -> list[str]:
    return list(dict.fromkeys(action.step for action in actions if isinstance(action, Report)))


def test_after_a_reboot_the_step_that_the_service_has_stored_is_done_again():
    scenario = loader.builtin("rebooter")
    whole = walked(scenario)
    resume = resume_at(scenario, {"step": "apply", "progress": "80"}, 1)
    rest = walked(scenario, resume)
    assert resume == Resume(step="apply", percent=80, reboots=1)
    assert steps_told(rest) == ["apply", "verify"]
    assert not any(map(is_reboot, rest))
    assert rest[-1] == whole[-1]
    waits = [action for action in whole if isinstance(action, Wait)]
    assert [action for action in rest if isinstance(action, Wait)] == waits[-2:]  # as long as they took at first
    assert {action.progress for action in rest if isinstance(action, Report)} == {80, 100}


def test_an_older_step_is_taken_up_if_the_service_has_not_heard_of_the_newer_one():
    rest = walked(loader.builtin("rebooter"), Resume(step="download", percent=20, reboots=1))
    assert steps_told(rest) == ["download", "apply", "verify"]
    assert next(action for action in rest if isinstance(action, Report)).progress == 20


def test_a_boot_loop_comes_to_its_end():
    scenario, reboots, stored = loader.builtin("boot-loop"), 0, {}
    resume = None
    while True:
        rest = walked(scenario, resume)
        for action in rest:
            if isinstance(action, Report):
                stored = action.status_details
            if is_reboot(action):
                break
        else:
            break
        reboots += 1
        resume = resume_at(scenario, stored, reboots)
    assert reboots == 3
    assert rest[-1] == walked(scenario)[-1]
    assert steps_told(rest) == ["boot"]


def test_without_a_step_in_the_details_the_walk_begins_anew_and_reboots_no_more():
    scenario = loader.builtin("rebooter")
    rest = walked(scenario, resume_at(scenario, {"state": "busy"}, 1))
    assert rest == [action for action in walked(scenario) if not is_reboot(action)]


def test_a_detail_of_any_name_may_hold_the_step():
    scenario = loader.builtin("rebooter")
    assert resume_at(scenario, {"doing": "verify", "percent": "42 %"}, 0) == Resume(step="verify", percent=42)
    assert resume_at(scenario, {"step": "unknown", "progress": "many"}, 2) == Resume(reboots=2)


def test_another_scenario_takes_over_behind_the_step_that_is_done():
    scenario = loader.builtin("success")
    rest = walked(scenario, resume_at(scenario, {"step": "verify", "progress": "60"}, 0, after=True))
    assert steps_told(rest) == ["apply", "reboot"]
    first = next(a for a in walked(scenario) if isinstance(a, Report) and a.step == "apply")
    assert rest[0] == replace(first, instead_of=None)  # verify was the other scenario's


def test_a_scenario_that_has_no_such_step_is_walked_from_its_beginning_but_does_not_lower_progress():
    scenario = loader.builtin("success")
    rest = walked(scenario, Resume(step="flash", percent=55, after=True))
    assert steps_told(rest) == ["download", "verify", "apply", "reboot"]
    assert min(action.progress for action in rest if isinstance(action, Report)) == 55


def test_steps_of_choices_repeats_and_includes_are_known_by_name():
    text = """
    name: x
    steps:
      - choose: [{steps: [{name: a, duration: 1}]}, {when: {attempt: 1}, steps: [{include: fail}]}]
      - repeat: 2
        steps: [{name: b, duration: 1}]
    end: SUCCEEDED
    """
    assert step_names(loader.parse(text, "f")) == {"a", "b", "download", "verify"}
    assert step_names(loader.builtin("half-bricked-fleet")) >= {"boot", "reboot"}
