"""A small MQTT client for tests, 3.1.1 or 5: no tasks, no timers; it reads when it is asked to and hides nothing."""

import asyncio
import contextlib
from collections import deque
from typing import Self

from simulator.endpoint import packets, wire
from simulator.endpoint.properties import Properties


class MqttClient:
    """One connection. Everything that waits gives up after `timeout` seconds with a TimeoutError."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, timeout: float, level: int = 4
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._timeout = timeout
        self._decoder = wire.Decoder(limit=wire.MAX_PACKET_BYTES_5, level=level)
        self._level = level
        self._packets: deque[packets.Packet] = deque()
        self._messages: deque[packets.Publish] = deque()
        self._last_packet_id = 0
        self.connack = packets.ConnAck(False, 0)
        self.session_present = False
        self.acknowledges = True
        """Whether a PUBACK follows each QoS 1 message as it is read."""

    @classmethod
    async def open(cls, port: int, host: str = "127.0.0.1", timeout: float = 5, level: int = 4) -> Self:
        """Open a socket and send nothing."""
        reader, writer = await asyncio.open_connection(host, port)
        return cls(reader, writer, timeout, level)

    @classmethod
    async def connect(
        cls,
        port: int,
        client_id: str,
        *,
        host: str = "127.0.0.1",
        clean: bool = True,
        keep_alive: int = 60,
        will: packets.Will | None = None,
        timeout: float = 5,
        level: int = 4,
        properties: Properties | None = None,
    ) -> Self:
        """Connect, and fail if the connection is refused; see `connack` and `session_present`."""
        client = await cls.open(port, host, timeout, level)
        client.write(
            packets.Connect(
                client_id=client_id,
                level=level,
                clean_session=clean,
                keep_alive=keep_alive,
                will=will,
                properties=properties,
            )
        )
        answer = await client.next_packet()
        assert isinstance(answer, packets.ConnAck)
        assert answer.code == 0, f"refused with code {answer.code}"
        client.connack = answer
        client.session_present = answer.session_present
        return client

    async def subscribe(self, *filters: str, qos: int = 1, options: int = 0) -> tuple[int, ...]:
        """Subscribe and return the codes of the SUBACK; `options` are those of MQTT 5 beside the QoS."""
        packet_id = self._next_packet_id()
        self.write(packets.Subscribe(packet_id, tuple((f, qos | options) for f in filters)))
        answer = await self._await_answer(packets.SubAck, packet_id)
        assert isinstance(answer, packets.SubAck)
        return answer.codes

    async def unsubscribe(self, *filters: str) -> tuple[int, ...]:
        """Unsubscribe, wait for the UNSUBACK and return its codes."""
        packet_id = self._next_packet_id()
        self.write(packets.Unsubscribe(packet_id, filters))
        answer = await self._await_answer(packets.UnsubAck, packet_id)
        assert isinstance(answer, packets.UnsubAck)
        return answer.codes

    async def publish(
        self,
        topic: str,
        payload: bytes = b"",
        qos: int = 0,
        *,
        retain: bool = False,
        properties: Properties | None = None,
    ) -> int:
        """Publish; at QoS 1 wait for the PUBACK and return its reason."""
        packet_id = self._next_packet_id() if qos else 0
        self.write(packets.Publish(topic, payload, qos, packet_id, retain=retain, properties=properties))
        if qos != 1:
            return 0
        answer = await self._await_answer(packets.PubAck, packet_id)
        assert isinstance(answer, packets.PubAck)
        return answer.reason

    async def receive(self, timeout: float | None = None) -> packets.Publish:
        """Return the next message."""
        while not self._messages:
            self._sort_in(await self.next_packet(timeout))
        return self._messages.popleft()

    async def ping(self) -> list[packets.Publish]:
        """Make a PINGREQ round trip; return the messages that came before its answer.

        The gateway answers in order: a message that is not among them was not sent before. No need to wait for silence.
        """
        self.write(packets.PingReq())
        while not isinstance(packet := await self.next_packet(), packets.PingResp):
            self._sort_in(packet)
        messages = list(self._messages)
        self._messages.clear()
        return messages

    async def next_packet(self, timeout: float | None = None) -> packets.Packet:
        """Return the next packet as it comes from the wire; ConnectionError if the other side closed."""
        async with asyncio.timeout(timeout or self._timeout):
            while not self._packets:
                data = await self._reader.read(65536)
                if not data:
                    raise ConnectionResetError("the gateway closed the connection")
                self._packets.extend(self._decoder.feed(data))
        packet = self._packets.popleft()
        if isinstance(packet, packets.Publish) and packet.qos == 1 and self.acknowledges:
            self.write(packets.PubAck(packet.packet_id))
        return packet

    async def closed(self) -> list[packets.Packet]:
        """Wait until the other side closes; return the packets that came before."""
        received = []
        try:
            while True:
                received.append(await self.next_packet())
        except ConnectionError:
            return received

    def write(self, packet: packets.Packet | bytes) -> None:
        """Send a packet, or any bytes, without waiting."""
        self._writer.write(packet if isinstance(packet, bytes) else wire.encode(packet, self._level))

    async def close(self) -> None:
        """Say DISCONNECT and close the socket."""
        if not self._writer.is_closing():
            self.write(packets.Disconnect())
        self._writer.close()
        await self._wait_closed()

    async def cut(self) -> None:
        """Close the socket without a goodbye."""
        self._writer.transport.abort()
        await self._wait_closed()

    async def _wait_closed(self) -> None:
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _await_answer(
        self, kind: type[packets.SubAck | packets.UnsubAck | packets.PubAck], packet_id: int
    ) -> packets.Packet:
        while True:
            packet = await self.next_packet()
            if isinstance(packet, kind) and packet.packet_id == packet_id:
                return packet
            self._sort_in(packet)

    def _sort_in(self, packet: packets.Packet) -> None:
        assert isinstance(packet, packets.Publish), f"{packet} was not expected"
        self._messages.append(packet)

    def _next_packet_id(self) -> int:
        self._last_packet_id = self._last_packet_id % 0xFFFF + 1
        return self._last_packet_id
