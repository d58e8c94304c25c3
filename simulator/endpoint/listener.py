"""Listening so that a fleet that comes all at once gets in, and newcomers do not hold up those who are inside."""

import asyncio
import contextlib
import errno
import logging
import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Final

from simulator.errors import InputError

logger = logging.getLogger(__name__)

BACKLOG: Final = 4096
"""Connections the system keeps waiting; a fleet that comes back after an outage comes all at once."""

FEWEST: Final = 1
MOST: Final = 32
SECONDS_EACH: Final = 0.001
"""A turn lets in one newcomer for so much of the processor as the last turn took, at least FEWEST and at most MOST.

One with garbage costs 0.15 ms: much less, else each flood would let more of itself in. (And by the clock instead of the
processor, turns are long whenever other programs are at work.) When each turn let in 32, those who flooded the endpoint
with garbage delayed everybody else by 5 ms. When each let in one, as libuv does (since 1.45, libuv pull request 3696),
turns of 70 ms, which 1,500 busy clients make, let newcomers in at 15 a second. So those inside keep most of the
processor, however many there are of either.
"""

REST_SECONDS: Final = 1.0
"""How long nobody is let in after the system had no descriptor left for a newcomer."""


def how_many(turn_seconds: float, *, is_more: bool) -> int:
    """Return how many newcomers a turn of the loop lets in after one that took the processor so long.

    `is_more`: somebody still waited after that turn. If not, it may have begun at any time, and says nothing.
    """
    return min(max(FEWEST, int(turn_seconds / SECONDS_EACH)), MOST) if is_more else FEWEST


class Listener:
    """Serves the protocols of `factory` on sockets that listen already."""

    def __init__(self, factory: Callable[[], asyncio.Protocol], sockets: list[socket.socket]) -> None:
        self.port = int(sockets[0].getsockname()[1])
        self._factory = factory
        self._loop = asyncio.get_running_loop()
        self._sockets = sockets
        self._opening: set[asyncio.Task[None]] = set()
        self._resting: dict[socket.socket, asyncio.TimerHandle] = {}
        self._let_in_at = time.thread_time()
        self._is_more = False  # after that, somebody still waited to be let in
        for listening in sockets:
            self._loop.add_reader(listening, self._let_in, listening)

    def close(self) -> None:
        """Let nobody in any more; a second call does nothing."""
        sockets, self._sockets = self._sockets, []
        for listening in sockets:
            self._loop.remove_reader(listening)
            listening.close()
        for rest in self._resting.values():
            rest.cancel()

    async def wait_closed(self) -> None:
        """Wait, after `close`, until those who were let in have reached their protocols."""
        if self._opening:
            await asyncio.wait(self._opening)

    def _let_in(self, listening: socket.socket) -> None:
        now = time.thread_time()
        allowed = how_many(now - self._let_in_at, is_more=self._is_more)
        self._let_in_at, self._is_more = now, False
        try:
            for _ in range(allowed):
                newcomer, _ = listening.accept()
                newcomer.setblocking(False)
                opening = self._loop.create_task(self._open(newcomer), name="newcomer")
                self._opening.add(opening)
                opening.add_done_callback(self._opening.discard)
            self._is_more = True
        except (BlockingIOError, ConnectionAbortedError):
            pass
        except OSError as exc:
            logger.warning("nobody is let in for %g s: %s", REST_SECONDS, exc.strerror)
            self._loop.remove_reader(listening)
            self._resting[listening] = self._loop.call_later(REST_SECONDS, self._go_on, listening)

    def _go_on(self, listening: socket.socket) -> None:
        del self._resting[listening]
        self._loop.add_reader(listening, self._let_in, listening)

    async def _open(self, newcomer: socket.socket) -> None:
        with contextlib.suppress(OSError):  # gone already
            await self._loop.connect_accepted_socket(self._factory, newcomer)


async def listen(factory: Callable[[], asyncio.Protocol], host: str, port: int) -> Listener:
    """Serve `factory`'s protocols on `host` and `port` (0: the system picks one).

    Raises:
        InputError: that cannot be listened on; nothing listens.
    """
    opened: list[socket.socket] = []
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, kind, protocol, _, address in dict.fromkeys(found):
            try:
                listening = socket.socket(family, kind, protocol)
            except OSError:
                if family == found[-1][0]:
                    raise
                continue  # a system without IPv6
            opened.append(listening)
            if os.name == "posix" and sys.platform != "cygwin":  # elsewhere it would let two programs share a port
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listening.bind((address[0], port, *address[2:]))  # getaddrinfo lets too high a port overflow
            listening.listen(BACKLOG)
            listening.setblocking(False)
        return Listener(factory, opened)
    except (OSError, OverflowError) as exc:
        for listening in opened:
            listening.close()
        raise _cannot_listen(host, port, exc) from exc


def _cannot_listen(host: str, port: int, exc: OSError | OverflowError) -> InputError:
    where = f"{host}:{port}"
    if isinstance(exc, OverflowError):
        return InputError(where, f"{port} is no port", "ask for a port from 0 to 65535")
    if exc.errno == errno.EADDRINUSE:
        return InputError(
            where, f"another program listens on port {port}", "stop it, or ask for port 0 to get a free one"
        )
    if exc.errno == errno.EACCES:
        return InputError(where, f"this user may not listen on port {port}", "ask for a port above 1023, or for 0")
    cause = exc.strerror or str(exc)
    return InputError(where, f"cannot listen there: {cause}", "name an address of this machine, such as 127.0.0.1")
