"""TLS between a socket and whatever speaks over it, in memory: 20 KiB a connection, on every loop alike.

asyncio's own TLS gives each connection a read buffer of 256 KiB, and how to make it smaller differs from loop to loop
and version to version. Here the records of a connection go through two small memory buffers, and what OpenSSL needs for
itself it gives back between records.
"""

import asyncio
import contextlib
import hashlib
import logging
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from simulator.endpoint.handshaker import Handshaker
from simulator.endpoint.line_between import LineBetween
from simulator.endpoint.turns import Turns
from simulator.errors import InputError

logger = logging.getLogger(__name__)

MQTT_ALPN: Final = ("x-amzn-mqtt-ca", "mqtt")
"""The names by which AWS tells MQTT from HTTP on port 443 (reference section 11.1); none at all is fine too."""

HTTP_ALPN: Final = ("http/1.1",)
"""For HTTP, and for WebSocket, which begins as HTTP."""

RECORD_BYTES: Final = 16 * 1024

RECORDS_IN_A_TURN: Final = 16
"""What a connection may have read without waiting for its turn."""


def server_context(
    certificate: Path, key: Path, trusted: Path, *, alpn: Sequence[str], wants_certificate: bool
) -> ssl.SSLContext:
    """Return what serves TLS 1.2 and 1.3 as AWS does; `trusted` is what client certificates are checked against.

    Raises:
        InputError: a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0  # things stay connected for days; a ticket would carry the whole certificate to each
    context.set_alpn_protocols(list(alpn))
    try:
        context.load_cert_chain(certificate, key, password=lambda: b"")  # without, OpenSSL asks on the terminal
        if wants_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(trusted)
    except (OSError, ssl.SSLError) as exc:
        reason = (getattr(exc, "reason", None) or exc.strerror or str(exc)).replace("_", " ").lower()
        raise InputError(f"--tls {certificate}", f"cannot be used: {reason}", "move it and its key away") from exc
    return context


class TlsLine(LineBetween):
    """TLS over a socket. `inner` is told of the connection at once.

    So it is `inner` that bounds how long the handshake may take, and how much may wait to be written.
    """

    __slots__ = (
        "_encrypt",
        "_handshaker",
        "_incoming",
        "_is_begun",
        "_is_open",
        "_on_open",
        "_outgoing",
        "_tls",
        "_unread",
    )

    def __init__(
        self,
        context: ssl.SSLContext,
        inner: asyncio.Protocol,
        on_open: Callable[["TlsLine"], None] | None = None,
        turns: Turns | None = None,
        handshaker: Handshaker | None = None,
    ) -> None:
        """`on_open` is called once when the handshake is done, before `inner` is given a byte.

        Without `handshaker`, the handshake is computed at once; without `turns`, all that comes is read at once.
        """
        super().__init__(inner, turns)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._encrypt: Callable[[bytes | bytearray | memoryview], int] = _refuse
        self._on_open = on_open
        self._handshaker = handshaker
        self._is_begun = self._is_open = False  # the first piece of the handshake, all of it is done
        self._unread = b""  # came while the handshaker had the rest

    # --- for the loop

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        if self._is_open:
            self._incoming.write(data)
            if not (self._is_paused or self._is_waiting):
                self._read_on()
        elif self._is_waiting:
            self._unread += data
        else:
            self._incoming.write(data)
            self._shake_hands()

    def _resume(self) -> None:
        if self._raw is not None and not self._raw.is_closing():
            self._raw.resume_reading()
        if self._is_open and not self._is_over:
            self._read_on()

    # --- the handshake

    def _shake_hands(self) -> None:
        if self._handshaker is None:
            self.shaken(self.shake())
        elif self._raw is not None and not self._raw.is_closing():
            self._raw.pause_reading()  # nothing piles up meanwhile
            self._is_waiting = True
            self._handshaker.add(self, is_begun=self._is_begun)

    def shake(self) -> Exception | None:
        """Compute the answer to what has come of the handshake; return what went wrong, or is still missing."""
        try:
            self._tls.do_handshake()
        except ssl.SSLError as exc:
            return exc
        return None

    def shaken(self, outcome: Exception | None) -> None:
        """Send the answer, and begin to read if that was all."""
        self._is_waiting, self._is_begun = False, True
        if self._is_over:
            return
        if self._handshaker is not None and not self._is_paused and self._raw is not None:
            self._raw.resume_reading()
        if outcome is None:
            self._is_open = True
            self._encrypt = self._tls.write
            on_open, self._on_open = self._on_open, None
            if on_open is not None:
                on_open(self)
        elif not isinstance(outcome, ssl.SSLWantReadError):
            self._fail(outcome)
            return
        self._send()
        if self._is_open and not (self._is_paused or self._is_over):
            self._read_on()
        unread, self._unread = self._unread, b""
        if unread:
            self.data_received(unread)

    # --- reading

    def _read_on(self) -> None:
        try:
            self._read()
        except ssl.SSLWantReadError:
            self._send()
        except ssl.SSLError as exc:
            self._fail(exc)

    # --- for what speaks over it

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send; dropped if the connection is over."""
        if self._is_over:
            return
        try:
            sent = self._encrypt(data)
            while sent < len(data):  # where partial writes are on, OpenSSL takes one record at a time
                data = memoryview(data)[sent:]
                sent = self._encrypt(data)
        except ssl.SSLError as exc:
            logger.debug("writing by TLS failed: %s", exc)
            self.abort()
            return
        self._send()

    def close(self) -> None:
        """Send what was written and TLS's goodbye, then close."""
        if not self._is_over:
            self._is_over = True
            if self._is_open:  # else there is nobody to say it to, and the handshaker may be at work on it
                with contextlib.suppress(ssl.SSLError):
                    self._tls.unwrap()  # raises once the goodbye is on its way: nobody waits for the other's
                self._send()
        if self._raw is not None:
            self._raw.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What the socket knows, and of TLS: "ssl_object"."""
        if name == "ssl_object":
            return self._tls
        return super().get_extra_info(name, default)

    def certificate(self) -> tuple[Mapping[str, Any], str] | None:
        """Return the client's certificate as `ssl` decodes it, and AWS's id of it: the SHA-256 of its bytes in hex."""
        encoded = self._tls.getpeercert(binary_form=True)
        if encoded is None:
            return None
        return self._tls.getpeercert() or {}, hashlib.sha256(encoded).hexdigest()

    # --- inside

    def _read(self) -> None:
        tls, incoming = self._tls, self._incoming
        left = RECORDS_IN_A_TURN
        while not (self._is_over or self._is_paused):
            data = tls.read(RECORD_BYTES)
            if not data:  # the other side's goodbye
                self._inner.eof_received()
                self.close()
                return
            self._inner.data_received(data)
            if not incoming.pending and not tls.pending():
                break
            left -= 1
            if not left and self._turns is not None:
                self._wait(self._turns)
                break
        if self._outgoing.pending:
            self._send()

    def _send(self) -> None:
        if self._outgoing.pending and self._raw is not None:
            self._raw.write(self._outgoing.read())

    def _fail(self, exc: Exception) -> None:
        """Send the alert that says why, and wait for the other side to close, as long as `inner` lets it.

        Closing at once would reset the connection if something is still on its way here, and the alert would be lost.
        """
        logger.debug("TLS with a client failed: %s", exc)
        self._is_over = True
        self._send()
        if self._raw is not None and not self._raw.is_closing():
            if self._raw.can_write_eof():
                self._raw.write_eof()
            else:
                self._raw.close()


def _refuse(_: bytes | bytearray | memoryview) -> int:
    """Stands for encrypting until the handshake is done.

    Raises:
        ssl.SSLError: always.
    """
    raise ssl.SSLError(ssl.SSL_ERROR_SSL, "written before the handshake was done")
