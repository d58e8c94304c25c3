"""A web server for downloads: it can break off midway, refuse, ignore ranges, and remember what it was asked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web


class FileServer:
    """Serves `content` at /image.bin. `asked` keeps the Range header of every request, "" for none."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked: list[str] = []
        self.breaks_after: list[int] = []  # for each of the next answers: so many bytes, and then the line breaks
        self.statuses: list[int] = []  # what the next requests are answered instead
        self.ignores_ranges = False
        self.says_length = True
        self.pause_after: int | None = None  # after so many bytes wait until `go_on` is set
        self.go_on = asyncio.Event()
        self.url = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        asked = request.headers.get("Range", "")
        self.asked.append(asked)
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        start = 0 if self.ignores_ranges or not asked else int(asked.removeprefix("bytes=").removesuffix("-"))
        response = web.StreamResponse(status=206 if start else 200, headers={"ETag": '"v1"'})
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        if self.says_length:
            response.content_length = len(self.content) - start
        await response.prepare(request)
        end = self.breaks_after.pop(0) if self.breaks_after else len(self.content)
        for at in range(start, end, 1000):
            if self.pause_after is not None and at >= self.pause_after:
                await self.go_on.wait()
            await response.write(self.content[at : min(at + 1000, end)])
        if end < len(self.content):
            assert request.transport is not None
            request.transport.close()
        return response


@contextlib.asynccontextmanager
async def file_server(content: bytes) -> AsyncIterator[FileServer]:
    """Serve on a free port of 127.0.0.1."""
    server = FileServer(content)
    app = web.Application()
    app.router.add_get("/image.bin", server.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}/image.bin"
    try:
        yield server
    finally:
        server.go_on.set()
        await runner.cleanup()
