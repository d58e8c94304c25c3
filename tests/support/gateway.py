"""A gateway to try things on: it echoes requests, on a clock that the test moves, and closes its clients at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from simulator.endpoint.gateway import Client, Gateway, GatewaySettings
from simulator.endpoint.reasons import LossReason
from tests.support.mqtt_client import MqttClient


class Bench:
    """A gateway that answers requests with an echo, on a clock that the test moves, and clients closed at the end."""

    def __init__(self, settings: GatewaySettings | None = None) -> None:
        self.now = 1000.0
        self.requests: list[tuple[Client, str, bytes]] = []
        self.gateway = Gateway(
            self._answer,
            settings=settings,
            epoch=lambda: 1_700_000_000.0 + self.now,
            monotonic=lambda: self.now,
            tick_seconds=0.01,
        )
        self.clients = AsyncExitStack()

    def _answer(self, client: Client, topic: str, payload: bytes) -> None:
        self.requests.append((client, topic, payload))
        if payload == b"fail":
            raise RuntimeError("the service is broken")
        client.send(f"{topic}/accepted", payload)

    async def connect(self, client_id: str, **options: Any) -> MqttClient:
        client = await MqttClient.connect(self.gateway.port, client_id, **options)
        self.clients.push_async_callback(client.cut)
        return client

    async def open(self) -> MqttClient:
        client = await MqttClient.open(self.gateway.port)
        self.clients.push_async_callback(client.cut)
        return client

    async def until(self, condition: str) -> None:
        """Wait until an expression about `gateway` holds; fail with it after five seconds."""
        try:
            async with asyncio.timeout(5):
                while not eval(condition, {"gateway": self.gateway, "LossReason": LossReason}):
                    await asyncio.sleep(0.002)
        except TimeoutError:
            pytest.fail(f"{condition} did not come true")

    async def expect_loss(self, reason: LossReason, count: int = 1) -> None:
        await self.until(f"gateway.counters.losses.get(LossReason.{reason}, 0) == {count}")


@asynccontextmanager
async def served(caplog: pytest.LogCaptureFixture, settings: GatewaySettings | None = None) -> AsyncIterator[Bench]:
    """Serve, and see afterwards that no error, task or asyncio complaint is left."""
    unhandled: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
    bench = Bench(settings)
    await bench.gateway.start("127.0.0.1", 0)
    yield bench
    await bench.clients.aclose()
    await bench.gateway.close()
    assert unhandled == []
    assert not [record for record in caplog.records if record.name == "asyncio" and record.levelname != "DEBUG"]
    assert asyncio.all_tasks() == {asyncio.current_task()}
