"""The local endpoint as a child process: how a parent starts it, hears of its end, and stops it."""

import asyncio
import contextlib
import logging
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from simulator.endpoint.door_options import PLAIN_ONLY, DoorOptions, as_arguments
from simulator.errors import EXIT_BAD_INPUT, InputError, SimulatorError, UnreachableError

logger = logging.getLogger(__name__)

READY: Final = "ready"  # how the line begins by which the child says that it serves
START_SECONDS: Final = 20.0  # a cold start from a slow disk; the usual is well under a second
STOP_SECONDS: Final = 2.0
GIVEN_UP_SECONDS: Final = 0.2  # for a process that nobody waits for before it serves: it has nothing to lose


class LocalEndpoint:
    """The endpoint in a child process. Works on any loop, also one without subprocess support (qasync)."""

    def __init__(
        self,
        mqtt: str = "127.0.0.1:0",
        http: str = "127.0.0.1:0",
        data: Path | None = None,
        time_scale: float = 1.0,
        on_exit: Callable[[int], None] | None = None,
        doors: DoorOptions = PLAIN_ONLY,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        """`on_exit` is called on the loop with the exit status if the process ends without having been asked to.

        `stop_seconds` is what `close` gives it to leave by itself.
        """
        self._command = [sys.executable, "-m", "simulator.endpoint.child", "--child"]
        self._command += ["--mqtt", mqtt, "--http", http, "--time-scale", repr(time_scale)]
        if data is not None:
            self._command += ["--data", str(data)]
        if doors != PLAIN_ONLY:
            self._command += as_arguments(doors)
        self._on_exit = on_exit
        self._stop_seconds = stop_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: list[threading.Thread] = []
        self._last_words: deque[str] = deque(maxlen=20)
        self._is_stopping = False
        self.mqtt_address = ""
        self.http_url = ""
        self.addresses: dict[str, str] = {}
        """All that is served, by its name in the ready line: mqtt, http, and mqtts, ws, wss if they are."""

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Start the process and wait until it serves.

        Raises:
            InputError: it refused its options, for example a port in use; in its own words.
            UnreachableError: it did not come up.
        """
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[str] = loop.create_future()
        self._is_stopping = False
        self._process = process = _spawn(self._command)
        self._threads = [
            threading.Thread(target=self._listen, args=(process, loop, ready), name="endpoint stdout", daemon=True),
            threading.Thread(target=self._collect_words, args=(process,), name="endpoint stderr", daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await ready
        except TimeoutError:
            await self.close()
            raise UnreachableError("the local endpoint", f"it did not start within {START_SECONDS:g} s") from None
        except BaseException:
            await self.close(GIVEN_UP_SECONDS)
            raise
        parts = self.addresses = dict(part.split("=", 1) for part in line.split()[1:])
        self.mqtt_address, self.http_url = parts["mqtt"], parts["http"]

    async def close(self, seconds: float | None = None) -> None:
        """Stop the process: by closing its input, then by force, each after so many seconds if it hangs. A second call
        does nothing."""
        process, self._process = self._process, None
        self._is_stopping = True
        if process is None:
            return
        patience = self._stop_seconds if seconds is None else seconds
        await asyncio.get_running_loop().run_in_executor(None, self._end, process, patience)

    def _end(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        for force in (process.terminate, process.kill, None):
            try:
                process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                if force is not None:
                    force()
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()

    def _listen(
        self, process: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop, ready: "asyncio.Future[str]"
    ) -> None:
        """In a thread: pass the ready line on, then wait for the end of the process and tell of it."""
        assert process.stdout is not None
        line = process.stdout.readline().decode("utf-8", "replace").strip()
        with contextlib.suppress(RuntimeError):  # the loop has closed
            if line.startswith(READY):
                loop.call_soon_threadsafe(_resolve, ready, line)
        while process.stdout.read(4096):
            pass
        status = process.wait()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._ended, ready, status)

    def _collect_words(self, process: subprocess.Popen[bytes]) -> None:
        """In a thread: keep the last lines of standard error."""
        assert process.stderr is not None
        for line in process.stderr:
            self._last_words.append(line.decode("utf-8", "replace").rstrip()[:1000])

    def _ended(self, ready: "asyncio.Future[str]", status: int) -> None:
        words = self._last_words[-1] if self._last_words else f"it ended with status {status}"
        if not ready.done():
            ready.set_exception(_as_error(status, words))
        elif not self._is_stopping:
            logger.warning("the local endpoint ended with status %s: %s", status, words)
            if self._on_exit is not None:
                self._on_exit(status)


def _spawn(command: list[str]) -> subprocess.Popen[bytes]:
    """Start the child; takes about a millisecond, and asyncio's own way is not there on every loop.

    It is a process group of its own: a signal for the parent's whole group, as `timeout` sends it, is the parent's to
    answer, which still needs the endpoint to say how things stand.
    """
    return subprocess.Popen(  # noqa: S603  our own interpreter and module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=None if sys.platform == "win32" else 0,
    )


def _resolve(future: "asyncio.Future[str]", line: str) -> None:
    if not future.done():
        future.set_result(line)


def _as_error(status: int, words: str) -> SimulatorError:
    if status == EXIT_BAD_INPUT:
        return InputError("", words.removeprefix("thing-simulator: "))
    return UnreachableError("the local endpoint", words)
