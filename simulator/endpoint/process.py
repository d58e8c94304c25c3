"""The local endpoint as a process: serving until told to stop, and being started and stopped by a parent.

A child that was started by `LocalEndpoint` reads its standard input and ends when that closes, so it never outlives its
parent, however that one dies.
"""

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from simulator.clock import ScaledClock
from simulator.errors import EXIT_BAD_INPUT, InputError, SimulatorError, UnreachableError
from simulator.resources_check import descriptors_available

logger = logging.getLogger(__name__)

READY: Final = "ready"
START_SECONDS: Final = 20.0  # a cold start from a slow disk; the usual is well under a second
STOP_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """Where and how the endpoint serves. Addresses are HOST:PORT, port 0 picks a free one."""

    mqtt: str = "127.0.0.1:1883"
    http: str = "127.0.0.1:8000"
    data: Path | None = None
    time_scale: float = 1.0


class Endpoint:
    """Gateway, HTTP API and service in this process, on the running loop."""

    def __init__(self, options: ServeOptions) -> None:
        """Prepare to serve; nothing listens yet.

        Raises:
            InputError: an option is wrong or the data file cannot be used.
        """
        with _quick_imports():
            from simulator.endpoint.gateway import Gateway
            from simulator.endpoint.http_api import HttpApi
            from simulator.endpoint.service import EndpointService
            from simulator.endpoint.store import MemoryStore, SqliteStore

        self._mqtt = split_address(options.mqtt, "--mqtt")
        self._http = split_address(options.http, "--http")
        clock = ScaledClock(options.time_scale)
        store = MemoryStore() if options.data is None else SqliteStore(options.data)
        self.service = EndpointService(clock, store, lambda topic, payload: self.gateway.publish(topic, payload))
        self.gateway = Gateway(self.service.on_request)
        self.http = HttpApi(self.service, mqtt_address=lambda: self.mqtt_address)

    @property
    def mqtt_address(self) -> str:
        """HOST:PORT where MQTT clients connect."""
        return f"{_bracketed(self._mqtt[0])}:{self.gateway.port}"

    @property
    def http_url(self) -> str:
        """The base URL of the HTTP APIs."""
        return f"http://{_bracketed(self._http[0])}:{self.http.port}"

    async def start(self) -> None:
        """Begin to serve.

        Raises:
            InputError: a port is in use, or the data file cannot be read; nothing is left listening.
        """
        try:
            self.service.start()
            await self.gateway.start(*self._mqtt)
            await self.http.start(*self._http)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop serving and leave nothing behind."""
        await self.http.close()
        await self.gateway.close()
        await self.service.close()


@contextlib.contextmanager
def _quick_imports() -> Iterator[None]:
    """Import without garbage collection, and without the system's certificates.

    aiohttp's client half, which nothing here uses, reads all of them as it is imported: a tenth of the whole start.
    """
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    before = {name: os.environ.get(name) for name in names}
    was_collecting = gc.isenabled()
    gc.disable()
    os.environ.update(dict.fromkeys(names, os.devnull))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if was_collecting:
            gc.enable()


async def serve(options: ServeOptions, stop: asyncio.Event, on_ready: Callable[[Endpoint], None]) -> None:
    """Serve until `stop` is set.

    Raises:
        InputError: as Endpoint.
    """
    endpoint = Endpoint(options)
    await endpoint.start()
    try:
        on_ready(endpoint)
        await stop.wait()
    finally:
        await endpoint.close()


def run(options: ServeOptions, *, is_child: bool = False) -> None:
    """Serve until Ctrl-C or SIGTERM, for a child also until standard input closes. Prints one line when it serves.

    Raises:
        InputError: as Endpoint.
    """
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(_run(options, is_child=is_child))


def fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's loop factory where uvloop is installed; None means asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return asyncio.SelectorEventLoop if sys.platform == "win32" else None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _run(options: ServeOptions, *, is_child: bool) -> None:
    gc.freeze()  # what was imported stays; it need not be looked at again and again
    gc.set_threshold(20_000, 20, 50)  # an update makes a few short-lived objects and no cycles
    descriptors_available()  # raises the limit of open files: each connection takes one
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    if is_child:  # Ctrl-C reaches all processes of a terminal; the parent still has questions, and then ends this one
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM,) if is_child else (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    if is_child:
        watch = threading.Thread(target=_watch_parent, args=(loop, stop), name="watch parent", daemon=True)
        watch.start()
    await serve(options, stop, lambda endpoint: print(_ready_line(endpoint), flush=True))  # noqa: T201


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Wait until the parent closes our standard input, by design or by dying."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):  # not sys.stdin: its lock, held here, would abort the interpreter as it shuts down
            pass
    with contextlib.suppress(RuntimeError):  # the loop has ended already
        loop.call_soon_threadsafe(stop.set)


def _ready_line(endpoint: Endpoint) -> str:
    return f"{READY} mqtt={endpoint.mqtt_address} http={endpoint.http_url}"


def split_address(text: str, option: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT; an IPv6 host stands in brackets.

    Raises:
        InputError: it is no such address.
    """
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise InputError(
            option, f"{text!r} is not HOST:PORT", "write for example 127.0.0.1:0, where 0 picks a free port"
        )
    return host, int(port)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class LocalEndpoint:
    """The endpoint in a child process. Works on any loop, also one without subprocess support (qasync)."""

    def __init__(
        self,
        mqtt: str = "127.0.0.1:0",
        http: str = "127.0.0.1:0",
        data: Path | None = None,
        time_scale: float = 1.0,
        on_exit: Callable[[int], None] | None = None,
    ) -> None:
        """`on_exit` is called on the loop with the exit status if the process ends without having been asked to."""
        self._command = [sys.executable, "-m", "simulator.endpoint.process", "--child"]
        self._command += ["--mqtt", mqtt, "--http", http, "--time-scale", repr(time_scale)]
        if data is not None:
            self._command += ["--data", str(data)]
        self._on_exit = on_exit
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: list[threading.Thread] = []
        self._last_words: deque[str] = deque(maxlen=20)
        self._is_stopping = False
        self.mqtt_address = ""
        self.http_url = ""

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
            await self.close()
            raise
        parts = dict(part.split("=", 1) for part in line.split()[1:])
        self.mqtt_address, self.http_url = parts["mqtt"], parts["http"]

    async def close(self) -> None:
        """Stop the process: by closing its input, then by force. A second call does nothing."""
        process, self._process = self._process, None
        self._is_stopping = True
        if process is None:
            return
        await asyncio.get_running_loop().run_in_executor(None, self._end, process)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        for force in (process.terminate, process.kill, None):
            try:
                process.wait(STOP_SECONDS)
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


def main(arguments: list[str] | None = None) -> int:
    """The child's entry: `python -m simulator.endpoint.process`."""
    parser = argparse.ArgumentParser(prog="thing-simulator endpoint")
    parser.add_argument("--mqtt", default="127.0.0.1:1883")
    parser.add_argument("--http", default="127.0.0.1:8000")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--time-scale", type=float, default=1.0)
    parser.add_argument("--child", action="store_true")
    given = parser.parse_args(arguments)
    options = ServeOptions(mqtt=given.mqtt, http=given.http, data=given.data, time_scale=given.time_scale)
    try:
        run(options, is_child=given.child)
    except SimulatorError as exc:
        print(f"thing-simulator: {exc}", file=sys.stderr)  # noqa: T201
        return exc.exit_status
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
