"""Looks at a scenario while it is written: has it checked and walked beside the window, the newest text alone."""

import asyncio
from threading import Event
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from ui.scenario_check import ALL_SECONDS, FIRST_SECONDS, Checked, Walker, check
from ui.scenario_draft import ScenarioDraft
from ui.scenario_shelf import ScenarioShelf
from ui.tasks import TaskOwner

DELAY_MS: Final = 100  # after the last key


class ScenarioWatch(QObject):
    """`checked` comes with a Checked, `walked` with an Outlook; both are about the draft as it was a moment ago."""

    checked = Signal(object)
    walked = Signal(object)

    def __init__(self, shelf: ScenarioShelf, tasks: TaskOwner, seed: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf, self._tasks, self._seed = shelf, tasks, seed
        self._draft: ScenarioDraft | None = None
        self._stop = Event()
        self._is_busy = self._is_again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._begin)

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be told of what is written now."""
        return self._is_busy or self._timer.isActive()

    def look(self, draft: ScenarioDraft, delay_ms: int = DELAY_MS) -> None:
        """Look at this one soon; what is being looked at is given up."""
        self._draft = draft
        self._is_again = True
        self._stop.set()
        self._timer.start(delay_ms)

    def rest(self) -> None:
        """Look no further."""
        self._timer.stop()
        self._draft = None
        self._stop.set()

    def _begin(self) -> None:
        if not self._is_busy and self._draft is not None:
            self._is_busy = True
            self._tasks.start(self._look(), "scenario")

    async def _look(self) -> None:
        try:
            while (draft := self._draft) is not None and self._is_again:
                self._is_again = False
                stop = self._stop = Event()
                await self._look_at(draft, stop)
        finally:
            self._stop.set()
            self._is_busy = False

    async def _look_at(self, draft: ScenarioDraft, stop: Event) -> None:
        file = draft.path.name if draft.path is not None else draft.title
        taken, others = self._shelf.taken_by_others(draft), self._shelf.texts(draft)
        checked: Checked = await asyncio.to_thread(check, draft.text, file, others, taken)
        if self._draft is not draft or draft.text != checked.text:
            return
        self.checked.emit(checked)
        if checked.scenario is None:
            return
        walker = Walker(checked.scenario, self._seed, stop)
        for seconds in (FIRST_SECONDS, ALL_SECONDS):
            outlook = await asyncio.to_thread(walker.go_on, seconds)
            if outlook is None or self._draft is not draft:
                return
            self.walked.emit(outlook)
            if outlook.is_done:
                return
