"""The Steps tab: how far the scenario is, the next message before it is sent, and what its buttons ask for."""

import json

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from simulator.feed import Activity, NextUpdate, ThingDetail, TransitionRecord
from simulator.fleet import StepAction
from simulator.jobs.model import JobStatus as S
from simulator.scenario.outline import PlannedStep
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.steps_rows import StepState, rows
from ui.steps_tab import StepsTab

PLAN = [
    PlannedStep(name="download", seconds=4.0, updates=3, last_progress=50),
    PlannedStep(name="think", seconds=2.0),
    PlannedStep(name="verify", seconds=1.0, updates=1, first_progress=60, last_progress=60, faults=["lose-reply"]),
    PlannedStep(name="apply", seconds=8.0, updates=2, first_progress=70, last_progress=90),
    PlannedStep(name="apply", updates=1, end="SUCCEEDED"),
]
TOPIC = "$aws/things/pump-07/jobs/fw-240/update"


def walked(*steps: str, end: S | None = None, reason: str = "") -> list[TransitionRecord]:
    """A transition a second, each with its step; the execution is that of `snapshot`."""
    status = [*([S.IN_PROGRESS] * len(steps)), *([end] if end is not None else [])]
    named = [*steps, *([steps[-1] if steps else ""] if end is not None else [])]
    return [
        TransitionRecord(
            at=100.0 + number,
            job_id="fw-240",
            execution_number=1,
            status=each,
            version=number + 2,
            step=step,
            reason=reason if each is end else "",
        )
        for number, (step, each) in enumerate(zip(named, status, strict=True))
    ]


def coming(step: str, status: str = "IN_PROGRESS", **more: object) -> NextUpdate:
    payload = json.dumps({"status": status, **more}, separators=(",", ":")).encode()
    return NextUpdate(step=step, progress=60, topic=TOPIC, payload=payload)


def detail(
    timeline: list[TransitionRecord], status: S = S.IN_PROGRESS, next_update: NextUpdate | None = None, **fields: object
) -> ThingDetail:
    shown = snapshot("pump-07", status, **{"activity": Activity.WORKING, "job_id": "fw-240", **fields})
    return ThingDetail(
        snapshot=shown, messages=[], messages_dropped=0, timeline=timeline, outline=PLAN, next_update=next_update
    )


def states(told: ThingDetail) -> list[str]:
    return [row.state.value for row in rows(told)]


def test_a_thing_at_work_has_done_steps_one_under_way_one_next_and_the_rest_later() -> None:
    assert states(detail(walked(""))) == ["now", "next", "later", "later", "later"]
    assert states(detail(walked("", "download", "verify"))) == ["done", "done", "now", "next", "later"]


def test_a_step_that_was_left_out_is_skipped_but_a_silent_one_is_not() -> None:
    assert states(detail(walked("", "download", "apply"))) == ["done", "done", "skipped", "now", "next"]


def test_a_thing_that_waits_has_nothing_under_way_and_the_step_of_its_next_message_next() -> None:
    waits = {"activity": Activity.WAITING_FOR_STEP, "manual": True}
    told = detail(walked("", "download"), next_update=coming("verify"), **waits)
    assert states(told) == ["done", "done", "next", "later", "later"]
    told = detail(walked("", "apply"), next_update=coming("apply", "SUCCEEDED"), **waits)
    assert states(told)[-2:] == ["done", "next"]


def test_an_execution_that_ended_early_skips_the_rest_and_says_how_it_ended() -> None:
    told = detail(walked("", "download", "download", end=S.FAILED, reason="checksum mismatch"), S.FAILED)
    assert states(told) == ["done", "skipped", "skipped", "skipped", "done"]
    assert rows(told)[-1].sends == "FAILED · checksum mismatch (the scenario ends with SUCCEEDED)"
    assert rows(told)[-1].status is S.FAILED


def test_a_reboot_takes_the_steps_back() -> None:
    told = detail(walked("", "download", "verify", "apply", "download"))
    assert states(told) == ["now", "next", "later", "later", "later"]


def test_elapsed_is_from_a_step_to_the_next_one() -> None:
    found = rows(detail(walked("", "download", "download", "verify")))
    assert [row.seconds for row in found[:3]] == [2.0, None, None]
    assert found[2].since == 103.0


def test_each_row_tells_what_it_sends() -> None:
    found = [row.sends for row in rows(detail(walked("")))]
    assert found == [
        "3 updates · 0 to 50 % · 4 s",
        "nothing · 2 s",
        "1 update · 60 % · 1 s · lose-reply",
        "2 updates · 70 to 90 % · 8 s",
        "SUCCEEDED",
    ]


def test_transitions_of_another_execution_count_for_nothing() -> None:
    old = [
        TransitionRecord(at=1.0, job_id="old", execution_number=1, status=S.IN_PROGRESS, version=2, step="verify"),
    ]
    assert states(detail([*old, *walked("")])) == ["now", "next", "later", "later", "later"]


# --- the tab ----------------------------------------------------------------------------------------------------------


def shown(qtbot, told: ThingDetail) -> StepsTab:
    tab = StepsTab()
    qtbot.addWidget(tab)
    tab.resize(460, 420)
    tab.show()
    tab.show_detail(told)
    return tab


def test_the_next_message_is_shown_before_it_is_sent_with_its_answer(qtbot) -> None:
    waits = {"activity": Activity.WAITING_FOR_STEP, "manual": True, "version": 4}
    tab = shown(qtbot, detail(walked("", "download"), next_update=coming("verify", expectedVersion=4), **waits))
    assert '"expectedVersion": 4' in tab.findChild(QPlainTextEdit, "stepsNextText").toPlainText()
    assert tab.findChild(QLabel, "stepsPredictionLabel").text() == "will be accepted as v5"
    tab.show_detail(detail(walked("", "download"), next_update=coming("verify", expectedVersion=3), **waits))
    assert tab.findChild(QLabel, "stepsPredictionLabel").text() == "will be rejected: VersionMismatch"


def test_a_mistake_that_was_asked_for_is_named_beside_the_prediction(qtbot) -> None:
    waits = {"activity": Activity.WAITING_FOR_STEP, "manual": True, "version": 4}
    stale = msgspec.structs.replace(coming("verify", expectedVersion=3), faults=("stale-version",))
    tab = shown(qtbot, detail(walked("", "download"), next_update=stale, **waits))
    label = tab.findChild(QLabel, "stepsPredictionLabel")
    assert label.text() == "will be rejected: VersionMismatch · on purpose: Stale expected version"
    tab.show_detail(detail(walked("", "download"), next_update=coming("verify", expectedVersion=4), **waits))
    assert label.text() == "will be accepted as v5"


def test_a_step_that_sends_nothing_says_so_above_the_message_that_comes_later(qtbot) -> None:
    waits = {"activity": Activity.WAITING_FOR_STEP, "manual": True, "version": 4}
    tab = shown(qtbot, detail(walked("", "download"), next_update=coming("verify"), step="think", **waits))
    title = tab.findChild(QLabel, "stepsNextLabel")
    assert title.text() == "The step “think” sends nothing; the next message, on update"
    assert [row.state for row in tab.model.rows] == ["done", "next", "later", "later", "later"]
    tab.show_detail(detail(walked("", "download"), next_update=coming("verify"), step="verify", **waits))
    assert [row.state for row in tab.model.rows] == ["done", "done", "next", "later", "later"]
    assert title.text() == "Next message, on update"


def test_buttons_say_how_else_to_go_on_and_are_there_in_manual_mode_only(qtbot) -> None:
    tab = shown(qtbot, detail(walked("", "download")))
    update = tab.findChild(QPushButton, "stepsUpdateButton")
    assert not update.isVisible()
    tab.show_detail(detail(walked("", "download"), manual=True, activity=Activity.WAITING_FOR_STEP))
    for action in (StepAction.UPDATE, StepAction.REPEAT, StepAction.SKIP):
        button = tab.findChild(QPushButton, f"steps{action.value.capitalize()}Button")
        with qtbot.waitSignal(tab.actWanted) as wanted:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert wanted.args == [action]


def test_a_screen_reader_hears_a_row_whole(qtbot) -> None:
    tab = shown(qtbot, detail(walked("", "download", "apply")))
    text = tab.model.data(tab.model.index(2, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert text == "skipped, verify, 1 update · 60 % · 1 s · lose-reply"
    assert tab.model.current() == 3
    assert StepState(tab.model.data(tab.model.index(3, 0), Qt.ItemDataRole.UserRole)) is StepState.NOW


def test_a_click_on_repeat_asks_the_fleet_for_the_thing_that_is_looked_at(opened: Opened, qtbot) -> None:
    opened.fleet.tell([snapshot("thing-00002", S.IN_PROGRESS, manual=True, activity=Activity.WAITING_FOR_STEP)])
    opened.window.page.splitter.show_pane(True)
    opened.window.page.table.select_names(["thing-00002"])
    tab = opened.find(StepsTab, "stepsTab")
    opened.window.pane.tabs.setCurrentWidget(tab)
    button = opened.find(QPushButton, "stepsRepeatButton")
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened.asked("act") == [(["thing-00002"], StepAction.REPEAT)])
