"""A TCP server that does to a client what no broker would: each connection plays the next scene of a script."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

CONNECT, PUBLISH, SUBSCRIBE, PINGREQ, DISCONNECT = 0x10, 0x30, 0x80, 0xC0, 0xE0
ACCEPTED = b"\x20\x02\x00\x00"


class Caller:
    """One connection, seen from the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def hears(self, kind: int) -> bytes:
        """Read one packet, which must be of this kind; return its body."""
        first = (await self.reader.readexactly(1))[0]
        assert first & 0xF0 == kind, f"heard a packet of type {first:#04x}"
        length, shift = 0, 0
        while True:
            byte = (await self.reader.readexactly(1))[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return await self.reader.readexactly(length)

    async def accept(self) -> None:
        await self.hears(CONNECT)
        self.say(ACCEPTED)

    async def grant(self, *codes: int) -> bytes:
        """Answer a SUBSCRIBE with these codes; return its body after the packet id."""
        body = await self.hears(SUBSCRIBE)
        self.say(bytes((0x90, 2 + len(codes))) + body[:2] + bytes(codes))
        return body[2:]

    async def is_left(self) -> bytes:
        """Wait until the client has gone; return what it still said."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""


Scene = Callable[[Caller], Awaitable[None]]


class ScriptedEndpoint:
    """`calls` counts connections; `problems` holds what went otherwise than a scene expected."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self.calls = 0
        self.problems: list[BaseException] = []
        self.port = 0
        self._scenes = scenes
        self._playing: set[asyncio.Task[None]] = set()

    async def play_to_the_end(self) -> None:
        """Wait until every scene is over; one that is not after a while has waited for something that never came."""
        if self._playing:
            _, stuck = await asyncio.wait(self._playing, timeout=5)
            for task in stuck:
                task.cancel()
                self.problems.append(AssertionError("a scene waited for something that never came"))

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Play the next scene to a new connection."""
        task = asyncio.get_running_loop().create_task(self._play(reader, writer))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        scene = self._scenes[min(self.calls, len(self._scenes) - 1)]
        self.calls += 1
        try:
            await scene(Caller(reader, writer))
        except Exception as problem:
            self.problems.append(problem)
        finally:
            writer.close()


@asynccontextmanager
async def scripted_endpoint(*scenes: Scene) -> AsyncIterator[ScriptedEndpoint]:
    """Serve on a free port of 127.0.0.1; the last scene plays for every further connection. Fails if a scene did."""
    endpoint = ScriptedEndpoint(scenes)
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    endpoint.port = server.sockets[0].getsockname()[1]
    try:
        yield endpoint
    finally:
        server.close()
        await server.wait_closed()
        await endpoint.play_to_the_end()
    if endpoint.problems:
        raise endpoint.problems[0]
