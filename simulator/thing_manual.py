"""Manual mode: which part of its walk a thing may take, by what a person has granted. Pure."""

from enum import Enum, auto
from typing import Final

from simulator.scenario.actions import Action, Wait
from simulator.thing_walk import Part, ThingWalk, part_of

GRANTED_AHEAD: Final = 100
"""How many steps may be granted in advance."""

REPEATED: Final = 1000
"""How many actions of a step are remembered for doing it again."""


_NO_STEP: Final[Part] = ("", False)


class Leave(Enum):
    """What may become of the action that is due."""

    GO = auto()
    HURRY = auto()  # do it, without letting time pass
    HOLD = auto()


class Manual:
    """Belongs to one thing. While it is off everything may be done.

    A step is granted as a whole, and then goes by in its own time; granting another one meanwhile hurries it. Or a
    single update is granted; what lies before it then takes no time.
    """

    __slots__ = ("_allowed", "_done", "_entered", "_is_hurried", "_ordered", "_steps", "_updates", "_walk", "is_on")

    def __init__(self, walk: ThingWalk) -> None:
        self._walk = walk
        self.is_on = False
        self.begins()

    def begins(self) -> None:
        """Nothing is granted yet: an execution begins or has ended."""
        self._steps = self._updates = 0
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
        """Allow one more step; hurry the one under way."""
        if self._allowed is not None and self._walk.part() == self._allowed:
            self._is_hurried = True
        else:
            self._steps = min(self._steps + 1, GRANTED_AHEAD)

    def update(self) -> None:
        """Allow one more update."""
        self._updates = min(self._updates + 1, GRANTED_AHEAD)

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
        if part == self._allowed:
            return Leave.HURRY if self._is_hurried else Leave.GO
        self._allowed = None
        if part == _NO_STEP:  # conditions that hold from the beginning
            return Leave.GO
        if self._steps:
            self._steps -= 1
            self._allow(part)
            return Leave.GO
        if isinstance(action, Wait):
            return Leave.HURRY if self._updates or part == self._entered else Leave.HOLD
        if self._updates:
            self._updates -= 1
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

    def _allow(self, part: Part) -> None:
        self._allowed, self._is_hurried = part, False
        if part != self._entered:
            self._done = []
