"""An endpoint, a fleet and an operator in this one process and on its one loop: no port, no thread, no other process.

With held time and a seed every run of it is the same to the last message. What a person sees of it is what the real
parts do: the same jobs service, the same things, only the line between them is a function call.
"""

from typing import Final

from simulator.clock import ScaledClock
from simulator.endpoint.service import EndpointService
from simulator.endpoint.store import MemoryStore
from simulator.fleet import FleetSettings
from simulator.local_fleet import LocalFleet
from simulator.transport.base import LinkHandler, MessageHandler, Transport
from simulator.transport.memory import MemoryBroker, MemoryTransport
from simulator.virtual_operator import VirtualOperator

MQTT: Final = "127.0.0.1:41883"  # shown, and listened to by nobody
HTTP: Final = "http://127.0.0.1:41884"


class VirtualEndpoint:
    """The jobs service behind a broker in memory."""

    def __init__(self, time_scale: float) -> None:
        self.mqtt_address = MQTT
        self.http_url = HTTP
        self.clock = ScaledClock(time_scale)
        self.broker = MemoryBroker(lambda *request: self.service.on_request(*request))
        self.service = EndpointService(self.clock, MemoryStore(), self.broker.publish)
        self.clock.on_change(self.service.rearm)

    async def start(self) -> None:
        """Begin to serve."""
        self.service.start()

    async def close(self) -> None:
        """Stop all timers."""
        self.broker.take_down()
        await self.service.close()


class VirtualEngine:
    """Makes the parts; the fleet's lines lead to the newest endpoint."""

    def __init__(self) -> None:
        self._endpoint: VirtualEndpoint | None = None

    def endpoint(self, time_scale: float) -> VirtualEndpoint:
        """Return an endpoint; its addresses are made up, and it never ends by itself."""
        self._endpoint = VirtualEndpoint(time_scale)
        return self._endpoint

    def fleet(self, settings: FleetSettings) -> LocalFleet:
        """Return a fleet on this loop."""
        return LocalFleet(settings, clock=self._there().clock, transport_factory=self._line)

    def operator(self) -> VirtualOperator:
        """Return an operator for the endpoint."""
        there = self._there()
        return VirtualOperator(there.service, there.http_url, there.mqtt_address)

    def _there(self) -> VirtualEndpoint:
        assert self._endpoint is not None, "the endpoint comes first"
        return self._endpoint

    def _line(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        return MemoryTransport(self._there().broker, client_id, on_message, on_link)
