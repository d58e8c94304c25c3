"""How long abuse keeps the gateway's loop from everybody else: the processor's time in a turn of it, by kind of abuse.

    uv run python -m tests.bench.bench_turns [--seconds 2]

Unlike round trips (bench_abuse), this does not depend on what else the machine does. Turns are weighed by their length:
"p99" is at least as long as the turn that 99 of 100 who come at any moment have to wait for.
"""

import argparse
import asyncio
import gc
import multiprocessing
import tempfile
import time
from array import array
from multiprocessing.process import BaseProcess
from pathlib import Path

from simulator.endpoint.authority import Authority
from simulator.endpoint.child import fastest_loop
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.fronts import Fronts
from simulator.endpoint.gateway import Gateway
from tests.bench.bench_abuse import ABUSES, STORMING_THING, tls_storm


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


def at(share: float, lengths: list[float]) -> float:
    left = share * sum(lengths)
    for length in lengths:
        left -= length
        if left <= 0:
            return length
    return lengths[-1]


async def measure(seconds: float) -> None:
    gc.freeze()  # as the endpoint's own process does
    gc.set_threshold(20_000, 20, 50)
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder) / "tls")
        authority.thing_files(STORMING_THING)
        gateway = Gateway(lambda *_: None)
        fronts = Fronts(gateway, DoorOptions(tls=authority.folder), ("127.0.0.1", 0))
        await gateway.start("127.0.0.1", 0)
        await fronts.start()
        tls_port = int(fronts.addresses["mqtts"].rpartition(":")[2])
        for abuse in ABUSES:
            await beside(context.Process(target=abuse, args=(gateway.port,), daemon=True), abuse.__name__, seconds)
        storm = context.Process(target=tls_storm, args=(tls_port, str(authority.folder)), daemon=True)
        await beside(storm, tls_storm.__name__, seconds)
        fronts.stop_listening()
        await gateway.close()
        await fronts.close()


async def beside(abuser: BaseProcess, name: str, seconds: float) -> None:
    """Print how long the turns are while `abuser` is at work."""
    abuser.start()
    try:
        await asyncio.sleep(1.5)  # until it is under way
        lengths = await turns(seconds)
    finally:
        abuser.kill()
        abuser.join()
    p50, p99 = at(0.5, lengths), at(0.99, lengths)
    print(f"{name:16} p50 {p50:6.3f}  p99 {p99:6.3f}  longest {lengths[-1]:6.2f} ms", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(measure(given.seconds))
