"""One connection to another broker, from CONNECT to its end: what is sent, what is acknowledged, what comes in."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

from simulator.endpoint import behind_broker_wire as wire
from simulator.endpoint.behind_broker_options import in_words

WINDOW: Final = 1000
"""Unacknowledged messages at most, also if the broker would take more."""


class LineError(Exception):
    """The connection has ended or never was; the text says why in a few words. `reason` is the broker's own, or 0."""

    def __init__(self, text: str, reason: int = 0) -> None:
        super().__init__(text)
        self.reason = reason


class Line(asyncio.Protocol):
    """Made for `loop.create_connection`. `on_room` is called when more may be sent, `on_lost` once when it has ended.

    `on_refused(reason)` tells that the broker did not take a message.
    """

    def __init__(
        self,
        on_message: Callable[[str, bytes], None],
        on_room: Callable[[], None],
        on_refused: Callable[[int], None],
        on_lost: Callable[["Line", LineError], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._on_room = on_room
        self._on_refused = on_refused
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._decoder = wire.Decoder()
        self._answer: asyncio.Future[wire.ConnAck | wire.Acknowledged] | None = None
        self._out: list[bytes] = []
        self._window = WINDOW
        self._largest = wire.LARGEST_OF_ALL_BYTES
        self._qos = 1
        self._packet_id = 0
        self._gone = asyncio.Event()
        self._is_paused = False
        self._heard = False
        self._pinger: asyncio.TimerHandle | None = None
        self.in_flight: dict[int, tuple[str, bytes]] = {}
        self.error: LineError | None = None

    # --- beginning and end

    async def begin(self, connect: bytes, keep_alive: int, filters: tuple[str, ...], *, retained: bool = False) -> None:
        """Introduce ourselves and subscribe, with or without retained messages; return when both are granted.

        Raises:
            LineError: the broker refused, or the connection ended.
        """
        accepted = await self._ask(connect)
        assert isinstance(accepted, wire.ConnAck)
        if accepted.reason >= wire.FAILURE:
            raise LineError(wire.reason_in_words(accepted.reason), accepted.reason)
        self._window = max(1, min(WINDOW, accepted.receive_maximum))
        self._largest = accepted.maximum_packet
        self._qos = accepted.maximum_qos
        granted = await self._ask(wire.subscribe(1, filters, retained=retained))
        assert isinstance(granted, wire.Acknowledged)
        if granted.reason >= wire.FAILURE:
            raise LineError(f"it does not let us subscribe to {' '.join(filters)}; allow it there", granted.reason)
        if self.error is not None:  # it ended after it had answered
            raise self.error
        self._packet_id = 1
        self._heard = True
        self._keep_alive(accepted.keep_alive or keep_alive)

    def listen(self, topic_filter: str) -> None:
        """Subscribe to this too, retained messages included, without waiting: if it is not granted, nothing comes."""
        self._packet_id = self._next_packet_id()
        self._write(wire.subscribe(self._packet_id, (topic_filter,), retained=True))

    async def _ask(self, question: bytes) -> wire.ConnAck | wire.Acknowledged:
        if self.error is not None:
            raise self.error
        self._answer = self._loop.create_future()
        self._write(question)
        try:
            return await self._answer
        finally:
            self._answer = None

    async def close(self, seconds: float) -> None:
        """Say goodbye, and close once everything is written or `seconds` have passed."""
        self._end(LineError("it was closed"))
        self._flush()
        if self._transport is None:
            return
        self._transport.write(wire.GOODBYE)
        self._transport.close()
        try:
            async with asyncio.timeout(seconds):
                await self._gone.wait()
        except TimeoutError:
            await self.abort()

    async def abort(self) -> None:
        """Close at once."""
        self._end(LineError("it was closed"))
        if self._transport is not None:
            self._transport.abort()
            await self._gone.wait()

    def _end(self, error: LineError) -> None:
        if self.error is not None:
            return
        self.error = error
        if self._pinger is not None:
            self._pinger.cancel()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self._on_lost(self, error)

    def _keep_alive(self, seconds: int) -> None:
        """Ask for a sign of life twice in each keep-alive; with none since the last question, the line is dead."""
        if not self._heard:
            self._fail("it gives no sign of life")
            return
        self._heard = False
        self._write(wire.PINGREQ)
        self._pinger = self._loop.call_later(max(1, seconds) / 2, self._keep_alive, seconds)

    def _fail(self, text: str, reason: int = 0) -> None:
        self._end(LineError(text, reason))
        if self._transport is not None:
            self._transport.abort()

    # --- sending

    @property
    def has_room(self) -> bool:
        """Whether `publish` may be called."""
        return not self._is_paused and len(self.in_flight) < self._window and self.error is None

    def retain(self, topic: str, payload: bytes) -> None:
        """Send a message for the broker to keep."""
        self._write(wire.publish(topic, payload, 0, retain=True))

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a message, at QoS 1 if the broker takes that. One that is larger than it takes counts as refused."""
        packet_id = self._next_packet_id() if self._qos else 0
        packet = wire.publish(topic, payload, packet_id)
        if len(packet) > self._largest:  # it would end the connection, and would be sent again on the next one
            self._on_refused(wire.TOO_LARGE)
            return
        if packet_id:
            self._packet_id = packet_id
            self.in_flight[packet_id] = (topic, payload)
        self._write(packet)

    def _next_packet_id(self) -> int:
        packet_id = self._packet_id % 0xFFFF + 1
        while packet_id in self.in_flight:
            packet_id = packet_id % 0xFFFF + 1
        return packet_id

    def _write(self, data: bytes) -> None:
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(data)

    def _flush(self) -> None:
        out, self._out = self._out, []
        if out and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(out))

    # --- for the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=1024 * 1024)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._on_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(LineError("it closed the connection" if exc is None else in_words(exc)))
        self._transport = None
        self._gone.set()

    def data_received(self, data: bytes) -> None:
        self._heard = True
        try:
            for packet in self._decoder.feed(data):
                if self.error is not None:
                    return
                self._take(packet)
        except wire.ProtocolError as exc:
            self._fail(f"what it sends is no MQTT 5: {exc}")

    def _take(self, packet: wire.Incoming) -> None:
        match packet:
            case wire.Message():
                if packet.packet_id:
                    self._write(wire.puback(packet.packet_id))
                self._on_message(packet.topic, packet.payload)
            case wire.Acknowledged(kind=wire.PUBACK):
                if self.in_flight.pop(packet.packet_id, None) is None:
                    return
                if packet.reason >= wire.FAILURE:
                    self._on_refused(packet.reason)
                self._on_room()
            case wire.ConnAck() | wire.Acknowledged():
                if self._answer is not None and not self._answer.done():
                    self._answer.set_result(packet)
            case wire.Ended():
                self._fail(wire.reason_in_words(packet.reason), packet.reason)
            case wire.PingAnswer():
                pass
