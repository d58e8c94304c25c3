"""Downloads from the folder that stands for S3, by the URLs that job documents carry. Ranges are served as S3 does.

Errors are S3's: an XML body with Code and Message.
"""

import asyncio
from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import unquote

from aiohttp import web

from simulator.endpoint.files import PATH, Files
from simulator.jobs.placeholders import S3Object

_METHODS: Final = ("GET", "HEAD")


def is_download(method: str, raw_path: str) -> bool:
    """Whether a request is for a file and not for an operation of AWS's."""
    return method in _METHODS and raw_path.startswith(PATH)


async def serve(files: Files, raw_path: str, query: Mapping[str, str], now: float) -> web.StreamResponse:
    """Answer a request for a file; `now` in epoch seconds."""
    bucket, _, key = unquote(raw_path.removeprefix(PATH), errors="surrogateescape").partition("/")
    named = S3Object(bucket, key)
    expires, signature = query.get("expires", ""), query.get("X-Amz-Signature", "")
    if not files.is_signed(named, query.get("thing", ""), expires, signature):
        return _refused(403, "SignatureDoesNotMatch", "The signature of this URL is not one that was given out.")
    if now >= int(expires):
        return _refused(403, "AccessDenied", "Request has expired")
    path = await asyncio.get_running_loop().run_in_executor(None, files.find, named)
    if path is None:
        return _refused(404, "NoSuchKey", "The specified key does not exist.")
    return web.FileResponse(path, headers={"Accept-Ranges": "bytes", "Cache-Control": "no-store"})


def _refused(status: int, code: str, message: str) -> web.Response:
    error = f"<Error><Code>{code}</Code><Message>{escape(message, quote=False)}</Message></Error>"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'
    return web.Response(status=status, body=text.encode(), content_type="application/xml")
