"""Presenter mode and the size of text: large, dark, little around it, and everything back afterwards."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.gui import LivelyFleet, snapshot
from ui import theme
from ui.banner import Problem, Severity
from ui.theme import ThemeChoice


@pytest.fixture(autouse=True)
def usual_size(qapp: QApplication):
    """Tests after these have the usual size of text again."""
    yield
    theme.current().resize(1.0)
    theme.current().choose(ThemeChoice.LIGHT)


def press(opened: Opened, qtbot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(opened.window.page.things_view, key, modifier)


def test_f11_makes_all_large_and_dark_and_takes_away_what_an_audience_need_not_see(opened: Opened, qtbot) -> None:
    points = opened.window.font().pointSizeF()
    press(opened, qtbot, Qt.Key.Key_F11)
    assert theme.current().dark
    assert opened.window.font().pointSizeF() == pytest.approx(points * 1.45, abs=0.1)
    assert opened.window.page.table.rowHeight(0) == 44
    assert opened.window.page.splitter.orientation() is Qt.Orientation.Vertical
    bar = opened.window.status_bar
    opened.window.page.tick()
    shown = [cell for cell in bar._cells if cell.isVisible()]
    assert set(shown) <= {bar.counts, bar.run_clock}
    assert bar.counts in shown
    assert opened.window.mode_bar.width() < theme.px(72)
    opened.window.banners.tell(Problem(kind="a", severity=Severity.WARNING, sentence="Not for an audience."))
    assert not opened.window.banners.isVisible()
    opened.window.banners.tell(Problem(kind="b", severity=Severity.ERROR, sentence="But this."))
    assert opened.window.banners.isVisible()


def test_escape_leaves_it_and_everything_is_as_it_was(opened: Opened, qtbot) -> None:
    window = opened.window
    before = (window.font().pointSizeF(), window.page.table.rowHeight(0), window.page.splitter.orientation())
    press(opened, qtbot, Qt.Key.Key_F11)
    press(opened, qtbot, Qt.Key.Key_Escape)
    after = (window.font().pointSizeF(), window.page.table.rowHeight(0), window.page.splitter.orientation())
    assert after[0] == pytest.approx(before[0])
    assert after[1:] == before[1:]
    assert theme.current().choice is ThemeChoice.LIGHT
    assert not window.actions_of["act.view.presenter"].isChecked()
    for name, style in (("job.new", "ToolButtonTextBesideIcon"), ("view.theme", "ToolButtonIconOnly")):
        assert opened.find(QToolButton, f"mainButton_{name}").toolButtonStyle().name == style


def test_escape_clears_the_filter_before_it_leaves(opened: Opened, qtbot) -> None:
    press(opened, qtbot, Qt.Key.Key_F11)
    opened.window.page.show_text("status:failed")
    press(opened, qtbot, Qt.Key.Key_Escape)
    assert opened.window.page.filter_edit.text() == ""
    assert opened.window.presenter.is_on
    press(opened, qtbot, Qt.Key.Key_Escape)
    assert not opened.window.presenter.is_on


def test_the_scheme_that_is_remembered_is_the_one_that_was_chosen(opened: Opened, qtbot) -> None:
    press(opened, qtbot, Qt.Key.Key_F11)
    opened.window.remember()
    assert opened.settings.value("look/theme") == "light"


def test_a_click_draws_a_ring_around_the_pointer_that_goes_by_itself(opened: Opened, qtbot) -> None:
    press(opened, qtbot, Qt.Key.Key_F11)
    ring = opened.window.presenter._ring
    chips = opened.window.page.chips
    qtbot.mouseClick(chips, Qt.MouseButton.LeftButton, pos=QPoint(40, 20))
    assert ring.isVisible()
    assert ring.geometry().contains(ring.parentWidget().mapFromGlobal(chips.mapToGlobal(QPoint(40, 20))))
    qtbot.waitUntil(lambda: not ring.isVisible())
    press(opened, qtbot, Qt.Key.Key_F11)
    qtbot.mouseClick(chips, Qt.MouseButton.LeftButton, pos=QPoint(40, 20))
    assert not ring.isVisible()


def test_f12_shows_keys_as_they_are_pressed_but_never_what_is_typed_into_a_field(opened: Opened, qtbot) -> None:
    keys = opened.window.presenter.keys
    press(opened, qtbot, Qt.Key.Key_F12)
    press(opened, qtbot, Qt.Key.Key_F8)
    press(opened, qtbot, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    opened.window.palette_sheet.close()
    assert keys.keys[-2:] == ["F8", "Ctrl+K"]
    assert keys.isVisible()
    opened.window.page.filter_edit.setFocus()
    qtbot.keyClicks(opened.window.page.filter_edit, "secret")
    assert keys.keys[-2:] == ["F8", "Ctrl+K"]
    press(opened, qtbot, Qt.Key.Key_F12)
    assert not keys.isVisible()


def test_it_fits_1280_by_720_with_a_thing_up_close(opened: Opened, qtbot) -> None:
    opened.window.resize(1280, 720)
    lively = LivelyFleet()
    lively._on_batch = opened.session.take
    lively.fill(200)
    opened.window.page.tick()
    press(opened, qtbot, Qt.Key.Key_F11)
    opened.window.page.show_view("wall")
    opened.window.page.table.select_names(["sim-00007"])
    opened.window.page.tick()
    qtbot.wait(1)
    assert (opened.window.width(), opened.window.height()) == (1280, 720)
    assert opened.window.minimumSizeHint().width() <= 1280
    assert opened.window.minimumSizeHint().height() <= 720
    chips = [chip for chip in opened.window.page.chips.chips.values() if chip.isVisible()]
    assert {chip.height() for chip in chips} == {theme.px(26)}
    assert all(chip.geometry().right() <= opened.window.page.chips.width() for chip in chips)


def test_text_grows_shrinks_and_comes_back_by_keys(opened: Opened, qtbot) -> None:
    points = opened.window.font().pointSizeF()
    opened.fleet.tell([snapshot("thing-00001", S.IN_PROGRESS)])
    control = Qt.KeyboardModifier.ControlModifier
    press(opened, qtbot, Qt.Key.Key_Plus, control)
    press(opened, qtbot, Qt.Key.Key_Plus, control)
    assert theme.current().zoom == pytest.approx(1.2)
    assert opened.window.font().pointSizeF() == pytest.approx(points * 1.2, abs=0.1)
    assert opened.window.page.table.rowHeight(0) == round(28 * 1.2)
    press(opened, qtbot, Qt.Key.Key_Minus, control)
    assert theme.current().zoom == pytest.approx(1.1)
    press(opened, qtbot, Qt.Key.Key_0, control)
    assert theme.current().zoom == 1.0
    assert opened.window.font().pointSizeF() == pytest.approx(points, abs=0.1)
    for _ in range(20):
        press(opened, qtbot, Qt.Key.Key_Plus, control)
    assert theme.current().zoom == 2.0


@pytest.mark.parametrize(("size", "zoom"), [((1024, 640), 1.2), ((1600, 900), 1.81), ((1920, 1080), 2.0)])
def test_text_is_as_large_as_the_window_allows(opened: Opened, qtbot, size: tuple[int, int], zoom: float) -> None:
    opened.window.resize(*size)
    press(opened, qtbot, Qt.Key.Key_F11)
    assert theme.current().zoom == pytest.approx(zoom)
    assert opened.window.page.table.rowHeight(0) == round(44 * zoom / 1.45)
    assert (opened.window.width(), opened.window.height()) == size
    press(opened, qtbot, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    press(opened, qtbot, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert theme.current().zoom == pytest.approx(zoom)


def sizes(opened: Opened) -> list[int]:
    return opened.window.page.splitter.sizes()


def look_at(opened: Opened, qtbot, view: str) -> None:
    """A thing that has failed up close, beside two hundred others."""
    names = [f"pump-{number:03}" for number in range(200)]
    opened.fleet.tell(snapshot(name, S.FAILED, version=7, details="checksum mismatch", seed=2**60) for name in names)
    opened.window.page.tick()
    opened.window.page.show_view(view)
    opened.window.page.table.select_names([names[7]])
    qtbot.waitUntil(lambda: opened.window.pane.isVisible() and not opened.tasks)


@pytest.mark.parametrize("view", ["wall", "table"])
def test_a_thing_up_close_leaves_the_things_the_larger_part(opened: Opened, qtbot, view: str) -> None:
    window = opened.window
    look_at(opened, qtbot, view)
    before = (window.page.splitter.orientation(), sizes(opened))
    press(opened, qtbot, Qt.Key.Key_F11)
    header, timeline = window.pane.header, window.pane.timeline
    qtbot.waitUntil(lambda: timeline.geometry().left() > header.geometry().right() > 0)
    above, pane = sizes(opened)
    assert above > 1.5 * pane
    assert timeline.isVisible()
    assert header.isVisible()
    assert header.height() >= header.heightForWidth(header.width())
    assert header.mapTo(window.pane, header.rect().bottomLeft()).y() <= window.pane.height()
    assert not window.pane.tabs.isVisible()
    assert not window.pane.controls.isVisible()
    press(opened, qtbot, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: (window.page.splitter.orientation(), sizes(opened)) == before)
    assert window.pane.tabs.isVisible()
    assert window.pane.controls.isVisible()


def test_a_size_that_a_person_gave_the_pane_is_there_again_after_it(opened: Opened, qtbot) -> None:
    splitter = opened.window.page.splitter
    look_at(opened, qtbot, "wall")
    splitter.setSizes([640, splitter.width() - 640 - splitter.handleWidth()])
    splitter.splitterMoved.emit(640, 1)
    before = sizes(opened)
    press(opened, qtbot, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: splitter.orientation() is Qt.Orientation.Vertical)
    press(opened, qtbot, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: sizes(opened) == before)


def test_a_pane_that_is_drawn_up_shows_its_tabs_again(opened: Opened, qtbot) -> None:
    look_at(opened, qtbot, "wall")
    press(opened, qtbot, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: not opened.window.pane.tabs.isVisible())
    opened.window.page.splitter.setSizes([60, 400])
    qtbot.waitUntil(opened.window.pane.tabs.isVisible)
    assert opened.window.pane.controls.isVisible()


def test_a_thing_that_is_chosen_in_the_mode_comes_as_low(opened: Opened, qtbot) -> None:
    press(opened, qtbot, Qt.Key.Key_F11)
    look_at(opened, qtbot, "wall")
    qtbot.waitUntil(lambda: opened.window.pane.height() < theme.px(110))
    assert not opened.window.pane.tabs.isVisible()


def test_the_job_form_says_itself_what_it_is(opened: Opened, qtbot) -> None:
    dialog = opened.window.commands.job_dialog
    press(opened, qtbot, Qt.Key.Key_F11)
    opened.window.commands.open_job_dialog()
    heading = dialog.findChild(QLabel, "jobHeadingLabel")
    assert (dialog.width(), dialog.height()) == (899, 680)  # as large as its text, and within the window
    assert heading.isVisible()
    assert heading.text() == "Create job for all 3 shown things"
    assert heading.font().pointSizeF() > dialog.target_label.font().pointSizeF()
    dialog.reject()
    press(opened, qtbot, Qt.Key.Key_F11)
    opened.window.commands.open_job_dialog()
    assert not heading.isVisible()
    assert (dialog.width(), dialog.height()) == (620, 600)
    dialog.reject()


def test_the_sum_of_the_fleet_does_not_take_the_walls_room(opened: Opened, qtbot) -> None:
    opened.window.resize(1920, 1080)
    qtbot.waitUntil(opened.window.pane.isVisible)
    press(opened, qtbot, Qt.Key.Key_F11)
    assert not opened.window.pane.isVisible()
    press(opened, qtbot, Qt.Key.Key_F11)
    assert opened.window.pane.isVisible()
