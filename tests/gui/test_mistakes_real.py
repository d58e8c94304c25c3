"""Every mistake of "Send it wrong", made in the window on the real local service: what was predicted comes."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from simulator.config import WindowOptions
from simulator.jobs.model import JobStatus as S
from simulator.scenario.faults import FaultName
from tests.gui.conftest import Opened
from tests.support.gui import FakeEngine
from ui.composer_draft import JobRequest
from ui.fault_menu import SENT_WRONG, ByHand, Mistake
from ui.fleet_store import FleetStore
from ui.main_window import MainWindow
from ui.session import Session, real_engine
from ui.status_style import CODE_OF
from ui.tape_rows import TapeRow
from ui.tasks import TaskOwner

PATIENCE = 40_000  # milliseconds; on a quiet machine all of it is over in five seconds
ITEMS: tuple[Mistake, ...] = (*SENT_WRONG, ByHand.ILLEGAL_TRANSITION)
THINGS = {item: f"thing-{number:05}" for number, item in enumerate(ITEMS, 1)}
REFUSED = {
    FaultName.STALE_VERSION: "VersionMismatch",
    FaultName.VERSION_AHEAD: "VersionMismatch",
    FaultName.DUPLICATE_UPDATE: "VersionMismatch",
    FaultName.OUT_OF_ORDER: "VersionMismatch",
    FaultName.UPDATE_AFTER_END: "InvalidStateTransition",
    FaultName.IGNORE_CANCEL: "InvalidStateTransition",
    FaultName.UNKNOWN_JOB: "ResourceNotFound",
    FaultName.WRONG_TOPIC: "InvalidTopic",
    FaultName.OVERSIZE_DETAILS: "InvalidRequest",
    FaultName.MALFORMED_JSON: "InvalidJson",
    ByHand.ILLEGAL_TRANSITION: "InvalidRequest",  # QUEUED, which is no device's to set; from an end it is another
}
"""The code that each mistake is refused with; what is not here is accepted."""


@pytest.fixture
def live(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path) -> Iterator[Opened]:
    """A thing for each mistake, at work on a job of its own kind."""
    failures: list[tuple[str, BaseException]] = []
    store = FleetStore()
    tasks = TaskOwner(lambda what, error: failures.append((what, error)))
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    options = WindowOptions(things=len(ITEMS), seed=11, time_scale=12.0)
    session = Session(options, store, tasks, real_engine())
    window = MainWindow(session, store, tasks, settings, animate=False)
    window.resize(1280, 720)
    window.show()
    tasks.start(session.open(), "open")
    qtbot.waitUntil(lambda: len(store.names) == len(ITEMS) and not tasks, timeout=PATIENCE)
    yield Opened(window, session, FakeEngine(), store, tasks, settings, failures)
    window.close()
    closing = qt_loop.create_task(session.close())
    qtbot.waitUntil(closing.done, timeout=PATIENCE)
    window.heartbeat.stop()
    window.deleteLater()
    assert not failures


def status_of(live: Opened, name: str) -> int:
    return live.store.status[live.store.row_of[name]]


def version_of(live: Opened, name: str) -> int:
    return live.store.version[live.store.row_of[name]]


def choose(live: Opened, name: str) -> None:
    live.window.page.table.select_names([name], name)
    assert live.window.page.targets()[0] == [name]


def make_mistake(live: Opened, item: Mistake) -> None:
    """As a person does: select the thing, open the menu under its details, choose."""
    choose(live, THINGS[item])
    menu = live.find(QMenu, "detailWrongMenu")
    action = next(each for each in menu.actions() if each.objectName() == f"act.fault.{item.value}")
    assert isinstance(action, QAction)
    action.trigger()


def told(live: Opened) -> list[TapeRow]:
    """The messages on the tape that were sent wrong on purpose, or by hand."""
    return [row for row in live.window.pane.tape.view.rows if row.check is not None]


def test_every_mistake_of_the_menu_is_answered_as_predicted(live: Opened, qtbot) -> None:
    window, session = live.window, live.session
    live.window.page.show_pane(True)
    offered = {action.objectName() for action in live.find(QMenu, "detailWrongMenu").actions() if action.objectName()}
    assert offered == {f"act.fault.{item.value}" for item in ITEMS}
    ignorer = THINGS[FaultName.IGNORE_CANCEL]
    others = [name for name in THINGS.values() if name != ignorer]
    document = json.dumps({"operation": "install"})
    for name in THINGS.values():
        choose(live, name)
        window.commands.assign("steady-success")
    live.tasks.start(session.start(list(THINGS.values())), "start")
    live.tasks.start(session.make_job(JobRequest(job_id="all", targets=tuple(others), document=document)), "job")
    live.tasks.start(session.make_job(JobRequest(job_id="one", targets=(ignorer,), document=document)), "job")
    working = CODE_OF[S.IN_PROGRESS]
    qtbot.waitUntil(lambda: all(status_of(live, name) == working for name in THINGS.values()), timeout=PATIENCE)
    for item in ITEMS:
        make_mistake(live, item)
    assert session.operator is not None
    begun = version_of(live, ignorer)  # it has heard what it is to do once it has reported twice more
    qtbot.waitUntil(lambda: version_of(live, ignorer) >= begun + 2, timeout=PATIENCE)
    live.tasks.start(session.operator.cancel_job("one", True), "cancel")  # type: ignore[attr-defined]
    for item in ITEMS:
        choose(live, THINGS[item])
        assert refusals(live, qtbot) == ({REFUSED[item]} if item in REFUSED else set()), item
    ended = THINGS[ByHand.ILLEGAL_TRANSITION]
    qtbot.waitUntil(lambda: status_of(live, ended) == CODE_OF[S.SUCCEEDED], timeout=PATIENCE)
    make_mistake(live, ByHand.ILLEGAL_TRANSITION)
    qtbot.waitUntil(lambda: len(told(live)) == 2, timeout=PATIENCE)
    assert refusals(live, qtbot) == {"InvalidRequest", "InvalidStateTransition"}


def refusals(live: Opened, qtbot) -> set[str]:
    """The codes that mistakes were refused with, once all have their answer; each answer is the predicted one."""
    qtbot.waitUntil(lambda: bool(told(live)), timeout=PATIENCE)

    def are_answered() -> bool:
        live.window.pane._ask()
        return all(row.check is not None and row.check.answer for row in told(live))

    qtbot.waitUntil(are_answered, timeout=PATIENCE)
    checks = [row.check for row in told(live) if row.check is not None]
    assert [str(check) for check in checks if not check.is_equal] == []
    answers = [check.answer.partition(": ") for check in checks]
    return {code for word, _, code in answers if word == "rejected"}
