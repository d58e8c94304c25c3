"""Everything that has to hold before a change lands: style, types, contracts, tests. Run it with `uv run tests/check.py`.

`--fast` leaves out the integration and window tests and takes under half a minute.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHECKS = (
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("contracts", ["lint-imports", "--no-cache"]),
    ("types", ["mypy"]),
)
TESTS = ["pytest", "-q", "-n", "auto", "--dist", "loadfile"]


def main() -> int:
    """Run every check even if one fails; return 1 if any did."""
    fast = "--fast" in sys.argv[1:]
    tests = [*TESTS, "tests/unit"] if fast else TESTS
    failed = []
    for name, command in (*CHECKS, ("tests", tests)):
        print(f"== {name}: {' '.join(command)}", flush=True)
        if subprocess.run([sys.executable, "-m", *command] if command[0] in ("pytest", "mypy") else command, cwd=ROOT).returncode:
            failed.append(name)
    if failed:
        print(f"== failed: {', '.join(failed)}", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
