"""How late the window's own loop is: a beat every 100 ms, and the worst lateness of the last second."""

from collections import deque
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS: Final = 100
LATE_MS: Final = 100.0  # the budget: a window that is this late feels slow
LATE_BEATS: Final = 2  # in a row; one alone is a menu that opens, or a page that is built


class Heartbeat(QObject):
    """Also what lets Python see a signal (Ctrl+C) while Qt waits for events."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._late: deque[float] = deque(maxlen=1000 // BEAT_MS)
        self._due = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to beat."""
        self._due = monotonic() + BEAT_MS / 1000
        self._timer.start(BEAT_MS)

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    @property
    def lag_ms(self) -> float:
        """The worst lateness of the last second, in milliseconds."""
        return max(self._late, default=0.0)

    @property
    def is_late(self) -> bool:
        """Whether the window has been over the budget for more than a moment in the last second."""
        beats = [late > LATE_MS for late in self._late]
        return any(all(beats[place : place + LATE_BEATS]) for place in range(len(beats) - LATE_BEATS + 1))

    def _beat(self) -> None:
        now = monotonic()
        self._late.append(max(0.0, (now - self._due) * 1000))
        self._due = now + BEAT_MS / 1000
