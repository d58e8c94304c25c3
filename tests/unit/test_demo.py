"""The demo: the same twenty things each time, three of which show what can go wrong."""

import json
from collections import Counter

from simulator import demo
from simulator.demo import demo_job_document, demo_plan, demo_specs, show_job
from simulator.jobs.limits import JOB_ID
from simulator.jobs.model import JobStatus as S
from simulator.scenario import loader
from simulator.scenario.document import firmware_of
from simulator.scenario.plan import Scenario
from simulator.scenario.walk import Wait, WalkContext, random_for, walk


def seconds_of(scenario: Scenario, seed: int) -> float:
    """Return how long a thing's first walk takes, in real seconds of the demo."""
    actions = walk(scenario, WalkContext("pump", "job"), random_for(seed, 1))
    return sum(action.seconds for action in actions if isinstance(action, Wait)) / demo.DEMO_TIME_SCALE


def test_twenty_pumps_of_which_one_fails_one_rejects_and_one_times_out() -> None:
    specs = demo_specs(1)
    assert [spec.name for spec in specs] == [f"pump-{number:02d}" for number in range(1, 21)]
    ends = Counter(end for spec in specs for end in loader.builtin(spec.scenario).possible_ends)
    assert ends == {S.SUCCEEDED: 17, S.FAILED: 1, S.REJECTED: 1, S.TIMED_OUT: 1}


def test_the_seed_changes_the_paces_and_nothing_else() -> None:
    assert demo_specs(1) == demo_specs(1)
    one, two = demo_specs(1), demo_specs(2)
    assert [(spec.name, spec.scenario, spec.firmware) for spec in one] == [
        (s.name, s.scenario, s.firmware) for s in two
    ]
    assert {spec.seed for spec in one}.isdisjoint(spec.seed for spec in two)


def test_it_is_pleasant_to_watch() -> None:
    """The first success within three seconds, the last within half a minute, and others all along between them."""
    for seed in range(20):
        times = sorted(
            seconds_of(loader.builtin(spec.scenario), spec.seed)
            for spec in demo_specs(seed)
            if loader.builtin(spec.scenario).possible_ends == {S.SUCCEEDED}
        )
        assert times[0] < 3
        assert times[-1] < 30
        assert len({spec.scenario for spec in demo_specs(seed)}) == 6
        assert sum(3 < time < 12 for time in times) >= 5


def test_the_jobs_timeout_is_longer_than_the_slowest_walk_and_the_step_timeout_is_seen() -> None:
    slowest = max(seconds_of(loader.builtin("slow-success"), seed) for seed in range(50)) * demo.DEMO_TIME_SCALE
    assert slowest < demo.DEMO_TIMEOUT_MINUTES * 60
    assert 60 / demo.DEMO_TIME_SCALE < 20


def test_the_job_brings_new_firmware() -> None:
    assert firmware_of(json.loads(demo_job_document())) == "2.4.0"
    assert all(spec.firmware == "2.3.1" for spec in demo_specs(1))


def test_the_windows_two_hundred_are_the_twenty_ten_times_over() -> None:
    specs = demo_specs(1, demo.SHOW_THINGS)
    assert (specs[0].name, specs[-1].name) == ("pump-001", "pump-200")
    assert Counter(s.scenario for s in specs) == Counter([s.scenario for s in demo_specs(1)] * 10)


def test_each_of_the_windows_jobs_brings_the_next_firmware_in_a_wave() -> None:
    (first, document, members), (second, newer, _) = show_job(1), show_job(2)
    assert (first, second) == ("firmware-2-4-0", "firmware-2-5-0")
    assert JOB_ID.fullmatch(first)
    assert [firmware_of(json.loads(each)) for each in (document, newer)] == ["2.4.0", "2.5.0"]
    rate = members["jobExecutionsRolloutConfig"]["maximumPerMinute"]
    seconds = demo.SHOW_THINGS / rate * 60 / demo.SHOW_TIME_SCALE
    assert 8 <= seconds <= 15


def test_the_plan_for_the_terminal_is_the_same_demo() -> None:
    plan = demo_plan(7)
    assert list(plan.specs) == demo_specs(7)
    assert plan.document == demo_job_document()
    assert plan.options.time_scale == demo.DEMO_TIME_SCALE
    assert set(plan.scenarios) == {spec.scenario for spec in plan.specs}
    assert demo_plan(7, time_scale=50).options.time_scale == 50
