"""Two signals at once are one interruption; only a later one ends the program at once."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.commands.interruption import NUMBERS, REPEAT_SECONDS, Interruption, listen


class Watchhand:
    """Real seconds in the hands of a test."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    former = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in former.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_first_signal_is_told_once_and_its_repeats_are_let_pass(number: signal.Signals) -> None:
    told: list[str] = []
    hand = Watchhand()
    with Interruption(hand) as interruption:
        interruption.tell(lambda: told.append("stop"))
        signal.raise_signal(number)
        assert interruption.has_come
        signal.raise_signal(signal.SIGINT)
        hand.at += REPEAT_SECONDS - 0.01
        signal.raise_signal(signal.SIGTERM)
    assert told == ["stop"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_that_comes_later_ends_the_program_at_once(number: signal.Signals) -> None:
    hand = Watchhand()

    def interrupted_twice() -> None:
        with Interruption(hand):
            signal.raise_signal(signal.SIGINT)
            hand.at += REPEAT_SECONDS
            signal.raise_signal(number)

    with pytest.raises(KeyboardInterrupt):
        interrupted_twice()
    assert [signal.getsignal(each) for each in NUMBERS] == [signal.SIG_DFL, signal.SIG_DFL]  # one more, and it is gone


def test_a_signal_before_anybody_listens_is_told_to_the_first_who_does() -> None:
    told: list[str] = []
    with Interruption(Watchhand()) as interruption:
        signal.raise_signal(signal.SIGTERM)
        interruption.tell(lambda: told.append("stop"))
    assert told == ["stop"]


def test_after_an_interruption_nothing_disturbs_the_leaving() -> None:
    with Interruption(Watchhand()):
        signal.raise_signal(signal.SIGINT)
    assert [signal.getsignal(number) for number in NUMBERS] == [signal.SIG_IGN, signal.SIG_IGN]


def test_without_an_interruption_all_is_as_it_was() -> None:
    before = [signal.getsignal(number) for number in NUMBERS]
    with Interruption():
        assert [signal.getsignal(number) for number in NUMBERS] != before
    assert [signal.getsignal(number) for number in NUMBERS] == before


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_whose_exception_was_lost_before_is_known_to_the_next_interruption(number: signal.Signals) -> None:
    told: list[str] = []
    signal.signal(number, signal.SIG_DFL)  # a run that was interrupted earlier in this process leaves it ignored
    listen()
    with contextlib.suppress(KeyboardInterrupt):  # as an import may do
        signal.raise_signal(number)
    with Interruption(Watchhand()) as interruption:
        assert interruption.has_come
        interruption.tell(lambda: told.append("stop"))
    assert told == ["stop"]
    with Interruption(Watchhand()) as later:
        assert not later.has_come


def test_a_sigint_that_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listen()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.skipif(sys.platform == "win32", reason="no process ends by a signal there")
@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_in_the_making_of_a_dataclass_leaves_the_exit_status_alone(
    tmp_path: Path, number: signal.Signals
) -> None:
    """A plain KeyboardInterrupt that passes through `exec` makes `python -m` end by SIGINT in spite of sys.exit."""
    (tmp_path / "early.py").write_text(
        "import signal, sys\n"
        "from simulator.commands.interruption import listen\n"
        "listen()\n"
        "try:\n"
        f"    exec('signal.raise_signal({int(number)})')\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    left = subprocess.run([sys.executable, "-m", "early"], cwd=tmp_path, check=False)
    assert left.returncode == 130


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_while_the_command_line_is_imported_is_status_130_without_a_word(number: signal.Signals) -> None:
    script = (
        "import signal, sys\n"
        "class Meddler:\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == 'simulator.cli': signal.raise_signal({int(number)})\n"
        "sys.meta_path.insert(0, Meddler())\n"
        "import simulator.__main__\n"
    )
    left = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (left.returncode, left.stdout, left.stderr) == (130, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no nohup there")
def test_a_program_that_is_started_with_sigint_ignored_lets_it_pass() -> None:
    script = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "import simulator.__main__\n"
        "signal.raise_signal(signal.SIGINT)\n"
        "print('here')\n"
    )
    left = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (left.returncode, left.stdout) == (0, "here\n")


@pytest.mark.skipif(sys.platform == "win32", reason="no process ends by a signal there")
@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_while_the_interpreter_takes_itself_apart_leaves_the_exit_status_alone(number: signal.Signals) -> None:
    script = (
        "import os, sys\n"
        "class Last:\n"
        f"    def __del__(self, kill=os.kill, pid=os.getpid()): kill(pid, {int(number)})\n"
        "last = Last()\n"
        "sys.argv[1:] = ['scenarios', 'show', 'no-such-scenario']\n"
        "from simulator.cli import main\n"
        "main()\n"
    )
    left = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (left.returncode, len(left.stderr.splitlines())) == (2, 1)
