"""One MQTT connection on paho-mqtt, from CONNECT to its end, driven by the loop alone.

paho's Client is kept for what it is good at, packets and acknowledgements. It is new for each connection, so nothing of
an old one (message ids, half a packet, unacknowledged messages) can reach the next.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulator.jobs import limits
from simulator.transport.base import MessageHandler
from simulator.transport.buffered import BufferedSocket
from simulator.transport.dial import DialedSocket, tls_reason

ANSWER_SECONDS: Final = 10.0
"""How long CONNACK and SUBACK may take."""

UNACKNOWLEDGED: Final = 1000
"""Messages published and not acknowledged, at most: a thing has a handful, more means that nobody reads them."""

UNSENT_BYTES: Final = 1024 * 1024
"""The same bound for QoS 0, which is not acknowledged."""

TICKS_PER_KEEP_ALIVE: Final = 8
"""A ping is at most an eighth of the keep-alive late; an endpoint allows for half of it (MQTT-3.1.2-24)."""

GOODBYE: Final = ""

NOT_AUTHORIZED_AT_AWS: Final = "not authorized; its policy does not let this client id or certificate in"
"""Of MQTT 3.1.1's codes paho knows those up to 5; AWS has 7 for what its policies forbid (reference section 10.3)."""


_ACKNOWLEDGED: Final = ReasonCode(PacketTypes.PUBACK)
_NO_PROPERTIES: Final = Properties(PacketTypes.PUBACK)  # type: ignore[no-untyped-call]


class LineError(Exception):
    """The connection is over, or never was; its text is the reason in a few words."""


class _Client(mqtt.Client):
    """paho's Client on a socket that is connected already, without what only topic callbacks need."""

    def __init__(self, client_id: str, clean_session: bool, sock: BufferedSocket, deliver: MessageHandler) -> None:
        # Without reconnect_on_failure=False a refused protocol version would make paho dial by itself, on the loop.
        super().__init__(
            CallbackAPIVersion.VERSION2, client_id, clean_session=clean_session, reconnect_on_failure=False
        )
        self._given_socket = sock
        self._deliver = deliver

    def _create_socket(self) -> Any:
        """Use the given socket where paho would dial and block."""
        return self._given_socket

    def _handle_on_message(self, message: mqtt.MQTTMessage) -> None:
        """Hand over at once: paho would first walk its tree of topic callbacks, which is empty here."""
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return  # nothing of ours has such a name
        self._deliver(topic, bytes(message.payload))

    def _handle_pubackcomp(self, cmd: Literal["PUBACK", "PUBCOMP"]) -> MQTTErrorCode:
        """Take an acknowledgement: in MQTT 3.1.1 a message id and nothing else.

        paho makes a reason and properties for each all the same, which costs more than all else it does about it.
        """
        body = self._in_packet["packet"]
        if cmd != "PUBACK" or len(body) != 2:
            return super()._handle_pubackcomp(cmd)
        message_id = int.from_bytes(body, "big")
        with self._out_message_mutex:
            if message_id in self._out_messages:
                return self._do_on_publish(message_id, _ACKNOWLEDGED, _NO_PROPERTIES)
        return MQTTErrorCode.MQTT_ERR_SUCCESS


class Connection:
    """A connection made on `sock`. `on_lost(connection, reason)` is called once if it ends by itself."""

    __slots__ = ("_client", "_connack", "_grants", "_loop", "_lost_reason", "_on_lost", "_sock", "bucket")

    def __init__(
        self,
        sock: DialedSocket,
        client_id: str,
        clean_session: bool,
        deliver: MessageHandler,
        on_lost: Callable[["Connection", str], None],
        login: tuple[str, str] | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._sock = BufferedSocket(sock, self._loop)
        self._client = _Client(client_id, clean_session, self._sock, deliver)
        if login is not None:
            self._client.username_pw_set(login[0], login[1] or None)
        self._client.max_inflight_messages_set(UNACKNOWLEDGED)
        self._client.max_queued_messages_set(UNACKNOWLEDGED)
        self._on_lost: Callable[[Connection, str], None] | None = on_lost
        self._lost_reason: str | None = None
        self._connack: asyncio.Future[None] | None = None
        self._grants: dict[int, tuple[asyncio.Future[None], tuple[str, ...]]] | None = None
        self.bucket = 0

    async def connect(self, host: str, port: int, keep_alive_seconds: int) -> None:
        """Send CONNECT; return when the endpoint has accepted it.

        Raises:
            LineError: it was refused, or not answered in ANSWER_SECONDS.
        """
        self._connack = self._loop.create_future()
        self._client.on_connect = self._on_connack
        self._client.on_subscribe = self._on_suback
        self._client.connect(host, port, keep_alive_seconds)
        self._sock.attach(self._on_readable)
        try:
            await self._answer(self._connack, "CONNECT")
        finally:
            self._connack = None
            self._client.on_connect = None

    async def subscribe(self, filters: tuple[str, ...]) -> None:
        """Subscribe at QoS 1, at most eight filters a packet as AWS wants it; return when all are granted.

        Raises:
            LineError: a filter was refused, which ends the connection, or the connection ended first.
        """
        step = limits.FILTERS_PER_SUBSCRIBE
        answers = [self._send_subscribe(filters[start : start + step]) for start in range(0, len(filters), step)]
        try:
            for answer in answers:
                await self._answer(answer, "SUBSCRIBE")
        finally:
            for answer in answers:
                answer.cancel()

    def check(self) -> None:
        """Raise LineError if the connection has ended."""
        if self._lost_reason is not None:
            raise LineError(self._lost_reason)

    def publish(self, topic: str, payload: bytes, qos: int) -> bool:
        """Send, and return True; False if too much waits for the endpoint already, and nothing was sent."""
        if self._sock.unsent_bytes > UNSENT_BYTES:
            return False
        return self._client.publish(topic, payload, qos).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    @property
    def tick_seconds(self) -> float:
        """How often `tick` is to be called; 0 for never."""
        return self._client.keepalive / TICKS_PER_KEEP_ALIVE

    def tick(self) -> float:
        """Let paho ask for a sign of life when it is time, and see whether the last one was given."""
        if self._client.loop_misc():
            self._end("the endpoint gives no sign of life")
            return 0.0
        return self.tick_seconds

    async def goodbye(self, seconds: float) -> None:
        """Send what waits, then DISCONNECT, and close; after `seconds` without."""
        self._on_lost = None
        self._end(GOODBYE, close=False)
        try:
            async with asyncio.timeout(seconds):
                await self._sock.drain()
            self._client.disconnect()  # closes the socket once the packet is written
        except TimeoutError:
            pass
        finally:
            self._sock.abort()

    def abort(self) -> None:
        """Close without a goodbye; `on_lost` is not called."""
        self._on_lost = None
        self._end(GOODBYE)

    def _send_subscribe(self, filters: tuple[str, ...]) -> asyncio.Future[None]:
        granted: asyncio.Future[None] = self._loop.create_future()
        result, message_id = self._client.subscribe([(topic, 1) for topic in filters])
        if result != MQTTErrorCode.MQTT_ERR_SUCCESS or message_id is None:
            granted.set_exception(LineError(self._lost_reason or "the line went down"))
            return granted
        if self._grants is None:
            self._grants = {}
        self._grants[message_id] = granted, filters
        return granted

    async def _answer(self, answer: asyncio.Future[None], question: str) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await answer
        except TimeoutError:
            reason = f"the endpoint took the connection but did not answer {question} within {ANSWER_SECONDS:g} s"
            self._end(reason)
            raise LineError(reason) from None

    def _on_readable(self) -> None:
        client, sock = self._client, self._sock
        try:
            result = client.loop_read()
            while not result and sock.pending():
                result = client.loop_read()
        except Exception as error:  # noqa: BLE001  whatever an endpoint sends may end one line, never the loop
            self._end(f"what the endpoint sent cannot be read: {error!r}")
            return
        if result:
            self._end(self._why(result))

    def _why(self, result: MQTTErrorCode) -> str:
        if self._sock.failure is not None:
            return f"TLS ended: {tls_reason(self._sock.failure)}"
        if result == MQTTErrorCode.MQTT_ERR_PROTOCOL:
            if self._connack is not None:
                return "the endpoint does not speak MQTT 3.1.1, or is no MQTT endpoint at all"
            return "the endpoint sent something that is no MQTT"
        if self._connack is not None:
            return "the endpoint closed the connection instead of accepting it"
        return "the endpoint closed the connection; it may have stopped, or another client took this client id"

    def _end(self, reason: str, *, close: bool = True) -> None:
        """Close, and tell everyone who waits; the first reason counts."""
        if close:
            self._sock.abort()
        if self._lost_reason is not None:
            return
        self._lost_reason = reason
        grants, self._grants = self._grants, None
        waiting = [granted for granted, _ in grants.values()] if grants else []
        for future in (*waiting, self._connack):
            _fail(future, reason or "the line went down")
        if self._on_lost is not None:
            self._on_lost(self, reason)

    # --- paho's callbacks, called on the loop from loop_read ---

    def _on_connack(
        self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if code.is_failure:
            reason = NOT_AUTHORIZED_AT_AWS if code == "Unspecified error" else str(code).lower()
            self._end(f"the endpoint refused the connection: {reason}", close=False)
        elif self._connack is not None and not self._connack.done():
            self._connack.set_result(None)

    def _on_suback(
        self,
        _client: mqtt.Client,
        _data: object,
        message_id: int,
        codes: Iterable[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        granted, filters = self._grants.pop(message_id, (None, ())) if self._grants else (None, ())
        refused = [topic for topic, code in zip(filters, codes, strict=False) if code.is_failure]
        if refused:
            reason = f"the endpoint refused the subscription to {' and '.join(refused)}"
            _fail(granted, reason)
            self._end(reason)
        elif granted is not None and not granted.done():
            granted.set_result(None)


def _fail(future: asyncio.Future[None] | None, reason: str) -> None:
    if future is not None and not future.done():
        future.set_exception(LineError(reason))
        future.exception()  # seen: whoever waits hears of it, and nobody may be waiting any more
