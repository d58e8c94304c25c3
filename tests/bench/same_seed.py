"""Does the same seed give every thing the same outcome and faults? Three runs at different speeds and ramps.

    uv run python -m tests.bench.same_seed [--things 500]

The test of the same name in tests/integration does this with a few things; here are as many as a tester takes. Each
run has an endpoint of its own and two jobs for all things, with eighteen kinds of faults at rates. Exit status 1 if
status, version or faults of one thing differ between runs, or a thing believes what the service does not store.
"""

import argparse
import asyncio
import sys
import time

from simulator.endpoint.child import fastest_loop
from simulator.resources_check import ensure_descriptors
from tests.integration.test_same_seed import carried_out

RUNS = ((50.0, 0.0), (100.0, 250.0), (75.0, 100.0))
"""Time scale and connections per second, 0 for all at once."""
SECONDS = 300.0  # for each run


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=500)
    things = parser.parse_args().things
    ensure_descriptors(2 * things)
    names = [f"thing-{number:05}" for number in range(1, things + 1)]
    courses = []
    for scale, ramp in RUNS:
        began = time.monotonic()
        course = await carried_out(scale, ramp, names, SECONDS)
        faults = sum(sum(had.values()) for _, _, had in course.values())
        seconds = time.monotonic() - began
        print(
            f"scale {scale:g}, ramp {ramp:g}: {len(course):,} executions, {faults:,} faults, {seconds:.0f} s",
            flush=True,
        )
        courses.append(course)
    first = courses[0]
    divergent = [key for key in first if any(course[key] != first[key] for course in courses[1:])]
    print(f"{len(divergent):,} of {len(first):,} executions differ between the runs")
    for key in divergent[:10]:
        print(key, *(course[key] for course in courses), sep="\n    ")
    return 1 if divergent else 0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        sys.exit(runner.run(main()))
