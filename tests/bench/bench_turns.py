"""How long abuse keeps the endpoint's loop from everybody else: the processor's time in a turn of it, by kind of abuse.

    uv run python -m tests.bench.bench_turns [--seconds 2]

Unlike round trips (bench_abuse), this does not depend on what else the machine does. Turns are weighed by their length:
"p99" is at least as long as the turn that 99 of 100 who come at any moment have to wait for.
"""

import argparse
import asyncio
import tempfile
import time
from array import array
from collections.abc import Sequence
from pathlib import Path

from simulator.endpoint.authority import Authority
from simulator.endpoint.child import collect_in_small_steps, fastest_loop
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.serving import Endpoint, ServeOptions
from simulator.resources_check import descriptors_available
from tests.bench.bench_abuse import ALL_DOORS, STORMING_THING, Abuser, abuses, fleet

FLEET = 10_000


async def turns(seconds: float) -> list[float]:
    """Return the processor's milliseconds in each turn of the running loop for so long, in order of length."""
    loop, lengths, stop = asyncio.get_running_loop(), array("d"), time.perf_counter() + seconds
    done = loop.create_future()
    last = time.thread_time()

    def turn() -> None:
        nonlocal last
        now = time.thread_time()
        lengths.append((now - last) * 1000)
        last = now
        if time.perf_counter() < stop:
            loop.call_soon(turn)
        else:
            done.set_result(None)

    loop.call_soon(turn)
    await done
    return sorted(lengths)


def at(share: float, lengths: Sequence[float]) -> float:
    left = share * sum(lengths)
    for length in lengths:
        left -= length
        if left <= 0:
            return length
    return lengths[-1]


async def measure(seconds: float) -> None:
    descriptors_available()
    collect_in_small_steps()  # as the endpoint's own process does
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder) / "tls")
        authority.thing_files(STORMING_THING)
        doors = DoorOptions(tls=authority.folder, **ALL_DOORS)
        endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0", doors=doors))
        await endpoint.start()
        assert endpoint.fronts is not None
        addresses = endpoint.fronts.addresses
        for name, abuser in abuses(endpoint.gateway.port, addresses, authority.folder, endpoint.http_url):
            async with abuser:
                told(name, await turns(seconds))
        async with Abuser(fleet, endpoint.gateway.port, FLEET):
            lengths = await turns(seconds)
            while endpoint.gateway.connected < FLEET:
                lengths = sorted([*lengths, *await turns(0.5)])
            told(f"{FLEET:,} come", lengths)
        told(f"{FLEET:,} are lost", await turns(seconds))
        await endpoint.close()


def told(name: str, lengths: Sequence[float]) -> None:
    p50, p99 = at(0.5, lengths), at(0.99, lengths)
    print(f"{name:16} p50 {p50:6.3f}  p99 {p99:6.3f}  longest {lengths[-1]:6.2f} ms", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(measure(given.seconds))
