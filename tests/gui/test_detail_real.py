"""The detail pane on the real engine: what is told beforehand, what is sent, and what table, timeline and tape say."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QLabel, QPlainTextEdit, QPushButton, QWidget

from simulator.feed import Activity
from simulator.fleet import ThingSpec
from simulator.jobs.model import JobStatus as S
from tests.support.real_window import PATIENCE, RealWindow, real_window
from ui import status_style
from ui.tape_rows import TapeRow

LEFT = Qt.MouseButton.LeftButton
DOCUMENT = json.dumps({"operation": "firmware-update", "firmware": {"version": "2.4.0"}})
LIAR = (
    '{name: liar, steps: [{name: install, duration: 1}], end: {status: SUCCEEDED, status_details: {firmware: "1.9.9"}}}'
)
STEPS = """
name: by-hand
steps:
  - {name: download, duration: 3, progress: {from: 0, to: 60, every: 1}}
  - {name: install, duration: 1, progress: {to: 90}}
end: {status: SUCCEEDED, status_details: {firmware: "{firmware}"}}
"""


@pytest.fixture
def live(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path) -> Iterator[RealWindow]:
    """Two things: `t` does what its steps say, `liar` reports another firmware than it was to install."""
    with real_window(qt_loop, qtbot, tmp_path, [], time_scale=8.0) as opened:
        session = opened.session

        async def add() -> None:
            await session.process.define("by-hand", STEPS)
            await session.process.define("liar", LIAR)
            await session.things.add([
                ThingSpec(name="t", scenario="by-hand", seed=1, firmware="2.3.1"),
                ThingSpec(name="liar", scenario="liar", seed=2, firmware="2.3.1"),
            ])  # fmt: skip

        opened.tasks.start(add(), "add")
        qtbot.waitUntil(lambda: len(opened.store.names) == 2 and not opened.tasks, timeout=PATIENCE)
        yield opened


def rows(live: RealWindow) -> list[TapeRow]:
    return live.window.pane.tape.view.rows


def updates(live: RealWindow) -> list[TapeRow]:
    return [row for row in rows(live) if row.outward and row.title.startswith("update ")]


def waits(live: RealWindow, version: int) -> bool:
    """Whether the thing waits at this version, and the pane has heard of it."""
    live.window.pane._ask()
    is_waiting = live.shown("t").activity is Activity.WAITING_FOR_STEP and live.version("t") == version
    nodes = live.window.pane.timeline.canvas.nodes
    return is_waiting and bool(nodes) and nodes[-1].record.version == version


def announced(live: RealWindow) -> dict[str, Any]:
    """The message that is shown before it is sent."""
    found = json.loads(live.find(QPlainTextEdit, "stepsNextText").toPlainText())
    assert isinstance(found, dict)
    return {name: value for name, value in found.items() if name != "clientToken"}


def begin_by_hand(live: RealWindow, qtbot) -> None:
    """Switch manual mode on as a person does, and let a job come."""
    live.choose("t")
    check = live.find(QCheckBox, "detailManualCheck")
    qtbot.mouseClick(check, LEFT, pos=QPoint(8, check.height() // 2))
    live.start("t")
    live.make_job("j1", "t", document=DOCUMENT, minutes=10)
    pane = live.window.pane
    pane.tabs.setCurrentWidget(pane.steps)
    qtbot.waitUntil(lambda: waits(live, 2), timeout=PATIENCE)


def test_manual_mode_waits_and_tells_message_and_answer_beforehand(live: RealWindow, qtbot) -> None:
    begin_by_hand(live, qtbot)
    pane, prediction = live.window.pane, live.find(QLabel, "stepsPredictionLabel")
    assert updates(live) == []  # nothing is sent before it was shown
    first = announced(live)
    assert prediction.text() == "will be accepted as v3"
    assert live.find(QLabel, "detailFactsLabel").text() == "j1 · execution #1 · v2"
    assert live.cell("t", "fw") == "2.3.1 → 2.4.0"
    assert "fw 2.3.1 → 2.4.0" in live.find(QLabel, "detailAboutLabel").text()
    assert pane.timeline.canvas.countdown()[0] == "timeout"

    qtbot.mouseClick(live.find(QPushButton, "stepsUpdateButton"), LEFT)  # one update alone
    qtbot.waitUntil(lambda: waits(live, 3), timeout=PATIENCE)
    (sent,) = updates(live)
    assert {name: value for name, value in json.loads(sent.message.payload).items() if name != "clientToken"} == first
    assert prediction.text() == "will be accepted as v4"


def sent_details(live: RealWindow) -> list[dict[str, str]]:
    return [json.loads(row.message.payload)["statusDetails"] for row in updates(live)]


def test_next_step_does_the_step_whose_message_was_shown_and_no_more(live: RealWindow, qtbot) -> None:
    begin_by_hand(live, qtbot)
    first, scale = announced(live), 8.0
    table = live.window.page.table
    live.window.activateWindow()
    table.setFocus()
    qtbot.waitUntil(lambda: table.hasFocus() and live.window.actions_of["act.fleet.next"].isEnabled(), timeout=PATIENCE)
    began = time.monotonic()
    qtbot.keyClick(table, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: waits(live, 6) and announced(live)["expectedVersion"] == 6, timeout=PATIENCE)
    assert time.monotonic() - began >= 3 / scale  # in its own time
    assert json.loads(updates(live)[0].message.payload)["statusDetails"] == first["statusDetails"]
    assert [each["step"] for each in sent_details(live)] == ["download"] * 4
    assert [each["progress"] for each in sent_details(live)] == ["0", "20", "40", "60"]
    assert live.shown("t").step == "install"

    for name, version in (("stepsUpdateButton", 7), ("detailNextButton", 8)):  # one, then what is left of the step
        coming = announced(live)
        assert coming["statusDetails"]["step"] == "install"
        qtbot.mouseClick(live.find(QPushButton, name), LEFT)
        qtbot.waitUntil(lambda v=version: waits(live, v) and announced(live)["expectedVersion"] == v, timeout=PATIENCE)
        assert sent_details(live)[-1] == coming["statusDetails"]
        assert len(updates(live)) == version - 2
    assert announced(live)["status"] == "SUCCEEDED"  # it holds before its end too
    qtbot.mouseClick(live.find(QPushButton, "detailNextButton"), LEFT)
    qtbot.waitUntil(lambda: live.has_status("t", S.SUCCEEDED), timeout=PATIENCE)


def test_an_update_changes_v_by_one_in_table_timeline_and_tape_alike(live: RealWindow, qtbot) -> None:
    begin_by_hand(live, qtbot)
    canvas = live.window.pane.timeline.canvas
    for version in (3, 4, 5):
        before = len(canvas.nodes)
        qtbot.mouseClick(live.find(QPushButton, "stepsUpdateButton"), LEFT)
        qtbot.waitUntil(lambda version=version: waits(live, version), timeout=PATIENCE)
        live.window.page.tick()
        assert live.cell("t", "ver") == f"v{version}"
        assert len(canvas.nodes) == before + 1
        assert canvas.nodes[-1].record.version == version
        request, answer = [row for row in rows(live) if row.title.startswith("update")][-2:]
        assert (request.outward, request.versions) == (True, f"ev={version - 1}")
        assert (answer.title, answer.versions) == ("update/accepted", f"v{version}")
        assert answer.latency


def test_what_is_sent_again_is_the_same_update_and_is_answered_as_the_service_must(live: RealWindow, qtbot) -> None:
    begin_by_hand(live, qtbot)
    pane = live.window.pane
    qtbot.mouseClick(live.find(QPushButton, "stepsUpdateButton"), LEFT)
    qtbot.waitUntil(lambda: waits(live, 3), timeout=PATIENCE)
    pane.tabs.setCurrentWidget(pane.messages)
    first = updates(live)[0].message
    pane.messages.read(first)
    qtbot.mouseClick(live.find(QPushButton, "msgResendButton"), LEFT)

    def is_answered() -> bool:
        pane._ask()
        return any(row.check is not None and row.check.answer for row in rows(live))

    qtbot.waitUntil(is_answered, timeout=PATIENCE)
    again = next(row for row in rows(live) if row.check is not None)
    one, other = json.loads(first.payload), json.loads(again.message.payload)
    assert one.pop("clientToken") != other.pop("clientToken")
    assert one == other
    assert again.fault == "Sent by hand."
    assert str(again.check) == "Predicted: rejected: VersionMismatch. The answer is equal."
    refused = next(row for row in rows(live) if row.rejected)
    assert (refused.versions, refused.title) == ("v3", "update/rejected VersionMismatch")


def test_success_with_the_wrong_firmware_shows_the_warning_shape(live: RealWindow, qtbot) -> None:
    live.choose("liar")
    mark = live.find(QWidget, "detailFirmwareMark")
    live.start("liar")
    live.make_job("j1", "liar", document=DOCUMENT)
    qtbot.waitUntil(lambda: live.shown("liar").activity is Activity.WORKING, timeout=PATIENCE)
    assert not mark.isVisible()
    qtbot.waitUntil(lambda: live.has_status("liar", S.SUCCEEDED), timeout=PATIENCE)
    live.window.page.tick()
    qtbot.waitUntil(mark.isVisible, timeout=PATIENCE)
    assert "fw 1.9.9 (target 2.4.0)" in live.find(QLabel, "detailAboutLabel").text()
    assert live.cell("liar", "fw") == "1.9.9"
    warning = status_style.paint_of(S.TIMED_OUT).glyph.rgb()
    table, model = live.window.page.table, live.window.page.model
    places = {model.name(row): row for row in range(model.rowCount())}

    def fw_cell(name: str) -> QImage:
        index = model.index(places[name], model.column("fw"))
        return table.viewport().grab(table.visualRect(index)).toImage()

    assert pixels(fw_cell("liar"), warning) > 5
    assert pixels(fw_cell("t"), warning) == 0
    assert pixels(mark.grab().toImage(), warning) > 5


def pixels(image: QImage, colour: int) -> int:
    found = image.convertToFormat(QImage.Format.Format_RGB32)
    return sum(found.pixel(x, y) == colour for x in range(found.width()) for y in range(found.height()))
