"""The tape: each message an arrow, each rejection with reason and mend, and a view that stays where one reads."""

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage

from simulator.feed import Direction, MessageRecord
from simulator.jobs.model import ErrorCode, JobStatus
from tests.support.detail import Conversation
from ui import tape_rows, theme
from ui.status_style import paint_of
from ui.tape_rows import TapeRow
from ui.tape_tab import TapeTab
from ui.theme import ThemeChoice

ROOT = "$aws/things/pump-07/jobs/fw-240"


def sent(content: dict[str, Any], expected: int | None = None, token: str = "t-1", at: float = 1.0) -> MessageRecord:
    payload = json.dumps({**content, "clientToken": token}).encode()
    return MessageRecord(
        at=at,
        direction=Direction.OUT,
        topic=f"{ROOT}/update",
        payload=payload,
        expected_version=expected,
        version_before=expected,
        version_after=expected,
    )


def rejected(code: str, token: str = "t-1", at: float = 1.1, **more: Any) -> MessageRecord:
    payload = json.dumps({"code": code, "message": "as AWS says it", "clientToken": token, **more}).encode()
    return MessageRecord(
        at=at, direction=Direction.IN, topic=f"{ROOT}/update/rejected", payload=payload, latency_ms=4.2
    )


def one(request: MessageRecord, answer: MessageRecord) -> TapeRow:
    found = tape_rows.rows([request, answer], "fw-240")
    assert [row.outward for row in found] == [True, False]
    return found[1]


def test_a_request_tells_its_status_and_expected_version_and_its_answer_the_new_version() -> None:
    talk = Conversation().begin().update(JobStatus.IN_PROGRESS)
    found = tape_rows.rows(talk.messages, talk.job_id)
    assert [(row.title, row.versions) for row in found[-2:]] == [
        ("update IN_PROGRESS", "ev=2"),
        ("update/accepted", "v3"),
    ]
    assert not any(row.rejected for row in found)


def test_a_stale_version_is_explained_with_both_numbers_and_the_number_to_send() -> None:
    state = {"status": "IN_PROGRESS", "statusDetails": {}, "versionNumber": 4}
    row = one(sent({"status": "SUCCEEDED"}, expected=2), rejected("VersionMismatch", executionState=state))
    assert row.rejected
    assert row.title == "update/rejected VersionMismatch"
    assert row.why == ("The update expected version 2, but the service is already at 4: someone updated it in between.")
    assert row.mend == "Take the state that came with this answer, and send again with ev=4."


def test_a_version_ahead_is_explained_too() -> None:
    state = {"status": "IN_PROGRESS", "versionNumber": 4}
    row = one(sent({"status": "SUCCEEDED"}, expected=9), rejected("VersionMismatch", executionState=state))
    assert row.why == "The update expected version 9, which the service (at 4) has not reached."


def test_an_illegal_transition_names_both_states() -> None:
    state = {"status": "SUCCEEDED", "versionNumber": 6}
    row = one(sent({"status": "IN_PROGRESS"}, expected=6), rejected("InvalidStateTransition", executionState=state))
    assert row.why == "The execution is SUCCEEDED, and from there it cannot become IN_PROGRESS."
    assert row.mend == "Report nothing more for it; ask for the next job."


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_code_has_a_reason_and_a_mend_of_its_own(code: ErrorCode) -> None:
    row = one(sent({"status": "IN_PROGRESS"}, expected=2), rejected(code.value))
    others = [
        one(sent({"status": "IN_PROGRESS"}, expected=2), rejected(other.value)) for other in ErrorCode if other != code
    ]
    assert row.why
    assert row.mend
    assert all((row.why, row.mend) != (other.why, other.mend) for other in others)


def test_a_code_nobody_knows_yet_shows_what_the_service_said() -> None:
    assert one(sent({"status": "IN_PROGRESS"}), rejected("SomethingNew")).why == "as AWS says it"


@pytest.mark.parametrize("payload", [b"", b"\xff\x00", b"[1,2]", b"{", b'{"executionState": 7, "code": 5}'])
def test_no_payload_breaks_the_tape(payload: bytes) -> None:
    message = MessageRecord(at=1.0, direction=Direction.IN, topic=f"{ROOT}/update/rejected", payload=payload)
    assert len(tape_rows.rows([message], "fw-240")) == 1


def test_mermaid_has_an_arrow_for_each_message_and_a_note_for_a_rejection() -> None:
    state = {"status": "IN_PROGRESS", "versionNumber": 4}
    found = tape_rows.rows(
        [sent({"status": "SUCCEEDED"}, expected=2), rejected("VersionMismatch", executionState=state)], "fw-240"
    )
    text = tape_rows.mermaid(found, "pump-07")
    assert text.splitlines()[:1] == ["sequenceDiagram"]
    assert "    T->>S: update SUCCEEDED ev=2" in text
    assert "    S--xT: update/rejected VersionMismatch" in text
    assert "Note over T,S: The update expected version 2" in text


# --- the view ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def tab(qtbot: Any) -> TapeTab:
    tab = TapeTab()
    qtbot.addWidget(tab)
    tab.resize(700, 400)
    tab.show()
    return tab


def talk_of(updates: int) -> Conversation:
    talk = Conversation(log_entries=512).begin()
    for _ in range(updates):
        talk.update(JobStatus.IN_PROGRESS)
    return talk


def show(tab: TapeTab, talk: Conversation) -> None:
    tab.show_messages(talk.messages, talk.job_id, talk.name)


def test_it_stays_at_the_newest_while_it_is_there(tab: TapeTab) -> None:
    talk = talk_of(30)
    show(tab, talk)
    assert tab.view.is_at_bottom()
    show(tab, talk.update(JobStatus.IN_PROGRESS))
    assert tab.view.is_at_bottom()
    assert not tab.new_button.isVisible()


def test_what_one_reads_does_not_move_and_the_new_ones_are_counted(tab: TapeTab, qtbot: Any) -> None:
    talk = talk_of(30)
    show(tab, talk)
    bar = tab.view.verticalScrollBar()
    bar.setValue(200)
    talk.update(JobStatus.IN_PROGRESS).update(JobStatus.SUCCEEDED)
    show(tab, talk)
    assert bar.value() == 200
    assert tab.new_button.text() == "New messages: 4"
    qtbot.mouseClick(tab.new_button, Qt.MouseButton.LeftButton)
    assert tab.view.is_at_bottom()
    assert not tab.new_button.isVisible()


def test_what_one_reads_does_not_move_when_the_ring_drops_older_ones(tab: TapeTab) -> None:
    talk = talk_of(40)
    show(tab, talk)
    bar = tab.view.verticalScrollBar()
    bar.setValue(600)
    read = tab.view._anchor()
    tab.show_messages(talk.messages[10:], talk.job_id, talk.name)
    assert tab.view._anchor() == read


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_a_rejection_is_painted_in_the_colour_of_failures(tab: TapeTab, choice: ThemeChoice) -> None:
    theme.current().choose(choice)
    state = {"status": "IN_PROGRESS", "versionNumber": 4}
    messages = [sent({"status": "SUCCEEDED"}, expected=2), rejected("VersionMismatch", executionState=state)]
    tab.show_messages(messages[:1], "fw-240", "pump-07")
    bad = paint_of(JobStatus.FAILED).glyph
    assert not has_colour(tab, bad)
    tab.show_messages(messages, "fw-240", "pump-07")
    assert has_colour(tab, bad)


def has_colour(tab: TapeTab, colour: QColor) -> bool:
    picture = tab.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    wanted = colour.rgb()
    return any(picture.pixel(x, y) == wanted for y in range(picture.height()) for x in range(0, picture.width(), 1))


def test_keys_move_from_message_to_message_and_say_what_is_there(tab: TapeTab, qtbot: Any) -> None:
    talk = talk_of(3)
    show(tab, talk)
    chosen: list[object] = []
    tab.view.chosen.connect(chosen.append)
    qtbot.keyClick(tab.view, Qt.Key.Key_Home)
    qtbot.keyClick(tab.view, Qt.Key.Key_Home)
    qtbot.keyClick(tab.view, Qt.Key.Key_Down)
    assert chosen[-1] == talk.messages[1]
    assert "accepted" in tab.view.accessibleDescription()


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_whole_tape_is_saved_as_a_picture(tab: TapeTab, tmp_path: Path, ending: str) -> None:
    show(tab, talk_of(60))
    path = tmp_path / f"tape.{ending}"
    assert tab.save(path)
    if ending == "png":
        assert QImage(str(path)).height() == 2 * tab.view.full_height()
    else:
        assert b"update IN_PROGRESS" in path.read_bytes()


def test_mermaid_goes_to_the_clipboard(tab: TapeTab) -> None:
    show(tab, talk_of(1))
    tab.copy_mermaid()
    assert QGuiApplication.clipboard().text().startswith("sequenceDiagram")
