"""Frames over a pair of pipes: a thread that reads, a thread that writes, and a loop that waits for neither.

Threads, because asyncio's own pipes are not to be had everywhere: not for a child's standard streams on Windows, and
not in a parent whose loop is Qt's.
"""

import logging
import os
import queue
import struct
import threading
from collections.abc import Callable
from typing import Final

logger = logging.getLogger(__name__)

LARGEST_FRAME: Final = (
    64 << 20
)  # bytes; 100,000 things are added in about 8 MiB, the largest log of one thing has 8 MiB
QUEUED_FRAMES: Final = (
    1024  # a sender keeps itself far below: requests in flight are limited, batches wait for their receipt
)
_HEADER: Final = struct.Struct(">I")
_CHUNK: Final = 1 << 16


class FrameTooLargeError(ValueError):
    """A frame is larger than LARGEST_FRAME: on sending a mistake of ours, on receiving something that is no frame."""


def encode(payload: bytes) -> bytes:
    """Return the frame that carries `payload`: its length in four bytes, then itself.

    Raises:
        FrameTooLargeError: the payload is larger than LARGEST_FRAME.
    """
    if len(payload) > LARGEST_FRAME:
        raise FrameTooLargeError(f"{len(payload):,} bytes do not fit a frame of at most {LARGEST_FRAME:,}")
    return _HEADER.pack(len(payload)) + payload


class FrameReader:
    """Cuts a stream of bytes into payloads, whatever pieces it comes in."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Return the payloads that `data` completes.

        Raises:
            FrameTooLargeError: a length is announced that no frame has; the stream is of no more use.
        """
        self._buffer += data
        payloads = []
        start = 0
        while len(self._buffer) - start >= _HEADER.size:
            (length,) = _HEADER.unpack_from(self._buffer, start)
            if length > LARGEST_FRAME:
                raise FrameTooLargeError(
                    f"a frame of {length:,} bytes was announced; at most {LARGEST_FRAME:,} are allowed"
                )
            end = start + _HEADER.size + length
            if len(self._buffer) < end:
                break
            payloads.append(bytes(self._buffer[start + _HEADER.size : end]))
            start = end
        del self._buffer[:start]
        return payloads


class FramePipe:
    """Both directions of one conversation. `on_payload` and then, once, `on_end` are called on the reading thread."""

    def __init__(
        self, read_fd: int, write_fd: int, on_payload: Callable[[bytes], None], on_end: Callable[[], None], *, name: str
    ) -> None:
        """Take over both descriptors: they are closed when their direction has ended."""
        self._outgoing: queue.Queue[bytes | None] = queue.Queue(QUEUED_FRAMES)
        self._on_payload = on_payload
        self._on_end = on_end
        self._threads = (
            threading.Thread(target=self._read, args=(read_fd,), name=f"{name} reader", daemon=True),
            threading.Thread(target=self._write, args=(write_fd,), name=f"{name} writer", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def send(self, payload: bytes) -> None:
        """Send without waiting. Once the other side is gone, nothing happens.

        Raises:
            FrameTooLargeError: nothing was sent.
            queue.Full: the other side has not read for very long; nothing was sent.
        """
        self._outgoing.put_nowait(encode(payload))

    def finish(self) -> None:
        """Close our direction after what was sent; the other side reads the end of the stream."""
        try:
            self._outgoing.put_nowait(None)
        except queue.Full:
            logger.warning("the other side of %s does not read; it is not told the end", self._threads[1].name)

    def wait_sent(self, seconds: float) -> None:
        """After `finish`: wait, blocking, until everything is sent."""
        self._threads[1].join(seconds)

    def join(self, seconds: float) -> bool:
        """Wait for both threads; return whether they have ended. The reader ends with the other side's direction."""
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def _read(self, fd: int) -> None:
        frames = FrameReader()
        try:
            while data := os.read(fd, _CHUNK):
                for payload in frames.feed(data):
                    self._on_payload(payload)
        except (OSError, FrameTooLargeError) as error:
            logger.warning("%s: %s", threading.current_thread().name, error)
        finally:
            os.close(fd)
            self._on_end()

    def _write(self, fd: int) -> None:
        try:
            while (frame := self._outgoing.get()) is not None:
                view = memoryview(frame)
                while view:
                    view = view[os.write(fd, view) :]
        except OSError:  # the other side is gone, which the reader reports; what is still sent goes nowhere
            while self._outgoing.get() is not None:
                pass
        finally:
            os.close(fd)
