"""Bytes that are nearly HTTP, and requests that are nearly AWS's, from a seed; and a client that throws them at a port.

What must hold: no answer is a 500 or above but 501, which stands for what is not offered; nothing is logged as our own
fault; and another client is answered all the while.
"""

import asyncio
import contextlib
import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from urllib.parse import quote

from simulator.endpoint.http_api import ROUTES

METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "get", "TRACE", "", "G\x00T", "PUT" * 20)
NAMES: Final = ("t", "j", "t1", "$next", "%00", "..", "%2e%2e%2f", "a" * 200, "%ff%fe", "ä", "0", "-1", "1" * 30, "")
MEMBERS: Final = (
    "status", "statusDetails", "expectedVersion", "executionNumber", "clientToken", "includeExecutionState",
    "includeJobDocument", "stepTimeoutInMinutes", "targets", "document", "description", "timeoutConfig", "abortConfig",
    "jobExecutionsRolloutConfig", "jobExecutionsRetryConfig", "schedulingConfig", "targetSelection",
    "presignedUrlConfig", "documentParameters", "thingName", "thingGroupName", "attributePayload",
    "comment", "reasonCode", "jobTemplateArn",
    "kind", "timeScale", "probability", "thing", "tags", "eventConfigurations", "maxResults", "nextToken",
)  # fmt: skip
QUERY: Final = (
    "maxResults",
    "nextToken",
    "status",
    "jobId",
    "executionNumber",
    "includeJobDocument",
    "force",
    "endpointType",
)
SCALARS: Final = (
    None, True, False, 0, 1, -1, 10**30, 1.5, -0.0, 1e308, "", "IN_PROGRESS", "SUCCEEDED", "x" * 3000, "\x00", "\ud800",
    "arn:aws:iot:us-east-1:123456789012:thing/t", "arn:aws:iot:us-east-1:123456789012:thinggroup/g", "{}", "[]", "1",
    "2026-01-01T00:00:00Z", "CONTINUOUS", "ä€😀",
)  # fmt: skip
PATHS: Final = (
    *(route.path for route in ROUTES),
    "/_simulator/faults", "/_simulator/faults/{id}", "/_simulator", "/metrics", "/", "//", "/{x}", "*",
)  # fmt: skip
WAIT_SECONDS: Final = 0.2
"""For an answer; inputs that are but the half of a request get none."""

QUIET: Final = frozenset(("/_simulator/faults", "/_simulator/clock"))
"""Never written to: a fault or another clock that took would answer for the endpoint from then on."""


class Maker:
    """Makes inputs; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def request(self) -> bytes:
        """Return one input: most are requests that parse and mean nonsense, some are broken bytes."""
        random = self._random
        method, path = random.choice(METHODS[:5]), random.choice(PATHS)
        if random.random() < 0.03:
            method = random.choice(METHODS)
        if path in QUIET:
            method = "GET" if random.random() < 0.5 else "POST"
        target = "/".join(
            quote(part, safe="%$") if "{" not in part else random.choice(NAMES) for part in path.split("/")
        )
        if random.random() < 0.4:
            pairs = (f"{random.choice(QUERY)}={quote(str(random.choice(SCALARS)), errors='replace')}" for _ in range(3))
            target += "?" + "&".join(pairs)
        body = b"" if random.random() < 0.3 else self._body(is_fault="/_simulator" in path)
        service = random.choice(("iot", "iot-jobs-data", "", "s3", "\x7f"))
        head = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1"]
        if service:
            scope = f"AK/20260101/us-east-1/{service}/aws4_request"
            head.append(f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")
        if random.random() < 0.03:
            head.append(
                random.choice(("Content-Length: x", "Transfer-Encoding: chunked", "Expect: 100-continue", ": x"))
            )
        elif body or method != "GET":
            head.append(f"Content-Length: {len(body)}")
        data = "\r\n".join(head).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body
        return self._broken(data) if random.random() < 0.08 else data

    def _body(self, *, is_fault: bool) -> bytes:
        random = self._random
        members = {random.choice(MEMBERS): self._value(3) for _ in range(random.randrange(5))}
        if is_fault:
            members["nonsense"] = 1  # so that no fault is made that would change what others get
        data = json.dumps(members).encode()
        return self._broken(data) if random.random() < 0.15 else data

    def _value(self, depth: int) -> Any:
        random = self._random
        choice = random.random()
        if depth and choice < 0.15:
            return [self._value(depth - 1) for _ in range(random.randrange(4))]
        if depth and choice < 0.35:
            return {random.choice(MEMBERS): self._value(depth - 1) for _ in range(random.randrange(4))}
        return random.choice(SCALARS)

    def _broken(self, data: bytes) -> bytes:
        random, broken = self._random, bytearray(data)
        for _ in range(random.randrange(1, 5)):
            at = random.randrange(len(broken) + 1)
            match random.randrange(3):
                case 0:
                    broken[at : at + random.randrange(1, 20)] = b""
                case 1:
                    broken[at:at] = random.randbytes(random.randrange(1, 20))
                case 2:
                    broken[at:at] = broken[at : at + 40]
        return bytes(broken)


@dataclass
class Seen:
    """What came back: answers by status, connections that ended instead, and what must not be."""

    inputs: int = 0
    closed: int = 0
    by_status: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


async def throw(port: int, count: int, seed: int, seen: Seen) -> None:
    """Send `count` inputs one after the other, on new connections where one has ended."""
    maker = Maker(seed)
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    try:
        for _ in range(count):
            data = maker.request()
            if connection is None:
                connection = await asyncio.open_connection("127.0.0.1", port)
            status = await _exchange(*connection, data)
            seen.inputs += 1
            if status is None:
                seen.closed += 1
                await _close(connection[1])
                connection = None
            else:
                seen.by_status[status] += 1
                if status >= 500 and status != 501:
                    seen.wrong.append(f"status {status} for {data[:400]!r}")
    finally:
        if connection is not None:
            await _close(connection[1])


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> int | None:
    """Send and return the status; None if the connection ended, or waits for what will not come."""
    try:
        writer.write(data)
        async with asyncio.timeout(WAIT_SECONDS):
            line = await reader.readline()
            status = int(line.split()[1])
            if status == 100:
                await reader.readline()
                status = int((await reader.readline()).split()[1])
            length = 0
            while (line := await reader.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not data.startswith(b"HEAD"):
                await reader.readexactly(length)
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, IndexError, ValueError):
        return None
    return status


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
