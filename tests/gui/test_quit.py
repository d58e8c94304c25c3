"""Closing the window: at once for the eyes, all of it gone within two seconds, also if a part of it hangs."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import psutil
import pytest
from msgspec.structs import replace as with_fields
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from simulator import report_files
from simulator.config import WindowOptions
from simulator.fleet import FleetSettings, ThingSpec
from simulator.jobs.model import JobStatus as S
from simulator.transport.address import parse_address
from simulator.worker import WorkerFleet
from ui import app
from ui.composer_draft import JobRequest
from ui.engine import FLEET_GRACE_SECONDS, Engine, real_engine
from ui.main_window import MainWindow
from ui.status_style import CODE_OF

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is stopped with SIGSTOP")
PATIENCE = 60_000  # milliseconds for what comes before the closing
QUIT_SECONDS = 2.0


@dataclass
class Program:
    """What `thing-simulator` shows, and the coroutine that ends when all of it is gone."""

    window: MainWindow
    shown: "asyncio.Task[int]"
    others: frozenset[psutil.Process]  # children the test process had before the program began
    seconds: float = 0.0

    def processes(self) -> list[psutil.Process]:
        """What the program has begun: worker and endpoint."""
        found = [one for one in psutil.Process().children(recursive=True) if one not in self.others]
        assert len(found) == 2
        return found

    def run_job(self, things: int, qtbot) -> None:
        """Let so many things have an execution in progress."""
        window, session = self.window, self.window.session
        names = [f"thing-{n}" for n in range(things)]
        specs = [ThingSpec(name=name, scenario="slow-success", seed=n) for n, name in enumerate(names)]
        self._wait(qtbot, session.things.add(specs))
        self._wait(qtbot, session.things.start(names))
        job = JobRequest(
            job_id="fw", targets=tuple(names), document="{}", in_progress_timeout_minutes=None, description=""
        )
        self._wait(qtbot, session.jobs.make(job))
        counts, code = window.page.store.status_counts, CODE_OF[S.IN_PROGRESS]
        qtbot.waitUntil(lambda: counts[code] >= things, timeout=PATIENCE)

    def quit(self, qtbot) -> None:
        """Close the window as a person does, and note how long it takes until nothing is left."""
        began = monotonic()
        self.window.close()
        assert not self.window.isVisible()
        qtbot.waitUntil(self.shown.done, timeout=PATIENCE)
        self.seconds = monotonic() - began

    @staticmethod
    def _wait(qtbot, work) -> None:
        task = asyncio.get_event_loop().create_task(work)
        qtbot.waitUntil(task.done, timeout=PATIENCE)
        task.result()


def fast_engine() -> Engine:
    """The real one, whose things need not queue to connect."""

    def fleet(settings: FleetSettings) -> WorkerFleet:
        return WorkerFleet(with_fields(settings, ramp=2000.0), grace_seconds=FLEET_GRACE_SECONDS)

    real = real_engine()
    return Engine(endpoint=real.endpoint, fleet=fleet, operator=real.operator)


@pytest.fixture
def program(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path) -> Iterator[Program]:
    others = frozenset(psutil.Process().children(recursive=True))
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    options = WindowOptions(page="fleet", seed=1, temp_profile=True, no_animation=True, size=(1280, 720))
    opening = app.show_window(options, settings, fast_engine(), app.Interrupts(), keep_in=tmp_path / "recovery")
    shown = qt_loop.create_task(opening)

    def windows() -> list[MainWindow]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow) and each.isVisible()]

    qtbot.waitUntil(lambda: bool(windows()) and windows()[0].session.process.is_ready, timeout=PATIENCE)
    (window,) = windows()
    made = Program(window, shown, others)
    yield made
    if not shown.done():
        made.quit(qtbot)


def is_refused(address: str) -> Callable[[], bool]:
    """Whether nobody listens there any more."""
    port = parse_address(address, "address").port
    return lambda: all(one.laddr.port != port for one in psutil.net_connections("tcp") if one.status == "LISTEN")


def test_a_thousand_running_things_are_gone_within_two_seconds_and_their_run_is_kept(
    program: Program, qtbot, tmp_path: Path
) -> None:
    program.run_job(1000, qtbot)
    engine, is_free = program.processes(), is_refused(program.window.session.connection.mqtt)
    program.quit(qtbot)
    assert program.seconds <= QUIT_SECONDS
    assert not any(one.is_running() for one in engine)
    assert is_free()
    (kept,) = (tmp_path / "runs").iterdir()
    report = report_files.read(kept)
    assert (len(report.executions), report.job_ids, report.connected) == (1000, ["fw"], 1000)
    assert {row.status_believed for row in report.executions} <= {S.IN_PROGRESS, S.SUCCEEDED}


@pytest.mark.parametrize("which", ["simulator.worker_main", "simulator.endpoint.child"])
def test_a_part_that_hangs_is_ended_by_force_within_two_seconds(program: Program, qtbot, which: str) -> None:
    engine = program.processes()
    (hung,) = [one for one in engine if which in one.cmdline()]
    os.kill(hung.pid, signal.SIGSTOP)
    program.quit(qtbot)
    assert program.seconds <= QUIT_SECONDS
    assert not any(one.is_running() for one in engine)
