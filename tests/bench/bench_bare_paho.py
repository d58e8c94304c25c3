"""What a line costs: round trips by 500 things over bare paho and over PahoTransport, and 5,000 idle lines.

    python tests/bench/bench_bare_paho.py                       the thing side's processor time per round trip
    python tests/bench/bench_bare_paho.py idle --things 5000    (with the limit on open files raised: ulimit -n 20000)

A round trip is one QoS 1 publish to a topic the thing itself subscribed to, through mosquitto: publish, its PUBACK, the
message back, and the PUBACK for that. Each thing begins the next one when the last is back.
"""

import argparse
import asyncio
import gc
import random
import selectors
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).parents[2]))

from simulator.transport.address import parse_address
from simulator.transport.base import Link
from simulator.transport.paho import PahoTransport
from tests.support.broker import Broker, mosquitto_path

PAYLOAD = b'{"status":"IN_PROGRESS","expectedVersion":"7","clientToken":"0123456789abcdef","statusDetails":{}}'


def bare(port: int, things: int, seconds: float) -> tuple[int, float]:
    """Return round trips and processor seconds of paho clients on one selector, as paho's documentation drives them."""
    selector = selectors.DefaultSelector()
    trips = 0
    ready = 0

    def on_connect(client: mqtt.Client, name: str, *_: object) -> None:
        client.subscribe(f"bench/{name}", 1)

    def on_subscribe(*_: object) -> None:
        nonlocal ready
        ready += 1

    def on_message(client: mqtt.Client, _name: str, message: mqtt.MQTTMessage) -> None:
        nonlocal trips
        trips += 1
        client.publish(message.topic, PAYLOAD, 1)

    clients = []
    for number in range(things):
        name = f"bare-{number}"
        client = mqtt.Client(CallbackAPIVersion.VERSION2, name, userdata=name)
        client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
        client.connect("127.0.0.1", port, 1200)
        sock = client.socket()
        assert sock is not None
        selector.register(sock, selectors.EVENT_READ, client)
        clients.append(client)

    def turn() -> None:
        for key, _ in selector.select(0.1):
            key.data.loop_read()
            if key.data.want_write():
                key.data.loop_write()

    while ready < things:
        turn()
    for client in clients:
        client.publish(f"bench/{client.user_data_get()}", PAYLOAD, 1)
    until = time.monotonic() + seconds / 4
    while time.monotonic() < until:
        turn()
    trips, began, until = 0, time.process_time(), time.monotonic() + seconds
    while time.monotonic() < until:
        turn()
    spent = time.process_time() - began
    selector.close()
    for client in clients:
        client.disconnect()
    return trips, spent


class Line:
    def __init__(self, port: int, name: str, keep_alive: int = 1200) -> None:
        self.trips = 0
        self.topic = f"bench/{name}"
        self.transport = PahoTransport(
            parse_address(f"127.0.0.1:{port}"),
            name,
            self.on_message,
            self.on_link,
            keep_alive_seconds=keep_alive,
            random=random.Random(1),
        )
        self.link = Link.OFFLINE
        self.arrived: asyncio.Event | None = None

    def on_link(self, link: Link, _reason: str) -> None:
        self.link = link

    def on_message(self, topic: str, _payload: bytes) -> None:
        self.trips += 1
        if self.arrived is None:
            self.transport.publish(topic, PAYLOAD)
        else:
            self.arrived.set()

    async def ask(self) -> None:
        """The same from a coroutine that waits for each answer, as a thing does."""
        self.arrived = asyncio.Event()
        while True:
            self.transport.publish(self.topic, PAYLOAD)
            await self.arrived.wait()
            self.arrived.clear()


async def connected(port: int, things: int, keep_alive: int = 1200) -> list[Line]:
    lines = [Line(port, f"line-{number}", keep_alive) for number in range(things)]

    async def open_line(line: Line) -> None:
        await line.transport.open()
        await line.transport.subscribe((line.topic,))

    async with asyncio.TaskGroup() as group:
        for line in lines:
            group.create_task(open_line(line))
    return lines


async def ours(port: int, things: int, seconds: float, coroutines: bool) -> tuple[int, float]:
    lines = await connected(port, things)
    tasks = []
    for line in lines:
        if coroutines:
            tasks.append(asyncio.create_task(line.ask()))
        else:
            line.transport.publish(line.topic, PAYLOAD)
    await asyncio.sleep(seconds / 4)
    before, began = sum(line.trips for line in lines), time.process_time()
    await asyncio.sleep(seconds)
    trips, spent = sum(line.trips for line in lines) - before, time.process_time() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(line.transport.close() for line in lines))
    return trips, spent


def resident_mib() -> float:
    """Return the resident set of this process, in MiB; 0 where /proc is not there."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    return int(next(line for line in status.read_text().splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


async def idle(port: int, things: int, seconds: float, keep_alive: int) -> None:
    before, started, busy = resident_mib(), time.monotonic(), time.process_time()
    lines = await connected(port, things, keep_alive)
    took, busy = time.monotonic() - started, time.process_time() - busy
    gc.collect()
    print(
        f"{things} lines: online in {took:.1f} s ({1e6 * busy / things:.0f} µs of CPU each); resident {before:.0f} MiB "
        f"before, {resident_mib():.0f} MiB after; {len(asyncio.all_tasks())} tasks"
    )
    began = time.process_time()
    await asyncio.sleep(seconds)
    print(f"idle: {100 * (time.process_time() - began) / seconds:.2f} % of a core")
    assert all(line.link is Link.ONLINE for line in lines)
    began = time.monotonic()
    await asyncio.gather(*(line.transport.close() for line in lines))
    print(f"closed in {time.monotonic() - began:.1f} s")


def ways(port: int, things: int, seconds: float) -> Iterator[tuple[str, tuple[int, float]]]:
    """Run each way in turn; yield its name and what `bare` or `ours` returned."""
    yield "bare paho on a selector", bare(port, things, seconds)
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    with suppress(ImportError):
        import uvloop

        loops["uvloop"] = uvloop.new_event_loop
    for name, factory in loops.items():
        for style in ("callbacks", "coroutines"):
            with asyncio.Runner(loop_factory=factory) as runner:
                result = runner.run(ours(port, things, seconds, style == "coroutines"))
            yield f"transport on {name}, {style}", result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["trips", "idle"], default="trips")
    parser.add_argument("--things", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--keep-alive", type=int, default=1200)
    arguments = parser.parse_args()
    program = mosquitto_path()
    if program is None:
        sys.exit("mosquitto is not installed")
    with tempfile.TemporaryDirectory() as directory:
        broker = Broker(Path(directory), program)
        broker.start()
        try:
            if arguments.what == "idle":
                asyncio.run(idle(broker.port, arguments.things, arguments.seconds, arguments.keep_alive))
                return
            for _ in range(arguments.rounds):
                base = 0.0
                for name, (trips, spent) in ways(broker.port, arguments.things, arguments.seconds):
                    cost = 1e6 * spent / trips
                    base = base or cost
                    rate = trips / arguments.seconds
                    print(f"{name:34} {rate:7.0f} trips/s {cost:6.1f} µs of CPU each  {cost / base:.2f}×")
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
