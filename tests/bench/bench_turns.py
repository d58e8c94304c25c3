"""How long abuse keeps the gateway's loop from everybody else: the processor's time in a turn of it, by kind of abuse.

    uv run python -m tests.bench.bench_turns [--seconds 2]

Unlike round trips (bench_abuse), this does not depend on what else the machine does. Turns are weighed by their length:
"p99" is at least as long as the turn that 99 of 100 who come at any moment have to wait for.
"""

import argparse
import asyncio
import multiprocessing
import time

from simulator.endpoint.child import fastest_loop
from simulator.endpoint.gateway import Gateway
from tests.bench.bench_abuse import ABUSES


async def turns(seconds: float) -> list[float]:
    """Return the processor's milliseconds in each turn of the running loop for so long, in order of length."""
    loop, lengths, stop = asyncio.get_running_loop(), list[float](), time.perf_counter() + seconds
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
    context = multiprocessing.get_context("spawn")
    gateway = Gateway(lambda *_: None)
    await gateway.start("127.0.0.1", 0)
    for abuse in ABUSES:
        abuser = context.Process(target=abuse, args=(gateway.port,), daemon=True)
        abuser.start()
        await asyncio.sleep(1.5)  # until it is under way
        lengths = await turns(seconds)
        p50, p99 = at(0.5, lengths), at(0.99, lengths)
        print(f"{abuse.__name__:16} p50 {p50:6.3f}  p99 {p99:6.3f}  longest {lengths[-1]:6.2f} ms", flush=True)
        abuser.kill()
        abuser.join()
    await gateway.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(measure(given.seconds))
