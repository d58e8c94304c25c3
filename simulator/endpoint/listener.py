"""Listening so that a fleet that comes all at once gets in while those already inside keep the loop busy."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from typing import Final

from simulator.errors import InputError

BACKLOG: Final = 4096
"""Connections the system keeps waiting; a fleet that comes back after an outage comes all at once."""

ACCEPTED_AT_ONCE: Final = 32
"""How many connections a turn of uvloop's loop accepts: it watches the listening socket so many times.

libuv accepts one connection in a turn (since 1.45, libuv pull request 3696). With 1,500 busy clients a turn takes
70 ms, and newcomers got in at 15 a second. asyncio's own loops accept as many as there are.
"""


async def listen(factory: Callable[[], asyncio.Protocol], host: str, port: int) -> list[asyncio.Server]:
    """Serve `factory`'s protocols on `host` and `port` (0: the system picks one); the first server knows which.

    Raises:
        InputError: that cannot be listened on; nothing listens.
    """
    loop = asyncio.get_running_loop()
    servers: list[asyncio.Server] = []
    try:
        servers.append(await loop.create_server(factory, host, port, backlog=BACKLOG))
        if type(loop).__module__.startswith("uvloop"):
            for bound in servers[0].sockets * (ACCEPTED_AT_ONCE - 1):
                again = socket.socket(bound.family, bound.type, bound.proto, fileno=os.dup(bound.fileno()))
                servers.append(await loop.create_server(factory, sock=again, backlog=BACKLOG))
    except (OSError, OverflowError) as exc:
        for server in servers:
            server.close()
        raise _cannot_listen(host, port, exc) from exc
    return servers


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
