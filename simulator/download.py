"""A real download, as a device does it: bounded, checked, told in percent, and taken up again where it was lost.

What comes is counted and hashed and not kept, so that thousands of things may download without a disk. A `Download`
outlives a lost line and a reboot, as a device's flash does.
"""

import asyncio
import functools
import hashlib
import ssl
from collections.abc import Callable, Mapping
from random import Random
from typing import Final
from weakref import WeakKeyDictionary

import aiohttp

from simulator.errors import SimulatorError
from simulator.transport.backoff import BackOff

CHUNK_BYTES: Final = 64 * 1024
MOST_BYTES: Final = 4 * 1024**3
"""What is longer is refused, if nothing is said about its size."""

AT_ONCE: Final = 64
"""Downloads of one loop that are under way at the same time; the others wait their turn."""

CONNECT_SECONDS: Final = 10.0
SILENCE_SECONDS: Final = 30.0
TRIES: Final = 6
"""How often in a row it may fail without a single new byte."""

_BACK_OFF: Final = BackOff(base_seconds=0.5, cap_seconds=20.0)
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_slots: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]] = WeakKeyDictionary()


class DownloadError(SimulatorError):
    """A download failed for good; the text says why, in a sentence."""


class Download:
    """One file on its way. `received` bytes are there; `size` is how many it will be, None while nobody knows.

    `ca` is a file of certificates that are trusted beside what the system trusts.
    """

    def __init__(
        self, url: str, *, sha256: str = "", size: int | None = None, most_bytes: int = MOST_BYTES, ca: str = ""
    ) -> None:
        self.url = url
        self._ca = ca
        self.received = 0
        self.size = size
        self._expected_size = size
        self._sha256 = sha256.lower()
        self._most_bytes = size if size is not None else most_bytes
        self._hash = hashlib.sha256()
        self._validator = ""  # what tells this version of the file from another

    @property
    def percent(self) -> int:
        """How much of it is there; 0 while its size is not known."""
        return min(100, 100 * self.received // self.size) if self.size else 0

    async def run(self, on_progress: Callable[[], None], random: Random) -> None:
        """Fetch what is missing, and check the whole; `on_progress` is called as bytes come.

        Cancel it and run it again, and it goes on where it was.

        Raises:
            DownloadError: it cannot be had, or is not what it should be.
        """
        if not self.url.startswith(("http://", "https://")):
            raise DownloadError(f"{self.url[:200] or 'nothing'} is no http or https address")
        loop = asyncio.get_running_loop()
        slots = _slots.get(loop)
        if slots is None:
            slots = _slots[loop] = asyncio.Semaphore(AT_ONCE)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
        connector = await self._connector()
        async with slots, aiohttp.ClientSession(timeout=timeout, auto_decompress=False, connector=connector) as session:
            await self._until_whole(session, on_progress, random)
        self._check()

    async def _connector(self) -> aiohttp.TCPConnector | None:
        """Return what trusts the given authority too; None for aiohttp's own.

        Raises:
            DownloadError: its file cannot be read.
        """
        if not self._ca or not self.url.startswith("https://"):
            return None
        try:
            context = await asyncio.to_thread(_trusting_also, self._ca)
        except (OSError, ssl.SSLError) as error:
            raise DownloadError(f"the CA {self._ca} cannot be read: {error}") from error
        return aiohttp.TCPConnector(ssl=context)

    async def _until_whole(
        self, session: aiohttp.ClientSession, on_progress: Callable[[], None], random: Random
    ) -> None:
        delays, tries = _BACK_OFF.delays(random), 0
        while True:
            before = self.received
            try:
                if await self._fetch(session, on_progress):
                    return
                why = f"the server ended it after {self.received:,} of {self.size:,} bytes"
            except aiohttp.ClientConnectorCertificateError as error:
                why = getattr(error.certificate_error, "verify_message", "") or "it does not fit"
                mend = "name the CA that signed it, as for the things' own connections"
                raise DownloadError(f"the certificate of {error.host} is not trusted: {why}; {mend}") from error
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                why = str(error) or type(error).__name__
            if self.received > before:
                delays, tries = _BACK_OFF.delays(random), 0
            tries += 1
            if tries >= TRIES:
                raise DownloadError(f"the download of {self.url[:200]} failed {tries} times, at last: {why}")
            await asyncio.sleep(next(delays))

    async def _fetch(self, session: aiohttp.ClientSession, on_progress: Callable[[], None]) -> bool:
        """Ask for what is missing and take what comes; return whether that was all."""
        async with session.get(self.url, headers=self._headers(), max_redirects=5) as answer:
            if answer.status == 416 and self.received and self.received == self.size:
                return True
            if answer.status in _PASSING:
                raise aiohttp.ClientError(f"the server answered {answer.status} {answer.reason}")
            if answer.status not in (200, 206):
                raise DownloadError(f"the download failed: {answer.status} {answer.reason} for {self.url[:200]}")
            self._begin(answer.status, answer.headers, answer.content_length)
            async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                self.received += len(chunk)
                if self.received > self._most_bytes:
                    raise DownloadError(f"the file is longer than {self._most_bytes:,} bytes")
                self._hash.update(chunk)
                on_progress()
            is_told = answer.content_length is not None
        return not is_told or self.size is None or self.received >= self.size

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if self.received:
            headers["Range"] = f"bytes={self.received}-"
            if self._validator:
                headers["If-Range"] = self._validator
        return headers

    def _begin(self, status: int, headers: Mapping[str, str], length: int | None) -> None:
        """See where the answer begins and how long the whole is; begin anew if the server sends all of it."""
        is_rest = status == 206 and headers.get("Content-Range", "").startswith(f"bytes {self.received}-")
        if not is_rest:
            if status == 206:
                raise DownloadError("the server sent another part of the file than was asked for")
            self.received = 0
            self._hash = hashlib.sha256()
        etag = headers.get("ETag", "")
        self._validator = headers.get("Last-Modified", "") if not etag or etag.startswith("W/") else etag
        if length is not None:
            self.size = self.received + length
            if self._expected_size is not None and self.size != self._expected_size:
                raise DownloadError(f"the file has {self.size:,} bytes, and should have {self._expected_size:,}")
            if self.size > self._most_bytes:
                raise DownloadError(f"the file has {self.size:,} bytes; at most {self._most_bytes:,} are taken")

    def _check(self) -> None:
        if self._expected_size is not None and self.received != self._expected_size:
            raise DownloadError(f"the file has {self.received:,} bytes, and should have {self._expected_size:,}")
        found = self._hash.hexdigest()
        if self._sha256 and found != self._sha256:
            raise DownloadError(f"the SHA-256 is {found}, and should be {self._sha256}")
        self.size = self.received


@functools.cache
def _trusting_also(ca: str) -> ssl.SSLContext:
    """Return a context that trusts what the system trusts, and `ca`. It takes 25 ms, once."""
    context = ssl.create_default_context()
    context.load_verify_locations(ca)
    return context
