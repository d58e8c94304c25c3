"""docs/scenarios.md: its examples work, and it leaves out no key, fault, test, placeholder or built-in scenario."""

import re
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from simulator.clock import Clock
from simulator.custom_step import StepContext, StepFailedError
from simulator.scenario import conditions, loader, model, model_steps, model_values, rules_parts, source, template
from simulator.scenario.faults import KINDS, SECONDS, SENTENCES, FaultName
from simulator.scenario.plan import Scenario

DOCS = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", DOCS, re.DOTALL | re.MULTILINE)
MODELS = (
    model.ScenarioFile, model.RateFile, model_steps.StepFile, model_steps.FaultFile, model_steps.IncludeFile,
    model_steps.RepeatFile, model_steps.ChooseFile, model_steps.BranchFile, model_steps.DownloadFile,
    model_steps.DownloadValues, model_steps.CustomFile, model_steps.EndFile, model_values.ProgressFile,
    model_values.BetweenFile, model_values.AroundFile, model_values.NormalFile, model_values.NormalValues,
    model_values.ExponentialFile, model_values.ExponentialValues, model_values.TestFile,
)  # fmt: skip
KEYS = sorted({field.alias or name for form in MODELS for name, field in form.model_fields.items()})


STEP = re.search(r"^```python\n(.*?)^```$", DOCS, re.DOTALL | re.MULTILINE)[1]


def name_of(example: str) -> str:
    return re.match(r"name: (\S+)", example)[1]


def find(name: str) -> Scenario:
    """Find what an example names: another example by its file name, or a built-in scenario."""
    for example in EXAMPLES:
        if f"{name_of(example)}.yaml" == name:
            return loader.parse(example, name, find)
    return loader.builtin(name)


@pytest.fixture(autouse=True)
def a_package_that_brings_flash(monkeypatch):
    monkeypatch.setattr(rules_parts, "custom_steps", lambda: frozenset({"flash"}))


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_is_a_scenario_and_keeps_to_the_schema(example):
    assert loader.parse(example, "docs/scenarios.md", find).name == name_of(example)
    Draft202012Validator(loader.schema()).validate(source.read(example, "docs/scenarios.md").data)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_described_and_shown_in_an_example(key):
    assert re.search(rf"`[^`\n]*\b{key}\b[^`\n]*`", DOCS)
    assert any(re.search(rf"\b{key}:\s", example) for example in EXAMPLES)


def test_every_scenario_that_ships_is_listed_with_its_own_words():
    for listed in loader.list_scenarios():
        ends = ", ".join(sorted(loader.builtin(listed.name).possible_ends))
        assert f"| `{listed.name}` | {listed.description} | {ends} |" in DOCS


@pytest.mark.parametrize("fault", FaultName)
def test_every_fault_is_listed_with_its_kind_its_sentence_and_its_length(fault):
    row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{fault.value}` |"))
    assert f"| {KINDS[fault].value} | {SENTENCES[fault]} |" in row
    length = row.split("|")[4].strip()
    assert length.startswith(f"{SECONDS[fault]:g}, ") if fault in SECONDS else length == ""


def test_every_placeholder_subject_and_test_is_listed():
    assert all(f"`{{{name}}}`" in DOCS for name in template.NAMES)
    assert all(f"`{subject}`" in DOCS for subject in conditions.SUBJECTS)
    assert all(f"`{test.value}`" in DOCS for test in conditions.Test)
    assert all(f"`{end}`" in DOCS for end in model_steps.ENDS)


async def test_the_custom_step_of_the_example_works_and_fails_in_a_sentence():
    names: dict[str, Any] = {}
    exec(STEP, names)
    slept, told = [], []

    class HandClock:
        async def sleep(self, seconds: float) -> None:
            slept.append(seconds)

    def context(parameters: dict[str, object]) -> StepContext:
        return StepContext(
            thing_name="pump-1", job_id="job-1", document={}, attributes={}, parameters=parameters, random=Random(1),
            clock=cast("Clock", HandClock()), tell=lambda percent, details: told.append((percent, dict(details))),
        )  # fmt: skip

    await names["flash"](context({"image": "a.bin", "pages": 4}))
    assert slept == [1, 1, 1, 1]
    assert told == [(25, {"page": "1/4"}), (50, {"page": "2/4"}), (75, {"page": "3/4"}), (100, {"page": "4/4"})]
    with pytest.raises(StepFailedError, match="the job names no image"):
        await names["flash"](context({"pages": 4}))
