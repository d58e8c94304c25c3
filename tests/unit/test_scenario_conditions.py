"""Conditions of branches: what they ask for, how values are compared, and how versions are ordered."""

import itertools

import pytest

from simulator.scenario import loader
from simulator.scenario.conditions import value_of, version_of
from simulator.scenario.context import WalkContext
from simulator.scenario.walk import random_for, walk

CONTEXT = WalkContext(
    thing_name="pump-7",
    job_id="fw-2",
    execution_number=3,
    attempt=5,
    document={
        "operation": "update",
        "firmware": {"version": "2.10.0"},
        "size": 1000,
        "force": True,
        "files": [{"n": "a"}],
    },
    attributes={"model": "pump", "site.hall": "B"},
    index=12,
)


def holds(condition: str, context: WalkContext = CONTEXT) -> bool:
    """Whether a branch with this condition is taken: what a file says goes all the way."""
    text = f"{{name: x, steps: [{{choose: [{{when: {condition}, end: FAILED}}]}}], end: SUCCEEDED}}"
    return list(walk(loader.parse(text, "f"), context, random_for(1, 1)))[-1].status == "FAILED"


@pytest.mark.parametrize(
    "condition",
    [
        "{attempt: 5}",
        "{attempt: {at_least: 5, at_most: 5}}",
        "{execution_number: {above: 2, below: 4}}",
        "{index: {every: 10, offset: 2}}",
        "{index: {every: 3}}",
        "{index: {in: [11, 12]}}",
        "{index: {not_in: [1, 2]}}",
        "{thing: pump-7}",
        '{thing: {matches: "pump-*"}}',
        '{thing: {matches: "pump-[0-9]"}}',
        "{job_id: {not: fw-1}}",
        "{document.operation: update}",
        "{document.operation: {in: [reboot, update]}}",
        '{document.firmware.version: {at_least: "2.9"}}',
        '{firmware: {at_least: "2.10", below: "2.11"}}',
        "{document.size: {at_least: 999.5}}",
        '{document.size: {below: "1001"}}',
        "{document.force: true}",
        "{document.files.0.n: a}",
        "{document.missing: {exists: false}}",
        "{document.operation: {exists: true}}",
        "{attribute.model: pump}",
        "{attribute.site.hall: B}",
        "{attribute.serial: {exists: false}}",
        "{attempt: 5, attribute.model: pump}",
    ],
)
def test_a_condition_that_holds_takes_its_branch(condition):
    assert holds(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "{attempt: 4}",
        "{attempt: {at_least: 6}}",
        "{execution_number: {above: 3}}",
        "{index: {every: 10}}",
        "{index: {in: [1]}}",
        "{index: {not_in: [12]}}",
        '{thing: {matches: "pump"}}',
        '{thing: {matches: "PUMP-*"}}',
        "{job_id: {not: fw-2}}",
        "{document.operation: {matches: up}}",
        '{document.firmware.version: {below: "2.9"}}',
        "{document.operation: {at_least: 1}}",
        "{document.force: 1}",
        "{document.force: {at_least: 0}}",
        "{document.files: {equals: a}}",
        "{document.missing: {not: x}}",
        "{document.missing: {not_in: [x]}}",
        "{document.operation: {exists: false}}",
        "{document.size: {every: 7}}",
        "{attribute.serial: x}",
        "{attempt: 5, attribute.model: fan}",
    ],
)
def test_a_condition_that_does_not_hold_goes_past_its_branch(condition):
    assert not holds(condition)


def test_versions_are_ordered_as_people_order_them():
    ordered = [
        "0.9",
        "1.0-alpha",
        "1.0-alpha.2",
        "1.0-beta",
        "1.0-rc1",
        "1.0-rc2",
        "1.0-rc10",
        "1.0",
        "1.0.1",
        "1.9",
        "v1.10",
    ]
    keys = [version_of(text) for text in ordered]
    assert all(left < right for left, right in itertools.pairwise(keys))
    assert version_of("2.4") == version_of("2.4.0") == version_of("v2.4.0+build7")
    assert [version_of(text) for text in ("", "latest", "..", "-1", "1..2")] == [None] * 5


def test_a_pattern_cannot_take_for_ever_on_a_text_that_was_made_to():
    context = WalkContext("t", "j", document={"a": "a" * 100_000})
    assert not holds('{document.a: {matches: "' + "*a" * 90 + '*b"}}', context)


def test_what_cannot_be_found_is_none():
    assert value_of("document.a.b", CONTEXT) is None
    assert value_of("attribute.a", CONTEXT) is None
    assert value_of("firmware", WalkContext("t", "j")) is None
