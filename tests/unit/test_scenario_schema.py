"""The JSON Schema, held against what ships, what is made up, and what `check` refuses."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from simulator.scenario import loader, source
from simulator.scenario.problems import ScenarioError
from tests.support.scenario_strategy import scenario_files
from tests.unit.test_scenario_mistakes import IN_A_STEP, IN_THE_FILE

MISTAKES = [
    *(f"name: x\nend: SUCCEEDED\nsteps:\n  - {step}" for step, _ in IN_A_STEP),
    *(text for text, _ in IN_THE_FILE),
]

NOT_SAID = re.compile(
    r"is more than \d+; write \["  # two numbers compared
    r"|nothing lies between|the mean of|far beyond|goes below 0 seconds"
    r"|a number divided by"
    r"|is read as a number"
    r"|progress goes back"
    r"|no installed package brings"
    r"|too deep|is never reached|none follows"
    r"|there is none of this name|a walk may"
)
"""What only `check` can tell: values compared with each other, other files, installed packages, and what comes next."""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = loader.schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("name", loader.builtin_names())
def test_the_schema_takes_every_built_in_scenario(validator, name):
    assert [error.message for error in validator.iter_errors(source.read(loader.builtin_text(name), name).data)] == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(scenario_files())
def test_the_schema_takes_what_check_takes(validator, values):
    assert [error.message for error in validator.iter_errors(values)] == []


@pytest.mark.parametrize("text", MISTAKES)
def test_the_schema_refuses_what_check_refuses_unless_only_check_can_tell(validator, text):
    with pytest.raises(ScenarioError) as caught:
        loader.parse(text, "f.yaml")
    untold = [problem for problem in caught.value.problems if not NOT_SAID.search(str(problem))]
    if untold:
        assert not validator.is_valid(source.read(text, "f.yaml").data), str(caught.value)


def test_most_mistakes_are_told_by_the_schema_already(validator):
    taken = sum(validator.is_valid(source.read(text, "f.yaml").data) for text in MISTAKES)
    assert taken < len(MISTAKES) / 4
