"""The messages of a thing: a model over a ring, a table that stays where one reads, a payload that never blocks."""

import json
import random
from time import perf_counter

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton

from simulator.feed import Direction, MessageRecord
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus as S
from tests.support.detail import START, Conversation
from ui import message_words as words
from ui.fleet_delegates import PADDING
from ui.message_commands import update_of
from ui.message_model import KEYS, MessageModel
from ui.message_table import ARROW_ROOM
from ui.messages_tab import MessagesTab
from ui.segment_button import SegmentButton

LEFT = Qt.MouseButton.LeftButton


def message(number: int, payload: bytes = b"{}", tail: str = "notify", **more: object) -> MessageRecord:
    topic = f"$aws/things/pump-7/jobs/{tail}"
    given = {"direction": Direction.IN, "topic": topic, "payload": payload, **more}
    return MessageRecord(at=START + number, **given)  # type: ignore[arg-type]


def walked(updates: int = 5, **more: object) -> Conversation:
    talk = Conversation(**more).begin()  # type: ignore[arg-type]
    for _ in range(updates):
        talk.update(S.IN_PROGRESS)
    return talk


@pytest.fixture
def tab(qtbot) -> MessagesTab:
    made = MessagesTab()
    qtbot.addWidget(made)
    qtbot.addWidget(made.search_bar)  # the pane gives it its place
    made.resize(640, 500)
    made.show()
    return made


def fill(tab: MessagesTab, talk: Conversation) -> None:
    detail = talk.detail()
    tab.show_messages(detail.messages, detail.messages_dropped, detail.snapshot.job_id)


# --- the model ------------------------------------------------------------------------------------------------------


def test_the_model_keeps_to_qts_rules_while_the_ring_turns(qtmodeltester) -> None:
    model = MessageModel()
    qtmodeltester.check(model)
    for _ in range(3):
        talk = walked(log_entries=8)
        for _ in range(6):
            detail = talk.detail()
            model.show(detail.messages, detail.messages_dropped)
            talk.update(S.IN_PROGRESS)
    assert model.rowCount() == 8
    qtmodeltester.check(model)


def test_a_ring_that_turns_is_followed_without_a_reset() -> None:
    model = MessageModel()
    resets, removed, inserted = [], [], []
    model.modelReset.connect(lambda: resets.append(1))
    model.rowsRemoved.connect(lambda parent, first, last: removed.append((first, last)))
    model.rowsInserted.connect(lambda parent, first, last: inserted.append((first, last)))
    log = [message(number) for number in range(100)]
    model.show(log[:10], 0)
    model.show(log[3:15], 3)
    model.show(log[3:15], 3)
    assert (resets, removed, inserted) == ([], [(0, 2)], [(0, 9), (7, 11)])
    model.show(log[90:100], 90)  # nothing of it was here before
    assert removed[-1] == (0, 11)
    assert [model.message(row) for row in range(model.rowCount())] == log[90:100]
    assert resets == []


def test_any_run_of_the_ring_shows_exactly_the_ring() -> None:
    chance = random.Random(7)
    model = MessageModel()
    log = [message(number) for number in range(400)]
    first = end = 0
    for _ in range(200):
        end = min(len(log), end + chance.choice((0, 0, 1, 2, 9, 40)))
        first = max(first, end - 16)
        model.show(log[first:end], first)
        assert [model.message(row) for row in range(model.rowCount())] == log[first:end]


def test_a_thing_that_began_anew_is_shown_anew() -> None:
    model = MessageModel()
    model.show([message(number) for number in range(20)], 5)
    fresh = [message(1000), message(1001)]
    model.show(fresh, 0)
    assert [model.message(row) for row in range(model.rowCount())] == fresh
    other = [message(2000), message(2001), message(2002)]
    model.show(other, 0)
    assert model.message(0) == other[0]


def test_a_row_tells_versions_expectation_latency_and_size() -> None:
    model = MessageModel()
    detail = walked(1).detail()
    model.show(detail.messages, 0, "fw-240")
    rows = [{key: model.text(row, key) for key in KEYS if key != "at"} for row in range(2, 4)]
    assert rows == [
        {"direction": "", "topic": "update", "version": "v2", "expected": "v2", "latency": "", "size": "86 B",
         "summary": "IN_PROGRESS · step download"},
        {"direction": "", "topic": "update/accepted", "version": "v2 → v3", "expected": "", "latency": "0.4",
         "size": "16 B", "summary": "accepted"},
    ]  # fmt: skip
    index = model.index(3, model.column("topic"))
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "$aws/things/pump-07/jobs/fw-240/update/accepted"


@pytest.mark.parametrize(
    ("tail", "body", "summary"),
    [
        ("start-next", {}, "asks for the next job"),
        ("start-next/accepted", {"execution": {"jobId": "fw-1", "status": "IN_PROGRESS"}}, "fw-1 · IN_PROGRESS"),
        ("start-next/accepted", {}, "nothing is pending"),
        ("get", {}, "asks what is pending"),
        ("get/accepted", {"inProgressJobs": [{}], "queuedJobs": [{}, {}]}, "1 in progress · 2 queued"),
        ("fw-1/get", {}, "asks about an execution"),
        ("notify", {"jobs": {"QUEUED": [{}, {}]}}, "QUEUED 2"),
        ("notify-next", {"execution": {"jobId": "fw-1", "status": "QUEUED"}}, "fw-1 · QUEUED"),
        ("fw-1/update/accepted", {"executionState": {"status": "FAILED"}}, "FAILED"),
        ("fw-1/update/rejected", {"code": "VersionMismatch", "message": "no"}, "VersionMismatch · no"),
        ("else", {"a": 1}, '{"a": 1}'),
    ],
)
def test_the_summary_is_read_from_the_payload(tail: str, body: dict[str, object], summary: str) -> None:
    assert words.summary(message(0, json.dumps(body).encode(), tail)) == summary


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{",
        b'{"jobs": 3}',
        b'{"execution": []}',
        b"[" * 5000,
        b'{"statusDetails": 1}',
    ],
)
@pytest.mark.parametrize("tail", ["notify", "notify-next", "get/accepted", "fw-1/update", "fw-1/update/rejected", "x"])
def test_no_payload_is_too_strange_for_a_summary(payload: bytes, tail: str) -> None:
    assert isinstance(words.summary(message(0, payload, tail)), str)


def test_a_note_is_the_summary() -> None:
    assert (
        words.summary(message(0, b'{"code": "X"}', "fw-1/update/rejected", note="Refused, and why."))
        == "Refused, and why."
    )


# --- the table ------------------------------------------------------------------------------------------------------


def test_the_newest_is_followed_until_someone_scrolls_up(tab: MessagesTab, qtbot) -> None:
    talk = walked(30)
    fill(tab, talk)
    assert tab.table.is_at_end
    talk.update(S.IN_PROGRESS)
    fill(tab, talk)
    assert tab.table.is_at_end
    button = tab.table.findChild(QPushButton, "msgNewButton")
    assert button.isHidden()
    bar = tab.table.verticalScrollBar()
    bar.setValue(3)
    top = tab.model.message(tab.table.rowAt(0))
    talk.update(S.IN_PROGRESS)
    fill(tab, talk)
    assert button.isVisible()
    assert button.text() == "New messages: 2"
    assert tab.model.message(tab.table.rowAt(0)) == top
    qtbot.mouseClick(button, LEFT)
    assert tab.table.is_at_end
    assert button.isHidden()


def test_scrolling_back_to_the_end_by_hand_follows_again(tab: MessagesTab) -> None:
    talk = walked(30)
    fill(tab, talk)
    bar = tab.table.verticalScrollBar()
    bar.setValue(0)
    talk.update(S.IN_PROGRESS)
    fill(tab, talk)
    bar.setValue(bar.maximum())
    assert tab.new_button.isHidden()


def test_it_says_how_many_were_dropped(tab: MessagesTab) -> None:
    label = tab.findChild(QLabel, "msgDroppedLabel")
    fill(tab, walked(2, log_entries=64))
    assert label.isHidden()
    fill(tab, walked(40, log_entries=16))
    assert label.isVisible()
    assert label.text() == "66 older messages were dropped."


def test_the_newest_message_is_read_along_until_one_is_chosen(tab: MessagesTab, qtbot) -> None:
    talk = walked(5)
    fill(tab, talk)
    facts = tab.findChild(QLabel, "msgFactsLabel")
    assert "update/accepted · v6\u00a0→\u00a0v7" in facts.text()
    at = tab.table.visualRect(tab.model.index(0, 2)).center()
    qtbot.mouseClick(tab.table.viewport(), LEFT, pos=at)
    assert "start-next" in facts.text()
    talk.update(S.IN_PROGRESS)
    fill(tab, talk)
    assert "start-next" in facts.text()
    qtbot.keyClick(tab.table, Qt.Key.Key_Escape)
    assert "update/accepted · v7\u00a0→\u00a0v8" in facts.text()


def test_a_chosen_message_stays_though_the_ring_drops_it(tab: MessagesTab) -> None:
    talk = walked(5, log_entries=12)
    fill(tab, talk)
    tab.table.go_to(0)
    chosen = tab.model.message(0)
    payload = tab.findChild(QPlainTextEdit, "msgPayloadText")
    before = payload.toPlainText()
    for _ in range(20):
        talk.update(S.IN_PROGRESS, "verify")
        fill(tab, talk)
    assert not tab.model.holds(chosen)
    assert payload.toPlainText() == before


def test_columns_give_way_before_the_summary_does(tab: MessagesTab, qtbot) -> None:
    fill(tab, walked(3))
    tab.resize(900, 500)
    qtbot.waitUntil(lambda: tab.table.viewport().width() > 800)
    assert not any(tab.table.isColumnHidden(column) for column in range(len(KEYS)))
    tab.resize(680, 500)
    qtbot.waitUntil(lambda: tab.table.viewport().width() < 690)
    shown = [key for column, key in enumerate(KEYS) if not tab.table.isColumnHidden(column)]
    assert shown[:4] == ["at", "direction", "topic", "version"]
    assert "size" not in shown
    digit = QFontMetrics(tab.table.font()).horizontalAdvance("0")
    assert tab.table.columnWidth(tab.model.column("summary")) >= 30 * digit


def test_a_narrow_table_has_rows_of_two_lines_and_loses_nothing(tab: MessagesTab, qtbot) -> None:
    fill(tab, walked(3).update(S.IN_PROGRESS, "a step with a long name"))
    tab.resize(900, 500)
    qtbot.waitUntil(lambda: tab.table.viewport().width() > 800)
    one_line = tab.table.rowHeight(0)
    tab.resize(340, 500)
    qtbot.waitUntil(lambda: tab.table.viewport().width() < 345)
    shown = [key for column, key in enumerate(KEYS) if not tab.table.isColumnHidden(column)]
    assert shown == ["summary"]
    assert tab.table.rowHeight(0) > 1.5 * one_line
    assert not tab.table.horizontalHeader().isVisible()
    assert tab.table.is_at_end
    assert tab.table.columnWidth(tab.model.column("summary")) == tab.table.viewport().width()
    room = tab.table.viewport().width() - 2 * PADDING - ARROW_ROOM
    said = max(tab.model.text(row, "summary") for row in range(tab.model.rowCount()))
    assert QFontMetrics(tab.table.font()).horizontalAdvance(said) <= room
    spoken = tab.model.index(3, tab.model.column("summary")).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("received, update/accepted, v2 → v3, accepted, ")
    qtbot.waitUntil(lambda: tab.table.horizontalScrollBar().maximum() == 0)
    tab.resize(900, 500)
    qtbot.waitUntil(lambda: tab.table.rowHeight(0) == one_line and tab.table.horizontalHeader().isVisible())


def test_a_click_and_the_keys_work_in_rows_of_two_lines(tab: MessagesTab, qtbot) -> None:
    fill(tab, walked(3))
    tab.resize(340, 500)
    qtbot.waitUntil(lambda: tab.table.viewport().width() < 345)
    row = tab.table.rowAt(tab.table.rowHeight(0) + 5)
    qtbot.mouseClick(tab.table.viewport(), LEFT, pos=QPoint(60, tab.table.rowHeight(0) + 5))
    assert tab.table.current_row() == row
    qtbot.keyClick(tab.table, Qt.Key.Key_Down)
    assert tab.table.current_row() == row + 1


def test_a_refusal_stands_out_and_says_why(tab: MessagesTab) -> None:
    note = "The update was refused (VersionMismatch); the thing took over version 4 and reports again."
    fill(tab, walked(2).refuse(note))
    last = tab.model.rowCount() - 1
    assert tab.model.text(last, "summary") == note
    label = tab.findChild(QLabel, "msgNoteLabel")
    assert label.isVisible()
    assert label.text() == note
    assert label.height() >= label.heightForWidth(label.width())
    refused = tab.table.grab().toImage()
    fill(tab, walked(2).update(S.IN_PROGRESS))
    assert tab.table.grab().toImage() != refused
    assert label.isHidden()


def test_rows_are_copied_with_full_topics(tab: MessagesTab, qtbot) -> None:
    fill(tab, walked(2))
    tab.table.go_to(2)
    rows = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    tab.table.selectionModel().select(tab.model.index(3, 0), rows)
    qtbot.keyClick(tab.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    heads, *lines = QGuiApplication.clipboard().text().split("\n")
    cells = [dict(zip(heads.split("\t"), line.split("\t"), strict=True)) for line in lines]
    assert [cell["direction"] for cell in cells] == ["out", "in"]
    assert cells[1]["topic"] == "$aws/things/pump-07/jobs/fw-240/update/accepted"


# --- searching ------------------------------------------------------------------------------------------------------


def test_searching_goes_from_hit_to_hit_and_round(tab: MessagesTab, qtbot) -> None:
    talk = walked(3).update(S.IN_PROGRESS, "Verify").update(S.IN_PROGRESS, "verify").update(S.FAILED, "apply")
    fill(tab, talk)
    edit = tab.search_bar.findChild(QLineEdit, "msgSearchEdit")
    found = tab.findChild(QLabel, "msgFoundLabel")
    qtbot.keyClicks(tab.table, "/")
    tab.search_bar.show()
    qtbot.keyClicks(edit, "verify")
    assert (found.text(), tab.table.current_row()) == ("1 of 2", 8)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert (found.text(), tab.table.current_row()) == ("2 of 2", 10)
    qtbot.keyClicks(tab.table, "n")
    assert tab.table.current_row() == 8
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert tab.table.current_row() == 10
    edit.setText("nowhere")
    assert found.text() == "not found"
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == ""
    assert found.isHidden()


def test_what_comes_while_searching_is_counted_and_moves_nothing(tab: MessagesTab) -> None:
    talk = walked(3)
    fill(tab, talk)
    tab.search_edit.setText("download")
    row = tab.table.current_row()
    talk.update(S.IN_PROGRESS)
    fill(tab, talk)
    assert tab.table.current_row() == row
    assert tab.findChild(QLabel, "msgFoundLabel").text() == "1 of 4"


# --- the payload ----------------------------------------------------------------------------------------------------


def test_pretty_and_raw(tab: MessagesTab, qtbot) -> None:
    tab.show_messages([message(0, b'{"b":[1,2],"a":"\xc3\xa4"}')], 0)
    payload = tab.findChild(QPlainTextEdit, "msgPayloadText")
    assert payload.toPlainText() == '{\n  "b": [\n    1,\n    2\n  ],\n  "a": "ä"\n}'
    qtbot.mouseClick(tab.findChild(SegmentButton, "msgRawButton"), LEFT)
    assert payload.toPlainText() == '{"b":[1,2],"a":"ä"}'
    qtbot.mouseClick(tab.findChild(SegmentButton, "msgPrettyButton"), LEFT)
    assert payload.toPlainText().startswith("{\n")


def test_bytes_that_are_no_text_are_shown_as_hex(tab: MessagesTab) -> None:
    tab.show_messages([message(0, b"\x00\x01AWS\xff")], 0)
    text = tab.findChild(QPlainTextEdit, "msgPayloadText").toPlainText()
    assert text == "000000  00 01 41 57 53 ff                                ..AWS."


def test_an_empty_payload_says_so(tab: MessagesTab) -> None:
    tab.show_messages([message(0, b"")], 0)
    assert tab.findChild(QPlainTextEdit, "msgPayloadText").placeholderText() == "The payload is empty."


MANY_LINES = json.dumps({"list": list(range(70_000))})
ONE_LINE = json.dumps({"x": "y" * 500_000})


@pytest.mark.parametrize(
    ("text", "told"),
    [(MANY_LINES, "The first 4.0 KiB of 467.7 KiB."), (ONE_LINE, "The first 4.0 KiB of 488.3 KiB.")],
    ids=["many lines", "one line"],
)
def test_a_large_payload_shows_its_beginning_and_all_of_it_when_asked(
    tab: MessagesTab, qtbot, text: str, told: str
) -> None:
    began = perf_counter()
    tab.show_messages([message(0, text.encode())], 0)
    tab.grab()
    assert perf_counter() - began < 0.5
    payload = tab.findChild(QPlainTextEdit, "msgPayloadText")
    assert payload.toPlainText() == text[:4096]
    assert tab.findChild(QLabel, "msgPartialLabel").text() == told
    began = perf_counter()
    qtbot.mouseClick(tab.findChild(QPushButton, "msgShowAllButton"), LEFT)
    tab.grab()
    assert perf_counter() - began < 2.0
    assert json.loads(payload.toPlainText()) == json.loads(text)
    assert tab.findChild(QPushButton, "msgShowAllButton").isHidden()


def test_the_same_message_again_leaves_selection_and_scrolling_alone(tab: MessagesTab) -> None:
    detail = walked(2).detail()
    tab.show_messages(detail.messages, 0)
    payload = tab.findChild(QPlainTextEdit, "msgPayloadText")
    payload.selectAll()
    tab.show_messages(detail.messages, 0)
    assert payload.textCursor().hasSelection()


@pytest.mark.parametrize(
    ("tail", "shown"),
    [
        ("$next/get/accepted", "$next/get/accepted"),
        ("get/accepted", "get/accepted"),
        ("fw-240/get", "…/get"),
        ("fw-240/update/rejected", "update/rejected"),
        ("fw-230/update/rejected", "fw-230/update/rejected"),
        ("notify-next", "notify-next"),
    ],
)
def test_topics_are_told_apart_and_name_jobs_other_than_the_current(tail: str, shown: str) -> None:
    assert words.topic_tail(f"$aws/things/pump-07/jobs/{tail}", "fw-240") == shown


def test_a_new_job_puts_the_old_ones_id_into_its_topics() -> None:
    model = MessageModel()
    detail = walked(1).detail()
    model.show(detail.messages, 0, "fw-240")
    changes = QSignalSpy(model.dataChanged)
    model.show(detail.messages, 0, "fw-250")
    assert model.text(3, "topic") == "fw-240/update/accepted"
    assert changes.count() == 1


def test_size_and_unit_stay_on_one_line(tab: MessagesTab) -> None:
    tab.show_messages([message(0, b"x" * 55)], 0)
    assert "55\u00a0B" in tab.view.findChild(QLabel, "msgFactsLabel").text()


# --- comparing, finding, sending again --------------------------------------------------------------------------------


def payload_text(tab: MessagesTab) -> str:
    return tab.findChild(QPlainTextEdit, "msgPayloadText").toPlainText()


def test_diff_shows_what_is_new_against_the_message_of_the_same_kind_before(tab: MessagesTab, qtbot) -> None:
    fill(tab, walked(2).update(S.IN_PROGRESS, "verify"))
    tab.table.go_to(6)
    qtbot.mouseClick(tab.findChild(SegmentButton, "msgDiffButton"), LEFT)
    lines = payload_text(tab).split("\n")
    assert [line for line in lines if line[0] == "-"] == ['-     "step": "download"', '-   "expectedVersion": 3']
    assert [line for line in lines if line[0] == "+"] == ['+     "step": "verify"', '+   "expectedVersion": 4']
    assert '  "status": "IN_PROGRESS",' in payload_text(tab)
    told = tab.findChild(QLabel, "msgPartialLabel").text()
    assert told == f"Compared with the one at {words.clock_time(tab.model.message(4).at)}: 2 lines new, 2 gone."
    tab.table.go_to(2)  # the first update: there is none before it
    assert tab.findChild(QLabel, "msgPartialLabel").text() == (
        "There is no earlier message of its kind to compare it with."
    )
    qtbot.mouseClick(tab.findChild(SegmentButton, "msgPrettyButton"), LEFT)
    assert tab.findChild(QLabel, "msgPartialLabel").isHidden()


def test_answers_are_compared_with_answers_and_never_with_requests() -> None:
    model = MessageModel()
    talk = walked(2).refuse("no").update(S.IN_PROGRESS)
    model.show(talk.messages, 0, "fw-240")
    accepted = [message for message in talk.messages if message.topic.endswith("update/accepted")]
    assert model.previous_of(accepted[-1]) == accepted[-2]
    assert model.previous_of(accepted[0]) is None
    rejected = next(message for message in talk.messages if message.topic.endswith("/rejected"))
    assert model.previous_of(rejected) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (json.dumps({"list": list(range(70_000))}), json.dumps({"list": [*range(35_000), -1, *range(35_000, 70_000)]})),
        (json.dumps({"x": "y" * 500_000}), json.dumps({"x": "z" * 500_000})),
        (json.dumps(list(range(40_000))), json.dumps(list(range(40_000, 80_000)))),
    ],
    ids=["one line of many", "one long line", "nothing alike"],
)
def test_large_payloads_are_compared_when_asked_and_quickly(tab: MessagesTab, qtbot, before: str, after: str) -> None:
    tab.findChild(SegmentButton, "msgDiffButton").setChecked(True)
    began = perf_counter()
    tab.show_messages([message(0, before.encode()), message(1, after.encode())], 0)
    tab.grab()
    assert perf_counter() - began < 0.5
    assert payload_text(tab) == after[:4096]
    began = perf_counter()
    qtbot.mouseClick(tab.findChild(QPushButton, "msgShowAllButton"), LEFT)
    tab.grab()
    assert perf_counter() - began < 2.0
    assert "\n+ " in payload_text(tab)


def test_find_the_same_goes_to_the_next_message_of_its_kind(tab: MessagesTab, qtbot) -> None:
    talk = walked(1).refuse("no").update(S.IN_PROGRESS).refuse("no").update(S.FAILED)
    fill(tab, talk)
    rejected = [row for row in range(tab.model.rowCount()) if "rejected" in tab.model.text(row, "topic")]
    tab.table.go_to(rejected[0])
    menu = tab.commands.menu(tab.model.message(rejected[0]), tab, is_open=True)
    next(each for each in menu.actions() if each.objectName() == "act.msg.findSame").trigger()
    assert tab.search_edit.text() == "update/rejected VersionMismatch"
    assert tab.table.current_row() == rejected[1]
    assert tab.findChild(QLabel, "msgFoundLabel").text() == "2 of 2"


def test_an_update_is_sent_again_as_it_was_and_nothing_else_is(tab: MessagesTab, qtbot) -> None:
    fill(tab, walked(2))
    button = tab.findChild(QPushButton, "msgResendButton")
    tab.table.go_to(3)
    assert not button.isEnabled()
    assert button.toolTip() == "The service sent it, not the thing"
    tab.table.go_to(0)
    assert not button.isEnabled()
    assert button.toolTip().startswith("Only updates are sent again")
    tab.table.go_to(4)
    with qtbot.waitSignal(tab.commands.sendWanted) as wanted:
        qtbot.mouseClick(button, LEFT)
    update = UpdateByHand(
        status="IN_PROGRESS", status_details={"step": "download"}, expected_version=3, job_id="fw-240"
    )
    assert wanted.args == [update]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"status": 7}',
        b'{"status": "FAILED", "more": 1}',
        b'{"status": "FAILED", "statusDetails": {"a": 1}}',
        b'{"status": "FAILED", "expectedVersion": true}',
    ],
)
def test_what_would_not_be_the_same_is_not_sent_again(body: bytes) -> None:
    assert update_of(message(0, body, "fw-240/update", direction=Direction.OUT)) is None


def test_enter_leads_to_the_payload(tab: MessagesTab, qtbot) -> None:
    fill(tab, walked(2))
    tab.activateWindow()
    tab.table.setFocus()
    qtbot.waitUntil(tab.table.hasFocus)
    qtbot.keyClick(tab.table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(tab.table, Qt.Key.Key_Return)
    qtbot.waitUntil(tab.view.text.hasFocus)
