"""What passes between things and endpoint, counted where it passes: a thing's line, with a meter on it."""

from collections.abc import Callable

from simulator.transport.base import Link, LinkHandler, MessageHandler, Transport

TransportFactory = Callable[[str, MessageHandler, LinkHandler], Transport]
"""Makes one client's line: client id, what to call for each message, what to call when the line changes."""


class Traffic:
    """Counts messages and reconnections of all lines made by one factory."""

    def __init__(self, factory: TransportFactory) -> None:
        self._factory = factory
        self.messages_in = 0
        self.messages_out = 0
        self.reconnects = 0

    def line(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        """Return a new line with a meter on it."""
        was_online = False

        def message(topic: str, payload: bytes) -> None:
            self.messages_in += 1
            on_message(topic, payload)

        def link(state: Link, reason: str) -> None:
            nonlocal was_online
            if state is Link.ONLINE:
                self.reconnects += was_online
                was_online = True
            on_link(state, reason)

        return _Metered(self._factory(client_id, message, link), self)


class _Metered:
    """A Transport that counts what is published; in everything else it is the line it was given."""

    __slots__ = ("_line", "_traffic")

    def __init__(self, line: Transport, traffic: Traffic) -> None:
        self._line = line
        self._traffic = traffic

    async def open(self) -> None:
        await self._line.open()

    async def subscribe(self, filters: tuple[str, ...]) -> None:
        await self._line.subscribe(filters)

    def publish(self, topic: str, payload: bytes) -> None:
        self._line.publish(topic, payload)
        self._traffic.messages_out += 1

    def cut(self, seconds: float | None = None) -> None:
        self._line.cut(seconds)

    async def close(self) -> None:
        await self._line.close()
