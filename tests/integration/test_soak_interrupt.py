"""The soak as a person ends it: Ctrl-C is one sentence, status 130, and nothing left running."""

import re
import signal
import subprocess
import sys

import pytest

from tests.support.command import environment

if not sys.platform.startswith("linux"):
    pytest.skip("the soak reads /proc", allow_module_level=True)


def test_an_interrupted_soak_says_how_far_it_came_and_leaves_with_130() -> None:
    command = [sys.executable, "-m", "tests.bench.soak", "--things", "3", "--hours", "4", "--time-scale", "1200"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("job   1 of 12:")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)  # its end of the pipes is closed: no child of it lives on
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    assert re.fullmatch(r"soak: interrupted after [1-9] of 12 jobs; everything is stopped\n", errors), errors
