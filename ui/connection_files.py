"""Certificates and keys on the connection page: from a folder, who has none, and which keys others may read."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from simulator import certificate_match
from simulator.errors import InputError
from simulator.open_to_others import key_warning
from simulator.transport.credentials import PLACE, Credentials
from ui import theme
from ui.numbers import counted
from ui.tasks import TaskOwner

LOOK_MS: Final = 250  # after the last change of a field
NAMED: Final = 3  # of the things that have no certificate
LOOKED_AT: Final = 20_000  # things; of more, the first


@dataclass(frozen=True, slots=True)
class Seen:
    """What the disk says: which things have no certificate or key, and a warning about keys."""

    things: int
    missing: tuple[str, ...]
    warning: str


def look(credentials: Credentials, things: Sequence[str]) -> Seen:
    """See which files are there. It looks at the disk: to be called in a thread."""
    missing: list[str] = []
    if PLACE in credentials.certificate:
        missing = [name for name in things if not all(map(os.path.isfile, credentials.files_of(name)))]
    return Seen(len(things), tuple(missing), key_warning(credentials, things or ["thing"]))


def matched(folder: str, things: Sequence[str]) -> certificate_match.Match:
    """Find out how the files of a folder are called; without things, by the names that the files themselves have.

    Raises:
        InputError: the folder cannot be read.
    """
    files = certificate_match.listing(folder)
    endings = {certificate.removeprefix(PLACE) for certificate, _ in certificate_match.PATTERNS}
    stems = {name.removesuffix(ending) for name in files for ending in endings if name.endswith(ending)}
    return certificate_match.match(folder, files, things or sorted(stems))


class CertificateFiles(QObject):
    """Certificate, key and CA, with a button for a folder; and what the disk says of them, while one types."""

    noted = Signal()  # `note` and `warning` say something else

    def __init__(self, things: Callable[[], Sequence[str]], tasks: TaskOwner, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._things = things
        self._folder_trouble = ""  # until a field is changed
        self._tasks = tasks
        self.ca_edit = self._edit("connCaEdit", self.tr("path; without it, what the system trusts"))
        self.certificate_edit = self._edit("connCertEdit", self.tr("path; {thing} stands for the thing's name"))
        self.certificate_edit.setAccessibleName(self.tr("Certificate"))  # the label is the row's
        self.key_edit = self._edit("connKeyEdit", self.tr("path; read when a thing connects, never copied"))
        self.folder_button = QPushButton(self.tr("Folder…"), parent)
        self.folder_button.setObjectName("connFolderButton")
        self.folder_button.setToolTip(self.tr("A folder with a certificate and a key for each thing"))
        self.folder_button.clicked.connect(lambda _=False: self._ask_for_folder())
        self.certificate_row = QWidget(parent)
        row = QHBoxLayout(self.certificate_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.certificate_edit, 1)
        row.addWidget(self.folder_button)
        self.note = self._label("connFilesNote")
        self.warning = self._label("connKeyWarning")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(LOOK_MS)
        self._pause.timeout.connect(self.look)
        for edit in (self.certificate_edit, self.key_edit):
            edit.textChanged.connect(self._changed)
        theme.current().changed.connect(self._restyle)
        self._restyle()

    def _edit(self, name: str, hint: str) -> QLineEdit:
        edit = QLineEdit(self._parent)
        edit.setObjectName(name)
        edit.setPlaceholderText(hint)
        edit.setClearButtonEnabled(True)
        return edit

    def _label(self, name: str) -> QLabel:
        label = QLabel(self._parent)
        label.setObjectName(name)
        label.setWordWrap(True)
        return label

    def _restyle(self) -> None:
        theme.tint(self.note, theme.current().tokens.secondary)
        theme.tint(self.warning, theme.current().tokens.warning[0])

    def _changed(self) -> None:
        self._folder_trouble = ""
        self._pause.start()

    def credentials(self) -> Credentials:
        """The files that are named."""
        return Credentials(
            ca=self.ca_edit.text().strip(),
            certificate=self.certificate_edit.text().strip(),
            key=self.key_edit.text().strip(),
        )

    def look(self) -> None:
        """Look at the disk, and say what is wrong there."""
        self._tasks.start(self._look(), "certificates")

    async def _look(self) -> None:
        credentials, things = self.credentials(), list(self._things())[:LOOKED_AT]
        seen = await asyncio.to_thread(look, credentials, things)
        if credentials == self.credentials():
            self._show(self._words(seen), seen.warning)

    def _words(self, seen: Seen) -> str:
        if PLACE not in self.certificate_edit.text() or not seen.things:
            return ""
        there = seen.things - len(seen.missing)
        text = self.tr("%1 of %2 things have a certificate and a key there")
        if seen.things == LOOKED_AT:
            text = self.tr("%1 of the first %2 things have a certificate and a key there")
        text = text.replace("%1", f"{there:,}").replace("%2", f"{seen.things:,}")
        if not seen.missing:
            return f"{text}."
        more = len(seen.missing) - NAMED
        names = ", ".join(seen.missing[:NAMED]) + (f" +{more:,}" if more > 0 else "")
        none = counted(len(seen.missing), self.tr("%1 has none."), self.tr("%1 have none."))
        return f"{text}; {none.replace('%1', names)}"

    def _show(self, note: str, warning: str) -> None:
        self.note.setText(note)
        self.warning.setText(self._folder_trouble or warning)
        self.noted.emit()

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self._parent, self.tr("The folder with the things' certificates"))
        dialog.setObjectName("connFolderDialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, False)
        dialog.fileSelected.connect(self.take_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take_folder(self, folder: str) -> None:
        """Fill the fields from a folder with a certificate for each thing."""
        self._tasks.start(self._take_folder(folder), "certificates")

    async def _take_folder(self, folder: str) -> None:
        try:
            found = await asyncio.to_thread(matched, folder, list(self._things()))
        except InputError as error:
            self._folder_trouble = f"{folder}: {error}"
            self._show("", "")
            return
        self.certificate_edit.setText(found.certificate)
        self.key_edit.setText(found.key)
        if found.ca:
            self.ca_edit.setText(found.ca)
