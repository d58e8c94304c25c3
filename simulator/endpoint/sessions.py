"""What the gateway remembers of a client: its filters, what it has not acknowledged, and what waits for it."""

from collections import deque
from typing import Final, Protocol

from simulator.endpoint import wire
from simulator.endpoint.counters import GatewayCounters
from simulator.endpoint.messages import Message
from simulator.endpoint.mqtt5 import Dialect
from simulator.endpoint.reasons import LossReason
from simulator.jobs import limits

IN_FLIGHT_BYTES: Final = 512 * 1024
"""At most so many payload bytes go unacknowledged (or one message): less than the write buffer of a slow reader."""

QUEUED_MESSAGES: Final = 1000
QUEUED_BYTES: Final = 1024 * 1024
"""How much waits for one client that is away or slow; beyond it the oldest message is dropped, and counted."""


class Line(Protocol):
    """The connection a session is served by."""

    def write(self, data: bytes) -> None:
        """Send bytes soon, together with whatever else is written in this turn of the loop."""
        ...

    def lose(self, reason: LossReason) -> None:
        """Close the connection; its session has been released when this returns."""
        ...


class Session:
    """One client's state. `line` is None while it is away. Dicts and queue exist only while they are needed."""

    __slots__ = (
        "_counters",
        "_in_flight",
        "_in_flight_bytes",
        "_last_packet_id",
        "_queue",
        "_queued_bytes",
        "client_id",
        "dialect",
        "expiry_seconds",
        "filters",
        "last_answer",
        "line",
    )

    def __init__(self, client_id: str, expiry_seconds: float, counters: GatewayCounters) -> None:
        """`expiry_seconds`: how long it outlives its connection; 0: not at all."""
        self.client_id = client_id
        self.expiry_seconds = expiry_seconds
        self.line: Line | None = None
        self.dialect: Dialect | None = None  # of the MQTT 5 connection it has, or had last; None: MQTT 3.1.1
        self.filters: dict[str, int] = {}
        self.last_answer: tuple[str, bool] | None = None  # topic, and whether the filters want it at QoS 1; a memory
        self._counters = counters
        self._in_flight: dict[int, Message] | None = None
        self._in_flight_bytes = 0
        self._queue: deque[Message] | None = None
        self._queued_bytes = 0
        self._last_packet_id = 0

    @property
    def is_persistent(self) -> bool:
        """Whether it outlives its connection."""
        return self.expiry_seconds > 0

    @property
    def waiting(self) -> int:
        """How many messages are queued or sent without having been acknowledged."""
        return len(self._in_flight or ()) + len(self._queue or ())

    def deliver(self, message: Message) -> int:
        """Send `message` at QoS 1 if the line is up and the window has room, else queue it.

        Returns how many older messages were dropped to make room.
        """
        if self.line is not None and self._queue is None and self._has_room(message):
            self._send(self.line, message)
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

    def send(self, message: Message) -> None:
        """Send `message` at QoS 0, if the line is up."""
        if self.line is None:
            return
        if self.dialect is None:
            self.line.write(wire.encode_publish(message.topic, message.payload, retain=message.retain))
            return
        data = self.dialect.encode(message, 0, 0)
        if data is None:
            self._counters.too_large += 1
        else:
            self.line.write(data)

    def acknowledge(self, packet_id: int, now: float) -> None:
        """Take a PUBACK and send what waited for it. An unknown identifier is ignored: it was answered twice."""
        if self._in_flight is None:
            return
        message = self._in_flight.pop(packet_id, None)
        if message is None:
            return
        self._in_flight_bytes -= len(message.payload)
        if self._queue is not None:
            self._send_queued(now)
        if not self._in_flight:
            self._in_flight = None

    def resume(self, now: float) -> None:
        """Send, on a new line, what had not been acknowledged (marked DUP), then what was queued [MQTT-4.4.0-1].

        What the new line's Receive Maximum leaves no room for waits at the head of the queue.
        """
        if self.line is None:
            return
        repeated, self._in_flight, self._in_flight_bytes = self._in_flight or {}, None, 0
        late: list[Message] = []
        for packet_id, message in repeated.items():
            if late or not self._has_room(message):
                late.append(message)
                continue
            self._repeat(self.line, message, packet_id)
        if late:
            self._queue = self._queue or deque()
            self._queue.extendleft(reversed(late))
            self._queued_bytes += sum(len(message.payload) for message in late)
        if self._queue is not None:
            self._send_queued(now)

    def _has_room(self, message: Message) -> bool:
        if not self._in_flight:
            return True
        dialect = self.dialect
        window = limits.IN_FLIGHT if dialect is None else dialect.terms.receive_maximum
        return len(self._in_flight) < window and self._in_flight_bytes + len(message.payload) <= IN_FLIGHT_BYTES

    def _send_queued(self, now: float) -> None:
        while self.line is not None and self._queue and self._has_room(self._queue[0]):
            message = self._queue.popleft()
            self._queued_bytes -= len(message.payload)
            if 0 < message.expires_at <= now:
                self._counters.expired += 1
            else:
                self._send(self.line, message)
        if not self._queue:
            self._queue = None  # an empty deque takes 600 bytes

    def _send(self, line: Line, message: Message) -> None:
        """Send at QoS 1 under a new packet identifier."""
        in_flight = self._in_flight
        if in_flight is None:
            in_flight = self._in_flight = {}
        packet_id = self._last_packet_id % 0xFFFF + 1
        while packet_id in in_flight:
            packet_id = packet_id % 0xFFFF + 1
        if self.dialect is None:
            line.write(wire.encode_publish(message.topic, message.payload, 1, packet_id, retain=message.retain))
        elif not self._send_5(line, self.dialect, message, packet_id, dup=False):
            return
        self._last_packet_id = packet_id
        in_flight[packet_id] = message
        self._in_flight_bytes += len(message.payload)

    def _repeat(self, line: Line, message: Message, packet_id: int) -> None:
        """Send again at QoS 1, under the packet identifier of the first time."""
        self._counters.redelivered += 1
        if self.dialect is None:
            data = wire.encode_publish(message.topic, message.payload, 1, packet_id, retain=message.retain, dup=True)
            line.write(data)
        elif not self._send_5(line, self.dialect, message, packet_id, dup=True):
            return
        if self._in_flight is None:
            self._in_flight = {}
        self._in_flight[packet_id] = message
        self._in_flight_bytes += len(message.payload)

    def _send_5(self, line: Line, dialect: Dialect, message: Message, packet_id: int, *, dup: bool) -> bool:
        """Send to an MQTT 5 client; False if the message is too large for it, and counts as sent [MQTT-3.1.2-25]."""
        data = dialect.encode(message, 1, packet_id, dup=dup)
        if data is None:
            self._counters.too_large += 1
            return False
        line.write(data)
        return True
