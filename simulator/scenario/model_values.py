"""The small values of a scenario file: what may stand behind a key, as pydantic sees it. `rules` is about several."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from simulator.jobs import limits
from simulator.scenario import conditions, template
from simulator.scenario.problems import shown
from simulator.scenario.template import TemplateError

MAX_SECONDS: Final = limits.TIMEOUT_MINUTES[1] * 60  # a week: AWS's longest timeout; nothing lives longer
MIN_INTERVAL_SECONDS: Final = 0.001
MAX_WEIGHT: Final = 1e9
NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
STEP_NAME_CHARACTERS: Final = 128
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


def _text(text: str) -> str:
    try:
        template.parse(text, template.MAX_TEXT)
    except TemplateError as exc:
        raise told(exc.what.replace("AWS takes no empty value", "is empty"), exc.mend) from exc
    return text


def _details_key(key: str) -> str:
    if not limits.STATUS_DETAILS_KEY.fullmatch(key):
        raise told("is no name for a status detail", "use 1 to 128 letters, digits, colons, hyphens or underscores")
    return key


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise told(f'"{text[:40]}" is no scenario name', "use 1 to 64 letters, digits, hyphens or underscores")
    return text


def _tag(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,32}", text):
        raise told(f'"{text[:40]}" is no tag', "use 1 to 32 small letters, digits or hyphens")
    return text


def _step_name(text: str) -> str:
    if not 1 <= len(text) <= STEP_NAME_CHARACTERS or template.cleaned(text) != text:
        raise told("is no step name", "write 1 to 128 characters in one line")
    return text


def _step_timeout(minutes: int) -> int:
    low, high = limits.TIMEOUT_MINUTES
    if minutes != limits.STEP_TIMEOUT_CANCEL and not low <= minutes <= high:
        raise told(f"{minutes:g} minutes is no step timeout", f"write {low} to {high:,}, or -1 to clear the timer")
    return minutes


def _subject(text: str) -> str:
    if text not in conditions.SUBJECTS and not conditions.SUBJECT.fullmatch(text):
        known = ", ".join(conditions.SUBJECTS)
        near = template.nearest(text, [*conditions.SUBJECTS, "document.version", "attribute.model"])
        asked = f"did you mean {near}? There are" if near else "ask for one of"
        raise told("cannot be asked for", f"{asked} {known}, document.PATH and attribute.NAME")
    return text


def _scalar(value: Any) -> Any:
    if not isinstance(value, str | int | float) or (isinstance(value, str) and len(value) > 1024):
        raise told(f"{shown(value)} is no single value", "write a text, a number, true or false")
    return value


def _bound(value: Any) -> Any:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise told(f"{shown(value)} cannot be compared with", 'write a number, or a version in "quotes"')
    if isinstance(value, str) and conditions.version_of(value) is None:
        raise told(f"{shown(value)} is no version", "write numbers with dots between them, such as 2.4.0 or 2.4.0-rc1")
    return value


def _size(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise told(f"{shown(value)} is no number of bytes", 'write a whole number, or "{document.size}"')
    return value


Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]
SkewSeconds = Annotated[float, Field(ge=-MAX_SECONDS, le=MAX_SECONDS, allow_inf_nan=False)]
Percent = Annotated[int, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(gt=0, le=MAX_WEIGHT)]
ScenarioName = Annotated[str, AfterValidator(_name), Field(json_schema_extra={"pattern": f"^{NAME.pattern}$"})]
Word = Annotated[str, AfterValidator(_tag), Field(json_schema_extra={"pattern": "^[a-z0-9-]{1,32}$"})]
StepName = Annotated[
    str,
    AfterValidator(_step_name),
    Field(json_schema_extra={"minLength": 1, "maxLength": STEP_NAME_CHARACTERS}),
]
Template = Annotated[str, AfterValidator(_template), Field(json_schema_extra={"minLength": 1})]
TextTemplate = Annotated[str, AfterValidator(_text), Field(json_schema_extra={"minLength": 1})]
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
Scalar = Annotated[str | int | float | bool, BeforeValidator(_scalar)]
Bound = Annotated[str | int | float, BeforeValidator(_bound)]
Size = Annotated[str | Annotated[int, Field(ge=0)], BeforeValidator(_size)]
Subject = Annotated[
    str,
    AfterValidator(_subject),
    WithJsonSchema({"type": "string", "pattern": f"^({'|'.join(conditions.SUBJECTS)}|{conditions.SUBJECT.pattern})$"}),
]


class Part(BaseModel):
    """The base of every mapping in a scenario file: other keys than its own are mistakes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class BetweenFile(Part):
    """A length of time drawn evenly between two bounds."""

    between: list[Seconds] = Field(min_length=2, max_length=2, description="Least and most seconds.")


class SkewFile(Part):
    """Seconds drawn evenly between two bounds, which may be below 0 for a clock that is slow."""

    between: list[SkewSeconds] = Field(min_length=2, max_length=2, description="Least and most seconds.")


class AroundFile(Part):
    """A length of time drawn evenly from mean - jitter to mean + jitter."""

    mean: Seconds = Field(description="Seconds.")
    jitter: Seconds = Field(description="Seconds, at most the mean.")


class NormalValues(Part):
    """The shape of a normal distribution, cut at its bounds."""

    mean: Seconds = Field(description="Seconds.")
    deviation: Seconds = Field(
        description="Standard deviation, in seconds, above 0.", json_schema_extra={"exclusiveMinimum": 0}
    )
    least: Seconds | None = Field(None, description="Seconds; mean - 3 deviations, but not below 0, if it is left out.")
    most: Seconds | None = Field(None, description="Seconds; mean + 3 deviations if it is left out.")


class NormalFile(Part):
    """A length of time drawn from a normal distribution: most often near its mean."""

    normal: NormalValues = Field(description="Mean, deviation and bounds.")


class ExponentialValues(Part):
    """The shape of an exponential distribution, cut at its bounds."""

    mean: Seconds = Field(description="Seconds, above 0.", json_schema_extra={"exclusiveMinimum": 0})
    least: Seconds | None = Field(None, description="Seconds; 0 if it is left out.")
    most: Seconds | None = Field(None, description="Seconds; ten times the mean if it is left out.")


class ExponentialFile(Part):
    """A length of time drawn from an exponential distribution: often short, now and then very long."""

    exponential: ExponentialValues = Field(description="Mean and bounds.")


def _kind_of_duration(value: Any) -> str | None:
    if isinstance(value, dict):
        for key in ("between", "normal", "exponential"):
            if key in value:
                return f"<{key}>"
        return "<around>" if {"mean", "jitter"} & value.keys() else None
    return "<seconds>" if isinstance(value, int | float) and not isinstance(value, bool) else None


Duration = Annotated[
    Annotated[Seconds, Tag("<seconds>")]
    | Annotated[BetweenFile, Tag("<between>")]
    | Annotated[AroundFile, Tag("<around>")]
    | Annotated[NormalFile, Tag("<normal>")]
    | Annotated[ExponentialFile, Tag("<exponential>")],
    Discriminator(_kind_of_duration, custom_error_type="duration", custom_error_message="no duration"),
]
FaultSeconds = Annotated[
    Annotated[SkewSeconds, Tag("<seconds>")]
    | Annotated[SkewFile, Tag("<between>")]
    | Annotated[AroundFile, Tag("<around>")]
    | Annotated[NormalFile, Tag("<normal>")]
    | Annotated[ExponentialFile, Tag("<exponential>")],
    Discriminator(_kind_of_duration, custom_error_type="duration", custom_error_message="no duration"),
]
AnyDuration = float | BetweenFile | SkewFile | AroundFile | NormalFile | ExponentialFile


class ProgressFile(Part):
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


class Updates(Part):
    """What updates carry beside status and progress; said for the file, for a step or for the end."""

    status_details: StatusDetails | None = Field(
        None, description="What updates carry; the file's own holds where a step or the end says nothing."
    )
    expected_version: Literal["sent", "omitted", "stale", "ahead"] | None = Field(
        None, description="expectedVersion: as the thing believes (sent), left out, one too low or one too high."
    )
    include_job_execution_state: bool | None = Field(None, description="Ask for the execution's state in the answer.")
    include_job_document: bool | None = Field(None, description="Ask for the job document in the answer.")
    execution_number: bool | None = Field(None, description="Whether updates carry executionNumber.")


class TestFile(Part):
    """How a value is tested; all that is written has to hold."""

    __test__ = False  # pytest: this is no test case

    equals: Scalar | None = Field(None, description='Is this; 2 and "2" are the same.')
    not_: Scalar | None = Field(None, alias="not", description="Is there, and is not this.")
    in_: list[Scalar] | None = Field(None, alias="in", min_length=1, max_length=1000, description="Is one of these.")
    not_in: list[Scalar] | None = Field(None, min_length=1, max_length=1000, description="Is there, and none of these.")
    matches: str | None = Field(
        None, min_length=1, max_length=200, description="Fits a pattern: * any text, ? one character, [ab] one of them."
    )
    at_least: Bound | None = Field(None, description="Numbers as numbers, texts as versions: 2.9 < 2.10.")
    at_most: Bound | None = Field(None, description="As at_least.")
    above: Bound | None = Field(None, description="As at_least.")
    below: Bound | None = Field(None, description="As at_least.")
    exists: bool | None = Field(None, description="true: it is there. false: it is not.")
    every: Annotated[int, Field(ge=2, le=1_000_000)] | None = Field(
        None, description="Every so many-th: the value divided by this leaves offset."
    )
    offset: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        None, description="Goes with every; 0 if left out."
    )


def _kind_of_test(value: Any) -> str:
    return "<tests>" if isinstance(value, dict) else "<value>"


When = Annotated[
    dict[
        Subject,
        Annotated[
            Annotated[Scalar, Tag("<value>")] | Annotated[TestFile, Tag("<tests>")], Discriminator(_kind_of_test)
        ],
    ],
    Field(min_length=1, max_length=20),
]
