"""Where a thing is in its walk through the execution under way, and what comes next in it."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from msgspec import UnsetType

from simulator.fleet import ThingSpec
from simulator.jobs.model import JobExecution, JobStatus
from simulator.scenario.actions import Action, AskOperator, FallSilent, Report
from simulator.scenario.context import WalkContext
from simulator.scenario.outline import PlannedStep, outline
from simulator.scenario.plan import Scenario, StartsBy
from simulator.scenario.resume import Resume, resume_at
from simulator.scenario.walk import choose, faults_for, random_for, walk

CONFLICTS: Final = 10
"""How often one report may meet another version in a row; more means that someone else updates all the time."""

LOOKED_AHEAD: Final = 100
"""How many actions may be looked through for the next update, when a person asks for it."""

Part = tuple[str, bool]
"""What actions of one step have in common: its name, and whether it is the end of the walk."""


@dataclass(frozen=True, slots=True)
class _Course:
    """What a walk was begun with, so that it can be walked anew from some place on."""

    scenario: Scenario
    context: WalkContext


class ThingWalk:
    """Belongs to one thing. Chance is the thing's seed and the count of its executions, nothing else."""

    __slots__ = (
        "_action", "_actions", "_ahead", "_conflicts", "_course", "_instead", "_newest", "_outlined", "_past",
        "_reboots", "_spec", "attempt", "before", "is_left_waiting", "leaves_nothing_out", "sent", "wait_until",
    )  # fmt: skip

    def __init__(self, spec: ThingSpec) -> None:
        self._spec = spec
        self._past = spec.past  # until the first execution after it begins
        self.attempt = 0 if spec.past is None else spec.past.attempt
        self._course: _Course | None = None
        self._newest: _Course | None = None  # the same, kept after its end for people who look
        self._outlined: list[PlannedStep] | None = None  # of it, made when first asked for
        self._actions: Iterator[Action] = iter(())
        self._ahead: deque[Action] = deque()  # fetched from `_actions` already
        self._action: Action | None = None  # fetched and not done
        self._conflicts = 0  # in a row, of this action
        self._instead: Scenario | None = None  # to be walked from the next step on
        self._reboots = 0  # of this execution
        self.before: Action | None = None  # the newest action that is done
        self.leaves_nothing_out = False  # time may pass between steps: the last update of each is sent
        self.is_left_waiting = False  # the scenario starts by `none`: the execution stays QUEUED
        self.sent: Report | None = None  # the newest report that was sent; its faults were had
        self.wait_until: float | None = None  # the end of the Wait under way, in simulated seconds

    def coming(self, scenario: Scenario) -> Scenario:
        """Return what `scenario` will be for the next execution: itself, or the one that chance takes out of a mix."""
        if not scenario.mix:
            return scenario
        attempt = self.attempt + 1
        return choose(scenario, self._context("", 1, attempt, {}), random_for(self._spec.seed, attempt))

    def begin(self, scenario: Scenario, execution: JobExecution, document: Mapping[str, object]) -> None:
        """Stand at the beginning of an execution; of one that a lost process left, where the service says it is."""
        past, self._past = self._past, None
        is_left = past is not None and (past.job_id, past.execution_number) == (
            execution.job_id, execution.execution_number,
        )  # fmt: skip
        self.attempt += not is_left
        context = self._context(execution.job_id, execution.execution_number, self.attempt, document)
        course = self._course = _Course(scenario, context)
        self._reboots = 0
        if is_left and execution.status is JobStatus.IN_PROGRESS:
            details = execution.status_details
            resume = resume_at(self._chosen(course), {} if isinstance(details, UnsetType) else details, 0)
            self._walk_from(replace(resume, anew=True))
        else:
            self._walk_from(None)

    def action(self) -> Action:
        """Return what is to be done now; the same until it is `done` or something else was ordered."""
        action = self._action
        if action is None:
            action = self._action = self._fetch()
        return action

    def done(self, action: Action) -> None:
        """Go on after `action`, unless something else was ordered meanwhile."""
        if self._action is action:
            self.before = action
            self._action = self.wait_until = None
            self._conflicts = 0

    def order(self, action: Action) -> None:
        """Do this and drop the rest of the walk."""
        self._go_on_with(iter((action,)))

    def finish(self) -> None:
        """The execution has ended: keep nothing of it."""
        self._go_on_with(iter(()))
        self.sent = self.before = self._course = None

    def conflicted(self) -> bool:
        """Note that the action met another version; return whether it should be tried again."""
        self._conflicts += 1
        return self._conflicts <= CONFLICTS

    # --- taking it up elsewhere ---------------------------------------------------------------------------------------

    def rebooted(self) -> None:
        """Note a reboot that the walk asked for, so that it does not come again."""
        self._reboots += 1

    def resume(self, stored: Mapping[str, str]) -> None:
        """Go on where the service says the execution is, by the status details that it has stored."""
        if self._course is not None and not self.is_left_waiting:
            self._walk_from(resume_at(self._chosen(self._course), stored, self._reboots))

    def turn_to(self, scenario: Scenario) -> None:
        """Walk another scenario from the next step on; at once, if there is nothing left to do."""
        self._instead = scenario
        if self._action is not None and _is_rest(self._action):
            self._action = None
            self._actions = iter(())
            self._ahead.clear()

    # --- looking at it ------------------------------------------------------------------------------------------------

    def part(self) -> Part:
        """Return which step the action belongs to."""
        return part_of(self.action())

    def put_in_front(self, actions: list[Action]) -> None:
        """Do these first, and then the action that is due now."""
        if self._action is not None:
            self._ahead.appendleft(self._action)
        self._ahead.extendleft(reversed(actions))
        self._action = self.wait_until = self.sent = None

    def leave_out(self) -> None:
        """Go on to the next step, or to the end."""
        left = self.part()
        while self.part() == left and not left[1]:
            self.done(self.action())

    def outline(self) -> list[PlannedStep]:
        """Return the steps of the newest walk, from its beginning, also after its end."""
        if self._outlined is None and self._newest is not None:
            course, seed = self._newest, self._spec.seed
            chance = random_for(seed, course.context.attempt)
            chosen = choose(course.scenario, course.context, chance)
            self._outlined = outline(walk(chosen, course.context, chance, faults_for(seed, course.context.attempt)))
        return self._outlined or []

    def next_report(self) -> Report | None:
        """Return the next update that will be sent, if it comes soon and nothing else happens."""
        coming = [self.action(), *self._ahead]
        while not any(type(action) is Report for action in coming) and len(coming) < LOOKED_AHEAD:
            action = next(self._actions, None)
            if action is None:
                return None
            self._ahead.append(action)
            coming.append(action)
        report = next((action for action in coming if isinstance(action, Report)), None)
        if report is not None and report is not self._action and self.leaves_nothing_out:
            return report.instead_of or report
        return report

    # --- helpers ------------------------------------------------------------------------------------------------------

    def _fetch(self) -> Action:
        action = self._ahead.popleft() if self._ahead else next(self._actions, None)
        if self._instead is not None and (
            action is None or self.before is None or part_of(action) != part_of(self.before)
        ):
            self._take_over(self._instead, action)
            action = next(self._actions, None)
        if self.leaves_nothing_out and type(action) is Report and action.instead_of is not None:
            self._ahead.appendleft(replace(action, instead_of=None))
            action = action.instead_of
        return action or FallSilent("")

    def _take_over(self, scenario: Scenario, action: Action | None) -> None:
        """Begin another scenario instead of `action`, behind the step that is done.

        From its first step, if it has no step of that name. Progress goes on where the step that is done left it.
        """
        name = "" if self.before is None else self.before.step
        before = self.before
        assert self._course is not None
        self._course = _Course(scenario, self._course.context)
        self._reboots = 0
        resume = resume_at(self._chosen(self._course), {"step": name} if name else {}, 0, after=True)
        told = action.instead_of if isinstance(action, Report) and action.instead_of is not None else self.sent
        self._walk_from(resume if told is None else replace(resume, percent=told.progress))
        self.before = before

    def _walk_from(self, resume: Resume | None) -> None:
        assert self._course is not None
        if self._newest is not self._course:
            self._newest, self._outlined = self._course, None
        seed, context = self._spec.seed, self._course.context
        chance = random_for(seed, context.attempt)
        chosen = choose(self._course.scenario, context, chance)
        self.is_left_waiting = chosen.starts_by is StartsBy.NONE and resume is None
        if self.is_left_waiting:
            self._go_on_with(iter((FallSilent(""),)))
        else:
            self._go_on_with(walk(chosen, context, chance, faults_for(seed, context.attempt), resume))

    def _chosen(self, course: _Course) -> Scenario:
        return choose(course.scenario, course.context, random_for(self._spec.seed, course.context.attempt))

    def _go_on_with(self, actions: Iterator[Action]) -> None:
        self._actions = actions
        self._ahead.clear()
        self._action = self._instead = self.before = self.wait_until = None
        self._conflicts = 0

    def _context(self, job_id: str, execution_number: int, attempt: int, document: Mapping[str, object]) -> WalkContext:
        spec = self._spec
        return WalkContext(spec.name, job_id, execution_number, attempt, document, spec.attributes, spec.index)


def part_of(action: Action) -> Part:
    """Return which step an action belongs to; the last action of a walk is a part of its own."""
    is_end = _is_rest(action) or (isinstance(action, Report) and action.status is not JobStatus.IN_PROGRESS)
    return action.step, is_end


def _is_rest(action: Action) -> bool:
    """Whether nothing will be done any more unless someone says so."""
    return isinstance(action, FallSilent | AskOperator)


def document_of(execution: JobExecution) -> Mapping[str, Any]:
    """Return the job document as a mapping; {} if there is none or it is something else."""
    if not isinstance(execution.job_document, msgspec.Raw):
        return {}
    try:
        document = msgspec.json.decode(execution.job_document)
    except (msgspec.DecodeError, ValueError, RecursionError):  # JSON, but beyond what this reader takes
        return {}
    return document if isinstance(document, dict) else {}
