"""What a thing said aside, of which the conversation knows nothing, so that its answers are known when they come."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

import msgspec

REMEMBERED: Final = 16
"""More would mean that the service answers nothing; the oldest are given up."""


class _Answer(msgspec.Struct):
    token: str = msgspec.field(name="clientToken", default="")


_decoder: Final = msgspec.json.Decoder(_Answer)


@dataclass(frozen=True, slots=True)
class Stray:
    """A message that was published, and the fault that made it. `token` is "" if no answer can name it."""

    topic: str
    token: str
    fault: str
    answered: asyncio.Future[bytes | None]  # None: the line was lost


class Strays:
    """Belongs to one line. `awaited` is false while nothing is; the line looks at it for each message."""

    __slots__ = ("awaited",)

    def __init__(self) -> None:
        self.awaited: deque[Stray] = deque(maxlen=REMEMBERED)

    def add(self, stray: Stray) -> Stray:
        """Await an answer."""
        self.awaited.append(stray)
        return stray

    def take(self, topic: str, payload: bytes) -> Stray | None:
        """Return what this message answers, and await it no longer; None if it answers something else."""
        asked, _, tail = topic.rpartition("/")
        if tail not in ("accepted", "rejected") or all(stray.topic != asked for stray in self.awaited):
            return None
        try:
            token = _decoder.decode(payload).token
        except (msgspec.DecodeError, UnicodeDecodeError):
            token = ""
        for stray in self.awaited:
            if stray.topic == asked and (stray.token == token or (not token and tail == "rejected")):
                self.awaited.remove(stray)
                return stray
        return None

    def clear(self) -> None:
        """Await nothing any more: the line is lost."""
        for stray in self.awaited:
            if not stray.answered.done():
                stray.answered.set_result(None)
        self.awaited.clear()
