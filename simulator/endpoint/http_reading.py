"""A request before it is known what it asks for: whether it may be read, and its body, bounded in size and time."""

import asyncio
from collections.abc import Collection
from typing import Final

from aiohttp import web
from aiohttp.http import HttpVersion11

from simulator.endpoint.http_errors import Problem, ProblemError, forbidden, invalid, too_large, too_slow
from simulator.endpoint.http_guard import refusal

BODY_BYTES: Final = 1024 * 1024  # the largest request there can be, 100 target ARNs and an escaped document, is half
READ_PAST_BYTES: Final = 8 * BODY_BYTES
BODY_SECONDS: Final = 30.0  # real seconds a body may take to arrive


async def promise(request: web.BaseRequest) -> None:
    """Let a client go on that asks before it sends a body.

    Raises:
        ProblemError: it expects something else.
    """
    expectation = request.headers.get("Expect")
    if expectation is None:
        return
    if expectation.lower() != "100-continue":
        message = f"There is no expectation '{expectation[:80]}'."
        raise ProblemError(Problem(name="ExpectationFailedException", http_status=417, message=message))
    if request.version >= HttpVersion11 and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def refuse_strangers(request: web.BaseRequest, allowed_hosts: Collection[str]) -> None:
    transport = request.transport
    address = transport.get_extra_info("sockname") if transport is not None else None
    reason = refusal(request.headers, str(address[0]) if address else "", allowed_hosts)
    if reason is not None:
        raise ProblemError(forbidden(reason))


async def read_body(request: web.BaseRequest) -> bytes:
    """Return the body. A larger one than allowed is read past up to a point, so that the refusal gets through.

    Raises:
        ProblemError: it is too large, too slow or broken.
    """
    body = bytearray()
    read_bytes = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                read_bytes += len(chunk)
                if read_bytes <= BODY_BYTES:
                    body.extend(chunk)
                elif read_bytes > READ_PAST_BYTES:
                    break
    except TimeoutError:
        raise ProblemError(too_slow(BODY_SECONDS)) from None
    except (web.RequestPayloadError, ConnectionError) as exc:  # of one that has gone, nobody reads the answer
        raise ProblemError(invalid(f"The body cannot be read: {exc}")) from None
    if read_bytes > BODY_BYTES:
        raise ProblemError(too_large(BODY_BYTES))
    return bytes(body)
