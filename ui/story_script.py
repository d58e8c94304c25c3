"""Where the demo's story is: which caption is shown, and what comes with it. It asks the window; it paints nothing."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal

from ui import story_captions, wall_order
from ui.fleet_page import FleetPage
from ui.session import Session
from ui.story_captions import FAILS, UNPLUGS, Act, Caption
from ui.story_show import StoryShow
from ui.tasks import TaskOwner

FLEET, JOB, WAVE, ONE, BREAK, REPORT = range(1, 7)
"""The captions by number; 0: the story is not told."""
MOST_LOOKS: Final = 75  # five a second, while things are awaited that can be broken


class StoryScript(QObject):
    """The presenter leads: what a caption speaks about is brought when he comes to it, also when he goes back.

    `told` comes when what is to be read has changed, `ended` when the story is over or left.
    """

    told = Signal()
    ended = Signal()

    def __init__(
        self,
        page: FleetPage,
        session: Session,
        tasks: TaskOwner,
        go_to: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._go_to = go_to
        self._show = StoryShow(page, session, tasks, self)
        self._wanted: Act | None = None  # waits until enough things are at work
        self._awaits_one = False  # likewise, for one to look at
        self._looks = 0
        self._looked_at = ""
        self._pane_before: bool | None = None  # whether the pane was wanted before the story opened it
        self.number = 0
        self._things = 0
        page.counted.connect(self._look)

    def captions(self) -> tuple[Caption, ...]:
        """All six, with the numbers as they are now."""
        unplugged, awaits = len(self._show.unplugged), self._wanted is not None
        return story_captions.captions(len(self._page.store), unplugged=unplugged, awaits=awaits)

    def caption(self) -> Caption:
        """The one that is shown."""
        return self.captions()[self.number - 1]

    # --- from caption to caption -------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Tell it from the start."""
        self._turn_to(FLEET)

    def go_on(self) -> None:
        """The next caption; after the last one the story is over."""
        if self.number == REPORT:
            self.leave()
        else:
            self._turn_to(self.number + 1)

    def go_back(self) -> None:
        """The caption before; before the first there is none."""
        if self.number > FLEET:
            self._turn_to(self.number - 1)

    def leave(self) -> None:
        """Tell no more."""
        if self.number:
            self._put_away()
            self.number = 0
            self.ended.emit()

    def _turn_to(self, number: int) -> None:
        if self.number == ONE:
            self._page.table.clearSelection()
        self._put_away()
        self.number = number
        if number != REPORT:
            self._go_to("fleet")
        if number in (FLEET, JOB, WAVE):
            self._page.show_view("wall")
            self._page.wall_bar.pick(wall_order.ROLLOUT if number == WAVE else wall_order.NAME)
        if number in (JOB, WAVE):
            self._show.bring_wave()
        elif number == ONE:
            self._pane_before = self._page.splitter.pane_wanted
            self._look_at_another()
        elif number == BREAK:
            self._show.bring_work(UNPLUGS)
        self.told.emit()

    def _put_away(self) -> None:
        """What belonged to the caption that is left: the pane is as it was before, and nothing is awaited."""
        self._wanted = None
        self._awaits_one = False
        if self.number == ONE:
            self._page.splitter.show_pane(self._pane_before)  # the wall has its room again

    # --- what its buttons do -----------------------------------------------------------------------------------------

    def do(self, what: Act) -> None:
        """Do what a caption's button says."""
        if what is Act.REPORT:
            self._go_to("report")
        elif what is Act.UNPLUG:
            self._show.toggle_plugs()
        elif what is Act.AGAIN and self.number == ONE:
            self._look_at_another()
        elif what is Act.AGAIN:
            self._show.bring_wave(anew=True)
        else:
            self._wanted, self._looks = what, 0
            self._break_if_there_is_enough()
        self.told.emit()

    def _break_if_there_is_enough(self) -> None:
        """If there is not yet, another job is asked for, and broken as soon as enough things are at work on it."""
        if len(self._show.working()) < FAILS:
            self._show.bring_work(FAILS)
        elif self._wanted is Act.FAIL:
            self._wanted = None
            self._show.fail(self.tr("broken on purpose"))
        else:
            self._wanted = None
            self._show.send_stale()

    def _look_at_another(self) -> None:
        """At a thing at work, another than before; if none is, at the first that will be."""
        self._show.bring_work(2)
        name = self._show.up_close(than=self._looked_at)
        self._awaits_one = not name
        if not name:
            return
        self._looked_at = name
        self._page.table.select_names([name], name)
        self._page.splitter.show_pane(True)

    def _look(self) -> None:
        """Five times a second: is there what is waited for?"""
        things, self._things = self._things, len(self._page.store)
        if self.number == FLEET and things != self._things:
            self.told.emit()
        if self._awaits_one:
            self._look_at_another()
        if self._wanted is not None:
            self._looks += 1
            self._break_if_there_is_enough()
            if self._looks == MOST_LOOKS:
                self._wanted = None
            if self._wanted is None:
                self.told.emit()
