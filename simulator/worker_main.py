"""The program of a worker process: a LocalFleet that is spoken to over the standard streams.

Run by WorkerFleet as `python -m simulator.worker_main`. It ends when its standard input ends, so also when the parent
is killed. Imports stay few: the window waits for this process.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Final

import msgspec

from simulator import worker_protocol as say
from simulator.errors import SimulatorError
from simulator.feed import FeedBatch
from simulator.frames import FramePipe, FrameTooLargeError
from simulator.local_fleet import GOODBYE_SECONDS, LocalFleet
from simulator.packed_batch import pack

logger = logging.getLogger(__name__)

LAST_RESORT_SECONDS: Final = GOODBYE_SECONDS + 1.0
"""So long after it was told to end, a worker leaves by force, whatever its loop or a connecting thread is busy with."""
REQUESTS_WAITING: Final = 64  # more than a parent has in flight


class WorkerServer:
    """Carries out one request after the other, and sends batches, one at a time."""

    def __init__(self, send: Callable[[say.FromWorker], None]) -> None:
        self._send = send
        self._fleet: LocalFleet | None = None

    async def carry_out(self, request: say.Request) -> None:
        """Answer `request`; every error becomes an answer too."""
        try:
            reply = await self._do(request.number, request.command)
        except Exception as error:
            if not isinstance(error, SimulatorError):
                logger.exception("a worker failed at %s", type(request.command).__name__)
            self._send(say.to_failure(request.number, error))
        else:
            self._send(reply)

    async def _do(self, number: int, command: say.Command) -> say.Reply:
        fleet = self._fleet
        match command:
            case say.Open(settings):
                self._fleet = LocalFleet(settings, tells_outages=False)
                await self._fleet.open(self._on_batch)
            case say.Close():
                await self.close()
            case _ if fleet is None:
                raise say.WorkerError("a worker process was asked for something before it was opened")
            case say.Define(name, yaml_text):
                await fleet.define(name, yaml_text)
            case say.Add(things):
                await fleet.add(things)
            case say.Remove(names):
                await fleet.remove(names)
            case say.Start(names):
                await fleet.start(names)
            case say.SetRamp(ramp):
                await fleet.set_ramp(ramp)
            case say.Stop(names):
                await fleet.stop(names)
            case say.Line(names, action):
                await fleet.line(names, action)
            case say.Assign(names, scenario, now):
                await fleet.assign(names, scenario, now=now)
            case say.Manual(names, on):
                await fleet.manual(names, on)
            case say.Act(names, action):
                await fleet.act(names, action)
            case say.Misbehave(names, fault, seconds):
                await fleet.misbehave(names, fault, seconds)
            case say.Send(names, update):
                await fleet.send(names, update)
            case say.Force(names, status, reason):
                await fleet.force(names, status, reason)
            case say.Detail(name):
                return say.Reply(number, detail=await fleet.detail(name))
            case say.Statistics():
                return say.Reply(number, statistics=await fleet.statistics())
        return say.Reply(number)

    def _on_batch(self, batch: FeedBatch) -> None:
        if self._fleet is not None:
            self._fleet.hold_feed()
            self._send(say.Packed(pack(batch), self._fleet.recent_latencies().to_dict()))

    def on_receipt(self) -> None:
        """Let the next batch go out."""
        if self._fleet is not None:
            self._fleet.release_feed()

    async def close(self) -> None:
        """Stop every thing; the second time there is nothing left to stop."""
        fleet, self._fleet = self._fleet, None
        if fleet is not None:
            fleet.hold_feed()
            await fleet.close()


async def serve(read_fd: int, write_fd: int) -> None:
    """Carry out what comes in at `read_fd` until it ends or asks for the end."""
    loop = asyncio.get_running_loop()
    requests: asyncio.Queue[say.Request | None] = asyncio.Queue(REQUESTS_WAITING)
    encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(say.ToWorker)

    def send(message: say.FromWorker) -> None:
        try:
            pipe.send(encoder.encode(message))
        except FrameTooLargeError as error:
            if isinstance(message, say.Reply):
                send(say.to_failure(message.number, error))
            else:
                logger.error("a message is lost: %s", error)

    server = WorkerServer(send)

    def take(message: say.ToWorker) -> None:
        if isinstance(message, say.Receipt):
            server.on_receipt()
        else:
            try:
                requests.put_nowait(message)
            except asyncio.QueueFull:  # whoever asked these gave up waiting, and asked on
                send(say.to_failure(message.number, say.WorkerError("a worker process is too busy; try again")))

    def on_payload(payload: bytes) -> None:
        loop.call_soon_threadsafe(take, decoder.decode(payload))

    def on_end() -> None:
        leave_by_force_after(LAST_RESORT_SECONDS)
        loop.call_soon_threadsafe(requests.put_nowait, None)

    pipe = FramePipe(read_fd, write_fd, on_payload, on_end, name="worker")
    try:
        while (request := await requests.get()) is not None:
            if isinstance(request.command, say.Close):
                leave_by_force_after(LAST_RESORT_SECONDS)
            await server.carry_out(request)
            if isinstance(request.command, say.Close):
                break
    finally:
        await server.close()
        pipe.finish()
        pipe.wait_sent(0.5)


def leave_by_force_after(seconds: float) -> None:
    """Make sure that this process is gone in `seconds`, if it does not leave by itself before."""
    timer = threading.Timer(seconds, os._exit, [1])
    timer.daemon = True
    timer.start()


def take_standard_streams() -> tuple[int, int]:
    """Return descriptors of what were standard input and output; from now on a stray `print` goes to standard error."""
    read_fd, write_fd = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(read_fd, os.O_BINARY)
        msvcrt.setmode(write_fd, os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return read_fd, write_fd


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Return what makes the fastest loop to be had here that can watch sockets, which Windows' own cannot."""
    if sys.platform == "win32":
        return asyncio.SelectorEventLoop
    try:
        import uvloop
    except ImportError:
        return asyncio.SelectorEventLoop
    return uvloop.new_event_loop


def main() -> None:
    """Serve the standard streams."""
    streams = take_standard_streams()
    for number in (signal.SIGINT, signal.SIGTERM):  # they reach the whole group of processes; the parent decides
        signal.signal(number, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(*streams))


if __name__ == "__main__":
    main()
