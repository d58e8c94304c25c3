"""The parent's side of one worker process: start it, ask it, hear its batches, and have it gone."""

import asyncio
import contextlib
import itertools
import logging
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import IO, Final, TypeVar

import msgspec

from simulator import worker_protocol as say
from simulator.frames import FramePipe, FrameTooLargeError
from simulator.packed_batch import unpack

logger = logging.getLogger(__name__)
T = TypeVar("T")

REQUESTS_IN_FLIGHT: Final = 32
ANSWER_SECONDS: Final = 60.0
GRACE_SECONDS: Final = 4.5  # a worker leaves by force after 4
TERMINATE_SECONDS: Final = 1.0
LOG_LINES_KEPT: Final = 200
_LOG_LINE: Final = 4096  # characters; longer ones are cut into several


class WorkerGoneError(say.WorkerError):
    """The worker process ended before it answered."""


class WorkerProcess:
    """One child process. Everything but its threads belongs to the loop that it was made on, whatever loop that is."""

    def __init__(
        self,
        on_batch: Callable[[say.Batch], None],
        on_death: Callable[[str], None],
        command: tuple[str, ...] = (sys.executable, "-m", "simulator.worker_main"),
    ) -> None:
        """Start the process. `on_death` is told how it ended ("signal 9", "exit status 1") if it was not closed by us.

        Raises:
            WorkerError: the system cannot start it.
        """
        self.log: deque[str] = deque(maxlen=LOG_LINES_KEPT)
        """What it wrote on standard error, the newest lines."""
        self._on_batch = on_batch
        self._on_death = on_death
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[say.Reply]] = {}
        self._may_ask = asyncio.Semaphore(REQUESTS_IN_FLIGHT)
        self._is_closing = False
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(say.FromWorker)
        self._process, read_fd, write_fd = _start(command)
        assert self._process.stderr is not None
        self._log_reader = threading.Thread(
            target=self._read_log, args=(self._process.stderr,), name=f"worker {self.pid} log", daemon=True
        )
        self._log_reader.start()
        self._pipe = FramePipe(read_fd, write_fd, self._decode, self._reap, name=f"worker {self.pid}")

    @property
    def pid(self) -> int:
        """The system's number for the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked for something."""
        return not (self._ended.done() or self._is_closing)

    async def ask(self, command: say.Command) -> say.Reply:
        """Send a command; return its answer.

        Raises:
            SimulatorError: what the worker raised.
            WorkerGoneError: it ended before it answered.
            WorkerError: it did not answer in ANSWER_SECONDS, takes nothing in any more, or the command is too large.
        """
        async with self._may_ask:
            if not self.is_alive:
                raise WorkerGoneError("the worker process is gone")
            number = next(self._numbers)
            answer: asyncio.Future[say.Reply] = self._loop.create_future()
            self._waiting[number] = answer
            try:
                self._send(say.Request(number, command))
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await answer
            except FrameTooLargeError as error:
                raise say.WorkerError(f"that is too much for one command: {error}; give it in parts") from error
            except queue.Full:
                raise say.WorkerError(
                    f"worker process {self.pid} takes no more commands; restart the program"
                ) from None
            except TimeoutError:
                raise say.WorkerError(
                    f"worker process {self.pid} has not answered for {ANSWER_SECONDS:g} s; use more workers"
                ) from None
            finally:
                del self._waiting[number]

    def acknowledge(self) -> None:
        """Let the worker send its next batch."""
        if self.is_alive:
            with contextlib.suppress(queue.Full):  # it does not read; whoever asks it something is told
                self._send(say.Receipt())

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """End the process: politely, after so many seconds firmly, then by force. When this returns, it and our
        threads are gone."""
        if self.is_alive:
            self._is_closing = True
            with contextlib.suppress(queue.Full):  # it does not read, and is ended by force
                self._send(say.Request(next(self._numbers), say.Close()))
            self._pipe.finish()
        firm_seconds = min(grace_seconds / 3, TERMINATE_SECONDS)
        for seconds, firmer, level in (
            (grace_seconds, self._process.terminate, logging.INFO),  # a busy machine may have given it no time yet
            (firm_seconds, self._process.kill, logging.WARNING),
            (firm_seconds, lambda: None, logging.ERROR),
        ):
            await asyncio.wait([self._ended], timeout=seconds)
            if self._ended.done():
                break
            logger.log(level, "worker process %d does not end", self.pid)
            firmer()
        self._pipe.join(1.0)
        self._log_reader.join(1.0)

    # --- on the loop ------------------------------------------------------------------------------------------------

    def _send(self, message: say.ToWorker) -> None:
        self._pipe.send(self._encoder.encode(message))

    def _receive(self, message: say.Reply | say.Failure | say.Batch) -> None:
        if isinstance(message, say.Batch):
            if self.is_alive:
                self._on_batch(message)
            return
        answer = self._waiting.get(message.number)
        if answer is None or answer.done():  # whoever asked has given up
            return
        if isinstance(message, say.Reply):
            answer.set_result(message)
        else:
            answer.set_exception(say.to_error(message))

    def _has_ended(self, how: str) -> None:
        self._ended.set_result(how)
        self._pipe.finish()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(WorkerGoneError(f"the worker process ended ({how}) before it answered"))
        if not self._is_closing:
            self._on_death(how)

    # --- on the threads ---------------------------------------------------------------------------------------------

    def _decode(self, payload: bytes) -> None:
        message = self._decoder.decode(payload)
        if isinstance(message, say.Packed):
            self._hop(self._receive, say.Batch(unpack(message.batch), message.recent))
        else:
            self._hop(self._receive, message)

    def _reap(self) -> None:
        try:
            code = self._process.wait(GRACE_SECONDS)  # its output has ended, so it is about to end
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._hop(self._has_ended, f"signal {-code}" if code < 0 else f"exit status {code}")

    def _hop(self, function: Callable[[T], None], value: T) -> None:
        try:
            self._loop.call_soon_threadsafe(function, value)
        except RuntimeError:  # the loop was closed with the worker still there; nobody is left to tell
            logger.warning("worker process %d spoke to a closed loop", self.pid)

    def _read_log(self, stream: IO[str]) -> None:
        with stream:
            while line := stream.readline(_LOG_LINE):
                self.log.append(line.rstrip())
                logger.warning("worker %d: %s", self.pid, line.rstrip())


def _start(command: tuple[str, ...]) -> tuple[subprocess.Popen[str], int, int]:
    """Return the process, where to read its output and where to write its input; descriptors that are ours to close."""
    their_input, our_output = os.pipe()
    our_input, their_output = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603  the command is our own
            command,
            stdin=their_input,
            stdout=their_output,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            process_group=None if sys.platform == "win32" else 0,  # a signal for our whole group is ours to answer
        )
    except OSError as error:
        os.close(our_output)
        os.close(our_input)
        raise say.WorkerError(f"a worker process cannot be started: {error}") from error
    finally:
        os.close(their_input)
        os.close(their_output)
    return process, our_input, our_output
