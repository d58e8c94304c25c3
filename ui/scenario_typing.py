"""What is typed into a scenario's form, on its way into the text: at once, or when the typing rests."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, QTimer

from simulator.scenario.problems import Path
from ui.scenario_draft import ScenarioDraft

AT_ONCE: Final = 3000  # characters: in a longer text a change is written when the typing rests
REST_MS: Final = 150
JOINED_SECONDS: Final = 1.5  # what is typed in one field within this is undone as one


class ScenarioTyping(QObject):
    """Writes into `draft`, and into nothing while that is locked."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.draft: ScenarioDraft | None = None
        self._pending: dict[Path, object] = {}
        self._last: tuple[Path, float] = ((), 0.0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.flush)

    @property
    def is_locked(self) -> bool:
        """Whether nothing can be changed."""
        return self.draft is None or self.draft.is_builtin

    @property
    def is_pending(self) -> bool:
        """Whether something was typed that the text does not say yet."""
        return bool(self._pending)

    @property
    def text(self) -> str:
        """What is written now; "" without a draft."""
        return "" if self.draft is None else self.draft.text

    def write(self, path: Path, value: object) -> None:
        """Write a value into the text: at once, or when the typing rests where that takes its time."""
        if self.is_locked:
            return
        self._pending[path] = value
        if len(self.text) <= AT_ONCE:
            self.flush()
        else:
            self._timer.start()

    def flush(self) -> None:
        """Write now what was typed."""
        self._timer.stop()
        pending, self._pending = self._pending, {}
        if self.draft is None:
            return
        for path, value in pending.items():
            last, at = self._last
            is_joined = last == path and monotonic() - at < JOINED_SECONDS
            self.draft.set(path, value, join=is_joined)
            self._last = path, monotonic()

    def edit(self, change: Callable[[str], str]) -> bool:
        """Change the text as a whole; return whether it could be."""
        if self.draft is None or self.is_locked:
            return False
        self.flush()
        self._last = (), 0.0
        self.draft.write(change(self.draft.text))
        return True

    def take_back(self, what: str) -> None:
        """ "undo" or "redo"."""
        self.flush()
        self._last = (), 0.0
        if self.draft is not None:
            self.draft.document.undo() if what == "undo" else self.draft.document.redo()
