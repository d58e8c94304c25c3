"""What presenter mode changes in the window beside sizes and colours; and the keys that are shown."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from ui.main_window import MainWindow


class PresenterLook(QObject):
    """Fewer words around the things while the mode is on; all of them again after it."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.presenter.changed.connect(self._present)

    def toggle(self) -> None:
        """Into presenter mode, or out of it."""
        if self._window.presenter.is_on:
            self._window.presenter.leave()
        else:
            self._window.presenter.enter()

    def _present(self, on: bool) -> None:
        window = self._window
        window.actions_of["act.view.presenter"].setChecked(on)
        window.actions_of["act.view.shownKeys"].setChecked(on and window.presenter.keys.is_on)
        window.mode_bar.show_words(not on)
        window.status_bar.show_little(on)
        window.banners.show_only_errors(on)
        window.toolbar.show_words(not on)
        window.commands.job_dialog.show_heading(on)
        window.page.splitter.favour_things(on)

    def toggle_shown_keys(self) -> None:
        """Show the keys that are pressed, or no longer."""
        if self._window.presenter.keys.is_on:
            self._window.presenter.keys.stop()
        else:
            self._window.presenter.keys.start()
