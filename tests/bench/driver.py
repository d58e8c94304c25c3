"""A load driver that costs next to nothing: raw MQTT 3.1.1 over TCP or WebSocket, one update in flight per busy lane.

It is deliberately not paho: the endpoint is to be the bottleneck, not the client. An answer is recognised by the tail
of its topic in the bytes that come in.
"""

import asyncio
import base64
import contextlib
import math
import os
import ssl
import struct
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

ANSWER = b"/update/accepted"
REFUSAL = b"/update/rejected"
NOTIFY = b"/jobs/notify-next"


def packet(kind: int, body: bytes) -> bytes:
    """One MQTT packet with its fixed header."""
    length, header = len(body), bytearray([kind])
    while True:
        length, digit = length >> 7, length & 0x7F
        header.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(header) + body


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def in_frame(payload: bytes) -> bytes:
    """A binary WebSocket frame as a client sends it; the mask is zero, which leaves the payload as it is."""
    size = len(payload)
    head = bytes([0x82, 0x80 | size]) if size < 126 else bytes([0x82, 0xFE]) + struct.pack(">H", size)
    return head + b"\0\0\0\0" + payload


class Lane(asyncio.Protocol):
    """One connected thing."""

    def __init__(self, thing: str, job_id: str, websocket_host: str, on_answer: Callable[["Lane"], None]) -> None:
        self.thing = thing
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.notified = 0
        self.refused = 0
        self._wrap: Callable[[bytes], bytes] = in_frame if websocket_host else (lambda data: data)
        self._websocket_host = websocket_host
        root = f"$aws/things/{thing}/jobs"
        self._connect = packet(0x10, text("MQTT") + bytes([4, 2]) + struct.pack(">H", 1200) + text(thing))
        filters = b"".join(text(f"{root}/{tail}") + b"\0" for tail in ("notify-next", f"{job_id}/update/+"))
        self._subscribe = packet(0x82, b"\0\1" + filters)
        self._update = self._wrap(packet(0x30, text(f"{root}/{job_id}/update") + b'{"status":"IN_PROGRESS"}'))
        self._transport: asyncio.Transport | None = None
        self._tail = b""
        self.on_answer = on_answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._websocket_host:
            key = base64.b64encode(os.urandom(16)).decode()
            self._transport.write(
                f"GET /mqtt HTTP/1.1\r\nHost: {self._websocket_host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Protocol: mqtt\r\n\r\n".encode()
            )
        else:
            self._transport.write(self._connect + self._subscribe)

    def data_received(self, data: bytes) -> None:
        if not self.ready.done():
            self._set_up(data)
            return
        window = self._tail + data
        self._tail = window[-len(NOTIFY) :]
        seen = len(window) - len(data)
        for needle in (ANSWER, REFUSAL, NOTIFY):
            at = window.find(needle, max(0, seen - len(needle) + 1))
            while at >= 0:
                if needle is NOTIFY:
                    self.notified += 1
                else:
                    self.refused += needle is REFUSAL
                    self.on_answer(self)
                at = window.find(needle, at + len(needle))

    def _set_up(self, data: bytes) -> None:
        assert self._transport is not None
        self._tail += data
        if self._websocket_host and b"\r\n\r\n" in self._tail and self._tail.startswith(b"HTTP/1.1 101"):
            self._tail = self._tail.partition(b"\r\n\r\n")[2]
            self._websocket_host = ""
            self._transport.write(self._wrap(self._connect) + self._wrap(self._subscribe))
        if b"\x90\x04\0\1" in self._tail:  # SUBACK of our one SUBSCRIBE
            self._tail = b""
            self.ready.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError(f"{self.thing} was refused: {self._tail[:80]!r}"))

    def send(self) -> None:
        """Send one update."""
        assert self._transport is not None
        self._transport.write(self._update)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run of updates came to. `cpu_us` is the endpoint process's own CPU time per update, None if unknown."""

    updates: int
    seconds: float
    refused: int
    latencies_ms: Sequence[float]
    cpu_us: float | None

    @property
    def per_second(self) -> float:
        return self.updates / self.seconds

    def percentile(self, share: float) -> float:
        return sorted(self.latencies_ms)[min(len(self.latencies_ms) - 1, int(share * len(self.latencies_ms)))]


class Driver:
    """Many lanes to one endpoint."""

    def __init__(
        self,
        mqtt: str,
        job_id: str,
        things: Sequence[str],
        websocket_host: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        parts = urlsplit(mqtt if "//" in mqtt else f"//{mqtt}")
        self._address = (parts.hostname or "127.0.0.1", parts.port or 1883)
        self._job_id = job_id
        self._websocket_host = websocket_host
        self._things = things
        self._sent_at: dict[Lane, float] = {}
        self._idle: deque[Lane] = deque()
        self._latencies: list[float] = []
        self._left = 0
        self._done: asyncio.Future[None] | None = None
        self.lanes: list[Lane] = []

    async def connect(self, at_once: int = 50) -> None:
        """Connect every thing and subscribe it."""
        loop = asyncio.get_running_loop()
        for start in range(0, len(self._things), at_once):
            chunk = [
                Lane(thing, self._job_id, self._websocket_host, self._answered)
                for thing in self._things[start : start + at_once]
            ]
            for lane in chunk:
                await loop.create_connection(lambda lane=lane: lane, *self._address, ssl=self._tls)  # type: ignore[misc]
            async with asyncio.timeout(60):
                await asyncio.gather(*(lane.ready for lane in chunk))
            self.lanes += chunk

    async def measure(self, updates: int, in_flight: int, pid: int | None, active: int | None = None) -> Measured:
        """Send `updates` updates, `in_flight` at a time, each lane in its turn, or only the first `active` of them."""
        self._idle = deque(self.lanes[:active])
        self._latencies = []
        self._left = updates
        self._done = asyncio.get_running_loop().create_future()
        cpu, refused, start = cpu_seconds(pid), sum(lane.refused for lane in self.lanes), time.perf_counter()
        for _ in range(min(in_flight, len(self._idle), updates)):
            self._send_next()
        async with asyncio.timeout(600):
            await self._done
        seconds = time.perf_counter() - start
        cpu_after = cpu_seconds(pid)
        return Measured(
            updates=updates,
            seconds=seconds,
            refused=sum(lane.refused for lane in self.lanes) - refused,
            latencies_ms=self._latencies,
            cpu_us=None if cpu is None or cpu_after is None else (cpu_after - cpu) / updates * 1e6,
        )

    async def measure_paced(self, per_second: float, seconds: float) -> Sequence[float]:
        """Send `per_second` updates a second, evenly, each lane in its turn, whether or not the last are answered.

        Return each latency in ms from when an update was due (not from when a late driver sent it) to its answer; what
        is not answered a minute after the last was sent counts as infinite. A lane whose last update is unanswered when
        its turn comes sends the next all the same.
        """
        waiting: dict[Lane, deque[float]] = {lane: deque() for lane in self.lanes}
        latencies: list[float] = []

        def answered(lane: Lane) -> None:
            latencies.append((time.perf_counter() - waiting[lane].popleft()) * 1000)

        usual = self._answered
        for lane in self.lanes:
            lane.on_answer = answered
        began = time.perf_counter()
        for number in range(int(per_second * seconds)):
            due = began + number / per_second
            while (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            lane = self.lanes[number % len(self.lanes)]
            waiting[lane].append(due)
            lane.send()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                while any(waiting.values()):
                    await asyncio.sleep(0.005)
        for lane in self.lanes:
            lane.on_answer = usual
        return latencies + [math.inf] * sum(len(each) for each in waiting.values())

    def close(self) -> None:
        for lane in self.lanes:
            lane.close()

    def _send_next(self) -> None:
        lane = self._idle.popleft()
        self._left -= 1
        self._sent_at[lane] = time.perf_counter()
        lane.send()

    def _answered(self, lane: Lane) -> None:
        self._latencies.append((time.perf_counter() - self._sent_at.pop(lane)) * 1000)
        self._idle.append(lane)
        if self._left:
            self._send_next()
        elif not self._sent_at and self._done is not None and not self._done.done():
            self._done.set_result(None)


def cpu_seconds(pid: int | None) -> float | None:
    """CPU time a process has used, where /proc tells."""
    stat = Path(f"/proc/{pid}/stat")
    if pid is None or not stat.exists():
        return None
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
