"""A broker of MQTT 5 that says what a test tells it to: for what no broker at hand does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from simulator.endpoint import packets, wire
from simulator.endpoint.packets import LEVEL_5, Packet
from simulator.endpoint.properties import Properties

SECONDS = 10
Kind = TypeVar("Kind")


class ScriptedBroker:
    """Answers CONNECT, SUBSCRIBE and pings, acknowledges messages if it is `patient`, and keeps all it was sent."""

    def __init__(self) -> None:
        self.code = 0
        self.properties: Properties | None = None
        self.granted = 1
        self.is_patient = True
        self.connections = 0
        self.port = 0
        self.sent: asyncio.Queue[Packet] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []

    async def next(self, kind: type[Kind]) -> Kind:
        """Return the next packet of a kind; others before it are passed over."""
        async with asyncio.timeout(SECONDS):
            while True:
                packet = await self.sent.get()
                if isinstance(packet, kind):
                    return packet

    def say(self, packet: Packet) -> None:
        """Send a packet on the newest connection."""
        self._writers[-1].write(wire.encode(packet, LEVEL_5))

    def hang_up(self) -> None:
        self._writers[-1].close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        decoder = wire.Decoder()
        try:
            while data := await reader.read(65536):
                for packet in decoder.feed(data):
                    self.sent.put_nowait(packet)
                    self._answer(packet)
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _answer(self, packet: Packet) -> None:
        match packet:
            case packets.Connect():
                self.say(packets.ConnAck(session_present=False, code=self.code, properties=self.properties))
            case packets.Subscribe():
                self.say(packets.SubAck(packet.packet_id, (self.granted,) * len(packet.filters)))
            case packets.PingReq():
                self.say(packets.PingResp())
            case packets.Publish(qos=1) if self.is_patient:
                self.say(packets.PubAck(packet.packet_id))

    async def close(self) -> None:
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def scripted_broker() -> AsyncIterator[ScriptedBroker]:
    """Serve on a free port of 127.0.0.1."""
    broker = ScriptedBroker()
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    broker.port = server.sockets[0].getsockname()[1]
    try:
        yield broker
    finally:
        server.close()
        await broker.close()
        await server.wait_closed()
