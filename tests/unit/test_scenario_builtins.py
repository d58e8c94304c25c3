"""The scenarios that ship: that each does what its description says."""

from dataclasses import replace

import pytest

from simulator.jobs.model import JobStatus
from simulator.scenario import loader
from simulator.scenario.actions import AskOperator, FallSilent, Misbehave, Report, Wait, Work
from simulator.scenario.faults import FaultName
from simulator.scenario.plan import StartsBy
from simulator.scenario.walk import choose, faults_for, random_for, walk
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


def faults(actions) -> set[str]:
    """The names of all faults in a walk."""
    named = {action.fault.name.value for action in actions if isinstance(action, Misbehave)}
    return named | {fault.name.value for action in reports(actions) for fault in action.faults}


def told(name: str, **context) -> list:
    """One walk of a built-in scenario by a thing that is as `context` says."""
    scenario = loader.builtin(name)
    return list(walk(scenario, replace(CONTEXT, **context), random_for(1, 1), faults_for(1, 1)))


def test_at_least_twenty_scenarios_ship_and_each_has_tags_and_a_comment_that_explains_it():
    listed = loader.list_scenarios()
    assert len(listed) >= 20
    assert all(each.tags for each in listed)
    assert all(loader.builtin_text(each.name).startswith("# ") for each in listed)


def test_lists_are_read_from_the_first_lines_and_say_what_the_files_say():
    for listed in loader.list_scenarios():
        scenario = loader.builtin(listed.name)
        assert (listed.name, listed.description, listed.tags) == (scenario.name, scenario.description, scenario.tags)


@pytest.mark.parametrize("name", sorted({*loader.builtin_names()} - {"mix", "half-bricked-fleet"}))
def test_a_built_in_scenario_ends_as_its_list_entry_says(name):
    scenario = loader.builtin(name)
    for seed in range(20):
        last = list(walk(scenario, CONTEXT, random_for(seed, 1), faults_for(seed, 1)))[-1]
        if isinstance(last, Report):
            assert last.status in scenario.possible_ends
        else:
            assert scenario.possible_ends & {JobStatus.TIMED_OUT, JobStatus.QUEUED, JobStatus.IN_PROGRESS}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("boot-loop", {"reboot"}),
        ("rebooter", {"reboot"}),
        ("zombie", {"update-after-end"}),
        ("forgetful", {"version-ahead"}),
        ("malformed", {"malformed-json", "wrong-topic", "unknown-job"}),
        ("oversize", {"oversize-details"}),
        ("cancel-ignorer", {"ignore-cancel"}),
        ("two-of-a-kind", {"second-connection"}),
    ],
)
def test_a_scenario_named_after_a_fault_has_it_each_time(name, expected):
    scenario = loader.builtin(name)
    for seed in range(5):
        assert faults(list(walk(scenario, CONTEXT, random_for(seed, 1), faults_for(seed, 1)))) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("flaky-network", {"drop-line", "lose-reply", "duplicate-update", "late-update"}),
        ("duplicate-sender", {"duplicate-update", "lose-reply"}),
        ("scrambler", {"out-of-order"}),
        ("thin-line", {"slow-link", "clock-skew", "subscribe-late", "double-notify"}),
    ],
)
def test_a_scenario_with_rates_has_each_of_its_faults_now_and_then(name, expected):
    scenario, seen = loader.builtin(name), set()
    for seed in range(40):
        seen |= faults(list(walk(scenario, CONTEXT, random_for(seed, 1), faults_for(seed, 1))))
    assert seen == expected


def test_every_fault_there_is_comes_up_in_a_scenario_that_ships():
    seen: set[str] = set()
    for name in loader.builtin_names():
        scenario = loader.builtin(name)
        if not scenario.mix:
            for seed in range(40):
                seen |= faults(list(walk(scenario, CONTEXT, random_for(seed, 1), faults_for(seed, 1))))
    assert {fault.value for fault in FaultName} - seen == {"stale-version"}  # `forgetful` expects one in its own way


def test_fails_twice_succeeds_the_third_time():
    ends = [told("fails-twice", attempt=attempt)[-1].status for attempt in (1, 2, 3, 4)]
    assert ends == [JobStatus.FAILED, JobStatus.FAILED, JobStatus.SUCCEEDED, JobStatus.SUCCEEDED]


def test_picky_reads_the_document():
    ends = [told("picky", document=document)[-1].status for document in ({}, {"version": "1.9"}, {"version": "2.10"})]
    assert ends == [JobStatus.REJECTED, JobStatus.REJECTED, JobStatus.SUCCEEDED]


def test_every_tenth_fails():
    failed = [index for index in range(1, 31) if told("every-tenth-fails", index=index)[-1].status is JobStatus.FAILED]
    assert failed == [10, 20, 30]
    assert told("every-tenth-fails", index=0)[-1].status is JobStatus.SUCCEEDED


def test_the_impatient_updater_sends_two_hundred_updates_and_asks_for_everything():
    told_ = reports(told("impatient-updater"))
    assert len(told_) > 200
    assert told_[0].include_state
    assert told_[0].include_document


def test_the_quiet_ones_are_quiet_in_their_own_ways():
    assert told("hangs")[-1] == FallSilent("apply", hangs=True)
    assert told("zombie")[-1] == FallSilent("download")
    assert told("manual")[-1] == AskOperator("apply")
    assert loader.builtin("deaf").starts_by is StartsBy.NONE


def test_download_does_the_document_s_bidding():
    document = {"url": "https://x.org/a", "size": 3}
    work = next(action for action in told("download", document=document) if isinstance(action, Work))
    assert (work.kind, work.parameters) == ("download", {"url": "https://x.org/a", "size": "3"})
