"""A line between a socket and whatever speaks over it: what TLS and WebSocket have in common."""

import asyncio
from typing import Any, cast

from simulator.endpoint.turns import Turns


class LineBetween(asyncio.Transport, asyncio.Protocol):
    """A protocol to the socket (or to another line), a transport to `inner`, which it tells of the connection at once.

    A subclass turns bytes into bytes: `data_received`, `write` and `close` are its own, and so is how it reads on.
    """

    __slots__ = ("_inner", "_is_over", "_is_paused", "_is_waiting", "_raw", "_turns")

    def __init__(self, inner: asyncio.Protocol, turns: Turns | None) -> None:
        """With `turns`, work that is large is taken in turns with that of other connections."""
        super().__init__()
        self._inner = inner
        self._turns = turns
        self._raw: asyncio.Transport | None = None  # None before the connection and after it
        self._is_over = False  # closed, or broken: what still comes is thrown away
        self._is_paused = False  # `inner` wants to read nothing for the moment
        self._is_waiting = False  # for its turn

    # --- for the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._raw = cast("asyncio.Transport", transport)  # uvloop's is none by type, only by behaviour
        self._inner.connection_made(self)

    def take_turn(self) -> None:
        """Do the next piece of what waits."""
        self._is_waiting = False
        if not self._is_paused:
            self._resume()

    def _wait(self, turns: Turns) -> None:
        if self._raw is not None and not self._raw.is_closing():
            self._raw.pause_reading()  # nothing piles up until it is this one's turn
            self._is_waiting = True
            turns.add(self)

    def _resume(self) -> None:
        """Read on, and see to what has come already."""
        raise NotImplementedError

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
