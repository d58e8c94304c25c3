"""One client's connection: packets in, AWS's rules of conduct, packets out. It waits for nothing and owns no timer."""

import asyncio
import logging
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, cast

from simulator.endpoint import handshake, packets, subscribing, wire
from simulator.endpoint.admission import admit, loss_of_refused
from simulator.endpoint.handshake import Agreement, RefusedError
from simulator.endpoint.hooks import ANONYMOUS, Action, ConnectFault, Principal
from simulator.endpoint.messages import ViolationError
from simulator.endpoint.packets import LEVEL_5, MalformedPacketError
from simulator.endpoint.properties import Properties
from simulator.endpoint.publishing import publish
from simulator.endpoint.quotas import SESSION_EXPIRY_SECONDS, Rate
from simulator.endpoint.reasons import LossReason, Reason, disconnect_reason
from simulator.endpoint.sessions import Session
from simulator.endpoint.shared import Shared

logger = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 10
"""How long a connection may stay without a CONNECT (real seconds)."""

LINGER_SECONDS: Final = 5
"""How long a closed connection may take to accept what was sent before."""

WRITE_BUFFER_BYTES: Final = 1024 * 1024
"""How much may wait in the write buffer; a client that lets more pile up is cut off."""

SLICE_COST: Final = 16
"""What a connection may have done before others have their turn: a packet costs one, and one for each 4 KiB of it.

Retained messages asked for are much at any time.
"""

BULK_BYTES: Final = 64 * 1024
"""Who sends so much at once waits for a turn before more is read. uvloop reads 8 MiB in a turn if they are there."""

REPLAYED_BYTES: Final = 4 * WRITE_BUFFER_BYTES
"""How many bytes of retained messages a client may ask for in one turn of the loop; each takes it only ten bytes."""


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
        "_replayed",
        "_rest",
        "_session",
        "_transport",
        "_version",
        "asked",
        "client_id",
        "principal",
        "rate",
        "shared",
    )

    def __init__(self, shared: Shared, principal: Principal = ANONYMOUS) -> None:
        self.asked: tuple[str, Any] | None = None  # kept for whoever answers its requests
        self.client_id = ""
        self.principal = principal
        self.shared = shared
        self._transport: asyncio.Transport | None = None
        self._decoder = wire.Decoder()
        self._session: Session | None = None
        self._agreement: Agreement | None = None
        self._out: list[bytes] = []
        self._replayed = 0  # bytes of retained messages since the last flush
        self._rest: Iterator[packets.Packet] | None = None  # received; handled when it is this client's turn
        self._last_seen = 0.0
        self.rate: Rate | None = None
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
        hooks = self.shared.hooks
        if hooks.policy is not None and not hooks.policy(self, Action.RECEIVE, topic):
            return
        if hooks.outgoing is not None:
            taken = hooks.outgoing(self.client_id, topic, True)
            if taken is not None:
                taken(partial(self._answer, topic, payload))
                return
        self.shared.broker.answer(self._session, self, topic, payload)

    def _answer(self, topic: str, payload: bytes) -> None:
        if self._session is not None:
            self.shared.broker.answer(self._session, self, topic, payload)

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
            self.shared.outbox.add(self)
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
            self.shared.deadlines.put(self, self.shared.broker.monotonic() + LINGER_SECONDS)

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
        self._replayed = 0
        if self._out and self._transport is not None:
            out, self._out = self._out, []
            if not self._transport.is_closing():
                data = out[0] if len(out) == 1 else b"".join(out)
                self.shared.counters.bytes_out += len(data)
                self._transport.write(data)
            is_all_handled = self._rest is None  # else it sent what is left without having waited for any of this
            if is_all_handled and self._session is not None and self._session.dialect is not None:
                self._session.dialect.acknowledged = 0

    def check(self, now: float) -> None:
        """Its deadline has passed (monotonic seconds): see whether it was heard of since."""
        agreement = self._agreement
        if self._is_closing:
            self.abort()
        elif self._session is None or agreement is None:
            self.lose(LossReason.CLIENT_ERROR)
        elif self._last_seen + 1.5 * agreement.keep_alive > now:
            self.shared.deadlines.put(self, self._last_seen + 1.5 * agreement.keep_alive)
        else:
            self.lose(LossReason.MQTT_KEEP_ALIVE_TIMEOUT)

    # --- for the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by type, only by behaviour
        self._transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        self.shared.counters.accepted += 1
        self.shared.connections.add(self)
        self.shared.deadlines.put(self, self.shared.broker.monotonic() + CONNECT_SECONDS)
        if not self.shared.is_serving():  # the gateway closed between accepting the socket and this
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._is_half_open or self._transport.is_closing():
            return
        self._last_seen = self.shared.broker.monotonic()
        self.shared.counters.bytes_in += len(data)
        self._handle(self._decoder.feed(data), len(data))

    def take_turn(self) -> None:
        """Handle more of what was received, and read on when all of it is handled."""
        rest, self._rest = self._rest, None
        if rest is None or self._transport is None or self._transport.is_closing():
            return
        if not (self._is_closing or self._is_half_open):
            self._handle(rest, 0)
        if self._rest is None and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _handle(self, received: Iterator[packets.Packet], size: int) -> None:
        left = SLICE_COST
        try:
            for packet in received:
                if self._session is None:
                    self._connect(packet)
                else:
                    self._take(packet, self._session)
                if self._is_closing or self._is_half_open:
                    return
                left -= 1
                if isinstance(packet, packets.Publish):
                    left -= len(packet.payload) >> 12
                elif self._replayed:
                    left = 0
                if left <= 0:
                    self._wait_for_turn(received)
                    return
            if size >= BULK_BYTES:
                self._wait_for_turn(received)
        except (MalformedPacketError, ViolationError) as exc:
            self._break_off(exc)
        except Exception:
            logger.exception("connection of %r closed after an error of the gateway", self.client_id)
            self.lose(LossReason.SERVER_ERROR)

    def _wait_for_turn(self, rest: Iterator[packets.Packet]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
            self._rest = rest
            self.shared.turns.add(self)

    def eof_received(self) -> None:
        self.lose(LossReason.CONNECTION_LOST)

    def pause_writing(self) -> None:
        self.shared.counters.slow_readers += 1
        if not self._is_closing:
            self._end(LossReason.THROTTLED)
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  the cause of a lost line changes nothing
        if not self._is_closing:
            self._end(LossReason.CONNECTION_LOST)
        self._transport = None
        self._out.clear()
        self.shared.deadlines.discard(self)
        self.shared.connections.discard(self)
        self.shared.on_gone()

    # --- packets

    def _connect(self, packet: packets.Packet) -> None:
        if not isinstance(packet, packets.Connect):
            raise ViolationError("the first packet is no CONNECT")
        self.client_id = packet.client_id
        try:
            agreement = admit(self, packet, self._last_seen)
        except RefusedError as exc:
            self._refuse(exc.reason, str(exc))
            return
        if agreement is ConnectFault.SILENCE:
            self._is_half_open = True
            return
        if isinstance(agreement, ConnectFault):
            self.lose(LossReason.SERVER_ERROR)
            return
        shared = self.shared
        self.client_id = agreement.client_id
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

    def _refuse(self, reason: Reason, what: str) -> None:
        self.shared.counters.refused_connects += 1
        logger.debug("CONNECT of %r refused: %s", self.client_id, what)
        self.write(handshake.refused(self._decoder.level, reason, what))
        self.lose(loss_of_refused(reason))

    def _break_off(self, exc: MalformedPacketError | ViolationError) -> None:
        """End the connection of a client that broke the rules; an MQTT 5 client is told which."""
        logger.debug("connection of %r closed: %s", self.client_id, exc)
        self.shared.counters.malformed += isinstance(exc, MalformedPacketError)
        if self._session is None and self._decoder.level == LEVEL_5:
            self.shared.counters.refused_connects += 1
            self.write(handshake.refused(LEVEL_5, exc.reason, str(exc)))
        forbidden = exc.reason is Reason.NOT_AUTHORIZED
        self.lose(LossReason.FORBIDDEN_ACCESS if forbidden else LossReason.CLIENT_ERROR, exc.reason, str(exc))

    def may(self, action: Action, resource: str) -> bool:
        """Whether the policy lets this client do that."""
        policy = self.shared.hooks.policy
        return policy is None or policy(self, action, resource)

    def _take(self, packet: packets.Packet, session: Session) -> None:
        match packet:
            case packets.Publish():
                publish(self, packet, session)
            case packets.PubAck():
                session.acknowledge(packet.packet_id, self._last_seen)
            case packets.PingReq():
                self.write(b"\xd0\x00")
            case packets.Subscribe():
                self._subscribe(packet, session)
            case packets.Unsubscribe():
                gone = subscribing.unsubscribe(self.shared.broker, session, packet)
                self.shared.presence.unsubscribed(self.client_id, self._number, self.principal.identifier, gone)
            case packets.Disconnect():
                self._say_goodbye(packet, session)
            case _:
                raise ViolationError(f"{type(packet).__name__} is not for a client to send here")

    def _subscribe(self, packet: packets.Subscribe, session: Session) -> None:
        may = partial(self.may, Action.SUBSCRIBE)
        granted, size = subscribing.subscribe(self.shared.broker, session, packet, may)
        self.shared.presence.subscribed(self.client_id, self._number, self.principal.identifier, granted)
        self._replayed += size
        if self._replayed > REPLAYED_BYTES:
            self._out.clear()
            self.pause_writing()

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
        shared = self.shared
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
