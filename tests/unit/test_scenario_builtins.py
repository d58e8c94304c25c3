"""The scenarios that ship: that each does what its description says."""

import pytest

from simulator.jobs.model import JobStatus
from simulator.scenario import loader
from simulator.scenario.plan import StartsBy
from simulator.scenario.walk import FallSilent, Report, Wait, choose, random_for, walk
from tests.support.scenarios import CONTEXT

SEEDS = range(50)


def walks(name: str):
    scenario = loader.builtin(name)
    return [list(walk(scenario, CONTEXT, random_for(seed, 1))) for seed in SEEDS]


def seconds(actions) -> float:
    return sum(action.seconds for action in actions if isinstance(action, Wait))


def reports(actions) -> list[Report]:
    return [action for action in actions if isinstance(action, Report)]


def test_each_scenario_that_ships_has_a_line_of_its_own():
    assert set(loader.builtin_names()) >= {"success", "slow-success", "fail", "reject", "timeout", "mix"}
    descriptions = [loader.builtin(name).description for name in loader.builtin_names()]
    assert all(descriptions)
    assert all("\n" not in description for description in descriptions)
    assert len(set(descriptions)) == len(descriptions)


@pytest.mark.parametrize("name", loader.builtin_names())
def test_a_built_in_scenario_is_called_as_its_file(name):
    assert loader.builtin(name).name == name
    assert f"name: {name}\n" in loader.builtin_text(name)


def test_success_can_be_watched_and_goes_through_the_steps_of_an_update():
    for actions in walks("success"):
        assert 6 <= seconds(actions) <= 10
        told = reports(actions)
        assert list(dict.fromkeys(report.step for report in told)) == ["download", "verify", "apply", "reboot"]
        assert told[-1].status is JobStatus.SUCCEEDED
        assert told[-1].status_details == {
            "step": "reboot",
            "progress": "100",
            "firmware": "2.4.0",
            "reason": "update applied",
        }
        assert len(told) > 10


@pytest.mark.parametrize(("name", "least", "most"), [("steady-success", 20, 40), ("slow-success", 60, 120)])
def test_the_slower_ones_take_the_time_they_promise(name, least, most):
    for actions in walks(name):
        assert least <= seconds(actions) <= most
        assert reports(actions)[-1].status is JobStatus.SUCCEEDED


def test_fail_fails_in_verify():
    for actions in walks("fail"):
        last = reports(actions)[-1]
        assert (last.status, last.step, last.status_details["reason"]) == (
            JobStatus.FAILED,
            "verify",
            "checksum mismatch",
        )


def test_reject_says_only_that():
    assert loader.builtin("reject").starts_by is StartsBy.DESCRIBE
    for actions in walks("reject"):
        (only,) = reports(actions)
        assert only.status is JobStatus.REJECTED
        assert only.status_details["reason"] == "battery below 20 %"


def test_timeout_sets_a_step_timeout_and_falls_silent():
    for actions in walks("timeout"):
        assert isinstance(actions[-1], FallSilent)
        assert reports(actions)[0].step_timeout_in_minutes == 1
        assert 0 < reports(actions)[-1].progress < 100
    assert loader.builtin("timeout").possible_ends == {JobStatus.TIMED_OUT}


def test_the_mix_holds_every_way_to_end_and_mostly_succeeds():
    mix = loader.builtin("mix")
    assert {member.name for member, _ in mix.mix} >= {"success", "slow-success", "fail", "reject", "timeout"}
    assert mix.possible_ends == {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.REJECTED, JobStatus.TIMED_OUT}
    chosen = [choose(mix, CONTEXT, random_for(seed, 1)).name for seed in range(1000)]
    assert chosen.count("success") > 700
    assert set(chosen) == {member.name for member, _ in mix.mix}
