"""TLS handshakes beside the loop: their arithmetic in a thread of its own, so that nobody inside waits for newcomers.

A handshake takes the processor a millisecond, in two pieces that cannot be divided. Taken on the loop, even one in a
turn, each of them is waited for by every answer that is due meanwhile. OpenSSL lets go of the interpreter while it
computes, so a second thread costs the loop nearly nothing, and on a second core nothing (tests/bench: bench_turns).
After each piece the thread rests: newcomers take half a core, 500 a second, which is AWS's rate of connections too.
"""

import asyncio
import contextlib
import queue
import threading
import time
from typing import Final, Protocol

REST: Final = 1.0
"""How long the thread rests after a piece, in times the processor needed for it."""

_END: Final = None


class ShakesHands(Protocol):
    """A connection that has received a part of its handshake."""

    def shake(self) -> Exception | None:
        """Compute, on the handshaker's thread; nobody else touches the TLS state meanwhile. Return what went wrong."""
        ...

    def shaken(self, outcome: Exception | None) -> None:
        """Go on, on the loop, with what `shake` returned."""
        ...


class Handshaker:
    """One thread, begun with the first handshake; pieces are taken in the order in which they came.

    How many wait is bounded by the number of connections: each is here at most once.
    """

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[ShakesHands | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    def add(self, line: ShakesHands) -> None:
        """See to it that `line.shake` is called, and then `line.shaken` on the running loop."""
        if self.is_closed:
            return
        if self._thread is None:
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._work, args=(loop,), name="TLS handshakes", daemon=True)
            self._thread.start()
        self._waiting.put(line)

    def close(self) -> None:
        """End the thread, after the piece at hand; who still waits is forgotten. A second call does nothing."""
        self._closed.set()
        if self._thread is not None:
            self._waiting.put(_END)
            self._thread.join()
            self._thread = None

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while (line := self._waiting.get()) is not _END:
            if self.is_closed:
                continue
            began = time.thread_time()
            outcome = line.shake()
            spent = time.thread_time() - began
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(line.shaken, outcome)
            self._closed.wait(spent * REST)
