"""The socket that paho is given: it reads in large gulps and writes what gathered in one turn of the loop at once.

paho asks the system three times for each packet it reads and once for each it writes. With this between, an
acknowledgement and the next request leave in one call. Measured at 500 things (tests/bench/bench_bare_paho.py), that
pays for everything the transport adds: a round trip costs 0.8 to 1.05 times what it costs on paho's own loop.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

from simulator.transport.dial import DialedSocket

GULP_BYTES: Final = 16 * 1024


class BufferedSocket:
    """A non-blocking socket with two buffers, registered with the loop from `attach` to `close`.

    It has the methods that paho asks of a socket, with their meaning; `send` takes everything and never blocks.
    """

    __slots__ = (
        "_drained",
        "_fd",
        "_flush_is_due",
        "_in",
        "_loop",
        "_on_readable",
        "_out",
        "_position",
        "_sock",
        "_tls_pending",
        "_writer_is_on",
        "failure",
    )

    def __init__(self, sock: DialedSocket, loop: asyncio.AbstractEventLoop) -> None:
        self._sock: DialedSocket | None = sock
        self._fd = sock.fileno()
        self._loop = loop
        self._on_readable: Callable[[], None] | None = None
        self._tls_pending: Callable[[], int] | None = getattr(sock, "pending", None)
        self._in = b""
        self._position = 0
        self._out = bytearray()
        self._flush_is_due = False
        self._writer_is_on = False
        self._drained: asyncio.Future[None] | None = None
        self.failure: ssl.SSLError | None = None
        """What ended TLS, if that is how the connection ended; paho keeps it to itself."""

    def attach(self, on_readable: Callable[[], None]) -> None:
        """Call `on_readable` on the loop whenever there is something to read or the peer has gone."""
        self._on_readable = on_readable
        self._loop.add_reader(self._fd, on_readable)

    # --- what paho calls ---

    def recv(self, size: int) -> bytes:
        """Return up to `size` bytes, b"" at the end of the stream.

        Raises:
            OSError: nothing is there now (BlockingIOError, or ssl's own), or the connection broke.
        """
        if self._position == len(self._in):
            if self._sock is None:
                return b""
            try:
                self._in = self._sock.recv(GULP_BYTES)
            except ssl.SSLError as error:
                if not isinstance(error, (ssl.SSLWantReadError, ssl.SSLWantWriteError)):
                    self.failure = error
                raise
            self._position = 0
        start = self._position
        piece = self._in[start : start + size]
        self._position = start + len(piece)
        return piece

    def send(self, data: bytes | bytearray) -> int:
        """Take all of `data`; it leaves at the end of this turn of the loop.

        Raises:
            ConnectionError: the socket is closed.
        """
        if self._sock is None:
            raise ConnectionError("closed")
        self._out += data
        if not (self._flush_is_due or self._writer_is_on):
            self._flush_is_due = True
            self._loop.call_soon(self._flush)
        return len(data)

    def setblocking(self, flag: bool) -> None:
        """Do nothing: it never blocks. (paho asks for that after connecting.)"""

    def fileno(self) -> int:
        """Return the descriptor, -1 when closed."""
        return self._fd

    def close(self) -> None:
        """Send what can be sent at once, leave the loop, and close. A second call does nothing."""
        if self._sock is not None and self._out and not self._writer_is_on:
            self._flush()
        self.abort()

    # --- what the connection calls ---

    def pending(self) -> bool:
        """Whether bytes wait here that the loop will not tell of."""
        if self._position < len(self._in):
            return True
        return self._sock is not None and self._tls_pending is not None and self._tls_pending() > 0

    @property
    def unsent_bytes(self) -> int:
        return len(self._out)

    async def drain(self) -> None:
        """Return when everything given to `send` has gone to the system, or the socket is closed."""
        self._flush()
        if self._out:
            self._drained = self._loop.create_future()
            await self._drained

    def abort(self) -> None:
        """Leave the loop and close; what was not sent is lost. A second call does nothing."""
        sock, self._sock = self._sock, None
        if sock is None:
            return
        if self._on_readable is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._fd)
            if self._writer_is_on:
                self._loop.remove_writer(self._fd)
        self._on_readable = None
        self._fd = -1
        self._writer_is_on = False
        self._tls_pending = None
        self._in, self._position = b"", 0
        self._nothing_left_to_send()
        sock.close()

    def _flush(self) -> None:
        self._flush_is_due = False
        if self._sock is None or not self._out:
            return
        try:
            sent = self._sock.send(self._out)
        except (BlockingIOError, InterruptedError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            sent = 0
        except OSError:
            # The reader hears of the broken connection too, and knows what to do about it.
            self._nothing_left_to_send()
            return
        if sent == len(self._out):
            self._nothing_left_to_send()
            return
        del self._out[:sent]
        if not self._writer_is_on:
            self._writer_is_on = True
            self._loop.add_writer(self._fd, self._flush)

    def _nothing_left_to_send(self) -> None:
        self._out.clear()
        if self._writer_is_on:
            self._writer_is_on = False
            self._loop.remove_writer(self._fd)
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None
