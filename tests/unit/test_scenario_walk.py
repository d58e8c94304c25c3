"""Walks: one end, rising progress, AWS's limits, and the same again from the same seed."""

import unicodedata
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.jobs import limits
from simulator.jobs.model import JobStatus
from simulator.scenario import loader
from simulator.scenario.plan import Scenario
from simulator.scenario.walk import (
    Action,
    FallSilent,
    Report,
    Wait,
    WalkContext,
    chance_of,
    choose,
    random_for,
    seed_for,
    walk,
)
from tests.support.scenarios import CONTEXT, scenario_of, scenario_values

documents = st.fixed_dictionaries(
    {},
    optional={
        "firmware": st.one_of(st.none(), st.fixed_dictionaries({"version": st.text(max_size=2000)})),
        "text": st.text(max_size=2000),
        "list": st.lists(st.integers()),
        "files": st.lists(st.dictionaries(st.just("name"), st.text()), max_size=2),
        "none": st.none(),
    },
)


def parse(text: str) -> Scenario:
    return loader.parse(text, "test.yaml")


def actions(scenario: Scenario, seed: int = 1, context: WalkContext = CONTEXT) -> list[Action]:
    return list(walk(scenario, context, Random(seed)))


def is_end(action: Action) -> bool:
    return isinstance(action, FallSilent) or (isinstance(action, Report) and action.status.is_terminal)


@settings(deadline=None)
@given(scenario_values(), st.integers(), documents)
def test_any_walk_ends_once_rises_and_keeps_to_the_limits_of_aws(values, seed, document):
    scenario = scenario_of(values)
    walked = actions(scenario, seed, WalkContext("thing-1", "job-1", 1, 1, document))
    reports = [action for action in walked if isinstance(action, Report)]

    assert [is_end(action) for action in walked] == [False] * (len(walked) - 1) + [True]
    assert all(report.status is JobStatus.IN_PROGRESS for report in reports if not is_end(report))
    percents = [report.progress for report in reports]
    assert all(0 <= percent <= 100 for percent in percents)
    assert percents == sorted(percents)
    assert all(action.seconds > 0 for action in walked if isinstance(action, Wait))
    for report in reports:
        assert len(report.status_details) <= limits.STATUS_DETAILS_PAIRS
        for key, value in report.status_details.items():
            assert limits.STATUS_DETAILS_KEY.fullmatch(key)
            assert 1 <= len(value) <= limits.STATUS_DETAILS_VALUE_CHARACTERS
            assert not any(unicodedata.category(character).startswith("C") for character in value)


@settings(deadline=None)
@given(scenario_values(), st.integers())
def test_a_walk_lasts_as_long_as_its_steps_unless_one_fails(values, seed):
    scenario = scenario_of(values)
    walked = actions(scenario, seed)
    waited = sum(action.seconds for action in walked if isinstance(action, Wait))
    most = sum(step.duration.high for step in scenario.steps)
    assert waited <= most + 1e-6
    if not any(step.failure for step in scenario.steps):
        assert waited >= sum(step.duration.low for step in scenario.steps) - 1e-6


@settings(deadline=None)
@given(scenario_values(), st.integers())
def test_a_walk_ends_as_the_scenario_says_it_may(values, seed):
    scenario = scenario_of(values)
    last = actions(scenario, seed)[-1]
    if isinstance(last, Report):  # the walk goes on, but the service may have timed the execution out before
        assert {last.status, JobStatus.TIMED_OUT} & scenario.possible_ends
    else:
        assert scenario.possible_ends & {JobStatus.TIMED_OUT, JobStatus.QUEUED}


@settings(deadline=None)
@given(scenario_values(), st.integers(0, 2**53), st.integers(1, 100))
def test_the_same_seed_and_attempt_walk_the_same_way(values, seed, attempt):
    scenario = scenario_of(values)
    first = list(walk(scenario, CONTEXT, random_for(seed, attempt)))
    assert list(walk(scenario, CONTEXT, random_for(seed, attempt))) == first


def test_progress_is_reported_when_a_step_begins_every_so_often_and_when_it_is_done():
    scenario = parse(
        """
        name: x
        steps:
          - {name: download, duration: 2, progress: {from: 10, to: 50, every: 0.8}}
          - {name: verify, duration: 1, progress: {to: 60}}
        end: SUCCEEDED
        """
    )
    told = [
        (a.step, a.progress) if isinstance(a, Report) else round(a.seconds, 6)
        for a in actions(scenario)
        if not isinstance(a, FallSilent)
    ]
    assert told == [
        ("download", 10),
        0.8,
        ("download", 26),
        0.8,
        ("download", 42),
        0.4,
        ("verify", 50),
        1.0,
        ("verify", 100),
    ]


def test_an_interval_that_divides_the_duration_all_but_exactly_sends_no_extra_update():
    scenario = parse("{name: x, steps: [{name: a, duration: 2.1, progress: {to: 90, every: 0.7}}], end: silence}")
    assert [a.progress for a in actions(scenario) if isinstance(a, Report)] == [0, 30, 60, 90]  # 3 * 0.7 < 2.1


def test_a_step_without_progress_reports_once_and_keeps_the_percent():
    scenario = parse(
        "{name: x, steps: [{name: a, duration: 0, progress: {to: 40}}, {name: b, duration: 1}], end: FAILED}"
    )
    assert [(a.step, a.progress) for a in actions(scenario) if isinstance(a, Report)] == [
        ("a", 0),
        ("b", 40),
        ("b", 40),
    ]


def told_of(text: str) -> list[tuple[str, int] | float | str]:
    """What a walk does: updates by step and percent, waits by their seconds, the rest by its kind."""
    scenario = parse(text)
    told: list[tuple[str, int] | float | str] = []
    for action in actions(scenario):
        match action:
            case Report():
                told.append((action.step, action.progress))
            case Wait():
                told.append(action.seconds)
            case _:
                told.append(type(action).__name__)
    return told


WORK = "{name: a, duration: 1, progress: {to: 40}}"


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("steps: [WORK, {name: b, duration: 2}], end: silence", [("a", 0), 1, ("b", 40), 2, "FallSilent"]),
        ("steps: [WORK], end: FAILED", [("a", 0), 1, ("a", 40)]),
        ("steps: [{repeat: 2, steps: [WORK]}], end: FAILED", [("a", 0), 1, ("a", 40), 1, ("a", 40)]),
        ("steps: [WORK, {fault: lose-reply}], end: FAILED", [("a", 0), 1, ("a", 40)]),
    ],
)
def test_the_last_update_of_a_step_is_left_to_the_next_one_in_the_same_moment(rest, told):
    assert told_of("{name: x, " + rest.replace("WORK", WORK) + "}") == told


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("steps: [WORK], end: silence", [("a", 0), 1, ("a", 40), "FallSilent"]),
        ("steps: [WORK], end: manual", [("a", 0), 1, ("a", 40), "AskOperator"]),
        ("steps: [WORK, {name: b, duration: 2, report: false}], end: FAILED", [("a", 0), 1, ("a", 40), 2, ("b", 40)]),
        ("steps: [WORK, {fault: reboot}], end: FAILED", [("a", 0), 1, ("a", 40), "Misbehave", ("a", 40)]),
    ],
)
def test_the_last_update_of_a_step_is_sent_where_something_else_follows(rest, told):
    assert told_of("{name: x, " + rest.replace("WORK", WORK) + "}") == told


@pytest.mark.parametrize(
    "own", ["status_details: {done: '{percent}'}", "expected_version: stale", "execution_number: false"]
)
def test_the_last_update_of_a_step_that_says_how_its_updates_are_sent_is_sent(own):
    told = told_of("{name: x, steps: [" + WORK.replace("}}", "}, " + own + "}") + "], end: FAILED}")
    assert told == [("a", 0), 1, ("a", 40), ("a", 40)]


def test_an_update_knows_the_one_that_it_is_sent_instead_of():
    scenario = parse(
        "{name: x, expected_version: omitted, steps: [WORK, {name: b, duration: 1}], end: FAILED}".replace("WORK", WORK)
    )
    first, second, end = (action for action in actions(scenario) if isinstance(action, Report))
    assert (first.instead_of, end.instead_of) == (None, None)
    assert second.instead_of == replace(first, progress=40, status_details={"step": "a", "progress": "40"})


def test_a_fault_is_for_the_update_behind_it_not_for_the_last_one_of_the_step_before():
    scenario = parse(
        "{name: x, steps: [WORK, {fault: lose-reply}, {name: b, duration: 1, report: false}], end: FAILED}".replace(
            "WORK", WORK
        )
    )
    assert [len(action.faults) for action in actions(scenario) if isinstance(action, Report)] == [0, 0, 1]


def test_a_step_that_must_not_report_only_waits():
    scenario = parse(
        """
        name: x
        start: describe
        steps: [{name: check, duration: 1.5, report: false}]
        end: {status: REJECTED, reason: no space}
        """
    )
    rejected = Report(JobStatus.REJECTED, {"step": "check", "progress": "0", "reason": "no space"}, "check", 0)
    assert actions(scenario) == [Wait(1.5, "check"), rejected]


def test_a_step_that_always_fails_tells_its_reason_before_the_step_is_over():
    scenario = parse(
        """
        name: x
        steps:
          - {name: verify, duration: 10, progress: {to: 100, every: 1}, fail_chance: 1, reason: "{step}: bad sum"}
          - {name: never, duration: 1}
        end: SUCCEEDED
        """
    )
    walked = actions(scenario)
    last = walked[-1]
    assert isinstance(last, Report)
    assert last.status is JobStatus.FAILED
    assert last.progress < 100  # that is said when the step is done, and it never is
    assert last.status_details == {"step": "verify", "progress": str(last.progress), "reason": "verify: bad sum"}
    assert sum(a.seconds for a in walked if isinstance(a, Wait)) < 10
    assert not any(isinstance(a, Report) and a.step == "never" for a in walked)


def test_a_failure_without_a_reason_names_the_step():
    scenario = parse("{name: x, steps: [{name: apply, duration: 1, fail_chance: 1}], end: SUCCEEDED}")
    last = actions(scenario)[-1]
    assert isinstance(last, Report)
    assert last.status_details["reason"] == "apply failed"


def test_a_chance_of_one_in_four_fails_about_every_fourth_time():
    scenario = parse("{name: x, steps: [{name: a, duration: 1, fail_chance: 0.25}], end: SUCCEEDED}")
    ends = [list(walk(scenario, CONTEXT, random_for(seed, 1)))[-1] for seed in range(2000)]
    failed = sum(isinstance(end, Report) and end.status is JobStatus.FAILED for end in ends)
    assert 430 < failed < 570  # 500 expected, 3.6 standard deviations to either side


def test_the_step_timeout_goes_with_the_first_update_of_its_step_only():
    scenario = parse(
        """
        name: x
        steps:
          - {name: a, duration: 2, progress: {to: 50, every: 1}, step_timeout_minutes: 5}
          - {name: b, duration: 1, step_timeout_minutes: -1}
        end: SUCCEEDED
        """
    )
    sent = [a.step_timeout_in_minutes for a in actions(scenario) if isinstance(a, Report)]
    assert sent == [5, None, -1, None]


def test_durations_are_drawn_between_their_bounds_and_reach_both_halves():
    scenario = parse("{name: x, steps: [{name: a, duration: {between: [2, 4]}}], end: SUCCEEDED}")
    drawn = [a.seconds for seed in range(200) for a in actions(scenario, seed) if isinstance(a, Wait)]
    assert all(2 <= seconds <= 4 for seconds in drawn)
    assert min(drawn) < 2.2
    assert max(drawn) > 3.8


def test_a_jitter_moves_a_duration_around_its_mean():
    scenario = parse("{name: x, steps: [{name: a, duration: {mean: 3, jitter: 1}}], end: SUCCEEDED}")
    drawn = [a.seconds for seed in range(200) for a in actions(scenario, seed) if isinstance(a, Wait)]
    assert all(2 <= seconds <= 4 for seconds in drawn)
    assert 2.8 < sum(drawn) / len(drawn) < 3.2


def test_silence_sends_nothing_at_its_end():
    scenario = parse("{name: x, steps: [{name: a, duration: 0}], end: silence}")
    assert actions(scenario)[-1] == FallSilent("a")


def test_a_thing_that_does_not_start_falls_silent_at_once():
    assert actions(parse("{name: deaf, start: none, end: silence}")) == [FallSilent("")]


def test_a_scenario_without_steps_ends_at_once_and_leaves_out_what_is_empty():
    (only,) = actions(parse("{name: x, end: SUCCEEDED}"))
    assert only == Report(JobStatus.SUCCEEDED, {"progress": "100"}, "", 100)


def test_status_details_of_two_updates_are_not_the_same_dict():
    scenario = parse("{name: x, steps: [{name: a, duration: 0, progress: {to: 1}}], end: FAILED}")
    first, last = (a.status_details for a in actions(scenario) if isinstance(a, Report))
    first["mine"] = "x"
    assert "mine" not in last
    assert all("mine" not in a.status_details for a in actions(scenario) if isinstance(a, Report))


def test_a_mix_must_be_chosen_from_before_it_is_walked():
    with pytest.raises(ValueError, match="choose one of it first"):
        next(walk(loader.builtin("mix"), CONTEXT, Random(1)))


def test_choosing_follows_the_weights_and_leaves_other_scenarios_alone():
    plain = loader.builtin("success")
    assert choose(plain, CONTEXT, Random(1)) is plain
    mix = parse("{name: m, mix: {success: 3, fail: 1}}")
    names = [choose(mix, CONTEXT, random_for(seed, 1)).name for seed in range(2000)]
    assert set(names) == {"success", "fail"}
    assert 1420 < names.count("success") < 1580  # 1500 expected


def test_a_mix_of_mixes_is_chosen_from_down_to_a_scenario_that_can_be_walked():
    outer = parse("{name: outer, mix: {mix: 1}}")
    assert not choose(outer, CONTEXT, Random(1)).mix


def test_seeds_are_the_same_on_every_machine():
    assert seed_for(42, "thing-00001") == 8_686_415_901_613_133
    assert random_for(seed_for(42, "thing-00001"), 1).random() == 0.6963476001792251
    assert chance_of(42, "thing-00001") == 0.17810110492431563


def test_things_and_attempts_have_chances_of_their_own():
    seeds = [seed_for(1, f"thing-{number}") for number in range(1000)]
    assert len(set(seeds)) == 1000
    assert all(0 <= seed < 2**53 for seed in seeds)
    draws = [random_for(seeds[0], attempt).random() for attempt in range(1, 100)]
    assert len(set(draws)) == len(draws)
    assert seed_for(1, "a") != seed_for(2, "a")
