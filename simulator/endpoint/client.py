"""A client as the rest of the gateway sees it: what it is told, and how its connection ends. It waits for nothing."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, cast

from simulator.endpoint import handshake, packets, wire
from simulator.endpoint.handshake import Agreement
from simulator.endpoint.hooks import ANONYMOUS, Action, Principal
from simulator.endpoint.packets import LEVEL_5
from simulator.endpoint.properties import Properties
from simulator.endpoint.quotas import Rate
from simulator.endpoint.reasons import LossReason, Reason, disconnect_reason
from simulator.endpoint.sessions import Session
from simulator.endpoint.shared import Shared

CONNECT_SECONDS: Final = 10
"""How long a connection may stay without a CONNECT (real seconds)."""

LINGER_SECONDS: Final = 5
"""How long a closed connection may take to accept what was sent before."""

WRITE_BUFFER_BYTES: Final = 1024 * 1024
"""How much may wait in the write buffer; a client that lets more pile up is cut off."""


class Client(asyncio.Protocol):
    """A connection and the client behind it. `client_id` is "" until its CONNECT has been read.

    What it sends is read by `Connection`, which is the only kind there is.
    """

    __slots__ = (
        "_agreement",
        "_decoder",
        "_is_closing",
        "_is_half_open",
        "_is_leaving",
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
        self._is_leaving = False  # the line is lost, which has still to be seen to

    @property
    def level(self) -> int:
        """The protocol level it speaks: 4 is MQTT 3.1.1, 5 is MQTT 5."""
        return self._decoder.level

    def may(self, action: Action, resource: str) -> bool:
        """Whether the policy lets this client do that."""
        policy = self.shared.hooks.policy
        return policy is None or policy(self, action, resource)

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
        out = self._out
        if out and self._transport is not None:
            data = out[0] if len(out) == 1 else b"".join(out)
            out.clear()  # a new list for each would be one more object that stays, for the collector to look at
            if not self._transport.is_closing():
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

    def pause_writing(self) -> None:
        self.shared.counters.slow_readers += 1
        if not self._is_closing:
            self._end(LossReason.THROTTLED)
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  the cause of a lost line changes nothing
        self._transport = None
        self._out.clear()
        self._leave()
        self.shared.deadlines.discard(self)
        self.shared.connections.discard(self)
        self.shared.on_gone()

    # --- inside

    def _leave(self) -> None:
        """Have it seen to that the line is lost, soon."""
        if not (self._is_closing or self._is_leaving):
            self._is_leaving = True
            self.shared.farewells.add(self)

    def take_turn(self) -> None:
        """See to the lost line."""
        self.lose(LossReason.CONNECTION_LOST)
        self._out.clear()

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
