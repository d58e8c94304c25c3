"""The marks that endpoints leave at a broker: by them one sees another that serves it too, under another client id.

Each endpoint retains its mark while it is connected; its will takes the mark away. Two with the same client id are told
apart by the broker, which lets only one of them in.
"""

from collections.abc import Callable
from typing import Final

from simulator.jobs.topics import PREFIX

_END: Final = "/jobs/endpoint"
MARKS: Final = f"{PREFIX}+{_END}"
MOST_TOLD: Final = 8
"""Of so many others one is told: whoever can publish marks cannot fill a screen with them."""


def mark_of(client_id: str) -> str:
    """Return the topic of an endpoint's mark: one that it must be allowed to use anyway."""
    return f"{PREFIX}{client_id}{_END}"


class Marks:
    """What an endpoint has seen of the others' marks."""

    def __init__(self, own_id: str, address: str, tell: Callable[[str], None]) -> None:
        """`tell` is given a sentence about each other endpoint, once while its mark is there."""
        self._own_id = own_id
        self._address = address
        self._tell = tell
        self._others: set[str] = set()

    def take(self, topic: str, payload: bytes) -> bool:
        """Take in a message, if it is a mark; return whether it is."""
        if not topic.endswith(_END):
            return False
        other = topic.removeprefix(PREFIX).removesuffix(_END)
        if not payload:
            self._others.discard(other)
        elif other != self._own_id and other not in self._others and len(self._others) < MOST_TOLD:
            self._others.add(other)
            self._tell(
                f"{self._address}: another endpoint serves this broker too, as {other[:128]}, and each request gets "
                "two answers; stop one of them, or start both with the same --broker-id, and only the later one answers"
            )
        return True
