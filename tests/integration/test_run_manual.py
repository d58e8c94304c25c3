"""`run --manual` in a real terminal: keys step, repeat, skip and end; without a terminal it says so."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import command, environment

if sys.platform == "win32":
    pytest.skip("pseudo terminals", allow_module_level=True)
import pty

SCENARIO = """
name: three
steps:
  - {name: alpha, duration: 0.1}
  - {name: beta, duration: 0.1}
  - {name: gamma, duration: 0.1}
end: SUCCEEDED
"""


class Terminal:
    """A program in a pseudo terminal: what it shows, and what is typed."""

    def __init__(self, *arguments: str) -> None:
        self._fd, other = pty.openpty()
        self.process = subprocess.Popen(
            command(*arguments), stdin=other, stdout=other, stderr=other, env={**environment(), "COLUMNS": "200"}
        )
        os.close(other)
        self.shown = ""

    def until(self, text: str, seconds: float = 40.0) -> None:
        """Read until `text` is shown after what was shown before."""
        deadline, start = time.monotonic() + seconds, len(self.shown)
        while text not in self.shown[start:]:
            assert time.monotonic() < deadline, self.shown[-3000:]
            if select.select([self._fd], [], [], 0.2)[0]:
                with contextlib.suppress(OSError):  # the program has ended
                    self.shown += os.read(self._fd, 65536).decode("utf-8", "replace")

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._fd)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "three.yaml").write_text(SCENARIO)
    (tmp_path / "job.json").write_text('{"version": "2.4.0"}')
    return tmp_path


@pytest.fixture
def terminal(files: Path) -> Iterator[Terminal]:
    scenario, job, report = str(files / "three.yaml"), str(files / "job.json"), str(files / "report.json")
    run = ["run", "--things", "2", "--seed", "1", "--scenario", scenario, "--job", job, "--manual", "--report", report]
    terminal = Terminal(*run)
    yield terminal
    terminal.close()


def test_keys_let_things_go_on_one_by_one_and_together(terminal: Terminal, files: Path) -> None:
    terminal.until("2 waiting  keys for all things")
    terminal.until("alpha")
    terminal.type("s")
    terminal.until("beta")
    terminal.type("x")
    terminal.until("gamma")
    terminal.type("\t")
    terminal.until("keys for thing-01")
    terminal.type("2")
    terminal.until("1 waiting")
    terminal.type("a")
    terminal.until("keys for all things")
    terminal.type("ss")  # the step, hurried; the end is another one
    terminal.until("IN_PROGRESS   v4")
    terminal.type("s")
    terminal.until("did not end as their scenarios say")
    assert terminal.process.wait(20) == 1
    report = json.loads((files / "report.json").read_text())
    ends = {row["thing"]: row["status_stored"] for row in report["executions"]}
    assert ends == {"thing-01": "FAILED", "thing-02": "SUCCEEDED"}


def test_without_a_terminal_it_says_so_and_starts_nothing(files: Path) -> None:
    done = subprocess.run(
        command("run", "--manual", "--job", str(files / "job.json")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(),
    )
    sentence = "--manual: there is no terminal to read keys from; run it in a terminal, or step things in the window"
    assert (done.returncode, sentence in done.stderr) == (2, True), done.stderr
