"""Every mistake of "Send it wrong", made in the window on the real local service: what was predicted comes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from simulator.fleet import ThingSpec
from simulator.jobs.model import JobStatus as S
from simulator.scenario.faults import FaultName
from tests.support.real_window import PATIENCE, RealWindow, real_window
from ui.fault_menu import SENT_WRONG, ByHand, Mistake
from ui.tape_rows import TapeRow

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
def live(qt_loop: asyncio.AbstractEventLoop, qtbot, tmp_path: Path) -> Iterator[RealWindow]:
    """A thing for each mistake."""
    specs = [ThingSpec(name=name, scenario="steady-success", seed=n) for n, name in enumerate(THINGS.values())]
    with real_window(qt_loop, qtbot, tmp_path, specs, time_scale=12.0) as opened:
        yield opened


def make_mistake(live: RealWindow, item: Mistake) -> None:
    """As a person does: select the thing, open the menu under its details, choose."""
    live.choose(THINGS[item])
    menu = live.find(QMenu, "detailWrongMenu")
    action = next(each for each in menu.actions() if each.objectName() == f"act.fault.{item.value}")
    assert isinstance(action, QAction)
    action.trigger()


def told(live: RealWindow) -> list[TapeRow]:
    """The messages on the tape that were sent wrong on purpose, or by hand."""
    return [row for row in live.window.pane.tape.view.rows if row.check is not None]


def test_every_mistake_of_the_menu_is_answered_as_predicted(live: RealWindow, qtbot) -> None:
    offered = {action.objectName() for action in live.find(QMenu, "detailWrongMenu").actions() if action.objectName()}
    assert offered == {f"act.fault.{item.value}" for item in ITEMS}
    ignorer = THINGS[FaultName.IGNORE_CANCEL]
    live.start(*THINGS.values())
    live.make_job("all", *(name for name in THINGS.values() if name != ignorer))
    live.make_job("one", ignorer)
    qtbot.waitUntil(lambda: all(live.has_status(each, S.IN_PROGRESS) for each in THINGS.values()), timeout=PATIENCE)
    for item in ITEMS:
        make_mistake(live, item)
    begun = live.version(ignorer)  # it has heard what it is to do once it has reported twice more
    qtbot.waitUntil(lambda: live.version(ignorer) >= begun + 2, timeout=PATIENCE)
    live.tasks.start(live.session.connection.operator.cancel_job("one", True), "cancel")
    for item in ITEMS:
        live.choose(THINGS[item])
        assert refusals(live, qtbot) == ({REFUSED[item]} if item in REFUSED else set()), item
    ended = THINGS[ByHand.ILLEGAL_TRANSITION]
    qtbot.waitUntil(lambda: live.has_status(ended, S.SUCCEEDED), timeout=PATIENCE)
    make_mistake(live, ByHand.ILLEGAL_TRANSITION)
    qtbot.waitUntil(lambda: len(told(live)) == 2, timeout=PATIENCE)
    assert refusals(live, qtbot) == {"InvalidRequest", "InvalidStateTransition"}


def refusals(live: RealWindow, qtbot) -> set[str]:
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
