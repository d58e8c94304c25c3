"""Starts things anew: as they were when they came, or with another firmware."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon, QUndoStack
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from simulator.fleet import ThingSpec
from ui.fleet_page import FleetPage
from ui.numbers import counted
from ui.session import Session
from ui.tasks import TaskOwner
from ui.undo_stack import Done

FIRMWARE: Final = re.compile(r"[^\s,\"]{1,64}")


class FirmwareDialog(QDialog):
    """Asks for a firmware version; `given(version)` when it is accepted. It deletes itself."""

    given = Signal(str)

    def __init__(self, title: str, now: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleetFirmwareDialog")
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self._edit = QLineEdit(now, self)
        self._edit.setObjectName("fleetFirmwareEdit")
        self._edit.setAccessibleName(self.tr("Firmware"))
        self._edit.selectAll()
        label = QLabel(self.tr("&Firmware version that the things report, such as 2.3.1:"), self)
        label.setBuddy(self._edit)
        self._why = QLabel(
            self.tr("The things start anew with it; an execution under way stays as the service has it.")
        )
        self._why.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setIcon(QIcon())
        self._accept = buttons.addButton(title, QDialogButtonBox.ButtonRole.ApplyRole)
        self._accept.setObjectName("fleetFirmwareButton")
        self._accept.setDefault(True)
        self._edit.textChanged.connect(self._judge)
        self._accept.clicked.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.given.emit(self._edit.text().strip()))
        self.finished.connect(self.deleteLater)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        for widget in (label, self._edit, self._why, buttons):
            layout.addWidget(widget)
        self._judge(now)

    def _judge(self, text: str) -> None:
        self._accept.setEnabled(FIRMWARE.fullmatch(text.strip()) is not None)


class Renewal(QObject):
    """Asks the session; what can be taken back goes on the stack."""

    def __init__(self, page: FleetPage, session: Session, tasks: TaskOwner, stack: QUndoStack, window: QWidget) -> None:
        super().__init__(window)
        self._page, self._session, self._tasks, self._stack, self._window = page, session, tasks, stack, window
        page.filter_edit.saved.deleted.connect(self.filter_deleted)

    def filter_deleted(self, name: str, text: str) -> None:
        """A saved filter was forgotten; that can be taken back."""
        saved = self._page.filter_edit.saved
        said = self.tr("forgetting the filter “%1”").replace("%1", name)
        self._stack.push(Done(said, lambda: self._keep(name, text), lambda: saved.delete_quietly(name)))

    def _keep(self, name: str, text: str) -> None:
        self._page.filter_edit.saved.save(name, text)

    def reset(self, names: Sequence[str]) -> None:
        """As they were when they came."""
        self._renew(self._specs(names))

    def ask_firmware(self, names: Sequence[str]) -> None:
        """Ask once which firmware these things are to have."""
        if not names:
            return
        title = counted(len(names), self.tr("Set firmware of 1 thing"), self.tr("Set firmware of %n things"))
        store = self._page.store
        now = store.shown[store.row_of[names[0]]].firmware
        dialog = FirmwareDialog(title, now, self._window)
        # The names are those that the title counts, whatever is selected when the version has been typed.
        dialog.given.connect(lambda version: self.set_firmware(names, version))
        dialog.open()

    def set_firmware(self, names: Sequence[str], version: str) -> None:
        """Start these things anew with a firmware; taken back, each has the one it had."""
        store = self._page.store
        specs = self._specs(names)
        if not specs:
            return
        before = [replace(spec, firmware=store.shown[store.row_of[spec.name]].firmware) for spec in specs]
        after = [replace(spec, firmware=version) for spec in specs]
        text = counted(len(specs), self.tr("firmware %1 for 1 thing"), self.tr("firmware %1 for %n things"))
        self._renew(after)
        undo, redo = (lambda: self._renew(before)), (lambda: self._renew(after))
        self._stack.push(Done(text.replace("%1", version), undo, redo, of_fleet=True))

    def _specs(self, names: Sequence[str]) -> list[ThingSpec]:
        return [
            spec
            for name in names
            if name in self._page.store.row_of and (spec := self._session.things.spec(name)) is not None
        ]

    def _renew(self, specs: list[ThingSpec]) -> None:
        if specs:
            self._tasks.start(self._session.things.renew(specs), "renew")
