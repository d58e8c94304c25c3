"""The drawer of what was told, and the banners that come and go by conditions: each provoked, each mended."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton

from simulator.errors import InputError
from simulator.feed import Counters, FeedBatch
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import FakeEngine, snapshot
from ui.activity_log import MOST_ENTRIES, ActivityLog
from ui.activity_watch import Watch
from ui.banner import Banner, Problem, Severity


def told(text: str, severity: Severity = Severity.INFO, kind: str = "k") -> Problem:
    return Problem(kind=kind, severity=severity, sentence=text)


def fix(opened: Opened, qtbot, kind: str) -> None:
    qtbot.mouseClick(opened.find(QPushButton, f"banner_{kind}_fix"), Qt.MouseButton.LeftButton)


class TestOfTheDrawer:
    def test_ctrl_j_opens_and_closes_it_and_it_has_what_was_told_meanwhile(self, opened: Opened, qtbot) -> None:
        opened.window.tell(told("Something happened."))
        assert not opened.window.drawer.isVisible()
        qtbot.keyClick(opened.window.page.things_view, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        assert opened.window.drawer.isVisible()
        assert opened.window.drawer.log.index(0, 2).data() == "Something happened."
        qtbot.keyClick(opened.window.drawer.filter_edit, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        assert not opened.window.drawer.isVisible()

    def test_its_filter_and_its_copy(self, opened: Opened, qtbot) -> None:
        opened.window.tell(told("All is well.", Severity.SUCCESS, "a"))
        opened.window.tell(told("The line broke.", Severity.ERROR, "b"))
        opened.trigger("act.app.activity")
        qtbot.keyClicks(opened.find(QLineEdit, "activityFilterEdit"), "error line")
        qtbot.mouseClick(opened.find(QPushButton, "activityCopyButton"), Qt.MouseButton.LeftButton)
        _, level, text = QGuiApplication.clipboard().text().split("\t")
        assert (level, text) == ("error", "The line broke.")

    def test_it_is_an_honest_model(self, qtmodeltester) -> None:
        log = ActivityLog()
        qtmodeltester.check(log)
        for number in range(5):
            log.add(told(f"number {number}"))
        log.set_filter("3")
        log.set_filter("")
        assert log.rowCount() == 5

    def test_it_is_bounded_and_counts_equal_ones(self) -> None:
        log = ActivityLog()
        for number in range(MOST_ENTRIES + 50):
            log.add(told(f"number {number}"))
        assert (log.rowCount(), log.dropped) == (MOST_ENTRIES, 50)
        assert log.index(0, 2).data() == f"number {MOST_ENTRIES + 49}"
        assert log.index(MOST_ENTRIES - 1, 2).data() == "number 50"
        for _ in range(1000):
            log.add(told("again"))
        assert log.rowCount() == MOST_ENTRIES
        assert log.index(0, 2).data() == "again (× 1,000)"


def test_a_thousand_equal_errors_are_one_banner_with_a_count(opened: Opened) -> None:
    for _ in range(1000):
        opened.window.tell(told("It failed.", Severity.ERROR, "internal"))
    assert opened.window.banners.kinds() == ["internal"]
    assert opened.find(Banner, "banner_internal").accessibleName() == "It failed. (1,000 times)"


class TestOfRejections:
    def mismatch(self, opened: Opened, count: int, **others: int) -> None:
        things = [snapshot("thing-00002", S.IN_PROGRESS, rejects=count)]
        codes = {"VersionMismatch": count, **others}
        opened.session.take(FeedBatch(at=1.0, snapshots=things, counters=Counters(total=3, rejections=codes)))
        opened.window.page.tick()
        opened.window._counted()

    def test_they_are_one_banner_with_their_number_and_the_button_filters_to_them(self, opened: Opened, qtbot) -> None:
        self.mismatch(opened, 2)
        self.mismatch(opened, 7)
        assert opened.window.banners.kinds() == ["rejections"]
        assert opened.find(Banner, "banner_rejections").accessibleName().startswith("7 updates were rejected")
        fix(opened, qtbot, "rejections")
        opened.window.page.tick()
        assert opened.window.page.model.shown_names() == ["thing-00002"]
        assert opened.window.banners.kinds() == []

    def test_every_code_by_which_updates_are_refused_is_named_with_its_number(self, opened: Opened) -> None:
        self.mismatch(opened, 0, InvalidJson=1)
        assert opened.find(Banner, "banner_rejections").accessibleName() == "1 update was rejected: InvalidJson."
        self.mismatch(opened, 4, InvalidJson=1, InvalidRequest=2)
        assert opened.find(Banner, "banner_rejections").accessibleName() == (
            "7 updates were rejected: 4 VersionMismatch, 2 InvalidRequest, 1 InvalidJson."
        )

    def test_what_a_thing_hears_that_asks_after_a_canceled_execution_is_no_rejected_update(
        self, opened: Opened
    ) -> None:
        self.mismatch(opened, 0, TerminalStateReached=3, ResourceNotFound=2)
        assert opened.window.banners.kinds() == []

    def test_the_banner_goes_by_itself_when_no_more_come(self, opened: Opened) -> None:
        now = [100.0]
        opened.window.watch = Watch(opened.window.page, opened.window.banners, lambda: now[0])
        self.mismatch(opened, 2)
        now[0] += 29
        opened.window.watch.look()
        assert opened.window.banners.kinds() == ["rejections"]
        now[0] += 2
        opened.window.watch.look()
        assert opened.window.banners.kinds() == []


class TestOfASlowDisplay:
    @pytest.fixture
    def clock(self, opened: Opened) -> list[float]:
        now = [100.0]
        opened.window.page.stop()
        opened.window.watch = Watch(opened.window.page, opened.window.banners, lambda: now[0])
        return now

    def look(self, opened: Opened, clock: list[float], hz: float, seconds: float, *, slowed: bool = True) -> list[str]:
        clock[0] += seconds
        opened.window.page.pace.display_hz, opened.window.page.pace.slowed = hz, slowed
        opened.window.watch.look()
        return opened.window.banners.kinds()

    def test_it_is_told_after_five_seconds_and_goes_when_it_is_over(self, opened: Opened, clock) -> None:
        assert self.look(opened, clock, 6.0, 0) == []
        assert self.look(opened, clock, 6.0, 4.9) == []
        assert self.look(opened, clock, 6.0, 0.2) == ["display"]
        assert self.look(opened, clock, 12.0, 1) == []

    def test_a_short_stutter_is_not_told(self, opened: Opened, clock) -> None:
        self.look(opened, clock, 6.0, 0)
        self.look(opened, clock, 20.0, 3)
        assert self.look(opened, clock, 6.0, 4) == []

    def test_a_window_that_is_asked_to_refresh_rarely_keeps_up(self, opened: Opened, clock) -> None:
        assert self.look(opened, clock, 5.0, 0, slowed=False) == []
        assert self.look(opened, clock, 5.0, 60, slowed=False) == []

    def test_the_button_switches_to_the_wall(self, opened: Opened, clock, qtbot) -> None:
        self.look(opened, clock, 6.0, 0)
        self.look(opened, clock, 6.0, 6)
        fix(opened, qtbot, "display")
        assert opened.window.page.view == "wall"


def test_a_limit_of_open_files_is_told_with_the_command_that_raises_it(opened: Opened, qtbot) -> None:
    mend = "spread them over more processes with --workers, or raise the limit of open files (ulimit -n 5064)"
    opened.fleet.refusal = InputError("", "5,000 things need more open connections than one process has here", mend)
    opened.tasks.start(opened.session.things.add_many(5000), "add")
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["openFiles"])
    fix(opened, qtbot, "openFiles")
    assert QGuiApplication.clipboard().text() == "ulimit -n 5064"
    opened.tasks.start(opened.session.things.add_many(5000), "add")
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["openFiles"])
    opened.fleet.refusal = None
    opened.tasks.start(opened.session.things.add_many(2), "add")
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == [])


def test_a_port_that_is_taken_is_told_and_the_button_takes_free_ones(opened: Opened, qtbot, engine: FakeEngine) -> None:
    engine.endpoint_refusal = InputError("--mqtt 127.0.0.1:41883", "the port is in use", "use port 41885")
    opened.tasks.start(opened.session.restart_endpoint(), "restart")
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == ["endpoint"])
    engine.endpoint_refusal = None
    fix(opened, qtbot, "endpoint")
    qtbot.waitUntil(lambda: engine.asked_for[-1] == ("127.0.0.1:0", "127.0.0.1:0"))
    qtbot.waitUntil(lambda: opened.window.banners.kinds() == [])


def test_counters_of_another_fleet_start_anew(opened: Opened) -> None:
    mismatches = TestOfRejections()
    mismatches.mismatch(opened, 5)
    opened.window.banners.withdraw("rejections")
    mismatches.mismatch(opened, 0)
    mismatches.mismatch(opened, 1)
    assert opened.window.banners.kinds() == ["rejections"]
    assert replace(opened.store.counters).rejections == {"VersionMismatch": 1}
