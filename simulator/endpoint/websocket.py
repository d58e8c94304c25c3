"""MQTT over WebSocket, as AWS serves it at /mqtt: the frames off, the bytes through (reference section 11.3).

The `websockets` library reads and writes the handshake and the frames; it does no I/O of its own here.
"""

import asyncio
import http
import logging
from collections import deque
from typing import Any, Final, cast

from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from simulator.endpoint.sigv4 import complaint_about
from simulator.endpoint.turns import Turns

PATH: Final = "/mqtt"
SUBPROTOCOLS: Final = [Subprotocol("mqtt")]

HANDSHAKE_BYTES: Final = 32 * 1024
"""How long a request may be; a query signed with temporary credentials takes about 2 KiB."""

FRAME_BYTES: Final = 256 * 1024
"""How long a message may be: twice AWS's longest payload, so that it is MQTT that says what is too long."""

PIECE_BYTES: Final = 2 * 1024
"""How much is looked at in a turn of the loop: the library unpacks all it is given, 15 us a frame."""

logger = logging.getLogger(__name__)

_SILENT: Final = logging.getLogger(f"{__name__}.wire")
"""For the library, which would log the request with its signature and security token."""
_SILENT.disabled = True


class WebSocketLine(asyncio.Transport, asyncio.Protocol):
    """A protocol to the socket (or TLS), a transport to `inner`, which it tells of the connection at once."""

    __slots__ = (
        "_frames",
        "_inner",
        "_is_over",
        "_is_paused",
        "_is_waiting",
        "_raw",
        "_taken",
        "_turns",
        "_unread",
        "_ws",
    )

    def __init__(self, inner: asyncio.Protocol, turns: Turns | None = None) -> None:
        """With `turns`, much that comes at once is taken in turns with the work of other connections."""
        super().__init__()
        self._inner = inner
        self._ws = ServerProtocol(subprotocols=SUBPROTOCOLS, max_size=FRAME_BYTES, logger=_SILENT)
        self._raw: asyncio.Transport | None = None  # None before the connection and after it
        self._taken = 0  # bytes of the handshake so far
        self._is_over = False  # closed, or broken: what still comes is thrown away
        self._turns = turns
        self._unread = b""
        self._frames: deque[Request | Frame] = deque()  # unpacked, to be taken when `inner` goes on
        self._is_paused = False  # `inner` wants to read nothing for the moment
        self._is_waiting = False  # for its turn

    # --- for the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._raw = cast("asyncio.Transport", transport)
        self._inner.connection_made(self)

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        ws = self._ws
        if ws.state is State.CONNECTING:
            self._taken += len(data)
            if self._taken > HANDSHAKE_BYTES:
                self.abort()
                return
        self._unread += data
        if not (self._is_paused or self._is_waiting):
            self._go_on()

    def take_turn(self) -> None:
        """Look at the next piece."""
        self._is_waiting = False
        if not self._is_paused:
            self._resume()

    def _resume(self) -> None:
        if self.is_closing():
            return
        self._go_on()
        if self._raw is not None and not (self._is_paused or self._is_waiting or self.is_closing()):
            self._raw.resume_reading()

    def _go_on(self) -> None:
        ws = self._ws
        if not self._frames:
            size = PIECE_BYTES if self._turns is not None else len(self._unread)
            data, self._unread = self._unread[:size], self._unread[size:]
            ws.receive_data(data)
            self._frames.extend(event for event in ws.events_received() if isinstance(event, Request | Frame))
        while self._frames and not self._is_paused:
            event = self._frames.popleft()
            if isinstance(event, Request):
                self._answer(event)
            else:
                self._take(event)
            if self.is_closing():
                return
        self._send()
        if self._is_paused:
            return
        if self._unread and self._turns is not None and self._raw is not None:
            self._raw.pause_reading()
            self._is_waiting = True
            self._turns.add(self)
            return
        if ws.close_expected() or ws.parser_exc is not None or ws.handshake_exc is not None:
            self._finish()

    def eof_received(self) -> None:
        if not self._is_over:
            self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over = True
        self._raw = None
        self._inner.connection_lost(exc)

    # --- for what speaks over it

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send as one binary frame; dropped if the connection is over."""
        if not self._is_over and self._ws.state is State.OPEN:
            self._ws.send_binary(data)
            self._send()

    def close(self) -> None:
        """Send what was written and a Close frame, then close."""
        if not self._is_over:
            self._is_over = True
            if self._ws.state is State.OPEN:
                self._ws.send_close(1000)
            self._send()
        if self._raw is not None:
            self._raw.close()

    def abort(self) -> None:
        self._is_over = True
        if self._raw is not None:
            self._raw.abort()

    def is_closing(self) -> bool:
        return self._is_over or self._raw is None or self._raw.is_closing()

    def pause_reading(self) -> None:
        self._is_paused = True
        if self._raw is not None and not self._raw.is_closing():
            self._raw.pause_reading()

    def resume_reading(self) -> None:
        """Go on, at once with what has been received already."""
        self._is_paused = False
        if not self._is_waiting:
            self._resume()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        if self._raw is not None:
            self._raw.set_write_buffer_limits(high=high, low=low)

    def get_write_buffer_size(self) -> int:
        return 0 if self._raw is None else self._raw.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default if self._raw is None else self._raw.get_extra_info(name, default)

    # --- inside

    def _answer(self, request: Request) -> None:
        path, _, query = request.path.partition("?")
        if path != PATH:
            response = self._ws.reject(http.HTTPStatus.NOT_FOUND, f"MQTT is served at {PATH}.\n")
        elif (complaint := complaint_about(query)) is not None:
            logger.debug("a signed WebSocket request was refused: %s", complaint)
            response = self._forbidden()
        else:
            response = self._ws.accept(request)
        self._ws.send_response(response)

    def _forbidden(self) -> Response:
        response = self._ws.reject(http.HTTPStatus.FORBIDDEN, '{"message":"Forbidden"}')
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "application/json"
        response.headers["x-amzn-ErrorType"] = "ForbiddenException"
        return response

    def _take(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.BINARY, Opcode.CONT):
            self._inner.data_received(bytes(frame.data))
        elif frame.opcode is Opcode.TEXT:  # [MQTT-6.0.0-1]
            self._ws.fail(1003, "MQTT travels in binary frames")
        # the library answers pings and closes

    def _send(self) -> None:
        if self._raw is not None and (pieces := self._ws.data_to_send()):
            self._raw.write(pieces[0] if len(pieces) == 1 else b"".join(pieces))

    def _finish(self) -> None:
        """The conversation is over, by the other side's wish or mistake, and it has been told."""
        self._inner.eof_received()
        self.close()
