"""Reaching an endpoint: name, TCP, TLS and WebSocket (they block: for a worker thread), and failures in words."""

import errno
import socket
import ssl
from typing import Final, Protocol

import paho.mqtt.client as mqtt

from simulator.transport.address import Address
from simulator.transport.secure import Secure, alpn_for, trusting

DIAL_SECONDS: Final = 5.0
"""How long each of TCP, TLS and WebSocket may take."""


class DialedSocket(Protocol):
    """What the rest of the transport needs of a socket; paho's WebSocket wrapper has it too."""

    def recv(self, size: int, /) -> bytes: ...
    def send(self, data: bytes | bytearray, /) -> int: ...
    def close(self) -> None: ...
    def fileno(self) -> int: ...


def dial(address: Address, tls: ssl.SSLContext | Secure | None) -> DialedSocket:
    """Return a connected non-blocking socket. This blocks, up to DIAL_SECONDS for each step; run it in a thread.

    If the address asks for TLS, `tls` is what puts it on; None trusts what the system trusts and shows no certificate.

    Raises:
        OSError, ValueError: it cannot be reached; `in_words` says why.
    """
    sock = socket.create_connection((address.host, address.port), timeout=DIAL_SECONDS)
    try:
        # Requests and acknowledgements are small: without this, Nagle's algorithm holds each one back for the last.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.tls:
            if tls is None or isinstance(tls, ssl.SSLContext):
                context = tls or trusting("", alpn_for(address))
                sock = context.wrap_socket(sock, server_hostname=address.host)
            else:
                sock = tls(sock, address.host)
        if address.websocket_path is None:
            sock.setblocking(False)
            return sock
        # paho offers no public way to its WebSocket framing; the constructor is what its own Client calls.
        framed = mqtt._WebsocketWrapper(
            socket=sock,
            host=address.host,
            port=address.port,
            is_ssl=address.tls,
            path=address.websocket_path,
            extra_headers=None,
        )
        framed.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return framed


def in_words(error: Exception, address: Address) -> str:
    """Say in a few words why `address` could not be reached, or why the line to it broke."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate of {address.host} is not trusted: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS with {address} failed: {tls_reason(error)}"
        case socket.gaierror():
            return f"the name {address.host} is not known"
        case TimeoutError():
            return f"{address} does not answer"
        case ConnectionRefusedError():
            return f"{address} refuses connections; see whether the endpoint runs"
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return "this process may open no more sockets; raise the limit on open files or use more workers"
        case OSError(filename=str() as path):  # a certificate that was there when it was checked
            return f"{path}: {error.strerror or error}"
        case OSError():
            return f"{address}: {error.strerror or error}"
        case _:
            return f"{address}: {error}"


def tls_reason(error: ssl.SSLError) -> str:
    """OpenSSL's reason in words; of what the other side says, the part that tells whose mistake it is."""
    reason = (error.reason or str(error)).replace("_", " ").lower()
    alert = reason.partition(" alert ")[2]
    return f"the endpoint says {alert}" if alert else reason
