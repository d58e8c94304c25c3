"""Both ends of TLS in memory: a transport that keeps what is written, and a client that speaks TLS to it."""

import asyncio
import ssl
from typing import Any

from simulator.endpoint.authority import Authority
from simulator.endpoint.tls import MQTT_ALPN, server_context


class KeptTransport(asyncio.Transport):
    """A socket's transport that sends nothing and keeps everything."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.calls: list[str] = []
        self.high: int | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert "close" not in self.calls
        self.written += data

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self.written = bytes(self.written), bytearray()
        return taken

    def close(self) -> None:
        self.calls.append("close")

    def abort(self) -> None:
        self.calls.append("abort")

    def is_closing(self) -> bool:
        return "close" in self.calls or "abort" in self.calls

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.calls.append("write_eof")

    def pause_reading(self) -> None:
        self.calls.append("pause")

    def resume_reading(self) -> None:
        self.calls.append("resume")

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.high = high

    def get_write_buffer_size(self) -> int:
        return len(self.written)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("192.0.2.7", 4242) if name == "peername" else default


class Recorder(asyncio.Protocol):
    """What a TlsLine or WebSocketLine carries for; it remembers what it was told, in order."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.received = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.events.append("made")

    def data_received(self, data: bytes) -> None:
        assert type(data) is bytes
        assert data
        if self.events[-1] != "data":
            self.events.append("data")
        self.received += data

    def eof_received(self) -> None:
        self.events.append("eof")

    def pause_writing(self) -> None:
        self.events.append("pause")

    def connection_lost(self, exc: Exception | None) -> None:
        self.events.append("lost")


def server_side(authority: Authority, *, wants_certificate: bool = True) -> ssl.SSLContext:
    """The context of the endpoint."""
    certificate, key = authority.server_files([])
    return server_context(certificate, key, authority.trust_file, alpn=MQTT_ALPN, wants_certificate=wants_certificate)


def client_side(authority: Authority, thing: str | None = None, alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
    """A client's context: as `thing`, or without a certificate."""
    context = ssl.create_default_context(cafile=str(authority.trust_file))
    if thing is not None:
        context.load_cert_chain(*authority.thing_files(thing))
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


class Peer:
    """A TLS client in memory, joined to a protocol by a KeptTransport."""

    def __init__(self, context: ssl.SSLContext, protocol: asyncio.Protocol) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")
        self.protocol = protocol
        self.was_told_goodbye = False
        self.raw = KeptTransport()
        protocol.connection_made(self.raw)

    def shake_hands(self) -> None:
        """Go through the handshake; ssl.SSLError if the client refuses the server."""
        for _ in range(4):
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self.exchange()
        self.exchange()

    def exchange(self) -> None:
        """Carry what waits on either side to the other."""
        if self._outgoing.pending:
            self.protocol.data_received(self._outgoing.read())
        self._incoming.write(self.raw.take())

    def send(self, data: bytes) -> None:
        while data:
            data = data[self.tls.write(data) :]
        self.exchange()

    def receive(self) -> bytes:
        """Return everything that has come."""
        self.exchange()
        received = b""
        while True:
            try:
                piece = self.tls.read(65536)
            except ssl.SSLWantReadError:
                return received
            except ssl.SSLZeroReturnError:
                piece = b""
            if not piece:
                self.was_told_goodbye = True
                return received
            received += piece

    def say_goodbye(self) -> None:
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            self.exchange()
