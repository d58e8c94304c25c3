"""Saves the fleet as a file that the command line runs too. What cannot be written is said, and nothing is lost."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from simulator import whole_file
from simulator.errors import InputError, SimulatorError
from ui.banner import Problem, Severity
from ui.numbers import counted

if TYPE_CHECKING:
    from ui.main_window import MainWindow

KIND: Final = "save"


class FleetSave(QObject):
    """`saved` comes with each file that was written. A file that a person wrote by hand is never written over."""

    saved = Signal(object)  # Path

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._path: Path | None = None  # where `save` writes without asking

    def forget_path(self) -> None:
        """Another fleet is here: the next save asks where to."""
        self._path = None

    def save(self) -> None:
        """Write where it was saved the last time; the first time, ask."""
        if self._path is None:
            self.ask()
        else:
            self.save_to(self._path)

    def ask(self) -> None:
        """Let a person say where; nothing waits for the answer."""
        name = self._window.open_fleet.name or ("demo-fleet" if self._window.session.is_demo else "fleet")
        dialog = QFileDialog(self._window, self.tr("Save the fleet"), f"{name}.yaml", self.tr("Fleets (*.yaml)"))
        dialog.setObjectName("saveFleetDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yaml")
        dialog.fileSelected.connect(lambda chosen: self.save_to(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write the fleet there, and the scenarios it needs beside it."""
        self._window.tasks.start(self._save(path), KIND)

    async def _save(self, path: Path) -> None:
        session = self._window.session
        things = [
            replace(spec, scenario=session.things.assigned[spec.name]) if spec.name in session.things.assigned else spec
            for spec in session.things.specs()
        ]
        scenarios = dict(session.process.scenarios)
        registrations = session.things.registrations_of(session.things.names())

        def write() -> None:
            from simulator import fleet_text

            files = fleet_text.files_of(path.stem, things, seed, scenarios, registrations, ramp)
            write_files(path, files)

        seed, ramp = session.seed, session.things.ramp
        try:
            await asyncio.to_thread(write)
        except (SimulatorError, OSError) as error:
            self._tell_failed(path, whole_file.in_words(error) if isinstance(error, OSError) else str(error))
            return
        self._path = path
        self._window.banners.withdraw(KIND)
        sentence = counted(len(things), self.tr("The fleet of 1 thing is in %1."), self.tr("The %n things are in %1."))
        told = Problem(kind="saved", severity=Severity.SUCCESS, sentence=sentence.replace("%1", str(path)))
        self._window.tell(told)
        self.saved.emit(path)

    def _tell_failed(self, path: Path, why: str) -> None:
        sentence = self.tr("The fleet was not saved to %1: %2. It is still here, and the file is as it was.")
        self._window.tell(
            Problem(
                kind=KIND,
                severity=Severity.ERROR,
                sentence=sentence.replace("%1", str(path)).replace("%2", why),
                fix_text=self.tr("Save elsewhere…"),
                fix=self.ask,
            )
        )


def write_files(path: Path, files: dict[str, str]) -> None:
    """Write all files of a fleet; the one that names the others comes last, so that what it names is there.

    Raises:
        InputError, OSError: one of them cannot be written, or a file of somebody's own is there.
    """
    from simulator import fleet_text

    if path.is_file() and not path.read_bytes()[:200].decode("utf-8", "replace").startswith(fleet_text.MARK):
        raise InputError("", "it was written by hand, and its comments, groups and types would be lost")
    if not path.exists():
        for name, text in files.items():
            beside = path.with_name(name)
            if name != f"{path.stem}.yaml" and beside.exists() and beside.read_bytes() != text.encode():
                raise InputError("", f"{name} is there already and is another one", "choose another name")
    for name, text in reversed(files.items()):
        whole_file.replace(path.with_name(name) if name != f"{path.stem}.yaml" else path, text.encode())
