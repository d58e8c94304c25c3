"""The local endpoint in this process: what it is told, what it is made of, and how it begins and ends to serve."""

import asyncio
import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator.clock import ScaledClock
from simulator.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """Where and how the endpoint serves. Addresses are HOST:PORT, port 0 picks a free one."""

    mqtt: str = "127.0.0.1:1883"
    http: str = "127.0.0.1:8000"
    data: Path | None = None
    time_scale: float = 1.0


class Endpoint:
    """Gateway, HTTP API and service in this process, on the running loop."""

    def __init__(self, options: ServeOptions) -> None:
        """Prepare to serve; nothing listens yet.

        Raises:
            InputError: an option is wrong or the data file cannot be used.
        """
        with _quick_imports():
            from simulator.endpoint.gateway import Gateway
            from simulator.endpoint.http_api import HttpApi
            from simulator.endpoint.service import EndpointService
            from simulator.endpoint.store import MemoryStore, SqliteStore

        self._mqtt = split_address(options.mqtt, "--mqtt")
        self._http = split_address(options.http, "--http")
        clock = ScaledClock(options.time_scale)
        store = MemoryStore() if options.data is None else SqliteStore(options.data)
        self.service = EndpointService(clock, store, lambda topic, payload: self.gateway.publish(topic, payload))
        self.gateway = Gateway(self.service.on_request)
        self.http = HttpApi(self.service, mqtt_address=lambda: self.mqtt_address)

    @property
    def mqtt_address(self) -> str:
        """HOST:PORT where MQTT clients connect."""
        return f"{_bracketed(self._mqtt[0])}:{self.gateway.port}"

    @property
    def http_url(self) -> str:
        """The base URL of the HTTP APIs."""
        return f"http://{_bracketed(self._http[0])}:{self.http.port}"

    async def start(self) -> None:
        """Begin to serve.

        Raises:
            InputError: a port is in use, or the data file cannot be read; nothing is left listening.
        """
        try:
            self.service.start()
            await self.gateway.start(*self._mqtt)
            await self.http.start(*self._http)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop serving and leave nothing behind."""
        await self.http.close()
        await self.gateway.close()
        await self.service.close()


@contextlib.contextmanager
def _quick_imports() -> Iterator[None]:
    """Import without garbage collection, and without the system's certificates.

    aiohttp's client half, which nothing here uses, reads all of them as it is imported: a tenth of the whole start.
    """
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    before = {name: os.environ.get(name) for name in names}
    was_collecting = gc.isenabled()
    gc.disable()
    os.environ.update(dict.fromkeys(names, os.devnull))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if was_collecting:
            gc.enable()


async def serve(options: ServeOptions, stop: asyncio.Event, on_ready: Callable[[Endpoint], None]) -> None:
    """Serve until `stop` is set.

    Raises:
        InputError: as Endpoint.
    """
    endpoint = Endpoint(options)
    await endpoint.start()
    try:
        on_ready(endpoint)
        await stop.wait()
    finally:
        await endpoint.close()


def split_address(text: str, option: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT; an IPv6 host stands in brackets.

    Raises:
        InputError: it is no such address.
    """
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise InputError(
            option, f"{text!r} is not HOST:PORT", "write for example 127.0.0.1:0, where 0 picks a free port"
        )
    return host, int(port)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
