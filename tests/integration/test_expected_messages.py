"""Diff with expected on the real service: an ordinary run is as expected throughout, a mistake is where it differs."""

import json

import pytest

from simulator.feed import MessageRecord, ThingDetail
from simulator.jobs.model import JobStatus as S
from simulator.scenario.faults import FaultName
from tests.integration.test_faults import scene, with_fault
from ui.message_expected import Known, expected

RICH = """
name: faulty
steps:
  - {name: download, duration: 4, progress: {from: 5, to: 50, every: 1}, status_details: {speed: fast}}
  - {name: quiet, duration: 1, report: false}
  - name: install
    duration: 8
    progress: {to: 90, every: 4}
    step_timeout_minutes: 5
    include_job_execution_state: true
    include_job_document: true
end: {status: FAILED, reason: bad image, status_details: {code: "7"}}
"""


def judged(detail: ThingDetail) -> list[tuple[MessageRecord, bool]]:
    """The messages of which something was expected, and whether they are so."""
    shown = detail.snapshot
    known = Known("t", shown.job_id, detail.messages, detail.timeline, detail.outline)
    found = ((message, expected(message, known)) for message in detail.messages)
    return [
        (message, json.loads(told.payload) == json.loads(message.payload))
        for message, told in found
        if told is not None
    ]


@pytest.mark.parametrize("scenario", [with_fault("x").replace("  - {fault: x}\n", ""), RICH])
async def test_an_ordinary_run_is_as_expected_from_beginning_to_end(scenario: str) -> None:
    async with scene("", scenario) as acting:
        await acting.make_job()
        await acting.until(S.FAILED if scenario is RICH else S.SUCCEEDED)
        told = judged(await acting.detail())
        assert len(told) >= 8
        assert [message for message, is_so in told if not is_so] == []


@pytest.mark.parametrize("name", [FaultName.STALE_VERSION, FaultName.VERSION_AHEAD, FaultName.OVERSIZE_DETAILS])
async def test_a_mistake_is_the_update_that_differs_and_its_answer_is_as_expected(name: FaultName) -> None:
    async with scene("", with_fault(name)) as acting:
        await acting.make_job()
        await acting.until(S.SUCCEEDED)
        told = judged(await acting.detail())
        different = [message for message, is_so in told if not is_so]
        assert [f"fault {name}" in message.note for message in different] == [True]
        assert any(message.topic.endswith("/rejected") and is_so for message, is_so in told)
