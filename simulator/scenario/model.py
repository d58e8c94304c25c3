"""The scenario file as a pydantic model.

Only what one value can tell by itself is checked here; what several have to agree on is in `rules`. `compile` turns a
checked file into the light `Scenario` that things walk, `schema` writes it all down for editors.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from simulator.scenario.model_steps import AnyStep as AnyStep
from simulator.scenario.model_steps import Ending, FaultWord, SomeSteps
from simulator.scenario.model_values import FaultSeconds, Part, ScenarioName, Share, Updates, Weight, Word

MAX_MIX: Final = 100


class RateFile(Part):
    """A fault that comes by chance, with its length."""

    rate: Share = Field(description="0 never, 1 always: on each update, or of each execution if it is a condition.")
    seconds: FaultSeconds | None = Field(None, description="How long, for those that have a length.")


def _kind_of_rate(value: Any) -> str:
    return "<rate>" if isinstance(value, dict) else "<share>"


class ScenarioFile(Updates):
    """How a virtual thing behaves when a job execution is waiting for it."""

    model_config = ConfigDict(
        title="Scenario", json_schema_extra={"oneOf": [{"required": ["end"]}, {"required": ["mix"]}]}
    )

    name: ScenarioName = Field(description="What the scenario is called.")
    description: str = Field("", max_length=1000, description="One line for lists.")
    tags: list[Word] = Field([], max_length=10, description="Words to find it by.")
    start: Literal["start-next", "describe", "none"] = Field(
        "start-next",
        description="start-next: the execution is IN_PROGRESS before the first step. describe: it is QUEUED until the "
        "first update. none: the thing lets it wait.",
    )
    on_cancel: Literal["obey", "ignore"] = Field(
        "obey", description="What the thing does when the execution is canceled: stop, or go on reporting."
    )
    faults: dict[
        FaultWord,
        Annotated[Annotated[Share, Tag("<share>")] | Annotated[RateFile, Tag("<rate>")], Discriminator(_kind_of_rate)],
    ] = Field({}, description="Faults that come by chance, and how often.")
    steps: SomeSteps = Field([], description="The work, one step after the other.")
    end: Ending | None = Field(None, description="How it ends: SUCCEEDED, FAILED, REJECTED, silence, hang or manual.")
    mix: dict[str, Weight] | None = Field(
        None,
        min_length=1,
        max_length=MAX_MIX,
        description="Other scenarios and their weights; one is chosen each time.",
    )
