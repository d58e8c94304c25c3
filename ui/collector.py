"""Garbage is collected on the window's thread only.

The engine's helpers (pipe readers, boto3) run threads. Python collects cycles in whichever thread happens to allocate,
and a QObject with timers that dies on a thread other than its own leaves Qt with a dangling pointer: the program then
ends in QTimerInfoList::activateTimers. So the automatic collection is off while a window is open, and a timer does it.

What was there before (modules, the window itself) is set aside meanwhile: a full collection would walk over fifty
thousand objects that stay anyway, and hold the window up for 20 ms and more.
"""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

EVERY_MS: Final = 500


class Collector(QObject):
    """Between `start` and `stop` collects what the thresholds of `gc` ask for, twice a second.

    Without `sets_aside` it leaves to whoever made it what is set aside.
    """

    def __init__(self, parent: QObject | None = None, *, sets_aside: bool = True) -> None:
        super().__init__(parent)
        self._sets_aside = sets_aside
        self._was_enabled = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Take over."""
        self._was_enabled = gc.isenabled()
        gc.disable()
        if self._sets_aside:
            gc.freeze()
        self._timer.start(EVERY_MS)

    def stop(self) -> None:
        """Collect once more and give back."""
        self._timer.stop()
        if self._sets_aside:
            gc.unfreeze()
        gc.collect()
        if self._was_enabled:
            gc.enable()

    def collect(self) -> None:
        """Collect the oldest generation that is due, and with it the younger ones."""
        grown = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(grown) if 0 < limit < count]
        if due:
            gc.collect(max(due))
