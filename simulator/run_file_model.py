"""The run file as pydantic models: a fleet, jobs, assertions, and the switches of `thing-simulator run`.

The configurations of a job have AWS's own names and limits (reference section 8.2 and appendix A.2); they go to
CreateJob as they are written.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.assertions_model import AssertionEntry
from simulator.fleet_amounts import Seconds
from simulator.fleet_model import FleetFile, Part, PathText, Seed, ThingName
from simulator.fleet_sentences import told
from simulator.jobs import limits

MOST_JOBS = 1_000
FailureType = Literal["FAILED", "REJECTED", "TIMED_OUT", "ALL"]
PerMinute = Annotated[int, Field(ge=1, le=1000)]
AtLeastOne = Annotated[int, Field(ge=1)]


class TimeoutConfig(Part):
    inProgressTimeoutInMinutes: Annotated[int, Field(ge=limits.TIMEOUT_MINUTES[0], le=limits.TIMEOUT_MINUTES[1])]  # noqa: N815  as on the wire


class RateIncreaseCriteria(Part):
    numberOfNotifiedThings: AtLeastOne | None = None  # noqa: N815
    numberOfSucceededThings: AtLeastOne | None = None  # noqa: N815


class ExponentialRate(Part):
    baseRatePerMinute: PerMinute  # noqa: N815
    incrementFactor: Annotated[float, Field(ge=1.1, le=5)]  # noqa: N815
    rateIncreaseCriteria: RateIncreaseCriteria  # noqa: N815


class JobExecutionsRolloutConfig(Part):
    maximumPerMinute: PerMinute | None = None  # noqa: N815
    exponentialRate: ExponentialRate | None = None  # noqa: N815


class AbortCriteria(Part):
    failureType: FailureType  # noqa: N815
    action: Literal["CANCEL"] = "CANCEL"
    thresholdPercentage: Annotated[float, Field(gt=0, le=100)]  # noqa: N815
    minNumberOfExecutedThings: AtLeastOne  # noqa: N815


class AbortConfig(Part):
    criteriaList: Annotated[list[AbortCriteria], Field(min_length=1)]  # noqa: N815


class RetryCriteria(Part):
    failureType: Literal["FAILED", "TIMED_OUT", "ALL"]  # noqa: N815
    numberOfRetries: Annotated[int, Field(ge=0, le=10)]  # noqa: N815


class JobExecutionsRetryConfig(Part):
    criteriaList: Annotated[list[RetryCriteria], Field(min_length=1, max_length=2)]  # noqa: N815


class PresignedUrlConfig(Part):
    roleArn: Annotated[str, Field(min_length=20, max_length=2048)] | None = None  # noqa: N815
    expiresInSec: Annotated[int, Field(ge=60, le=3600)] | None = None  # noqa: N815


def _job_name(text: str) -> str:
    if not limits.JOB_ID.fullmatch(text) or len(text) > 40:
        raise told("is no name for a job", "use 1 to 40 letters, digits, hyphens and underscores")
    return text


def _targets(names: list[str]) -> list[str]:
    for name in names:
        if not limits.THING_NAME.fullmatch(name.removesuffix("*") or "any"):
            raise told(f'"{name[:40]}" is no thing name', "write a name, or the beginning of names with * behind it")
    return names


class JobEntry(Part):
    """A job, or `count` of them that are alike; created `at` simulated seconds after the things are connected."""

    name: Annotated[str, AfterValidator(_job_name)] | None = None
    document: Annotated[str, Tag("(file)")] | Annotated[dict[str, Any], Tag("(inline)")] = Field(
        discriminator=Discriminator(lambda value: "(inline)" if isinstance(value, dict) else "(file)")
    )
    count: Annotated[int, Field(ge=1, le=MOST_JOBS)] = 1
    at: Seconds = 0.0
    target_group: ThingName | None = None
    things: Annotated[list[str], Field(min_length=1), AfterValidator(_targets)] | None = None
    description: Annotated[str, Field(min_length=1, max_length=limits.DESCRIPTION_CHARACTERS)] | None = None
    targetSelection: Literal["SNAPSHOT", "CONTINUOUS"] | None = None  # noqa: N815
    timeoutConfig: TimeoutConfig | None = None  # noqa: N815
    jobExecutionsRolloutConfig: JobExecutionsRolloutConfig | None = None  # noqa: N815
    abortConfig: AbortConfig | None = None  # noqa: N815
    jobExecutionsRetryConfig: JobExecutionsRetryConfig | None = None  # noqa: N815
    presignedUrlConfig: PresignedUrlConfig | None = None  # noqa: N815


WIRE_KEYS = (
    "targetSelection", "timeoutConfig", "jobExecutionsRolloutConfig", "abortConfig", "jobExecutionsRetryConfig",
    "presignedUrlConfig",
)  # fmt: skip
"""What goes to CreateJob as it is written."""


def wire_of(entry: JobEntry) -> dict[str, Any]:
    """Return the members of CreateJob that the entry has of its own."""
    members: dict[str, Any] = entry.model_dump(include=set(WIRE_KEYS), exclude_none=True)
    return members


def _kind_of_fleet(value: Any) -> str:
    return "(inline)" if isinstance(value, dict | FleetFile) else "(file)"


class RunFile(Part):
    """The whole file. `timeout` is real time; all other times are simulated."""

    fleet: Annotated[
        Annotated[PathText, Tag("(file)")] | Annotated[FleetFile, Tag("(inline)")], Discriminator(_kind_of_fleet)
    ]
    jobs: Annotated[list[JobEntry], Field(max_length=MOST_JOBS, default_factory=list)]
    assertions: Annotated[list[AssertionEntry], Field(max_length=MOST_JOBS, default_factory=list)]
    seed: Seed | None = None
    time_scale: Annotated[float, Field(gt=0, le=1e6)] | None = None
    ramp: Annotated[float, Field(ge=0, le=1e6)] | None = None
    workers: Annotated[int, Field(ge=0, le=64)] | None = None
    timeout: Seconds | None = None
    mqtt: PathText | None = None
    http: PathText | None = None
    reports: list[PathText] = Field(default_factory=list)
    remove_things: bool = False


def schema() -> Mapping[str, Any]:
    """Return the JSON Schema of run files."""
    return RunFile.model_json_schema()
