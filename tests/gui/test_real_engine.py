"""The window on the real engine: processes that are killed under its feet and started again by its buttons."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from simulator.config import WindowOptions
from simulator.jobs.model import JobStatus as S
from simulator.transport.base import Link
from tests.gui.conftest import Opened
from tests.support.real_window import PATIENCE, opening_real_window
from ui.status_style import CODE_OF, LINK_CODE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed with SIGKILL")


@pytest.fixture
def live(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path) -> Iterator[Opened]:
    """The demo in a window, its job created."""
    options = WindowOptions(demo=True, demo_things=20, seed=3, time_scale=20.0)
    with opening_real_window(qt_loop, qtbot, tmp_path, options, size=(780, 600)) as opened:
        qtbot.waitUntil(lambda: "jobCreated" in opened.window.banners.kinds(), timeout=PATIENCE)
        yield opened


def click_fix(live: Opened, qtbot, kind: str) -> None:
    qtbot.waitUntil(lambda: kind in live.window.banners.kinds(), timeout=PATIENCE)
    qtbot.mouseClick(live.find(QPushButton, f"banner_{kind}_fix"), Qt.MouseButton.LeftButton)


def online(live: Opened) -> int:
    return live.store.link_counts[LINK_CODE[Link.ONLINE]]


def test_the_demo_job_is_walked_and_seen_to_succeed_and_to_fail(live: Opened, qtbot) -> None:
    counts = live.store.status_counts
    qtbot.waitUntil(lambda: counts[CODE_OF[S.SUCCEEDED]] >= 5 and counts[CODE_OF[S.FAILED]] >= 1, timeout=PATIENCE)
    rows = [row for row, status in enumerate(live.store.status) if status == CODE_OF[S.SUCCEEDED]]
    assert {live.store.firmware[row] for row in rows} == {"2.4.0"}
    assert min(live.store.version[row] for row in rows) >= 3


def test_a_killed_worker_is_one_banner_and_its_things_come_back_by_a_click(live: Opened, qtbot) -> None:
    qtbot.waitUntil(lambda: online(live) == 20, timeout=PATIENCE)
    (station,) = live.session.process.fleet._stations  # type: ignore[union-attr]
    os.kill(station.process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: live.store.lost == 20, timeout=PATIENCE)
    click_fix(live, qtbot, "worker")
    qtbot.waitUntil(lambda: live.store.lost == 0 and online(live) == 20, timeout=PATIENCE)
    assert "worker" not in live.window.banners.kinds()


def test_a_killed_endpoint_is_one_banner_and_a_click_brings_all_things_back(live: Opened, qtbot) -> None:
    qtbot.waitUntil(lambda: online(live) == 20, timeout=PATIENCE)
    address = live.session.connection.mqtt
    os.kill(live.session.connection._endpoint.pid, signal.SIGKILL)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: online(live) == 0, timeout=PATIENCE)
    click_fix(live, qtbot, "endpoint")
    qtbot.waitUntil(lambda: online(live) == 20, timeout=PATIENCE)
    assert live.session.connection.mqtt == address
    assert live.session.connection.link is Link.ONLINE
    assert not {"endpoint", "unreachable"} & set(live.window.banners.kinds())


def test_with_worker_and_endpoint_killed_at_once_each_has_one_banner_and_both_are_mended(live: Opened, qtbot) -> None:
    qtbot.waitUntil(lambda: online(live) == 20, timeout=PATIENCE)
    (station,) = live.session.process.fleet._stations  # type: ignore[union-attr]
    os.kill(station.process.pid, signal.SIGKILL)
    os.kill(live.session.connection._endpoint.pid, signal.SIGKILL)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: {"worker", "endpoint"} <= set(live.window.banners.kinds()), timeout=PATIENCE)
    live.trigger("act.view.table")  # what needs neither goes on
    live.window.page.show_text("pump-01")
    assert 0 < live.window.page.targets.count()[0] < 20
    click_fix(live, qtbot, "endpoint")
    qtbot.waitUntil(lambda: live.session.connection.link is Link.ONLINE, timeout=PATIENCE)
    assert "endpoint" not in live.window.banners.kinds()
    click_fix(live, qtbot, "worker")
    qtbot.waitUntil(lambda: online(live) == 20, timeout=PATIENCE)
    assert not {"worker", "endpoint", "unreachable", "internal"} & set(live.window.banners.kinds())
    told = live.window.drawer.log.lines()
    assert sum("\terror\t" in line for line in told) == 2, told  # one for each, not one for each thing
