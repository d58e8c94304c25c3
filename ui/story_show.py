"""What the story's captions speak about: that it is there, however long the presenter took to come to them.

A wave of the demo's job is over after some twenty seconds; a talk is not.
"""

from collections.abc import Coroutine
from time import monotonic
from typing import Any, Final

from PySide6.QtCore import QObject

from simulator.fleet import LineAction
from simulator.jobs.model import JobStatus
from simulator.scenario.faults import FaultName
from ui.fleet_page import FleetPage
from ui.session import Session
from ui.status_style import CODE_OF
from ui.story_captions import FAILS, STALE, UNPLUGS
from ui.tasks import TaskOwner

FRESH: Final = 3  # a wave is worth telling of while one thing in so many still waits for it
SOON_SECONDS: Final = 3.0  # in which the first things of a new job are at work


class StoryShow(QObject):
    """Asks the session; at most one wish is under way."""

    def __init__(self, page: FleetPage, session: Session, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._session = session
        self._tasks = tasks
        self._is_busy = False
        self._soon_until = 0.0
        self.unplugged: list[str] = []

    # --- what is at work ---------------------------------------------------------------------------------------------

    def working(self) -> list[str]:
        """The things that have taken their execution, not ended it and have a line, in their order."""
        store, away = self._page.store, set(self.unplugged)
        return [
            name
            for row, name in enumerate(store.names)
            if store.is_working(name) and store.version[row] > 1 and name not in away
        ]

    def up_close(self, than: str = "") -> str:
        """The thing at work that has the most of its work before it, another `than` this; "" if none is at work."""
        return min((name for name in self.working() if name != than), key=self._how_far, default="")

    def _how_far(self, name: str) -> tuple[bool, int]:
        store, row = self._page.store, self._page.store.row_of[name]
        return not store.scenario[row].startswith("slow"), store.progress[row]

    def bring_wave(self, *, anew: bool = False) -> None:
        """See to it that there is a wave: unless enough things wait for theirs, all begin anew and get the next job."""
        if (anew or not self._is_fresh()) and self._may_begin():
            self.unplugged = []  # they begin anew with a line
            self._begin(self._session.demo.show_again())

    def bring_work(self, wanted: int) -> None:
        """See to it that so many things are at work before long; if they are not, all get the next job."""
        if len(self.working()) < wanted and not self._is_fresh() and self._may_begin():
            self._begin(self._session.demo.make_job())

    def _is_fresh(self) -> bool:
        """Whether a wave is under way that has a good part of the things still before it."""
        counts = self._page.store.status_counts
        waiting = counts[CODE_OF[None]] + counts[CODE_OF[JobStatus.QUEUED]]
        return counts[CODE_OF[JobStatus.IN_PROGRESS]] > 0 and waiting * FRESH >= len(self._page.store)

    def _may_begin(self) -> bool:
        """Whether nothing of the kind is on its way already, and jobs can be made."""
        is_coming = self._session.is_opening or self._is_busy or monotonic() < self._soon_until
        return not is_coming and not self._session.connection.why_no_control_plane()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._is_busy = True
        self._tasks.start(self._see_through(work), "demo job")

    async def _see_through(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        finally:
            self._is_busy = False
            self._soon_until = monotonic() + SOON_SECONDS

    # --- what is broken ----------------------------------------------------------------------------------------------

    def fail(self, reason: str) -> None:
        """Some things at work fail."""
        self._tasks.start(self._session.things.force(self.working()[:FAILS], JobStatus.FAILED, reason), "break")

    def send_stale(self) -> None:
        """Some things at work send an update with a version that is past."""
        self._tasks.start(self._session.things.misbehave(self.working()[:STALE], FaultName.STALE_VERSION), "break")

    def toggle_plugs(self) -> None:
        """Some things lose their line, those at work first; or those that have lost it get it back."""
        if self.unplugged:
            names, self.unplugged = self.unplugged, []
            self._tasks.start(self._session.things.line(names, LineAction.CONNECT), "break")
            return
        self.unplugged = list(dict.fromkeys(self.working() + self._page.store.names))[:UNPLUGS]
        self._tasks.start(self._session.things.line(self.unplugged, LineAction.DISCONNECT), "break")
