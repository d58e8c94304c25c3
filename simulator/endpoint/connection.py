"""One client's connection: packets in, and AWS's rules of conduct. It waits for nothing and owns no timer."""

import logging
from collections.abc import Iterator
from functools import partial
from typing import Final

from simulator.endpoint import handshake, packets, subscribing
from simulator.endpoint.admission import admit, loss_of_refused
from simulator.endpoint.client import WRITE_BUFFER_BYTES, Client
from simulator.endpoint.handshake import RefusedError
from simulator.endpoint.hooks import Action, ConnectFault
from simulator.endpoint.messages import ViolationError
from simulator.endpoint.packets import LEVEL_5, MalformedPacketError
from simulator.endpoint.publishing import publish
from simulator.endpoint.quotas import SESSION_EXPIRY_SECONDS
from simulator.endpoint.reasons import LossReason, Reason
from simulator.endpoint.sessions import Session

logger = logging.getLogger(__name__)

SLICE_COST: Final = 16
"""What a connection may have done before others have their turn: a packet costs one, and one for each 4 KiB of it.

Retained messages asked for are much at any time.
"""

BULK_BYTES: Final = 64 * 1024
"""Who sends so much at once waits for a turn before more is read. uvloop reads 8 MiB in a turn if they are there."""

REPLAYED_BYTES: Final = 4 * WRITE_BUFFER_BYTES
"""How many bytes of retained messages a client may ask for in one turn of the loop; each takes it only ten bytes."""


class Connection(Client):
    """What a client sends, taken in slices. Any listener may serve it: see `Gateway.new_client`."""

    __slots__ = ()

    # --- for the loop

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._is_half_open or self._transport.is_closing():
            return
        self._last_seen = self.shared.broker.monotonic()
        self.shared.counters.bytes_in += len(data)
        self._handle(self._decoder.feed(data), len(data))

    def take_turn(self) -> None:
        """See to a lost line, or handle more of what was received, and read on when all of it is handled."""
        if self._is_leaving:
            super().take_turn()
            return
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

    def eof_received(self) -> bool:
        self._leave()
        return True  # the transport is closed when it is this one's turn

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

    def _address(self) -> str:
        peer = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str(peer[0]) if isinstance(peer, tuple) and peer else ""
