"""Throw a million inputs at the endpoint's HTTP side, beside a client that must be answered all the while.

    uv run python -m tests.bench.fuzz_http [--inputs 1000000] [--seed 1] [--lanes 48]

Leaves with 0 if no answer was a 500, no traceback was written and the other client was always answered; else says what
was wrong and leaves with 1. The seed makes the same inputs again.
"""

import argparse
import asyncio
import subprocess
import sys
import time

import aiohttp

from tests.support.http_fuzz import Seen, throw


async def _bystander(url: str, waits: list[float]) -> None:
    """Ask for one thing again and again, as someone who does no harm."""
    async with aiohttp.ClientSession() as session:
        while True:
            begun = time.perf_counter()
            async with session.get(f"{url}/things/bystander", headers={"Host": "iot.localhost"}) as answer:
                assert answer.status == 200, answer.status
                await answer.read()
            waits.append(time.perf_counter() - begun)
            await asyncio.sleep(0.01)


async def _fuzz(url: str, inputs: int, lanes: int, seed: int) -> tuple[Seen, list[float], float]:
    seen, waits = Seen(), list[float]()
    port = int(url.rpartition(":")[2])
    async with aiohttp.ClientSession() as session:
        made = await session.post(f"{url}/things/bystander", headers={"Host": "iot.localhost"})
        assert made.status == 200
        await made.read()
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        other = group.create_task(_bystander(url, waits))
        throwing = [group.create_task(throw(port, inputs // lanes, seed * 1000 + lane, seen)) for lane in range(lanes)]
        await asyncio.gather(*throwing)
        other.cancel()
    return seen, sorted(waits), time.perf_counter() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=48)
    given = parser.parse_args()
    command = [sys.executable, "-m", "simulator.endpoint.child", "--mqtt", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as endpoint:
        assert endpoint.stdout is not None
        ready = dict(part.split("=", 1) for part in endpoint.stdout.readline().split()[1:])
        try:
            seen, waits, seconds = asyncio.run(_fuzz(ready["http"], given.inputs, given.lanes, given.seed))
            if endpoint.poll() is not None:
                seen.wrong.append(f"the endpoint ended with status {endpoint.returncode}")
        finally:
            endpoint.terminate()
            _, words = endpoint.communicate(timeout=20)
    if "Traceback" in words:
        seen.wrong.append(f"a traceback: {words[-2000:]}")
    print(
        f"{seen.inputs} inputs in {seconds:.0f} s ({seen.inputs / seconds:.0f} a second), answers "
        f"{dict(sorted(seen.by_status.items()))}, {seen.closed} connections ended; the other client: "
        f"{len(waits)} answers, p50 {waits[len(waits) // 2] * 1000:.1f} ms, "
        f"p99 {waits[len(waits) * 99 // 100] * 1000:.1f} ms"
    )
    print(*seen.wrong[:20], sep="\n", end="\n" if seen.wrong else "")
    return 1 if seen.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
