"""What the fleet builder lets be done: look at a draft, add its things, save its file. Nothing blocks the window."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from simulator import certificate_match, whole_file
from simulator.certificate_match import Match
from simulator.errors import InputError, SimulatorError
from simulator.fleet_draft import Around, Findings, FleetDraft
from simulator.transport.address import parse_address
from ui import fleet_builder_words as words
from ui.banner import Problem, Severity
from ui.fleet_save import write_files
from ui.numbers import counted
from ui.pages import PageContext
from ui.undo_stack import Added

if TYPE_CHECKING:
    from simulator.fleet_plan import FleetPlan
    from simulator.scenario.loader import Listed

KIND: Final = "builder"


class BuilderWork(QObject):
    """`found` comes with what there is to say of a draft; of drafts that come faster, of the newest alone."""

    found = Signal(object)  # Findings
    listed = Signal(object)  # the scenarios that ship with the program
    added = Signal(int)  # the number that comes after those of the new things

    def __init__(self, context: PageContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._over = parent  # dialogs
        self._wanted: FleetDraft | None = None
        self._is_looking = False
        self._is_adding = False
        self._files: tuple[str, frozenset[str] | InputError] = ("", frozenset())  # of the folder read last

    @property
    def uses_certificates(self) -> bool:
        """Whether the window's connection is one at which things show certificates."""
        connection = self._context.session.connection
        try:
            return not connection.is_local and parse_address(connection.mqtt, "").tls
        except InputError:
            return False

    def list_scenarios(self) -> None:
        """Ask for the scenarios that ship with the program."""

        def read() -> "Sequence[Listed]":
            from simulator.scenario import loader

            return loader.list_scenarios()

        async def tell() -> None:
            self.listed.emit(await asyncio.to_thread(read))

        self._context.tasks.start(tell(), KIND)

    # --- looking ----------------------------------------------------------------------------------------------------

    def forget_files(self) -> None:
        """Read the folder of certificates anew the next time: its files may be others by now."""
        self._files = ("", frozenset())

    def look(self, draft: FleetDraft) -> None:
        """Say what there is to say of a draft, in a moment."""
        self._wanted = draft
        if not self._is_looking:
            self._is_looking = True
            self._context.tasks.start(self._look(), KIND)

    async def _look(self) -> None:
        try:
            while (draft := self._wanted) is not None:
                self._wanted = None
                findings = await self._findings(draft)
                if self._wanted is None:
                    self.found.emit(findings)
        finally:
            self._is_looking = False

    async def _findings(self, draft: FleetDraft) -> Findings:
        session = self._context.session
        things, scenarios, files = session.things.names(), tuple(session.process.scenarios), self._files

        def check() -> tuple[Findings, tuple[str, frozenset[str] | InputError]]:
            from simulator import fleet_draft_check

            read = files if files[0] == draft.folder else (draft.folder, _listing(draft.folder))
            around = Around(things=things, scenarios=scenarios, files=read[1])
            return fleet_draft_check.check(draft, around), read

        findings, self._files = await asyncio.to_thread(check)
        return findings

    # --- adding -----------------------------------------------------------------------------------------------------

    def add(self, draft: FleetDraft) -> None:
        """Add its things, stopped; what speaks against it is found first."""
        if not self._is_adding:
            self._is_adding = True
            self._context.tasks.start(self._add(draft), KIND)

    async def _add(self, draft: FleetDraft) -> None:
        try:
            findings = await self._findings(draft)
            self.found.emit(findings)
            if findings.can_be_added:
                await self._add_found(findings)
        except InputError as error:
            self._refuse(str(error))
        finally:
            self._is_adding = False

    async def _add_found(self, findings: Findings) -> None:
        session = self._context.session
        if not session.process.is_ready:
            raise InputError("", self.tr("the engine is not running"), self.tr("start it first, and try again"))
        plan = await asyncio.to_thread(_plan, findings, tuple(session.process.scenarios))
        names = [spec.name for spec in plan.specs]
        if findings.match is not None and self.uses_certificates and not await self._wear(findings.match, names):
            return
        is_first = not session.things.names()
        if not await session.things.add_to_fleet(plan.specs, plan.registrations):
            return
        self._context.tasks.start(session.things.register(names), "register")  # a call for each: nobody waits for it
        await session.things.set_ramp(plan.ramp or 0.0)
        if is_first:
            session.seed = findings.seed  # it is the fleet's, as if its file had been opened
        self._context.did(Added(plan.specs, plan.registrations, session.things, self._context.tasks))
        self._context.tell(
            Problem(
                kind="added",
                severity=Severity.SUCCESS,
                sentence=words.added(len(names)),
                fix_text=self.tr("Start them"),
                fix=lambda: self._context.tasks.start(session.things.start(names), "start"),
            )
        )
        self.added.emit(findings.next_number)

    async def _wear(self, match: Match, names: Sequence[str]) -> bool:
        """Take all things to the window's endpoint with these certificates; False if there are things without one."""
        from simulator.transport.secure import check

        session, connection = self._context.session, self._context.session.connection
        before = connection.credentials
        ca = before.ca or match.ca
        credentials = msgspec.structs.replace(before, ca=ca, certificate=match.certificate, key=match.key)
        if credentials == before:
            return True
        await asyncio.to_thread(check, credentials, parse_address(connection.mqtt, ""), names)
        allowed = connection.allow_control_plane
        if not await session.use(connection.mqtt, connection.http, credentials, connection.profile):
            return False
        connection.allow_control_plane = allowed
        connection.changed.emit()
        return True

    # --- saving -----------------------------------------------------------------------------------------------------

    def ask_where(self, draft: FleetDraft) -> None:
        """Let a person say where its file goes; nothing waits for the answer."""
        dialog = QFileDialog(self._over, self.tr("Save the fleet"), "fleet.yaml", self.tr("Fleets (*.yaml)"))
        dialog.setObjectName("fleetBuilderSaveDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yaml")
        dialog.fileSelected.connect(lambda chosen: self._context.tasks.start(self._save(draft, Path(chosen)), KIND))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _save(self, draft: FleetDraft, path: Path) -> None:
        findings = await self._findings(draft)
        self.found.emit(findings)
        if not findings.can_be_saved:
            return
        scenarios = dict(self._context.session.process.scenarios)

        def write() -> None:
            from simulator import fleet_draft_check

            write_files(path, fleet_draft_check.files_of(path.stem, draft, findings, scenarios))

        try:
            await asyncio.to_thread(write)
        except (SimulatorError, OSError) as error:
            why = whole_file.in_words(error) if isinstance(error, OSError) else str(error)
            sentence = self.tr("The fleet was not saved to %1: %2").replace("%1", str(path)).replace("%2", why)
            again = partial(self.ask_where, draft)
            self._tell(Severity.ERROR, sentence, self.tr("Save elsewhere…"), again)
            return
        sentence = counted(findings.count, self.tr("The fleet of 1 thing is in %1."), self.tr("%n things are in %1."))
        copy = partial(QGuiApplication.clipboard().setText, self._command(path, findings))
        self._tell(Severity.SUCCESS, sentence.replace("%1", str(path)), self.tr("Copy command"), copy)

    def _command(self, path: Path, findings: Findings) -> str:
        """What runs the file; with certificates it wants an endpoint at which they can be shown."""
        address = self._context.session.connection.mqtt if self.uses_certificates else "mqtts://HOST:PORT"
        return f'thing-simulator run --fleet "{path}"' + (f" --mqtt {address}" if findings.match else "")

    def _refuse(self, why: str) -> None:
        self._tell(Severity.ERROR, self.tr("The things were not added: %1").replace("%1", why))

    def _tell(
        self, severity: Severity, sentence: str, fix_text: str = "", fix: Callable[[], None] | None = None
    ) -> None:
        self._context.tell(Problem(kind=KIND, severity=severity, sentence=sentence, fix_text=fix_text, fix=fix))


def _listing(folder: str) -> frozenset[str] | InputError:
    if not folder:
        return frozenset()
    try:
        return certificate_match.listing(folder)
    except InputError as error:
        return error


def _plan(findings: Findings, scenarios: Sequence[str]) -> "FleetPlan":
    from simulator import fleet_draft_check

    return fleet_draft_check.plan(findings, scenarios)
