"""A transport as its owner sees it: what it told, kept in order, and waited for with a deadline."""

import asyncio
import threading
import time
from collections.abc import Callable

from simulator.transport.base import Link, LinkHandler, MessageHandler, Transport

PATIENCE_SECONDS = 15.0

MakeTransport = Callable[[str, MessageHandler, LinkHandler], Transport]


class Line:
    """One client on a transport. `links` is all it was told of its line, `messages` what arrived."""

    def __init__(self, make: MakeTransport, client_id: str) -> None:
        self.links: list[tuple[Link, str]] = []
        self.messages: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._changed = asyncio.Event()
        self.transport = make(client_id, self._on_message, self._on_link)

    @property
    def link(self) -> Link:
        return self.links[-1][0] if self.links else Link.OFFLINE

    @property
    def states(self) -> list[Link]:
        return [link for link, _ in self.links]

    async def online(self, *filters: str) -> "Line":
        """Open and subscribe."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.transport.open()
            if filters:
                await self.transport.subscribe(filters)
        return self

    async def becomes(self, link: Link) -> str:
        """Wait until the line is told to be `link`, beginning now; return the reason."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.link is not link:
                self._changed.clear()
                await self._changed.wait()
        return self.links[-1][1]

    async def told(self, times: int) -> None:
        """Wait until the line has been told of `times` changes in all."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.links) < times:
                self._changed.clear()
                await self._changed.wait()

    async def receives(self) -> tuple[str, bytes]:
        """Take the next message."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.messages.get()

    def _on_message(self, topic: str, payload: bytes) -> None:
        self.messages.put_nowait((topic, payload))

    def _on_link(self, link: Link, reason: str) -> None:
        assert not self.links or self.links[-1] != (link, reason), f"told twice of {link}"
        self.links.append((link, reason))
        self._changed.set()


async def no_dialling_threads() -> None:
    """The threads that dial are told to end and not waited for; they are given a moment here."""
    deadline = time.monotonic() + 5
    while left := [thread.name for thread in threading.enumerate() if thread.name.startswith("dial")]:
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.01)
