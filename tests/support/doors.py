"""A gateway in this process with TLS and WebSocket beside plain MQTT, on free ports."""

import asyncio
import ssl
from pathlib import Path

from simulator.endpoint.authority import Authority
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.fronts import Fronts
from simulator.endpoint.gateway import Client, Gateway
from simulator.endpoint.reasons import LossReason
from tests.support.tls_peer import client_side


class Doors:
    """A gateway with every door open, which answers requests with an echo, on a clock that the test moves."""

    def __init__(self, folder: Path, policy: str = "open") -> None:
        self.now = 1000.0
        self.clients: list[Client] = []
        self.gateway = Gateway(self._answer, monotonic=lambda: self.now, tick_seconds=0.01)
        free = "127.0.0.1:0"
        options = DoorOptions(tls=folder, mqtts=free, ws=free, wss=free, policy=policy)
        self.fronts = Fronts(self.gateway, options, ("127.0.0.1", 0))
        self.authority = Authority(folder)

    def _answer(self, client: Client, topic: str, payload: bytes) -> None:
        self.clients.append(client)
        client.send(f"{topic}/accepted", payload)

    async def start(self) -> None:
        await self.gateway.start("127.0.0.1", 0)
        await self.fronts.start()

    async def close(self) -> None:
        self.fronts.stop_listening()
        await self.gateway.close()
        await self.fronts.close()

    def port(self, door: str) -> int:
        return int(self.fronts.addresses[door].removesuffix("/mqtt").rpartition(":")[2])

    def client(self, thing: str | None = "pump-1", alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
        return client_side(self.authority, thing, alpn)

    async def losses(self, reason: LossReason) -> None:
        """Wait until a connection has ended for `reason`."""
        async with asyncio.timeout(10):
            while not self.gateway.counters.losses.get(reason):
                await asyncio.sleep(0.002)
