"""The menus of mistakes: what a person can have things send wrong, and how their line can be broken.

The faults are those of the scenario language, by the same names; each entry's tip is the sentence that tells it.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from simulator.scenario.faults import SENTENCES, FaultName
from ui.letter_menu import LetterMenu

SENT_WRONG: Final = (
    FaultName.STALE_VERSION,
    FaultName.VERSION_AHEAD,
    FaultName.UPDATE_AFTER_END,
    FaultName.UNKNOWN_JOB,
    FaultName.WRONG_TOPIC,
    FaultName.OVERSIZE_DETAILS,
    FaultName.MALFORMED_JSON,
    FaultName.DUPLICATE_UPDATE,
    FaultName.OUT_OF_ORDER,
    FaultName.LATE_UPDATE,
    FaultName.DOUBLE_NOTIFY,
    FaultName.IGNORE_CANCEL,
)
BROKEN_LINE: Final = (
    FaultName.DROP_LINE,
    FaultName.REBOOT,
    FaultName.LOSE_REPLY,
    FaultName.SECOND_CONNECTION,
    FaultName.SLOW_LINK,
    FaultName.SUBSCRIBE_LATE,
    FaultName.CLOCK_SKEW,
)


class ByHand(StrEnum):
    """Mistakes that no scenario makes: updates that a person has sent."""

    ILLEGAL_TRANSITION = "illegal-transition"


Mistake = FaultName | ByHand


def fault_word(fault: FaultName) -> str:
    """What a person calls a fault."""
    tr = QCoreApplication.translate
    return {
        FaultName.STALE_VERSION: tr("Faults", "Stale expected version"),
        FaultName.VERSION_AHEAD: tr("Faults", "Expected version ahead"),
        FaultName.UPDATE_AFTER_END: tr("Faults", "Update after the end"),
        FaultName.UNKNOWN_JOB: tr("Faults", "Unknown job id"),
        FaultName.WRONG_TOPIC: tr("Faults", "Wrong topic"),
        FaultName.OVERSIZE_DETAILS: tr("Faults", "Status details too large"),
        FaultName.MALFORMED_JSON: tr("Faults", "Malformed JSON"),
        FaultName.DUPLICATE_UPDATE: tr("Faults", "Duplicate update"),
        FaultName.OUT_OF_ORDER: tr("Faults", "Updates out of order"),
        FaultName.LATE_UPDATE: tr("Faults", "Late update"),
        FaultName.DOUBLE_NOTIFY: tr("Faults", "Answer a notification twice"),
        FaultName.IGNORE_CANCEL: tr("Faults", "Ignore a cancel"),
        FaultName.DROP_LINE: tr("Faults", "Drop the line"),
        FaultName.REBOOT: tr("Faults", "Reboot"),
        FaultName.LOSE_REPLY: tr("Faults", "Lose the next reply"),
        FaultName.SECOND_CONNECTION: tr("Faults", "Second connection, same client id"),
        FaultName.SLOW_LINK: tr("Faults", "Slow link"),
        FaultName.SUBSCRIBE_LATE: tr("Faults", "Subscribe late"),
        FaultName.CLOCK_SKEW: tr("Faults", "Clock skew"),
    }[fault]


def wrong_menu(misbehave: Callable[[Mistake], None], parent: QWidget) -> QMenu:
    """Everything that can be sent wrong."""
    title = QCoreApplication.translate("Faults", "Send it wrong")
    menu = _menu("fleetWrongMenu", title, SENT_WRONG, misbehave, parent)
    action = QAction(QCoreApplication.translate("Faults", "Illegal transition"), menu)
    action.setObjectName(f"act.fault.{ByHand.ILLEGAL_TRANSITION.value}")
    told = "The thing reports IN_PROGRESS if its execution has ended, else QUEUED, which is no device's to set."
    action.setToolTip(QCoreApplication.translate("Faults", told))
    action.triggered.connect(lambda: misbehave(ByHand.ILLEGAL_TRANSITION))
    menu.insertAction(menu.actions()[2], action)
    return menu


def line_menu(misbehave: Callable[[Mistake], None], parent: QWidget) -> QMenu:
    """Every way to break a line."""
    title = QCoreApplication.translate("Faults", "Break the line")
    return _menu("fleetBreakMenu", title, BROKEN_LINE, misbehave, parent)


def _menu(
    name: str, title: str, faults: tuple[FaultName, ...], misbehave: Callable[[Mistake], None], parent: QWidget
) -> QMenu:
    menu = LetterMenu(title, parent)
    menu.setObjectName(name)
    menu.setToolTipsVisible(True)
    for fault in faults:
        action = menu.addAction(fault_word(fault))
        action.setObjectName(f"act.fault.{fault.value}")
        told = QCoreApplication.translate("Faults", "The thing %1.").replace("%1", SENTENCES[fault])
        action.setToolTip(f"{told} ({fault.value})")
        action.triggered.connect(lambda _=False, fault=fault: misbehave(fault))
    return menu
