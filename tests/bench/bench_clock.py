"""How late 10,000 pending deadlines come, while the clock changes its pace and an endpoint's loop has other work.

    uv run python -m tests.bench.bench_clock

Prints the error in real milliseconds: how long after its moment each deadline fired. The aim is 50 ms at the most.
"""

import asyncio
import sys
import time

from simulator.clock import ScaledClock
from simulator.endpoint.child import fastest_loop
from simulator.endpoint.timers import Deadlines

DEADLINES = 10_000
REAL_SECONDS = 6.0
SCALES = (60.0, 600.0, 30.0, 3600.0, 1.0, 120.0)


async def _measure() -> list[float]:
    clock = ScaledClock(SCALES[0])
    due: dict[str, float] = {}
    fired: list[tuple[str, float]] = []
    deadlines: Deadlines[str] = Deadlines(clock, lambda key: fired.append((key, time.monotonic())))
    clock.on_change(deadlines.rearm)
    each = REAL_SECONDS / len(SCALES)
    span, start = sum(scale * each for scale in SCALES), clock.epoch()
    due.update((str(number), start + span * number / DEADLINES) for number in range(DEADLINES))
    for key, at in due.items():
        deadlines.set(key, at)
    changes: list[tuple[float, float, float]] = []  # simulated and real moment from which on a scale held
    for scale in SCALES:
        clock.set_scale(scale)
        changes.append((clock.epoch(), time.monotonic(), scale))
        await asyncio.sleep(each)
    while len(fired) < DEADLINES:
        await asyncio.sleep(0.05)
    deadlines.close()

    def real_moment(simulated: float) -> float:
        since, real, scale = max((change for change in changes if change[0] <= simulated), default=changes[0])
        return real + (simulated - since) / scale

    return sorted((at - real_moment(due[key])) * 1000 for key, at in fired)


def main() -> int:
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        errors = runner.run(_measure())
    worst = errors[-1]
    print(f"{len(errors)} deadlines: p50 {errors[len(errors) // 2]:.2f} ms, worst {worst:.2f} ms (aim: 50 ms)")
    return 0 if worst <= 50 else 1


if __name__ == "__main__":
    sys.exit(main())
