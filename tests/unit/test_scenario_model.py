"""The JSON Schema that editors use, and the model it comes from."""

import json

import pytest
from pydantic import ValidationError

from simulator.scenario import loader
from simulator.scenario.model import ScenarioFile
from simulator.scenario.schema import schema


def test_the_schema_is_json_and_names_every_key():
    written = json.loads(json.dumps(schema()))
    assert written["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert written["title"] == "Scenario"
    assert set(written["properties"]) == {
        "name", "description", "tags", "start", "on_cancel", "faults", "steps", "end", "mix", "status_details",
        "expected_version", "include_job_execution_state", "include_job_document", "execution_number",
    }  # fmt: skip
    assert set(written["$defs"]["ProgressFile"]["properties"]) == {"from", "to", "every"}


def test_the_schema_refuses_unknown_keys_everywhere():
    written = schema()
    forms = [written, *written["$defs"].values()]
    assert len(forms) > 15
    assert all(form["additionalProperties"] is False for form in forms)


def test_the_schema_describes_every_key_for_the_editor():
    written = schema()
    for form in (written, *written["$defs"].values()):
        for key, value in form["properties"].items():
            assert value.get("description"), key


def test_the_schema_tells_the_limits_of_aws():
    step = schema()["$defs"]["StepFile"]["properties"]
    details = step["status_details"]["anyOf"][0]
    assert details["maxProperties"] == 10
    assert details["propertyNames"] == {"pattern": "^[a-zA-Z0-9:_-]{1,128}$"}
    timeout = step["step_timeout_minutes"]["anyOf"][0]
    assert timeout["anyOf"] == [{"const": -1}, {"minimum": 1, "maximum": 10080}]


def test_the_loader_hands_the_schema_on():
    assert loader.schema() == schema()


def test_a_file_once_checked_cannot_be_changed():
    file = ScenarioFile.model_validate({"name": "x", "end": "FAILED"})
    with pytest.raises(ValidationError, match="frozen"):
        file.name = "y"
