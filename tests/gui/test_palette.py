"""The command palette and the sheet of shortcuts: both made of the commands themselves."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit

from tests.gui.conftest import Opened
from ui.palette import CommandPalette, room_for
from ui.shortcut_sheet import ShortcutSheet


def open_palette(opened: Opened, qtbot: Any) -> CommandPalette:
    qtbot.keyClick(opened.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = opened.find(CommandPalette, "commandPalette")
    qtbot.waitUntil(palette.isVisible)
    return palette


def test_ctrl_k_types_a_command_and_enter_runs_it(opened: Opened, qtbot: Any) -> None:
    palette = open_palette(opened, qtbot)
    edit = opened.find(QLineEdit, "paletteEdit")
    assert opened.window.focusWidget() is edit
    qtbot.keyClicks(edit, "start")
    assert palette.model.shown[0].id == "act.fleet.start"
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert not palette.isVisible()
    qtbot.waitUntil(lambda: len(opened.asked("start")) == 1)


def test_escape_closes_it_and_the_focus_goes_back(opened: Opened, qtbot: Any) -> None:
    opened.window.page.table.setFocus()
    palette = open_palette(opened, qtbot)
    qtbot.keyClick(opened.find(QLineEdit, "paletteEdit"), Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert opened.window.focusWidget() is opened.window.page.table


def test_a_command_that_cannot_be_used_says_why_and_does_nothing(opened: Opened, qtbot: Any) -> None:
    palette = open_palette(opened, qtbot)
    edit = opened.find(QLineEdit, "paletteEdit")
    qtbot.keyClicks(edit, "succeed")
    entry = palette.model.shown[0]
    assert (entry.id, entry.why_not) == ("act.force.succeed", "None of the 3 is working")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert opened.asked("force") == []


def test_the_palette_finds_every_command(opened: Opened, qtbot: Any) -> None:
    palette = open_palette(opened, qtbot)
    found = {entry.id for entry in palette.model.shown}
    assert found >= set(opened.window.actions_of.ids()) - {"act.app.palette", "act.fleet.scenario", "act.view.slash"}


def test_the_sheet_lists_every_key_that_works_and_no_other(opened: Opened, qtbot: Any) -> None:
    for spec in opened.window.pages.specs:  # a page may have keys of its own
        opened.window.go_to(spec.id)
    opened.trigger("act.app.keys")
    sheet = opened.find(ShortcutSheet, "shortcutSheet")
    assert sheet.isVisible()
    listed = {key for keys, _ in sheet.texts() for key in keys.split(", ")}
    actions = opened.window.actions_of
    native = QKeySequence.SequenceFormat.NativeText
    working = {key.toString(native) for each in actions.ids() for key in actions[each].shortcuts()}
    working |= {each.key().toString(native) for each in opened.window.findChildren(QShortcut)}
    working -= {"Ctrl+Enter", *(f"Alt+{number}" for number in range(1, 9))}  # the other Enter key; one line for eight
    assert working <= listed
    assert all(key in working or key.startswith(("Ctrl+1", "Alt+1")) for key in listed)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_no_keys_are_cut_in_the_palette(opened: Opened) -> None:
    metrics = opened.window.palette_sheet.list.fontMetrics()
    keys = [entry.keys for entry in opened.window.lists.palette_entries()]
    elided = [metrics.elidedText(each, Qt.TextElideMode.ElideRight, room_for(each, metrics, 560)) for each in keys]
    assert elided == keys
