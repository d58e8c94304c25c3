"""`thing-simulator run --manual`: things wait before each step, and keys let them go on, under a live table."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from simulator.errors import InputError
from simulator.feed import Activity
from simulator.fleet import Fleet, StepAction
from simulator.jobs.model import JobStatus
from simulator.owner import Owner
from simulator.watch import Watch

Command = Callable[[Fleet, list[str]], Awaitable[None]]

HELP: Final = "s step  u update  r repeat  x skip  1 succeed  2 fail  3 reject  4 fall silent  Tab next thing  a all"
REASON: Final = "chosen by hand"
TAB: Final = "\t"
KEYS_WAITING: Final = 64
GOODBYE_SECONDS: Final = 1.0


def _act(action: StepAction) -> Command:
    return lambda fleet, names: fleet.act(names, action)


def _end(status: JobStatus | None) -> Command:
    return lambda fleet, names: fleet.force(names, status, REASON)


COMMANDS: Final[Mapping[str, Command]] = {
    "s": _act(StepAction.STEP),
    "u": _act(StepAction.UPDATE),
    "r": _act(StepAction.REPEAT),
    "x": _act(StepAction.SKIP),
    "1": _end(JobStatus.SUCCEEDED),
    "2": _end(JobStatus.FAILED),
    "3": _end(JobStatus.REJECTED),
    "4": _end(None),
}


class ManualKeys:
    """What the keys do: to all things, or to the one that Tab has chosen. Belongs to one loop."""

    def __init__(self, watch: Watch, fleet: Callable[[], Fleet | None]) -> None:
        """`fleet` returns the fleet once there is one; keys before that do nothing."""
        self._watch = watch
        self._fleet = fleet
        self._chosen = ""  # "": all
        self._owner = Owner()
        self._typed: asyncio.Queue[str] = asyncio.Queue(KEYS_WAITING)

    def start(self) -> None:
        """Begin to carry out what is typed, one key after the other."""
        self._owner.start(self._carry_out(), name="keys")

    async def close(self) -> None:
        """Stop."""
        await self._owner.close(GOODBYE_SECONDS)

    @property
    def title(self) -> str:
        """Who waits, whom the keys are for, and what they do, in a line."""
        waiting = len(self._waiting())
        return f"{waiting:,} waiting  keys for {self._chosen or 'all things'}:  {HELP}"

    def on_key(self, key: str) -> None:
        """Take a key; more than can be carried out are dropped."""
        key = key.lower()
        if key == TAB:
            self._chosen = self._next()
        elif key == "a":
            self._chosen = ""
        elif key in COMMANDS and not self._typed.full():
            self._typed.put_nowait(key)

    async def _carry_out(self) -> None:
        while True:
            key = await self._typed.get()
            fleet = self._fleet()
            if fleet is not None:
                await COMMANDS[key](fleet, [self._chosen] if self._chosen else list(self._watch.snapshots))

    def _waiting(self) -> list[str]:
        snapshots = self._watch.snapshots
        return sorted(name for name, one in snapshots.items() if one.activity is Activity.WAITING_FOR_STEP)

    def _next(self) -> str:
        """Return the next thing that waits, by name; after the last one all of them ("")."""
        return next((name for name in self._waiting() if name > self._chosen), "")


def require_terminal(is_terminal: bool) -> None:
    """See that keys can be read and the table be shown.

    Raises:
        InputError: there is no terminal.
    """
    if not is_terminal:
        mend = "run it in a terminal, or step things in the window"
        raise InputError("--manual", "there is no terminal to read keys from", mend)
