"""Diff with expected: what the scenario's step says of an update, and what the service was to answer."""

import json
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from simulator.feed import Direction, MessageRecord, TransitionRecord
from simulator.jobs.model import JobStatus as S
from simulator.scenario.outline import PlannedStep
from ui.message_expected import Known, expected
from ui.messages_tab import MessagesTab
from ui.segment_button import SegmentButton

LEFT = Qt.MouseButton.LeftButton
TOPIC = "$aws/things/pump-7/jobs/j1/update"
PLAN = [
    PlannedStep(name="download", updates=3, last_progress=60, details={"step": "download", "progress": "0"},
                step_timeout_in_minutes=None),
    PlannedStep(name="end", end="SUCCEEDED", details={"firmware": "2.4.0"}),
]  # fmt: skip
TIMELINE = [
    TransitionRecord(at=1.0, job_id="j1", execution_number=1, status=S.IN_PROGRESS, version=2),
    TransitionRecord(at=3.0, job_id="j1", execution_number=1, status=S.IN_PROGRESS, version=3, step="download"),
]


def out(at: float, body: dict[str, Any], version: int = 2, note: str = "", topic: str = TOPIC) -> MessageRecord:
    payload = json.dumps({**body, "clientToken": f"t-{at:g}"}).encode()
    return MessageRecord(
        at=at, direction=Direction.OUT, topic=topic, payload=payload, version_before=version, version_after=version,
        note=note,
    )  # fmt: skip


def answer(at: float, tail: str, body: dict[str, Any], to: float) -> MessageRecord:
    payload = json.dumps({**body, "timestamp": 17, "clientToken": f"t-{to:g}"}).encode()
    return MessageRecord(at=at, direction=Direction.IN, topic=f"{TOPIC}/{tail}", payload=payload)


def update(percent: int | str, version: int = 2, **more: Any) -> dict[str, Any]:
    details = {"step": "download", "progress": str(percent)}
    return {"status": "IN_PROGRESS", "statusDetails": details, "expectedVersion": version, **more}


def told(message: MessageRecord, *before: MessageRecord, plan: list[PlannedStep] = PLAN) -> dict[str, Any] | None:
    known = Known("pump-7", "j1", [*before, message], TIMELINE, plan)
    found = expected(message, known)
    if found is None:
        return None
    body: dict[str, Any] = json.loads(found.payload)
    return body


def body_of(message: MessageRecord) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(message.payload)
    return body


@pytest.mark.parametrize("percent", [0, 20, 60])
def test_an_update_of_a_step_is_as_the_step_says(percent: int) -> None:
    sent = out(2.0, update(percent))
    assert told(sent) == body_of(sent)


def test_what_a_mistake_changed_stands_out() -> None:
    stale = out(4.0, update(20, version=2), version=3, note="fault stale-version")
    assert told(stale) == {**body_of(stale), "expectedVersion": 3}
    early = out(4.0, {"status": "SUCCEEDED", "statusDetails": {}, "expectedVersion": 3}, version=3)
    assert told(early) == {**body_of(early), "statusDetails": {"firmware": "2.4.0"}}
    forced = out(4.0, {"status": "FAILED", "statusDetails": {"reason": "by hand"}}, version=3)
    assert told(forced) == {**body_of(forced), "status": "SUCCEEDED", "statusDetails": {"firmware": "2.4.0"}}
    beyond = out(2.0, update(95))
    assert told(beyond) == {**body_of(beyond), "statusDetails": {"step": "download", "progress": "60"}}


def test_nothing_is_said_of_what_no_scenario_and_no_rule_says() -> None:
    assert told(out(2.0, {}, topic="$aws/things/pump-7/jobs/start-next")) is None
    assert told(out(2.0, update(0), topic="$aws/things/pump-7/jobs/older/update")) is None
    assert told(out(2.0, update(0)), plan=[]) is None
    assert told(out(2.0, update(0, statusDetails={"step": "other"}))) is None
    assert told(answer(2.1, "accepted", {}, to=2.0)) is None  # whose request was dropped
    heard = MessageRecord(at=2.0, direction=Direction.IN, topic="$aws/things/pump-7/jobs/notify", payload=b"{}")
    assert told(heard) is None


def test_an_answer_is_held_against_the_services_own_rules() -> None:
    sent = out(2.0, update(0, includeJobExecutionState=True))
    state = {"status": "IN_PROGRESS", "statusDetails": {"step": "download", "progress": "0"}, "versionNumber": 3}
    came = answer(2.1, "accepted", {"executionState": state}, to=2.0)
    assert told(came, sent) == body_of(came)
    wrong = answer(2.1, "accepted", {"executionState": {**state, "versionNumber": 4}}, to=2.0)
    assert told(wrong, sent) == body_of(came)


def test_a_rejection_that_was_to_come_and_one_that_was_not_are_told_apart() -> None:
    first, ok = out(2.0, update(0)), answer(2.1, "accepted", {}, to=2.0)
    stale = out(4.0, update(20, version=2), version=3)
    said = told(answer(4.1, "rejected", {"code": "VersionMismatch"}, to=4.0), first, ok, stale)
    assert said is not None
    assert said["code"] == "VersionMismatch"
    assert said["executionState"]["versionNumber"] == 3
    assert said["executionState"]["statusDetails"] == {"step": "download", "progress": "0"}  # of the accepted one
    good = out(4.0, update(20, version=3), version=3)
    assert told(answer(4.1, "rejected", {"code": "InternalError"}, to=4.0), good) == {
        "timestamp": 17,
        "clientToken": "t-4",
    }


def test_the_button_shows_what_differs_and_who_says_so(qtbot) -> None:
    tab = MessagesTab()
    qtbot.addWidget(tab)
    qtbot.addWidget(tab.search_bar)
    tab.resize(640, 500)
    tab.show()
    sent = out(2.0, update(20))
    stale = out(4.0, update(20, version=2), version=3, note="fault stale-version")
    tab.view.known = Known("pump-7", "j1", [sent, stale], TIMELINE, PLAN)
    tab.show_messages([sent, stale], 0, "j1")
    qtbot.mouseClick(tab.findChild(SegmentButton, "msgExpectedButton"), LEFT)
    said = tab.findChild(QLabel, "msgPartialLabel")
    assert said.text() == "Unlike the scenario's step “download”, lines: 1 more, 1 missing."
    lines = [line for line in tab.view.text.toPlainText().split("\n") if line[:2] in ("+ ", "- ")]
    assert lines == ['-   "expectedVersion": 3,', '+   "expectedVersion": 2,']
    tab.table.go_to(0)
    assert said.text() == "As expected by the scenario's step “download”."
