"""One client's connection: packets in, AWS's rules of conduct, packets out. It waits for nothing and owns no timer."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from simulator.endpoint import handshake, mqtt5, packets, subscribing, subscriptions, wire
from simulator.endpoint.broker import Broker
from simulator.endpoint.counters import GatewayCounters
from simulator.endpoint.deadlines import Deadlines
from simulator.endpoint.handshake import Agreement, RefusedError
from simulator.endpoint.hooks import ANONYMOUS, Action, ConnectFault, Hooks, Principal
from simulator.endpoint.messages import ViolationError
from simulator.endpoint.packets import LEVEL_3_1_1, LEVEL_5, MalformedPacketError
from simulator.endpoint.presence import Presence
from simulator.endpoint.properties import Properties
from simulator.endpoint.quotas import SESSION_EXPIRY_SECONDS, ConnectRates, GatewaySettings, Rate
from simulator.endpoint.reasons import LossReason, Reason, disconnect_reason
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
    """A connection and the client behind it. `client_id` is "" until its CONNECT has been read.

    Any listener may serve it: see `Gateway.new_client`.
    """

    __slots__ = (
        "_agreement",
        "_decoder",
        "_is_closing",
        "_is_half_open",
        "_last_seen",
        "_number",
        "_out",
        "_rate",
        "_session",
        "_shared",
        "_transport",
        "_version",
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
        self._agreement: Agreement | None = None
        self._out: list[bytes] = []
        self._last_seen = 0.0
        self._rate: Rate | None = None
        self._number = self._version = 0  # of the connection, in presence events
        self._is_closing = False
        self._is_half_open = False

    @property
    def level(self) -> int:
        """The protocol level it speaks: 4 is MQTT 3.1.1, 5 is MQTT 5."""
        return self._decoder.level

    # --- for the service

    def send(self, topic: str, payload: bytes) -> None:
        """Deliver to this client alone, subscribed or not: at QoS 1 if it has subscribed to `topic` with it, else at 0.

        If the connection has ended meanwhile, the message is dropped, as AWS does.
        """
        if self._session is None:
            return
        hooks = self._shared.hooks
        if hooks.policy is not None and not hooks.policy(self, Action.RECEIVE, topic):
            return
        taken = hooks.outgoing(self.client_id, topic, True) if hooks.outgoing is not None else None
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
        self.lose(LossReason.SERVER_INITIATED_DISCONNECT, reason)

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

    def lose(self, reason: LossReason, told: Reason | None = None, what: str = "") -> None:
        """Close the connection; an MQTT 5 client is told `told`, or what `reason` comes to, and `what`."""
        if self._is_closing:
            return
        session = self._session
        if session is not None and session.dialect is not None:
            told = told or disconnect_reason(reason)
            if told is not None:
                properties = Properties(reason_string=what[: handshake.REASON_STRING_CHARACTERS]) if what else None
                self.write(wire.encode(packets.Disconnect(told, properties), LEVEL_5))
        self._end(reason)
        self.flush()
        if self._transport is not None:
            self._transport.close()
            self._shared.deadlines.put(self, self._shared.broker.monotonic() + LINGER_SECONDS)

    # --- for the gateway

    def abort(self) -> None:
        """Drop the connection and what was still to be sent, without publishing the will."""
        self._agreement = None
        if not self._is_closing:
            self._end(LossReason.SERVER_INITIATED_DISCONNECT)
        if self._transport is not None:
            self._transport.abort()

    def shut_down(self) -> None:
        """End the connection without publishing the will; an MQTT 5 client is told that the gateway shuts down."""
        self._agreement = None
        if self._decoder.level == LEVEL_5:
            self.lose(LossReason.SERVER_INITIATED_DISCONNECT, Reason.SERVER_SHUTTING_DOWN)
        else:
            self.flush()
            self.abort()

    def flush(self) -> None:
        """Write what has gathered."""
        if self._out and self._transport is not None:
            out, self._out = self._out, []
            if not self._transport.is_closing():
                self._transport.write(out[0] if len(out) == 1 else b"".join(out))
            if self._session is not None and self._session.dialect is not None:
                self._session.dialect.acknowledged = 0

    def check(self, now: float) -> None:
        """Its deadline has passed (monotonic seconds): see whether it was heard of since."""
        agreement = self._agreement
        if self._is_closing:
            self.abort()
        elif self._session is None or agreement is None:
            self.lose(LossReason.CLIENT_ERROR)
        elif self._last_seen + 1.5 * agreement.keep_alive > now:
            self._shared.deadlines.put(self, self._last_seen + 1.5 * agreement.keep_alive)
        else:
            self.lose(LossReason.MQTT_KEEP_ALIVE_TIMEOUT)

    # --- for the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by type, only by behaviour
        self._transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        self._shared.counters.accepted += 1
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
                if self._is_closing or self._is_half_open:
                    return
        except (MalformedPacketError, ViolationError) as exc:
            self._break_off(exc)
        except Exception:
            logger.exception("connection of %r closed after an error of the gateway", self.client_id)
            self.lose(LossReason.SERVER_ERROR)

    def eof_received(self) -> None:
        self.lose(LossReason.CONNECTION_LOST)

    def pause_writing(self) -> None:
        self._shared.counters.slow_readers += 1
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
        try:
            agreement = self._agree(packet)
        except RefusedError as exc:
            self._refuse(exc.reason, str(exc))
            return
        if agreement is None:
            return
        shared = self._shared
        session, is_present = shared.broker.open(agreement, self)
        self._session, self._agreement = session, agreement
        shared.counters.connects += 1
        shared.counters.connects_5 += agreement.terms is not None
        self.write(handshake.accepted(agreement, session_present=is_present))
        self._number, self._version = shared.presence.number(), shared.presence.version(self.client_id)
        shared.presence.connected(
            self.client_id, self._number, self._version, self.principal.identifier, self._address()
        )
        session.resume(self._last_seen)
        shared.deadlines.put(self, self._last_seen + 1.5 * agreement.keep_alive)

    def _agree(self, packet: packets.Connect) -> Agreement | None:
        """Return what a CONNECT comes to, or None if a fault befalls it.

        Raises:
            RefusedError: it is to be refused.
            ViolationError: the connection is to be closed.
        """
        shared = self._shared
        if packet.level not in (LEVEL_3_1_1, LEVEL_5):
            raise RefusedError(Reason.UNSUPPORTED_PROTOCOL_VERSION, f"protocol level {packet.level} is not served")
        self.client_id = packet.client_id
        fault = shared.hooks.connect(self, packet) if shared.hooks.connect is not None else None
        if isinstance(fault, Reason):
            raise RefusedError(fault, "")
        if fault is ConnectFault.SILENCE:
            self._is_half_open = True
            return None
        if fault is ConnectFault.CLOSE:
            self.lose(LossReason.SERVER_ERROR)
            return None
        if not shared.connect_rates.allow(packet.client_id, self._last_seen):
            raise RefusedError(Reason.QUOTA_EXCEEDED, "too many CONNECTs in this second")
        agreement = handshake.agree(packet, shared.settings, self._last_seen)
        self.client_id = agreement.client_id
        if not self._may(Action.CONNECT, self.client_id):
            raise RefusedError(Reason.NOT_AUTHORIZED, "the policy does not let this client connect")
        if agreement.will is not None and not self._may(Action.PUBLISH, agreement.will.topic):
            raise RefusedError(Reason.NOT_AUTHORIZED, "the policy does not let this client leave that will")
        return agreement

    def _refuse(self, reason: Reason, what: str) -> None:
        self._shared.counters.refused_connects += 1
        logger.debug("CONNECT of %r refused: %s", self.client_id, what)
        self.write(handshake.refused(self._decoder.level, reason, what))
        self.lose(_REFUSALS.get(reason, LossReason.CLIENT_ERROR))

    def _break_off(self, exc: MalformedPacketError | ViolationError) -> None:
        """End the connection of a client that broke the rules; an MQTT 5 client is told which."""
        logger.debug("connection of %r closed: %s", self.client_id, exc)
        self._shared.counters.malformed += isinstance(exc, MalformedPacketError)
        if self._session is None and self._decoder.level == LEVEL_5:
            self._shared.counters.refused_connects += 1
            self.write(handshake.refused(LEVEL_5, exc.reason, str(exc)))
        forbidden = exc.reason is Reason.NOT_AUTHORIZED
        self.lose(LossReason.FORBIDDEN_ACCESS if forbidden else LossReason.CLIENT_ERROR, exc.reason, str(exc))

    def _may(self, action: Action, resource: str) -> bool:
        policy = self._shared.hooks.policy
        return policy is None or policy(self, action, resource)

    def _take(self, packet: packets.Packet, session: Session) -> None:
        match packet:
            case packets.Publish():
                if session.dialect is None:
                    self._publish(packet, packet.topic, session)
                else:
                    self._publish(packet, session.dialect.resolve(packet), session)
            case packets.PubAck():
                session.acknowledge(packet.packet_id, self._last_seen)
            case packets.PingReq():
                self.write(b"\xd0\x00")
            case packets.Subscribe():
                granted = subscribing.subscribe(
                    self._shared.broker, session, packet, partial(self._may, Action.SUBSCRIBE)
                )
                self._shared.presence.subscribed(self.client_id, self._number, self.principal.identifier, granted)
            case packets.Unsubscribe():
                gone = subscribing.unsubscribe(self._shared.broker, session, packet)
                self._shared.presence.unsubscribed(self.client_id, self._number, self.principal.identifier, gone)
            case packets.Disconnect():
                self._say_goodbye(packet, session)
            case _:
                raise ViolationError(f"{type(packet).__name__} is not for a client to send here")

    def _publish(self, packet: packets.Publish, topic: str, session: Session) -> None:
        shared, qos, payload = self._shared, packet.qos, packet.payload
        if qos > 1:
            raise ViolationError("QoS 2 is not served", Reason.QOS_NOT_SUPPORTED)
        if not subscriptions.is_topic(topic):
            raise ViolationError(f"nothing can be published to {topic[:256]!r}", Reason.TOPIC_NAME_INVALID)
        if len(payload) > limits.PAYLOAD_BYTES:
            raise ViolationError(f"{len(payload)} bytes are more than a message may have", Reason.PACKET_TOO_LARGE)
        is_request = False
        if topic[:1] == "$":
            is_request = is_reserved_jobs_topic(topic)
            if not is_request:
                raise ViolationError(f"{topic!r} is reserved", Reason.TOPIC_NAME_INVALID)
            if packet.retain:
                raise ViolationError(f"{topic!r} is reserved, and nothing is retained there", Reason.TOPIC_NAME_INVALID)
        if shared.hooks.policy is not None and not shared.hooks.policy(self, Action.PUBLISH, topic):
            raise ViolationError(f"the policy does not let this client publish to {topic!r}", Reason.NOT_AUTHORIZED)
        if shared.settings.publishes_per_second and not self._is_within_rate(shared.settings.publishes_per_second):
            shared.counters.throttled += 1
            return
        if session.dialect is not None:
            self._publish_5(packet, topic, session, session.dialect, is_request=is_request)
            return
        if qos:
            self.write(wire.encode_puback(packet.packet_id))
        if is_request:
            self._request(topic, payload)
        else:
            shared.broker.take(topic, payload, qos, retain=packet.retain)

    def _publish_5(
        self, packet: packets.Publish, topic: str, session: Session, dialect: mqtt5.Dialect, *, is_request: bool
    ) -> None:
        extras = mqtt5.extras_of(packet, self._last_seen)
        if packet.qos:
            dialect.acknowledged += 1
            if dialect.acknowledged > limits.IN_FLIGHT:
                what = f"more than {limits.IN_FLIGHT} messages without waiting for a PUBACK"
                raise ViolationError(what, Reason.RECEIVE_MAXIMUM_EXCEEDED)
        if is_request:
            if packet.qos:
                self.write(wire.encode_puback(packet.packet_id))
            self._request(topic, packet.payload)
            return
        found = self._shared.broker.take(
            topic, packet.payload, packet.qos, extras, retain=packet.retain, source=session
        )
        if packet.qos:
            reason = Reason.SUCCESS if found else Reason.NO_MATCHING_SUBSCRIBERS
            self.write(wire.encode(packets.PubAck(packet.packet_id, reason), LEVEL_5))

    def _is_within_rate(self, limit: int) -> bool:
        if self._rate is None:
            self._rate = Rate()
        return self._rate.allows(self._last_seen, limit)

    def _request(self, topic: str, payload: bytes) -> None:
        self._shared.counters.requests += 1
        try:
            self._shared.on_request(self, topic, payload)
        except Exception:  # a request that breaks the service must not cost the thing its line
            self._shared.counters.failed_requests += 1
            logger.exception("a request of %r to %s failed", self.client_id, topic)

    def _say_goodbye(self, packet: packets.Disconnect, session: Session) -> None:
        expiry = packet.properties.session_expiry if packet.properties is not None else None
        if expiry is not None:
            if expiry and not session.expiry_seconds:
                raise ViolationError("a session that was to end cannot be kept after all", Reason.PROTOCOL_ERROR)
            session.expiry_seconds = min(expiry, SESSION_EXPIRY_SECONDS)
        if packet.reason != Reason.DISCONNECT_WITH_WILL:
            self._agreement = None
        self.lose(LossReason.CLIENT_INITIATED_DISCONNECT)

    def _end(self, reason: LossReason) -> None:
        """Release the session; from here on nothing is read and the client counts as gone."""
        self._is_closing = True
        shared = self._shared
        shared.counters.losses[reason] = shared.counters.losses.get(reason, 0) + 1
        session, agreement = self._session, self._agreement
        self._session = self._agreement = None
        if session is None:
            return
        shared.broker.release(session, agreement)
        shared.presence.disconnected(self.client_id, self._number, self._version, self.principal.identifier, reason)

    def _address(self) -> str:
        peer = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str(peer[0]) if isinstance(peer, tuple) and peer else ""


_REFUSALS: Final = {
    Reason.NOT_AUTHORIZED: LossReason.AUTH_ERROR,
    Reason.BAD_USER_NAME_OR_PASSWORD: LossReason.AUTH_ERROR,
    Reason.BANNED: LossReason.AUTH_ERROR,
    Reason.QUOTA_EXCEEDED: LossReason.THROTTLED,
    Reason.CONNECTION_RATE_EXCEEDED: LossReason.THROTTLED,
    Reason.SERVER_BUSY: LossReason.SERVER_ERROR,
    Reason.SERVER_UNAVAILABLE: LossReason.SERVER_ERROR,
}
"""How a refused CONNECT is counted, if it is not the client's own error."""
