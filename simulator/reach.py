"""Is an endpoint there? Asked once before a run, so that a wrong address is told in a second and not in a minute."""

import asyncio
import contextlib
import os
from typing import Final

from simulator.errors import UnreachableError
from simulator.transport.address import parse_address

PROBE_SECONDS: Final = 5.0


async def probe(address: str) -> None:
    """See whether anything listens at an MQTT address.

    Raises:
        InputError: it is no address.
        UnreachableError: nothing does, or not within PROBE_SECONDS.
    """
    where = parse_address(address)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_connection(where.host, where.port)
    except TimeoutError as exc:
        raise UnreachableError(address, f"no answer within {PROBE_SECONDS:g} s") from exc
    except OSError as exc:
        raise UnreachableError(address, _in_words(exc)) from exc
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def _in_words(exc: OSError) -> str:
    """Return the system's words; asyncio puts its own around them, differently on each loop."""
    words = os.strerror(exc.errno) if exc.errno is not None and exc.errno > 0 else exc.strerror or str(exc)
    return words[:1].lower() + words[1:]
