"""Is there room for so many connections? Asked before anything is started, not found out when the sockets run dry.
And how much do so many things take, about?"""

import sys
from typing import Final

from simulator.errors import InputError

OWN_DESCRIPTORS: Final = 64  # the loop, pipes, logs, files being read
PER_THING: Final = 1  # one socket
OWN_BYTES: Final = 40_000_000  # a worker process without things: 37 MiB on Linux
BYTES_PER_THING: Final = 30_000  # connected, at rest: 2,000 of them took 57 MiB; messages that are kept come on top
WINDOWS_SELECT_LIMIT: Final = 512  # FD_SETSIZE, as CPython's select module is built there
_LADDER: Final = (1_048_576, 245_760, 65_536, 10_240, 4_096)  # macOS promises "unlimited" and refuses most of it


def descriptors_for(things: int) -> int:
    """Return about how many files a process has open that holds so many connections."""
    return things * PER_THING + OWN_DESCRIPTORS


def bytes_for(things: int) -> int:
    """Return about how much memory a process takes that holds so many connected things."""
    return OWN_BYTES + things * BYTES_PER_THING


def descriptors_available() -> int:
    """Raise this process's limit of open files as far as it goes, and return how many it may have open."""
    if sys.platform == "win32":
        return WINDOWS_SELECT_LIMIT
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft != hard:
        unlimited = hard == resource.RLIM_INFINITY
        for limit in (hard, *(step for step in _LADDER if unlimited or step < hard)):
            if limit != resource.RLIM_INFINITY and limit <= soft:
                continue
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            except (OSError, ValueError):
                continue
            soft = limit
            break
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def ensure_descriptors(things: int) -> None:
    """See that this process can hold `things` connections.

    Raises:
        InputError: it cannot; the sentence says how many it can hold. Nothing has been started.
    """
    room = max(0, descriptors_available() - OWN_DESCRIPTORS) // PER_THING
    if things > room:
        mend = "spread them over more processes with --workers"
        if sys.platform != "win32":
            mend += f", or raise the limit of open files (ulimit -n {descriptors_for(things)})"
        raise InputError(
            "", f"{things:,} things need more open connections than one process has here, which is {room:,}", mend
        )
