"""The endpoint as the only work of a process: serve until told to stop, or until the parent is gone.

A child that was started by `process.LocalEndpoint` reads its standard input and ends when that closes, so it never
outlives its parent, however that one dies.
"""

import argparse
import asyncio
import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from simulator.endpoint import door_options
from simulator.endpoint.serving import Endpoint, ServeOptions, serve
from simulator.errors import SimulatorError
from simulator.resources_check import descriptors_available

READY: Final = "ready"


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


def collect_in_small_steps() -> None:
    """Set the garbage collector for a process that must not stand still, and in which things stay for long.

    An update makes a few short-lived objects and no cycles. A new connection makes 50 objects that stay: in steps of
    20,000 and 400,000 objects, everybody waited 90 ms for the collector whenever 8,000 newcomers had come.
    """
    gc.freeze()  # what was imported stays; it need not be looked at again and again
    gc.set_threshold(5_000, 4, 500)


async def _run(options: ServeOptions, *, is_child: bool) -> None:
    collect_in_small_steps()
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
    await serve(
        options,
        stop,
        lambda endpoint: print(_ready_line(endpoint), flush=True),  # noqa: T201
        lambda sentence: print(f"thing-simulator: {sentence}", file=sys.stderr, flush=True),  # noqa: T201
    )


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Wait until the parent closes our standard input, by design or by dying."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):  # not sys.stdin: its lock, held here, would abort the interpreter as it shuts down
            pass
    with contextlib.suppress(RuntimeError):  # the loop has ended already
        loop.call_soon_threadsafe(stop.set)


def _ready_line(endpoint: Endpoint) -> str:
    more = {} if endpoint.fronts is None else dict(endpoint.fronts.addresses)
    if endpoint.https_url:
        more["https"] = endpoint.https_url
    return f"{READY} mqtt={endpoint.mqtt_address} http={endpoint.http_url}" + "".join(
        f" {name}={address}" for name, address in more.items()
    )


def main(arguments: list[str] | None = None) -> int:
    """The child's entry: `python -m simulator.endpoint.child`."""
    parser = argparse.ArgumentParser(prog="thing-simulator endpoint")
    parser.add_argument("--mqtt", default="127.0.0.1:1883")
    parser.add_argument("--http", default="127.0.0.1:8000")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--time-scale", type=float, default=1.0)
    parser.add_argument("--child", action="store_true")
    door_options.add_arguments(parser)
    given = parser.parse_args(arguments)
    try:
        doors = door_options.chosen(given)
        options = ServeOptions(
            mqtt=given.mqtt, http=given.http, data=given.data, time_scale=given.time_scale, doors=doors
        )
        run(options, is_child=given.child)
    except SimulatorError as exc:
        print(f"thing-simulator: {exc}", file=sys.stderr)  # noqa: T201
        return exc.exit_status
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
