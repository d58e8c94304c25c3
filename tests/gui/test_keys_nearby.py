"""After a click into the transport or the pane the single keys work on, but not what is typed into a field."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget

from simulator.fleet import LineAction
from simulator.jobs.model import JobStatus
from tests.gui.conftest import Opened
from tests.support.gui import snapshot
from ui.rewind_bar import RewindSlider

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def past(opened: Opened) -> Opened:
    """Two changes of a thing that is in manual mode and selected, five seconds apart."""
    for status, version in ((JobStatus.QUEUED, 1), (JobStatus.IN_PROGRESS, 2)):
        opened.fleet.at += 5
        opened.fleet.tell([snapshot("thing-00001", status, version=version, manual=True)])
    opened.window.page.tick()
    opened.window._counted()
    opened.window.page.table.select_names(["thing-00001"])
    return opened


def focus(opened: Opened) -> QWidget:
    """What has the focus."""
    widget = opened.window.focusWidget()
    assert widget is not None
    return widget


def bring_up(opened: Opened, widget: QWidget) -> None:
    """Choose the tab of the pane that a widget is on."""
    tabs = opened.window.pane.tabs
    while not widget.isVisible():
        assert tabs.currentIndex() + 1 < tabs.count()
        tabs.setCurrentIndex(tabs.currentIndex() + 1)


def test_the_transports_clock_says_since_when_it_counts(past: Opened) -> None:
    assert past.find(QLabel, "fleetRewindClock").toolTip() == "Time since the first change"


def test_after_a_click_into_the_transport_its_keys_work(past: Opened, qtbot: Any) -> None:
    slider, rewind = past.find(RewindSlider, "fleetRewindSlider"), past.window.page.rewind
    qtbot.mouseClick(slider, LEFT, pos=QPoint(slider.width() // 2, slider.height() // 2))
    assert focus(past) is slider
    past.window.page.tick()
    assert past.store.in_past
    pressed = past.store.shown_at
    qtbot.keyClick(slider, Qt.Key.Key_Comma)
    past.window.page.tick()
    assert past.store.shown_at < pressed
    back = past.find(QToolButton, "fleetRewindButton_back")
    back.setFocus()
    qtbot.keyClick(back, Qt.Key.Key_Period)
    past.window.page.tick()
    assert past.store.shown_at > rewind.begins
    qtbot.keyClick(slider, Qt.Key.Key_L)
    past.window.page.tick()
    assert not past.store.in_past


@pytest.mark.parametrize("tab", ["tapeView", "stepsTable", "msgTable"])
def test_in_the_pane_n_takes_the_next_step_and_nothing_ends_an_execution(past: Opened, qtbot: Any, tab: str) -> None:
    place = past.find(QWidget, tab)
    bring_up(past, place)
    place.setFocus()
    assert focus(past) is place
    for key in (Qt.Key.Key_S, Qt.Key.Key_F, Qt.Key.Key_X, Qt.Key.Key_N):
        qtbot.keyClick(place, key)
    qtbot.waitUntil(lambda: past.asked("step") == [(["thing-00001"],)])
    assert not past.asked("force")


def test_in_the_pane_the_line_is_cut_and_mended(past: Opened, qtbot: Any) -> None:
    place = past.find(QWidget, "tapeView")
    bring_up(past, place)
    place.setFocus()
    qtbot.keyClick(place, Qt.Key.Key_D)
    qtbot.keyClick(place, Qt.Key.Key_C)
    wanted = [LineAction.DISCONNECT.value, LineAction.CONNECT.value]
    qtbot.waitUntil(lambda: [asked[0] for asked in past.fleet.asked if asked[0] in wanted] == wanted)


def test_letters_typed_into_a_field_of_the_pane_are_text(past: Opened, qtbot: Any) -> None:
    find = past.find(QLineEdit, "msgSearchEdit")
    bring_up(past, past.find(QWidget, "msgTable"))
    assert find.isVisible()
    find.setFocus()
    qtbot.keyClicks(find, "nml,.")
    assert find.text() == "nml,."
    assert not past.asked("step")
    assert not past.asked("manual")
    assert not past.store.in_past
