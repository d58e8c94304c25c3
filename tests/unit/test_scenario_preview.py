"""Passes of a scenario in virtual time: their points, their outcomes, and shares that add up."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.jobs.model import JobStatus
from simulator.scenario import loader, preview
from simulator.scenario.context import WalkContext
from simulator.scenario.plan import Scenario
from simulator.scenario.walk import seed_for

S = JobStatus


def made(text: str) -> Scenario:
    return loader.parse("name: mine\n" + text, "mine.yaml")


def walked(scenario: Scenario, seed: int = 1) -> preview.Pass:
    return preview.one_pass(scenario, WalkContext(thing_name="t", job_id="j"), seed)


def summed(scenario: Scenario, number: int = 1000) -> preview.Outcomes:
    outcomes = preview.Outcomes()
    for each in itertools.islice(preview.passes(scenario, 42, {"version": "2.4.0"}), number):
        outcomes.add(each)
    return outcomes


def test_a_pass_shows_each_version_with_its_time_and_status() -> None:
    found = walked(made("steps: [{name: work, duration: 4, progress: {to: 50, every: 2}}]\nend: SUCCEEDED\n"))
    assert [(p.at, p.status, p.version, p.step, p.progress) for p in found.points] == [
        (0, S.QUEUED, 1, "", 0),
        (0, S.IN_PROGRESS, 2, "", 0),
        (0, S.IN_PROGRESS, 3, "work", 0),
        (2, S.IN_PROGRESS, 4, "work", 25),
        (4, S.SUCCEEDED, 5, "work", 100),
    ]
    assert (found.status, found.seconds) == (S.SUCCEEDED, 4)


def test_a_step_that_fails_tells_its_reason_and_ends_the_pass_there() -> None:
    found = walked(made("steps: [{name: w, duration: 4, fail_chance: 1, reason: no power}]\nend: SUCCEEDED\n"))
    assert (found.points[-1].status, found.points[-1].reason) == (S.FAILED, "no power")
    assert found.seconds is not None
    assert found.seconds < 4


def test_a_step_timer_ends_a_pass_at_its_minute_also_in_the_middle_of_a_wait() -> None:
    step = "{name: w, duration: 200, step_timeout_minutes: 1}"
    found = walked(made(f"steps: [{step}]\nend: SUCCEEDED\n"))
    assert (found.status, found.seconds) == (S.TIMED_OUT, 60)
    cleared = walked(made(f"steps: [{step.replace('200', '50')}, {{name: x, duration: 50, step_timeout_minutes: -1}}]\n"
                          "end: SUCCEEDED\n"))  # fmt: skip
    assert (cleared.status, cleared.seconds) == (S.SUCCEEDED, 100)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("end: silence\nsteps: [{name: w, duration: 1}]\n", S.TIMED_OUT),
        ("end: hang\nsteps: [{name: w, duration: 1}]\n", S.IN_PROGRESS),
        ("end: manual\nsteps: [{name: w, duration: 1}]\n", S.IN_PROGRESS),
        ("end: silence\nstart: none\n", S.QUEUED),
    ],
)
def test_what_does_not_end_by_itself_has_no_seconds(text: str, status: JobStatus) -> None:
    found = walked(made(text))
    assert (found.status, found.seconds) == (status, None)


def test_a_fault_that_keeps_the_thing_away_takes_its_seconds() -> None:
    line = made("steps: [{fault: drop-line, seconds: 7}, {name: w, duration: 1}]\nend: SUCCEEDED\n")
    assert walked(line).seconds == 8
    skewed = made("steps: [{fault: clock-skew, seconds: 7}, {name: w, duration: 1}]\nend: SUCCEEDED\n")
    assert walked(skewed).seconds == 1


def test_after_a_reboot_the_step_is_done_again_and_versions_go_on_rising() -> None:
    text = "steps: [{name: a, duration: 2}, {name: b, duration: 3}, {fault: reboot, seconds: 10}]\nend: SUCCEEDED\n"
    found = walked(made(text))
    assert found.seconds == 2 + 3 + 10 + 3
    assert [point.version for point in found.points] == list(range(1, len(found.points) + 1))


def test_reboots_without_end_end_the_pass() -> None:
    text = "faults: {reboot: {rate: 1, seconds: 1}}\nsteps: [{name: a, duration: 1}]\nend: SUCCEEDED\n"
    assert walked(made(text)).status in (S.SUCCEEDED, S.IN_PROGRESS)


def test_a_mix_comes_out_about_as_its_weights_say_and_the_same_each_time() -> None:
    once, again = summed(loader.builtin("mix")), summed(loader.builtin("mix"))
    shares = {share.status: share.percent for share in once.shares()}
    assert shares[S.SUCCEEDED] == pytest.approx(85, abs=4)
    assert shares[S.FAILED] == pytest.approx(7, abs=3)
    assert once == again


def test_the_place_of_a_thing_in_its_group_counts() -> None:
    shares = summed(loader.builtin("every-tenth-fails")).shares()
    assert [(share.status, share.percent) for share in shares] == [(S.SUCCEEDED, 90.0), (S.FAILED, 10.0)]


@pytest.mark.parametrize("name", [name for name in loader.builtin_names() if name != "manual"])
def test_every_scenario_that_ships_ends_as_its_outlook_says(name: str) -> None:
    scenario = loader.builtin(name)
    outcomes = summed(scenario, 60)
    assert outcomes.ends.keys() <= scenario.possible_ends
    assert max(outcomes.seconds, default=0) <= max(scenario.longest_seconds, 60)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=6).filter(any))
def test_shares_add_up_to_exactly_a_hundred(counts: list[int]) -> None:
    percents = preview.hundred(counts)
    assert sum(round(percent * 10) for percent in percents) == 1000
    for count, percent in zip(counts, percents, strict=True):
        assert percent == pytest.approx(100 * count / sum(counts), abs=0.1)


def test_of_nothing_there_is_no_share() -> None:
    assert preview.hundred([0, 0]) == [0, 0]
    assert preview.Outcomes().shares() == []
    assert preview.Outcomes().percentile(50) is None


def test_percentiles_are_of_the_passes_that_end_by_themselves() -> None:
    outcomes = preview.Outcomes()
    for seconds in (*range(1, 101), None):
        status = S.SUCCEEDED if seconds else S.IN_PROGRESS
        outcomes.add(preview.Pass(scenario="s", status=status, seconds=seconds, points=()))
    assert (outcomes.percentile(50), outcomes.percentile(95), outcomes.percentile(100)) == (50, 95, 100)


def test_things_of_a_run_walk_in_the_preview_as_they_would_in_the_run() -> None:
    scenario = loader.builtin("mix")
    third = next(itertools.islice(preview.passes(scenario, 7, {}), 2, None))
    context = WalkContext(thing_name="thing-00003", job_id="preview", index=3)
    alone = preview.one_pass(scenario, context, seed_for(7, "thing-00003"))
    assert (third.status, third.seconds) == (alone.status, alone.seconds)
