"""Which fleet is open: what it is called, and what the window's title says of it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ui.numbers import counted

if TYPE_CHECKING:
    from ui.main_window import MainWindow


class OpenFleet(QObject):
    """Hears that a fleet was opened, saved or brought back."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.name = ""  # "" for one that is in no file

    def opened(self, path: Path) -> None:
        """The things are those of this file."""
        window = self._window
        self.name = path.stem
        window.layout_of.note_opened(path)
        window.fleet_save.forget_path()
        window.commands.undo.forget()
        window.setWindowModified(False)
        self.show_title()

    def saved(self, path: Path) -> None:
        """The things are in this file as they are now."""
        self.name = path.stem
        self._window.layout_of.note_opened(path)
        self._window.commands.undo.note_saved()
        self.show_title()

    def brought_back(self, name: str) -> None:
        """Other things are here, of a window that was lost or of a report; they are in no file yet."""
        window = self._window
        self.name = name
        window.fleet_save.forget_path()
        window.commands.undo.forget()
        window.commands.undo.note_edit()
        window.go_to("fleet")
        self.show_title()

    def show_title(self) -> None:
        """Name, number of things and place, in the window's title."""
        window, session = self._window, self._window.session
        total = len(window.page.store)
        count = self.tr("no things yet") if not total else counted(total, self.tr("1 thing"), self.tr("%n things"))
        place = self.tr("Local endpoint") if session.connection.is_local else session.connection.mqtt
        name = self.name or (self.tr("demo-fleet") if session.is_demo else self.tr("new fleet"))
        title = self.tr("%3[*] — %1 — %2 — Thing Simulator").replace("%1", count).replace("%2", place)
        title = title.replace("%3", name)
        if window.windowTitle() != title:
            window.setWindowTitle(title)
