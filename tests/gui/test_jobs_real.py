"""The jobs page on the real engine: a job typed, created, walked, aborted by its failures, and a frozen endpoint."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton

from simulator.config import WindowOptions
from simulator.jobs.model import JobStatus as S
from tests.gui.conftest import Opened
from tests.support.real_window import PATIENCE, opening_real_window
from ui import jobs_poll
from ui.jobs_page import JobsPage
from ui.status_style import CODE_OF

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is frozen with SIGSTOP")
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def live(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path) -> Iterator[Opened]:
    """Twelve things at work on the real engine, the jobs page in front."""
    options = WindowOptions(things=12, seed=3, time_scale=30.0)
    with opening_real_window(qt_loop, qtbot, tmp_path, options) as opened:
        qtbot.waitUntil(lambda: len(opened.store) == 12 and not opened.session.is_opening, timeout=PATIENCE)
        opened.window.go_to("jobs")
        yield opened


def page_of(live: Opened) -> JobsPage:
    page = live.window.pages.page("jobs")
    assert isinstance(page, JobsPage)
    return page


def create(live: Opened, qtbot, job_id: str) -> None:
    qtbot.waitUntil(live.find(QPushButton, "composerCreateButton").isEnabled, timeout=PATIENCE)
    edit = live.find(QLineEdit, "composerIdEdit")
    edit.setText(job_id)
    qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: job_id in page_of(live).model.ids, timeout=PATIENCE)


def test_a_created_job_moves_the_things_and_its_curves_come_to_the_plan(live: Opened, qtbot) -> None:
    live.tasks.start(live.session.things.assign(live.store.names, "success"), "assign")
    live.tasks.start(live.session.things.start(live.store.names), "start")
    create(live, qtbot, "fw-1")
    page = page_of(live)
    qtbot.waitUntil(lambda: page.store.entries["fw-1"].view.status == "COMPLETED", timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.store.entries["fw-1"].curves.succeeded.last == 12, timeout=PATIENCE)
    curves = page.store.entries["fw-1"].curves
    assert (curves.notified.last, curves.started.last, curves.failed.last) == (12, 12, 0)
    plan = page.store.entries["fw-1"].rollout_plan(is_aws=False)
    assert plan is not None
    assert plan.things == 12
    assert page.chart.data is not None
    qtbot.waitUntil(lambda: set(live.store.status) == {CODE_OF[S.SUCCEEDED]}, timeout=PATIENCE)  # by another way


def test_a_job_whose_failures_reach_the_threshold_is_aborted_and_says_so(live: Opened, qtbot) -> None:
    live.tasks.start(live.session.things.assign(live.store.names, "fail"), "assign")
    rollout = live.find(QComboBox, "composerRolloutCombo")
    rollout.setCurrentIndex(rollout.findData("constant"))
    page = page_of(live)
    page.composer.rollout.rate.setValue(20)
    page.composer.abort.after.setValue(3)
    live.find(QCheckBox, "composerAbortCheck").setChecked(True)
    sentence = live.find(QLabel, "composerSentenceLabel")
    qtbot.waitUntil(lambda: "aborts at 2 failures" in sentence.text())
    live.tasks.start(live.session.things.start(live.store.names), "start")
    create(live, qtbot, "fw-2")
    qtbot.waitUntil(lambda: page.store.entries["fw-2"].view.status == "CANCELED", timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.chart.data is not None and page.chart.data.aborted != "", timeout=PATIENCE)
    assert "Job was aborted" in live.find(QLabel, "jobLineLabel").text()
    assert page.store.entries["fw-2"].curves.notified.last < 12


def test_a_frozen_endpoint_is_one_banner_while_the_window_goes_on(live: Opened, qtbot) -> None:
    page = page_of(live)
    create(live, qtbot, "fw-3")
    page.poll._patience.setInterval(200)
    pid = live.session.connection._endpoint.pid  # type: ignore[union-attr]
    os.kill(pid, signal.SIGSTOP)
    try:
        qtbot.waitUntil(lambda: jobs_poll.KIND in live.window.banners.kinds(), timeout=PATIENCE)
        live.window.go_to("fleet")
        live.window.go_to("jobs")
        assert page.model.ids == ["fw-3"]
        assert live.window.banners.kinds().count(jobs_poll.KIND) == 1
    finally:
        os.kill(pid, signal.SIGCONT)
    qtbot.waitUntil(lambda: jobs_poll.KIND not in live.window.banners.kinds(), timeout=PATIENCE)
