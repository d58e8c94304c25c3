"""The whole program, killed in the middle of work and started again, beside another one; and what it writes on disk."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ui.recovery_file import left_behind

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and XDG folders are not there")
PATIENCE = 60.0  # seconds; on a quiet machine each program is done in two to four
PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton
import ui.app, ui.recovery
from simulator.config import WindowOptions, start_logging
start_logging()
ui.recovery.EVERY_MS = 100

def window():
    return next((each for each in QApplication.topLevelWidgets() if each.objectName() == "mainWindow"), None)

steps = []
def go_on():
    it = window()
    if it is not None and steps and steps[0](it):
        steps.pop(0)
        print("done", len(steps), flush=True)

def begin(app=ui.app._application):
    made = app()
    global timer
    timer = QTimer()
    timer.timeout.connect(go_on)
    timer.start(50)
    return made

ui.app._application = begin

def button(it, name, kind=QPushButton):
    found = it.findChild(kind, name)
    if found is not None and found.isVisible():
        found.click()
        return True
    return False

{}
sys.exit(ui.app.run_window(WindowOptions(seed=5{})))
"""
EDIT = """
steps[:] = [
    lambda it: it.session.process.is_ready and not it.session.is_opening,
    lambda it: it.page.addWanted.emit(6) or True,
    lambda it: len(it.session.things.specs()) == 6 and len(it.page.store) == 6,
    lambda it: it.page.show_text("thing-00003") or it.commands.assign("fail") or True,
    lambda it: bool(it.session.things.assigned),
]
"""
BRING_BACK = """
def told(it):
    if it.session.things.assigned == {"thing-00003": "fail"} and len(it.page.store) == 6 and it.isWindowModified():
        print("back:", it.windowTitle(), it.page.filter_edit.text(), flush=True)
        it.preferences._path = None
        return True

steps[:] = [
    lambda it: button(it, "banner_recovery_fix"),
    told,
    lambda it: it.fleet_save.save_to(Path(sys.argv[1])) or True,
    lambda it: not it.isWindowModified() and bool(it.close() or True),
]
"""
LOOK = """
def looked(it):
    if it.recovery._timer.isActive():
        print("banners:", it.banners.kinds(), flush=True)
        it.close()
        return True
steps[:] = [looked]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def start(home: Path, steps: str, *arguments: str, options: str = "") -> subprocess.Popen[str]:
    places = {
        name: str(home / folder)
        for name, folder in (("HOME", "."), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state"),
                             ("XDG_CACHE_HOME", "cache"), ("XDG_DATA_HOME", "data"))
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(steps, options), *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **places},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(program: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait until it has ended by itself; return its exit status and what it printed."""
    try:
        out, err = program.communicate(timeout=PATIENCE)
    finally:
        program.kill()
    return program.returncode, out, err


def kept_in(home: Path) -> list[Path]:
    return sorted(home.rglob("*.recovery.json"))


def wait_for(what: object, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def killed_in_the_middle_of_work(home: Path) -> None:
    program = start(home, EDIT)
    try:
        wait_for(lambda: kept_in(home) and "fail" in kept_in(home)[0].read_text())
    finally:
        program.send_signal(signal.SIGKILL)
        program.communicate(timeout=PATIENCE)


def test_work_of_a_killed_window_comes_back_into_the_next_and_can_be_saved(home: Path, tmp_path: Path) -> None:
    killed_in_the_middle_of_work(home)
    assert len(kept_in(home)) == 1
    again = start(home, BRING_BACK, str(tmp_path / "six.yaml"))
    status, out, err = finished(again)
    assert (status, err) == (0, "")
    assert "back: new fleet[*] — 6 things — Local endpoint — Thing Simulator thing-00003" in out
    saved = (tmp_path / "six.yaml").read_text()
    assert saved.count("name:") == 6
    assert '{name: "thing-00003", scenario: "fail"' in saved
    assert kept_in(home) == []


def test_a_second_window_neither_takes_nor_offers_what_the_first_works_on(home: Path) -> None:
    first = start(home, EDIT)
    try:
        wait_for(lambda: kept_in(home))
        second = start(home, LOOK)
        status, out, err = finished(second)
        assert (status, err) == (0, "")
        assert "banners: []" in out
        assert len(kept_in(home)) == 1
        assert first.poll() is None
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=PATIENCE)
    (left,) = kept_in(home)  # closed in peace, but never saved: it is offered the next time
    assert [slot.path for slot in left_behind(left.parent)] == [left]


SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7HIDDEN",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIhidden+K7MDENG",
    "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEHIDDENTOKEN",
}
PASSWORD = "hunter2-of-the-broker"
USE = """
import psutil
from tests.support.keyring import FakeKeyring

keyring = FakeKeyring()
ui.app.system_keyring = lambda: keyring

def fill(it, mqtt, http):
    it.go_to("connection")
    page = it.pages.page("connection")
    page.mqtt_edit.setText(mqtt)
    page.http_edit.setText(http)
    page.files.ca_edit.setText(sys.argv[1])
    page.files.certificate_edit.setText(sys.argv[1])
    page.files.key_edit.setText(sys.argv[1])
    return page

word = Path(sys.argv[2]).read_text()  # an argument would be seen in the list of processes
def test(it):
    fill(it, f"mqtts://me:{word}@127.0.0.1:9", f"https://me:{word}@127.0.0.1:9").test()
    return True
def use(it):
    it.pages.page("connection").use_button.click()
    return True
def use_other(it):
    fill(it, f"sftp://me:{word}@host", f"http://127.0.0.1:9/?X-Amz-Signature={word}").use_button.click()
    return True
def use_url(it):
    fill(it, "mqtts://127.0.0.1:9", f"http://me:{word}@127.0.0.1:9").use_button.click()
    return True
def job(it):
    from ui.composer_draft import JobRequest
    it.go_to("fleet")
    it.tasks.start(it.session.jobs.make(JobRequest(job_id="j-1", targets=("thing-00001",), document="{}")), "job")
    return True
def log_in(it):
    page = fill(it, "mqtt://127.0.0.1:9", it.session.connection.http)
    for edit in (page.files.ca_edit, page.files.certificate_edit, page.files.key_edit):
        edit.clear()
    page.login.user_edit.setText("fleet")
    page.login.password_edit.setText(word)
    page.test()
    return True
def logged_in(it):
    settings = it.session.process.fleet and it.session.process.fleet._settings
    if keyring.kept and settings and not it.session.is_opening:
        assert settings.credentials.login_of("x") == ("fleet", word)
        it.actions_of["act.fleet.start"].trigger()
        return True
def processes(it):
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        print("process:", process.cmdline(), process.environ(), flush=True)
    print("kept in the keyring:", list(keyring.kept), it.windowTitle(), flush=True)
    return True
def broken(it):
    QTimer.singleShot(0, lambda: {}["the log has this"])
    return True
def ended(it):
    if "internal" in it.banners.kinds():
        for line in it.drawer.log.lines():
            print("activity:", line, flush=True)
        it.close()
        return True
steps[:] = [
    lambda it: it.session.process.is_ready and not it.session.is_opening,
    lambda it: it.page.addWanted.emit(2) or True,
    lambda it: len(it.page.store) == 2,
    lambda it: it.page.show_text("thing") or it.commands.assign("fail") or True,
    test, lambda it: not it.pages.page("connection")._is_testing,
    use, lambda it: "connection" in it.banners.kinds(),
    use_other, use_url, job, lambda it: "jobCreated" in it.banners.kinds(),
    log_in, lambda it: not it.pages.page("connection")._is_testing, use, logged_in,
    lambda it: "unreachable" in it.banners.kinds(), processes, broken, ended,
]
"""


def test_no_secret_is_in_any_file_or_in_the_activity_drawer(home: Path, tmp_path: Path, monkeypatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    key = tmp_path / "key.pem"
    key.write_text("-----BEGIN PRIVATE KEY-----\nMIIEvHIDDENKEYMATERIAL\n-----END PRIVATE KEY-----\n")
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    program = start(home, USE, str(key), str(password))
    status, out, err = finished(program)
    assert (status, err) == (0, "")
    written = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    names = {path.name for path in written}
    assert {"window.ini", "thing-simulator.log"} <= names  # it did write, and among it what went wrong
    assert any(name.endswith(".recovery.json") for name in names)
    assert b"the log has this" in next(text for path, text in written.items() if path.suffix == ".log")
    assert out.count("activity:") >= 4
    assert "kept in the keyring: [('mqtt://127.0.0.1:9', 'fleet')]" in out
    assert out.count("process:") >= 2  # the window's, and at least one with things that log in
    for secret in (PASSWORD, "HIDDENKEYMATERIAL"):
        assert secret not in out
    for secret in SECRETS.values():  # they came in the environment, and go on in it
        assert secret not in "".join(line for line in out.splitlines() if not line.startswith("process:"))
    for secret in (*SECRETS.values(), PASSWORD, "HIDDENKEYMATERIAL"):
        assert [str(path) for path, text in written.items() if secret.encode() in text] == []


FIRST_MOVE = """
from time import monotonic
def working(it):
    if it.page.store.counters.working:
        print("working after", monotonic() - float(sys.argv[1]), flush=True)
        it.close()
        return True
steps[:] = [working]
"""


def test_the_demo_moves_within_seconds_of_its_command(home: Path) -> None:
    program = start(home, FIRST_MOVE, str(time.monotonic()), options=", demo=True, temp_profile=True")
    status, out, err = finished(program)
    assert (status, err) == (0, "")
    seconds = float(out.partition("working after ")[2].split()[0])
    assert seconds < 15, f"{seconds:.1f} s; the budget of a quiet machine is 5 s"
