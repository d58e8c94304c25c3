"""The program as a whole, in a process of its own on the real engine: pictures, interrupts, errors, what is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtGui import QImage

from simulator.config import WindowOptions
from tests.support.failing_button import failing_button
from ui.app import ErrorTeller, Interrupts, _settings
from ui.banner import Banner, Problem

PROGRAM = """
import sys
from pathlib import Path
from simulator.config import WindowOptions
from ui.app import run_window
sys.exit(run_window(WindowOptions({})))
"""
LOST = """
import contextlib, signal
from simulator.commands.interruption import listen
signal.signal(signal.SIGINT, signal.SIG_DFL)
listen()
with contextlib.suppress(KeyboardInterrupt):
    signal.raise_signal(signal.SIGINT)
"""


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[Path]:
    """A directory for the program's temporary files: empty when it has ended."""
    place = tmp_path / "temporary"
    place.mkdir()
    yield place
    assert list(place.iterdir()) == []


def start(arguments: str, temporary: Path, text: str = PROGRAM) -> subprocess.Popen[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(temporary)}
    return subprocess.Popen(
        [sys.executable, "-c", text.format(arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def children(pid: int) -> list[int]:
    """The processes that this one has started and that still run."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def is_running(pid: int) -> bool:
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip()) and not listed.stdout.strip().startswith("Z")


def test_a_screenshot_is_saved_in_the_asked_size_and_the_program_ends(tmp_path: Path, temporary: Path) -> None:
    picture = tmp_path / "window.png"
    program = start(
        f"things=3, size=(1024, 640), theme='dark', temp_profile=True, screenshot=Path({str(picture)!r}), after_ms=300",
        temporary,
    )
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out, err) == (0, "", "")
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1024, 640)
    assert image.pixelColor(5, 60).lightness() < 80


def test_a_screenshot_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path, temporary: Path) -> None:
    program = start(
        f"things=0, temp_profile=True, screenshot=Path({str(tmp_path / 'nowhere' / 'window.png')!r})", temporary
    )
    _, err = program.communicate(timeout=60)
    assert program.returncode == 2
    assert "could not be written" in err
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no ps and no SIGINT to a process there")
def test_control_c_closes_the_window_and_leaves_no_process(temporary: Path) -> None:
    program = start("demo=True, seed=1, temp_profile=True", temporary)
    deadline = time.monotonic() + 40
    while len(started := children(program.pid)) < 2:  # the endpoint and a worker
        assert time.monotonic() < deadline, "endpoint and worker did not start"
        time.sleep(0.1)
    program.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = program.communicate(timeout=30)
    took = time.monotonic() - began
    assert program.returncode == 130
    assert err == ""
    assert not [pid for pid in started if is_running(pid)]
    assert took < 6, f"it took {took:.1f} s; the budget of a quiet machine is 2 s"


def test_a_signal_before_there_is_a_window_closes_it_as_soon_as_it_is_there(qtbot) -> None:
    closed: list[str] = []
    interrupts = Interrupts()
    interrupts.receive(signal.SIGINT)
    interrupts.close(lambda: closed.append("window"))
    qtbot.waitUntil(lambda: closed == ["window"])
    assert interrupts.came


@pytest.mark.skipif(sys.platform == "win32", reason="no signal can be sent to one process there")
def test_a_signal_that_was_lost_while_qt_was_imported_is_known_to_the_window(temporary: Path) -> None:
    program = start("temp_profile=True", temporary, LOST + PROGRAM)
    _, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (130, "")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ends a process at once there")
def test_a_termination_while_the_engine_still_starts_is_clean_too(temporary: Path) -> None:
    program = start("things=3, temp_profile=True", temporary)
    deadline = time.monotonic() + 40
    while not (started := children(program.pid)):
        assert time.monotonic() < deadline, "nothing was started"
        time.sleep(0.02)
    program.send_signal(signal.SIGTERM)
    _, err = program.communicate(timeout=30)
    assert (program.returncode, err) == (0, "")
    assert not [pid for pid in started if is_running(pid)]


def test_an_error_in_a_slot_is_a_banner_and_the_window_lives_on(qtbot, caplog) -> None:
    stack, tell, button = failing_button(qtbot)
    with tell.as_excepthook():
        button.click()
    assert stack.kinds() == ["internal"]
    problem: Problem = stack.findChild(Banner, "banner_internal").problem
    assert "ZeroDivisionError" in problem.sentence
    assert "Traceback" not in problem.sentence
    assert "Traceback" in problem.details
    assert "unexpected error" in caplog.text


def test_an_error_in_a_coroutine_is_a_banner_too(caplog) -> None:
    told: list[Problem] = []
    tell = ErrorTeller()
    tell.banner = told.append
    tell.failed("start", ValueError("no"))
    tell.in_loop(None, {"message": "callback failed", "exception": KeyError("x")})  # type: ignore[arg-type]
    assert [problem.kind for problem in told] == ["internal", "internal"]
    assert tell.status == 0


def test_a_picture_in_held_time_neither_shows_nor_changes_what_is_remembered(tmp_path: Path) -> None:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    try:
        with _settings(WindowOptions()) as usual:
            usual.setValue("look/page", "jobs")
        with _settings(WindowOptions(demo=True, virtual_time=True, screenshot=tmp_path / "a.png")) as taken:
            assert taken.value("look/page") is None
            taken.setValue("look/page", "fleet")
        with _settings(WindowOptions(demo=True, virtual_time=True)) as shown:
            assert shown.value("look/page") == "jobs"
    finally:
        own = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, own)
