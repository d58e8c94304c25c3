"""The menus of the fleet page's targets: what can be done with them, and what they can send wrong."""

from typing import Final

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from ui.actions import Actions
from ui.commands import Commands
from ui.fault_menu import line_menu, wrong_menu
from ui.fleet_page import FleetPage
from ui.letter_menu import LetterMenu

IN_ROW_MENU: Final = (
    "act.view.open", "", "act.fleet.start", "act.fleet.stop", "act.fleet.connect", "act.fleet.disconnect", "",
    "act.fleet.scenario", "act.fleet.step", "act.fleet.manual", "force", "wrong", "line",
    "act.fleet.firmware", "act.fleet.reset", "act.fleet.remove", "act.fleet.add", "",
    "act.job.new", "", "act.view.copy",
)  # fmt: skip


class RowMenu(QObject):
    """Each menu is made when it is wanted and deletes itself when closed; an order is held while one is open."""

    def __init__(self, page: FleetPage, actions: Actions, commands: Commands, window: QWidget) -> None:
        super().__init__(window)
        self._page = page
        self._actions = actions
        self._commands = commands
        self._window = window

    def make(self) -> QMenu:
        """The menu of the targets."""
        menu = LetterMenu(self._window)
        menu.setObjectName("fleetRowMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action_id in IN_ROW_MENU:
            if action_id in ("wrong", "line"):
                make = wrong_menu if action_id == "wrong" else line_menu
                menu.addMenu(make(self._commands.misbehave, menu)).setEnabled(self._page.targets.count()[0] > 0)
            elif action_id == "force":
                force = LetterMenu(self.tr("Force"), menu)
                menu.addMenu(force)
                force.setObjectName("fleetForceMenu")
                for end in ("succeed", "fail", "reject", "stall"):
                    force.addAction(self._actions[f"act.force.{end}"])
            elif action_id:
                menu.addAction(self._actions[action_id])
            else:
                menu.addSeparator()
        self._page.add_cell_choices(menu)
        return menu

    def open(self, at: QPoint) -> None:
        """Open it there."""
        menu = self.make()
        self._page.order.menu_open = True
        menu.aboutToHide.connect(self._closed)
        menu.popup(at)

    def _closed(self) -> None:
        self._page.order.menu_open = False

    def open_wrong(self) -> None:
        """What the targets can send wrong, in the middle of what is shown."""
        menu = wrong_menu(self._commands.misbehave, self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        view = self._page.things_view
        menu.popup(view.mapToGlobal(view.rect().center()))
