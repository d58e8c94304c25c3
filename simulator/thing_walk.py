"""Where a thing is in its walk through the execution under way, and which of its steps it may take in manual mode."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from simulator.fleet import ThingSpec
from simulator.jobs.model import JobExecution
from simulator.scenario.context import WalkContext
from simulator.scenario.plan import Scenario, StartsBy
from simulator.scenario.walk import Action, FallSilent, Report, choose, random_for, walk

CONFLICTS: Final = 10
"""How often one report may meet another version in a row; more means that someone else updates all the time."""

STEPS_AHEAD: Final = 100
"""How many steps may be granted in advance in manual mode."""


class ThingWalk:
    """Belongs to one thing. Chance is the thing's seed and the count of its executions, nothing else."""

    __slots__ = (
        "_action", "_actions", "_attempt", "_conflicts", "_granted", "_is_granted", "_spec", "is_left_waiting",
        "is_manual", "sent", "wait_until",
    )  # fmt: skip

    def __init__(self, spec: ThingSpec) -> None:
        self._spec = spec
        self._attempt = 0
        self._actions: Iterator[Action] = iter(())
        self._action: Action | None = None  # fetched and not done
        self._conflicts = 0  # in a row, of this action
        self._granted = 0
        self._is_granted = False  # this action was granted already
        self.is_manual = False
        self.is_left_waiting = False  # the scenario starts by `none`: the execution stays QUEUED
        self.sent: Report | None = None  # the newest report that was sent
        self.wait_until: float | None = None  # the end of the Wait under way, in simulated seconds

    def coming(self, scenario: Scenario) -> Scenario:
        """Return what `scenario` will be for the next execution: itself, or the one that chance takes out of a mix."""
        if not scenario.mix:
            return scenario
        attempt = self._attempt + 1
        return choose(scenario, self._context("", 1, attempt, {}), random_for(self._spec.seed, attempt))

    def begin(self, scenario: Scenario, execution: JobExecution, document: Mapping[str, object]) -> None:
        """Stand at the beginning of an execution."""
        self._attempt += 1
        context = self._context(execution.job_id, execution.execution_number, self._attempt, document)
        chance = random_for(self._spec.seed, self._attempt)
        chosen = choose(scenario, context, chance)
        self.is_left_waiting = chosen.starts_by is StartsBy.NONE
        self._granted = 0
        self._go_on_with(iter((FallSilent(""),)) if self.is_left_waiting else walk(chosen, context, chance))

    def action(self) -> Action:
        """Return what is to be done now; the same until it is `done` or something else was ordered."""
        action = self._action
        if action is None:
            action = self._action = next(self._actions, None) or FallSilent("")
        return action

    def done(self, action: Action) -> None:
        """Go on after `action`, unless something else was ordered meanwhile."""
        if self._action is action:
            self._action = self.wait_until = None
            self._conflicts = 0
            self._is_granted = False

    def order(self, action: Action) -> None:
        """Do this and drop the rest of the walk; it needs no further leave."""
        self._go_on_with(iter((action,)))
        self._is_granted = True

    def finish(self) -> None:
        """The execution has ended: keep nothing of it."""
        self._go_on_with(iter(()))
        self.sent = None

    def conflicted(self) -> bool:
        """Note that the action met another version; return whether it should be tried again."""
        self._conflicts += 1
        return self._conflicts <= CONFLICTS

    # --- manual mode ------------------------------------------------------------------------------------------------

    def set_manual(self, on: bool) -> None:
        """In manual mode each report (and silence) needs a grant."""
        self.is_manual = on
        self._granted = 0

    def grant(self) -> None:
        """Allow one more step."""
        self._granted = min(self._granted + 1, STEPS_AHEAD)

    def may_act(self) -> bool:
        """Whether the action may be carried out now; in manual mode this uses up a grant, once for each action."""
        if self.is_manual and not self._is_granted:
            if not self._granted:
                return False
            self._granted -= 1
            self._is_granted = True
        return True

    def _go_on_with(self, actions: Iterator[Action]) -> None:
        self._actions = actions
        self._action = self.wait_until = None
        self._conflicts = 0
        self._is_granted = False

    def _context(self, job_id: str, execution_number: int, attempt: int, document: Mapping[str, object]) -> WalkContext:
        return WalkContext(self._spec.name, job_id, execution_number, attempt, document)


def document_of(execution: JobExecution) -> Mapping[str, Any]:
    """Return the job document as a mapping; {} if there is none or it is something else."""
    if not isinstance(execution.job_document, msgspec.Raw):
        return {}
    try:
        document = msgspec.json.decode(execution.job_document)
    except (msgspec.DecodeError, ValueError, RecursionError):  # JSON, but beyond what this reader takes
        return {}
    return document if isinstance(document, dict) else {}
