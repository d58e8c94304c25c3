"""The fleet file as pydantic models: which keys there are, and what each may hold. `fleet_rules` has the rest."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from simulator import fleet_attributes, thing_names
from simulator.errors import InputError
from simulator.fleet_amounts import Seconds
from simulator.fleet_attributes import PLACEHOLDERS, Attribute, Between, Choice, Text
from simulator.fleet_sentences import told
from simulator.jobs import limits
from simulator.marker import MARKER
from simulator.scenario.problems import shown

MAX_THINGS: Final = 100_000
MAX_SEED: Final = 2**53 - 1  # JSON readers keep it exactly
MAX_WEIGHT: Final = 1e9

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
ThingName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9:_-]{1,128}$")]
Firmware = Annotated[str, Field(min_length=1, max_length=64)]
PathText = Annotated[str, Field(min_length=1, max_length=1000)]


class Part(BaseModel):
    """The base of every mapping in these files: other keys than its own are mistakes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)


def _weights(value: Any) -> str:
    """Return a mix as one writes it behind --scenario, whichever way it was written."""
    if isinstance(value, str) and 0 < len(value) <= 2000:
        return value
    if not isinstance(value, dict) or not value:
        raise told(f"{shown(value)} is no scenario", "write a name, success=8,fail=1, or {success: 8, fail: 1}")
    for name, weight in value.items():
        if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 < weight <= MAX_WEIGHT:
            raise told(f"the weight of {name} is {shown(weight)}", "write a number above 0, or leave it out")
    return ",".join(f"{name}={weight:.10f}".rstrip("0").rstrip(".") for name, weight in value.items())


Scenarios = Annotated[
    str,
    BeforeValidator(_weights),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "object", "additionalProperties": {"type": "number", "exclusiveMinimum": 0}},
            ]
        }
    ),
]
"""A name, a mix as text, or a mix as mapping of names to weights; read as text."""


def _attribute_text(value: Any) -> Text:
    text = str(value)
    _check_text(text)
    return Text(text)


def _check_text(text: str) -> None:
    unknown = fleet_attributes.unknown_placeholder(text)
    if unknown is not None:
        known = ", ".join("{" + name + "}" for name in PLACEHOLDERS)
        raise told(f"{unknown[:40]} stands for nothing here", f"there are {known}; a brace itself is written twice")


class DrawnAttribute(Part):
    """An attribute that differs by chance: one of several texts, or a number of a range."""

    choices: Annotated[
        Any, WithJsonSchema({"anyOf": [{"type": "array", "minItems": 1}, {"type": "object", "minProperties": 1}]})
    ] = None
    between: list[int | float] | None = None
    decimals: Annotated[int, Field(ge=0, le=9)] | None = None


def _drawn(entry: DrawnAttribute) -> Choice | Between:
    if (entry.choices is None) is (entry.between is None):
        raise told("wants either choices or between", "write {choices: {a: 3, b: 1}} or {between: [1, 9]}")
    if entry.between is not None:
        return _between(entry.between, entry.decimals)
    if entry.decimals is not None:
        raise told("decimals go with between", "take decimals out")
    return _choice(entry.choices)


def _between(bounds: list[int | float], decimals: int | None) -> Between:
    if len(bounds) != 2:
        raise told("between wants two numbers", "write {between: [1, 9]}")
    low, high = bounds
    if not -1e15 <= low <= high <= 1e15:
        raise told(f"there is no number from {low:g} to {high:g}", "write the smaller one first")
    whole = all(isinstance(bound, int) for bound in bounds)
    if not whole and not decimals:
        raise told("between these bounds it matters how many decimals there are", "add decimals: 2, for example")
    return Between(low, high, decimals or 0)


def _choice(choices: Any) -> Choice:
    if isinstance(choices, list) and choices:
        weights = {str(one): 1.0 for one in choices if isinstance(one, str | int) and not isinstance(one, bool)}
        if len(weights) < len(choices):
            raise told("an entry of choices is no text, or is there twice", 'put each in "quotes", once')
    elif isinstance(choices, dict) and choices:
        weights = {}
        for name, weight in choices.items():
            if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 < weight <= MAX_WEIGHT:
                raise told(f"the weight of {name} is {shown(weight)}", "write a number above 0, or leave it out")
            weights[name] = float(weight)
    else:
        raise told("choices holds nothing to choose from", "write [a, b], or {a: 3, b: 1} with weights")
    for text in weights:
        _check_text(text)
    return Choice(weights)


def _kind_of_attribute(value: Any) -> str:
    return "(drawn)" if isinstance(value, dict | DrawnAttribute | Choice | Between) else "(text)"


def _scalar(value: Any) -> Any:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return _attribute_text(value)
    raise told(f"{shown(value)} is no value of an attribute", 'put it in "quotes", or write {choices: …}, {between: …}')


AttributeEntry = Annotated[
    Annotated[
        Any,
        BeforeValidator(_scalar),
        Tag("(text)"),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
    ]
    | Annotated[DrawnAttribute, AfterValidator(_drawn), Tag("(drawn)")],
    Discriminator(_kind_of_attribute),
]


def _attribute_name(name: str) -> str:
    if name == MARKER:
        raise told("is the mark this program puts on its things", "give the attribute another name")
    if not fleet_attributes.NAME.fullmatch(name):
        raise told("is no name of an attribute", "use letters, digits and _ . , @ / : # -, at most 128 of them")
    return name


Attributes = dict[Annotated[str, AfterValidator(_attribute_name)], AttributeEntry]


def drawn_by(attributes: Mapping[str, Any]) -> Mapping[str, Attribute]:
    """Return attributes that were checked as what they have become: the type checker sees the form before."""
    return attributes


class _Behaviour(Part):
    """What things in a group, and things on their own, have in common."""

    scenario: Scenarios = "success"
    firmware: Firmware = "1.0.0"
    attributes: Attributes = {}
    thing_type: ThingName | None = None
    thing_groups: list[ThingName] = []
    start_after: Seconds = 0.0


class ThingEntry(_Behaviour):
    """One thing by its name; without a seed of its own its chance comes from the run's seed."""

    name: ThingName
    seed: Seed | None = None


def _names_template(text: str) -> str:
    try:
        thing_names.template(text)
    except InputError as exc:
        raise told(exc.what, exc.mend) from exc
    return text


ThingNumber = Annotated[int, Field(ge=0, le=thing_names.HIGHEST - MAX_THINGS)]


class GroupEntry(_Behaviour):
    """Things that differ only in their numbers, or the things of a CSV file."""

    prefix: Annotated[str, Field(pattern=r"^[a-zA-Z0-9:_-]{1,120}$")] | None = None
    names: Annotated[str, AfterValidator(_names_template)] | None = None
    count: Annotated[int, Field(ge=1, le=MAX_THINGS)] | None = None
    first: ThingNumber | None = None
    without: list[ThingNumber] = []
    csv: PathText | None = None


def _certificate_path(text: str) -> str:
    rest = text.replace("{thing}", "")
    if "{" in rest or "}" in rest:
        raise told("has braces other than {thing}", "write for example certificates/{thing}.pem")
    return text


CertificatePath = Annotated[PathText, AfterValidator(_certificate_path)]


class Certificates(Part):
    """Files in PEM by which things and endpoint know each other; `{thing}` stands for the thing's name."""

    ca: PathText | None = None
    certificate: CertificatePath | None = None
    key: CertificatePath | None = None


class FleetFile(Part):
    """The whole file."""

    seed: Seed | None = None
    ramp: Annotated[float, Field(ge=0, le=1e6)] | None = None
    keep_alive_seconds: (
        Annotated[int, Field(ge=limits.KEEP_ALIVE_SECONDS[0], le=limits.KEEP_ALIVE_SECONDS[1])] | None
    ) = None
    certificates: Certificates | None = None
    things: list[ThingEntry] = []
    groups: list[GroupEntry] = []


def schema() -> Mapping[str, Any]:
    """Return the JSON Schema of fleet files."""
    return FleetFile.model_json_schema()
