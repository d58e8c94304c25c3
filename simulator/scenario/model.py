"""The scenario file as pydantic models: which keys there are, what each may hold, and the JSON Schema of it all.

Only what one value can tell by itself is checked here; what several have to agree on is in `rules`. `compiled` turns a
checked file into the light `Scenario` that things walk.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from simulator.jobs import limits
from simulator.jobs.model import JobStatus
from simulator.scenario import template
from simulator.scenario.plan import End, Failure, Progress, Scenario, Span, StartsBy, Step
from simulator.scenario.template import Details, TemplateError

MAX_STEPS: Final = 200
MAX_SECONDS: Final = limits.TIMEOUT_MINUTES[1] * 60  # a week: AWS's longest timeout; nothing lives longer
MIN_INTERVAL_SECONDS: Final = 0.001
MAX_WEIGHT: Final = 1e9
MAX_MIX: Final = 100
NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
SILENCE: Final = "silence"
DEFAULT_DETAILS: Final[Mapping[str, str]] = {"step": "{step}", "progress": "{percent}"}
REASON: Final = "reason"


def told(what: str, mend: str) -> PydanticCustomError:
    """Return an error that brings its own sentence; `sentences` hands it on as it is."""
    return PydanticCustomError("told", "{what}; {mend}", {"what": what, "mend": mend})


def _template(text: str) -> str:
    try:
        template.parse(text)
    except TemplateError as exc:
        raise told(exc.what, exc.mend) from exc
    return text


def _details_key(key: str) -> str:
    if not limits.STATUS_DETAILS_KEY.fullmatch(key):
        raise told("is no name for a status detail", "use 1 to 128 letters, digits, colons, hyphens or underscores")
    return key


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise told(f'"{text[:40]}" is no scenario name', "use 1 to 64 letters, digits, hyphens or underscores")
    return text


def _step_name(text: str) -> str:
    if not 1 <= len(text) <= 128 or template.cleaned(text) != text:
        raise told("is no step name", "write 1 to 128 characters in one line")
    return text


def _step_timeout(minutes: int) -> int:
    low, high = limits.TIMEOUT_MINUTES
    if minutes != limits.STEP_TIMEOUT_CANCEL and not low <= minutes <= high:
        raise told(f"{minutes:g} minutes is no step timeout", f"write {low} to {high:,}, or -1 to clear the timer")
    return minutes


Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]
Percent = Annotated[int, Field(ge=0, le=100)]
Template = Annotated[str, AfterValidator(_template), Field(json_schema_extra={"minLength": 1})]
StatusDetails = Annotated[
    dict[Annotated[str, AfterValidator(_details_key)], Template],
    Field(
        max_length=limits.STATUS_DETAILS_PAIRS,
        json_schema_extra={"propertyNames": {"pattern": f"^{limits.STATUS_DETAILS_KEY.pattern}$"}},
    ),
]
StepTimeout = Annotated[
    int,
    AfterValidator(_step_timeout),
    WithJsonSchema({"type": "integer", "anyOf": [{"const": -1}, {"minimum": 1, "maximum": limits.TIMEOUT_MINUTES[1]}]}),
]


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class BetweenFile(_File):
    """A length of time drawn evenly between two bounds."""

    between: list[Seconds] = Field(min_length=2, max_length=2, description="Least and most seconds.")


class AroundFile(_File):
    """A length of time drawn evenly from mean - jitter to mean + jitter."""

    mean: Seconds = Field(description="Seconds.")
    jitter: Seconds = Field(description="Seconds, at most the mean.")


def _kind_of_duration(value: Any) -> str | None:
    if isinstance(value, dict):
        return "<between>" if "between" in value else "<around>" if {"mean", "jitter"} & value.keys() else None
    return "<seconds>" if isinstance(value, int | float) and not isinstance(value, bool) else None


Duration = Annotated[
    Annotated[Seconds, Tag("<seconds>")]
    | Annotated[BetweenFile, Tag("<between>")]
    | Annotated[AroundFile, Tag("<around>")],
    Discriminator(_kind_of_duration, custom_error_type="duration", custom_error_message="no duration"),
]


class ProgressFile(_File):
    """How far the work gets in a step, in percent of the whole job."""

    from_: Percent | None = Field(
        None,
        alias="from",
        description="Percent when the step begins; where the step before left off if it is left out.",
    )
    to: Percent = Field(description="Percent when the step is done.")
    every: Annotated[float, Field(ge=MIN_INTERVAL_SECONDS, le=MAX_SECONDS)] | None = Field(
        None, description="Seconds between updates in the course of the step; none in between if it is left out."
    )


class StepFile(_File):
    """One step of the work."""

    name: Annotated[str, AfterValidator(_step_name)] = Field(
        description="Shown as {step}.", json_schema_extra={"minLength": 1, "maxLength": 128}
    )
    duration: Duration = Field(description="Seconds of simulated time: 2, {between: [1, 3]} or {mean: 2, jitter: 0.5}.")
    report: bool = Field(True, description="false: nothing is sent in this step.")
    progress: ProgressFile | None = Field(None, description="Updates while the step goes on.")
    status_details: StatusDetails | None = Field(
        None, description="What this step's updates carry, instead of the file's."
    )
    step_timeout_minutes: StepTimeout | None = Field(
        None, description="stepTimeoutInMinutes of the step's first update: 1 to 10080, or -1 to clear the timer."
    )
    fail_chance: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="How often this step ends the execution as FAILED: 0 never, 1 always."
    )
    reason: Template | None = Field(None, description="Status detail `reason` when the step fails.")


class EndFile(_File):
    """How the execution ends if no step fails."""

    status: Literal["SUCCEEDED", "FAILED", "REJECTED", "silence"] = Field(description="The last update, or silence.")
    reason: Template | None = Field(None, description="Status detail `reason` of the last update.")
    status_details: StatusDetails | None = Field(
        None, description="What the last update carries, instead of the file's."
    )


def _kind_of_end(value: Any) -> str:
    return "<full>" if isinstance(value, dict) else "<word>"


Ending = Annotated[
    Annotated[Literal["SUCCEEDED", "FAILED", "REJECTED", "silence"], Tag("<word>")] | Annotated[EndFile, Tag("<full>")],
    Discriminator(_kind_of_end),
]
Weight = Annotated[float, Field(gt=0, le=MAX_WEIGHT)]


class ScenarioFile(_File):
    """How a virtual thing behaves when a job execution is waiting for it."""

    model_config = ConfigDict(
        title="Scenario", json_schema_extra={"oneOf": [{"required": ["end"]}, {"required": ["mix"]}]}
    )

    name: Annotated[str, AfterValidator(_name)] = Field(
        description="What the scenario is called.", json_schema_extra={"pattern": f"^{NAME.pattern}$"}
    )
    description: str = Field("", max_length=1000, description="One line for lists.")
    start: Literal["start-next", "describe", "none"] = Field(
        "start-next",
        description="start-next: the execution is IN_PROGRESS before the first step. describe: it is QUEUED until the "
        "first update. none: the thing lets it wait.",
    )
    status_details: StatusDetails | None = Field(
        None, description="What updates carry where a step or the end says nothing."
    )
    steps: list[StepFile] = Field([], max_length=MAX_STEPS, description="The work, one step after the other.")
    end: Ending | None = Field(None, description="How it ends: SUCCEEDED, FAILED, REJECTED or silence.")
    mix: dict[str, Weight] | None = Field(
        None,
        min_length=1,
        max_length=MAX_MIX,
        description="Other scenarios and their weights; one is chosen each time.",
    )


TAGS: Final = frozenset({"<seconds>", "<between>", "<around>", "<word>", "<full>"})
"""What pydantic adds to the path of a problem inside a choice of forms; no key is called so."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ScenarioFile.model_json_schema(by_alias=True)}


def compiled(file: ScenarioFile, mix: Sequence[tuple[Scenario, float]] = ()) -> Scenario:
    """Return the scenario of a file that `rules` found nothing wrong with; `mix` holds its members, resolved."""
    details = DEFAULT_DETAILS if file.status_details is None else file.status_details
    end = (
        EndFile(status=file.end or "silence", reason=None, status_details=None)
        if not isinstance(file.end, EndFile)
        else file.end
    )
    steps = tuple(_step(step, details, file.name) for step in file.steps)
    ending = dict(details if end.status_details is None else end.status_details)
    if end.reason is not None:
        ending[REASON] = end.reason
    return Scenario(
        name=file.name,
        description=file.description,
        starts_by=StartsBy(file.start),
        steps=steps,
        end=End(
            status=None if end.status == SILENCE else JobStatus(end.status),
            details=Details(ending, step=steps[-1].name if steps else "", scenario=file.name),
        ),
        mix=tuple(mix),
    )


def _step(file: StepFile, otherwise: Mapping[str, str], scenario: str) -> Step:
    texts = otherwise if file.status_details is None else file.status_details
    failure = None
    if file.fail_chance:
        failing = {**texts, REASON: file.reason or "{step} failed"}
        failure = Failure(chance=file.fail_chance, details=Details(failing, file.name, scenario))
    progress = file.progress
    return Step(
        name=file.name,
        duration=_span(file.duration),
        reports=file.report,
        progress=Progress(first=progress.from_, last=progress.to, every=progress.every) if progress else None,
        details=Details(texts, file.name, scenario),
        failure=failure,
        step_timeout_in_minutes=file.step_timeout_minutes,
    )


def _span(duration: float | BetweenFile | AroundFile) -> Span:
    if isinstance(duration, BetweenFile):
        return Span(*duration.between)
    if isinstance(duration, AroundFile):
        return Span(duration.mean - duration.jitter, duration.mean + duration.jitter)
    return Span(float(duration), float(duration))
