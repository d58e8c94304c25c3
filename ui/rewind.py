"""Rewind: which moment of the fleet is shown, and how it moves. The fleet itself goes on whatever is shown.

There is one state, and the store holds it: live, frozen at now, or at a moment of the past. Seeking freezes; `live`
thaws; so a view can never be frozen and rewound to different moments. Moves are carried out once a tick.
"""

from typing import Final

from PySide6.QtCore import QObject, Signal

from ui.fleet_store import FleetStore
from ui.journal import Journal

SPEEDS: Final = (1, 4, 16)


class Rewind(QObject):
    """What the transport, the keys and the page ask. Times are epoch seconds."""

    changed = Signal()  # live or not, playing or not, another speed
    moved = Signal()  # another moment is shown

    def __init__(self, store: FleetStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._wanted: float | None = None
        self._played_at = 0.0
        self.playing = False
        self.speed = SPEEDS[0]
        self.has_live = True  # a clip has no now to go back to

    @property
    def journal(self) -> Journal:
        """What can be shown again."""
        return self._store.journal

    @property
    def begins(self) -> float:
        """The first moment that can be shown."""
        return self._store.journal.begins

    @property
    def ends(self) -> float:
        """The newest moment."""
        return self._store.journal.ends

    @property
    def is_live(self) -> bool:
        """Whether now is shown, or shown frozen."""
        return not self._store.in_past and self._wanted is None

    @property
    def position(self) -> float:
        """The moment that is shown, or will be at the next tick."""
        if self._wanted is not None:
            return self._wanted
        return self._store.shown_at if self._store.in_past else self.ends

    @property
    def clock_seconds(self) -> float:
        """How long after the first moment of all that is."""
        return max(0.0, self.position - self._store.journal.origin)

    def seek(self, when: float) -> None:
        """Show a moment, from the next tick on; the nearest there is."""
        if not self.begins:
            return  # nothing has happened yet
        was_live = self.is_live
        self._wanted = min(max(when, self.begins), self.ends)
        if was_live:
            self.changed.emit()

    def seek_share(self, share: float) -> None:
        """Show the moment at a share (0 to 1) of all that is kept."""
        self.seek(self.begins + (self.ends - self.begins) * share)

    @property
    def share(self) -> float:
        """Where the moment that is shown lies in what is kept, 0 to 1."""
        whole = self.ends - self.begins
        return (self.position - self.begins) / whole if whole > 0 else 1.0

    def step(self, by: int) -> None:
        """To the next change (1) or to the one before (-1)."""
        self.stop()
        self.seek(self._store.journal.step(self.position, by))

    def first(self) -> None:
        """To the first moment that is kept."""
        self.stop()
        self.seek(self.begins)

    def live(self) -> None:
        """Back to now; in a clip, to its end."""
        self._wanted = None
        self.playing = False
        if not self.has_live:
            self.seek(self.ends)
        elif self._store.frozen:
            self._store.thaw()
            self.moved.emit()
        self.changed.emit()

    def play(self) -> None:
        """Let the past go by, or hold it. From now, or from the end of a clip, it goes by from the beginning."""
        if self.playing:
            self.stop()
            return
        if not self.begins:
            return
        if self.is_live or self.position >= self.ends:
            self.seek(self.begins)
        self.playing = True
        self._played_at = 0.0
        self.changed.emit()

    def stop(self) -> None:
        """Hold the moment that is shown."""
        if self.playing:
            self.playing = False
            self.changed.emit()

    def set_speed(self, speed: int) -> None:
        """How many seconds go by in one; one of SPEEDS."""
        self.speed = speed
        self.changed.emit()

    def tick(self, now: float) -> bool:
        """Carry out what was wanted since the last tick; return whether another moment is shown. `now` is monotonic."""
        if self.playing:
            passed = now - self._played_at if self._played_at else 0.0
            self._played_at = now
            wanted = self.position + passed * self.speed
            if wanted >= self.ends and self.has_live:
                self.live()
                return True
            if wanted >= self.ends:
                self.stop()
            self._wanted = min(wanted, self.ends)
        if self._wanted is None:
            return False
        wanted, self._wanted = self._wanted, None
        if self._store.in_past and wanted == self._store.shown_at:
            return False
        self._store.show_past(wanted)
        self.moved.emit()
        return True
