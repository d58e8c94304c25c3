"""Manual mode: which part of its walk a thing may take, by what a person has granted. Pure."""

from enum import Enum, auto
from typing import Final

from simulator.scenario.actions import Action, Report, Wait
from simulator.thing_walk import Part, ThingWalk, part_of

REPEATED: Final = 1000
"""How many actions of a step are remembered for doing it again."""


_NO_STEP: Final[Part] = ("", False)


class Leave(Enum):
    """What may become of the action that is due."""

    GO = auto()
    HURRY = auto()  # do it, without letting time pass
    HOLD = auto()


class Manual:
    """Belongs to one thing. While it is off everything may be done; while it is on the thing holds before every step.

    Two things can be granted, and neither of them in advance: nothing is sent that could not be seen before.

    A step: what is left of the step that is due. It goes by in its own time, however many updates it sends, and then
    the thing holds again. Granted once more meanwhile, the rest of it takes no time; the next step is not granted.

    An update: the next one alone. What lies before it takes no time, a step that sends nothing included. In the middle
    of a step that was granted it is brought forward, and the rest of the step goes on.
    """

    __slots__ = ("_allowed", "_done", "_entered", "_is_hurried", "_ordered", "_update", "_walk", "is_on")

    def __init__(self, walk: ThingWalk) -> None:
        self._walk = walk
        self.is_on = False
        self.begins()

    def begins(self) -> None:
        """Nothing is granted yet: an execution begins or has ended."""
        self._update = False  # granted, and not begun yet
        self._allowed: Part | None = None  # the step that was granted
        self._entered: Part | None = None  # the step of the newest action that was done
        self._is_hurried = False
        self._ordered: Action | None = None  # needs no grant
        self._done: list[Action] = []  # of the step that is under way, or the newest one

    def turn(self, on: bool) -> None:
        """Switch manual mode on or off. A step that is under way then stays where it is."""
        self.is_on = self._walk.leaves_nothing_out = on
        self.begins()
        before = self._walk.before
        self._entered = None if before is None else part_of(before)

    # --- what is granted ----------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Allow what is left of the step that is due; hurry the one under way."""
        due = self._walk.part()
        if due == self._allowed:
            self._is_hurried = True
        else:
            self._allow(due)

    def update(self) -> None:
        """Allow the next update, unless the one before is still without an answer."""
        self._update = self._walk.action() is not self._ordered

    def repeat(self) -> None:
        """Do the step again that was done last; nothing if there was none in manual mode."""
        done, self._done = self._done, []
        if done:
            self._walk.put_in_front(done)
            self._allowed, self._is_hurried = part_of(done[0]), False

    def skip(self) -> None:
        """Leave out what is left of the step that is due. The end of the walk is never left out."""
        self._walk.leave_out()
        self._allowed = None

    def order(self, action: Action) -> None:
        """This was ordered by hand and needs no leave."""
        self._ordered = action

    # --- what may be done ---------------------------------------------------------------------------------------------

    def leave(self, action: Action) -> Leave:
        """Return what may become of `action`, which is due; a grant that this needs is used up."""
        if action is self._ordered:
            return Leave.GO
        part = part_of(action)
        if self._allowed is not None:
            if part == self._allowed:
                return self._goes_by(action)
            self._allowed, self._update = None, False  # over; what was granted for it is granted for nothing else
        if part == _NO_STEP:  # conditions that hold from the beginning
            return Leave.GO
        if isinstance(action, Wait):
            return Leave.HURRY if self._update or part == self._entered else Leave.HOLD
        if self._update:
            self._update = False
            self._ordered = action
            return Leave.GO
        return Leave.HOLD

    def done(self, action: Action) -> None:
        """Remember an action that is done."""
        part = part_of(action)
        if part != self._entered:
            self._done = []
            self._entered = part
        if len(self._done) < REPEATED:
            self._done.append(action)

    def _goes_by(self, action: Action) -> Leave:
        """What becomes of an action of the step that was granted."""
        is_hurried = self._is_hurried or self._update
        if isinstance(action, Report):
            self._update = False
        return Leave.HURRY if is_hurried else Leave.GO

    def _allow(self, part: Part) -> None:
        self._allowed, self._is_hurried = part, False
        if part != self._entered:
            self._done = []
