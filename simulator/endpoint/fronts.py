"""The doors beside the plain ones: MQTT over TLS with client certificates, WebSocket, both, and HTTP over TLS."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.endpoint.door_options import NOT_SERVED, DoorOptions
from simulator.endpoint.gateway import CLOSE_SECONDS, Gateway
from simulator.endpoint.hooks import Principal
from simulator.endpoint.listener import Listener, listen
from simulator.endpoint.policy import POLICIES, CertifiedPrincipal, PolicyName
from simulator.endpoint.reached_at import reached_at
from simulator.endpoint.serving import split_address

if TYPE_CHECKING:
    from simulator.endpoint.handshaker import Handshaker

MQTTS_PORT: Final = 8883
THING_URI: Final = "urn:thing:"  # as certificates.THING_URI, which is not imported where there is no TLS
ANONYMOUS_WEBSOCKET: Final = Principal("anonymous", "ws")


class Fronts:
    """Listeners whose connections are the gateway's: their clients end with it."""

    def __init__(
        self,
        gateway: Gateway,
        options: DoorOptions,
        plain: tuple[str, int],
        http: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        """Read or make the certificates that `options` need; nothing listens yet.

        `plain` and `http` are where plain MQTT and HTTP will be.

        Raises:
            InputError: an address, the folder of certificates, or something in it cannot be used.
        """
        self._gateway = gateway
        gateway.hooks.policy = POLICIES[PolicyName(options.policy)]
        asked = {"mqtts": options.mqtts, "ws": options.ws, "wss": options.wss}
        self._places = {name: split_address(text, f"--{name}") for name, text in asked.items() if text is not None}
        if options.tls is not None:
            self._places.setdefault("mqtts", (plain[0], MQTTS_PORT if plain[1] else 0))
        self._factories: dict[str, Callable[[], asyncio.Protocol]] = {}
        self._listeners: list[Listener] = []
        self._ports: dict[str, int] = {}
        self._handshaker: Handshaker | None = None
        self.https: tuple[str, int, ssl.SSLContext] | None = None
        """Where HTTP is to be served over TLS, and how: by whoever serves HTTP."""
        if "ws" in self._places:
            self._factories["ws"] = self._websocket()
        if options.tls is not None:
            self._prepare_tls(options.tls, options.https, http[0])

    @property
    def addresses(self) -> dict[str, str]:
        """What is served, by its name in the ready line: `mqtts` as HOST:PORT, `ws` and `wss` as URLs."""
        found = {}
        for name, port in sorted(self._ports.items()):
            host = self._places[name][0]
            place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            found[name] = place if name == "mqtts" else f"{name}://{place}/mqtt"
        return found

    async def start(self) -> None:
        """Listen. The gateway must have been started.

        Raises:
            InputError: an address cannot be listened on; `close` closes the others.
        """
        for name, factory in self._factories.items():
            listener = await listen(factory, *self._places[name])
            self._listeners.append(listener)
            self._ports[name] = listener.port

    def stop_listening(self) -> None:
        """Let nobody in any more; to be called before the gateway is closed."""
        for listener in self._listeners:
            listener.close()

    async def close(self) -> None:
        """Wait for the end of the listeners; to be called after the gateway is closed."""
        self.stop_listening()
        if self._handshaker is not None:
            self._handshaker.close()
        listeners, self._listeners = self._listeners, []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                for listener in listeners:
                    await listener.wait_closed()

    # --- what stands between a socket and a client

    def _prepare_tls(self, folder: Path, https: str | None, http_host: str) -> None:
        from simulator.endpoint import tls
        from simulator.endpoint.authority import Authority
        from simulator.endpoint.handshaker import Handshaker

        authority = Authority(folder)
        hosts = [self._places[name][0] for name in ("mqtts", "wss") if name in self._places]
        asked = None if https in (None, NOT_SERVED) else split_address(str(https), "--https")
        hosts += [] if asked is None else [asked[0]]
        certificate, key = authority.server_files(hosts, also=map(reached_at, (*hosts, http_host)))

        def context(alpn: tuple[str, ...], *, wants_certificate: bool) -> ssl.SSLContext:
            return tls.server_context(
                certificate, key, authority.trust_file, alpn=alpn, wants_certificate=wants_certificate
            )

        if https is None and authority.is_for(reached_at(http_host)):
            asked = http_host, 0
        if asked is not None:
            self.https = (*asked, context(tls.HTTP_ALPN, wants_certificate=False))
        turns, handshaker = self._gateway.turns, Handshaker()
        self._handshaker = handshaker
        mutual = context(tls.MQTT_ALPN, wants_certificate=True)

        def over_tls() -> asyncio.Protocol:
            client = self._gateway.new_client()

            def on_open(line: tls.TlsLine) -> None:
                client.principal = _principal(line.certificate())

            return tls.TlsLine(mutual, client, on_open, turns, handshaker)

        self._factories["mqtts"] = over_tls
        if "wss" in self._places:
            one_sided = context(tls.HTTP_ALPN, wants_certificate=False)
            websocket = self._websocket()
            self._factories["wss"] = lambda: tls.TlsLine(one_sided, websocket(), turns=turns, handshaker=handshaker)

    def _websocket(self) -> Callable[[], asyncio.Protocol]:
        from simulator.endpoint.websocket import WebSocketLine

        return lambda: WebSocketLine(self._gateway.new_client(ANONYMOUS_WEBSOCKET), self._gateway.turns)


def _principal(shown: tuple[Mapping[str, Any], str] | None) -> Principal:
    if shown is None:
        return Principal("anonymous", "mqtts")
    certificate, identifier = shown
    return CertifiedPrincipal(identifier, "mqtts", thing_in(certificate))


def thing_in(certificate: Mapping[str, Any]) -> str:
    """Return the thing that a decoded certificate (`ssl.SSLObject.getpeercert`) was made for, "" if it names none."""
    for kind, name in certificate.get("subjectAltName", ()):
        if kind == "URI" and name.startswith(THING_URI):
            return str(name.removeprefix(THING_URI))
    for parts in certificate.get("subject", ()):
        for kind, value in parts:
            if kind == "commonName":
                return str(value)
    return ""
