"""Kill the endpoint with SIGKILL under load, again and again, and see that nothing that was accepted is missing.

    uv run python -m tests.bench.kill_endpoint [--rounds 50] [--things 50] [--seed 1]

Leaves with 0 if all held, else prints what did not and leaves with 1.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.support.killed_endpoint import kill_and_restart


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--things", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(kill_and_restart(Path(folder) / "jobs.db", given.rounds, given.things, given.seed))
    print(
        f"{figures.rounds} kills, {figures.accepted} updates accepted, {figures.unanswered} applied without an answer, "
        f"{figures.timed_out} timers went on, {len(figures.wrong)} wrong"
    )
    print(*figures.wrong, sep="\n", end="\n" if figures.wrong else "")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
