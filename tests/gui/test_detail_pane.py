"""The detail pane: asks once at a time, shows what it was told, passes the window's own commands on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QTabWidget

from simulator.feed import Activity, FeedBatch, ThingDetail
from simulator.jobs.model import JobStatus as S
from simulator.transport.base import Link
from tests.gui.conftest import Opened
from tests.support.detail import Conversation
from tests.support.gui import counters_of, snapshot
from ui import theme
from ui.detail_header import StatusPill
from ui.detail_pane import DetailPane
from ui.detail_summary import StatusHistogram
from ui.fleet_store import FleetStore
from ui.fleet_table import FleetTable
from ui.theme import ThemeChoice
from ui.timeline_canvas import TimelineCanvas
from ui.timeline_strip import Mark, TimelineStrip

LEFT = Qt.MouseButton.LeftButton


@dataclass
class Answers:
    """Answers requests for details when a test says so; `asked` has the names."""

    loop: asyncio.AbstractEventLoop
    asked: list[str] = field(default_factory=list)
    open: list[asyncio.Future[ThingDetail | None]] = field(default_factory=list)

    async def __call__(self, name: str) -> ThingDetail | None:
        self.asked.append(name)
        answer: asyncio.Future[ThingDetail | None] = self.loop.create_future()
        self.open.append(answer)
        return await answer

    def give(self, detail: ThingDetail | None) -> None:
        self.open.pop(0).set_result(detail)


@dataclass
class Looking:
    """A pane on a store, and who answers it."""

    pane: DetailPane
    store: FleetStore
    answers: Answers

    def tell(self, *snapshots: object) -> None:
        """A batch of the feed comes in."""
        things = list(snapshots)
        self.store.apply(FeedBatch(at=1.0, snapshots=things, counters=counters_of(things)))  # type: ignore[arg-type]
        self.pane.refresh()

    def text(self, name: str) -> str:
        return self.pane.findChild(QLabel, name).text()

    def button(self, name: str) -> QPushButton:
        return self.pane.findChild(QPushButton, name)


@pytest.fixture
def looking(qt_loop, qtbot) -> Looking:
    answers, store = Answers(qt_loop), FleetStore()
    pane = DetailPane(answers, qt_loop.create_task, store=store)
    qtbot.addWidget(pane)
    pane.resize(420, 640)
    pane.show()
    return Looking(pane, store, answers)


@pytest.fixture
def look(looking: Looking, qtbot) -> Callable[[Conversation], None]:
    """Show a conversation's thing, answered at once."""

    def show(talk: Conversation, **fields: object) -> None:
        looking.tell(talk.snapshot(**fields))
        looking.pane.show_thing(talk.name)
        if not looking.answers.open:
            looking.pane._ask()
        qtbot.waitUntil(lambda: len(looking.answers.open) == 1)
        looking.answers.give(talk.detail(**fields))
        qtbot.waitUntil(lambda: not looking.pane._is_asking)

    return show


def failed() -> Conversation:
    talk = Conversation().begin()
    talk.update(S.IN_PROGRESS).update(S.IN_PROGRESS, "verify")
    return talk.update(S.FAILED, "verify", reason="checksum mismatch")


# --- asking ---------------------------------------------------------------------------------------------------------


def test_a_thing_is_asked_for_when_someone_looks(looking: Looking, qtbot) -> None:
    looking.tell(snapshot("pump-07", S.FAILED))
    assert looking.answers.asked == []
    looking.pane.show_thing("pump-07")
    assert looking.text("detailTitleLabel") == "pump-07"
    qtbot.waitUntil(lambda: looking.answers.asked == ["pump-07"])
    looking.answers.give(failed().detail())
    qtbot.waitUntil(lambda: looking.text("detailFactsLabel") == "fw-240 · execution #1 · v5")


def test_never_more_than_one_request_is_under_way(looking: Looking, qtbot) -> None:
    talk = failed()
    looking.tell(talk.snapshot())
    looking.pane.show_thing("pump-07")
    qtbot.waitUntil(lambda: len(looking.answers.open) == 1)
    for version in range(10, 60):
        looking.tell(talk.snapshot(version=version))
    assert looking.answers.asked == ["pump-07"]
    looking.answers.give(talk.detail())
    qtbot.waitUntil(lambda: looking.answers.asked == ["pump-07"] * 2)  # fifty changes, one more request
    looking.answers.give(talk.detail())
    qtbot.waitUntil(lambda: not looking.pane._is_asking)
    looking.pane.refresh()
    assert looking.answers.asked == ["pump-07"] * 2


def test_changes_of_other_things_are_no_reason_to_ask(looking: Looking, look, qtbot) -> None:
    look(failed())
    looking.tell(snapshot("pump-08", S.IN_PROGRESS, version=3))
    looking.tell(snapshot("pump-08", S.IN_PROGRESS, version=4))
    qtbot.wait(20)
    assert looking.answers.asked == ["pump-07"]
    looking.tell(failed().snapshot(version=9))
    qtbot.waitUntil(lambda: looking.answers.asked == ["pump-07", "pump-07"])
    looking.answers.give(None)


def test_a_late_answer_about_another_thing_is_not_shown(looking: Looking, qtbot) -> None:
    looking.tell(snapshot("pump-07"), snapshot("pump-08"))
    looking.pane.show_thing("pump-07")
    qtbot.waitUntil(lambda: len(looking.answers.open) == 1)
    looking.pane.show_thing("pump-08")
    looking.answers.give(failed().detail())
    qtbot.waitUntil(lambda: looking.answers.asked == ["pump-07", "pump-08"])
    assert looking.text("detailTitleLabel") == "pump-08"
    assert looking.text("detailFactsLabel") == ""
    looking.answers.give(Conversation("pump-08").detail())
    qtbot.waitUntil(lambda: looking.text("detailFactsLabel") == "no job execution yet")


def test_a_thing_nobody_knows_says_so(looking: Looking, qtbot) -> None:
    looking.tell(snapshot("pump-07"))
    looking.pane.show_thing("pump-07")
    qtbot.waitUntil(lambda: len(looking.answers.open) == 1)
    looking.answers.give(None)
    qtbot.waitUntil(lambda: looking.pane.findChild(QLabel, "detailMissingLabel").isVisible())
    assert looking.text("detailMissingLabel") == "The fleet has no details of pump-07."


# --- one thing ------------------------------------------------------------------------------------------------------


def test_the_head_tells_job_version_firmware_and_seed(looking: Looking, look) -> None:
    look(Conversation().begin().update(S.IN_PROGRESS), target_firmware="2.4.0", pending=3)
    assert looking.text("detailFactsLabel") == "fw-240 · execution #1 · v3 · 3 pending"
    assert looking.text("detailAboutLabel") == "fw 2.3.1 → 2.4.0 · scenario success · seed 4711"
    assert looking.pane.findChild(StatusPill).accessibleName() == "In progress"
    assert looking.pane.findChild(QLabel, "detailReasonLabel").isHidden()


def test_a_failure_tells_its_reason_and_what_firmware_was_wanted(looking: Looking, look) -> None:
    look(failed())
    assert looking.text("detailReasonLabel") == "checksum mismatch"
    assert looking.text("detailAboutLabel").startswith("fw 2.3.1 (target 2.4.0) · ")


def test_a_thing_that_waits_for_a_step_says_so(looking: Looking, look) -> None:
    look(Conversation().begin(), manual=True, activity=Activity.WAITING_FOR_STEP)
    assert looking.text("detailAboutLabel").startswith("waiting for step · ")


def test_the_link_is_told_with_its_reason(looking: Looking, look) -> None:
    look(Conversation(), link=Link.ERROR, link_reason="refused")
    assert looking.pane.header._link.toolTip() == "Error: refused"
    assert looking.text("detailReasonLabel") == "refused"


def test_the_job_document_can_be_read_and_not_changed(looking: Looking, look) -> None:
    look(failed())
    text = looking.pane.findChild(QPlainTextEdit, "detailDocumentText")
    assert '  "operation": "firmware-update"' in text.toPlainText()
    assert text.isReadOnly()
    look(Conversation("pump-08"))
    assert text.toPlainText() == ""
    assert text.placeholderText() == "This thing has had no job yet."


def test_earlier_executions_are_folded_into_a_strip_and_can_be_looked_at(looking: Looking, look, qtbot) -> None:
    talk = failed()
    look(talk)
    strip = looking.pane.findChild(TimelineStrip, "detailExecutionStrip")
    canvas = looking.pane.findChild(TimelineCanvas)
    assert strip.isHidden()
    talk.begin("fw-241", 5).update(S.IN_PROGRESS)
    look(talk)
    assert strip.isVisible()
    assert [(mark.status, mark.text) for mark in strip.marks] == [(S.FAILED, "fw-240"), (S.IN_PROGRESS, "fw-241 #2")]
    assert strip.accessibleName().endswith("2, looking at fw-241 · execution #2 · v3 · IN_PROGRESS")
    assert canvas.nodes[-1].record.job_id == "fw-241"
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert canvas.nodes[-1].record.status is S.FAILED
    talk.update(S.IN_PROGRESS)
    look(talk)
    assert canvas.nodes[-1].record.status is S.FAILED  # still what was chosen
    qtbot.mouseClick(strip, LEFT, pos=strip.rects()[1].center().toPoint())
    assert canvas.nodes[-1].record.version == 4
    talk.update(S.IN_PROGRESS)
    look(talk)
    assert canvas.nodes[-1].record.version == 5  # the newest goes on being the newest


@pytest.mark.parametrize("width", [120, 300, 700])
def test_marks_of_executions_stay_apart_and_the_one_looked_at_is_there(qtbot, width: int) -> None:
    strip = TimelineStrip()
    qtbot.addWidget(strip)
    strip.resize(width, 24)
    marks = [Mark(S.SUCCEEDED, f"firmware-{number}", "") for number in range(12)]
    for current in (0, 5, 11):
        strip.show_marks(marks, current)
        rects = strip.rects()
        boxes = [rects[place] for place in sorted(rects)]
        assert current in rects
        assert all(one.right() < other.left() for one, other in pairwise(boxes))
        assert boxes[-1].right() <= width


def test_a_node_leads_all_tabs_to_its_moment(looking: Looking, look, qtbot) -> None:
    look(failed())
    tabs = looking.pane.findChild(QTabWidget, "detailTabs")
    tabs.setCurrentWidget(looking.pane.document_view)
    assert not looking.pane.findChild(QLineEdit, "msgSearchEdit").isVisible()
    canvas = looking.pane.findChild(TimelineCanvas)
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert tabs.currentWidget() is looking.pane.messages
    assert looking.pane.findChild(QLineEdit, "msgSearchEdit").isVisible()
    model, row = looking.pane.messages.model, looking.pane.messages.table.current_row()
    assert (model.text(row, "topic"), model.message(row).version_after) == ("update/accepted", 3)
    assert looking.pane.tape.view.current_message() == model.message(row)
    tabs.setCurrentWidget(looking.pane.tape)
    qtbot.keyClick(canvas, Qt.Key.Key_End)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert tabs.currentWidget() is looking.pane.tape  # the tape has the moment too, so it stays
    assert looking.pane.tape.view.current_message().version_after == 5


def test_another_thing_starts_with_its_own_messages(looking: Looking, look) -> None:
    look(failed())
    looking.pane.messages.table.go_to(2)
    other = Conversation("pump-08").begin()
    look(other)
    assert [looking.pane.messages.model.message(row) for row in range(2)] == other.messages
    assert "start-next/accepted" in looking.text("msgFactsLabel")


def test_commands_that_would_do_nothing_are_off_and_say_why(looking: Looking, look) -> None:
    look(Conversation().begin())
    forces = [looking.button(f"detail{name}Button") for name in ("Succeed", "Fail", "Reject", "Stall")]
    step = looking.button("detailNextButton")
    assert all(button.isEnabled() for button in forces)
    assert (step.isEnabled(), step.toolTip()) == (False, "Only in manual mode")
    look(failed(), manual=True)
    assert not any(button.isEnabled() for button in forces)
    assert forces[0].toolTip() == "There is no execution under way"
    assert step.isEnabled()
    assert looking.pane.findChild(QCheckBox, "detailManualCheck").isChecked()


# --- none, several --------------------------------------------------------------------------------------------------


def test_without_a_selection_the_fleet_is_summed_up(looking: Looking) -> None:
    looking.tell(snapshot("a", S.FAILED), snapshot("b", S.FAILED), snapshot("c"))
    assert looking.text("detailSummaryTitle") == "The fleet: 3 things"
    assert looking.pane.findChild(StatusHistogram).accessibleName() == "No job 1, Failed 2"
    assert looking.pane.controls.isHidden()  # they would act on everything
    looking.tell(snapshot("c", S.SUCCEEDED))
    assert looking.pane.findChild(StatusHistogram).accessibleName() == "Succeeded 1, Failed 2"


def test_several_things_are_summed_up_with_what_they_have_in_common(looking: Looking) -> None:
    looking.tell(snapshot("a", S.FAILED), snapshot("b", S.QUEUED, firmware="2.4.0"), snapshot("c", S.REJECTED))
    looking.pane.show_many(["a", "b"])
    assert looking.text("detailSummaryTitle") == "2 things selected"
    assert looking.pane.findChild(StatusHistogram).accessibleName() == "Queued 1, Failed 1"
    assert looking.text("detailCommonLabel").split("\n") == [
        "Job: fw-2.4.0", "Firmware: differs (2 values)", "Scenario: success",
    ]  # fmt: skip
    assert looking.button("detailFailButton").isVisible()
    assert not looking.pane.findChild(QCheckBox, "detailManualCheck").isChecked()
    looking.tell(snapshot("a", S.FAILED, manual=True), snapshot("b", S.QUEUED, manual=True))
    assert looking.pane.findChild(QCheckBox, "detailManualCheck").isChecked()


# --- in the window --------------------------------------------------------------------------------------------------


def choose(opened: Opened, *names: str) -> FleetTable:
    table = opened.find(FleetTable, "fleetTable")
    table.select_names(list(names), names[0])
    return table


def at_work(opened: Opened, qtbot, name: str = "thing-00002", **fields: object) -> None:
    opened.fleet.tell([snapshot(name, S.IN_PROGRESS, **fields)])
    choose(opened, name)
    qtbot.waitUntil(lambda: opened.find(QPushButton, "detailFailButton").isEnabled())


def test_the_buttons_do_to_the_thing_what_the_window_does(opened: Opened, qtbot) -> None:
    at_work(opened, qtbot, manual=True)
    for button, asked, expected in (
        ("detailNextButton", "step", (["thing-00002"],)),
        ("detailSucceedButton", "force", (["thing-00002"], S.SUCCEEDED, "")),
        ("detailStallButton", "force", (["thing-00002"], None, "")),
    ):
        opened.fleet.asked.clear()
        qtbot.mouseClick(opened.find(QPushButton, button), LEFT)
        qtbot.waitUntil(lambda asked=asked, expected=expected: opened.asked(asked) == [expected])


def test_failing_from_the_pane_asks_for_the_reason(opened: Opened, qtbot) -> None:
    at_work(opened, qtbot)
    qtbot.mouseClick(opened.find(QPushButton, "detailFailButton"), LEFT)
    qtbot.mouseClick(opened.find(QPushButton, "fleetReasonAcceptButton"), LEFT)
    qtbot.waitUntil(lambda: opened.asked("force") == [(["thing-00002"], S.FAILED, "checksum mismatch")])


def test_the_check_box_switches_manual_mode(opened: Opened, qtbot) -> None:
    at_work(opened, qtbot)
    check = opened.find(QCheckBox, "detailManualCheck")
    qtbot.mouseClick(check, LEFT, pos=QPoint(8, check.height() // 2))
    qtbot.waitUntil(lambda: opened.asked("manual") == [(["thing-00002"], True)])
    opened.window._counted()
    qtbot.waitUntil(check.isChecked)


def test_the_pane_follows_the_selection(opened: Opened, qtbot) -> None:
    table = choose(opened, "thing-00002")
    assert opened.find(QLabel, "detailTitleLabel").text() == "thing-00002"
    choose(opened, "thing-00001", "thing-00003")
    assert opened.find(QLabel, "detailSummaryTitle").text() == "2 things selected"
    opened.window.page.splitter.show_pane(True)
    table.clearSelection()
    assert opened.find(QLabel, "detailSummaryTitle").text() == "The fleet: 3 things"


def test_enter_leads_to_the_tape(opened: Opened, qtbot) -> None:
    table = choose(opened, "thing-00002")
    opened.window.activateWindow()
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(opened.window.pane.tape.view.hasFocus)


def test_copied_lines_name_the_endpoint_of_the_session(opened: Opened) -> None:
    assert opened.window.pane.commands.addresses.mqtt == opened.session.connection.mqtt != ""


@pytest.mark.parametrize(("width", "height"), [(1024, 640), (1280, 720), (1920, 1080)])
def test_the_pane_never_forces_the_window_wider(opened: Opened, qtbot, width: int, height: int) -> None:
    at_work(opened, qtbot)
    opened.window.resize(width, height)
    qtbot.waitUntil(lambda: (opened.window.width(), opened.window.height()) == (width, height))
    pane = opened.window.pane
    for button in pane.controls.buttons.values():
        corner = button.mapTo(pane, button.rect().bottomRight())
        assert pane.rect().contains(corner), button.objectName()


def test_the_pane_wears_the_scheme_that_is_chosen(looking: Looking, look, qtbot) -> None:
    look(failed())
    light = looking.pane.grab().toImage()

    def ground() -> object:
        image = looking.pane.grab().toImage()
        return image.pixelColor(2, image.height() - 2)

    theme.current().choose(ThemeChoice.DARK)
    qtbot.waitUntil(lambda: ground() == theme.DARK.window)
    theme.current().choose(ThemeChoice.LIGHT)
    qtbot.waitUntil(lambda: ground() == theme.LIGHT.window)
    assert looking.pane.grab().toImage() == light  # nothing of the dark is left over
