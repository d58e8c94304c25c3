"""MQTT over WebSocket, as AWS serves it at /mqtt: the frames off, the bytes through (reference section 11.3).

The `websockets` library reads and writes the handshake and the frames; it does no I/O of its own here.
"""

import asyncio
import http
import logging
from collections import deque
from typing import Final

from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from simulator.endpoint.line_between import LineBetween
from simulator.endpoint.sigv4 import complaint_about
from simulator.endpoint.turns import Turns

PATH: Final = "/mqtt"
SUBPROTOCOLS: Final = [Subprotocol("mqtt")]

HANDSHAKE_BYTES: Final = 32 * 1024
"""How long a request may be; a query signed with temporary credentials takes about 2 KiB."""

FRAME_BYTES: Final = 256 * 1024
"""How long a message may be: twice AWS's longest payload, so that it is MQTT that says what is too long."""

PIECE_BYTES: Final = 512
"""How much is looked at in a turn of the loop: the library unpacks all it is given, 10 us a frame of eight bytes."""

LARGE_PIECE_BYTES: Final = 4 * PIECE_BYTES
"""The same within a frame that is longer than a piece."""

logger = logging.getLogger(__name__)

_SILENT: Final = logging.getLogger(f"{__name__}.wire")
"""For the library, which would log the request with its signature and security token."""
_SILENT.disabled = True


class WebSocketLine(LineBetween):
    """WebSocket frames over a socket, or over TLS."""

    __slots__ = ("_frames", "_piece_bytes", "_taken", "_unread", "_ws")

    def __init__(self, inner: asyncio.Protocol, turns: Turns | None = None) -> None:
        """With `turns`, much that comes at once is taken in turns with the work of other connections."""
        super().__init__(inner, turns)
        self._ws = ServerProtocol(subprotocols=SUBPROTOCOLS, max_size=FRAME_BYTES, logger=_SILENT)
        self._piece_bytes = PIECE_BYTES  # how much is looked at next
        self._taken = 0  # bytes of the handshake so far
        self._unread = b""
        self._frames: deque[Request | Frame] = deque()  # unpacked, to be taken when `inner` goes on

    # --- for the loop

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

    def _resume(self) -> None:
        if self.is_closing():
            return
        self._go_on()
        if self._raw is not None and not (self._is_paused or self._is_waiting or self.is_closing()):
            self._raw.resume_reading()

    def _go_on(self) -> None:
        ws = self._ws
        if not self._frames:
            size = self._piece_bytes if self._turns is not None else len(self._unread)
            data, self._unread = self._unread[:size], self._unread[size:]
            ws.receive_data(data)
            self._frames.extend(event for event in ws.events_received() if isinstance(event, Request | Frame))
            self._piece_bytes = PIECE_BYTES if self._frames else LARGE_PIECE_BYTES
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
            self._wait(self._turns)
            return
        if ws.close_expected() or ws.parser_exc is not None or ws.handshake_exc is not None:
            self._finish()

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
