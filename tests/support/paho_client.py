"""paho as a device would use it, for tests that want a client nobody here wrote; it runs its own thread."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTProtocolVersion

ANSWER_SECONDS = 10.0


def stop_loop(client: paho.Client) -> None:
    """End the thread of a client that was told to disconnect, and the pair of sockets by which it was woken.

    paho closes that pair only when the client is collected, which is too late for one that is part of a cycle: the
    sockets are then found open, by a test that has nothing to do with them. Blocks until the thread has ended.
    """
    client.loop_stop()
    client._reset_sockets(sockpair_only=True)


class PahoClient:
    """One connection. Everything that waits gives up after ANSWER_SECONDS with a TimeoutError."""

    def __init__(
        self,
        client_id: str,
        *,
        tls: ssl.SSLContext | None = None,
        path: str | None = None,
        version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.client = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            client_id,
            transport="tcp" if path is None else "websockets",
            protocol=version,
            reconnect_on_failure=False,
        )
        if path is not None:
            self.client.ws_set_options(path=path)
        if tls is not None:
            self.client.tls_set_context(tls)
        self.client.on_connect = lambda _c, _d, _f, code, _p: self._tell("connected", str(code))
        self.client.on_disconnect = lambda _c, _d, _f, code, _p: self._tell("disconnected", str(code))
        self.client.on_subscribe = lambda _c, _d, _m, codes, _p: self._tell(
            "subscribed", [code.value for code in codes]
        )
        self.client.on_message = lambda _c, _d, message: self._tell("message", (message.topic, message.payload))

    def _tell(self, kind: str, what: Any) -> None:
        self._loop.call_soon_threadsafe(self._events.put_nowait, (kind, what))

    async def next(self, kind: str) -> Any:
        """Return what the next event says, which must be of this kind."""
        async with asyncio.timeout(ANSWER_SECONDS):
            found, what = await self._events.get()
        assert found == kind, f"{found} {what} came instead of {kind}"
        return what

    async def connect(self, port: int, host: str = "localhost") -> None:
        """Connect and read on; ask `next("connected")` what the answer is.

        Raises:
            ssl.SSLError, OSError: the handshake failed on this side.
        """
        await asyncio.to_thread(self.client.connect, host, port)
        self.client.loop_start()

    async def close(self) -> None:
        self.client.disconnect()
        await asyncio.to_thread(stop_loop, self.client)


@asynccontextmanager
async def connected(port: int, client_id: str, **options: Any) -> AsyncIterator[PahoClient]:
    """A client whose CONNECT was accepted, closed at the end."""
    client = PahoClient(client_id, **options)
    try:
        await client.connect(port)
        assert await client.next("connected") == "Success"
        yield client
    finally:
        await client.close()
