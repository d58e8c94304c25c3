"""The steps and ends of a scenario file as pydantic models: which keys there are, and what each may hold."""

from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag

from simulator.scenario.faults import FaultName
from simulator.scenario.model_values import (
    Duration,
    FaultSeconds,
    Part,
    ProgressFile,
    Scalar,
    Seconds,
    Share,
    Size,
    StepName,
    StepTimeout,
    Template,
    TextTemplate,
    Updates,
    Weight,
    When,
)

MAX_STEPS: Final = 200  # in one list
MAX_TIMES: Final = 1000
DEFAULT_WITHIN: Final = 600.0  # seconds that real work may take
FAULTS: Final = tuple(FaultName)
ENDS: Final = ("SUCCEEDED", "FAILED", "REJECTED", "silence", "hang", "manual")

FaultWord = Literal[
    "drop-line", "reboot", "lose-reply", "duplicate-update", "late-update", "out-of-order", "stale-version",
    "version-ahead", "update-after-end", "malformed-json", "wrong-topic", "oversize-details", "unknown-job",
    "second-connection", "subscribe-late", "ignore-cancel", "clock-skew", "slow-link", "double-notify",
]  # fmt: skip
EndWord = Literal["SUCCEEDED", "FAILED", "REJECTED", "silence", "hang", "manual"]
SomeSteps = Annotated[list["AnyStep"], Field(max_length=MAX_STEPS)]


class StepFile(Updates):
    """One step of the work."""

    name: StepName = Field(description="Shown as {step}.")
    duration: Duration = Field(
        description="Seconds of simulated time: 2, {between: [1, 3]}, {mean: 2, jitter: 0.5}, {normal: {mean: 2, "
        "deviation: 0.5}} or {exponential: {mean: 2}}."
    )
    report: bool = Field(True, description="false: nothing is sent in this step.")
    progress: ProgressFile | None = Field(None, description="Updates while the step goes on.")
    step_timeout_minutes: StepTimeout | None = Field(
        None, description="stepTimeoutInMinutes of the step's first update: 1 to 10080, or -1 to clear the timer."
    )
    fail_chance: Share | None = Field(
        None, description="How often this step ends the execution as FAILED: 0 never, 1 always."
    )
    reason: Template | None = Field(None, description="Status detail `reason` when the step fails.")


class WorkFile(Updates):
    """What the steps that do real work have in common."""

    name: StepName = Field(description="Shown as {step}.")
    progress: ProgressFile | None = Field(None, description="Where the work takes the percent; every: 1 s if left out.")
    step_timeout_minutes: StepTimeout | None = Field(
        None, description="stepTimeoutInMinutes of the step's first update: 1 to 10080, or -1 to clear the timer."
    )
    within: Seconds | None = Field(None, description="Seconds the work may take before it has failed; 600 if left out.")


class DownloadValues(Part):
    """What is fetched, and how it is checked."""

    url: TextTemplate = Field(description="http or https; a template, mostly {document.url}.")
    sha256: TextTemplate | None = Field(None, description="The SHA-256 it must have, in hexadecimal; a template.")
    size: Size | None = Field(None, description="The bytes it must have; a number or a template.")


class DownloadFile(WorkFile):
    """A step that downloads a file for real."""

    download: DownloadValues = Field(description="What is fetched.")


class CustomFile(WorkFile):
    """A step that a Python package brings along."""

    custom: Annotated[str, Field(min_length=1, max_length=128)] = Field(
        description="The name of an entry point in the group thing_simulator.steps."
    )
    with_: dict[Annotated[str, Field(min_length=1, max_length=128)], Scalar] | None = Field(
        None, alias="with", max_length=50, description="Its parameters; texts are templates."
    )


class FaultFile(Part):
    """A fault that happens here."""

    fault: FaultWord = Field(description="Which one; docs/scenarios.md lists them.")
    seconds: FaultSeconds | None = Field(None, description="How long, for those that have a length.")


class IncludeFile(Part):
    """The steps of another scenario."""

    include: Annotated[str, Field(min_length=1, max_length=1000)] = Field(
        description="A built-in name, or a file by its path from this file's folder."
    )
    with_end: bool = Field(False, description="true: end as it ends; what stands behind is not reached.")


class RepeatFile(Part):
    """The same steps several times."""

    repeat: Annotated[int, Field(ge=1, le=MAX_TIMES)] = Field(description="How many times.")
    steps: SomeSteps = Field(description="What is repeated.")


class EndFile(Updates):
    """How the execution ends if no step fails."""

    status: EndWord = Field(description="The last update; or silence, hang or manual.")
    reason: Template | None = Field(None, description="Status detail `reason` of the last update.")


def _kind_of_end(value: Any) -> str:
    return "<full>" if isinstance(value, dict) else "<word>"


Ending = Annotated[
    Annotated[EndWord, Tag("<word>")] | Annotated[EndFile, Tag("<full>")],
    Discriminator(_kind_of_end),
]


class BranchFile(Part):
    """One way to go on."""

    when: When | None = Field(None, description="Taken if all of this holds; the first branch that holds is taken.")
    weight: Weight | None = Field(
        None, description="Without when: how often it is drawn among those like it; 1 if it is left out."
    )
    steps: SomeSteps = Field([], description="What is done.")
    end: Ending | None = Field(None, description="End here; the walk goes on behind the choice if it is left out.")


class ChooseFile(Part):
    """A place where ways part."""

    choose: Annotated[list[BranchFile], Field(min_length=1, max_length=MAX_STEPS)] = Field(
        description="The branches, in the order they are tried."
    )


KINDS_OF_STEP: Final = ("fault", "include", "choose", "repeat", "download", "custom")


def _kind_of_step(value: Any) -> str:
    if isinstance(value, dict):
        for key in KINDS_OF_STEP:
            if key in value:
                return f"<{key}>"
    return "<step>"


AnyStep = Annotated[
    Annotated[StepFile, Tag("<step>")]
    | Annotated[FaultFile, Tag("<fault>")]
    | Annotated[IncludeFile, Tag("<include>")]
    | Annotated[ChooseFile, Tag("<choose>")]
    | Annotated[RepeatFile, Tag("<repeat>")]
    | Annotated[DownloadFile, Tag("<download>")]
    | Annotated[CustomFile, Tag("<custom>")],
    Discriminator(_kind_of_step),
]
for _model in (RepeatFile, BranchFile, ChooseFile):
    _model.model_rebuild()
