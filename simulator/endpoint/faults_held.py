"""Messages that faults hold back: until a moment of simulated time, or until another has overtaken them."""

import itertools
from collections.abc import Callable
from typing import Final

from simulator.clock import Clock
from simulator.endpoint.timers import Deadlines

MOST: Final = 20_000
"""So many messages wait at most; beyond it one that is to wait is sent at once."""


class Held:
    """What waits. `on_overtaken` is called when nothing waits any more to be overtaken."""

    def __init__(self, clock: Clock, on_overtaken: Callable[[], None]) -> None:
        self._due: dict[str, Callable[[], None]] = {}
        self._next: dict[str, str] = {}  # by client id (or topic, where clients are not known): which key waits
        self._numbers = itertools.count()
        self._deadlines: Deadlines[str] = Deadlines(clock, self._go)
        self._stop_watching = clock.on_change(self._deadlines.rearm)
        self._on_overtaken = on_overtaken

    def __len__(self) -> int:
        return len(self._due)

    @property
    def waits_for_next(self) -> bool:
        """Whether a message waits to be overtaken."""
        return bool(self._next)

    def at(self, moment: float, action: Callable[[], None]) -> str:
        """Do `action` at a moment (simulated epoch seconds); return by which key it is known."""
        key = str(next(self._numbers))
        if len(self._due) >= MOST:
            action()
            return key
        self._due[key] = action
        self._deadlines.set(key, moment)
        return key

    def until_next(self, client_id: str, topic: str, moment: float, deliver: Callable[[], None]) -> None:
        """Send after the next message to the same client, but at `moment` at the latest.

        One that waits already goes first: two cannot both be last.
        """
        whose = client_id or _thing_of(topic)
        self._next.pop(whose, None)
        self._next[whose] = self.at(moment, deliver)

    def overtaken_by(self, client_id: str, topic: str) -> Callable[[], None] | None:
        """Return what is to be done after the message that goes out now, None if nothing waits for it."""
        if not self._next:
            return None
        key = self._next.pop(client_id or _thing_of(topic), None)
        if key is None:
            return None
        action = self._due.pop(key, None)
        self._deadlines.set(key, None)
        if not self._next:
            self._on_overtaken()
        return action

    def release(self) -> None:
        """Do all of it now, in the order in which it came."""
        due = list(self._due.items())
        self._next.clear()
        for key, _ in due:
            self._deadlines.set(key, None)
        self._due.clear()
        for _, action in due:
            action()

    def close(self) -> None:
        """Forget all of it."""
        self._stop_watching()
        self._deadlines.close()
        self._due.clear()
        self._next.clear()

    def _go(self, key: str) -> None:
        action = self._due.pop(key, None)
        for whose, waiting in self._next.items():
            if waiting == key:
                del self._next[whose]
                break
        if action is not None:
            action()
        if not self._next:
            self._on_overtaken()


def _thing_of(topic: str) -> str:
    return topic.split("/", 3)[2] if topic.startswith("$aws/things/") else topic
