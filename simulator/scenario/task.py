"""Real work as a walk asks for it: what is to be done, and the updates that tell of it. Pure."""

from typing import TYPE_CHECKING, Final

from simulator.jobs.limits import STATUS_DETAILS_VALUE_CHARACTERS
from simulator.jobs.model import JobStatus
from simulator.scenario.actions import Report, Work
from simulator.scenario.context import WalkContext
from simulator.scenario.template import cleaned

if TYPE_CHECKING:
    from simulator.scenario.plan import Step, Task

REASON: Final = "reason"


def work_of(task: "Task", step: "Step", first: int, last: int, context: WalkContext) -> Work:
    """Return the work of a step that takes progress from `first` to `last` percent."""
    name, form, bound = step.name, step.form, step.details.bind(context)
    reached = first

    def update(status: JobStatus, details: dict[str, str], percent: int) -> Report:
        return Report(
            status, details, name, percent, None,
            form.expected, form.include_state, form.include_document, form.execution_number,
        )  # fmt: skip

    def report(done: int) -> Report:
        nonlocal reached
        reached = max(reached, first + (last - first) * min(max(done, 0), 100) // 100)
        return update(JobStatus.IN_PROGRESS, bound.render(reached), reached)

    def failure(reason: str) -> Report:
        said = cleaned(" ".join(reason.split()))[:STATUS_DETAILS_VALUE_CHARACTERS] or f"{name} failed"
        return update(JobStatus.FAILED, {**bound.render(reached), REASON: said}, reached)

    parameters = dict(task.values)
    for key, text in task.texts.items():
        if shown := text.render(context):
            parameters[key] = shown
    return Work(task.kind, name, report, failure, parameters, task.every, task.within)


def lacking(task: "Task", context: WalkContext) -> str:
    """Return in a sentence what the work cannot begin without and does not have; "" if it has all."""
    for key in task.needs:
        if key in task.texts and not task.texts[key].render(context):
            return f"the {key} of the {task.kind} is empty: {task.texts[key].written}"
    return ""
