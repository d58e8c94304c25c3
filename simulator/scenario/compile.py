"""From a checked file to the light values that things walk."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from simulator.scenario import model_steps as steps
from simulator.scenario.actions import Expected
from simulator.scenario.conditions import Condition, Question, Test
from simulator.scenario.faults import KINDS, SECONDS, FaultKind, FaultName
from simulator.scenario.model import RateFile, ScenarioFile
from simulator.scenario.model_values import (
    DEFAULT_DETAILS,
    REASON,
    AnyDuration,
    AroundFile,
    BetweenFile,
    ExponentialFile,
    NormalFile,
    ProgressFile,
    SkewFile,
    TestFile,
    Updates,
)
from simulator.scenario.plan import (
    PLAIN,
    Branch,
    Choice,
    End,
    Ending,
    Failure,
    FaultStep,
    Form,
    Include,
    Item,
    Progress,
    Rate,
    Repeat,
    Scenario,
    StartsBy,
    Step,
    Task,
)
from simulator.scenario.spans import Exponential, Length, Normal, Span
from simulator.scenario.template import Details, Text

DOWNLOAD: Final = "download"
AT_ONCE: Final = Span(0.0, 0.0)

Find = Callable[[str], Scenario]
"""Finds the scenario that a file names; it was found before, so it is found again."""


def compiled(file: ScenarioFile, find: Find) -> Scenario:
    """Return the scenario of a file that `rules` found nothing wrong with."""
    compiler = _Compiler(file, find)
    items = tuple(compiler.item(step) for step in file.steps)
    rates = [_rate(FaultName(name), rate) for name, rate in file.faults.items()]
    if file.on_cancel == "ignore":
        rates.append(Rate(FaultName.IGNORE_CANCEL, 1.0, AT_ONCE))
    return Scenario(
        name=file.name,
        description=file.description,
        tags=tuple(file.tags),
        starts_by=StartsBy(file.start),
        steps=items,
        end=compiler.end(file.end or "silence"),
        mix=tuple((find(name), weight) for name, weight in (file.mix or {}).items()),
        update_rates=tuple(rate for rate in rates if KINDS[rate.fault] is not FaultKind.CONDITION and rate.rate > 0),
        execution_rates=tuple(rate for rate in rates if KINDS[rate.fault] is FaultKind.CONDITION and rate.rate > 0),
    )


class _Compiler:
    """Turns the steps of one file into items; what a step leaves open the file says."""

    def __init__(self, file: ScenarioFile, find: Find) -> None:
        self._file = file
        self._find = find

    def item(self, step: steps.AnyStep) -> Item:
        match step:
            case steps.StepFile():
                return self._step(step)
            case steps.FaultFile():
                fault = FaultName(step.fault)
                return FaultStep(fault, _fault_seconds(fault, step.seconds))
            case steps.IncludeFile():
                return Include(self._find(step.include), step.with_end)
            case steps.RepeatFile():
                return Repeat(step.repeat, tuple(self.item(inner) for inner in step.steps))
            case steps.ChooseFile():
                return Choice(tuple(self._branch(branch) for branch in step.choose))
            case steps.DownloadFile() | steps.CustomFile():
                return self._work(step)

    def end(self, end: "steps.Ending") -> End:
        form = end if isinstance(end, steps.EndFile) else steps.EndFile.model_construct(status=end)
        texts = dict(self._texts(form))
        if form.reason is not None:
            texts[REASON] = form.reason
        details = Details(texts, step=None, scenario=self._file.name)
        return End(ending=Ending(form.status), details=details, form=self._form(form))

    def _branch(self, branch: steps.BranchFile) -> Branch:
        items = tuple(self.item(step) for step in branch.steps)
        end = None if branch.end is None else self.end(branch.end)
        condition = None if branch.when is None else condition_of(branch.when)
        return Branch(condition, 1.0 if branch.weight is None else branch.weight, items, end)

    def _step(self, file: steps.StepFile) -> Step:
        texts = self._texts(file)
        failure = None
        if file.fail_chance:
            failing = {**texts, REASON: file.reason or "{step} failed"}
            failure = Failure(chance=file.fail_chance, details=Details(failing, file.name, self._file.name))
        return Step(
            name=file.name,
            duration=length_of(file.duration),
            reports=file.report,
            progress=_progress(file.progress),
            details=Details(texts, file.name, self._file.name),
            failure=failure,
            step_timeout_in_minutes=file.step_timeout_minutes,
            form=self._form(file),
            tells_its_end=_says_how(file),
        )

    def _work(self, file: "steps.DownloadFile | steps.CustomFile") -> Step:
        within = steps.DEFAULT_WITHIN if file.within is None else file.within
        progress = _progress(file.progress)
        every = 1.0 if progress is None or progress.every is None else progress.every
        return Step(
            name=file.name,
            duration=Span(0.0, within),
            progress=progress,
            details=Details(self._texts(file), file.name, self._file.name),
            step_timeout_in_minutes=file.step_timeout_minutes,
            form=self._form(file),
            tells_its_end=True,  # that the work is done is news
            task=self._task(file, within, every),
        )

    def _task(self, file: "steps.DownloadFile | steps.CustomFile", within: float, every: float) -> Task:
        given: Mapping[str, object]
        needs: tuple[str, ...]
        if isinstance(file, steps.DownloadFile):
            kind, needs, given = DOWNLOAD, ("url",), file.download.model_dump(exclude_none=True)
        else:
            kind, needs, given = file.custom, (), file.with_ or {}
        texts = {key: Text(value, file.name, self._file.name) for key, value in given.items() if isinstance(value, str)}
        values = {key: value for key, value in given.items() if not isinstance(value, str)}
        return Task(kind=kind, texts=texts, values=values, needs=needs, every=every, within=within)

    def _texts(self, updates: Updates) -> Mapping[str, str]:
        if updates.status_details is not None:
            return updates.status_details
        return DEFAULT_DETAILS if self._file.status_details is None else self._file.status_details

    def _form(self, updates: Updates) -> Form:
        def said(key: str, otherwise: object) -> object:
            own = getattr(updates, key, None)
            common = getattr(self._file, key)
            return own if own is not None else otherwise if common is None else common

        form = Form(
            expected=Expected(str(said("expected_version", "sent"))),
            include_state=bool(said("include_job_execution_state", False)),
            include_document=bool(said("include_job_document", False)),
            execution_number=bool(said("execution_number", False)),
        )
        return PLAIN if form == PLAIN else form


def condition_of(when: Mapping[str, object]) -> Condition:
    """Return what has to hold."""
    questions = []
    for subject, wanted in when.items():
        if not isinstance(wanted, TestFile):
            questions.append(Question(subject, Test.EQUALS, wanted))
            continue
        for name, bound in wanted.model_dump(by_alias=True, exclude_none=True).items():
            if name == "every":
                questions.append(Question(subject, Test.EVERY, (bound, wanted.offset or 0)))
            elif name != "offset":
                questions.append(Question(subject, Test(name), tuple(bound) if isinstance(bound, list) else bound))
    return tuple(questions)


def length_of(duration: AnyDuration) -> Length:
    """Return the length that a file writes; one that cannot vary is a Span of one value."""
    match duration:
        case BetweenFile() | SkewFile():
            return Span(*map(float, duration.between))
        case AroundFile():
            return Span(duration.mean - duration.jitter, duration.mean + duration.jitter)
        case NormalFile(normal=shape):
            least = max(0.0, shape.mean - 3 * shape.deviation) if shape.least is None else shape.least
            most = shape.mean + 3 * shape.deviation if shape.most is None else shape.most
            return Normal(float(least), float(most), float(shape.mean), float(shape.deviation))
        case ExponentialFile(exponential=shape):
            most = 10 * shape.mean if shape.most is None else shape.most
            return Exponential(float(shape.least or 0), float(most), float(shape.mean))
    return Span(float(duration), float(duration))


def _says_how(updates: Updates) -> bool:
    """Whether a step says itself what its updates carry, or how they are sent."""
    return any(getattr(updates, key) is not None for key in Updates.model_fields)


def _progress(file: ProgressFile | None) -> Progress | None:
    return None if file is None else Progress(first=file.from_, last=file.to, every=file.every)


def _rate(name: FaultName, rate: "float | RateFile") -> Rate:
    if isinstance(rate, RateFile):
        return Rate(name, float(rate.rate), _fault_seconds(name, rate.seconds))
    return Rate(name, float(rate), _fault_seconds(name, None))


def _fault_seconds(name: FaultName, seconds: AnyDuration | None) -> Length:
    if seconds is not None:
        return length_of(seconds)
    usual = SECONDS.get(name, 0.0)
    return AT_ONCE if usual == 0 else Span(usual, usual)


__all__: Sequence[str] = ("Find", "compiled", "condition_of", "length_of")
