"""Applies preferences to the window, shows their panel, and writes them down."""

import logging
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from simulator.errors import InputError
from ui import theme
from ui.banner import Problem, Severity
from ui.preferences_file import Preferences, changed, save
from ui.theme import ThemeChoice
from ui.workspace import ASIDE

if TYPE_CHECKING:
    from ui.main_window import MainWindow
    from ui.preferences_panel import PreferencesPanel

logger = logging.getLogger(__name__)


class PreferencesControl(QObject):
    """Without a path nothing is written: a window of a test, or of a picture."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._path: Path | None = None
        self._has_mistakes = False  # the file: what a person wrote there is set aside before it is written anew
        self._panel: PreferencesPanel | None = None
        self.current = Preferences()

    def begin(self, preferences: Preferences, path: Path | None, problems: list[str]) -> None:
        """Apply what was read at the start; what could not be used is told."""
        self._path, self.current = path, preferences
        self._has_mistakes = bool(problems)
        if preferences.theme != "system" and theme.current().choice is ThemeChoice.SYSTEM:
            theme.current().choose(ThemeChoice(preferences.theme))
        is_default = Preferences()
        for name in ("text_size", "density", "motion", "display_hz", "message_memory", "autosave"):
            if getattr(preferences, name) != getattr(is_default, name):
                self._apply(name)
        if problems:
            self._tell(Severity.WARNING, problems[0])

    def open(self, name: str = "") -> None:
        """Show the panel in the place of the page; go to one of its items."""
        window = self._window
        if self._panel is None:
            from ui.preferences_panel import PreferencesPanel

            self._panel = PreferencesPanel(self.current, window.pages)
            self._panel.changed.connect(self.change)
            self._panel.leaveWanted.connect(lambda: window.go_to("fleet"))
            window.pages.addWidget(self._panel)
        self._as_it_is()
        self._panel.show_preferences(self.current)
        window.pages.show_other(self._panel)
        window.mode_bar.show_current("")
        self._panel.focus(name or "theme")

    @property
    def is_open(self) -> bool:
        """Whether the panel is at the front."""
        return self._panel is not None and self._window.pages.currentWidget() is self._panel

    def change(self, name: str, value: object) -> None:
        """A person changed one: apply it and write all of them down."""
        try:
            self.current = changed(self.current, name, value)
        except InputError as error:
            self._tell(Severity.WARNING, str(error))
            return
        self._apply(name)
        self._write()

    def close(self) -> None:
        """The window closes: scheme and size of text may have been changed by keys."""
        before = self.current
        self._as_it_is()
        if self.current != before:
            self._write()

    def _as_it_is(self) -> None:
        presenter = self._window.presenter
        self.current = replace(
            self.current, theme=presenter.choice.value, text_size=presenter.text_zoom
        )  # fmt: skip

    def _apply(self, name: str) -> None:
        window, wanted = self._window, self.current
        if name == "theme":
            theme.current().choose(ThemeChoice(wanted.theme))
        elif name in ("text_size", "density"):
            window.presenter.set_text(wanted.text_size, compact=wanted.density == "compact")
        elif name == "motion":
            window.page.model.flashes = wanted.motion
        elif name == "display_hz":
            window.page.set_display_cap(wanted.display_hz)
        elif name == "message_memory":
            window.session.message_memory = wanted.message_memory
        elif name == "autosave":
            window.recovery.switch(wanted.autosave)

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            if self._has_mistakes and self._path.is_file():
                shutil.copyfile(self._path, self._path.with_name(self._path.name + ASIDE))
            self._has_mistakes = False
            save(self.current, self._path)
        except OSError as error:
            sentence = self.tr("The preferences were not written to %1: %2").replace("%1", str(self._path))
            self._tell(Severity.WARNING, sentence.replace("%2", (error.strerror or str(error)).lower()))

    def _tell(self, severity: Severity, sentence: str) -> None:
        self._window.tell(Problem(kind="preferences", severity=severity, sentence=sentence))
