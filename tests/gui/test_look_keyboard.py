"""All of the window by keyboard alone: Tab reaches every control and leaves it again, and one sees where one is."""

from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QRadioButton, QWidget

from simulator.config import WindowOptions
from tests.gui.conftest import Opened
from tests.support import look
from tests.support.full_window import PAGES, fill, full_engine, settle, show
from tests.support.gui import FakeEngine
from ui import theme
from ui.focus_ring import FocusRings, Ring
from ui.theme import ThemeChoice

AROUND = 4  # pixels around a control in which its focus may be drawn
MOST_STEPS = 300
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def options() -> WindowOptions:
    return WindowOptions(things=0, seed=42)


@pytest.fixture
def engine() -> FakeEngine:
    return full_engine()


def reachable(window: QWidget) -> set[QWidget]:
    """What Tab should come to: every control that is shown and can be used; of a group of choices, the one chosen."""
    found = set()
    for widget in look.visible(window):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled() and widget.focusProxy() is None
        if not takes or widget.size().isEmpty():
            continue
        if isinstance(widget, QAbstractButton) and widget.isCheckable() and not widget.isChecked():
            group = widget.group()
            if isinstance(widget, QRadioButton) or (group is not None and group.exclusive()):
                continue
        found.add(widget)
    return found


def walk(opened: Opened, qtbot: Any) -> list[QWidget]:
    """Press Tab until it comes round."""
    window = opened.window
    steps: list[QWidget] = []
    while len(steps) < MOST_STEPS:
        here = QApplication.focusWidget()
        assert here is not None, f"the focus was lost after {look.described(steps[-1], window) if steps else 'nothing'}"
        if here in steps:
            return steps
        steps.append(here)
        qtbot.keyClick(here, Qt.Key.Key_Tab)
        settle()
    raise AssertionError("Tab does not come round")


def around(window: QWidget, widget: QWidget) -> QImage:
    frame = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    return window.grab(frame.adjusted(-AROUND, -AROUND, AROUND, AROUND)).toImage()


@pytest.mark.parametrize("page", PAGES)
def test_tab_comes_to_every_control_and_round_again(opened: Opened, qtbot: Any, page: str) -> None:
    fill(opened)
    show(opened, qtbot, page)
    opened.window.page.stop()
    visited = set(walk(opened, qtbot))
    missed = [look.described(widget, opened.window) for widget in reachable(opened.window) - visited]
    assert "\n".join(missed) == ""


@pytest.mark.parametrize("scheme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize("page", PAGES)
def test_where_the_focus_is_can_be_seen(opened: Opened, qtbot: Any, page: str, scheme: ThemeChoice) -> None:
    theme.current().choose(scheme)
    fill(opened)
    show(opened, qtbot, page)
    opened.window.page.stop()
    QApplication.setCursorFlashTime(0)
    invisible = []
    here = QApplication.focusWidget()
    assert here is not None
    for _ in range(len(walk(opened, qtbot))):  # round once, back to where one was
        widget = QApplication.focusWidget()
        assert widget is not None
        with_focus = around(opened.window, widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
        settle()
        if around(opened.window, widget) == with_focus:
            invisible.append(look.described(widget, opened.window))
    theme.current().choose(ThemeChoice.LIGHT)
    assert "\n".join(invisible) == ""


def test_a_ring_goes_with_its_widget_and_its_focus(qtbot: Any) -> None:
    owner, window = QObject(), QWidget()
    qtbot.addWidget(window)
    rings = FocusRings(owner)
    text, field = QPlainTextEdit(window), QLineEdit(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    def shown() -> list[Ring]:
        return [ring for ring in window.findChildren(Ring) if ring.isVisible()]

    text.setFocus()
    (ring,) = shown()
    text.resize(300, 50)
    settle()
    assert ring.geometry() == text.rect()
    field.setFocus()
    assert shown() == []
    text.setFocus()
    assert len(shown()) == 1
    shiboken6.delete(text)
    assert shown() == []
    assert rings.parent() is owner
