"""Walks of all that the language has: they end, they rise, they repeat, and faults change nothing but the faults."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.jobs import limits
from simulator.jobs.model import JobStatus
from simulator.scenario.actions import Action, AskOperator, FallSilent, Misbehave, Report, Wait, Work
from simulator.scenario.faults import FaultKind, FaultName
from simulator.scenario.plan import Scenario, StartsBy
from simulator.scenario.resume import resume_at
from simulator.scenario.walk import faults_for, random_for, walk
from tests.support.scenario_strategy import contexts, scenario_files
from tests.support.scenarios import scenario_of

generous = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
seeds = st.integers(0, 2**53 - 1)


def walked(scenario: Scenario, context, seed: int, resume=None) -> list[Action]:
    return list(walk(scenario, context, random_for(seed, 1), faults_for(seed, 1), resume))


def is_end(action: Action) -> bool:
    is_last_report = isinstance(action, Report) and action.status.is_terminal
    return is_last_report or isinstance(action, FallSilent | AskOperator)


def without_faults(actions: list[Action]) -> list[Action]:
    kept = [action for action in actions if not isinstance(action, Misbehave)]
    return [replace(action, faults=()) if isinstance(action, Report) else action for action in kept]


def updates_of(actions: list[Action]) -> list[Report]:
    updates = []
    for action in actions:
        if isinstance(action, Report):
            updates.append(action)
        elif isinstance(action, Work):
            updates += [action.report(0), action.report(50), action.report(100)]
    return updates


@generous
@given(scenario_files(), contexts, seeds)
def test_any_walk_ends_once_rises_and_keeps_to_the_limits_of_aws(values, context, seed):
    actions = walked(scenario_of(values), context, seed)
    assert [is_end(action) for action in actions] == [False] * (len(actions) - 1) + [True]
    reports = updates_of(actions)
    percents = [report.progress for report in reports]
    assert percents == sorted(percents)
    assert all(0 <= percent <= 100 for percent in percents)
    assert len(reports) <= 10_000
    for report in reports:
        assert report.status is JobStatus.IN_PROGRESS or report.status.is_terminal
        assert len(report.status_details) <= limits.STATUS_DETAILS_PAIRS
        assert all(limits.STATUS_DETAILS_KEY.fullmatch(key) for key in report.status_details)
        assert all(1 <= len(value) <= 1024 for value in report.status_details.values())
        assert all(fault.kind is FaultKind.UPDATE for fault in report.faults)
    for action in actions:
        if isinstance(action, Wait):
            assert action.seconds > 0
        if isinstance(action, Misbehave):
            assert action.fault.kind is not FaultKind.UPDATE
            assert action.fault.seconds >= 0 or action.fault.name is FaultName.CLOCK_SKEW


@generous
@given(scenario_files(), contexts, seeds)
def test_a_walk_ends_as_the_scenario_says_it_may(values, context, seed):
    scenario = scenario_of(values)
    actions = walked(scenario, context, seed)
    last, ends = actions[-1], scenario.possible_ends
    has_begun = scenario.starts_by is StartsBy.START_NEXT or any(isinstance(a, Report | Work) for a in actions)
    match last:
        case Report():
            left_in = {last.status}
        case FallSilent() if not has_begun:
            left_in = {JobStatus.QUEUED}
        case FallSilent(hangs=True):
            left_in = {JobStatus.IN_PROGRESS, JobStatus.TIMED_OUT}
        case FallSilent():
            left_in = {JobStatus.TIMED_OUT}
        case _:
            left_in = {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.REJECTED}
    if timed_out(scenario, actions):
        left_in = {JobStatus.TIMED_OUT}
    assert left_in <= ends


def timed_out(scenario: Scenario, actions: list[Action]) -> bool:
    """Whether the step timer runs out in the course of a walk whose answers take no time and whose line holds."""
    left: float | None = None
    for action in actions:
        if isinstance(action, Wait) and left is not None:
            left -= action.seconds
            if left < 0:
                return True
        elif isinstance(action, Report) and (minutes := action.step_timeout_in_minutes) is not None:
            left = None if minutes < 0 else minutes * 60.0
    return False


@generous
@given(scenario_files(), contexts, seeds)
def test_a_walk_is_no_longer_than_foreseen(values, context, seed):
    scenario = scenario_of(values)
    actions = walked(scenario, context, seed)
    assert sum(a.seconds for a in actions if isinstance(a, Wait)) <= scenario.longest_seconds + 1e-6
    rated = len([a for a in actions if isinstance(a, Misbehave)])
    assert len(actions) - rated <= scenario.outlook.actions + 1
    if isinstance(actions[-1], FallSilent) and not actions[-1].hangs and not scenario.needs_timeout:
        has_begun = scenario.starts_by is StartsBy.START_NEXT or any(isinstance(a, Report | Work) for a in actions)
        set_timers = [a.step_timeout_in_minutes for a in actions if isinstance(a, Report) if a.step_timeout_in_minutes]
        assert not has_begun or set_timers[-1:] > [0]


@generous
@given(scenario_files(), contexts, seeds)
def test_the_same_seed_walks_the_same_way_with_the_same_faults(values, context, seed):
    first = [told(action) for action in walked(scenario_of(values), context, seed)]
    assert [told(action) for action in walked(scenario_of(values), context, seed)] == first


def told(action: Action) -> object:
    if not isinstance(action, Work):
        return action
    return action.kind, action.step, action.parameters, action.report(40), action.failure("why")


@generous
@given(scenario_files(), contexts, seeds, seeds)
def test_faults_shift_nothing_that_is_drawn_beside_them(values, context, seed, other):
    scenario = scenario_of(values)
    calm = without_faults(list(walk(scenario, context, random_for(seed, 1), Random(other))))
    assert [told(a) for a in without_faults(walked(scenario, context, seed))] == [told(a) for a in calm]
    quiet = scenario_of({key: value for key, value in values.items() if key not in ("faults", "on_cancel")})
    assert [told(a) for a in without_faults(walked(quiet, context, seed))] == [told(a) for a in calm]


@generous
@given(scenario_files(kinds=("SUCCEEDED", "FAILED")), contexts, seeds, st.data())
def test_a_walk_taken_up_after_a_reboot_ends_as_it_would_have(values, context, seed, data):
    scenario = scenario_of(values)
    whole = walked(scenario, context, seed)
    reboots = [n for n, a in enumerate(whole) if isinstance(a, Misbehave) and a.fault.name is FaultName.REBOOT]
    if not reboots:
        return
    which = data.draw(st.integers(0, len(reboots) - 1))
    stored: dict[str, str] = {}
    for action in whole[: reboots[which]]:
        stored = action.status_details if isinstance(action, Report) else stored
    resume = resume_at(scenario, stored, which + 1)
    rest = walked(scenario, context, seed, resume)
    after = whole[reboots[which] + 1 :]
    assert [told(raised(a, resume.percent)) for a in rest[len(rest) - len(after) :]] == [
        told(raised(a, resume.percent)) for a in after
    ]
    again = [a for a in rest if isinstance(a, Misbehave) and a.fault.name is FaultName.REBOOT]
    assert len(again) == len(reboots) - which - 1
    percents = [report.progress for report in rest if isinstance(report, Report)]
    assert all(percent >= resume.percent for percent in percents)


def raised(action: Action, percent: int) -> Action:
    """A report without what the percent shows in; it is the floor of the resumed walk that differs."""
    return replace(action, status_details={}, progress=percent) if isinstance(action, Report) else action
