"""What the gateway remembers of a client: its filters, what it has not acknowledged, and what waits for it."""

from collections import deque
from collections.abc import Iterator
from typing import Final, Protocol

import msgspec

from simulator.endpoint import wire
from simulator.endpoint.reasons import LossReason as LossReason
from simulator.endpoint.subscriptions import Subscriptions
from simulator.jobs import limits

IN_FLIGHT_BYTES: Final = 512 * 1024
"""At most so many payload bytes go unacknowledged (or one message): less than the write buffer of a slow reader."""

QUEUED_MESSAGES: Final = 1000
QUEUED_BYTES: Final = 1024 * 1024
"""How much waits for one client that is away or slow; beyond it the oldest message is dropped, and counted."""

OFFLINE_SESSIONS: Final = 20_000
"""How many sessions are kept for clients that are away; beyond it the one away for longest is forgotten."""


class Line(Protocol):
    """The connection a session is served by."""

    def write(self, data: bytes) -> None:
        """Send bytes soon, together with whatever else is written in this turn of the loop."""
        ...

    def lose(self, reason: LossReason) -> None:
        """Close the connection; its session has been released when this returns."""
        ...


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message on its way to a subscriber at QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False


class Session:
    """One client's state. `line` is None while it is away. Dicts and queue exist only while they are needed."""

    __slots__ = (
        "_in_flight",
        "_in_flight_bytes",
        "_last_packet_id",
        "_queue",
        "_queued_bytes",
        "client_id",
        "filters",
        "is_persistent",
        "last_answer",
        "line",
    )

    def __init__(self, client_id: str, is_persistent: bool) -> None:
        self.client_id = client_id
        self.is_persistent = is_persistent
        self.line: Line | None = None
        self.filters: dict[str, int] = {}
        self.last_answer: tuple[str, bool] | None = None  # topic, and whether the filters want it at QoS 1; a memory
        self._in_flight: dict[int, Message] | None = None
        self._in_flight_bytes = 0
        self._queue: deque[Message] | None = None
        self._queued_bytes = 0
        self._last_packet_id = 0

    @property
    def waiting(self) -> int:
        """How many messages are queued or sent without having been acknowledged."""
        return len(self._in_flight or ()) + len(self._queue or ())

    def deliver(self, message: Message) -> int:
        """Send `message` at QoS 1 if the line is up and the window has room, else queue it.

        Returns how many older messages were dropped to make room.
        """
        if self.line is not None and self._queue is None and self._has_room(message):
            self.line.write(self._send(message))
            return 0
        if self._queue is None:
            self._queue = deque()
        self._queue.append(message)
        self._queued_bytes += len(message.payload)
        dropped = 0
        while len(self._queue) > QUEUED_MESSAGES or (self._queued_bytes > QUEUED_BYTES and len(self._queue) > 1):
            self._queued_bytes -= len(self._queue.popleft().payload)
            dropped += 1
        return dropped

    def acknowledge(self, packet_id: int) -> None:
        """Take a PUBACK and send what waited for it. An unknown identifier is ignored: it was answered twice."""
        if self._in_flight is None:
            return
        message = self._in_flight.pop(packet_id, None)
        if message is None:
            return
        self._in_flight_bytes -= len(message.payload)
        if self._queue is not None:
            self._send_queued()
        if not self._in_flight:
            self._in_flight = None

    def resume(self) -> None:
        """Send, on a new line, what had not been acknowledged (marked DUP), then what was queued [MQTT-4.4.0-1]."""
        if self.line is None:
            return
        for packet_id, message in (self._in_flight or {}).items():
            self.line.write(
                wire.encode_publish(message.topic, message.payload, 1, packet_id, retain=message.retain, dup=True)
            )
        if self._queue is not None:
            self._send_queued()

    def _has_room(self, message: Message) -> bool:
        if not self._in_flight:
            return True
        return (
            len(self._in_flight) < limits.IN_FLIGHT and self._in_flight_bytes + len(message.payload) <= IN_FLIGHT_BYTES
        )

    def _send_queued(self) -> None:
        while self.line is not None and self._queue and self._has_room(self._queue[0]):
            message = self._queue.popleft()
            self._queued_bytes -= len(message.payload)
            self.line.write(self._send(message))
        if not self._queue:
            self._queue = None  # an empty deque takes 600 bytes

    def _send(self, message: Message) -> bytes:
        in_flight = self._in_flight
        if in_flight is None:
            in_flight = self._in_flight = {}
        packet_id = self._last_packet_id % 0xFFFF + 1
        while packet_id in in_flight:
            packet_id = packet_id % 0xFFFF + 1
        self._last_packet_id = packet_id
        in_flight[packet_id] = message
        self._in_flight_bytes += len(message.payload)
        return wire.encode_publish(message.topic, message.payload, 1, packet_id, retain=message.retain)


class Sessions:
    """All sessions by client id. A persistent one outlives its connection by an hour (reference section 11.5)."""

    def __init__(self, subscriptions: Subscriptions[Session]) -> None:
        self._subscriptions = subscriptions
        self._by_client_id: dict[str, Session] = {}
        self._away_since: dict[str, float] = {}  # in the order in which they went away

    def __len__(self) -> int:
        return len(self._by_client_id)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._by_client_id.values())

    def __getitem__(self, client_id: str) -> Session:
        return self._by_client_id[client_id]

    def get(self, client_id: str) -> Session | None:
        """Return the session of a client id, whether or not its client is connected."""
        return self._by_client_id.get(client_id)

    @property
    def connected(self) -> int:
        """How many of them have a line."""
        return len(self._by_client_id) - len(self._away_since)

    def open(self, client_id: str, line: Line, *, clean: bool) -> tuple[Session, bool]:
        """Return the session that `line` serves from now on, and whether it was present.

        A line that served the same client id is lost: the newcomer wins.
        """
        session = self._by_client_id.get(client_id)
        if session is not None and session.line is not None:
            session.line.lose(LossReason.DUPLICATE_CLIENTID)
            session = self._by_client_id.get(client_id)
        if session is not None and clean:
            self._forget(session)
            session = None
        is_present = session is not None
        if session is None:
            session = self._by_client_id[client_id] = Session(client_id, not clean)
        self._away_since.pop(client_id, None)
        session.line = line
        return session, is_present

    def release(self, session: Session, now: float) -> None:
        """Take the line from `session`: forget a clean one, keep a persistent one from `now` (monotonic seconds)."""
        session.line = None
        if not session.is_persistent:
            self._forget(session)
            return
        self._away_since[session.client_id] = now
        if len(self._away_since) > OFFLINE_SESSIONS:
            self._forget(self._by_client_id[next(iter(self._away_since))])

    def expire(self, now: float) -> None:
        """Forget the sessions whose clients have been away for more than an hour."""
        while self._away_since:
            client_id, since = next(iter(self._away_since.items()))
            if now - since <= limits.SESSION_EXPIRY_SECONDS:
                return
            self._forget(self._by_client_id[client_id])

    def _forget(self, session: Session) -> None:
        del self._by_client_id[session.client_id]
        self._away_since.pop(session.client_id, None)
        for topic_filter in session.filters:
            self._subscriptions.remove(topic_filter, session)
