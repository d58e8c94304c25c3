"""What the palette and the sheet of shortcuts list, made from the commands, pages, files and preferences there are."""

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from ui.palette import PaletteEntry
from ui.status_style import STATUSES

if TYPE_CHECKING:
    from ui.main_window import MainWindow

LEFT_OUT: Final = ("act.app.palette", "act.fleet.scenario", "act.view.slash")  # itself, a menu, and a twin


def _tr(text: str) -> str:
    return QCoreApplication.translate("CommandLists", text)


class CommandLists:
    """Asked each time palette or sheet opens."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    def palette_entries(self) -> list[PaletteEntry]:
        """Every page and command, the files used last, every preference; with keys, and why one cannot be used now."""
        from ui.preferences_panel import preference_words

        window, actions = self._window, self._window.actions_of
        pages = [
            PaletteEntry(
                id=f"page.{spec.id}",
                text=_tr("Go to %1").replace("%1", spec.title),
                keys=f"Ctrl+{number}",
                run=partial(window.go_to, spec.id),
            )
            for number, spec in enumerate(window.pages.specs, 1)
        ]
        commands = [
            PaletteEntry(
                id=action_id,
                text=actions[action_id].text(),
                keys=actions.keys(action_id),
                why_not=actions.why_not(action_id),
                run=actions[action_id].trigger,
            )
            for action_id in actions.ids()
            if action_id not in LEFT_OUT
        ]
        recent = [
            PaletteEntry(
                id=f"recent.{path}",
                text=_tr("Open %1 again").replace("%1", path.name),
                run=partial(window.opener.open_paths, [path]),
            )
            for path in window.layout_of.recent()
        ]
        preferences = [
            PaletteEntry(
                id=f"preference.{name}",
                text=_tr("Preferences: %1").replace("%1", words[0]),
                run=partial(window.preferences.open, name),
            )
            for name, words in preference_words().items()
        ]
        return pages + commands + recent + preferences

    def shortcut_rows(self) -> list[tuple[str, str]]:
        """Keys and words of every command that has keys, and of what has keys without being a command."""
        actions = self._window.actions_of
        rows = [(keys, actions.plain_text(each)) for each in actions.ids() if (keys := actions.keys(each))]
        pages = len(self._window.pages.specs)
        enter = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        native = QKeySequence.SequenceFormat.NativeText
        turn = ", ".join(QKeySequence(key).toString(native) for key in ("Right", "Left"))
        return [
            *rows,
            (f"Ctrl+1…{pages}", _tr("Pages")),
            (f"Alt+1…{len(STATUSES)}", _tr("Show one status only, or all again")),
            (enter, _tr("Create the job or apply the scenario, in its form")),
            (turn, _tr("Next caption and the one before, while the demo tells its story")),
        ]
