"""What the actions do that are the whole window's: views, files, sheets, presenting, leaving."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ui import theme
from ui.pages import Page
from ui.theme import ThemeChoice

if TYPE_CHECKING:
    from ui.main_window import MainWindow


class WindowCommands(QObject):
    """The plain slots behind them."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What each action id does, the fleet page's commands among them."""
        window = self._window
        handlers = window.commands.handlers()
        handlers["act.view.detail"] = self._toggle_pane
        handlers["act.view.theme"] = self._switch_theme
        handlers["act.view.table"] = lambda: window.page.show_view("table")
        handlers["act.view.wall"] = lambda: window.page.show_view("wall")
        handlers["act.fleet.wrong"] = window.row_menu.open_wrong
        handlers["act.view.escape"] = self._escape
        handlers["act.fleet.add"] = window.errands.add_things
        handlers["act.job.new"] = window.errands.new_job
        for command in ("wall", "cancel", "force", "delete", "clone", "copyBoto3", "copyCli"):
            handlers[f"act.job.{command}"] = partial(window.errands.run_job_command, command)
        handlers["act.app.demo"] = window.show_demo
        handlers["act.app.activity"] = self._toggle_drawer
        handlers["act.app.open"] = window.opener.ask
        handlers["act.app.save"] = self._save
        handlers["act.app.saveAs"] = window.fleet_save.ask
        handlers["act.app.preferences"] = window.preferences.open
        handlers["act.app.resetLayout"] = window.layout_of.reset
        handlers["act.view.presenter"] = window.presenter_look.toggle
        handlers["act.view.shownKeys"] = window.presenter_look.toggle_shown_keys
        for action_id, by in (("larger", 1), ("smaller", -1), ("normal", 0)):
            handlers[f"act.view.{action_id}"] = partial(window.presenter.step, by)
        handlers["act.app.palette"] = window.palette_sheet.open
        handlers["act.app.keys"] = window.shortcut_sheet.open
        handlers["act.app.quit"] = self._quit
        return handlers

    def _escape(self) -> None:
        """Leave what lies over the page, then what the page is in the middle of, then filter and selection."""
        window = self._window
        page = window.pages.currentWidget()
        if window.shortcut_sheet.isVisible():
            window.shortcut_sheet.close_sheet()
        elif window.story.isVisible():
            window.story.script.leave()
        elif window.preferences.is_open:
            window.go_to("fleet")
        elif isinstance(page, Page):
            page.escape()
        elif window.presenter.is_on and not window.page.filter_edit.text() and not window.page.table.selected_count():
            window.presenter.leave()
        else:
            window.commands.escape()

    def _toggle_drawer(self) -> None:
        window = self._window
        window.drawer.toggle()
        window.actions_of["act.app.activity"].setChecked(window.drawer.isVisible())
        if not window.drawer.isVisible():
            window.page.things_view.setFocus()

    def _toggle_pane(self) -> None:
        self._window.page.splitter.show_pane(self._window.actions_of["act.view.detail"].isChecked())

    def _switch_theme(self) -> None:
        here = theme.current()
        here.choose(ThemeChoice.LIGHT if here.dark else ThemeChoice.DARK)

    def _save(self) -> None:
        page = self._window.pages.currentWidget()
        if not (isinstance(page, Page) and page.save()):
            self._window.fleet_save.save()

    def _quit(self) -> None:
        self._window.close()
