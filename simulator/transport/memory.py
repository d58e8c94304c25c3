"""The network replaced by a function call: the same contract as paho's, for tests and for runs that need no endpoint.

Nothing is delivered inside the call that caused it: every message takes one turn of the loop, and all keep their order.
"""

import asyncio
import math
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from simulator.jobs.topics import is_reserved_jobs_topic
from simulator.transport.base import Link, LinkHandler, MessageHandler, NotConnectedError

DOWN: Final = "the endpoint is down"


class Requester(Protocol):
    """Whoever sent a request; `send` reaches it alone, and reaches nobody once its connection is gone."""

    def send(self, topic: str, payload: bytes) -> None: ...


RequestHandler = Callable[[Requester, str, bytes], None]
"""Called for each message published into the Jobs namespace: who asks, topic, payload."""


class MemoryBroker:
    """What MemoryTransports connect to, with switches for what goes wrong on a line."""

    def __init__(self, on_request: RequestHandler | None = None) -> None:
        """Make a broker that is up. Without `on_request`, Jobs topics are delivered to subscribers like any other."""
        self._on_request = on_request
        self._sessions: dict[str, _Session] = {}
        self._subscribed: dict[str, dict[tuple[_Session, str], None]] = {}  # by what precedes the first wildcard
        self._waiting: dict[MemoryTransport, None] = {}
        self._faults: list[Callable[[_Session, str, bytes], None]] = []
        self.is_up = True

    def publish(self, topic: str, payload: bytes) -> None:
        """Send to everyone who subscribed to `topic`, once."""
        told: set[_Session] = set()
        for prefix in _prefixes(topic):
            for session, topic_filter in self._subscribed.get(prefix, ()):
                if session not in told and matches(topic_filter, topic):
                    told.add(session)
                    session.deliver(topic, payload)

    # --- switches ---

    def take_down(self) -> None:
        """Break every line; nobody comes back until `bring_up`."""
        self.is_up = False
        for session in list(self._sessions.values()):
            session.transport._lost(DOWN)

    def bring_up(self) -> None:
        """Let everyone in who wants to be."""
        self.is_up = True
        waiting, self._waiting = self._waiting, {}
        for transport in waiting:
            transport._come_back(0.0)

    def drop_next_reply(self) -> None:
        """Lose the next reply to a request; several calls of these three take effect one reply each, in order."""
        self._faults.append(lambda _session, _topic, _payload: None)

    def duplicate_next_reply(self) -> None:
        """Deliver the next reply twice."""

        def twice(session: "_Session", topic: str, payload: bytes) -> None:
            session.deliver(topic, payload)
            session.deliver(topic, payload)

        self._faults.append(twice)

    def delay_next_reply(self, seconds: float) -> None:
        """Deliver the next reply real `seconds` later; what is sent after it overtakes it."""
        self._faults.append(
            lambda session, topic, payload: session.deliver_later(seconds, topic, payload),
        )

    # --- what transports and sessions call ---

    def _accept(self, transport: "MemoryTransport") -> "_Session":
        older = self._sessions.get(transport.client_id)
        if older is not None:
            older.transport._lost("another client took this client id")
        session = self._sessions[transport.client_id] = _Session(self, transport)
        return session

    def _forget(self, session: "_Session") -> None:
        if self._sessions.get(session.transport.client_id) is session:
            del self._sessions[session.transport.client_id]
        for topic_filter in session.filters:
            prefix = _prefix(topic_filter)
            entries = self._subscribed[prefix]
            del entries[session, topic_filter]
            if not entries:
                del self._subscribed[prefix]

    def _subscribe(self, session: "_Session", filters: tuple[str, ...]) -> None:
        for topic_filter in filters:
            session.filters[topic_filter] = None
            self._subscribed.setdefault(_prefix(topic_filter), {})[session, topic_filter] = None

    def _route(self, session: "_Session", topic: str, payload: bytes) -> None:
        if not session.is_alive:
            return
        if self._on_request is not None and is_reserved_jobs_topic(topic):
            self._on_request(session, topic, payload)
        else:
            self.publish(topic, payload)

    def _reply(self, session: "_Session", topic: str, payload: bytes) -> None:
        deliver = self._faults.pop(0) if self._faults else _Session.deliver
        deliver(session, topic, payload)


class _Session:
    """One connection of one client, from its acceptance until the line is lost."""

    __slots__ = ("_broker", "_loop", "asked", "filters", "is_alive", "transport")

    def __init__(self, broker: MemoryBroker, transport: "MemoryTransport") -> None:
        self._broker = broker
        self._loop = asyncio.get_running_loop()
        self.asked: tuple[str, Any] | None = None  # kept for whoever answers its requests
        self.transport = transport
        self.filters: dict[str, None] = {}
        self.is_alive = True

    def send(self, topic: str, payload: bytes) -> None:
        if self.is_alive:
            self._broker._reply(self, topic, payload)

    def deliver(self, topic: str, payload: bytes) -> None:
        self._loop.call_soon(self._arrive, topic, payload)

    def deliver_later(self, seconds: float, topic: str, payload: bytes) -> None:
        self._loop.call_later(seconds, self._arrive, topic, payload)

    def _arrive(self, topic: str, payload: bytes) -> None:
        if self.is_alive:
            self.transport._on_message(topic, payload)

    def end(self) -> None:
        self.is_alive = False
        self._broker._forget(self)


class MemoryTransport:
    """A `Transport` to a MemoryBroker. Its back-off is no wait at all, or until the broker is up."""

    def __init__(self, broker: MemoryBroker, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> None:
        self.client_id = client_id
        self._broker = broker
        self._on_message = on_message
        self._on_link = on_link
        self._filters: dict[str, None] = {}
        self._link = Link.OFFLINE
        self._reason = ""
        self._is_open = False
        self._session: _Session | None = None
        self._next: asyncio.Handle | None = None  # the next step on the way to ONLINE
        self._opened: asyncio.Future[None] | None = None

    async def open(self) -> None:
        """Keep the line up from now on; return when it is ONLINE.

        Raises:
            NotConnectedError: `close` was called meanwhile.
        """
        self._is_open = True
        if self._session is not None:
            return
        if self._link is not Link.CONNECTING:
            self._come_back(0.0)
        if self._opened is None:
            self._opened = asyncio.get_running_loop().create_future()
        try:
            await asyncio.shield(self._opened)
        except asyncio.CancelledError:
            await self.close()
            raise

    async def subscribe(self, filters: tuple[str, ...]) -> None:
        """Subscribe and remember.

        Raises:
            NotConnectedError: the line is down, or went down before the grant.
        """
        self._filters.update(dict.fromkeys(filters))
        session = self._session
        if session is not None:
            self._broker._subscribe(session, filters)
            await asyncio.sleep(0)
        if session is None or not session.is_alive:
            raise NotConnectedError(self.client_id)

    def forget_filters(self) -> None:
        """Subscribe to nothing on the next connection."""
        self._filters.clear()

    def publish(self, topic: str, payload: bytes) -> None:
        """Send.

        Raises:
            NotConnectedError: the line is down.
        """
        if self._session is None:
            raise NotConnectedError(self.client_id)
        asyncio.get_running_loop().call_soon(self._broker._route, self._session, topic, payload)

    def cut(self, seconds: float | None = None) -> None:
        """Lose the line; come back after `seconds`, at once if None, at `open` if infinite."""
        if not self._is_open:
            return
        self._leave()
        if seconds != math.inf:
            self._come_back(seconds or 0.0)
        self._tell(Link.OFFLINE, "")

    async def close(self) -> None:
        """Stop; `open` may begin anew."""
        if not self._is_open:
            return
        self._is_open = False
        self._leave()
        opened, self._opened = self._opened, None
        if opened is not None and not opened.done():
            opened.set_exception(NotConnectedError(self.client_id))
            opened.exception()  # seen, also when nobody waits
        self._tell(Link.OFFLINE, "")

    def _leave(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.end()
        self._broker._waiting.pop(self, None)
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _lost(self, reason: str) -> None:
        self._leave()
        self._come_back(0.0)
        self._tell(Link.ERROR, reason)

    def _come_back(self, seconds: float) -> None:
        if self._next is not None:
            self._next.cancel()
        loop = asyncio.get_running_loop()
        self._next = loop.call_later(seconds, self._connect) if seconds > 0 else loop.call_soon(self._connect)

    def _connect(self) -> None:
        self._next = None
        if not self._broker.is_up:
            self._broker._waiting[self] = None
            self._tell(Link.ERROR, DOWN)
            return
        if self._link is Link.OFFLINE:
            self._tell(Link.CONNECTING, "")
        if self._is_open and self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._be_accepted)

    def _be_accepted(self) -> None:
        self._next = None
        if not self._broker.is_up:
            self._connect()
            return
        self._session = self._broker._accept(self)
        self._broker._subscribe(self._session, tuple(self._filters))
        opened, self._opened = self._opened, None
        if opened is not None and not opened.done():
            opened.set_result(None)
        self._tell(Link.ONLINE, "")

    def _tell(self, link: Link, reason: str) -> None:
        if (link, reason) != (self._link, self._reason):
            self._link, self._reason = link, reason
            self._on_link(link, reason)


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a message to `topic` goes to who subscribed to `topic_filter` (MQTT 3.1.1, section 4.7)."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    for position, level in enumerate(wanted):
        if level == "#":
            return True
        if position == len(levels) or level not in ("+", levels[position]):
            return False
    return len(wanted) == len(levels)


def _prefix(topic_filter: str) -> str:
    """Return the levels before the first wildcard, each with its slash; for a filter without one, all of it."""
    ends = [end for end in (topic_filter.find("+"), topic_filter.find("#")) if end >= 0]
    return topic_filter[: min(ends)] if ends else topic_filter


def _prefixes(topic: str) -> Iterator[str]:
    """Yield what a filter that matches `topic` may have for its prefix."""
    yield ""
    for position, character in enumerate(topic):
        if character == "/":
            yield topic[: position + 1]
    if not topic.endswith("/"):
        yield topic
    yield topic + "/"  # `a/#` matches `a` too
