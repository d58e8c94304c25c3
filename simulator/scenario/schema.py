"""The JSON Schema (2020-12) of a scenario file: what pydantic writes, and those rules that a schema can say.

Editors hold a file against it while it is written; `rules` has the last word.
"""

from typing import Any, Final

from simulator.scenario import conditions, template
from simulator.scenario.faults import SECONDS, FaultName
from simulator.scenario.model import ScenarioFile
from simulator.scenario.model_values import REASON
from simulator.scenario.rules import NEEDS_NO_MIX
from simulator.scenario.rules_parts import FORM, NEEDS_REPORT, SENDS_NOTHING

Json = dict[str, Any]

_PLACEHOLDER: Final = (
    rf"\{{ *({'|'.join(template.NAMES)}|document(\.[^\s.{{}}]+)+|attribute\.[a-zA-Z0-9_.,@/:#-]+) *\}}"
)
_TEMPLATE: Final = rf"^([^{{}}]|\{{\{{|\}}\}}|{_PLACEHOLDER})+$"
_SUBJECT: Final = f"^({'|'.join(conditions.SUBJECTS)}|{conditions.SUBJECT.pattern})$"
_VERSION: Final = r"^\s*[vV]?[0-9]+(\.[0-9]+)*([-+_.]?[0-9A-Za-z][0-9A-Za-z.+_-]*)?\s*$"
_WITHOUT_LENGTH: Final = sorted(name.value for name in FaultName if name not in SECONDS)


def schema() -> Json:
    """Return the schema of a scenario file, for editors."""
    written = ScenarioFile.model_json_schema(by_alias=True)
    defs: Json = written["$defs"]
    _file(written)
    _steps(defs)
    _tests(defs)
    for form in (written, *defs.values()):
        _templates(form["properties"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **written}


def _file(written: Json) -> None:
    written["allOf"] = [
        {"if": {"required": ["mix"]}, "then": _none_of(NEEDS_NO_MIX)},
        {
            "if": _where("start", "none"),
            "then": {
                "properties": {
                    "end": {
                        "anyOf": [
                            {"const": "silence"},
                            {"type": "object", "properties": {"status": {"const": "silence"}}},
                        ]
                    },
                    "steps": {"maxItems": 0},
                    "faults": {"maxProperties": 0},
                },
                **_none_of(["on_cancel"]),
            },
        },
        {
            "if": _where("on_cancel", "ignore"),
            "then": {"properties": {"faults": _none_of([FaultName.IGNORE_CANCEL.value])}},
        },
    ]
    faults = written["properties"]["faults"]
    lengths: Json = {name: {"if": {"type": "object"}, "then": _none_of(["seconds"])} for name in _WITHOUT_LENGTH}
    for name in SECONDS:
        if name is not FaultName.CLOCK_SKEW:
            lengths[name.value] = {"properties": {"seconds": {"minimum": 0}}}
    faults["allOf"] = [{"properties": lengths}]


def _steps(defs: Json) -> None:
    defs["StepFile"]["allOf"] = [{"if": _where("report", False), "then": _none_of(NEEDS_REPORT)}]
    defs["StepFile"]["dependentRequired"] = {REASON: ["fail_chance"]}
    defs["FaultFile"]["allOf"] = [
        {
            "if": {"properties": {"fault": {"enum": _WITHOUT_LENGTH}}},
            "then": _none_of(["seconds"]),
        },
        {
            "if": {"properties": {"fault": {"not": {"const": FaultName.CLOCK_SKEW.value}}}},
            "then": {"properties": {"seconds": {"minimum": 0}}},
        },
    ]
    defs["EndFile"]["allOf"] = [
        {
            "if": {"properties": {"status": {"enum": list(SENDS_NOTHING)}}},
            "then": _none_of([REASON, "status_details", *FORM]),
        }
    ]
    defs["BranchFile"]["not"] = {"required": ["when", "weight"]}
    download = defs["DownloadValues"]["properties"]
    download["url"]["allOf"] = [{"pattern": r"^(https?://|\{)"}]
    download["sha256"]["allOf"] = [{"anyOf": [{"type": "null"}, {"pattern": r"^[0-9a-fA-F]{64}$|\{"}]}]


def _tests(defs: Json) -> None:
    test = defs["TestFile"]
    test["minProperties"] = 1
    test["dependentRequired"] = {"offset": ["every"]}
    for key in ("at_least", "at_most", "above", "below"):
        test["properties"][key]["allOf"] = [{"if": {"type": "string"}, "then": {"pattern": _VERSION}}]
    when = next(form for form in defs["BranchFile"]["properties"]["when"]["anyOf"] if form.get("type") == "object")
    when["propertyNames"] = {"pattern": _SUBJECT}
    when["properties"] = {subject: {"not": {"type": ["string", "boolean"]}} for subject in sorted(conditions.NUMBERS)}
    when["properties"]["firmware"] = _none_of_numbers()
    for subject in sorted({*conditions.SUBJECTS} - conditions.NUMBERS):
        when["properties"].setdefault(subject, {})["allOf"] = [{"if": {"type": "object"}, "then": _none_of(["every"])}]


def _none_of_numbers() -> Json:
    """Return what refuses a version that YAML would read as a number with a fraction."""
    fractions: Json = {"anyOf": [{"type": ["string", "integer", "null"]}]}
    return {"properties": dict.fromkeys(("at_least", "at_most", "above", "below"), fractions)}


def _templates(properties: Json) -> None:
    """Say in a pattern which placeholders there are, wherever a text is a template."""
    for key, value in properties.items():
        if key in ("reason", "url", "sha256"):
            for form in (value, *value.get("anyOf", ())):
                if form.get("type") == "string":
                    form["pattern"] = _TEMPLATE
        elif key == "status_details":
            for form in value["anyOf"]:
                if form.get("type") == "object":
                    form["additionalProperties"]["pattern"] = _TEMPLATE


def _where(key: str, value: object) -> Json:
    return {"properties": {key: {"const": value}}, "required": [key]}


def _none_of(keys: "list[str] | tuple[str, ...]") -> Json:
    """Return what refuses a mapping that has one of these keys with a value."""
    return {"not": {"anyOf": [{"required": [key], "properties": {key: {"not": {"type": "null"}}}} for key in keys]}}
