"""What can be done with one message, for its menu, its buttons and its keys: copy, compare, send again, find same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from simulator.feed import Direction, MessageRecord
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.topics import Operation, parse_request
from simulator.transport.credentials import NO_CREDENTIALS, Credentials
from ui import message_copy
from ui.letter_menu import LetterMenu

COPIES: Final = ("json", "mosquitto", "boto3", "python")
_MEMBERS: Final = {
    "status": ("status", str),
    "statusDetails": ("status_details", dict),
    "expectedVersion": ("expected_version", int),
    "executionNumber": ("execution_number", int),
    "stepTimeoutInMinutes": ("step_timeout_in_minutes", int),
    "includeJobExecutionState": ("include_job_execution_state", bool),
    "includeJobDocument": ("include_job_document", bool),
}


@dataclass(slots=True)
class Addresses:
    """Where the endpoint is, for what is copied; "" where it is not known."""

    mqtt: str = ""
    http: str = ""
    credentials: Credentials = NO_CREDENTIALS


class MessageCommands(QObject):
    """Does what needs nothing but the message, and says what else is wanted."""

    copied = Signal(str)  # which kind
    openWanted = Signal(object)  # a MessageRecord, to be read in the Messages tab
    compareWanted = Signal(object)  # a MessageRecord, to be shown beside the one before it of its kind
    findWanted = Signal(object)  # a MessageRecord whose like is sought
    sendWanted = Signal(object)  # an UpdateByHand

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.addresses = Addresses()

    def text_of(self, message: MessageRecord, kind: str) -> str | None:
        """The message as "json", "mosquitto", "boto3" or "python"; None if that cannot say it."""
        match kind:
            case "mosquitto":
                return message_copy.as_mosquitto_pub(message, self.addresses.mqtt, self.addresses.credentials)
            case "boto3":
                return message_copy.as_boto3(message, self.addresses.http)
            case "python":
                return message_copy.as_python(message, self.addresses.mqtt, self.addresses.credentials)
        return message_copy.as_json(message)

    def copy(self, message: MessageRecord | None, kind: str = "json") -> None:
        """Put a message into the clipboard."""
        text = None if message is None else self.text_of(message, kind)
        if text is not None:
            QGuiApplication.clipboard().setText(text)
            self.copied.emit(kind)

    def send_again(self, message: MessageRecord) -> None:
        """Ask for an update to be sent once more."""
        update = update_of(message)
        if update is not None:
            self.sendWanted.emit(update)

    # --- menus ------------------------------------------------------------------------------------------------------

    def copy_menu(self, newest: Callable[[], MessageRecord | None], parent: QWidget) -> QMenu:
        """The ways in which the message that `newest` names can be copied; those that cannot say it are off."""
        menu = LetterMenu(self.tr("Copy as"), parent)
        menu.setObjectName("msgCopyMenu")
        menu.setToolTipsVisible(True)
        texts = {
            "json": self.tr("JSON"),
            "mosquitto": self.tr("mosquitto_pub line"),
            "boto3": self.tr("boto3 call"),
            "python": self.tr("Python snippet (paho-mqtt)"),
        }
        for kind in COPIES:
            action = menu.addAction(texts[kind])
            action.setObjectName(f"act.msg.copy.{kind}")
            action.triggered.connect(lambda _=False, kind=kind: self.copy(newest(), kind))
        menu.aboutToShow.connect(lambda: self._allow(menu, newest()))
        return menu

    def _allow(self, menu: QMenu, message: MessageRecord | None) -> None:
        for action in menu.actions():
            kind = action.objectName().rpartition(".")[2]
            can = message is not None and self.text_of(message, kind) is not None
            action.setEnabled(can)
            action.setToolTip("" if can else self.tr("The data plane's API cannot say this message."))

    def menu(self, message: MessageRecord, parent: QWidget, *, is_open: bool = False) -> QMenu:
        """All that can be done with a message; it deletes nothing and belongs to `parent`. `is_open`: it is read."""
        menu = LetterMenu(parent)
        menu.setObjectName("msgMenu")
        menu.setToolTipsVisible(True)
        if not is_open:
            self._add(menu, "open", self.tr("Open in Messages"), lambda: self.openWanted.emit(message))
        menu.addMenu(self.copy_menu(lambda: message, menu))
        self._add(menu, "diff", self.tr("Compare with the previous"), lambda: self.compareWanted.emit(message))
        again = self._add(menu, "resend", self.tr("Send again"), lambda: self.send_again(message))
        again.setEnabled(update_of(message) is not None)
        again.setToolTip(why_not_again(message) or self.tr("The same update, with a client token of its own"))
        self._add(menu, "findSame", self.tr("Find the same"), lambda: self.findWanted.emit(message))
        return menu

    def _add(self, menu: QMenu, name: str, text: str, act: Callable[[], None]) -> QAction:
        action = menu.addAction(text)
        action.setObjectName(f"act.msg.{name}")
        action.triggered.connect(lambda _=False: act())
        return action


def update_of(message: MessageRecord) -> UpdateByHand | None:
    """The update that a message was, to be sent with another client token; None if it is none, or no good JSON."""
    asked = parse_request(message.topic) if message.direction is Direction.OUT else None
    if asked is None or asked.operation is not Operation.UPDATE:
        return None
    found = message_copy.object_of(message.payload) or {}
    fields: dict[str, Any] = {}
    for name, value in found.items():
        if name == message_copy.CLIENT_TOKEN:
            continue
        field, kind = _MEMBERS.get(name, ("", object))
        if not field or not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            return None  # it would not be the same
        fields[field] = value
    texts = (fields.get("status_details") or {}).values()
    if "status" not in fields or not all(isinstance(text, str) for text in texts):
        return None
    return UpdateByHand(job_id=asked.job_id, **fields)


def why_not_again(message: MessageRecord) -> str:
    """Why a message cannot be sent again; "" if it can."""
    if update_of(message) is not None:
        return ""
    if message.direction is Direction.IN:
        return QCoreApplication.translate("MessageCommands", "The service sent it, not the thing")
    told = "Only updates are sent again from here; copy it as a mosquitto_pub line"
    return QCoreApplication.translate("MessageCommands", told)
