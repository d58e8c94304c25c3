"""The schema of reports: a valid one, by which every report is valid and a broken one is not."""

import json
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from simulator import report_files
from simulator.report import Report
from simulator.report_schema import schema
from tests.support.reports import report, rich_report


def validator() -> Draft202012Validator:
    plain = json.loads(msgspec.json.encode(schema()))
    Draft202012Validator.check_schema(plain)
    return Draft202012Validator(plain)


@pytest.mark.parametrize("made", [report(), rich_report(), msgspec.structs.replace(report(), executions=[])])
def test_every_report_is_valid(made: Report) -> None:
    assert [error.message for error in validator().iter_errors(json.loads(report_files.to_json(made)))] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "other"),
        (("schema_version",), 2),
        (("exit_status",), "0"),
        (("executions", 0, "status_stored"), "DONE"),
        (("executions", 0, "expected", 0), "NEVER"),
        (("assertions", 0, "status"), "maybe"),
        (("health", "latencies_reliable"), "yes"),
        (("series", "p99_ms", 3), "slow"),
        (("timelines", 0, "entries", 0, "version"), 1.5),
        (("faults", "reboot"), "twice"),
        (("settings", "seed"), None),
    ],
)
def test_a_report_with_a_mistake_is_not_valid(path: tuple[str | int, ...], value: object) -> None:
    plain = json.loads(report_files.to_json(rich_report()))
    place = plain
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert [list(error.absolute_path) for error in validator().iter_errors(plain)] == [list(path)]


@pytest.mark.parametrize("name", ["schema", "schema_version", "settings", "began_at"])
def test_what_every_report_has_is_required(name: str) -> None:
    plain = json.loads(report_files.to_json(report()))
    del plain[name]
    assert not validator().is_valid(plain)


def test_every_member_is_explained_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    members = {name for definition in schema()["$defs"].values() for name in definition.get("properties", {})}
    assert [name for name in sorted(members) if f"`{name}`" not in text] == []
