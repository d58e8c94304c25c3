"""Problems told, and withdrawn when they are over; whoever shows them listens here."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from ui.banner import Problem, Severity
from ui.tasks import TaskOwner


class Teller(QObject):
    """One voice for all parts of a session."""

    told = Signal(object)  # a Problem
    ended = Signal(str)  # a problem's kind is no longer true

    def __init__(self, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks

    def tell(
        self,
        kind: str,
        severity: Severity,
        sentence: str,
        fix_text: str = "",
        fix: Callable[[], Coroutine[Any, Any, None]] | None = None,
        show: Callable[[], None] | None = None,
    ) -> None:
        """Tell a problem whose fix is a coroutine of ours; `show` shows the things it is about."""
        mend = None if fix is None else lambda: self._tasks.start(fix(), kind)
        self.told.emit(Problem(kind=kind, severity=severity, sentence=sentence, fix_text=fix_text, fix=mend, show=show))
