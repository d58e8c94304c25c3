"""What may become of a walk, worked out when a scenario is compiled: its ends, its length, its updates. Pure.

Each part of a scenario has an outlook, made from those of its parts; so the cost is one look at each part, also where
scenarios include others many times over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from simulator.jobs.model import JobStatus
from simulator.scenario.faults import FaultName
from simulator.scenario.step_timer import RunningTimer, StepTimer, any_timer_of

if TYPE_CHECKING:  # plan keeps an Outlook in each of its values
    from simulator.scenario.plan import Branch, Choice, End, Include, Item, Rate, Repeat, Scenario, Step

AWAY: Final = frozenset({FaultName.DROP_LINE, FaultName.REBOOT, FaultName.LATE_UPDATE, FaultName.SUBSCRIBE_LATE})
"""The faults whose seconds make a walk longer."""

RATED_AWAY: Final = 10  # faults that come at a rate are reckoned with so often in one walk
_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Flow:
    """From QUEUED or from IN_PROGRESS: how the walk may end in here, and whether it is in progress where it goes on."""

    ends: frozenset[JobStatus] = frozenset()
    after: frozenset[bool] = frozenset()  # empty: it always ends in here
    needs_timeout: bool = False  # may go silent in progress with no timer set in here


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What one part of a scenario may do. Seconds are simulated."""

    flows: tuple[Flow, Flow]  # entered QUEUED, entered IN_PROGRESS
    least: float = 0.0
    longest: float = 0.0
    step_longest: float = 0.0  # of its longest step: what a reboot may have to do again
    updates: float = 0.0  # at most
    actions: float = 0.0  # at most
    clock: StepTimer | None = None  # what it does to the step timer, None for nothing
    has_faults: bool = False  # by steps or by rates
    asks_document: bool = False  # where ways part
    depth: int = 0  # scenarios included in each other

    def ends(self, begun: bool) -> frozenset[JobStatus]:
        """Return how a walk may end in here, entered IN_PROGRESS or (`begun` false) QUEUED."""
        return self.flows[begun].ends


NOTHING: Final = Outlook(flows=(Flow(after=frozenset({False})), Flow(after=frozenset({True}))))


def outlook_of(part: "Item | Branch | Scenario") -> Outlook:
    """Return the outlook of a part of a scenario, from those of its parts."""
    from simulator.scenario import plan  # it is loaded: what is asked for is one of its values

    match part:
        case plan.Step():
            return _of_step(part)
        case plan.FaultStep():
            longest = part.seconds.high if part.fault in AWAY else 0.0
            return replace(NOTHING, longest=max(longest, 0.0), actions=1, has_faults=True)
        case plan.Branch():
            return _along(part.steps, part.end)
        case plan.Choice():
            return _of_choice(part)
        case plan.Repeat():
            return _of_repeat(part)
        case plan.Include():
            return _of_include(part)
        case plan.Scenario() if part.mix:
            return _any_of([member.outlook for member, _ in part.mix], _of_mix(part))
        case plan.Scenario():
            return _with_rates(_along(part.steps, part.end), (*part.update_rates, *part.execution_rates))


def _of_step(step: "Step") -> Outlook:
    updates = 0.0
    if step.reports:
        updates = 1.0
        if step.progress is not None:
            every = step.progress.every
            updates += max(1.0, step.duration.high / every) if every else 1.0
        if step.task is not None:
            updates += 101
    fails = step.failure is not None or step.task is not None
    surely_fails = step.failure is not None and step.failure.chance >= 1
    ends = frozenset({JobStatus.FAILED}) if fails else frozenset()
    flows = [Flow(ends, frozenset() if surely_fails else frozenset({begun or step.reports})) for begun in (False, True)]
    clock = None
    if step.step_timeout_in_minutes is not None:
        seconds = step.step_timeout_in_minutes * _MINUTE if step.step_timeout_in_minutes > 0 else None
        least = 0.0 if fails else step.duration.low
        clock = StepTimer(shortest=seconds, longest=seconds, least=least, most=step.duration.high)
    return Outlook(
        flows=(flows[0], flows[1]),
        least=0.0 if fails else step.duration.low,
        longest=step.duration.high,
        step_longest=step.duration.high,
        updates=updates,
        actions=2 * updates + 1,
        clock=clock,
    )


def _of_choice(choice: "Choice") -> Outlook:
    outlooks = [branch.outlook for branch in choice.branches]
    subjects = {question.subject for branch in choice.branches for question in branch.condition or ()}
    asks_document = any(subject == "firmware" or subject.startswith("document.") for subject in subjects)
    if all(branch.condition is not None for branch in choice.branches):
        outlooks.append(NOTHING)  # none of them holds
    outlook = _any_of(outlooks, (_flow_of(outlooks, begun=False), _flow_of(outlooks, begun=True)))
    return replace(outlook, asks_document=True) if asks_document else outlook


def _of_repeat(repeat: "Repeat") -> Outlook:
    once = _along(repeat.steps)
    twice = _along_outlooks([once, once])  # the second round begins as the first ends; a third tells nothing new
    times = repeat.times
    return replace(
        twice if times > 1 else once,
        least=once.least * times,
        longest=once.longest * times,
        updates=once.updates * times,
        actions=once.actions * times,
    )


def _of_include(include: "Include") -> Outlook:
    inner = include.scenario
    outlook = _entered(inner) if include.with_end else _steps_of(inner)
    return replace(outlook, depth=outlook.depth + 1)


def _entered(scenario: "Scenario") -> Outlook:
    """Return the outlook of a scenario that is come to midway: how it starts does not count then, also in a mix."""
    if not scenario.mix:
        return scenario.outlook
    outlooks = [_entered(member) for member, _ in scenario.mix]
    return _any_of(outlooks, (_flow_of(outlooks, begun=False), _flow_of(outlooks, begun=True)))


def _steps_of(scenario: "Scenario") -> Outlook:
    if scenario.mix:
        outlooks = [_steps_of(member) for member, _ in scenario.mix]
        return _any_of(outlooks, (_flow_of(outlooks, begun=False), _flow_of(outlooks, begun=True)))
    return _with_rates(_along(scenario.steps), (*scenario.update_rates, *scenario.execution_rates))


def _of_mix(scenario: "Scenario") -> tuple[Flow, Flow]:
    """Each member begins in its own way, so a mix ends as they do wherever it begins."""
    own: set[JobStatus] = set()
    for member, _ in scenario.mix:
        own |= member.possible_ends
    flow = Flow(frozenset(own), needs_timeout=any(member.needs_timeout for member, _ in scenario.mix))
    return flow, flow


def _flow_of(outlooks: Sequence[Outlook], *, begun: bool) -> Flow:
    ends: set[JobStatus] = set()
    after: set[bool] = set()
    for outlook in outlooks:
        ends |= outlook.flows[begun].ends
        after |= outlook.flows[begun].after
    return Flow(frozenset(ends), frozenset(after), any(outlook.flows[begun].needs_timeout for outlook in outlooks))


def _any_of(outlooks: Sequence[Outlook], flows: tuple[Flow, Flow]) -> Outlook:
    """Return the outlook of going one of several ways."""
    return Outlook(
        flows=flows,
        least=min(outlook.least for outlook in outlooks),
        longest=max(outlook.longest for outlook in outlooks),
        step_longest=max(outlook.step_longest for outlook in outlooks),
        updates=max(outlook.updates for outlook in outlooks),
        actions=max(outlook.actions for outlook in outlooks),
        clock=any_timer_of(outlooks),
        has_faults=any(outlook.has_faults for outlook in outlooks),
        asks_document=any(outlook.asks_document for outlook in outlooks),
        depth=max((outlook.depth for outlook in outlooks), default=0),
    )


def _with_rates(outlook: Outlook, rates: "Sequence[Rate]") -> Outlook:
    away = sum(
        (rate.seconds.high + (outlook.step_longest if rate.fault is FaultName.REBOOT else 0.0)) * RATED_AWAY
        for rate in rates
        if rate.fault in AWAY
    )
    if not rates:
        return outlook
    return replace(outlook, longest=outlook.longest + max(0.0, away), has_faults=True)


def _along(items: "Sequence[Item]", end: "End | None" = None) -> Outlook:
    from simulator.scenario import plan

    outlooks = []
    redone = 0.0
    for item in items:
        outlook = item.outlook
        redone = max(redone, outlook.step_longest)
        if isinstance(item, plan.FaultStep) and item.fault is FaultName.REBOOT:
            outlook = replace(outlook, longest=outlook.longest + redone)
        outlooks.append(outlook)
    return _along_outlooks(outlooks, end)


def _along_outlooks(outlooks: Sequence[Outlook], end: "End | None" = None) -> Outlook:
    """Return the outlook of one part after the other, and of the end after them."""
    timer = RunningTimer()
    ends: tuple[set[JobStatus], set[JobStatus]] = (set(), set())
    now: list[frozenset[bool]] = [frozenset({False}), frozenset({True})]
    needs = [False, False]
    for outlook in outlooks:
        has_timer = timer.is_set
        timer.passes(outlook)
        for start in (0, 1):
            flows = [outlook.flows[begun] for begun in now[start]]
            needs[start] |= not has_timer and any(flow.needs_timeout for flow in flows)
            ends[start].update(*(flow.ends for flow in flows))
            now[start] = frozenset().union(*(flow.after for flow in flows))
            if timer.may_expire and True in now[start]:
                ends[start].add(JobStatus.TIMED_OUT)
            if timer.has_expired:
                now[start] -= {True}
    if end is not None:
        for start in (0, 1):
            ends[start].update(*(_of_end(end, begun) for begun in now[start]))
            needs[start] |= end.ending == "silence" and True in now[start] and not timer.is_set
        now = [frozenset(), frozenset()]
    return Outlook(
        flows=(Flow(frozenset(ends[0]), now[0], needs[0]), Flow(frozenset(ends[1]), now[1], needs[1])),
        least=sum(outlook.least for outlook in outlooks),
        longest=sum(outlook.longest for outlook in outlooks),
        step_longest=max((outlook.step_longest for outlook in outlooks), default=0.0),
        updates=sum(outlook.updates for outlook in outlooks) + (end is not None),
        actions=sum(outlook.actions for outlook in outlooks) + (end is not None),
        clock=timer.left_behind(),
        has_faults=any(outlook.has_faults for outlook in outlooks),
        asks_document=any(outlook.asks_document for outlook in outlooks),
        depth=max((outlook.depth for outlook in outlooks), default=0),
    )


def _of_end(end: "End", begun: bool) -> frozenset[JobStatus]:
    if end.status is not None:
        return frozenset({end.status})
    timed_out = JobStatus.TIMED_OUT
    match end.ending:
        case "silence":
            return frozenset({timed_out if begun else JobStatus.QUEUED})
        case "hang":
            return frozenset({JobStatus.IN_PROGRESS, timed_out} if begun else {JobStatus.QUEUED})
    chosen = {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.REJECTED}  # by the operator, or the timer is faster
    return frozenset(chosen | ({timed_out} if begun else set()))
