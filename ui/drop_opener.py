"""Opens what was dropped or chosen: a fleet, scenarios, a job document, a report. Each failure is one banner."""

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from simulator import whole_file
from simulator.errors import InputError, SimulatorError
from simulator.jobs import limits
from ui.banner import Problem, Severity
from ui.document_edit import MOST_BYTES
from ui.drop_kinds import PEM, Found, Kind, look_at
from ui.drop_rows import NOWHERE, Aim
from ui.numbers import counted

if TYPE_CHECKING:
    from ui.main_window import MainWindow


def document_in(path: Path) -> str:
    """The text of a job document in a file.

    Raises:
        InputError: it cannot be read, or is longer than any editor of documents takes in.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        size = path.stat().st_size
        if len(content) > MOST_BYTES:
            what = f"it has {size:,} bytes, and a job document may have {limits.JOB_DOCUMENT_BYTES:,}"
            raise InputError("", what, "make it shorter")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("", "it is no UTF-8 text", "save it as UTF-8") from error
    except OSError as error:
        raise InputError("", whole_file.in_words(error)) from error


def line_in(sentence: str) -> int:
    """The first line that a sentence about a file names; 0 if it names none."""
    found = re.search(r"\bline (\d+)", sentence)
    return int(found[1]) if found else 0


class Opener(QObject):
    """`opened` comes with each fleet file that has been opened."""

    opened = Signal(object)  # Path

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window

    def ask(self) -> None:
        """Let a person choose files; nothing waits for the answer."""
        dialog = QFileDialog(self._window, self.tr("Open"))
        dialog.setObjectName("openDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        kinds = self.tr("Fleets, scenarios, job documents, reports, clips (*.yaml *.yml *.json *.jsonl)")
        dialog.setNameFilters([kinds])
        dialog.filesSelected.connect(lambda paths: self.open_paths([Path(path) for path in paths]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open these; what cannot be opened is told in a sentence."""
        self.open_found([look_at(path) for path in paths])

    def open_found(self, found: Sequence[Found], aim: Aim = NOWHERE) -> None:
        """Open what was looked at before; a single scenario is given to the things on which it was dropped."""
        things = aim.things
        scenarios = [each.path for each in found if each.kind is Kind.SCENARIO]
        if scenarios:
            self._window.tasks.start(self._add_scenarios(scenarios, things), "scenarios")
        self._use_certificates(found)
        for each in found:
            if each.kind in PEM or each.kind is Kind.CERTIFICATES:
                continue
            if each.kind is Kind.FLEET:
                self._window.tasks.start(self.open_fleet(each.path), "fleet file")
                return
            if each.kind is Kind.LISTED:
                self._give(str(each.path), things)
                return
            if each.kind is Kind.REPORT:
                self._open_report(each.path, compare=aim.compares and len(found) == 1)
                return
            if each.kind is Kind.CLIP:
                self._open_clip(each.path)
                return
            if each.kind is Kind.JOB_DOCUMENT:
                self._use_document(each.path)
                return
            if each.kind is not Kind.SCENARIO:
                self._refuse(each)

    async def open_fleet(self, path: Path) -> None:
        """Put a fleet file's things in the place of those there are."""
        from simulator import fleet_file

        session = self._window.session
        try:
            fleet = await asyncio.to_thread(fleet_file.read, path, "")
            seed = session.seed_of(fleet.file.seed)
            plan = await asyncio.to_thread(fleet.plan, seed)
        except (SimulatorError, OSError) as error:
            self._fail(path, error)
            return
        session.seed = seed
        await session.things.set_ramp(plan.ramp or 0.0)
        await session.things.replace(plan.specs, plan.registrations)
        self.opened.emit(path)
        self._window.go_to("fleet")

    async def _add_scenarios(self, paths: Sequence[Path], things: Sequence[str]) -> None:
        names = []
        for path in paths:
            try:
                names.append(await self._window.scenarios.add_file(path))
            except (SimulatorError, OSError) as error:
                self._fail(path, error, partial(self._edit_scenario, path, line_in(str(error))))
        if len(names) == 1 and things:
            self._window.commands.undo.assign(list(things), names[0])
        if names:
            self._tell_added(names, things if len(names) == 1 else ())

    def _tell_added(self, names: Sequence[str], things: Sequence[str]) -> None:
        sentence = counted(len(names), self.tr("The scenario %1 was added."), self.tr("%n scenarios were added: %1."))
        if things:
            sentence = counted(
                len(things),
                self.tr("The scenario %1 was added and given to %2."),
                self.tr("The scenario %1 was added and given to %n things."),
            ).replace("%2", things[0])
        problem = Problem(
            kind="opened",
            severity=Severity.SUCCESS,
            sentence=sentence.replace("%1", ", ".join(names)),
            fix_text=self.tr("Show it"),
            fix=lambda: self._show_scenario(names[0], 0),
        )
        self._window.tell(problem)

    def _use_certificates(self, found: Sequence[Found]) -> None:
        """Put certificates and keys into their fields; nothing is connected with them until a person says so."""
        pem = [each for each in found if each.kind in PEM or each.kind is Kind.CERTIFICATES]
        if not pem:
            return
        from ui.connection_page import ConnectionPage
        from ui.drop_certificates import Pem, fill

        self._window.go_to("connection")
        page = self._window.pages.currentWidget()
        if not isinstance(page, ConnectionPage):
            return
        for each in pem:
            if each.kind is Kind.CERTIFICATES:
                page.files.take_folder(str(each.path))
            else:
                fill(page.files, Pem(each.kind.value), each.path)

    def _give(self, name: str, things: Sequence[str]) -> None:
        """Give a scenario of the list to things; one that was never applied is not known to them."""
        scenarios = self._window.scenarios
        if name not in scenarios.names() and scenarios.builtin(name) is None:
            sentence = self.tr("%1 was not given to things: apply it first, they know it from then on.")
            self._tell(Severity.INFO, "opened", sentence.replace("%1", name))
        elif things:
            self._window.commands.undo.assign(list(things), name)

    def _open_report(self, path: Path, *, compare: bool) -> None:
        self._window.go_to("report")
        how = "compare_with" if compare else "open_file"
        open_file = getattr(self._window.pages.currentWidget(), how, None)
        if open_file is not None:
            open_file(path)

    def _open_clip(self, path: Path) -> None:
        from ui.rewind_window import open_clip

        try:
            open_clip(path, self._window.tasks, self._window)
        except (SimulatorError, OSError) as error:
            self._fail(path, error)

    def _use_document(self, path: Path) -> None:
        try:
            text = document_in(path)
        except InputError as error:
            self._fail(path, error)
            return
        commands = self._window.commands
        commands.open_job_dialog()
        commands.job_dialog.document_edit.setPlainText(text)

    def _refuse(self, found: Found) -> None:
        if found.kind is Kind.RUN:
            sentence = self.tr("%1 is a run file; start it with “thing-simulator run %1”.")
        else:
            sentence = self.tr("%1 is no fleet, scenario, job document or report that can be read.")
        self._tell(Severity.WARNING, "open", sentence.replace("%1", found.path.name))

    def _edit_scenario(self, path: Path, line: int) -> None:
        """Take a scenario with mistakes into the editor, as a draft; the file stays as it is."""
        from ui.scenario_folder import read

        text = read(path).text
        if text is not None:
            self._show_scenario(self._window.scenarios.new(text, path.stem).title, line)

    def _show_scenario(self, name: str, line: int) -> None:
        self._window.go_to("scenarios")  # the page may not be there before
        self._window.scenarios.openWanted.emit(name, line)

    def _fail(self, path: Path, error: Exception, edit: Callable[[], None] | None = None) -> None:
        sentence = self.tr("%1 was not opened: %2").replace("%1", path.name).replace("%2", str(error))
        fix_text = self.tr("Open at line") if edit is not None else ""
        problem = Problem(kind="open", severity=Severity.ERROR, sentence=sentence, fix_text=fix_text, fix=edit)
        self._window.tell(problem)

    def _tell(self, severity: Severity, kind: str, sentence: str) -> None:
        self._window.tell(Problem(kind=kind, severity=severity, sentence=sentence))
