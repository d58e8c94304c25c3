"""upparat, an update agent for AWS IoT Jobs that nobody here wrote (PyPI, MIT): its program, its settings, its hooks.

It was written for paho-mqtt 1 and ends with a TypeError on paho-mqtt 2, which this program needs. So uv keeps it in an
environment of its own, made at the first use.
"""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.real_clients import SECONDS, run

INSTALL_SECONDS = 120  # once on a machine: some wheels, and paho-mqtt 1 is built
STOP_SECONDS = 10
JOB_PREFIX = "upparat_"  # it leaves other jobs to other agents
_WAITS = re.compile(r"from fetch_jobs to monitor\.\n(?:.*\n)*?.*mqtt-subscribed.*/jobs/notify'")
_WHERE = "import shutil; print(shutil.which('upparat'))"


async def upparat_program() -> str:
    """Return where it is, installed if need be; skip the test that asks where that cannot be, but not in CI."""
    uv = os.environ.get("UV") or shutil.which("uv")  # `uv run` says where it is itself
    wanted = ("--from", "upparat==1.12", "--with", "paho-mqtt<2", "python", "-c", _WHERE)
    if sys.platform == "win32":
        pytest.skip("upparat is for POSIX systems")
    if uv is not None:
        for options in (("--offline",), ()):
            found = await run(uv, "tool", "run", *options, "--python", sys.executable, *wanted, seconds=INSTALL_SECONDS)
            if found.status == 0 and found.out.strip().endswith("upparat"):
                return found.out.strip()
        why = found.err[-500:]
    else:
        why = "uv is not on the PATH"
    if "CI" in os.environ:
        pytest.fail(f"upparat cannot be installed: {why}")
    pytest.skip(f"upparat cannot be installed: {why}")


class Agent:
    """Its folder, its settings file, and shell scripts as its hooks, which write down what they were called with."""

    def __init__(self, folder: Path, broker: Mapping[str, object]) -> None:
        """Write them; `broker` is the section of that name, beside what says who it is."""
        self.folder = folder
        self.installed = folder / "installed"
        self._log = folder / "upparat.log"
        self._calls = folder / "calls"
        self._version = folder / "version"
        self._version.write_text("1.0\n")
        hooks = {
            "version": f"cat {self._version}",
            # its own two arguments, then `meta` of the job document and the file that it has downloaded
            "install": f'echo unpacking; grep -q bad "$4" && exit 7; cp "$4" {self.installed}; '
            f'cut -d" " -f2 "$4" > {self._version}',
            "restart": "true",
        }
        lines = ["[broker]", *(f"{name} = {value}" for name, value in broker.items())]
        lines += ["[service]", "log_level = DEBUG", f"download_location = {folder}", "[hooks]"]
        for name, script in hooks.items():
            hook = folder / f"{name}.sh"
            hook.write_text(f'#!/bin/sh\necho "{name} $3" >> {self._calls}\n{script}\n')
            hook.chmod(0o755)
            lines.append(f"{name} = {hook}")
        self.settings = folder / "upparat.conf"
        self.settings.write_text("\n".join(lines) + "\n")

    @property
    def calls(self) -> list[str]:
        """Which hooks were called so far, each with `meta` of its job."""
        return self._calls.read_text().splitlines()

    async def has_nothing_to_do(self, times: int) -> None:
        """Wait until it waits for notifications for that many times.

        Between the answer that nothing is pending and that subscription it is deaf, and asks no second time.
        """
        async with asyncio.timeout(SECONDS):
            while len(_WAITS.findall(self._log.read_text())) < times:
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def running(self, program: str, **variables: str) -> AsyncIterator[None]:
        """Run it, with these variables too; at the end ask it to stop, and see that it does so in peace."""
        with self._log.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                program,
                "-c",
                str(self.settings),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **variables},
            )
            try:
                yield
                process.terminate()
                async with asyncio.timeout(STOP_SECONDS):
                    assert await process.wait() == 0
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
                sys.stdout.write(self._log.read_text())  # pytest shows it if the test fails
