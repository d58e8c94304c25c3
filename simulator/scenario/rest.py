"""Where a walk comes to rest, found by walking it without anybody listening. Pure."""

from simulator.jobs.model import JobStatus
from simulator.scenario.actions import FallSilent, Report
from simulator.scenario.context import WalkContext
from simulator.scenario.plan import Scenario, StartsBy
from simulator.scenario.walk import choose, faults_for, random_for, walk

OPEN = frozenset({JobStatus.QUEUED, JobStatus.IN_PROGRESS})


def stays_open(scenario: Scenario, context: WalkContext, thing_seed: int) -> bool:
    """Whether the thing leaves this execution QUEUED or IN_PROGRESS on purpose, so that waiting for its end is in vain.

    Real work may fail where this says that it does not; and a timeout of the job ends what hangs in progress.
    """
    if not OPEN & scenario.possible_ends:
        return False
    random = random_for(thing_seed, context.attempt)
    chosen = choose(scenario, context, random)
    if chosen.starts_by is StartsBy.NONE:
        return True
    has_begun = chosen.starts_by is StartsBy.START_NEXT
    for action in walk(chosen, context, random, faults_for(thing_seed, context.attempt)):
        if isinstance(action, FallSilent):
            return action.hangs or not has_begun
        has_begun = has_begun or isinstance(action, Report)
    return False
