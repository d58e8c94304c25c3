"""A walk told in lines, without an endpoint: what a thing would do when, for people who wonder. Pure."""

from collections.abc import Iterator, Mapping

from simulator.jobs.model import JobStatus
from simulator.scenario.actions import Action, AskOperator, FallSilent, Misbehave, Report, Wait, Work
from simulator.scenario.context import WalkContext
from simulator.scenario.faults import SENTENCES, Fault, FaultName
from simulator.scenario.outlook import AWAY
from simulator.scenario.plan import Scenario, StartsBy
from simulator.scenario.resume import resume_at
from simulator.scenario.walk import choose, faults_for, random_for, walk

BEGINNINGS: Mapping[StartsBy, str] = {
    StartsBy.START_NEXT: "starts the next execution: IN_PROGRESS",
    StartsBy.DESCRIBE: "asks for the next execution: QUEUED until the first update",
    StartsBy.NONE: "lets the execution wait: QUEUED",
}


def explained(scenario: Scenario, context: WalkContext, thing_seed: int) -> Iterator[str]:
    """Yield the walk of one execution, a line for each thing done, with the simulated seconds since it was taken.

    Answers take no time here; real work is told, not done.
    """
    random = random_for(thing_seed, context.attempt)
    chosen = choose(scenario, context, random)
    chance = f" (chosen by {scenario.name})" if chosen is not scenario else ""
    yield f"{chosen.name}{chance}: {chosen.description}" if chosen.description else f"{chosen.name}{chance}"
    yield _line(0.0, BEGINNINGS[chosen.starts_by])
    if chosen.starts_by is StartsBy.NONE:
        return
    seconds, reboots = 0.0, 0
    stored: Mapping[str, str] = {}
    actions = walk(chosen, context, random, faults_for(thing_seed, context.attempt))
    while (action := next(actions, None)) is not None:
        if isinstance(action, Wait):
            seconds += action.seconds
            continue
        if isinstance(action, Report):
            stored = action.status_details
        yield from (_line(seconds, text) for text in _told(action))
        if isinstance(action, Misbehave) and action.fault.name is FaultName.REBOOT:
            seconds += action.fault.seconds
            reboots += 1
            resume = resume_at(chosen, stored, reboots)
            yield _line(seconds, f"goes on with {resume.step} again" if resume.step else "begins anew")
            random = random_for(thing_seed, context.attempt)
            chosen = choose(scenario, context, random)
            actions = walk(chosen, context, random, faults_for(thing_seed, context.attempt), resume)


def _told(action: Action) -> Iterator[str]:
    match action:
        case Report():
            yield _report(action)
            for fault in action.faults:
                yield f"  fault {_fault(fault)}"
        case Misbehave(fault=fault):
            yield f"fault {_fault(fault)}"
        case Work():
            yield _work(action)
        case AskOperator():
            yield "waits for the operator to choose the end"
        case FallSilent(hangs=True):
            yield "hangs: says nothing more and stays as it is"
        case FallSilent():
            yield "says nothing more"


def _report(report: Report) -> str:
    said = [report.status.value]
    if report.status is JobStatus.IN_PROGRESS or report.step:
        said.append(f"{report.step} {report.progress} %".strip())
    said += [f'{key}="{value}"' for key, value in report.status_details.items()]
    if report.step_timeout_in_minutes is not None:
        minutes = report.step_timeout_in_minutes
        said.append("clears the step timer" if minutes < 0 else f"step timer {minutes} min")
    if report.expected != "sent":
        said.append(f"expected version {report.expected}")
    for is_said, name in (
        (report.include_state, "includeJobExecutionState"),
        (report.include_document, "includeJobDocument"),
        (report.execution_number, "executionNumber"),
    ):
        if is_said:
            said.append(name)
    return "  ".join(said)


def _fault(fault: Fault) -> str:
    takes = fault.name in AWAY or fault.seconds
    return f"{fault.name}: {SENTENCES[fault.name]}" + (f" ({fault.seconds:.3g} s)" if takes else "")


def _work(work: Work) -> str:
    parameters = "  ".join(f"{key}={value}" for key, value in work.parameters.items())
    return f"works: {work.kind}  {parameters}".rstrip() + f"  (at most {work.within:g} s)"


def _line(seconds: float, text: str) -> str:
    return f"{seconds:9.3f}  {text}"
