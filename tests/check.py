"""Everything that has to hold before a change lands: style, types, contracts, tests. Run `uv run tests/check.py`.

`--fast` leaves out the integration and window tests and takes under half a minute.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHECKS = {
    "style": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "contracts": ["lint-imports", "--no-cache"],
    "types": ["mypy"],
}
TESTS = ["pytest", "-q", "-n", "2", "--dist", "loadfile"]
BYTECODE = ROOT / ".pytest_cache" / "bytecode"  # some hundred programs are started by the tests, most of them ours


def main() -> int:
    """Run every check even if one fails; return 1 if any did."""
    fast = "--fast" in sys.argv[1:]
    checks = CHECKS | {"tests": [*TESTS, "tests/unit"] if fast else TESTS}
    failed = []
    for name, command in checks.items():
        print(f"== {name}: {' '.join(command)}", flush=True)
        began = time.monotonic()
        if subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode:
            failed.append(name)
        print(f"== {name} took {time.monotonic() - began:.0f} s", flush=True)
    print(f"== failed: {', '.join(failed)}" if failed else "== all hold", flush=True)
    return bool(failed)


def environment() -> dict[str, str]:
    """Ours, in which nothing is compiled twice, also where a machine wants no bytecode beside the sources."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(BYTECODE), **kept}


if __name__ == "__main__":
    sys.exit(main())
