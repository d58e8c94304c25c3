"""What the connections of a gateway have in common, and how they write together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.endpoint.broker import Broker
from simulator.endpoint.counters import GatewayCounters
from simulator.endpoint.deadlines import Deadlines
from simulator.endpoint.hooks import Hooks
from simulator.endpoint.presence import Presence
from simulator.endpoint.quotas import ConnectRates, GatewaySettings
from simulator.endpoint.turns import Turns

if TYPE_CHECKING:
    from simulator.endpoint.client import Client


@dataclass(frozen=True, slots=True)
class Shared:
    """What all connections of a gateway have in common."""

    broker: Broker
    hooks: Hooks
    counters: GatewayCounters
    presence: Presence
    settings: GatewaySettings
    connect_rates: ConnectRates
    deadlines: "Deadlines[Client]"
    outbox: "Outbox"
    turns: Turns
    farewells: Turns  # of clients whose line was lost
    connections: "set[Client]"
    on_request: "Callable[[Client, str, bytes], None]"
    on_gone: Callable[[], None]  # a connection has ended, and its socket is closed
    is_serving: Callable[[], bool]


class Outbox:
    """The connections with something to write, flushed together once in a turn of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[Client] = []

    def add(self, client: "Client") -> None:
        """See to it that `client.flush` is called in the next turn of the loop."""
        self._waiting.append(client)
        if len(self._waiting) == 1:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for client in waiting:
            client.flush()
