"""TLS handshakes beside the loop: their arithmetic in a thread of its own, so that nobody inside waits for newcomers.

A handshake takes the processor a millisecond, in two pieces that cannot be divided. Taken on the loop, even one in a
turn, each of them is waited for by every answer that is due meanwhile. OpenSSL lets go of the interpreter while it
computes, so a second thread costs the loop nearly nothing, and on a second core nothing (tests/bench: bench_turns).
After each piece the thread rests: newcomers take half a core, 500 a second, which is AWS's rate of connections too.

When more come than that, clients give up after some seconds and come again. Served in their order, all would have given
up by the time it is their turn; so those who have begun go first, and of many others the latest.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections import deque
from typing import Final, Protocol

REST: Final = 1.0
"""How long the thread rests after a piece, in times the processor needed for it."""

MANY: Final = 500
"""More than so many have no order any more; these take a second or less."""


class ShakesHands(Protocol):
    """A connection that has received a part of its handshake."""

    def is_closing(self) -> bool:
        """Whether it has ended, so that nothing need be computed."""
        ...

    def shake(self) -> Exception | None:
        """Compute, on the handshaker's thread; nobody else touches the TLS state meanwhile. Return what went wrong."""
        ...

    def shaken(self, outcome: Exception | None) -> None:
        """Go on, on the loop, with what `shake` returned."""
        ...


class Handshaker:
    """One thread, begun with the first handshake. How many wait is bounded by the number of connections."""

    def __init__(self) -> None:
        self._new: deque[ShakesHands] = deque()
        self._begun: deque[ShakesHands] = deque()
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()  # rung once for each who waits, and at the end
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    def add(self, line: ShakesHands, *, is_begun: bool = False) -> None:
        """See to it that `line.shake` is called, and then `line.shaken` on the running loop.

        `is_begun`: a piece of this handshake was computed before.
        """
        if self.is_closed:
            return
        if self._thread is None:
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._work, args=(loop,), name="TLS handshakes", daemon=True)
            self._thread.start()
        (self._begun if is_begun else self._new).append(line)
        self._bell.put(None)

    def close(self) -> None:
        """End the thread, after the piece at hand; who still waits is forgotten. A second call does nothing."""
        self._closed.set()
        if self._thread is not None:
            self._bell.put(None)
            self._thread.join()
            self._thread = None
        self._new.clear()
        self._begun.clear()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._bell.get() is None and not self.is_closed:
            line = self._next()
            if line.is_closing():
                continue
            began = time.thread_time()
            try:
                outcome = line.shake()
            except Exception as exc:  # noqa: BLE001  it is this one's alone: the others need the thread
                outcome = exc
            spent = time.thread_time() - began
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(line.shaken, outcome)
            del line  # else it would live until the next one comes
            self._closed.wait(spent * REST)

    def _next(self) -> ShakesHands:
        if self._begun:
            return self._begun.popleft()
        return self._new.pop() if len(self._new) > MANY else self._new.popleft()
