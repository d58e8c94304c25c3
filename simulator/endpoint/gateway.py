"""The MQTT listener of the local endpoint: AWS IoT Core's device gateway, for MQTT 3.1.1 and 5."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Final

from simulator.clock import ScaledClock
from simulator.endpoint.broker import Broker
from simulator.endpoint.client import Client
from simulator.endpoint.connection import Connection
from simulator.endpoint.counters import GatewayCounters
from simulator.endpoint.deadlines import Deadlines
from simulator.endpoint.hooks import ANONYMOUS, Hooks, Principal
from simulator.endpoint.listener import Listener, listen
from simulator.endpoint.presence import Presence
from simulator.endpoint.quotas import ConnectRates, GatewaySettings
from simulator.endpoint.sessions import Session
from simulator.endpoint.shared import Outbox, Shared
from simulator.endpoint.turns import Turns

__all__ = ["Client", "Gateway", "GatewayCounters", "GatewaySettings", "RequestHandler"]

logger = logging.getLogger(__name__)

RequestHandler = Callable[[Client, str, bytes], None]
"""Called on the loop for each publish into the Jobs namespace: who asks, topic, payload. `Client.send` answers."""

FAREWELLS_IN_A_TURN: Final = 16
"""How many lost clients are seen to in a turn of the loop, in half a millisecond.

When a fleet of 10,000 was killed, seeing to all of them at once kept everybody else waiting for 0.35 s.
"""

CLOSE_SECONDS: Final = 2
_STALL_SECONDS: Final = 5


class Gateway:
    """Serves MQTT on one port. Keep-alive runs in real time whatever the scale of the simulated clock.

    All methods belong to the loop that `start` ran on.
    """

    def __init__(
        self,
        on_request: RequestHandler,
        *,
        settings: GatewaySettings | None = None,
        epoch: Callable[[], float] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        tick_seconds: float = 1.0,
    ) -> None:
        """Make a gateway; `epoch` gives the seconds since 1970 that presence events show.

        `monotonic` (real seconds) and the pause between looks for overdue clients serve tests.
        """
        self._on_request = on_request
        self.settings = settings or GatewaySettings()
        self._epoch = epoch or ScaledClock().epoch
        self._tick_seconds = tick_seconds
        self._monotonic = monotonic
        self._broker = Broker(monotonic)
        self._deadlines: Deadlines[Client] = Deadlines()
        self._connections: set[Client] = set()
        self._listener: Listener | None = None
        self.turns = Turns()
        """For those with more to do than a little, whichever door they came through."""
        self._port = 0
        self._shared: Shared | None = None
        self._ticker: asyncio.TimerHandle | None = None
        self._ticked_at = 0.0
        self._emptied: asyncio.Event | None = None

    @property
    def port(self) -> int:
        """The port it listens on, 0 before it is started; the one the system chose if it was started with 0."""
        return self._port

    @property
    def connected(self) -> int:
        """How many clients are connected (a CONNECT accepted, the connection not ended)."""
        return self._broker.sessions.connected

    @property
    def hooks(self) -> Hooks:
        """Where policy and faults take hold; its fields may be set at any time."""
        return self._broker.hooks

    def client(self, client_id: str) -> Client | None:
        """Return the connected client of that id: to `disconnect`, `cut` or `half_open` it."""
        session = self._broker.sessions.get(client_id)
        line = session.line if session is not None else None
        return line if isinstance(line, Client) else None

    @property
    def clients(self) -> tuple[Client, ...]:
        """The connections there are now, also those that have not sent a CONNECT yet."""
        return tuple(self._connections)

    @property
    def sessions(self) -> Iterable[Session]:
        """All sessions, of clients that are connected or away."""
        return self._broker.sessions

    def new_client(self, principal: Principal = ANONYMOUS) -> Client:
        """Return an asyncio protocol that serves one more connection, for listeners beside the plain one.

        Give it to `loop.create_server`, or call its `connection_made`, `data_received`, `eof_received`, `pause_writing`
        and `connection_lost` yourself with a transport that has `write`, `close`, `abort`, `is_closing`,
        `set_write_buffer_limits` and `get_extra_info("peername")`. `Client.principal` may also be set later, in an
        overridden `connection_made`, but before a byte is read. The gateway must have been started.
        """
        assert self._shared is not None
        return Connection(self._shared, principal)

    @property
    def counters(self) -> GatewayCounters:
        """What happened since the start."""
        return self._broker.counters

    async def start(self, host: str, port: int) -> None:
        """Listen on `host` and `port` (0: the system picks a free one).

        Raises:
            InputError: that cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        shared = self._shared = Shared(
            broker=self._broker,
            hooks=self._broker.hooks,
            counters=self._broker.counters,
            presence=Presence(self.publish, self._broker.is_heard, self._monotonic, self._epoch),
            settings=self.settings,
            connect_rates=ConnectRates(self.settings),
            deadlines=self._deadlines,
            outbox=Outbox(loop),
            turns=self.turns,
            farewells=Turns(FAREWELLS_IN_A_TURN),
            connections=self._connections,
            on_request=self._on_request,
            on_gone=self._check_empty,
            is_serving=lambda: self._emptied is None,
        )
        self._listener = await listen(lambda: Connection(shared), host, port)
        self._port = self._listener.port
        self._ticked_at = self._monotonic()
        self._ticker = loop.call_later(self._tick_seconds, self._tick, loop)

    def publish(self, topic: str, payload: bytes) -> None:
        """Send from the service to every subscriber of `topic`, at QoS 1 to those who subscribed with it."""
        self._broker.notify(topic, payload)

    async def close(self) -> None:
        """Stop listening and disconnect all clients; wills are not published. A second call does nothing."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        listener.close()
        if self._ticker is not None:
            self._ticker.cancel()
        self._emptied = asyncio.Event()
        for client in list(self._connections):
            client.shut_down()
        self._check_empty()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._wait_for_farewells(self._emptied)
                await self._emptied.wait()
                await listener.wait_closed()
        except TimeoutError:
            logger.warning("%d connections did not end with the gateway", len(self._connections))

    async def _wait_for_farewells(self, emptied: asyncio.Event) -> None:
        """Give MQTT 5 clients a moment to take their DISCONNECT, and drop those who do not."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS / 2):
                await emptied.wait()
        except TimeoutError:
            for client in list(self._connections):
                client.abort()

    def _check_empty(self) -> None:
        if self._emptied is not None and not self._connections:
            self._emptied.set()

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ticker = loop.call_later(self._tick_seconds, self._tick, loop)
        now = self._monotonic()
        stalled = now - self._ticked_at > _STALL_SECONDS + self._tick_seconds
        self._ticked_at = now
        if stalled:
            return  # this process stood still, not the clients: what they sent meanwhile is read first
        for client in self._deadlines.pop_due(now):
            client.check(now)
        self._broker.tick(now)
