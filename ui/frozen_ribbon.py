"""The line above the things that says what is shown when it is not now, and how much has changed since."""

from time import monotonic

from PySide6.QtWidgets import QLabel, QWidget

from ui import theme
from ui.fleet_store import FleetStore
from ui.numbers import clock, counted
from ui.rewind import Rewind
from ui.rewind_bar import tenths


class FrozenRibbon(QLabel):
    """There while the display stands still, or shows the past."""

    def __init__(self, store: FleetStore, rewind: Rewind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetFrozenLabel")
        self.setContentsMargins(10, 3, 10, 3)
        self.hide()
        self._store = store
        self._rewind = rewind
        self._frozen_at = 0.0

    def note_frozen(self) -> None:
        """From now on the display stands still."""
        self._frozen_at = monotonic()

    def refresh(self) -> None:
        """Say how it is now."""
        store = self._store
        self.setVisible(store.frozen and self._rewind.has_live)
        if store.in_past and not store.waiting_changes:
            text = self.tr("The fleet as it was at %1 · L goes back to now")
            self.setText(text.replace("%1", tenths(self._rewind.clock_seconds)))
        elif store.in_past:
            text = counted(
                store.waiting_changes,
                self.tr("The fleet as it was at %1 · 1 change since · L goes back to now"),
                self.tr("The fleet as it was at %1 · %n changes since · L goes back to now"),
            )
            self.setText(text.replace("%1", tenths(self._rewind.clock_seconds)))
        elif store.frozen:
            text = counted(
                store.waiting_changes,
                self.tr("Frozen %1 · 1 change waiting · Space goes on"),
                self.tr("Frozen %1 · %n changes waiting · Space goes on"),
            )
            self.setText(text.replace("%1", clock(monotonic() - self._frozen_at)[3:]))

    def restyle(self) -> None:
        """After a change of scheme."""
        tokens = theme.current().tokens
        palette = self.palette()
        palette.setColor(self.foregroundRole(), tokens.info[0])
        palette.setColor(self.backgroundRole(), tokens.info[1])
        self.setPalette(palette)
        self.setAutoFillBackground(True)
