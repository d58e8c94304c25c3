"""Presenter mode: the window for people far away. Turning it off gives everything back as it was."""

from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.presenter_keys import KeysShown
from ui.presenter_ring import PointerRing
from ui.theme import ThemeChoice

ZOOM: Final = 1.45  # in a window of SIZE, and more in a larger one
SIZE: Final = (1280, 720)
LEAST_ZOOM: Final = 1.2
ROW_HEIGHT: Final = 44  # at ZOOM
STEP: Final = 0.1
COMPACT: Final = 24


class PresenterMode(QObject):
    """Owns the size of text as well, because both decide about it. `changed` tells whether the mode is on."""

    changed = Signal(bool)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._ring = PointerRing(window)
        self.keys = KeysShown(window)
        self._window = window
        self._before: ThemeChoice | None = None
        self.text_zoom = 1.0
        self.zoom = ZOOM
        self.is_compact = False

    @property
    def is_on(self) -> bool:
        """Whether the mode is on."""
        return self._before is not None

    def enter(self) -> None:
        """Make everything large and dark."""
        if self.is_on:
            return
        here = theme.current()
        self._before = here.choice
        self.zoom = self._fitting()
        if not here.dark:
            here.choose(ThemeChoice.DARK)
        self._apply()
        self._ring.start()
        self.changed.emit(True)

    @property
    def choice(self) -> ThemeChoice:
        """The scheme a person chose, whatever the mode shows now."""
        return theme.current().choice if self._before is None else self._before

    def leave(self) -> None:
        """Give everything back."""
        before, self._before = self._before, None
        if before is None:
            return
        self._ring.stop()
        self.keys.stop()
        self._apply()
        theme.current().choose(before)
        self.changed.emit(False)

    def step(self, by: int) -> None:
        """Larger (1), smaller (-1) or back to the usual size (0): of the mode that is on, or of the window."""
        if self.is_on:
            wanted = self._fitting() if by == 0 else self.zoom + by * STEP
            self.zoom = min(theme.MOST_ZOOM, max(LEAST_ZOOM, wanted))
        else:
            wanted = 1.0 if by == 0 else self.text_zoom + by * STEP
            self.text_zoom = round(min(theme.MOST_ZOOM, max(theme.LEAST_ZOOM, wanted)), 2)
        self._apply()

    def set_text(self, zoom: float, *, compact: bool) -> None:
        """The size of text and the density of tables outside the mode."""
        self.text_zoom = min(theme.MOST_ZOOM, max(theme.LEAST_ZOOM, zoom))
        self.is_compact = compact
        self._apply()

    def _fitting(self) -> float:
        """As large as shows what a window of SIZE shows."""
        wanted = ZOOM * min(self._window.width() / SIZE[0], self._window.height() / SIZE[1])
        return round(min(theme.MOST_ZOOM, max(LEAST_ZOOM, wanted)), 2)

    def _apply(self) -> None:
        if self.is_on:
            theme.current().resize(self.zoom, ROW_HEIGHT * self.zoom / ZOOM)
        else:
            row = COMPACT if self.is_compact else theme.ROW_HEIGHT
            theme.current().resize(self.text_zoom, row * self.text_zoom)
