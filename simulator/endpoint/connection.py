"""One client's connection: packets in, AWS's rules of conduct, packets out. It waits for nothing and owns no timer."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from simulator.endpoint import packets, subscriptions, wire
from simulator.endpoint.broker import Broker
from simulator.endpoint.deadlines import Deadlines
from simulator.endpoint.hooks import ANONYMOUS, Action, ConnectFault, Principal
from simulator.endpoint.packets import ConnectCode, MalformedPacketError, Will
from simulator.endpoint.reasons import LossReason, Reason, connect_code
from simulator.endpoint.sessions import Session
from simulator.jobs import limits
from simulator.jobs.topics import is_reserved_jobs_topic

logger = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 10
"""How long a connection may stay without a CONNECT (real seconds)."""

LINGER_SECONDS: Final = 5
"""How long a closed connection may take to accept what was sent before."""

WRITE_BUFFER_BYTES: Final = 1024 * 1024
"""How much may wait in the write buffer; a client that lets more pile up is cut off."""


class ViolationError(Exception):
    """A client did what AWS closes connections for; the text says what."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all connections of a gateway have in common."""

    broker: Broker
    deadlines: "Deadlines[Client]"
    outbox: "Outbox"
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


class Client(asyncio.Protocol):
    """A connection and the client behind it. `client_id` is "" until it has connected."""

    __slots__ = (
        "_decoder",
        "_is_closing",
        "_is_half_open",
        "_last_seen",
        "_out",
        "_patience",
        "_session",
        "_shared",
        "_transport",
        "_will",
        "client_id",
        "principal",
    )

    def __init__(self, shared: Shared, principal: Principal = ANONYMOUS) -> None:
        self.client_id = ""
        self.principal = principal
        self._shared = shared
        self._transport: asyncio.Transport | None = None
        self._decoder = wire.Decoder()
        self._session: Session | None = None
        self._will: Will | None = None
        self._out: list[bytes] = []
        self._patience = 0.0  # seconds without a packet after which the client counts as lost
        self._last_seen = 0.0
        self._is_closing = False
        self._is_half_open = False

    # --- for the service

    def send(self, topic: str, payload: bytes) -> None:
        """Deliver to this client alone, subscribed or not: at QoS 1 if it has subscribed to `topic` with it, else at 0.

        If the connection has ended meanwhile, the message is dropped, as AWS does.
        """
        if self._session is None:
            return
        hook = self._shared.broker.hooks.outgoing
        taken = hook(self.client_id, topic, True) if hook is not None else None
        if taken is None:
            self._shared.broker.answer(self._session, self, topic, payload)
        else:
            taken(partial(self._answer, topic, payload))

    def _answer(self, topic: str, payload: bytes) -> None:
        if self._session is not None:
            self._shared.broker.answer(self._session, self, topic, payload)

    # --- for faults and administration

    def disconnect(self, reason: Reason = Reason.ADMINISTRATIVE_ACTION) -> None:
        """End the connection as AWS ends one: what waits is written, MQTT 5 clients are told `reason`."""
        self.lose(LossReason.SERVER_INITIATED_DISCONNECT)

    def cut(self) -> None:
        """Reset the connection without a word, as a failing network does; the will is published."""
        if not self._is_closing:
            self._end(LossReason.CONNECTION_LOST)
        if self._transport is not None:
            self._transport.abort()

    def half_open(self) -> None:
        """Neither hear nor answer from now on, with the connection kept up, until its keep-alive has run out."""
        self._is_half_open = True

    # --- for the session (Line)

    def write(self, data: bytes) -> None:
        if self._is_half_open:
            return
        if not self._out:
            self._shared.outbox.add(self)
        self._out.append(data)

    def lose(self, reason: LossReason) -> None:
        if self._is_closing:
            return
        self._end(reason)
        self.flush()
        if self._transport is not None:
            self._transport.close()
            self._shared.deadlines.put(self, self._shared.broker.monotonic() + LINGER_SECONDS)

    # --- for the gateway

    def abort(self) -> None:
        """Drop the connection and what was still to be sent, without publishing the will."""
        self._will = None
        if not self._is_closing:
            self._end(LossReason.SERVER_INITIATED_DISCONNECT)
        if self._transport is not None:
            self._transport.abort()

    def flush(self) -> None:
        """Write what has gathered."""
        if self._out and self._transport is not None:
            out, self._out = self._out, []
            if not self._transport.is_closing():
                self._transport.write(out[0] if len(out) == 1 else b"".join(out))

    def check(self, now: float) -> None:
        """Its deadline has passed (monotonic seconds): see whether it was heard of since."""
        if self._is_closing:
            self.abort()
        elif self._session is None:
            self.lose(LossReason.CLIENT_ERROR)
        elif self._last_seen + self._patience > now:
            self._shared.deadlines.put(self, self._last_seen + self._patience)
        else:
            self.lose(LossReason.MQTT_KEEP_ALIVE_TIMEOUT)

    # --- for the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by type, only by behaviour
        self._transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        self._shared.broker.counters.accepted += 1
        self._shared.connections.add(self)
        self._shared.deadlines.put(self, self._shared.broker.monotonic() + CONNECT_SECONDS)
        if not self._shared.is_serving():  # the gateway closed between accepting the socket and this
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._is_half_open or self._transport.is_closing():
            return
        self._last_seen = self._shared.broker.monotonic()
        try:
            for packet in self._decoder.feed(data):
                if self._session is None:
                    self._connect(packet)
                else:
                    self._take(packet, self._session)
                if self._is_closing:
                    return
        except (MalformedPacketError, ViolationError) as exc:
            logger.debug("connection of %r closed: %s", self.client_id, exc)
            self.lose(LossReason.CLIENT_ERROR)
        except Exception:
            logger.exception("connection of %r closed after an error of the gateway", self.client_id)
            self.lose(LossReason.SERVER_ERROR)

    def eof_received(self) -> None:
        self.lose(LossReason.CONNECTION_LOST)

    def pause_writing(self) -> None:
        self._shared.broker.counters.slow_readers += 1
        if not self._is_closing:
            self._end(LossReason.THROTTLED)
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  the cause of a lost line changes nothing
        if not self._is_closing:
            self._end(LossReason.CONNECTION_LOST)
        self._transport = None
        self._out.clear()
        self._shared.deadlines.discard(self)
        self._shared.connections.discard(self)
        self._shared.on_gone()

    # --- packets

    def _connect(self, packet: packets.Packet) -> None:
        if not isinstance(packet, packets.Connect):
            raise ViolationError("the first packet is no CONNECT")
        hook = self._shared.broker.hooks.connect
        if hook is not None and (fault := hook(self, packet)) is not None:
            self._fail(fault)
            return
        if packet.level != packets.LEVEL_3_1_1:
            self.write(
                wire.UNSUPPORTED_VERSION_5
                if packet.level == packets.LEVEL_5
                else wire.encode(packets.ConnAck(False, ConnectCode.UNACCEPTABLE_PROTOCOL_VERSION))
            )
            raise ViolationError(f"protocol level {packet.level} is not served")
        if not _is_client_id(packet):
            self.write(wire.encode(packets.ConnAck(False, ConnectCode.IDENTIFIER_REJECTED)))
            raise ViolationError(f"{packet.client_id!r} is no client id")
        will = packet.will
        if will is not None and (
            will.qos > 1 or len(will.payload) > limits.PAYLOAD_BYTES or not subscriptions.is_topic(will.topic)
        ):
            raise ViolationError(f"no will can be kept for {will.topic!r} at QoS {will.qos}")
        lowest, highest = limits.KEEP_ALIVE_SECONDS
        self._patience = 1.5 * (min(max(packet.keep_alive, lowest), highest) if packet.keep_alive else highest)
        self.client_id = packet.client_id or f"auto-{uuid.uuid4()}"
        if not self._may(Action.CONNECT, self.client_id) or (
            will is not None and not self._may(Action.PUBLISH, will.topic)
        ):
            self.write(wire.encode(packets.ConnAck(False, ConnectCode.AWS_NOT_AUTHORIZED)))
            self.lose(LossReason.AUTH_ERROR)
            return
        self._session, is_present = self._shared.broker.sessions.open(self.client_id, self, clean=packet.clean_session)
        self._will = will
        self.write(wire.encode(packets.ConnAck(is_present, ConnectCode.ACCEPTED)))
        self._session.resume()
        self._shared.deadlines.put(self, self._last_seen + self._patience)

    def _fail(self, fault: Reason | ConnectFault) -> None:
        if isinstance(fault, Reason):
            self.write(wire.encode(packets.ConnAck(False, connect_code(fault))))
        elif fault is ConnectFault.SILENCE:
            self._is_half_open = True
            return
        self.lose(LossReason.SERVER_ERROR)

    def _may(self, action: Action, resource: str) -> bool:
        policy = self._shared.broker.hooks.policy
        return policy is None or policy(self, action, resource)

    def _take(self, packet: packets.Packet, session: Session) -> None:
        match packet:
            case packets.Publish():
                self._publish(packet)
            case packets.PubAck():
                session.acknowledge(packet.packet_id)
            case packets.PingReq():
                self.write(wire.encode(packets.PingResp()))
            case packets.Subscribe():
                codes = self._shared.broker.subscribe(session, packet.filters)
                self.write(wire.encode(packets.SubAck(packet.packet_id, codes)))
                for (topic_filter, _), code in zip(packet.filters, codes, strict=True):
                    if code != packets.SUBSCRIPTION_REFUSED:
                        self._shared.broker.send_retained(session, topic_filter)
            case packets.Unsubscribe():
                self._shared.broker.unsubscribe(session, packet.filters)
                self.write(wire.encode(packets.UnsubAck(packet.packet_id)))
            case packets.Disconnect():
                self.lose(LossReason.CLIENT_INITIATED_DISCONNECT)
            case _:
                raise ViolationError(f"{type(packet).__name__} is not for a client to send here")

    def _publish(self, packet: packets.Publish) -> None:
        topic = packet.topic
        if packet.qos > 1:
            raise ViolationError("QoS 2 is not served")
        if not subscriptions.is_topic(topic):
            raise ViolationError(f"nothing can be published to {topic!r}")
        if len(packet.payload) > limits.PAYLOAD_BYTES:
            raise ViolationError(f"{len(packet.payload)} bytes are more than a message may have")
        if not self._may(Action.PUBLISH, topic):
            self.lose(LossReason.FORBIDDEN_ACCESS)
            return
        is_request = False
        if topic[:1] == "$":
            is_request = is_reserved_jobs_topic(topic)
            if not is_request or packet.retain:
                raise ViolationError(
                    f"{topic!r} is reserved" + (", and nothing is retained there" if is_request else "")
                )
        if packet.qos:
            self.write(wire.encode_puback(packet.packet_id))
        if is_request:
            self._request(topic, packet.payload)
        else:
            self._shared.broker.take(topic, packet.payload, packet.qos, retain=packet.retain)

    def _request(self, topic: str, payload: bytes) -> None:
        self._shared.broker.counters.requests += 1
        try:
            self._shared.on_request(self, topic, payload)
        except Exception:  # a request that breaks the service must not cost the thing its line
            self._shared.broker.counters.failed_requests += 1
            logger.exception("a request of %r to %s failed", self.client_id, topic)

    def _end(self, reason: LossReason) -> None:
        """Release the session; from here on nothing is read and the client counts as gone."""
        self._is_closing = True
        losses = self._shared.broker.counters.losses
        losses[reason] = losses.get(reason, 0) + 1
        session, will = self._session, self._will
        self._session = self._will = None
        if session is not None:
            self._shared.broker.release(session, reason, will)


def _is_client_id(packet: packets.Connect) -> bool:
    """AWS's rules for client ids (reference section 10.3); one without an id is given one if its session is clean."""
    if not packet.client_id:
        return packet.clean_session
    return len(packet.client_id.encode()) <= limits.CLIENT_ID_BYTES and not packet.client_id.startswith("$")
